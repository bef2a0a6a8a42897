"""Read a sitemap, a news sitemap or an index of sitemaps (sitemaps.org 0.9; news:title, news:publication_date).

Pure. A plain sitemap says where pages are, not what they are called or when they were published: its lastmod is kept as
evidence of a revision, never as a date, and a title made of the path is for display only. The children of an index
are its further pages, newest first. Called by `feeds.extraction.reading`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from lxml import etree

from feeds.extraction import kinds, links, scripts, strictxml
from feeds.extraction.datevalues import Setting
from feeds.extraction.feedfields import When, display_title, plain, when
from feeds.extraction.feedrepair import repaired
from feeds.extraction.leftout import tallied
from state.records import Extraction, Record, Unreadable

MOST = 50_000  # addresses of one sitemap (sitemaps.org)
_MOST_CHILDREN = 1_000
_OLDEST = datetime.min.replace(tzinfo=UTC)


def extract(text: str, url: str, language: str, setting: Setting) -> Extraction | Unreadable:
    """The addresses of a sitemap as entries, or the sitemaps of an index as further pages."""
    root = strictxml.root(strictxml.without_declaration(text))
    if root is None:
        root = strictxml.root(strictxml.without_declaration(repaired(strictxml.without_doctype(text))))
    if root is None:
        return Unreadable(
            "the document looks like a sitemap but is no XML; check it with a sitemap validator, or watch the page it "
            "belongs to"
        )
    name = strictxml.local_name(root)
    if name == "sitemapindex":
        return _index(root, url, language, setting)
    if name != "urlset":
        return Unreadable(f"the document is no sitemap but begins with <{name}>; watch it with `--kind auto`")
    return _urls(root, url, language, setting)


def _urls(root: etree._Element, url: str, language: str, setting: Setting) -> Extraction:
    records: list[Record] = []
    without: list[str] = []
    seen: set[str] = set()
    nodes = _children(root, "url")
    for node in nodes[:MOST]:
        address = links.absolute(_said(node, "loc"), url)
        if address is None or address in seen:
            without.append(_said(node, "loc"))
            continue
        seen.add(address)
        records.append(_record(node, address, language, setting))
    news = any(record.title for record in records)
    beyond = [_said(node, "loc") for node in nodes[MOST:]]
    reasons = [("no address, or one that stood before", without), ("more addresses than a sitemap may have", beyond)]
    return Extraction(
        "sitemap",
        "news-sitemap" if news else "sitemap",
        language=language,
        records=tuple(records),
        left_out=tallied(reasons),
    )


def _record(node: etree._Element, address: str, language: str, setting: Setting) -> Record:
    """One address: with title and day where it is news, else with what its path says."""
    news = next(iter(_children(node, "news")), None)
    title = plain(_said(news, "title")) if news is not None else ""
    published = when(_said(news, "publication_date"), setting) if news is not None else None
    changed = when(_said(node, "lastmod"), setting)
    publication = next(iter(_children(news, "publication")), None) if news is not None else None
    spoken = _said(publication, "language") if publication is not None else ""
    return Record(
        title=title,
        display_title="" if title else display_title(address),
        url=address,
        date=published.date if published else None,
        published=published.time if published else None,
        updated=changed.time if changed else None,
        kind=kinds.of(title, address, ""),
        language=scripts.language(title) or spoken or scripts.in_file_name(address) or language,
        confidence={"title": 1.0 if title else 0.0, "date": 1.0 if published else 0.0},
        origin={"title": "own field" if title else "path", **({"date": "own field"} if published else {})},
    )


# ---- an index ----


def _index(root: etree._Element, url: str, language: str, setting: Setting) -> Extraction:
    """The sitemaps of an index, those changed last first; those without a time keep their order, behind."""
    found: dict[str, datetime] = {}
    for node in _children(root, "sitemap")[:MOST]:
        address = links.absolute(_said(node, "loc"), url)
        if address is not None and address != url:
            found.setdefault(address, _moment(when(_said(node, "lastmod"), setting)))
    newest = sorted(found, key=lambda address: found[address], reverse=True)
    beyond = [("more sitemaps than are read of one index", newest[_MOST_CHILDREN:])]
    children = tuple(newest[:_MOST_CHILDREN])
    remark = f"it is an index of {len(found)} sitemaps; watch the one that lists what you look for, such as "
    return Extraction(
        "sitemap",
        "sitemap-index",
        language=language,
        left_out=tallied(beyond),
        next=children,
        remarks=(remark + ", ".join(children[:3]),) if children else (),
    )


def _moment(said: When | None) -> datetime:
    if said is None:
        return _OLDEST
    return said.time or datetime.fromisoformat((said.date + "-01-01")[:10]).replace(tzinfo=UTC)


# ---- XML ----


def _children(node: etree._Element, name: str) -> list[etree._Element]:
    """The children of that local name, in whatever namespace: many sitemaps have a wrong one."""
    return [child for child in node if strictxml.local_name(child) == name]


def _said(node: etree._Element, name: str) -> str:
    return next((said for child in _children(node, name) if (said := _text(child))), "")


def _text(node: etree._Element) -> str:
    pieces: Iterator[str] = node.itertext()
    return "".join(pieces).strip()
