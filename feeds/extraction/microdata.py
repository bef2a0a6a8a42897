"""Read the entries a page marks in its own elements: microdata (schema.org) and h-entry (microformats 1 and 2).

Pure. A property belongs to the nearest element that opens an item. One pass over the nodes, whatever is marked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from feeds.extraction import described, links
from feeds.extraction.described import Origin, Said
from feeds.extraction.dom import TEXT, Node, Tree
from state.text import clean

_MOST_ITEMS = 20_000
_LONGEST = 5_000  # nodes of one property
_PROPERTIES: Mapping[str, str] = {
    "headline": "title",
    "name": "title",
    "url": "url",
    "mainEntityOfPage": "url",
    "datePublished": "published",
    "dateCreated": "published",
    "startDate": "published",
    "uploadDate": "published",
    "dateModified": "updated",
    "description": "summary",
    "abstract": "summary",
    "inLanguage": "language",
    "dateline": "place",
    "contentLocation": "place",
    "author": "author",
}
_CLASSES: Mapping[str, str] = {
    "p-name": "title",
    "entry-title": "title",
    "u-url": "url",
    "dt-published": "published",
    "published": "published",
    "dt-updated": "updated",
    "updated": "updated",
    "p-summary": "summary",
    "entry-summary": "summary",
    "p-location": "place",
    "p-author": "author",
}
_ENTRY_CLASSES = frozenset(("h-entry", "hentry", "h-event"))


@dataclass(slots=True)
class _Open:
    """An item that is being read. values: by field, the first that was said. type: "" for what is no entry."""

    node: Node
    origin: Origin
    type: str
    values: dict[str, str] = field(default_factory=dict)


def read(tree: Tree, base: str) -> list[Said]:
    """The marked entries in document order, outer before inner. Cost: linear."""
    found: list[_Open] = []
    items: list[_Open] = []
    for node in tree.nodes:
        if node.tag == TEXT or not node.attributes:
            continue
        while items and node.order >= items[-1].node.end:
            items.pop()
        for name in _named(node, items[-1].origin if items else None):
            if items and name not in items[-1].values and items[-1].type:
                items[-1].values[name] = _value(tree, node, name, base)
        if (opened := _opened(node)) is not None and len(found) < _MOST_ITEMS:
            items.append(opened)
            if opened.type:
                found.append(opened)
    return [_said(one) for one in found if one.values.get("title") or one.values.get("url")]


def _opened(node: Node) -> _Open | None:
    """The item a node opens: of microdata, whatever it is; of microformats an entry."""
    if "itemscope" in node.attributes:
        type = node.get("itemtype").strip().rsplit("/", 1)[-1]
        return _Open(node, "microdata", type if described.is_entry(type) else "")
    if "class" in node.attributes and _ENTRY_CLASSES & set(node.classes):
        return _Open(node, "h-entry", "Event" if "h-event" in node.classes else "Article")
    return None


def _named(node: Node, origin: Origin | None) -> Iterator[str]:
    """The fields a node is the value of."""
    if origin == "microdata":
        yield from (_PROPERTIES[name] for name in node.get("itemprop").split() if name in _PROPERTIES)
    elif origin == "h-entry":
        yield from (_CLASSES[name] for name in node.classes if name in _CLASSES)
        if "bookmark" in node.get("rel").split():
            yield "url"


def _value(tree: Tree, node: Node, name: str, base: str) -> str:
    """What a node says for a field: its attribute that holds values, else its text."""
    if name == "url":
        return links.absolute(node.get("href") or node.get("content") or node.get("itemid"), base) or ""
    if written := node.get("content") or node.get("datetime"):
        return clean(written)
    if name in ("published", "updated"):
        inner = tree.nodes[node.order : min(node.end, node.order + 10)]
        written = next((one.get("datetime") or one.get("title") for one in inner if one.tag in ("time", "abbr")), "")
        if written:
            return clean(written)
    texts = tree.nodes[node.order : min(node.end, node.order + _LONGEST)]
    return clean(" ".join(one.text for one in texts if one.tag == TEXT))


def _said(one: _Open) -> Said:
    """The item as a value; its texts are plain, and so are escaped where markup is expected."""
    values = {name: text.replace("&", "&amp;").replace("<", "&lt;") for name, text in one.values.items()}
    values["url"] = one.values.get("url", "")
    return Said(one.origin, one.type, start=one.node.order, end=one.node.end, **values)
