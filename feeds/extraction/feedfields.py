"""What one entry of a feed says, in the words of its format, and the record that it is.

Pure. Shared by the readers of XML feeds (`feedformats`) and of JSON (`jsonformats`), so that a title, a date or
a download means the same whatever the format. A day without a time stays a day: it is no midnight.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote, urlsplit

import nh3

from feeds.extraction import dates, dom, kinds, links, scripts, words
from feeds.extraction.datevalues import Setting
from state.dates import PartialDate
from state.records import Enclosure, Record
from state.text import clean

MOST = 10_000  # entries of one feed
_W3C_DAY = re.compile(r"\d{4}(?:-\d{2}){0,2}")  # without a time (W3C NOTE-datetime)
_LONGEST_WHEN = 80  # characters
_SUMMARY = 400  # characters taken from the content where there is no summary
_ENDING = re.compile(r"\.(?:html?|php|aspx?|jsp|pdf|docx?|xlsx?)$", re.I)
_GAPS = re.compile(r"[-_+\s]+")
_INDEX = re.compile(r"(?:index|default|home)", re.I)
_LONGEST_PATH = 120  # characters of a title made of a path


@dataclass(frozen=True, slots=True)
class File:
    """A download as the feed names it; its address may be relative."""

    address: str
    type: str = ""
    length: str = ""
    language: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Fields:
    """What one entry says, as text of the feed. title, summary and content may be markup. base: of its links.

    published, updated: as written. categories: as written, the kind may be among them.
    """

    title: str = ""
    link: str = ""
    guid: str = ""
    published: str = ""
    updated: str = ""
    summary: str = ""
    content: str = ""
    author: str = ""
    language: str = ""
    place: str = ""
    kind: str = ""
    categories: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    base: str = ""


@dataclass(frozen=True, slots=True)
class When:
    """A time as a format writes it. time: None where only a day, month or year is said."""

    date: PartialDate
    time: datetime | None


def record(said: Fields, language: str, setting: Setting) -> Record:
    """The entry that was said. language: of the whole feed."""
    title = plain(said.title)
    summary = plain(said.summary) or words.first_sentence(plain(said.content), _SUMMARY)
    published, updated = when(said.published, setting), when(said.updated, setting)
    given = published or updated
    link = links.absolute(said.link, said.base)
    markup = said.content or (said.summary if "<" in said.summary else "")
    display = "" if title else words.first_sentence(summary) or (display_title(link) if link else "")
    return Record(
        title=title,
        display_title=display,
        url=link,
        guid=clean(said.guid),
        date=given.date if given else None,
        published=published.time if published else None,
        updated=updated.time if updated else None,
        place=plain(said.place),
        kind=_kind(said) or kinds.of(title, link, summary),
        summary=summary,
        content=nh3.clean(markup) if markup else "",
        language=scripts.language(title or summary) or said.language or language,
        author=plain(said.author),
        enclosures=tuple(enclosures(said.files, said.base)),
        confidence={"title": 1.0 if title else 0.0, "date": 1.0 if published else 0.7 if updated else 0.0},
        origin={
            "title": "own field" if title else "derived",
            **({"date": "own field" if published else "updated"} if given else {}),
        },
    )


def telling(records: Iterable[Record]) -> tuple[tuple[Record, ...], int]:
    """The records that say anything by which they can be shown, and how many do not."""
    found = tuple(records)
    kept = tuple(one for one in found if one.title or one.display_title or one.summary)
    return kept, len(found) - len(kept)


def _kind(said: Fields) -> str | None:
    named = (kinds.of_type_line(clean(name)) for name in (said.kind, *said.categories) if name)
    return next((kind for kind in named if kind), None)


def enclosures(files: Iterable[File], base: str) -> Iterator[Enclosure]:
    """The downloads with an address, each once."""
    seen: set[str] = set()
    for file in files:
        url = links.absolute(file.address, base)
        if url is None or url in seen:
            continue
        seen.add(url)
        length = file.length
        size = int(length) if length.isascii() and length.isdigit() and len(length) < 16 and int(length) > 0 else None
        spoken = file.language or scripts.in_file_name(url)
        yield Enclosure(url, file.type or links.media_type(url), spoken, clean(file.title), size)


def display_title(address: str) -> str:
    """What an address can be called for want of a title: the words of its last telling part."""
    parts = [unquote(part) for part in urlsplit(address).path.split("/") if part]
    names = [clean(_GAPS.sub(" ", _ENDING.sub("", part))) for part in parts]
    names = [name for name in names if name and not _INDEX.fullmatch(name)]
    telling = [name for name in names if any(sign.isalpha() for sign in name)]
    name = telling[-1] if telling else names[-1] if names else links.host(address)
    if telling and names[-1] != name:
        name = f"{name} {names[-1]}"
    return (name[:1].upper() + name[1:])[:_LONGEST_PATH]


def plain(markup: str) -> str:
    """The text of a title or summary that may be markup."""
    if "<" not in markup and "&" not in markup:
        return clean(markup)
    try:
        tree = dom.parse(markup)
    except dom.TooMuch:
        return clean(re.sub(r"<[^>]*>", " ", markup))
    parts: list[str] = []
    block = -1
    for node in tree.nodes:
        if node.tag == dom.TEXT:
            parts.append((" " if node.block != block else "") + node.text)
            block = node.block
        elif node.tag == "br":
            parts.append(" ")
    return clean("".join(parts))


def when(written: str, setting: Setting) -> When | None:
    """A time as RFC 822, RFC 3339 or the W3C write it, else as people do. Without an offset it is the source's."""
    text = written.strip()
    if not text or len(text) > _LONGEST_WHEN:
        return None
    if _W3C_DAY.fullmatch(text):
        return _day(text)
    with suppress(ValueError):
        found = datetime.fromisoformat(text.replace("Z", "+00:00").replace("z", "+00:00"))
        return _at(found if found.tzinfo else found.replace(tzinfo=setting.zone))
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        found = parsedate_to_datetime(text)
        return _at(found if found.tzinfo else found.replace(tzinfo=UTC))
    day = next((one for one in dates.find(text, setting) if one.date), None)
    return When(day.date, day.published) if day is not None and day.date else None


def _day(text: str) -> When | None:
    padded = (text + "-01-01")[:10]
    with suppress(ValueError):
        datetime.fromisoformat(padded)
        return When(text, None)
    return None


def _at(time: datetime) -> When | None:
    try:
        time.astimezone(UTC)
    except (OverflowError, ValueError):  # the first and the last day of all, in a zone that leads beyond
        return None
    return When(time.date().isoformat(), time)
