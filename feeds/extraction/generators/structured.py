"""Elements that a page's own markup for machines names as its entries: microdata, h-entry, and what JSON-LD links to.

JSON-LD says which addresses the entries have, but not where they stand: an item is the largest element that links to
one of them and to no other.
"""

from collections.abc import Iterator, Sequence

from feeds.canonical import url_key
from feeds.extraction.candidates import Candidate, of_nodes
from feeds.extraction.dom import Node
from feeds.extraction.page import Page

_FEWEST = 2


def candidates(page: Page) -> Iterator[Candidate]:
    said = page.structured.said
    for origin in ("microdata", "h-entry"):
        nodes = [page.tree.nodes[one.start] for one in said if one.origin == origin]
        candidate = of_nodes(origin, [node for node in nodes if not page.regions[node.order]])
        if len(candidate.items) >= _FEWEST:
            yield candidate
    keys = {url_key(one.url) for one in said if one.origin == "json-ld" and one.url} - {url_key(page.url)}
    if len(keys) >= _FEWEST:
        candidate = of_nodes("json-ld", _holders(page, keys))
        if len(candidate.items) >= _FEWEST:
            yield candidate


def _holders(page: Page, keys: set[str]) -> list[Node]:
    """The elements around the described links of the main content, in order."""
    found: list[tuple[int, str]] = []
    for node in page.tree.nodes:
        if node.tag == "a" and not page.regions[node.order] and (url := page.link(node)):
            key = url_key(url)
            if key in keys:
                found.append((node.order, key))
    holders: dict[int, Node] = {}
    before, after = _others(found), _others(found[::-1])[::-1]
    for (order, _), last, next in zip(found, before, after, strict=True):
        holder = page.tree.nodes[order]
        for above in holder.ancestors():
            if (last is not None and above.order <= last) or (next is not None and above.end > next):
                break
            holder = above
        holders.setdefault(holder.order, holder)
    return [holders[order] for order in sorted(holders)]


def _others(found: Sequence[tuple[int, str]]) -> list[int | None]:
    """For each link where the nearest one before it is that leads to another entry."""
    places: list[int | None] = []
    for place, (_, key) in enumerate(found):
        if place and found[place - 1][1] != key:
            places.append(found[place - 1][0])
        else:
            places.append(places[-1] if places else None)
    return places
