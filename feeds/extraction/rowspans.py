"""Give table rows the date of a cell that stands beside them from a row above: `rowspan`.

Pure. Called by `feeds.extraction.listing` beside the dates of headings.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from feeds.extraction.candidates import Item
from feeds.extraction.datevalues import Found
from feeds.extraction.page import Page

_MOST = 1000  # rows a cell may reach over
_LINES = 4  # of such a cell: the date, the place, the session


def beside(page: Page, items: Sequence[Item]) -> list[Found | None]:
    """For each item the date of the cell that reaches down to its row, or None."""
    spanned = reached(page)
    return [spanned.get(item.start) for item in items] if spanned else [None] * len(items)


def reached(page: Page) -> Mapping[int, Found]:
    """The orders of rows that a date cell of an earlier row reaches, with that date. Cost: linear."""
    found: dict[int, Found] = {}
    bodies: dict[int, list[int]] = {}  # the rows of each element that has any, by its order
    for cell in page.tree.all("td", "th"):
        span, row = cell.get("rowspan").strip(), cell.parent
        if not span.isascii() or not span.isdigit() or row is None or row.parent is None:
            continue
        days = [
            day for line in page.within(cell.order, cell.end)[:_LINES] if (day := page.whole(line.text)) is not None
        ]
        if len(days) != 1:
            continue
        body = row.parent
        if body.order not in bodies:
            bodies[body.order] = [other.order for other in body.children if other.tag == "tr"]
        rows = bodies[body.order]
        first = bisect_right(rows, row.order)
        reach = min(int(span) or _MOST, _MOST)  # "0" is to the end of the table
        found.update(dict.fromkeys(rows[first : first + reach - 1], days[0]))
    return found
