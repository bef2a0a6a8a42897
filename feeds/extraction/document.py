"""Read the one entry of a page that is a publication: title, date, first paragraph, downloads.

Pure. `feeds.extraction.publication` has decided that the page is one. The date beside the heading comes first, then
one that is sure, then what the head of the page declares. The record's address is the page's canonical one.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from feeds.extraction import downloads, kinds, links, parts, publication, scripts, words
from feeds.extraction.datevalues import Found
from feeds.extraction.dom import Node
from feeds.extraction.page import Line, Page
from feeds.extraction.publication import Publication
from state.records import Record
from state.text import clean

_QUOTED = re.compile(r"[\s]*[“\"«„‘「『]")
_LONG = 60  # characters of a paragraph, where there is one so long
_DECLARED = (
    "article:published_time",
    "datepublished",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date",
    "dcterms.date",
    "citation_publication_date",
    "date",
    "pubdate",
)


@dataclass(frozen=True, slots=True)
class _Day:
    found: Found
    sure: float
    origin: str


def record(page: Page, found: Publication) -> Record:
    """The page's one entry."""
    taken = parts.of(page, found.item)
    title = clean(found.heading.text)
    day = _day(page, found, taken)
    summary = clean(_summary(page, found, taken.lines))
    url = _canonical(page)
    typed = next((kind for line in taken.lines[:8] if (kind := kinds.of_type_line(line.text))), None)
    return Record(
        title=title,
        url=url,
        date=day.found.date if day is not None else None,
        published=_time(day.found) if day is not None else None,
        kind=typed or kinds.of(title, url, summary),
        summary=summary,
        language=scripts.language(title) or page.language,
        enclosures=downloads.of(page, [pair for pair in taken.links if not page.regions[pair[0].order]]),
        confidence={"title": 0.95, "date": day.sure if day is not None else 0.0},
        origin={"title": "heading", "url": "canonical", **({"date": day.origin} if day is not None else {})},
    )


def _day(page: Page, found: Publication, taken: parts.Parts) -> _Day | None:
    if found.dated is not None:
        day = publication.published_in(page, found.dated)
        if day is not None:
            return _Day(day, 0.95, "beside heading")
    for one in taken.days:
        if one.sure >= 0.8 and one.found.day is not None and one.found.date and not page.regions[_place(one, found)]:
            return _Day(one.found, one.sure, one.origin)
    for name in _DECLARED:
        for node in page.tree.all("meta"):
            if name in (node.get("property").lower(), node.get("name").lower(), node.get("itemprop").lower()):
                day = next((day for day in page.dates(node.get("content")) if day.date), None)
                if day is not None:
                    return _Day(day, 0.85, "declared")
    return None


def _place(day: parts.Day, found: Publication) -> int:
    return day.line.start if day.line is not None else found.heading.start


def _time(found: Found) -> datetime | None:
    when = found.published
    return None if when is None or (when.hour, when.minute, when.second) == (0, 0, 0) else when


def _summary(page: Page, found: Publication, lines: tuple[Line, ...]) -> str:
    """The first paragraph that is no quotation; a short one only where there is no long one."""
    prose = [
        line
        for line in lines
        if line.start > found.heading.start
        and not line.heading
        and not line.linked
        and line is not found.dated
        and not page.regions[line.start]
        and page.whole(line.text) is None
        and (line.width >= _LONG or words.is_sentence(line.text))
    ]
    chosen = next((line for line in prose if not _quoted(line)), prose[0] if prose else None)
    return chosen.text if chosen is not None else ""


def _quoted(line: Line) -> bool:
    around: Node | None = next((node for node in line.block.ancestors() if node.tag in ("blockquote", "q")), None)
    return around is not None or _QUOTED.match(line.text) is not None


def _canonical(page: Page) -> str:
    for node in page.tree.all("link"):
        if "canonical" in node.get("rel").lower().split() and (url := links.absolute(node.get("href"), page.base)):
            return url
    return page.url
