"""Read a plain-text document: a numbered list, a list under months, dated entries, or one publication.

Pure. Paragraphs (lines between blank lines) are read by a small grammar: `N.` begins an entry, a type line, a title,
a date line with its place, and prose follow. Ordinals only part entries: a list that starts again at 1, or has every
number moved by one, gives the same records. An entry without a title begins where prose follows a date heading.
Markdown headings, bullets and links are understood.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from feeds.extraction import datelines, dates, kinds, scripts, textblocks, textentries, words
from feeds.extraction.datevalues import Found, Setting
from feeds.extraction.headings import month_alone
from feeds.extraction.leftout import INSIDE, tallied
from feeds.extraction.textentries import Entry
from feeds.extraction.textmarks import Block
from state.records import Extraction, LeftOut, Record

_DOWNLOAD = re.compile(r"(?:download|télécharger|descargar|herunterladen|scarica|baixar|unduh|ទាញយក|ดาวน์โหลด)\b", re.I)
_BOILERPLATE = re.compile(
    r"subscribe to|sign up (?:for|to)|newsletter|follow us|all rights reserved|©|copyright|privacy policy"
    r"|cookies?\b|keep up to date|share this|abonnez-vous|suscríbase|unsubscribe|you (?:are )?receiv(?:e|ing) this"
    r"|se désabonner|darse de baja|abbestellen|отписаться",
    re.I,
)
_RELEASED = re.compile(
    r"\W*(?:for (?:immediate )?release|pour diffusion immédiate|para (?:su )?publicación inmediata"
    r"|para divulgação imediata|zur sofortigen veröffentlichung|per la pubblicazione immediata)\b.{0,40}"
    r"|\W*(?:embargo(?:ed)?|not for release|sperrfrist)\b.{0,80}",
    re.I,
)
_ENOUGH = 200  # characters of prose in a publication
_FEWEST = 2  # dates of a list


def extract(text: str, url: str, setting: Setting, language: str) -> Extraction:
    """The entries of a text document; address is where it stands (for anchors and relative links)."""
    blocks = textblocks.blocks(text, setting)
    language = language or scripts.language(text[:4000])
    single = _publication(blocks, setting)
    if single is not None:
        record, left = _single(blocks, single, setting, url, language)
        return Extraction("text", "publication", record.title, language, (record,), left)
    title, entries, left_out = _listed(blocks, setting)
    read = [(entry, textentries.record(entry, setting, url, language)) for entry in entries]
    said = [(entry, record) for entry, record in read if _says(record)]
    records = tuple(record for _, record in said)
    more = [
        block.text
        for entry, record in said
        for block in entry.blocks
        if not textentries.is_told(block, record, url, setting)
    ]
    empty = [block.text for entry, record in read if not _says(record) for block in entry.blocks]
    left_out = (*left_out, *tallied([(INSIDE, more), ("a date alone", empty)]))
    return Extraction("text", "lines" if records else "none", title, language, records, left_out)


def _says(record: Record) -> bool:
    return bool(record.title or record.display_title or record.summary)


# ---- lists ----


def _listed(blocks: Sequence[Block], setting: Setting) -> tuple[str, list[Entry], tuple[LeftOut, ...]]:
    """The document's title, its entries, and the blocks that are in none."""
    left: dict[str, list[str]] = {}
    entries: list[Entry] = []
    current: list[Block] = []
    heading: Found | None = None
    year: Found | None = None
    title = ""
    bare = not any(block.marked for block in blocks)
    dates_first = bare and _are_dates_first(blocks, setting)

    def close() -> None:
        if current:
            entries.append(Entry(tuple(current), heading))
            current.clear()

    for place, block in enumerate(blocks):
        day = _date_heading(block, setting) if not block.marked and not block.field else None
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
        elif heading is not None and textentries.is_prose(block):
            current.append(block)
            close()
        elif bare and heading is None and _begins_dated(blocks, place, setting, dates_first):
            current.append(block)
        else:
            title = title or (block.text if not entries and words.width(block.text) <= 160 else "")
            left.setdefault("heading" if block.text == title else _reason(block), []).append(block.text)
        if bare and current and _next_begins(blocks, place + 1, setting, dates_first):
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


