"""Which date heading stands above each item: "January 2005", "Monday, 8 May 2006", "2006" over "May".

Pure. Only headings outside the items count: real heading elements, and lines that are nothing but a date and stand
alone (a bold line, a table row, a `dt`). A heading without a date ends the reach of dates of its own level and below.
"""

from collections.abc import Sequence
from dataclasses import replace

from feeds.extraction import datewords
from feeds.extraction.candidates import Item
from feeds.extraction.datevalues import Found, Setting
from feeds.extraction.page import Line, Page

_SHARED = 0.2  # of the items: so many without a date, and the date lines between them are headings
_LOOSE = 7  # the level of a date line that is no heading element


def above(page: Page, items: Sequence[Item]) -> list[Found | None]:
    """For each item the date of the headings above it, the finest, completed by coarser ones; None where none is."""
    found: list[Found | None] = []
    stack: dict[int, Found] = {}
    lines = iter(page.lines)
    line = next(lines, None)
    for item in items:
        while line is not None and line.start < item.start:
            _take(page, line, stack)
            line = next(lines, None)
        found.append(_combined(stack))
        while line is not None and line.start < item.end:
            line = next(lines, None)
    return found


def freed(page: Page, items: Sequence[Item]) -> list[Item]:
    """The items but for those that are nothing but a date, as rows between the rows of a table are; and without the
    date headings that some of them begin with, where the others have no date: the heading stands over those as well.

    Only a heading beside the entries counts, not one in an entry's own element; and of date lines that are no heading
    elements only those that no other repeats, over a fair share of items without dates.
    """
    items = [item for item in items if not _is_date(page, item)]
    starts = [_after_heading(page, item) for item in items]
    bare = [place for place, start in enumerate(starts) if start is None]
    if len(bare) == len(items) or not bare:
        return list(items)
    first = [page.within(item.start, item.end)[0] for item, start in zip(items, starts, strict=True) if start]
    if not all(line.heading for line in first) and (
        len(bare) < _SHARED * len(items) or len({line.text for line in first}) < len(first)
    ):
        return list(items)
    for place in bare:
        if any(page.whole(line.text) is not None for line in page.within(items[place].start, items[place].end)):
            return list(items)
    return [item if start is None else Item(start, item.end) for item, start in zip(items, starts, strict=True)]


def _is_date(page: Page, item: Item) -> bool:
    lines = page.within(item.start, item.end)
    return len(lines) == 1 and not lines[0].linked and heading_date(page, lines[0]) is not None


def _after_heading(page: Page, item: Item) -> int | None:
    """Where an item goes on after the date heading it begins with; None where it begins otherwise."""
    lines = page.within(item.start, item.end)[:2]
    if len(lines) < 2 or lines[0].block.order != item.start or lines[0].block.end >= item.end:
        return None
    return lines[1].start if heading_date(page, lines[0]) is not None and not shares_row(page, lines[0]) else None


def _take(page: Page, line: Line, stack: dict[int, Found]) -> None:
    """Let one line outside the items change what dates are in force."""
    day = heading_date(page, line)
    if day is not None and not line.heading and shares_row(page, line):
        return
    level = line.heading or _LOOSE
    if line.heading or (day is not None and not page.regions[line.start]):
        for deeper in [
            known
            for known in stack
            if known >= level and not (day is not None and known == level and _coarser(stack[known], day))
        ]:
            del stack[deeper]
    if day is not None and not page.regions[line.start]:
        stack[level if level not in stack else level + 1] = day


def heading_date(page: Page, line: Line) -> Found | None:
    """The date a line consists of, a bare month name included; None for any other line."""
    if len(line.text) > 60:
        return None
    whole = page.whole(line.text)
    if whole is not None and whole.form != "relative":
        return whole
    return month_alone(line.text, page.setting)


def shares_row(page: Page, line: Line) -> bool:
    """Whether a line stands in a row of a table that says more: no heading of the rows below, then."""
    row = next((node for node in line.block.ancestors() if node.tag in ("tr", "table")), None)
    return row is not None and row.tag == "tr" and len(page.within(row.order, row.end)) > 1


def month_alone(text: str, setting: Setting) -> Found | None:
    """The month a text names without a year, as a heading may; None for other texts."""
    month = datewords.month(text, setting.languages) if text.isalpha() and len(text) > 2 else None
    return Found(None, month, None, 0, len(text), "month") if month is not None and month <= 12 else None


def _coarser(outer: Found, inner: Found) -> bool:
    """Whether one date could stand over the other: a year over a month, a month over a day."""
    return (outer.day is None and inner.day is not None) or (outer.month is None and inner.month is not None)


def _combined(stack: dict[int, Found]) -> Found | None:
    combined: Found | None = None
    for level in sorted(stack):
        day = stack[level]
        if day.year is None and combined is not None and combined.year is not None:
            day = replace(day, year=combined.year) if day.day is None else day.completed(combined.year)
        combined = day
    return combined
