"""Tell whether a page is one publication, by what stands where on it.

Pure. Tried beside the lists: `likely` says how much a page looks like one document rather than a list. Much running
text speaks for it, and what the page declares of itself (og:type); a short page is one where its form is plain: one
main heading, a date beside it and no other date, sentences, and links to hardly anything but downloads. What is read
from it is the business of `feeds.extraction.document`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from feeds.extraction import filelabels, links, words
from feeds.extraction.candidates import Item
from feeds.extraction.datevalues import Found
from feeds.extraction.dom import Sums
from feeds.extraction.page import Line, Page, Piece
from feeds.extraction.parts import says_changed
from state.text import folded

_ENOUGH = 250  # characters of prose that make a document
_SHORT = 60  # characters of prose that a short one has
_TEXT = 100  # characters of prose under the heading, where links to other texts may follow
_RELATED = 6  # such links
_PLAIN = 0.85  # how likely a page of plain form is a document
_WITH_FILES = 0.7  # the same, without a date but with downloads, or declared as a document
_DOCUMENTS = ("article", "book", "report")  # og:type
_AFTER = 4  # lines after the heading in which its date stands
_BEFORE = 2
_LONGEST_DATELINE = 120  # characters
_LABELS = 6  # words beside the dates of a line: "Published on … | Updated on …"
_MOST_FILES = 12
_GUESSED = 0.7  # how likely a page is a document whose heading is no heading element, at most
_NAME = 15  # characters of a heading that is no heading element


@dataclass(frozen=True, slots=True)
class Publication:
    """A page as one document. likely: 0 to 1. share: of the main content's characters that are its running text.
    dated: the line beside the heading that gives the date, if there is one.
    """

    item: Item
    heading: Line
    likely: float
    share: float
    dated: Line | None


def of(page: Page) -> Publication | None:
    """The one document a page is, or None where nothing speaks for it."""
    heading = _heading(page)
    if heading is None:
        return None
    item = _article(page, heading)
    lines = [line for line in page.within(item.start, item.end) if not page.regions[line.start]]
    dated = beside(page, lines, heading)
    prose = [line for line in lines if words.is_paragraph(line.text) and not line.linked]
    chars = sum(line.width for line in prose)
    main = sum(line.width for line in page.main) or 1
    linked = sum(line.width for line in lines if line.linked)
    likely = 0.35 * min(1.0, chars / 1200) if chars >= _ENOUGH else 0.0
    if likely:
        likely += 0.35 if _declared(page) in _DOCUMENTS else 0.0
        likely += 0.15 if _title_matches(page, heading) else 0.0
        likely += 0.15 if any(page.whole(line.text) is not None for line in lines[:6]) else 0.0
        likely -= 0.4 * min(1.0, linked / (chars + 1))
        likely -= 0.15 * sum(
            1 for line in lines if line.heading and line.heading <= heading.heading and line is not heading
        )
    likely = max(likely, _form(page, heading, dated))
    if not heading.heading:
        likely = min(likely, _GUESSED)
    return Publication(item, heading, max(0.0, min(1.0, likely)), chars / main, dated)


def _form(page: Page, heading: Line, dated: Line | None) -> float:
    """How plainly the form of a page is that of one document, however short its text."""
    if any(_address(page, piece) for piece in heading.pieces):
        return 0.0
    body = [line for line in page.main if line.start > heading.start and line is not dated]
    prose = _prose(body)
    if prose < _SHORT or not _few_links(page, body, dated):
        return 0.0
    if any(line.heading and line.heading <= heading.heading for line in body):
        return 0.0
    if any(line.heading and any(piece.link is not None for piece in line.pieces) for line in body):
        return 0.0
    days = {found.date for line in body if (found := page.whole(line.text)) and not says_changed(line.text)}
    if dated is not None:
        day = published_in(page, dated)
        return _PLAIN if not days - {day.date if day is not None else None} else 0.0
    if days:
        return 0.0
    if _declared(page) in _DOCUMENTS:
        return _WITH_FILES
    files = [line for line in body if line.linked and _is_file(page, line)]
    labels = [line for line in files if filelabels.is_file_label(line.text) or words.is_more(line.text)]
    return _WITH_FILES if labels and len(labels) == len(files) <= _MOST_FILES else 0.0


def _few_links(page: Page, body: Sequence[Line], dated: Line | None) -> bool:
    """Whether hardly anything of a page leads elsewhere; below a dated text of some length stand a few links more."""
    own = body[: next((place for place, line in enumerate(body) if line.heading), len(body))]
    if dated is not None and _prose(own) >= _TEXT:
        after = [line for line in body[len(own) :] if _leads_elsewhere(page, line)]
        if len(after) > _RELATED or sum(line.width for line in after) > _prose(body):
            return False
        body = own
    elsewhere = [line for line in body if _leads_elsewhere(page, line)]
    away, prose = sum(line.width for line in elsewhere), _prose(body)
    return away <= prose / (8 if len(elsewhere) > 1 else 4)


def _prose(lines: Sequence[Line]) -> int:
    return sum(line.width for line in lines if _is_prose(line))


def beside(page: Page, lines: Sequence[Line], heading: Line) -> Line | None:
    """The line next to the main heading that is a date: that of publication where there is a choice."""
    place = next((place for place, line in enumerate(lines) if line is heading), None)
    if place is None:
        return None
    near: list[Line] = []
    for line in lines[place + 1 : place + 1 + _AFTER]:
        if line.heading:
            break
        near.append(line)
    near += reversed(lines[max(0, place - _BEFORE) : place])
    return next((line for line in near if not line.heading and published_in(page, line) is not None), None)


def published_in(page: Page, line: Line) -> Found | None:
    """The day a line next to a heading gives for the publication: alone, in a piece, or with labels around it."""
    whole = page.whole(line.text)
    if whole is not None:
        return whole if whole.date is not None and whole.month is not None and not says_changed(line.text) else None
    if len(line.text) > _LONGEST_DATELINE:
        return None
    for piece in line.pieces if len(line.pieces) > 1 else ():
        day = page.whole(piece.text)
        if day is not None and day.day is not None and day.date and not says_changed(piece.text):
            return day
    end, words_beside = 0, 0
    chosen: Found | None = None
    for day in page.dates(line.text):
        label = line.text[end : day.start]
        words_beside, end = words_beside + len(label.split()), day.end
        if chosen is None and day.day is not None and day.date and not says_changed(label):
            chosen = day
    return chosen if words_beside + len(line.text[end:].split()) <= _LABELS else None


def _is_prose(line: Line) -> bool:
    return not line.linked and not line.heading and (words.is_paragraph(line.text) or words.is_sentence(line.text))


def _leads_elsewhere(page: Page, line: Line) -> bool:
    """Whether a line is a link to another page: neither a download nor this page itself."""
    if not line.linked or words.is_idle(line.text):
        return False
    return any(not links.media_type(url) for piece in line.pieces if (url := _address(page, piece)))


def _address(page: Page, piece: Piece) -> str:
    """Where a piece leads, if to another page than this one."""
    url = page.link(piece.link) or ""
    return "" if url.split("#")[0] == page.url.split("#")[0] else url


def _is_file(page: Page, line: Line) -> bool:
    return any(links.media_type(url) for piece in line.pieces if (url := page.link(piece.link)))


def _heading(page: Page) -> Line | None:
    main = [line for line in page.main if line.heading == 1]
    if not main:
        main = [line for line in page.main if line.heading == 2][:1]
    if not main and (title := folded(page.title)):
        main = [line for line in page.main if _is_named(line, title)]
    return next((line for line in main if words.may_be_title(line.text)), None)


def _is_named(line: Line, title: str) -> bool:
    """Whether a line is what the title of the page begins with: its heading, though no heading element."""
    return not line.linked and line.width >= _NAME and title.startswith(folded(line.text))


def _article(page: Page, heading: Line) -> Item:
    """The part of the page the heading stands over: its article or main element, else the smallest with most of
    the text, else all that follows it.
    """
    told = Sums(page.tree, ((line.start, line.width) for line in page.lines if _says_something(line)))
    for node in heading.block.ancestors():
        if node.tag == "main" or (node.tag == "article" and told.of(node) >= _SHORT):
            return Item(node.order, node.end)
    for node in heading.block.ancestors():
        if node.tag == "body":
            break
        if told.of(node) >= _ENOUGH:
            return Item(node.order, node.end)
    main = page.main
    for node in heading.block.ancestors():
        if node.tag != "body" and node.order <= main[0].start and main[-1].end <= node.end:
            return Item(node.order, node.end)
    return Item(min(heading.block.order, main[0].start), main[-1].end)


def _says_something(line: Line) -> bool:
    return words.is_paragraph(line.text) or _is_prose(line)


def _declared(page: Page) -> str:
    for node in page.tree.all("meta"):
        if node.get("property") == "og:type" or node.get("name") == "og:type":
            return node.get("content").strip().lower()
    return ""


def _title_matches(page: Page, heading: Line) -> bool:
    return len(heading.text) >= 20 and heading.text[:40].casefold() in page.title.casefold()