def _ends_list(block: Block, inside: bool, entries: list[Entry]) -> bool:
    if block.level or block.field:
        return block.level > 0
    return bool(_BOILERPLATE.search(block.text)) and words.width(block.text) < 200 and (not inside or bool(entries))


def _are_dates_first(blocks: Sequence[Block], setting: Setting) -> bool:
    """Whether the dates of a list stand before their titles: the document begins with one, or prose stands before
    most of the others and none behind them.
    """
    days = [number for number, block in enumerate(blocks) if datelines.line(block.text, setting) is not None]
    if len(days) < _FEWEST:
        return False
    if days[0] == 0:
        return True
    alike = sum(words.is_sentence(blocks[day - 1].text) or textentries.is_prose(blocks[day - 1]) for day in days[1:])
    titled = sum(day + 1 < len(blocks) and not words.is_sentence(blocks[day + 1].text) for day in days)
    return alike * 2 > len(days) - 1 and titled * 2 > len(days)


def _begins_dated(blocks: Sequence[Block], place: int, setting: Setting, dates_first: bool) -> bool:
    """Whether an unmarked entry begins here: a short text with a date line right after it (or before its text)."""
    block = blocks[place]
    if words.is_paragraph(block.text) or words.width(block.text) > 250:
        return False
    ahead = blocks[place + 1 : place + 3]
    if dates.whole(block.text, setting) is not None or datelines.line(block.text, setting) is not None:
        return bool(ahead)
    if dates_first:
        return False
    if kinds.of_type_line(block.text) is not None:
        return len(ahead) == 2 and datelines.line(ahead[1].text, setting) is not None
    return bool(ahead) and datelines.line(ahead[0].text, setting) is not None


def _next_begins(blocks: Sequence[Block], place: int, setting: Setting, dates_first: bool) -> bool:
    """Whether the entry that is being read ends, because the next block begins another one."""
    if place >= len(blocks) or not _begins_dated(blocks, place, setting, dates_first):
        return False
    if dates_first or kinds.of_type_line(blocks[place].text) is not None:
        return True
    dated = datelines.line(blocks[place].text, setting) is not None
    return not dated and (place == 0 or kinds.of_type_line(blocks[place - 1].text) is None)


# ---- one publication ----


def _publication(blocks: Sequence[Block], setting: Setting) -> int | None:
    """The place of the date line, where a document is one publication: title, date line, prose, no list."""
    if len(blocks) < 3 or any(block.marked for block in blocks[:8]):
        return None
    place = next(
        (number for number, block in enumerate(blocks[1:4], 1) if datelines.letterhead(block.text, setting)), None
    )
    if place is None or words.width(blocks[0].text) > 250:
        return None
    others = sum(1 for block in blocks[place + 1 :] if len(block.text) < 60 and datelines.line(block.text, setting))
    prose = sum(words.width(block.text) for block in blocks[place + 1 :] if textentries.is_prose(block))
    return place if not others and prose >= _ENOUGH else None


def _single(
    blocks: Sequence[Block], place: int, setting: Setting, url: str, language: str
) -> tuple[Record, tuple[LeftOut, ...]]:
    left: dict[str, list[str]] = {}
    heads = [block for block in blocks[:place] if _kind_of_head(block.text) is None]
    title = (heads or blocks)[0]
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
    prose = [block for block in body if textentries.is_prose(block)]
    summary = next((block for block in prose if not block.quoted), prose[0] if prose else None)
    line = datelines.letterhead(blocks[place].text, setting)
    parts = [replace(title, marked=True), *([replace(summary, address="")] if summary else [])]
    parts.append(Block(blocks[place].text, field="date"))
    parts += [Block(line[1], field="place")] if line is not None and line[1] else []
    record = textentries.record(Entry(tuple(parts), None), setting, "", language)
    kind = next((kind for block in blocks[:place] if (kind := _kind_of_head(block.text))), record.kind)
    record = replace(record, url=url or None, anchor="", kind=kind)
    rest = [block for block in (*blocks[:place], *body) if _kind_of_head(block.text) is None]
    left[INSIDE] = [block.text for block in rest if not textentries.is_told(block, record, url, setting)]
    return record, tallied(left.items())


def _kind_of_head(text: str) -> str | None:
    """The kind a line above a title names, or "press-release" for the words with which one is let go."""
    return kinds.of_type_line(text) or ("press-release" if _RELEASED.fullmatch(text) else None)
