"""Read a page that is one publication: title, date, first paragraph, downloads.

Pure. Tried beside the lists: `likely` says how much a page looks like one document rather than a list, by what it
declares of itself (og:type, JSON-LD-less), one main heading, and running text under it. The record's address is the
page's canonical one.
"""

import re
from dataclasses import dataclass

from feeds.extraction import downloads, kinds, links, parts, scripts, words
from feeds.extraction.candidates import Item
from feeds.extraction.dom import Node
from feeds.extraction.page import Line, Page
from state.records import Record
from state.text import clean

_QUOTED = re.compile(r"[\s]*[“\"«„‘「『]")
_ENOUGH = 250  # characters of prose that make a document


@dataclass(frozen=True, slots=True)
class Publication:
    """A page as one document. likely: 0 to 1."""

    item: Item
    heading: Line
    likely: float


def of(page: Page) -> Publication | None:
    """The one document a page is, or None where nothing speaks for it."""
    heading = _heading(page)
    if heading is None:
        return None
    item = _article(page, heading)
    lines = [line for line in page.within(item.start, item.end) if not page.regions[line.start]]
    prose = [line for line in lines if words.is_paragraph(line.text) and not line.linked]
    chars = sum(words.width(line.text) for line in prose)
    linked = sum(words.width(line.text) for line in lines if line.linked)
    likely = 0.35 * min(1.0, chars / 1200) if chars >= _ENOUGH else 0.0
    if likely:
        likely += 0.35 if _declared(page) in ("article", "book", "report") else 0.0
        likely += 0.15 if _title_matches(page, heading) else 0.0
        likely += 0.15 if any(_dated(page, line) for line in lines[:6]) else 0.0
        likely -= 0.4 * min(1.0, linked / (chars + 1))
        likely -= 0.15 * sum(
            1 for line in lines if line.heading and line.heading <= heading.heading and line is not heading
        )
    return Publication(item, heading, max(0.0, min(1.0, likely)))


def _heading(page: Page) -> Line | None:
    main = [line for line in page.lines if line.heading == 1 and not page.regions[line.start]]
    if not main:
        main = [line for line in page.lines if line.heading == 2 and not page.regions[line.start]][:1]
    return next((line for line in main if words.may_be_title(line.text)), None)


def _article(page: Page, heading: Line) -> Item:
    """The part of the page the heading stands over: its article or main element, else the smallest with most of
    the text.
    """
    for node in heading.block.ancestors():
        if node.tag in ("article", "main"):
            return Item(node.order, node.end)
    chosen = heading.block
    for node in heading.block.ancestors():
        if node.tag == "body":
            break
        chosen = node
        if (
            sum(words.width(line.text) for line in page.within(node.order, node.end) if words.is_paragraph(line.text))
            >= _ENOUGH
        ):
            break
    return Item(chosen.order, chosen.end)


def _declared(page: Page) -> str:
    for node in page.tree.all("meta"):
        if node.get("property") == "og:type" or node.get("name") == "og:type":
            return node.get("content").strip().lower()
    return ""


def _title_matches(page: Page, heading: Line) -> bool:
    return len(heading.text) >= 20 and heading.text[:40].casefold() in page.title.casefold()


def _dated(page: Page, line: Line) -> bool:
    return page.whole(line.text) is not None


def record(page: Page, found: Publication) -> Record:
    """The page's one entry."""
    taken = parts.of(page, found.item)
    title = clean(found.heading.text)
    day = next((one for one in taken.days if one.sure >= 0.8 and one.found.day is not None and one.found.date), None)
    prose = [
        line
        for line in taken.lines
        if line is not found.heading and not line.heading and words.width(line.text) >= 60 and not line.linked
    ]
    prose = [line for line in prose if not page.regions[line.start]]
    chosen = next((line for line in prose if not _quoted(line)), prose[0] if prose else None)
    summary = clean(chosen.text) if chosen is not None else ""
    url = _canonical(page)
    typed = next((kind for line in taken.lines[:8] if (kind := kinds.of_type_line(line.text))), None)
    return Record(
        title=title,
        url=url,
        date=day.found.date if day is not None else None,
        published=day.found.published
        if day is not None and day.found.published and day.found.published.timetuple()[3:6] != (0, 0, 0)
        else None,
        kind=typed or kinds.of(title, url, summary),
        summary=summary,
        language=scripts.language(title) or page.language,
        enclosures=downloads.of(page, taken.links),
        confidence={"title": 0.95, "date": day.sure if day is not None else 0.0},
        origin={"title": "heading", "url": "canonical", **({"date": day.origin} if day is not None else {})},
    )


def _quoted(line: Line) -> bool:
    around: Node | None = next((node for node in line.block.ancestors() if node.tag in ("blockquote", "q")), None)
    return around is not None or _QUOTED.match(line.text) is not None


def _canonical(page: Page) -> str:
    for node in page.tree.all("link"):
        if "canonical" in node.get("rel").lower().split() and (url := links.absolute(node.get("href"), page.base)):
            return url
    return page.url
