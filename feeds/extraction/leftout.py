"""Account for every line that is in no field of an entry: what it was, how many there are, and a sample.

Pure. That is what "never lossy" means here: a line of the main content is in an entry, or it is listed with its
reason. A line that stands within an entry but in none of its fields (a second paragraph, an author, tags) is listed
as "more of an entry", so that an item that swallowed another one shows.
"""

from collections.abc import Iterable, Sequence

from feeds.extraction import filelabels, kinds, words
from feeds.extraction.candidates import Item
from feeds.extraction.headings import heading_date
from feeds.extraction.page import Line, Page, Piece
from state.records import LeftOut, Record
from state.text import folded

_SAMPLE = 120  # characters
INSIDE = "more of an entry"


def of(page: Page, items: Sequence[Item], records: Sequence[Record]) -> tuple[LeftOut, ...]:
    """The lines that no entry tells, by reason, in the order of their first line. records: one for each item."""
    counted: dict[str, list[str]] = {}
    places = iter(sorted(zip(items, records, strict=True), key=lambda pair: pair[0].start))
    place = next(places, None)
    told, known = "", None
    for line in page.lines:
        while place is not None and line.start >= place[0].end:
            place = next(places, None)
        if place is None or not place[0].start <= line.start < place[0].end:
            counted.setdefault(_reason(page, line), []).append(line.text)
            continue
        if line.text in (place[1].title, place[1].summary):
            continue
        if place is not known:
            told, known = _told(place[1]), place
        if not _is_told(page, line, place[1], told):
            counted.setdefault(page.regions[line.start] or INSIDE, []).append(line.text)
    return tallied(counted.items())


def outside(page: Page, items: Sequence[Item]) -> tuple[LeftOut, ...]:
    """The lines that stand outside some parts of the page, by reason."""
    counted: dict[str, list[str]] = {}
    for line in page.lines:
        if not any(item.start <= line.start < item.end for item in items):
            counted.setdefault(_reason(page, line), []).append(line.text)
    return tallied(counted.items())


def tallied(counted: Iterable[tuple[str, list[str]]]) -> tuple[LeftOut, ...]:
    return tuple(LeftOut(reason, len(texts), texts[0][:_SAMPLE]) for reason, texts in counted if texts)


def _told(record: Record) -> str:
    """All texts of a record, folded, for looking lines up in."""
    texts = (record.title, record.summary, record.place, record.author, *(file.title for file in record.enclosures))
    return "\n".join(folded(text) for text in texts if text)


def _is_told(page: Page, line: Line, record: Record, told: str) -> bool:
    """Whether an entry says what a line of it says: as a text, a date, a kind, or a link."""
    if not (small := folded(line.text)) or small in told or (record.title and folded(record.title) == small):
        return True
    if record.date is not None and page.whole(line.text) is not None:
        return True
    return all(_piece_is_told(page, piece, record, told) for piece in line.pieces)


def _piece_is_told(page: Page, piece: Piece, record: Record, told: str) -> bool:
    small = folded(piece.text)
    if not small or small in told or kinds.of_type_line(piece.text) is not None:
        return True
    if piece.link is not None:
        url = page.link(piece.link)
        label = words.is_more(piece.text) or filelabels.is_file_label(piece.text)
        return label and (url == record.url or any(file.url == url for file in record.enclosures))
    if record.date is None:
        return False
    rest = piece.text
    for found in page.dates(piece.text):
        rest = rest.replace(piece.text[found.start : found.end], " ")
    return all(word in told.split() for word in folded(rest).split())


def _reason(page: Page, line: Line) -> str:
    region = page.regions[line.start]
    if region:
        return region
    if line.heading or heading_date(page, line) is not None:
        return "heading"
    if line.linked:
        return "lead-on" if words.is_more(line.text) or words.is_idle(line.text) else "other link"
    return "other text"
