"""Atom and RSS through feedgen: the only module that imports it, with one registered extension of ours.

An entry is rendered once, to a fragment that is kept; a feed is its head plus
kept fragments joined (`document`), so the same state gives the same bytes and
feedgen's cost is paid once per entry. A fragment is cut from a document of
entries alone, so that its namespaces are those declared at the root.

What the extension mends: feedgen drops rel, type, hreflang, title and length of
an entry's links (its #135), knows neither xml:lang per entry nor hub links nor
an id in atom:source, and gives RSS one enclosure and no names. Called by
`feeds.poll` (in its transaction) and `feeds.publish`; touches no store.
"""

import threading
from collections.abc import Mapping, Sequence
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import quoteattr

from feedgen.ext.base import BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from feeds import items, jsonfeed
from feeds.items import Head, Item
from state.chunks import chunks
from state.records import Entry, Site, Source, Topic
from templates import links

_ATOM = "http://www.w3.org/2005/Atom"
_DC = "http://purl.org/dc/elements/1.1/"
_HISTORY = "http://purl.org/syndication/history/1.0"
_MEDIA = "http://search.yahoo.com/mrss/"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ENDS = {"atom": b"</feed>", "rss": b"</channel>"}
_NAMES = {"atom": b"entry", "rss": b"item"}
_TOGETHER = 50  # entries rendered in one document

# feedgen formats RSS dates of a head by switching the locale of the whole process, and back.
_locale = threading.Lock()


def fragments(entry: Entry, *, topics: Mapping[str, Topic], source: Source, site: Site) -> dict[str, bytes]:
    """Render one entry in every form: "atom", "rss" and "json".

    topics: by id, at least those the entry is filed under. The bytes hold no XML
    declaration and no namespace declaration; only `document` can use them.
    """
    return all_fragments([entry], topics=topics, sources={entry.source: source}, site=site)[entry.id]


def all_fragments(
    entries: Sequence[Entry], *, topics: Mapping[str, Topic], sources: Mapping[str, Source], site: Site
) -> dict[str, dict[str, bytes]]:
    """The same of many entries, by their ids. sources: at least those of the entries, by id."""
    found: dict[str, dict[str, bytes]] = {}
    for some in chunks(entries, _TOGETHER):
        shown = [items.item(one, topics=topics, source=sources[one.source], site=site) for one in some]
        rendered = zip(some, shown, _cut("atom", shown), _cut("rss", shown), strict=True)
        found.update({one.id: {"atom": atom, "rss": rss, "json": jsonfeed.item(i)} for one, i, atom, rss in rendered})
    return found


def document(form: str, head: Head, kept: Sequence[bytes]) -> bytes:
    """Join a head and kept fragments of a form to a whole feed, in the order given. Cost: one head."""
    if form == "json":
        return jsonfeed.document(head, kept)
    whole = _rendered(form, _generator(form, head))
    place = whole.rindex(_ENDS[form])
    return b"".join([whole[:place], b"\n", *(part + b"\n" for part in kept), whole[place:], b"\n"])


# ---- one entry ----


def fragment(form: str, item: Item) -> bytes:
    """Render one item as "atom" or "rss"."""
    return _cut(form, [item])[0]


def _cut(form: str, shown: Sequence[Item]) -> list[bytes]:
    """Render items and cut them out of their document; "</entry>" cannot occur in text, where it is escaped."""
    head = FeedGenerator()
    head.id("urn:uuid:00000000-0000-0000-0000-000000000000")
    head.title("some")
    head.description("some")
    head.link(href="about:blank")
    head.register_extension("tidings", HeadExtension, EntryExtension)
    head.tidings.form = form
    for item in shown:
        entry = head.add_entry(order="append")
        entry.tidings.item = item
        _common(entry, item)
        (_atom_entry if form == "atom" else _rss_item)(entry, item)
    opening, end = b"<" + _NAMES[form], b"</" + _NAMES[form] + b">"
    *parts, _rest = _rendered(form, head).split(end)
    return [part[part.index(opening) :] + end for part in parts]


def _common(entry: Any, item: Item) -> None:
    entry.id(item.urn)
    entry.title(item.title)
    entry.updated(item.updated)
    for category in item.categories:
        entry.category(term=category.term, scheme=category.scheme, label=category.label)


def _atom_entry(entry: Any, item: Item) -> None:
    entry.author(name=item.author or item.source_title)
    if item.published:
        entry.published(item.published)
    for link in _links(item):
        entry.link(**link)
    if item.text:
        entry.summary(item.text)
    if item.content:
        entry.content(item.html, type="html")


