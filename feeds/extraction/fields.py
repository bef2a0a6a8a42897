"""Make a record of an item: title, link, date, place, kind, summary, downloads, each with its confidence and origin.

Pure. `feeds.extraction.slots` has decided where title and date stand in this list; here one item is read by it. An
item without a text in a title's place keeps the title "" and gets a display title from its summary. Dates that are
not sure enough are not given.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from feeds.extraction import addressdates, datelines, downloads, kinds, links, scripts, slots, words
from feeds.extraction.datevalues import Found
from feeds.extraction.dom import Node
from feeds.extraction.page import Line, Page
from feeds.extraction.parts import UNPARTED, Day, Name, Parts
from feeds.extraction.slots import Layout
from state.records import Record
from state.text import clean

SURE = 0.6  # a date below this is not given as one
_SHORT = 8  # characters of a day and a month in figures
_OWN = 0.93  # a date in a field of its own
_RULE = 0.6  # share of items: where so many have their date in one slot, a date elsewhere must have a field of its own
_ENOUGH = 0.9  # the score of a slot whose texts are titles
_NAME_SURE = {"heading": 0.95, "link": 0.9, "bold": 0.75, "line": 0.6, "alt": 0.5}
_BRACKETED = re.compile(r"\s*[(\[]([^()\[\]]{4,40})[)\]]\s*$")
_PARTING = (":", ",", ";", "|", "–", "—", "-", "(", "[")
_ASIDE = re.compile(r"\s*\([^)]*\)\s*$")  # "Geneva (Port News)": the place and who sends it


def record(
    page: Page, parts: Parts, layout: Layout, heading: Found | None = None, where: str = "heading above"
) -> Record:
    """The entry an item is. heading: the date of the nearest heading above it, for what has none of its own; where: of
    what sort that heading is.
    """
    name = _title(parts, layout)
    day = _day(parts, layout)
    title = _undated(name, day) if name is not None else ""
    link = _link(page, parts, layout, name)
    typed = _type_line(parts, name)
    place = _place(day, name)
    summary = _summary(page, parts, name, day, typed, place)
    opening = datelines.opening(summary, page.setting) if not place else None
    files = downloads.of(page, parts.links)
    kind = _typed(parts, name, typed) or kinds.of(title, link, summary)
    if day is not None and day.found.year is None and link and (year := links.year_of(link, day.found.month)):
        heading, where = Found(year, None, None, 0, 0, "year"), "address"
    when, published, sure, origin = _date(day, heading, where)
    if when is None and link and (when := addressdates.agreed(_short_texts(parts), link)):
        sure, origin = _OWN, "own field and address"
    confidence, told = {"title": _NAME_SURE[name.sort] if name else 0.0, "date": sure}, {"date": origin}
    told["title"] = name.sort if name is not None else "derived"
    if link:
        told["url"] = "title link" if name is not None and name.link is not None else "own link"
    return Record(
        title=title,
        display_title="" if title else words.first_sentence(summary),
        url=link,
        anchor="" if link else _anchor(page, parts, title, summary),
        date=when,
        published=published,
        place=opening.place if opening is not None else place,
        kind=kind,
        summary=summary,
        language=_language(page, parts, title or summary),
        enclosures=files,
        confidence=confidence,
        origin={field: said for field, said in told.items() if said},
    )


def _short_texts(parts: Parts) -> Iterator[str]:
    """The texts of an item that could be a day without its year."""
    for line in parts.lines:
        yield from (piece.text for piece in line.pieces if piece.link is None and len(piece.text) <= _SHORT)


def _title(parts: Parts, layout: Layout) -> Name | None:
    by_slot = slots.placed(parts.names, layout.later)
    leading = layout.titles[0] if layout.titles else None
    for key, score in layout.titles:
        name = by_slot.get(key)
        if name is None and key in parts.hollow and score > _ENOUGH and not _is_linked(parts):
            return None  # where the others have their titles this one has an image
        if name is None or leading is None or (name.sort == "line" and parts.hollow and words.is_sentence(name.text)):
            continue
        if key != leading[0] and name.sort != "heading" and kinds.of_type_line(name.text) is not None:
            continue
        if key == leading[0] or name.sort in ("heading", "link") or not parts.links:
            return name if score > _ENOUGH else None
    return None


def without_days(page: Page, records: Sequence[Record]) -> list[Record]:
    """The records, their titles without the dates in brackets that they end with ("Version 4.9 (8 May 2006)"), where
    these are their dates and the titles stay different.
    """
    short = [_without_day(page, record) for record in records]
    told = [title for title in short if title]
    alike = len(set(told)) < len(told)
    return list(records) if alike else [replace(one, title=title) for one, title in zip(records, short, strict=True)]


def _without_day(page: Page, record: Record) -> str:
    ending = _BRACKETED.search(record.title) if record.date is not None else None
    day = page.whole(ending[1]) if ending is not None else None
    rest = record.title[: ending.start()] if ending is not None and day is not None and day.date == record.date else ""
    return rest if words.may_be_title(rest) else record.title


def _is_linked(parts: Parts) -> bool:
    """Whether a text of an item that could be its title is a link."""
    return any(name.link is not None and name.sort in ("heading", "link") for name in parts.names)


def _undated(name: Name, day: Day | None) -> str:
    """The title, without the date that the same line begins or ends with."""
    title = clean(name.text)
    if name.sort != "line" or day is None or day.line is not name.line or day.sure < SURE:
        return title
    text = day.piece.text if day.piece is not None else title
    shown = text[day.found.start : day.found.end]
    before, after = title.removesuffix(shown), title.removeprefix(shown)
    for rest, parted in ((after, True), (before, before.rstrip().endswith(_PARTING))):
        if rest != title and parted and words.may_be_title(short := rest.strip(" :,;|–—-()[]")):
            return short
    return title


def _link(page: Page, parts: Parts, layout: Layout, name: Name | None) -> str | None:
    if name is not None and name.link is not None and (url := page.link(name.link)):
        return url
    if name is not None and name.link is None and (inner := _link_at(page, name)):
        return inner
    own = [(node, url) for node, url in parts.links if url not in layout.shared]
    if not own:
        return parts.links[0][1] if len(parts.links) == 1 and not layout.shared else None
    labels = [clean(" ".join(part.text for part in page.tree.within(node))) for node, _ in own]
    if all(links.media_type(url) for _, url in own):
        return _file_in(page.language, own, labels)
    for (node, url), label in zip(own, labels, strict=True):
        if not label or words.is_more(label) or node.order < parts.item.start:
            return url
    if name is None or name.sort != "heading" or len({url for _, url in own}) == 1:
        return next((url for (_, url), label in zip(own, labels, strict=True) if not words.is_idle(label)), None)
    return _dominant(own)


def _file_in(language: str, own: Sequence[tuple[Node, str]], labels: Sequence[str]) -> str:
    """Of an entry's files the one in the page's language, else the first."""
    mine = language.split("-")[0].lower()
    for (node, url), label in zip(own, labels, strict=True):
        said = node.get("hreflang") or scripts.named_in(label) or scripts.in_file_name(url)
        if mine and said.split("-")[0].lower() == mine:
            return url
    return own[0][1]


def _dominant(own: Sequence[tuple[Node, str]]) -> str | None:
    """The address most of an item's links lead to, if there is one."""
    addresses = [url for _, url in own]
    most = max(addresses, key=addresses.count)
    return most if addresses.count(most) > 1 else None


