"""Make a record of the blocks of one entry of a text document.

Pure. Called by `feeds.extraction.plaintext`, which has decided where entries begin. A block that carries a field (from
a label or a column) is that field; the others are read in their order: a type line, the title, the date with its
place, and prose. What prose begins with may tell the place and the date too.
"""

from dataclasses import dataclass
from datetime import datetime

from feeds.extraction import datelines, dates, fields, kinds, links, scripts, words
from feeds.extraction.datevalues import Found, Setting
from feeds.extraction.textmarks import Block
from state.records import Enclosure, Record


@dataclass(frozen=True, slots=True)
class Entry:
    """blocks: of one entry, in their order. heading: the date of the heading it stands under, or None."""

    blocks: tuple[Block, ...]
    heading: Found | None


@dataclass(slots=True)
class _Told:
    title: str = ""
    summary: str = ""
    kind: str | None = None
    day: Found | None = None
    place: str = ""
    by: str = "own line"  # where the date comes from


def record(entry: Entry, setting: Setting, url: str, language: str) -> Record:
    """The record of an entry. url: of the document, for relative links, or ""."""
    told = _Told()
    for number, block in enumerate(entry.blocks):
        if block.field:
            _take_field(told, block, setting)
        else:
            _take(told, block, number, entry, setting)
    _open(told, setting)
    return _written(told, entry, url, language)


def is_told(block: Block, record: Record, url: str, setting: Setting) -> bool:
    """Whether a record says what a block of it says: its title, text, place, link, date or kind."""
    if block.field == "other":
        return False
    if block.text in (record.title, record.summary, record.place) or kinds.of_type_line(block.text) is not None:
        return True
    if block.field == "link" and record.url is not None and _absolute(block.address, url) == record.url:
        return True
    return record.date is not None and datelines.line(block.text, setting) is not None


def is_prose(block: Block) -> bool:
    return words.is_paragraph(block.text) or words.width(block.text) > 60


def _take_field(told: _Told, block: Block, setting: Setting) -> None:
    match block.field:
        case "title":
            told.title = told.title or block.text
        case "date":
            found = dates.whole(block.text, setting) or next(iter(dates.find(block.text, setting)), None)
            told.day = told.day or found
        case "place":
            told.place = told.place or block.text
        case "kind":
            told.kind = told.kind or kinds.of_type_line(block.text)
        case "summary":
            told.summary = told.summary or block.text
        case _:
            pass  # a link is taken with the others; what names no field of ours is in none


def _take(told: _Told, block: Block, number: int, entry: Entry, setting: Setting) -> None:
    """Take a block for what it must be at its place in the entry."""
    blocks = entry.blocks
    if told.kind is None and not told.title and (kind := kinds.of_type_line(block.text)) and number + 1 < len(blocks):
        told.kind = kind
    elif told.day is None and (line := datelines.line(block.text, setting)) is not None:
        told.day, told.place = line[0], told.place or line[1]
    elif not told.title and _is_title(told, block, number, entry):
        told.title = block.text
    elif not told.summary:
        told.summary = block.text


def _is_title(told: _Told, block: Block, number: int, entry: Entry) -> bool:
    """Whether a block is the title of an entry of which none was met yet."""
    if told.summary:
        return False
    alone = not block.marked and len(entry.blocks) == 1 and is_prose(block)
    first = number == 0 and len(entry.blocks) > 1 and not words.is_paragraph(block.text)
    if (block.marked or not is_prose(block) or first) and not alone:
        return True
    return number > 0 and not words.is_paragraph(block.text)


def _open(told: _Told, setting: Setting) -> None:
    """Take the place, and a date, from the words that the text begins with."""
    found = datelines.opening(told.summary, setting) if not told.place or told.day is None else None
    if found is None:
        return
    told.place = told.place or found.place
    if told.day is None and found.day is not None:
        told.day, told.by = found.day, "text"


def _absolute(address: str, url: str) -> str | None:
    return links.absolute(address, url) if address and url else None


def _written(told: _Told, entry: Entry, url: str, language: str) -> Record:
    own = _absolute(next((block.address for block in entry.blocks if block.address), ""), url)
    files: tuple[Enclosure, ...] = ()
    if own and links.media_type(own):
        files = (Enclosure(own, links.media_type(own), scripts.in_file_name(own), ""),)
    day, heading = told.day, entry.heading
    if day is not None and day.date is None and heading is not None and heading.year is not None:
        day = day.completed(heading.year)
    shown, origin, sure = (day, told.by, 0.95) if day is not None and day.date else (heading, "heading above", 0.9)
    when = shown.date if shown is not None else None
    return Record(
        title=told.title,
        display_title="" if told.title else words.first_sentence(told.summary),
        url=own,
        anchor="" if own else fields.fragment(told.title or told.summary),
        date=when,
        published=_time(shown) if when else None,
        place=told.place,
        kind=told.kind or kinds.of(told.title, own, told.summary),
        summary=told.summary,
        language=scripts.language(told.title or told.summary) or language,
        enclosures=files,
        confidence={"title": 0.85 if told.title else 0.0, "date": sure if when else 0.0},
        origin={"title": "line" if told.title else "derived", **({"date": origin} if when else {})},
    )


def _time(found: Found | None) -> datetime | None:
    return found.published if found is not None else None
