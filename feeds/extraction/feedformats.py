"""Read RSS 0.9x, 1.0 and 2.0 and Atom, in three tiers: strict XML, three repair rules, feedparser.

Pure. The tier that succeeded is the method ("feed:strict", "feed:repaired", "feed:tolerant"), so that an admin sees
how a feed fares. External entities are never read. Called by `feeds.extraction.reading`.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import feedparser
import nh3
from lxml import etree

from feeds.extraction import dom, kinds, links, scripts, words
from feeds.extraction.feedrepair import repaired
from state.records import Enclosure, Extraction, Record, Unreadable
from state.text import clean

_ATOM = "{http://www.w3.org/2005/Atom}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_MOST = 10_000  # entries of one feed


@dataclass(frozen=True, slots=True)
class _Fields:
    """What one entry says, as text of the feed; html: whether the title and summary are markup."""

    title: str
    link: str
    guid: str
    published: str
    updated: str
    summary: str
    content: str
    author: str
    language: str
    files: tuple[Enclosure, ...]
    base: str


def extract(text: str, body: bytes, url: str, language: str) -> Extraction | Unreadable:
    """The entries of a feed. text: the document decoded; body: its bytes, for the tolerant tier."""
    stripped = _DECLARATION.sub("", text).strip()
    for tier, source in (("strict", stripped), ("repaired", None)):
        root = _parsed(source if source is not None else _DECLARATION.sub("", repaired(text)).strip())
        if root is not None and (found := _read(root, url, language, f"feed:{tier}")) is not None:
            return found
    return _tolerant(body, url, language)


def _parsed(text: str) -> etree._Element | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def _read(root: etree._Element, url: str, language: str, method: str) -> Extraction | None:
    """A feed by its root element; None for XML that is no feed."""
    name = etree.QName(root).localname.lower()
    if name == "feed":
        entries, head = (
            list(root.iter(f"{{{etree.QName(root).namespace}}}entry" if etree.QName(root).namespace else "entry")),
            root,
        )
        taken = [_atom(entry, url) for entry in entries[:_MOST]]
    elif name in ("rss", "rdf"):
        entries = [node for node in root.iter() if isinstance(node.tag, str) and etree.QName(node).localname == "item"]
        head = next(
            (node for node in root.iter() if isinstance(node.tag, str) and etree.QName(node).localname == "channel"),
            root,
        )
        taken = [_rss(entry, url) for entry in entries[:_MOST]]
    else:
        return None
    spoken = root.get(_LANG) or _text(head, "language") or language
    title = _plain(_text(head, "title"))
    further = tuple(
        link
        for node in _named(head, "link")
        if node.get("rel") == "next" and (link := links.absolute(node.get("href") or "", url))
    )
    return Extraction("feed", method, title, spoken, tuple(_record(one, url, spoken) for one in taken), (), further, ())


def _named(node: etree._Element, name: str) -> Iterator[etree._Element]:
    """The children of that local name in no namespace, RSS 1.0's or Atom's."""
    for child in node:
        if isinstance(child.tag, str) and (
            child.tag == name
            or (child.tag.rsplit("}", 1)[-1] == name and not child.tag.startswith((_MEDIA, _DC, "{http://www.itunes")))
        ):
            yield child


def _text(node: etree._Element, *names: str) -> str:
    for name in names:
        found = [node.find(name)] if name.startswith("{") else list(_named(node, name))
        for child in found:
            if child is not None and (text := "".join(child.itertext()).strip()):
                return str(text)
    return ""


def _rss(item: etree._Element, url: str) -> _Fields:
    link = _text(item, "link")
    guid = next(iter(_named(item, "guid")), None)
    guid_text = (guid.text or "").strip() if guid is not None else item.get(_RDF_ABOUT) or ""
    if not link and guid is not None and guid.get("isPermaLink", "true") != "false":
        link = guid_text
    if not link:
        link = next(
            (
                node.get("href") or ""
                for node in item.iter(f"{_ATOM}link")
                if node.get("rel", "alternate") == "alternate"
            ),
            "",
        )
    files = [
        (node.get("url") or "", node.get("type") or "", node.get("length") or "", "", "")
        for node in _named(item, "enclosure")
    ]
    files += [
        (node.get("url") or "", node.get("type") or "", node.get("fileSize") or "", node.get("lang") or "", "")
        for node in item.iter(f"{_MEDIA}content")
    ]
    return _Fields(
        _text(item, "title"),
        link,
        guid_text,
        _text(item, "pubDate", "pubdate", f"{_DC}date"),
        "",
        _text(item, "description", "summary"),
        _text(item, _CONTENT),
        _text(item, f"{_DC}creator", "author"),
        item.get(_LANG) or _text(item, f"{_DC}language"),
        tuple(_files(files, url)),
        url,
    )


def _atom(entry: etree._Element, url: str) -> _Fields:
    base = links.absolute(entry.get(_BASE) or "", url) or url
    alternate, files = "", []
    for node in _named(entry, "link"):
        rel = node.get("rel") or "alternate"
        if rel == "alternate" and not alternate:
            alternate = node.get("href") or ""
        elif rel == "enclosure":
            files.append(
                (
                    node.get("href") or "",
                    node.get("type") or "",
                    node.get("length") or "",
                    node.get("hreflang") or "",
                    node.get("title") or "",
                )
            )
    author = next(iter(_named(entry, "author")), None)
    return _Fields(
        _construct(entry, "title"),
        alternate,
        _text(entry, "id"),
        _text(entry, "published", "issued", "created"),
        _text(entry, "updated", "modified"),
        _construct(entry, "summary"),
        _construct(entry, "content"),
        _text(author, "name") if author is not None else "",
        entry.get(_LANG) or "",
        tuple(_files(files, base)),
        base,
    )


def _construct(entry: etree._Element, name: str) -> str:
    """An Atom text construct as markup (RFC 4287 3.1): plain text is escaped."""
    node = next(iter(_named(entry, name)), None)
    if node is None:
        return ""
    kind = node.get("type", "text")
    if kind in ("xhtml", "application/xhtml+xml"):
        return "".join(etree.tostring(child, encoding="unicode", with_tail=True) for child in node)
    text = "".join(node.itertext()).strip()
    return text if kind in ("html", "text/html") else text.replace("&", "&amp;").replace("<", "&lt;")


def _files(found: list[tuple[str, str, str, str, str]], base: str) -> Iterator[Enclosure]:
    seen: set[str] = set()
    for address, kind, length, language, title in found:
        url = links.absolute(address, base)
        if url is None or url in seen:
            continue
        seen.add(url)
        size = int(length) if length.isdigit() and len(length) < 16 and int(length) > 0 else None
        yield Enclosure(url, kind or links.media_type(url), language or scripts.in_file_name(url), clean(title), size)


def _record(said: _Fields, url: str, language: str) -> Record:
    title = _plain(said.title)
    summary = _plain(said.summary) or words.first_sentence(_plain(said.content), 400)
    published, updated = _when(said.published), _when(said.updated)
    when = published or updated
    link = links.absolute(said.link, said.base or url)
    markup = said.content or (said.summary if "<" in said.summary else "")
    return Record(
        title=title,
        display_title="" if title else words.first_sentence(summary),
        url=link,
        guid=clean(said.guid),
        date=when.date().isoformat() if when else None,
        published=published,
        kind=kinds.of(title, link, summary),
        summary=summary,
        content=nh3.clean(markup) if markup else "",
        language=scripts.language(title or summary) or said.language or language,
        author=_plain(said.author),
        enclosures=said.files,
        confidence={"title": 1.0 if title else 0.0, "date": 1.0 if published else 0.7 if updated else 0.0},
        origin={
            "title": "own field" if title else "derived",
            **({"date": "own field" if published else "updated"} if when else {}),
        },
    )


def _plain(markup: str) -> str:
    """The text of a title or summary that may be markup."""
    if "<" not in markup and "&" not in markup:
        return clean(markup)
    try:
        tree = dom.parse(markup)
    except dom.TooDeep:
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


def _when(written: str) -> datetime | None:
    """A time as RFC 822 or RFC 3339 write it; without an offset it is UTC. A day alone is midnight."""
    text = written.strip()
    if not text:
        return None
    with suppress(ValueError):
        found = datetime.fromisoformat(text.replace("Z", "+00:00").replace("z", "+00:00"))
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        found = parsedate_to_datetime(text)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def _tolerant(body: bytes, url: str, language: str) -> Extraction | Unreadable:
    """What feedparser makes of a feed no stricter tier could read."""
    parsed = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    if not parsed.get("entries"):
        return Unreadable(
            "the document looks like a feed but no parser can read it; check it with a feed validator, or watch "
            "the page it belongs to"
        )
    spoken = str(parsed.feed.get("language") or language)
    taken = []
    for entry in parsed.entries[:_MOST]:
        files = [
            (file.get("href") or "", file.get("type") or "", str(file.get("length") or ""), "", "")
            for file in entry.get("enclosures", [])
        ]
        content = (entry.get("content") or [{}])[0].get("value") or ""
        taken.append(
            _Fields(
                entry.get("title") or "",
                entry.get("link") or "",
                entry.get("id") or "",
                entry.get("published") or "",
                entry.get("updated") or "",
                entry.get("summary") or "",
                content,
                entry.get("author") or "",
                "",
                tuple(_files(files, url)),
                url,
            )
        )
    return Extraction(
        "feed",
        "feed:tolerant",
        _plain(str(parsed.feed.get("title") or "")),
        spoken,
        tuple(_record(one, url, spoken) for one in taken),
        (),
        (),
        (),
    )