def _link_at(page: Page, name: Name) -> str | None:
    """The address of the link a title stands in (or that stands in the title)."""
    around = page.tree.nodes[name.order].link
    return page.link(around) if around is not None else None


def _day(parts: Parts, layout: Layout) -> Day | None:
    by_slot: dict[tuple[str, ...], Day] = {}
    for day in parts.days:
        known = by_slot.get(day.slot)
        if known is None or day.sure > known.sure:
            by_slot[day.slot] = day
    best: Day | None = None
    ruled = bool(layout.days) and layout.days[0][1] >= _RULE
    for number, (slot, _) in enumerate(layout.days):
        day_here = by_slot.get(slot)
        if day_here is None:
            continue
        if slot in layout.settled and UNPARTED <= day_here.sure < SURE:
            day_here = replace(day_here, sure=SURE)
        if number == 0 and day_here.sure >= SURE:
            return _visible(day_here, parts)
        if (best is None or day_here.sure > best.sure) and (day_here.sure >= _OWN or not ruled):
            best = day_here
    return _visible(best, parts) if best is not None else None


def _visible(day: Day, parts: Parts) -> Day:
    """The date readers see, where an attribute says another day (of another time zone)."""
    if day.line is not None:
        return day
    shown = [
        other
        for other in parts.days
        if other.line is not None and other.sure >= 0.9 and other.found.day is not None and other.found.date
    ]
    if shown and all(other.found.date != day.found.date for other in shown):
        return shown[0]
    same = [other for other in shown if other.found.date == day.found.date]
    return (
        Day(day.found, day.slot, day.sure, day.origin, same[0].line, same[0].piece, same[0].after, same[0].before)
        if same
        else day
    )


