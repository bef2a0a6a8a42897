"""Find what a selector of the admin matches on a page: CSS, or XPath 1.0.

Pure. A selector is one of:

    h3 a                    CSS: the first such element in each entry
    a.more@href             CSS with "@name" at the end: that attribute of it
    //li | ./td[2] | xpath:(//ul)[2]/li
                            XPath 1.0: begins with "/" (the page), "./" (the entry), or "xpath:" (either)
    from h3                 only for "item": an entry begins at each match and goes on to the next one

Called by `feeds.extraction.overrides`. JSON documents have paths instead, which are none of this module's business.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise

from feeds.extraction import dom, xpaths
from feeds.extraction.candidates import Candidate, Item, of_nodes
from feeds.extraction.dom import TEXT, Node
from feeds.extraction.page import Page

LONGEST = 1000  # characters
METHOD = "selected"
_FROM = "from "
_ATTRIBUTE = re.compile(r"(.*?)@([A-Za-z_][\w:.-]*)", re.S)


@dataclass(frozen=True, slots=True)
class Hit:
    """What a selector matches. value: of the attribute or text it asks for; None where it asks for the element."""

    node: Node
    value: str | None


@dataclass(frozen=True, slots=True)
class _Way:
    """A selector taken apart."""

    xpath: bool
    expression: str
    attribute: str
    starts: bool

    @property
    def relative(self) -> bool:
        """Whether it is evaluated anew for each entry."""
        return self.xpath and not self.expression.startswith(("/", "(/"))


def check(selector: str) -> None:
    """Raise ValueError unless a selector can be understood."""
    way = _way(selector)
    if way.xpath:
        xpaths.check(way.expression)
    else:
        dom.parse("").select(way.expression)


def _way(selector: str) -> _Way:
    said = selector.strip()
    if not said or len(said) > LONGEST:
        raise ValueError(f"{selector[:80]!r} is no selector; give CSS or XPath 1.0 of at most {LONGEST} characters")
    starts = said.startswith(_FROM)
    said = said.removeprefix(_FROM).strip()
    if said.startswith("xpath:"):
        return _Way(True, said.removeprefix("xpath:").strip(), "", starts)
    if said.startswith(("/", "./")):
        return _Way(True, said, "", starts)
    attributed = _ATTRIBUTE.fullmatch(said)
    if attributed:
        return _Way(False, attributed[1].strip() or "*", attributed[2].lower(), starts)
    return _Way(False, said, "", starts)


class Selection:
    """All that a selector matches on a page, in its order. Raises ValueError for a bad selector."""

    def __init__(self, page: Page, selector: str) -> None:
        self._page = page
        self._way = _way(selector)
        self._copy = xpaths.Copy(page.tree) if self._way.xpath else None
        self.hits = self._found(None)
        self._starts = [hit.node.order for hit in self.hits]

    def candidate(self) -> Candidate:
        """The items it chooses."""
        nodes = [hit.node for hit in self.hits]
        if not self._way.starts:
            return of_nodes(METHOD, nodes)
        return Candidate(METHOD, stretches(nodes, len(self._page.tree.nodes)))

    def within(self, item: Item) -> Hit | None:
        """The first match in an entry, or None."""
        if self._way.relative:
            return next((hit for node in self._tops(item) for hit in self._found(node)), None)
        place = bisect_left(self._starts, item.start)
        return self.hits[place] if place < len(self._starts) and self._starts[place] < item.end else None

    def _tops(self, item: Item) -> list[Node]:
        """The outermost elements of a stretch of the page."""
        tops: list[Node] = []
        order = item.start
        while order < item.end:
            node = self._page.tree.nodes[order]
            if node.tag != TEXT:
                tops.append(node)
            order = node.end
        return tops

    def _found(self, context: Node | None) -> list[Hit]:
        if self._copy is not None:
            found = self._copy.find(self._way.expression, context)
            return sorted((Hit(node, value) for node, value in found), key=lambda hit: hit.node.order)
        nodes = self._page.tree.select(self._way.expression)
        if not self._way.attribute:
            return [Hit(node, None) for node in nodes]
        return [Hit(node, value) for node in nodes if (value := node.get(self._way.attribute))]


def stretches(nodes: list[Node], end: int) -> tuple[Item, ...]:
    """Items that begin at each of some elements and go on to the next one; the last one ends with the smallest element
    that holds them all, or at `end`.
    """
    starts = sorted({node.order for node in nodes})
    if not starts:
        return ()
    first, last = min(nodes, key=lambda node: node.order), max(nodes, key=lambda node: node.order)
    around = next((node for node in first.ancestors() if node is not first and last.end <= node.end), None)
    bounds = [*starts, around.end if around is not None else end]
    return tuple(Item(start, after) for start, after in pairwise(bounds))
