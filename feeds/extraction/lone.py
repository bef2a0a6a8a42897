"""Find the one entry of a list that has just begun: a date and a linked title together in the main content.

Pure. Called by `feeds.extraction.listing` where nothing repeats and the page is no document of its own. More than one
date, or several links beside it, and it is no such list.
"""

from feeds.extraction import words
from feeds.extraction.candidates import Candidate, Item
from feeds.extraction.dom import Node
from feeds.extraction.headings import heading_date
from feeds.extraction.page import Line, Page
from feeds.extraction.parts import says_changed

_WIDE = 12  # characters of a title
_MOST_LINKS = 2  # different addresses beside the date: the entry's own and a download


def of(page: Page) -> Candidate | None:
    """The list of one item a page holds, or None."""
    dated = [line for line in page.main if not line.heading and _shows_day(page, line) and not says_changed(line.text)]
    titles = [line for line in page.main if _names_a_page(page, line)]
    if not dated and len({_address(page, line) for line in titles}) == 1:
        return _under_heading(page, titles[0])
    if len(dated) != 1:
        return None
    date = dated[0]
    for node in date.block.ancestors():
        if node.tag in ("body", "html"):
            break
        inside = [line for line in titles if node.order <= line.start < node.end]
        if inside:
            if len({url for line in inside for piece in line.pieces if (url := page.link(piece.link))}) > _MOST_LINKS:
                return None
            item = _from(page, node, date, inside[0])
            return Candidate("single item", (item,)) if item is not None else None
    return None


def _from(page: Page, node: Node, date: Line, title: Line) -> Item | None:
    """The item within an element that holds date and title: all of it, or what follows the heading of the list."""
    lines = [line for line in page.main if node.order <= line.start < node.end]
    first = min(date, title, key=lambda line: line.start)
    before = [line for line in lines if line.start < first.start]
    if not before:
        return Item(node.order, node.end)
    return Item(first.start, lines[-1].end) if any(line.heading for line in before) or len(before) == 1 else None


def _under_heading(page: Page, title: Line) -> Candidate | None:
    """The item under the only date heading of the page."""
    headings = [line for line in page.main if line.heading and heading_date(page, line) is not None]
    if len(headings) != 1 or headings[0].start > title.start:
        return None
    chosen = title.block
    for node in title.block.ancestors():
        if node.order <= headings[0].start or node.tag == "body":
            break
        chosen = node
    return Candidate("single item", (Item(chosen.order, chosen.end),))


def _shows_day(page: Page, line: Line) -> bool:
    if len(line.text) > 200:
        return False
    texts = [line.text, *(piece.text for piece in line.pieces if piece.link is None)]
    return any(found.day is not None and found.date for text in texts for found in page.dates(text))


def _names_a_page(page: Page, line: Line) -> bool:
    return bool(_address(page, line))


def _address(page: Page, line: Line) -> str:
    """Where the title in a line leads, or ""."""
    for piece in line.pieces:
        if piece.link is not None and words.width(piece.text) >= _WIDE and words.may_be_title(piece.text):
            return page.link(piece.link) or ""
    return ""