def _date(day: Day | None, heading: Found | None, where: str) -> tuple[str | None, datetime | None, float, str]:
    """Date, time, how sure, and where from. A heading completes what lacks a year and serves what has no date."""
    if day is not None and day.sure >= SURE:
        found, origin = day.found, day.origin
        if found.date is None and heading is not None and heading.year is not None and not found.ambiguous:
            found, origin = found.completed(heading.year), f"{origin} and {where}"
        if found.date is not None and not (heading is not None and _finer(heading, found)):
            return found.date, _time(found), day.sure, origin
    if heading is not None and heading.date is not None:
        return heading.date, None, 0.9, where
    return None, None, day.sure if day is not None else 0.0, ""


def _finer(heading: Found, own: Found) -> bool:
    """Whether the heading says more of the same day than the item's own date."""
    return bool(own.date and heading.date and len(heading.date) > len(own.date) and heading.date.startswith(own.date))


def _time(found: Found) -> datetime | None:
    when = found.published
    return None if when is None or (when.hour, when.minute, when.second) == (0, 0, 0) else when


def _type_line(parts: Parts, name: Name | None) -> Line | None:
    for line in parts.lines:
        if (name is None or line is not name.line) and kinds.of_type_line(line.text) is not None:
            return line
        if words.is_paragraph(line.text):
            return None  # what stands below the text names other things: photos, related videos
    return None


def _typed(parts: Parts, name: Name | None, typed: Line | None) -> str | None:
    """The kind by a type line, or by a tag set apart in a line before the text ("Report | 8 May 2006")."""
    if typed is not None:
        return kinds.of_type_line(typed.text)
    for line in parts.lines:
        if words.is_paragraph(line.text):
            return None
        for piece in line.pieces if len(line.pieces) > 1 else ():
            if (name is None or piece.start != name.order) and (kind := kinds.of_type_line(piece.text)):
                return kind
    return None


def _place(day: Day | None, name: Name | None) -> str:
    """The dateline: what follows the date on its line ("08 May 2006, PHNOM PENH"), or capitals before it."""
    if day is None or day.line is None or (name is not None and name.line is day.line):
        return ""
    after, before = _ASIDE.sub("", day.after).strip(" ,;|–-"), day.before.strip(" ,;|–-")
    if day.piece is not None and not after and not before:
        at = day.line.pieces.index(day.piece)
        after = (
            day.line.pieces[at + 1].text.strip(" ,;|–-")
            if at + 1 < len(day.line.pieces) and day.line.pieces[at + 1].link is None
            else ""
        )
        before = day.line.pieces[at - 1].text.strip(" ,;|–-") if at and day.line.pieces[at - 1].link is None else ""
    if day.line.text[:1] and is_place(after) and (day.after.startswith((",", "–", "-", "|", "(")) or after.isupper()):
        return after
    return before if is_place(before) and before.isupper() else ""


