"""Decide which texts of a document change by themselves, so that no poll takes them for a revision.

Pure. Counters, "2 hours ago", rotating teasers and addresses with a token change at nearly every look. Learnt of a
field of one entry when it changed at three looks in a row, of a field of the whole document when it changed in a
fifth of the entries at three looks, and at once when only figures changed in half of the page. A restless text keeps
the wording that is known; where only its figures move, other changes of it still come through. After two days at rest
it counts as an ordinary text again, and what it says then is taken. A change that comes over half of a page at
once is the page's, not the entries': it is stored and nobody is told. Called by `feeds.visit`.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from state.doubts import History, Restless
from state.records import Record

LEARNT = 3  # looks in a row
REST = timedelta(days=2)
_BROAD, _BROAD_LEAST = 0.2, 3  # share of the known entries, and how many at least, in which a field changes
_WIDE, _WIDE_LEAST = 0.5, 4
_DIGITS = re.compile(r"\d+(?:[.,\u00a0\u202f ]\d{3})*")
_MOST = 400  # restless fields that are remembered of one document


def _files(record: Record) -> str:
    return " ".join(f"{file.url} {file.language}" for file in record.enclosures)


FIELDS: dict[str, Callable[[Record], str]] = {
    "title": lambda record: record.title,
    "url": lambda record: record.url or "",
    "date": lambda record: record.date or "",
    "place": lambda record: record.place,
    "kind": lambda record: record.kind or "",
    "summary": lambda record: record.summary,
    "content": lambda record: record.content,
    "enclosures": _files,
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A known entry in the document, as it is known and as it is said now. same: word for word as last time."""

    entry: str
    known: Record
    record: Record
    same: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """settled: by entry, the fields that keep their known wording. wide: fields that the page changed as a whole.

    history: with what this look has taught.
    """

    settled: Mapping[str, frozenset[str]]
    wide: frozenset[str]
    history: History


def masked(text: str) -> str:
    """A text with its figures blanked."""
    return _DIGITS.sub("0", text)


def judge(history: History, seen: Sequence[Seen], now: datetime) -> Judged:
    """What of a document's changes is none. seen: its known entries that it named before. Cost: one pass."""
    entries = dict(history.entries)
    changed: dict[str, list[tuple[str, bool]]] = {}  # by field: entry, whether only figures changed
    for one in seen:
        for name, only in _changes(one, entries, now):
            changed.setdefault(name, []).append((one.entry, only))
    fields = {**history.fields, **dict(_learnt(history.fields, changed, len(seen), now))}
    fields = {name: rest for name, rest in fields.items() if rest.times > 0}
    wide = frozenset(name for name, some in changed.items() if len(some) >= max(_WIDE_LEAST, _WIDE * len(seen)))
    counting = frozenset(name for name in wide if all(only for _, only in changed[name]))
    settled = {one.entry: _settled(one, entries, fields, counting) for one in seen if not one.same}
    kept = sorted(entries.items(), key=lambda pair: pair[1].changed_at, reverse=True)[:_MOST]
    after = History(history.looks, history.flaps, dict(sorted(kept)), fields)
    return Judged({id: names for id, names in settled.items() if names}, wide - counting, after)


def _changes(one: Seen, entries: dict[str, Restless], now: datetime) -> Iterable[tuple[str, bool]]:
    """The fields of an entry that changed since the last look; what is at rest is noted."""
    for name, value in FIELDS.items():
        key = f"{one.entry} {name}"
        before = entries.get(key)
        if one.same and before is None:
            continue
        mine, theirs = value(one.known), value(one.record)
        said = _digest(theirs)
        if one.same or not theirs or (said == before.said if before else mine == theirs):
            if before:
                _at_rest(entries, key, before, now)
            continue
        only = masked(mine) == masked(theirs)
        entries[key] = Restless(_once_more(before, only), said, now, only)
        yield name, only


def _once_more(before: Restless | None, only: bool) -> int:
    """Looks in a row with a change of this kind: other words after a counter are not one more of its changes."""
    return before.times + 1 if before and before.numbers is only else 1


def _at_rest(entries: dict[str, Restless], key: str, before: Restless, now: datetime) -> None:
    if before.times <= 1 or now - before.changed_at >= REST:
        del entries[key]
    elif before.times < LEARNT:
        entries[key] = replace(before, times=before.times - 1)


def _learnt(
    fields: Mapping[str, Restless], changed: Mapping[str, Sequence[tuple[str, bool]]], looked: int, now: datetime
) -> Iterable[tuple[str, Restless]]:
    """What this look says of the fields of the whole document."""
    for name in FIELDS:
        some, before = changed.get(name, ()), fields.get(name)
        if len(some) >= max(_BROAD_LEAST, _BROAD * looked):
            only = all(numbers for _, numbers in some)
            yield name, Restless(min(_once_more(before, only), 2 * LEARNT), "", now, only)
        elif before and not some and now - before.changed_at >= REST:
            yield name, replace(before, times=before.times - 1)


def _settled(
    one: Seen, entries: Mapping[str, Restless], fields: Mapping[str, Restless], counting: frozenset[str]
) -> frozenset[str]:
    found: set[str] = set()
    for name, value in FIELDS.items():
        mine, theirs = value(one.known), value(one.record)
        if not theirs or mine == theirs:
            continue
        only = masked(mine) == masked(theirs)
        own, all_of = entries.get(f"{one.entry} {name}"), fields.get(name)
        learnt = [rest for rest in (own, all_of) if rest and rest.times >= LEARNT]
        if (name in counting and only) or (own and any(only or not rest.numbers for rest in learnt)):
            found.add(name)
    return frozenset(found)


def kept(known: Record, record: Record, names: Iterable[str]) -> Record:
    """The record with the known wording of some fields."""
    values: dict[str, Any] = {name: getattr(known, name) for name in names}
    if "title" in values:
        values["display_title"] = known.display_title
    if "date" in values:
        values["published"] = known.published
    return replace(record, **values)


def _digest(text: str) -> str:
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]
