"""Read the entries a page describes in JSON-LD (schema.org): articles, reports, events, and the elements of lists.

Pure, and bounded in size, depth and number. Breadcrumbs, the organisation, its people and pictures are passed by: only
properties that contain things of a list are followed. Text that is no JSON is ignored; whether it held entries is told.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from feeds.extraction import described, jsonpaths, links
from feeds.extraction.described import Said
from feeds.extraction.jsonpaths import Json
from feeds.extraction.wordlist import listed

Thing: TypeAlias = "Mapping[str, Json]"

_MOST_THINGS = 20_000
_FOLLOWED = listed(
    "@graph itemListElement item mainEntity hasPart blogPost blogPosts subEvent subEvents event events dataset episode "
    "mainEntityOfPage itemListItem"
)
_PASSED = frozenset(listed("BreadcrumbList SiteNavigationElement FAQPage QAPage Question HowTo"))
_WRAPPED = re.compile(r"\A\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*.*?\*/)?|(?:-->|//\s*\]\]>|\]\]>|;)?\s*\Z", re.S)
_HELD = re.compile(
    r"\"(?:headline|datePublished|itemListElement)\"|\"@type\"\s*:\s*\"\w*(?:Article|Posting|Event|Report)\""
)


def read(texts: Iterable[str], base: str) -> tuple[list[Said], list[str]]:
    """What all blocks of a page describe, in order, and the blocks that are broken but seem to hold entries."""
    found: list[Said] = []
    broken: list[str] = []
    for text in texts:
        try:
            root: Json = json.loads(_WRAPPED.sub("", text), strict=False)
        except (ValueError, RecursionError):
            if _HELD.search(text):
                broken.append(" ".join(text[:300].split()))
            continue
        found += (said for thing, named in _things(root) if (said := _said(thing, named, base)) is not None)
    return found, broken


def _things(root: Json) -> Iterator[tuple[Thing, bool]]:
    """Every object that can be an entry, in document order, and whether a list names it as its element."""
    waiting: list[tuple[Json, bool]] = [(root, False)]
    seen = 0
    while waiting and seen < _MOST_THINGS:
        one, named = waiting.pop()
        seen += 1
        if isinstance(one, list):
            waiting += [(inner, named) for inner in reversed(one[:_MOST_THINGS])]
        elif isinstance(one, dict) and not _PASSED & set(_types(one)):
            yield one, named
            for name in reversed(_FOLLOWED):
                inner = one.get(name)
                if isinstance(inner, list | dict):
                    waiting.append((inner, name in ("itemListElement", "item", "itemListItem")))


def _types(thing: Thing) -> list[str]:
    said = thing.get("@type")
    names = said if isinstance(said, list) else [said]
    return [name.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for name in names if isinstance(name, str)]


def _said(thing: Thing, named: bool, base: str) -> Said | None:
    """The entry a thing is: of a type that entries have, or named by a list with a name and an address of its own."""
    types = _types(thing)
    type = next((name for name in types if described.is_entry(name)), "")
    if not type and not (named and all(name in ("ListItem", "WebPage", "Thing") for name in types)):
        return None
    title = _text(thing, "headline", "name", "title")
    url = _address(thing, base)
    published = _text(thing, "datePublished", "dateCreated", "uploadDate", "datePosted")
    if not published and type.endswith("Event"):
        published = _text(thing, "startDate")
    if not title or not (url or published):
        return None
    return Said(
        "json-ld",
        type,
        title,
        url,
        published,
        _text(thing, "dateModified"),
        _text(thing, "description", "abstract"),
        _text(thing, "inLanguage"),
        _place(thing),
        _text(thing, "author", "creator"),
    )


def _text(thing: Thing, *names: str) -> str:
    """The first of the properties that says anything: a text, or the name of what it is."""
    for name in names:
        value = thing.get(name)
        if isinstance(value, dict) and isinstance(value.get("alternateName"), str) and name == "inLanguage":
            return str(value["alternateName"])
        if not isinstance(value, int | float) and (said := jsonpaths.written(value)):
            return said
    return ""


def _address(thing: Thing, base: str) -> str:
    page = thing.get("mainEntityOfPage")
    id = thing.get("@id")
    said = [thing.get("url"), thing.get("item"), page.get("@id") if isinstance(page, dict) else page]
    if isinstance(id, str) and "#" not in id:
        said.insert(1, id)
    for one in said:
        if isinstance(one, str) and (url := links.absolute(one, base)):
            return url
    return ""


def _place(thing: Thing) -> str:
    """The dateline of an article, or where an event is."""
    if dateline := _text(thing, "dateline"):
        return dateline
    for name in ("contentLocation", "locationCreated", "location"):
        where = thing.get(name)
        where = where[0] if isinstance(where, list) and where else where
        if isinstance(where, str):
            return where
        if isinstance(where, dict):
            address = where.get("address")
            town = address.get("addressLocality") if isinstance(address, dict) else ""
            return (town if isinstance(town, str) else "") or jsonpaths.written(where)
    return ""
