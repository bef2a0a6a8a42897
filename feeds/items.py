"""What a feed says of an entry, and of itself, before any format comes into it.

Pure: no store, no clock, no XML. `feeds.syndication` and `feeds.jsonfeed` write
what is decided here. The surprising rule: a date that is known to the month or
the year only never becomes an instant; it stands in words before the summary
(requirements: feeds 7).
"""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

import nh3

from state.dates import precision
from state.records import Enclosure, Entry, Site, Source, Topic
from state.text import clean, clean_block, folded
from templates import dates, links

COUNTRIES = "urn:iso:std:iso:3166"
OCTETS = "application/octet-stream"
_TYPES = {
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "epub": "application/epub+zip",
    "htm": "text/html",
    "html": "text/html",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "pdf": "application/pdf",
    "png": "image/png",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "rtf": "application/rtf",
    "txt": "text/plain",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
    "zip": "application/zip",
}
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_TITLE_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Category:
    """term: for machines, within scheme (an IRI). label: for people."""

    term: str
    scheme: str
    label: str


@dataclass(frozen=True, slots=True)
class Item:
    """An entry, every text clean, every URL absolute http(s) or "".

    link: its page at the source, else its permanent page with us. page: that permanent page, "" where it is the link.
    via: the page or feed it was found in. source_feed: our own feed of that source.
    published: only with day precision or better. lead: month or year in words and the place, or "".
    content: sanitised HTML, or "". language: BCP 47, "" where it is the site's own.
    """

    urn: str
    title: str
    updated: datetime
    published: datetime | None
    link: str
    page: str
    via: str
    source_title: str
    source_feed: str
    author: str
    lead: str
    summary: str
    content: str
    language: str
    categories: tuple[Category, ...]
    enclosures: tuple[Enclosure, ...]

    @property
    def text(self) -> str:
        """The summary as plain text, with the lead before it."""
        return " – ".join(part for part in (self.lead, self.summary) if part)

    @property
    def abstract(self) -> str:
        """The same as HTML, a paragraph per line."""
        return "".join(f"<p>{html.escape(line)}</p>" for line in self.text.splitlines() if line.strip())

    @property
    def html(self) -> str:
        """What there is to read, as HTML: the lead and the content, else the abstract."""
        lead = f"<p>{html.escape(self.lead)}</p>\n" if self.lead else ""
        return lead + self.content if self.content else self.abstract


@dataclass(frozen=True, slots=True)
class Head:
    """A feed without its entries. urn: its id for ever. served: form -> address. page: for people.

    updated: that of its newest entry, else the feed's creation; never now (RFC 4287 4.2.15).
    style: address of the stylesheet for people who open the feed in a browser.

    older, newer: form -> address of the archive documents before and after it; current: of the feed whose archive
    document this is (RFC 5005 section 4). Each is empty where there is none.
    """

    urn: str
    title: str
    subtitle: str
    language: str
    updated: datetime
    served: Mapping[str, str]
    page: str
    style: str
    author: str
    version: str
    hub: str = ""
    older: Mapping[str, str] = field(default_factory=dict)
    newer: Mapping[str, str] = field(default_factory=dict)
    current: Mapping[str, str] = field(default_factory=dict)


def item(entry: Entry, *, topics: Mapping[str, Topic], source: Source, site: Site) -> Item:
    """Decide what the feeds say of an entry. topics: by id, at least those it is filed under."""
    record = entry.record
    language = language_of(record.language or source.language)
    own, page, via = web_url(entry.url), links.entry(site, entry.id), web_url(source.base_url) or web_url(source.where)
    summary = clean_block(record.summary)
    return Item(
        urn=clean(entry.urn),
        title=title_of(entry),
        updated=_second(entry.updated_at),
        published=_second(entry.published_at) if entry.published_at else None,
        link=own or page,
        page=page if own else "",
        via=via,
        source_title=clean(source.title) or source.id,
        source_feed=links.feed(site, f"source-{source.id}", "rss"),
        author=clean(record.author),
        lead=_lead(entry, site.language),
        summary=summary,
        content=_content(record.content, own or via, summary),
        language="" if language == site.language else language,
        categories=_categories(entry, topics, site),
        enclosures=tuple(_enclosures(record.enclosures, own or via)),
    )


def title_of(entry: Entry) -> str:
    """The title as plain text; derived where the document has none, so that it is never empty (feeds 16)."""
    title = clean(entry.title)
    if title:
        return title
    summary = clean(entry.record.summary)
    if len(summary) > _TITLE_LENGTH:
        summary = summary[:_TITLE_LENGTH].rsplit(" ", 1)[0] + "…"
    return summary or clean(entry.url) or entry.id


def web_url(url: str, base: str = "") -> str:
    """An absolute http(s) address without white space, or "" for everything else."""
    try:
        whole = urljoin(base, clean(url)) if base else clean(url)
        parts = urlsplit(whole)
        _ = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return re.sub(r"[\s<>\"\\^`{|}]", lambda odd: f"%{ord(odd[0]):02X}", whole)


def language_of(language: str) -> str:
    """A BCP 47 tag, or "" for what is none."""
    language = clean(language).replace("_", "-")
    return language if _LANGUAGE.fullmatch(language) else ""


def kind_label(kind: str) -> str:
    """ "press-release" as people write it: "Press release"."""
    return clean(kind).replace("-", " ").capitalize()


def country_label(code: str, language: str) -> str:
    """The name of an ISO 3166 country in a language, else the code."""
    name: str = dates.locale(language).territories.get(code, code)
    return name


def _second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)


def _lead(entry: Entry, language: str) -> str:
    date = entry.record.date
    words = dates.honest(date, language) if date and precision(date) != "day" else ""
    return ", ".join(part for part in (words, clean(entry.record.place)) if part)


def _content(content: str, base: str, summary: str) -> str:
    """Sanitised, addresses absolute, images without tracking; "" where it says no more than the summary (feeds 23)."""
    if not content.strip():
        return ""
    safe = nh3.clean(
        clean_block(content),
        url_schemes={"http", "https", "mailto"},
        url_relative=("rewrite_with_base", base) if base else "deny",
    ).strip()
    words = folded(html.unescape(nh3.clean(safe, tags=set())))
    return safe if words and ("<img" in safe or words != folded(summary)) else ""


def _categories(entry: Entry, topics: Mapping[str, Topic], site: Site) -> tuple[Category, ...]:
    home = links.home(site)
    filed = [topics[topic] for topic in sorted(entry.topics) if topic in topics]
    made = [Category(topic.id, f"{home}topics", clean(topic.title) or topic.id) for topic in filed]
    made += [Category(code, COUNTRIES, country_label(code, site.language)) for code in entry.countries.effective]
    if entry.record.kind:
        made.append(Category(clean(entry.record.kind), f"{home}#kinds", kind_label(entry.record.kind)))
    return tuple(made)


def _enclosures(files: Sequence[Enclosure], base: str) -> list[Enclosure]:
    met: dict[str, Enclosure] = {}
    for file in files:
        url = web_url(file.url, base)
        kind = clean(file.type).lower()
        if url and url not in met:
            met[url] = Enclosure(
                url,
                kind if _TYPE.fullmatch(kind) else type_by_name(url),
                language_of(file.language),
                clean(file.title),
                file.length,
            )
    return list(met.values())


def type_by_name(url: str) -> str:
    """The media type that an address's ending promises; octets where it says nothing."""
    ending = urlsplit(url).path.rpartition(".")[2].lower()
    return _TYPES.get(ending, OCTETS)
