"""Find what is wrong with a feed before readers do: required elements, unique ids, dates, addresses.

Pure: bytes in, complaints out; no repair. Called by `feeds.publish` before
bytes are stored (a feed with a complaint is not published, the last good bytes
stay) and by `tidings feed check`. Rules: RFC 4287 section 4.1, RSS 2.0 of the
Advisory Board, JSON Feed 1.1.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree

_ATOM = "{http://www.w3.org/2005/Atom}"
_ROOT = 10_000  # bytes in which the root stands
_JSON = "https://jsonfeed.org/version/1.1"


def form_of(body: bytes) -> str:
    """Which form a feed of somebody else seems to have: "json", "rss", else "atom"."""
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{"):
        return "json"
    return "rss" if re.search(rb"<rss[\s>]", start[:_ROOT]) else "atom"


def lint(form: str, body: bytes) -> tuple[str, ...]:
    """What is wrong with a feed of a form ("atom", "rss", "json"), in document order; () for a good one."""
    if form == "json":
        return tuple(_json(body))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        return (f"is no well-formed XML: {error}",)
    return tuple(_atom(root) if form == "atom" else _rss(root))


def _atom(feed: Any) -> Iterator[str]:
    if feed.tag != f"{_ATOM}feed":
        yield f"root is {feed.tag}, not an Atom feed"
        return
    entries = feed.findall(f"{_ATOM}entry")
    yield from _exactly_one(feed, "feed", _ATOM, ("id", "title", "updated"))
    yield from _dates(feed, "feed", _ATOM, ("updated",), datetime.fromisoformat)
    if feed.find(f"{_ATOM}link[@rel='self']") is None:
        yield "feed has no link to itself"
    if feed.find(f"{_ATOM}author") is None and any(entry.find(f"{_ATOM}author") is None for entry in entries):
        yield "neither the feed nor every entry has an author"
    yield from _unique(entry.findtext(f"{_ATOM}id") for entry in entries)
    for number, entry in enumerate(entries, 1):
        yield from _atom_entry(entry, f"entry {number}")


def _atom_entry(entry: Any, where: str) -> Iterator[str]:
    yield from _exactly_one(entry, where, _ATOM, ("id", "title", "updated"))
    yield from _dates(entry, where, _ATOM, ("updated", "published"), datetime.fromisoformat)
    links = entry.findall(f"{_ATOM}link")
    if any(not link.get("href") for link in links):
        yield f"{where} has a link without href"
    if not any(link.get("rel") in (None, "alternate") for link in links) and entry.find(f"{_ATOM}content") is None:
        yield f"{where} has neither content nor an alternate link"


def _rss(rss: Any) -> Iterator[str]:
    channel = rss.find("channel")
    if rss.tag != "rss" or channel is None:
        yield f"root is {rss.tag}, not RSS with a channel"
        return
    yield from _exactly_one(channel, "channel", "", ("title", "link", "description"))
    yield from _dates(channel, "channel", "", ("lastBuildDate",), parsedate_to_datetime)
    items = channel.findall("item")
    yield from _unique(item.findtext("guid") for item in items)
    for number, item in enumerate(items, 1):
        where = f"item {number}"
        if not (item.findtext("title") or item.findtext("description")):
            yield f"{where} has neither title nor description"
        yield from _dates(item, where, "", ("pubDate",), parsedate_to_datetime)
        if len(item.findall("enclosure")) > 1:
            yield f"{where} has more than one enclosure"
        if any(file.get(name) is None for file in item.findall("enclosure") for name in ("url", "length", "type")):
            yield f"{where} has an enclosure without url, length or type"


def _json(body: bytes) -> Iterator[str]:
    try:
        feed = json.loads(body)
    except ValueError as error:
        yield f"is no JSON: {error}"
        return
    if not isinstance(feed, dict) or feed.get("version") != _JSON:
        yield "version is not that of JSON Feed 1.1"
        return
    if not feed.get("title"):
        yield "feed has no title"
    if not isinstance(feed.get("items"), list):
        yield "feed has no items"
        return
    yield from _unique(item.get("id") for item in feed["items"])
    for number, item in enumerate(feed["items"], 1):
        yield from _json_item(item, f"item {number}")


def _json_item(item: dict[str, Any], where: str) -> Iterator[str]:
    if "content_html" not in item and "content_text" not in item:
        yield f"{where} has neither content_html nor content_text"
    for name in ("date_published", "date_modified"):
        if name in item and not _reads(item[name], datetime.fromisoformat):
            yield f"{where} has {name} {item[name]!r}"
    if any(not file.get("url") or not file.get("mime_type") for file in item.get("attachments", ())):
        yield f"{where} has an attachment without url or mime_type"


def _exactly_one(element: Any, where: str, namespace: str, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        found = element.findall(namespace + name)
        if len(found) != 1 or not (found[0].text or "").strip():
            yield f"{where} has {len(found)} {name}, wanted one that is not empty"


def _dates(element: Any, where: str, namespace: str, names: Iterable[str], read: Any) -> Iterator[str]:
    for name in names:
        text = element.findtext(namespace + name)
        if text is not None and not _reads(text, read):
            yield f"{where} has {name} {text!r}"


def _reads(text: object, read: Any) -> bool:
    """Whether it is a date with a zone."""
    try:
        return read(text).tzinfo is not None
    except (ValueError, TypeError):
        return False


def _unique(ids: Iterable[str | None]) -> Iterator[str]:
    for entry_id, times in Counter(ids).items():
        if not entry_id or not isinstance(entry_id, str):
            yield "an entry has no id"
        elif times > 1:
            yield f"id {entry_id} occurs {times} times"
