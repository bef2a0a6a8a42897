"""Runs of siblings that begin (or end) with the same kind of element: a heading, a `dt`, a date line, a rule.

For pages whose records have no element of their own. Both directions are proposed, the anchor first and the anchor
last: a date may stand before or after its title, and only the whole list tells which.
"""

from collections.abc import Iterator
from itertools import pairwise

from feeds.extraction.candidates import Candidate, Item
from feeds.extraction.dom import TEXT, Node
from feeds.extraction.page import Page

_FEWEST = 2
_MOST_CHILDREN = 20_000


def candidates(page: Page) -> Iterator[Candidate]:
    by_kind: dict[str, list[tuple[list[Node], list[int]]]] = {}
    for parent in page.tree.nodes:
        if parent.tag == TEXT or not 3 <= len(parent.children) <= _MOST_CHILDREN:
            continue
        children = [child for child in parent.children if child.tag != TEXT or child.text.strip()]
        for kind, places in _anchors(page, children):
            by_kind.setdefault(kind, []).append((children, places))
    for kind, found in by_kind.items():
        leading = [item for children, places in found for item in _leading(children, places)]
        trailing = [item for children, places in found for item in _trailing(children, places)]
        if kind != "hr" and len(leading) >= _FEWEST:
            yield Candidate(f"run from {kind}", _in_order(leading))
        if len(trailing) >= _FEWEST and kind not in ("h1", "h2", "h3", "h4", "h5", "h6", "dt"):
            yield Candidate(f"run to {kind}", _in_order(trailing))


def _in_order(items: list[Item]) -> tuple[Item, ...]:
    kept: list[Item] = []
    for item in sorted(items, key=lambda item: (item.start, -item.end)):
        if not kept or item.start >= kept[-1].end:
            kept.append(item)
    return tuple(kept)


def _anchors(page: Page, children: list[Node]) -> Iterator[tuple[str, list[int]]]:
    """The kinds of element that stand among siblings of other kinds, with their places."""
    tags = {child.tag for child in children}
    for tag in (
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "dt",
        "hr",
        "a",
        "b",
        "strong",
        "p",
        "div",
        "header",
        "table",
        "ul",
    ):
        if tag in tags and len(tags) > 1:
            places = [place for place, child in enumerate(children) if child.tag == tag]
            if _FEWEST <= len(places) < len(children):
                yield tag, places
    classes: dict[str, list[int]] = {}
    for place, child in enumerate(children):
        for name in dict.fromkeys(child.classes):
            classes.setdefault(f"{child.tag}.{name}", []).append(place)
    for name, places in list(classes.items())[:60]:
        if _FEWEST <= len(places) < len(children):
            yield name, places
    looks: dict[str, list[int]] = {"date": [], "link": [], "bold": []}
    for place, child in enumerate(children):
        for look in _looks(page, child):
            looks[look].append(place)
    for look, places in looks.items():
        if _FEWEST <= len(places) < len(children):
            yield look, places


def _looks(page: Page, node: Node) -> Iterator[str]:
    """What an element looks like, whatever it is: a date, a link, bold text."""
    lines = page.within(node.order, node.end)
    if not lines:
        return
    first = lines[0]
    if len(lines) <= 3 and len(first.text) < 60 and page.whole(first.text) is not None:
        yield "date"
    if first.linked and len(first.text) >= 12:
        yield "link"
    if len(lines) == 1 and all(piece.bold for piece in first.pieces):
        yield "bold"


def _leading(children: list[Node], places: list[int]) -> list[Item]:
    """From each anchor to the next; the last run is no longer than the longest before it."""
    items: list[Item] = []
    longest = max((after - before for before, after in pairwise(places)), default=1)
    for number, place in enumerate(places):
        stop = places[number + 1] if number + 1 < len(places) else min(len(children), place + longest)
        items.append(Item(children[place].order, children[stop - 1].end))
    return items


def _trailing(children: list[Node], places: list[int]) -> list[Item]:
    """From after each anchor's predecessor to the anchor; the first run is no longer than the longest after it."""
    items: list[Item] = []
    longest = max((after - before for before, after in pairwise(places)), default=1)
    for number, place in enumerate(places):
        start = places[number - 1] + 1 if number else max(0, place - longest + 1)
        items.append(Item(children[start].order, children[place].end))
    return items
