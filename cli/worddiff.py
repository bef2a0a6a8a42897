"""What changed between two wordings, word by word, as it is read in a terminal.

Pure. Called by `cli.entry_show`. A script without spaces is compared by character.
"""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from re import compile as pattern
from typing import Literal, TypeAlias

import click

from state.records import Enclosure, Record
from state.text import clean

Run: TypeAlias = tuple[Literal["same", "gone", "new"], str]

_SPACED = pattern(r"\s+|[^\s\w]|\w+")
_UNSPACED = pattern(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_LONGEST = 4000  # characters of a field that are compared: the cost is quadratic
_AROUND = 60  # characters of what is the same that are shown beside a change
_FIELDS = ("title", "display_title", "url", "date", "place", "kind", "summary", "language", "author")


def fields(before: Record, after: Record) -> Iterator[tuple[str, str, str]]:
    """The fields that differ: (name, old, new). Downloads: their addresses, and when they were replaced."""
    for name in _FIELDS:
        old, new = getattr(before, name) or "", getattr(after, name) or ""
        if old != new:
            yield name, old, new
    files = [" ".join(_file(file) for file in record.enclosures) for record in (before, after)]
    if files[0] != files[1]:
        yield "downloads", files[0], files[1]


def _file(file: Enclosure) -> str:
    return f"{file.url} (replaced {file.replaced_at:%Y-%m-%d %H:%M})" if file.replaced_at else file.url


def words(old: str, new: str) -> tuple[Run, ...]:
    """Runs of text: the same in both, gone, or new. Joined, "same" and "new" give the new text."""
    mine, theirs = _cut(old[:_LONGEST]), _cut(new[:_LONGEST])
    runs: list[Run] = []
    gone = came = ""
    codes = SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes()
    for place, (what, i, j, k, m) in enumerate(codes):
        same = "".join(mine[i:j])
        if what != "equal" or (same.isspace() and 0 < place < len(codes) - 1):  # a blank between changes goes with them
            gone, came = gone + same, came + "".join(theirs[k:m])
            continue
        runs += _changed(gone, came)
        gone = came = ""
        runs.append(("same", same))
    return (*runs, *_changed(gone, came))


def _changed(gone: str, came: str) -> Iterator[Run]:
    if gone:
        yield "gone", gone
    if came:
        yield "new", came


def written(runs: Sequence[Run], *, colour: bool) -> str:
    """One line: [-gone-] {+new+}, in colour on a terminal; what is the same is shortened away from changes."""
    marks = {"gone": ("[-{}-]", "red"), "new": ("{{+{}+}}", "green")}
    parts: list[str] = []
    for place, (what, text) in enumerate(runs):
        if what == "same":
            parts.append(_near(text, first=place == 0, last=place == len(runs) - 1))
            continue
        form, paint = marks[what]
        said = form.format(clean(text) or " ")
        parts.append(click.style(said, fg=paint) if colour else said)
    return "".join(_apart(parts))


def _apart(parts: Sequence[str]) -> Iterator[str]:
    """A blank between something gone and what came for it."""
    if parts:
        yield parts[0]
    for one, other in pairwise(parts):
        yield f" {other}" if one.endswith("-]") and other.startswith("{+") else other


def _near(text: str, *, first: bool, last: bool) -> str:
    said = clean(text)
    said = f"{' ' if text[:1].isspace() else ''}{said}{' ' if said and text[-1:].isspace() else ''}"
    if len(said) <= 2 * _AROUND:
        return said
    before, after = ("" if first else said[:_AROUND]), ("" if last else said[-_AROUND:])
    return f"{before}…{after}"


def _cut(text: str) -> list[str]:
    return list(text) if _UNSPACED.search(text) else _SPACED.findall(text)
