"""Give table rows the date of a cell that stands beside them from a row above: `rowspan`.

Pure. Called by `feeds.extraction.listing` beside the dates of headings.
"""

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
    """The orders of rows that a date cell of an earlier row reaches, with that date."""
    found: list[tuple[int, Found]] = []
    for cell in page.tree.all("td", "th"):
        span, row = cell.get("rowspan").strip(), cell.parent
        if not span.isascii() or not span.isdigit() or row is None or row.parent is None:
            continue
        days = [
            day for line in page.within(cell.order, cell.end)[:_LINES] if (day := page.whole(line.text)) is not None
        ]
        if len(days) != 1:
            continue
        day = days[0]
        rows = [other for other in row.parent.children if other.tag == "tr" and other.order > row.order]
        found += [(other.order, day) for other in rows[: min(int(span), _MOST) - 1]]
    return dict(found)