def is_place(text: str) -> bool:
    """Whether a text can be a dateline: a few words beginning with capitals, no figures, no person and no office."""
    return datelines.is_place(text)


def _summary(page: Page, parts: Parts, name: Name | None, day: Day | None, typed: Line | None, place: str) -> str:
    """The first paragraph that is not the title, the date, the type or a lead-on."""
    longest = ""
    for line in parts.lines:
        if (
            line is typed
            or (name is not None and line is name.line)
            or (day is not None and line is day.line and _used_up(day, place))
        ):
            continue
        text = _unnamed(line, name, day) if _shares(line, name, day) else line.text
        if (
            not text
            or words.is_more(text)
            or (line.linked and not words.is_paragraph(text) and not _of_title_link(line, name))
        ):
            continue
        if page.dates(text) and words.width(text) < 40:
            continue
        if words.is_paragraph(text) or words.width(text) >= 60:
            return clean(text)
        longest = text if len(text) > len(longest) else longest
    return clean(longest) if words.width(longest) >= 20 else ""


def _of_title_link(line: Line, name: Name | None) -> bool:
    """Whether a linked line belongs to the title's own link: a card that is a link as a whole."""
    return name is not None and name.link is not None and all(piece.link is name.link for piece in line.pieces)


def _used_up(day: Day, place: str) -> bool:
    """Whether the line of a date says little else."""
    rest = f"{day.before} {day.after}".strip()
    if day.line is not None and day.piece is not None:
        rest += "".join(piece.text for piece in day.line.pieces if piece is not day.piece and piece.link is None)
    return len(rest) <= len(place) + 25


def _shares(line: Line, name: Name | None, day: Day | None) -> bool:
    """Whether a line holds the title, or begins with the date, and says more."""
    if name is not None:
        return line.start <= name.order < line.end
    return day is not None and day.piece is line.pieces[0]


def _unnamed(line: Line, name: Name | None, day: Day | None) -> str:
    """What a line says besides the title and the date it begins with."""
    rest = [
        piece
        for piece in line.pieces
        if name is None
        or (not piece.start <= name.order < piece.end and (piece.link is None or piece.link is not name.link))
    ]
    text = " ".join(piece.text for piece in rest if day is None or piece is not day.piece)
    return text.lstrip(" ,;:|–-—.").strip()


def _anchor(page: Page, parts: Parts, title: str, summary: str) -> str:
    """Where an entry without a link stands: the id of its element, or a text fragment (WICG scroll-to-text)."""
    node = page.tree.nodes[parts.item.start]
    if node.get("id") and not any(sign.isdigit() for sign in node.get("id")[:1]):
        return quote(node.get("id"), safe="")
    return fragment(title or summary)


def fragment(text: str) -> str:
    """A text fragment for the beginning of a text, or "" for none: at most ten words or 80 characters."""
    if not text:
        return ""
    start = " ".join(text.split()[:10])[:80]
    return ":~:text=" + quote(start, safe="").replace("-", "%2D")


def _language(page: Page, parts: Parts, text: str) -> str:
    node: Node | None = page.tree.nodes[parts.item.start]
    inner = page.tree.nodes[parts.item.start : min(parts.item.end, parts.item.start + 12)]
    said = next((one.get("lang") for one in inner if one.get("lang")), "")
    while not said and node is not None:
        said = node.get("lang")
        node = node.parent
    by_script = scripts.language(text)
    if by_script and said.split("-")[0] != by_script and not (by_script == "zh" and said.startswith("ja")):
        return by_script
    return said or page.language
