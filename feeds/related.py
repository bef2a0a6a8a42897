"""Say which entries may belong together although nothing exact links them: shown, never merged.

Pure. Language editions: addresses that differ only in their mark of a language (a path segment, "lang--fr", a
parameter, "_fr" before the ending) and the same date are one document in two languages; that is stored as such. Alike
titles within some days are only shown with an entry. Called by `feeds.visit` and the command line.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from feeds.canonical import url_key
from feeds.identity import similarity
from state.dates import compatible, first_day
from state.records import Entry, Record
from state.text import folded

NEAR = timedelta(days=10)
MOST = 5
_ALIKE = 0.75  # similarity of titles
_SHARED = 0.5  # of the words of the shorter title, before titles are compared letter by letter

_CODES = (
    "ar|bg|bn|bs|ca|cs|da|de|el|en|es|et|fa|fi|fr|he|hi|hr|hu|id|it|ja|ka|kk|km|ko|lo|lt|lv|mk|mn|ms|my|nb|ne|nl|no|pl|"
    "ps|pt|ro|ru|si|sk|sl|sq|sr|sv|sw|ta|tet|tg|th|tl|tr|uk|ur|uz|vi|zh"
)
_CODE = rf"(?:{_CODES})(?:[-_][a-z]{{2,4}})?"
_MARKS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<=/)lang--?{_CODE}(?=/|$|\?)",
        rf"(?<=/){_CODE}(?=/)",
        rf"(?<=[?&])(?:lang|language|locale|lng|hl|l)={_CODE}(?=&|$)",
        rf"[._-]{_CODE}(?=\.[a-z0-9]{{2,5}}(?:\?|$))",
        rf"^{_CODE}\.(?=[^/]+\.[^/]+/)",
    )
)


@dataclass(frozen=True, slots=True)
class Related:
    """An entry that may have to do with another one, and why."""

    entry: Entry
    why: str


@lru_cache(maxsize=8192)
def edition_key(url: str | None) -> str:
    """The key of an address without its mark of a language; "" where it has none."""
    key = url_key(url or "")
    for mark in _MARKS:
        bare, count = mark.subn("*", key, count=1)
        if count:
            return bare
    return ""


def is_edition(record: Record, original: Record) -> bool:
    """Whether a record whose address differs from another's only in the language is the same document."""
    if url_key(record.url or "") == url_key(original.url or "") or not record.date or not original.date:
        return False
    return compatible(record.date, original.date)


def related(entry: Entry, others: Iterable[Entry]) -> tuple[Related, ...]:
    """Those of the others that may have to do with an entry, the likeliest first; at most MOST."""
    title, day = folded(entry.record.title), day_of(entry)
    words = set(title.split())
    found: list[tuple[float, Related]] = []
    for other in others:
        theirs = folded(other.record.title)
        if other.id == entry.id or not title or not theirs:
            continue
        near = abs((day_of(other) - day).days)
        if title == theirs:
            found.append((2 - near / 1e6, Related(other, f"same title, {_apart(near)}")))
        elif near <= NEAR.days and _share(words, set(theirs.split())) and (like := similarity(title, theirs)) >= _ALIKE:
            found.append((like, Related(other, f"titles {like:.0%} alike, {_apart(near)}")))
    return tuple(one for _, one in sorted(found, key=lambda pair: -pair[0])[:MOST])


def _share(one: set[str], other: set[str]) -> bool:
    """Whether enough words are the same for a closer look; texts without spaces are always looked at."""
    fewer = min(len(one), len(other))
    return fewer < 3 or len(one & other) >= _SHARED * fewer


def day_of(entry: Entry) -> date:
    """The day an entry is of: its own, else the one it was first seen on."""
    return first_day(entry.record.date) if entry.record.date else entry.first_seen_at.date()


def _apart(days: int) -> str:
    return "on the same day" if days == 0 else f"{days} day{'s' * (days > 1)} apart"


def original_of(record: Record, owners: Sequence[Entry]) -> Entry | None:
    """The entry of which a new record is another language edition: the oldest that fits."""
    return min(
        (one for one in owners if is_edition(record, one.record)), key=lambda one: one.first_seen_at, default=None
    )
