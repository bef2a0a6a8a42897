"""Read a plain-text document: a numbered list, a list under months, dated entries, or one publication.

Pure. Paragraphs (lines between blank lines) are read by a small grammar: `N.` begins an entry, a type line, a title,
a date line with its place, and prose follow. Ordinals only part entries: a list that starts again at 1, or has every
number moved by one, gives the same records. An entry without a title begins where prose follows a date heading.
Markdown headings, bullets and links are understood.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from feeds.extraction import dates, fields, kinds, links, scripts, textblocks, words
from feeds.extraction.datevalues import Found, Setting
from feeds.extraction.headings import month_alone
from feeds.extraction.leftout import INSIDE, tallied
from feeds.extraction.textblocks import Block
from state.records import Enclosure, Extraction, LeftOut, Record

_DOWNLOAD = re.compile(r"(?:download|télécharger|descargar|herunterladen|scarica|baixar|unduh|ទាញយក|ดาวน์โหลด)\b", re.I)
_BOILERPLATE = re.compile(
    r"subscribe to|sign up (?:for|to)|newsletter|follow us|all rights reserved|©|copyright|privacy policy"
    r"|cookies?\b|keep up to date|share this|abonnez-vous|suscríbase",
    re.I,
)
_ENOUGH = 200  # characters of prose in a publication


@dataclass(frozen=True, slots=True)
class _Entry:
    blocks: tuple[Block, ...]
    heading: Found | None


def extract(text: str, url: str, setting: Setting, language: str) -> Extraction:
    """The entries of a text document; address is where it stands (for anchors and relative links)."""
    blocks = textblocks.blocks(text, setting)
    language = language or scripts.language(text[:4000])
    single = _publication(blocks, setting)
    if single is not None:
        record, left = _single(blocks, single, setting, url, language)
        return Extraction("text", "publication", record.title, language, (record,), left)
    title, entries, left_out = _listed(blocks, setting)
    records = tuple(_record(entry, setting, url, language) for entry in entries)
    more = [
        block.text
        for entry, record in zip(entries, records, strict=True)
        for block in entry.blocks
        if not _is_told(block, record, setting)
    ]
    left_out = (*left_out, *tallied([(INSIDE, more)]))
    return Extraction("text", "lines" if records else "none", title, language, records, left_out)


def _is_told(block: Block, record: Record, setting: Setting) -> bool:
    """Whether a record says what a block of it says: its title or text, its date, its kind."""
    if block.text in (record.title, record.summary) or kinds.of_type_line(block.text) is not None:
        return True
    return record.date is not None and _dateline(block.text, setting) is not None


# ---- lists ----


def _listed(blocks: Sequence[Block], setting: Setting) -> tuple[str, list[_Entry], tuple[LeftOut, ...]]:
    """The document's title, its entries, and the blocks that are in none."""
    left: dict[str, list[str]] = {}
    entries: list[_Entry] = []
    current: list[Block] = []
    heading: Found | None = None
    year: Found | None = None
    title = ""
    bare = not any(block.marked for block in blocks)

    def close() -> None:
        if current:
            entries.append(_Entry(tuple(current), heading))
            current.clear()

    for place, block in enumerate(blocks):
        day = _date_heading(block, setting) if not block.marked else None
        if day is not None and _heads(blocks, place, day, bare):
            close()
            if day.month is None:
                year = day
            heading = _within_year(day, year)
            left.setdefault("heading", []).append(block.text)
        elif block.marked:
            close()
            current.append(block)
        elif _ends_list(block, bool(current), entries):
            close()
            left.setdefault("boilerplate" if _BOILERPLATE.search(block.text) else "heading", []).append(block.text)
        elif current:
            current.append(block)
        elif heading is not None and _is_prose(block):
            current.append(block)
            close()
        elif bare and heading is None and _begins_dated(blocks, place, setting):
            current.append(block)
        else:
            title = title or (block.text if not entries and words.width(block.text) <= 160 else "")
            left.setdefault("heading" if block.text == title else _reason(block), []).append(block.text)
        if bare and current and _next_begins(blocks, place + 1, setting):
            close()
    close()
    return title, entries, tallied(left.items())


