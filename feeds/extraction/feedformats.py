"""Read RSS 0.9x, 1.0 and 2.0 and Atom, in three tiers: strict XML, three repair rules, feedparser.

Pure. The tier that succeeded is the method ("feed:strict", "feed:repaired", "feed:tolerant"), so that an admin sees
how a feed fares. External entities are never read. Called by `feeds.extraction.reading`.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence

import feedparser
from lxml import etree

from feeds.extraction import feedhub, feedpace, links, strictxml
from feeds.extraction.datevalues import Setting
from feeds.extraction.feedfields import MOST, Fields, File, plain, record, telling
from feeds.extraction.feedrepair import repaired
from feeds.extraction.leftout import tallied
from feeds.extraction.strictxml import BASE, LANG
from state.records import Extraction, Hub, LeftOut, Unreadable

_ATOM = "{http://www.w3.org/2005/Atom}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_DCTERMS = "{http://purl.org/dc/terms/}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_FOREIGN = (_MEDIA, _DC, _DCTERMS, "{http://www.itunes")
# What feedparser is seen to raise for markup that it does not expect: references to no character, broken tags.
_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
EMPTY = "no title, text or address"
BEYOND = "more entries than are read of one feed"


def extract(text: str, url: str, language: str, setting: Setting) -> Extraction | Unreadable:
    """The entries of a feed. text: the document decoded."""
    root = strictxml.root(strictxml.without_declaration(text))
    if root is not None and (found := _read(root, url, language, "feed:strict", setting)) is not None:
        return found
    mended = strictxml.without_declaration(repaired(strictxml.without_doctype(text)))
    root = strictxml.root(mended)
    if root is not None and (found := _read(root, url, language, "feed:repaired", setting)) is not None:
        return found
    return _tolerant(strictxml.without_declaration(strictxml.without_doctype(text)), url, language, setting)


def _read(root: etree._Element, url: str, language: str, method: str, setting: Setting) -> Extraction | None:
    """A feed by its root element; None for XML that is no feed."""
    name = strictxml.local_name(root).lower()
    reader: Callable[[etree._Element, str], Fields]
    if name == "feed":
        namespace = etree.QName(root).namespace
        entries, head = list(root.iter(f"{{{namespace}}}entry" if namespace else "entry")), root
        reader = _atom
    elif name in ("rss", "rdf"):
        entries = [node for node in root.iter() if strictxml.local_name(node) == "item"]
        head = next((node for node in root.iter() if strictxml.local_name(node) == "channel"), root)
        reader = _rss
    else:
        return None
    spoken = root.get(LANG) or head.get(LANG) or _text(head, "language", f"{_DC}language") or language
    base = _base(head, url)
    records, empty = telling(record(reader(entry, _base(entry, url)), spoken, setting) for entry in entries[:MOST])
    return Extraction(
        "feed",
        method,
        plain(_text(head, "title")),
        spoken,
        records,
        _left_out(empty, [_text(entry, "title") or _text(entry, "link") for entry in entries[MOST:]]),
        tuple(
            link
            for node in _named(head, "link")
            if node.get("rel") == "next" and (link := links.absolute(node.get("href") or "", base))
        ),
        pace=feedpace.pace(head),
        hub=feedhub.hub(head, base),
    )


def _left_out(empty: int, beyond: list[str]) -> tuple[LeftOut, ...]:
    return tallied([(EMPTY, [""] * empty), (BEYOND, beyond)])


def _base(node: etree._Element, url: str) -> str:
    """What an element's links are resolved against: every xml:base from the root down to it."""
    said = [above.get(BASE) for above in (*reversed(list(node.iterancestors())), node)]
    for base in said:
        if base:
            url = links.absolute(base, url) or url
    return url


def _named(node: etree._Element, name: str) -> Iterator[etree._Element]:
    """The children of that local name in no namespace, RSS 1.0's or Atom's."""
    for child in node:
        tag = child.tag
        if tag == name or (isinstance(tag, str) and tag.endswith("}" + name) and not tag.startswith(_FOREIGN)):
            yield child


def _text(node: etree._Element, *names: str) -> str:
    for name in names:
        found = [node.find(name)] if name.startswith("{") else list(_named(node, name))
        for child in found:
            if child is not None and (text := "".join(child.itertext()).strip()):
                return str(text)
    return ""


def _rss(item: etree._Element, base: str) -> Fields:
    guid = next(iter(_named(item, "guid")), None)
    guid_text = (guid.text or "").strip() if guid is not None else item.get(_RDF_ABOUT) or ""
    return Fields(
        title=_text(item, "title") or _text(item, f"{_MEDIA}title"),
        link=_rss_link(item, guid, guid_text),
        guid=guid_text,
        published=_text(item, "pubDate", "pubdate", f"{_DC}date", f"{_DCTERMS}issued", f"{_DCTERMS}created"),
        updated=_text(item, f"{_ATOM}updated", f"{_DCTERMS}modified"),
        summary=_text(item, "description", "summary"),
        content=_text(item, _CONTENT),
        author=_text(item, f"{_DC}creator", "author"),
        language=item.get(LANG) or _text(item, f"{_DC}language"),
        categories=tuple("".join(node.itertext()) for node in _named(item, "category")),
        kind=_text(item, f"{_DC}type"),
        files=tuple(_rss_files(item)),
        base=base,
    )