def _rss_item(entry: Any, item: Item) -> None:
    """Its date is the extension's: feedgen would switch the process's locale to write it."""
    entry.link(href=item.link)
    if item.enclosures:
        first = item.enclosures[0]
        entry.enclosure(first.url, first.length or 0, first.type)
    if item.text:
        entry.description(item.abstract)
    if item.content:
        entry.content(item.html)
    entry.source(url=item.source_feed, title=item.source_title)


def _links(item: Item) -> list[dict[str, str]]:
    """The links of an Atom entry; "alternate" last, because feedgen takes the last one for other uses."""
    found = [{"href": item.page, "rel": "related", "type": "text/html"}] if item.page else []
    if item.via:
        found.append({"href": item.via, "rel": "via", "title": item.source_title})
    for file in item.enclosures:
        link = {"href": file.url, "rel": "enclosure", "type": file.type, "hreflang": file.language, "title": file.title}
        if file.length is not None:
            link["length"] = str(file.length)
        found.append({name: value for name, value in link.items() if value})
    found.append({"href": item.link, "rel": "alternate"})
    return found


class EntryExtension(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """What feedgen leaves out of an entry. item: set by whoever registered it."""

    item: Item

    def extend_ns(self) -> dict[str, str]:
        return {}

    def extend_atom(self, entry: Any) -> Any:
        item = self.item
        if item.language:
            entry.set(_LANG, item.language)
        for element, link in zip(entry.findall("link"), _links(item), strict=True):
            for name, value in link.items():
                element.set(name, value)
        source = etree.SubElement(entry, "source")
        etree.SubElement(source, "title").text = item.source_title
        if item.via:
            etree.SubElement(source, "link", rel="alternate", href=item.via)
        return entry

    def extend_rss(self, entry: Any) -> Any:
        item = self.item
        etree.SubElement(entry, f"{{{_DC}}}creator").text = item.author or item.source_title
        if item.language:
            etree.SubElement(entry, f"{{{_DC}}}language").text = item.language
        if item.published:
            etree.SubElement(entry, "pubDate").text = format_datetime(item.published)
        for file in item.enclosures[1:]:
            media = etree.SubElement(entry, f"{{{_MEDIA}}}content", url=file.url, type=file.type)
            if file.length is not None:
                media.set("fileSize", str(file.length))
            if file.language:
                media.set("lang", file.language)
            if file.title:
                etree.SubElement(media, f"{{{_MEDIA}}}title").text = file.title
        return entry


# ---- the head ----


def _generator(form: str, head: Head) -> Any:
    made = FeedGenerator()
    made.register_extension("tidings", HeadExtension, EntryExtension)
    made.tidings.form, made.tidings.head = form, head
    made.id(head.urn)
    made.title(head.title)
    made.description(head.subtitle)
    made.language(head.language)
    made.updated(head.updated)
    made.author(name=head.author)
    made.generator("tidings", version=head.version)
    made.link(href=head.served[form], rel="self", type=links.MEDIA_TYPES[form])
    if head.hub:
        made.link(href=head.hub, rel="hub")
    for rel, where in (("prev-archive", head.older), ("next-archive", head.newer), ("current", head.current)):
        if form in where:
            made.link(href=where[form], rel=rel, type=links.MEDIA_TYPES[form])
    made.link(href=head.page, rel="alternate", type="text/html")  # last: feedgen makes it the channel's link
    return made


class HeadExtension(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """What feedgen leaves out of a head: hubs in RSS, the stylesheet. head: None where only a fragment is wanted."""

    form = "rss"
    head: Head | None = None

    def extend_ns(self) -> dict[str, str]:
        if self.form == "rss":
            return {"dc": _DC, "media": _MEDIA}
        return {"fh": _HISTORY} if self.head and self.head.current else {}

    def extend_atom(self, feed: Any) -> Any:
        self._style(feed)
        if self.head and self.head.current:
            etree.SubElement(feed, f"{{{_HISTORY}}}archive")
        return feed

    def extend_rss(self, feed: Any) -> Any:
        self._style(feed)
        if self.head and self.head.hub:
            etree.SubElement(feed.find("channel"), f"{{{_ATOM}}}link", rel="hub", href=self.head.hub)
        return feed

    def _style(self, feed: Any) -> None:
        """For people who open the feed in a browser; CSS only, browsers are dropping XSL."""
        if self.head and self.head.style:
            where = f'type="text/css" href={quoteattr(self.head.style)}'
            feed.addprevious(etree.ProcessingInstruction("xml-stylesheet", where))


def _rendered(form: str, generator: Any) -> bytes:
    if form == "atom":
        return bytes(generator.atom_str())
    with _locale:
        return bytes(generator.rss_str())