def _reason(block: Block) -> str:
    return "boilerplate" if _BOILERPLATE.search(block.text) else "heading" if block.level else "other text"


def _date_heading(block: Block, setting: Setting) -> Found | None:
    if len(block.text) > 40:
        return None
    found = dates.whole(block.text, setting) or month_alone(block.text, setting)
    return found if found is not None and found.form != "relative" else None


def _heads(blocks: Sequence[Block], place: int, day: Found, bare: bool) -> bool:
    """Whether a date stands over entries, not in one: a month or a year, or a day before a marked item or a
    Markdown heading.
    """
    if blocks[place].level:
        return True
    following = blocks[place + 1] if place + 1 < len(blocks) else None
    if day.day is None:
        return following is not None
    return (
        following is not None
        and following.marked
        and (place == 0 or not blocks[place - 1].marked)
        and not bare
        and not _has_open(blocks, place)
    )


def _has_open(blocks: Sequence[Block], place: int) -> bool:
    """Whether the date at a place belongs to the entry above it: a list item stands before it without another
    date.
    """
    for block in reversed(blocks[:place]):
        if block.marked:
            return True
        if block.level:
            return False
    return False


def _within_year(day: Found, year: Found | None) -> Found:
    if day.year is None and year is not None and year.year is not None:
        return replace(day, year=year.year) if day.day is None else day.completed(year.year)
    return day


def _ends_list(block: Block, inside: bool, entries: list[_Entry]) -> bool:
    if block.level:
        return True
    return bool(_BOILERPLATE.search(block.text)) and words.width(block.text) < 200 and (not inside or bool(entries))


def _is_prose(block: Block) -> bool:
    return words.is_paragraph(block.text) or words.width(block.text) > 60


def _begins_dated(blocks: Sequence[Block], place: int, setting: Setting) -> bool:
    """Whether an unmarked entry begins here: a short text with a date line right after it (or before its text)."""
    block = blocks[place]
    if words.is_paragraph(block.text) or words.width(block.text) > 250:
        return False
    ahead = blocks[place + 1 : place + 3]
    if dates.whole(block.text, setting) is not None or _dateline(block.text, setting) is not None:
        return bool(ahead)
    if kinds.of_type_line(block.text) is not None:
        return len(ahead) == 2 and _dateline(ahead[1].text, setting) is not None
    return bool(ahead) and _dateline(ahead[0].text, setting) is not None


def _next_begins(blocks: Sequence[Block], place: int, setting: Setting) -> bool:
    return (
        place < len(blocks)
        and _begins_dated(blocks, place, setting)
        and (
            kinds.of_type_line(blocks[place].text) is not None
            or (
                _dateline(blocks[place].text, setting) is None
                and (place == 0 or kinds.of_type_line(blocks[place - 1].text) is None)
            )
        )
    )


def _dateline(text: str, setting: Setting) -> tuple[Found, str] | None:
    """A line that is a date, and perhaps a place after it."""
    if len(text) > 90:
        return None
    for found in dates.find(text, setting):
        after = text[found.end :].strip(" ,;|–-")
        if text[: found.start].strip(" ,(") == "" and found.year is not None and (not after or fields.is_place(after)):
            return found, after
    whole = dates.whole(text, setting)
    return (whole, "") if whole is not None and whole.year is not None else None


def _record(entry: _Entry, setting: Setting, url: str, language: str) -> Record:
    typed: str | None = None
    day: Found | None = None
    place, title, summary = "", "", ""
    address = next((block.address for block in entry.blocks if block.address), "")
    for number, block in enumerate(entry.blocks):
        if typed is None and not title and (kind := kinds.of_type_line(block.text)) and number + 1 < len(entry.blocks):
            typed = kind
        elif day is None and (line := _dateline(block.text, setting)) is not None:
            day, place = line
        elif (
            not title
            and not summary
            and (
                block.marked
                or not _is_prose(block)
                or (number == 0 and typed is None and day is None and _titled(entry.blocks))
            )
            and not _bare(block, entry)
        ) or (not title and number and not summary and not words.is_paragraph(block.text)):
            title = block.text
        elif not summary:
            summary = block.text
    return _told(title, summary, address, typed, day, place, entry.heading, url, language)