def _rss_link(item: etree._Element, guid: etree._Element | None, guid_text: str) -> str:
    """The entry's own page: link, else a guid that is one (RSS 2.0, isPermaLink), else Atom's alternate."""
    if link := _text(item, "link"):
        return link
    permanent = guid is not None and guid.get("isPermaLink", "true").strip().lower() != "false"
    if permanent and guid_text.lower().startswith(("http://", "https://")):
        return guid_text
    alternate = (node for node in item.iter(f"{_ATOM}link") if node.get("rel", "alternate") == "alternate")
    return next((node.get("href") or "" for node in alternate), "")


def _rss_files(item: etree._Element) -> Iterator[File]:
    """Enclosures, and media that are more than a picture beside the text."""
    for node in _named(item, "enclosure"):
        yield File(node.get("url") or "", node.get("type") or "", (node.get("length") or "").strip())
    for node in item.iter(f"{_MEDIA}content"):
        kind = node.get("type") or ""
        if node.get("medium") == "image" or kind.startswith("image/"):
            continue
        title = _text(node, f"{_MEDIA}title")
        yield File(node.get("url") or "", kind, (node.get("fileSize") or "").strip(), node.get("lang") or "", title)


def _atom(entry: etree._Element, base: str) -> Fields:
    alternate, files = "", []
    for node in _named(entry, "link"):
        rel, href = node.get("rel") or "alternate", node.get("href") or ""
        own = links.absolute(href, _base(node, base)) if node.get(BASE) else href
        if rel == "alternate" and not alternate:
            alternate = own or ""
        elif rel == "enclosure":
            length, spoken = (node.get("length") or "").strip(), node.get("hreflang") or ""
            files.append(File(own or "", node.get("type") or "", length, spoken, node.get("title") or ""))
    author = next(iter(_named(entry, "author")), None)
    return Fields(
        title=_construct(entry, "title"),
        link=alternate or _content_source(entry),
        guid=_text(entry, "id"),
        published=_text(entry, "published", "issued", "created"),
        updated=_text(entry, "updated", "modified"),
        summary=_construct(entry, "summary"),
        content=_construct(entry, "content"),
        author=_text(author, "name") if author is not None else "",
        language=_spoken(entry),
        categories=tuple(node.get("label") or node.get("term") or "" for node in _named(entry, "category")),
        files=tuple(files),
        base=base,
    )


def _spoken(entry: etree._Element) -> str:
    title = next(iter(_named(entry, "title")), None)
    return entry.get(LANG) or (title.get(LANG) if title is not None else None) or ""


def _content_source(entry: etree._Element) -> str:
    """Where the content is that stands elsewhere (RFC 4287 4.1.3.2)."""
    content = next(iter(_named(entry, "content")), None)
    return (content.get("src") or "") if content is not None else ""


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


def _tolerant(text: str, url: str, language: str, setting: Setting) -> Extraction | Unreadable:
    """What feedparser makes of a feed no stricter tier could read."""
    stream = io.BytesIO(text.encode("utf-8", "replace"))  # of a string it would open the file or address it names
    try:
        parsed = feedparser.parse(stream, sanitize_html=False, resolve_relative_uris=False)
    except _FAULTS:
        parsed = {}
    if not parsed.get("entries"):
        return Unreadable(
            "the document looks like a feed but no parser can read it; check it with a feed validator, or watch "
            "the page it belongs to"
        )
    spoken = str(parsed.feed.get("language") or language)
    records, empty = telling(record(_parsed(entry, url), spoken, setting) for entry in parsed.entries[:MOST])
    return Extraction(
        "feed",
        "feed:tolerant",
        plain(str(parsed.feed.get("title") or "")),
        spoken,
        records,
        _left_out(empty, [str(entry.get("title") or "") for entry in parsed.entries[MOST:]]),
        hub=_announced(parsed.feed.get("links") or (), url),
    )


def _announced(said: Sequence[Mapping[str, str]], url: str) -> Hub:
    """The hub among the links of a feed as feedparser lists them."""
    first = {link.get("rel", ""): link.get("href", "") for link in reversed(said)}
    return Hub(links.absolute(first.get("hub", ""), url) or "", links.absolute(first.get("self", ""), url) or "")


def _parsed(entry: feedparser.FeedParserDict, url: str) -> Fields:
    """An entry as feedparser names its fields."""
    return Fields(
        title=entry.get("title") or "",
        link=entry.get("link") or "",
        guid=entry.get("id") or "",
        published=entry.get("published") or "",
        updated=dict.get(entry, "updated") or "",  # its own get takes the published time for want of another
        summary=entry.get("summary") or "",
        content=(entry.get("content") or [{}])[0].get("value") or "",
        author=entry.get("author") or "",
        categories=tuple(tag.get("term") or "" for tag in entry.get("tags") or []),
        files=tuple(
            File(file.get("href") or "", file.get("type") or "", str(file.get("length") or ""))
            for file in entry.get("enclosures", [])
        ),
        base=url,
    )
