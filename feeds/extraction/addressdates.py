"""Date the entries of a list by their addresses, where the others prove that these tell the day: /2026/10/30/title.

Pure. Called by `feeds.extraction.listing` and `feeds.extraction.fields`. Many sites sort their pages into folders of
days that mean something else (when a file was uploaded); so at least three entries must show a date, and all that do
must show the address's day; or an entry's own text shows the day without its year.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from feeds.extraction import links
from state.records import Record

_FEWEST = 3
_SURE = 0.85
_MONTH_DAY = re.compile(r"[\[(]?(\d{1,2})[-/.](\d{1,2})[\])]?")


def agreed(texts: Iterable[str], address: str) -> str | None:
    """The day an address tells, where one of the texts is its month and day in figures: "10-30" and /2026/10/30/."""
    day = links.day_of(address)
    if day is None:
        return None
    _, month, number = day.split("-")
    told = {(int(match[1]), int(match[2])) for text in texts if (match := _MONTH_DAY.fullmatch(text.strip()))}
    return day if told & {(int(month), int(number)), (int(number), int(month))} else None


def completed(records: Sequence[Record]) -> list[Record]:
    """The records, those without any date dated by their addresses if these can be trusted."""
    told = [links.day_of(record.url) if record.url else None for record in records]
    shown = [(record.date, day) for record, day in zip(records, told, strict=True) if record.date and day]
    if len(shown) < _FEWEST or any(date != day for date, day in shown):
        return list(records)
    return [
        _dated(record, day) if day is not None and record.date is None else record
        for record, day in zip(records, told, strict=True)
    ]


def _dated(record: Record, day: str) -> Record:
    confidence, origin = {**record.confidence, "date": _SURE}, {**record.origin, "date": "address"}
    return replace(record, date=day, confidence=confidence, origin=origin)