def _titled(blocks: Sequence[Block]) -> bool:
    return len(blocks) > 1 and not words.is_paragraph(blocks[0].text)


def _bare(block: Block, entry: _Entry) -> bool:
    """Whether a block is the whole of an entry without a title."""
    return not block.marked and len(entry.blocks) == 1 and _is_prose(block)


def _told(
    title: str,
    summary: str,
    address: str,
    typed: str | None,
    day: Found | None,
    place: str,
    heading: Found | None,
    url: str,
    language: str,
) -> Record:
    own = links.absolute(address, url) if address and url else None
    files: tuple[Enclosure, ...] = ()
    if own and links.media_type(own):
        files = (Enclosure(own, links.media_type(own), scripts.in_file_name(own), ""),)
    if day is not None and day.date is None and heading is not None and heading.year is not None:
        day = day.completed(heading.year)
    shown, origin, sure = (day, "own line", 0.95) if day is not None and day.date else (heading, "heading above", 0.9)
    when = shown.date if shown is not None else None
    return Record(
        title=title,
        display_title="" if title else words.first_sentence(summary),
        url=own,
        anchor="" if own else fields.fragment(title or summary),
        date=when,
        published=_time(shown) if when else None,
        place=place,
        kind=typed or kinds.of(title, own, summary),
        summary=summary,
        language=scripts.language(title or summary) or language,
        enclosures=files,
        confidence={"title": 0.85 if title else 0.0, "date": sure if when else 0.0},
        origin={"title": "line" if title else "derived", **({"date": origin} if when else {})},
    )


def _time(found: Found | None) -> datetime | None:
    return found.published if found is not None else None


# ---- one publication ----


def _publication(blocks: Sequence[Block], setting: Setting) -> int | None:
    """The place of the date line, where a document is one publication: title, date line, prose, no list."""
    if len(blocks) < 3 or any(block.marked for block in blocks[:8]):
        return None
    place = next((number for number, block in enumerate(blocks[1:4], 1) if _dateline(block.text, setting)), None)
    if place is None or words.width(blocks[0].text) > 250:
        return None
    others = sum(1 for block in blocks[place + 1 :] if len(block.text) < 60 and _dateline(block.text, setting))
    prose = sum(words.width(block.text) for block in blocks[place + 1 :] if _is_prose(block))
    return place if not others and prose >= _ENOUGH else None


def _single(
    blocks: Sequence[Block], place: int, setting: Setting, url: str, language: str
) -> tuple[Record, tuple[LeftOut, ...]]:
    left: dict[str, list[str]] = {}
    typed = next((kind for block in blocks[:place] if (kind := kinds.of_type_line(block.text))), None)
    title = next(block.text for block in blocks if kinds.of_type_line(block.text) is None)
    line = _dateline(blocks[place].text, setting)
    body: list[Block] = []
    ended = False
    for block in blocks[place + 1 :]:
        ended = ended or (bool(_BOILERPLATE.search(block.text)) and words.width(block.text) < 200)
        if ended:
            left.setdefault("boilerplate", []).append(block.text)
        elif _DOWNLOAD.match(block.text) and not block.address:
            left.setdefault("download without a link", []).append(block.text)
        else:
            body.append(block)
    prose = [block for block in body if _is_prose(block)]
    summary = next((block.text for block in prose if not block.quoted), prose[0].text if prose else "")
    day, where = line if line is not None else (None, "")
    record = _told(title, summary, "", typed, day, where, None, url, language)
    left[INSIDE] = [block.text for block in (*blocks[:place], *body) if not _is_told(block, record, setting)]
    return replace(record, url=url or None, anchor=""), tallied(left.items())
