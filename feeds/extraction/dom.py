"""Turn markup into our own light tree; the one importer of selectolax.

The tree is an array in document order: a node's subtree is `nodes[node.order:node.end]`, so nothing here or in
the generators recurses, however deep a page is. Nodes are read, never changed, once `parse` has returned.
Elements deeper than MAX_DEPTH become children of the node at that depth: their text stays, their nesting does not.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from feeds.extraction import bounds
from feeds.extraction.wordlist import listed

MAX_DEPTH = 250
MAX_DATA = 2_000_000
MAX_NODES = (
    300_000  # elements and texts: some hundred thousand links; each costs the readers a twentieth of a millisecond
)
TEXT = "#text"
_SKIPPED = frozenset(
    listed("script style template noscript svg math object embed applet canvas select datalist textarea audio video")
)
_BLOCKS = frozenset(
    listed(
        "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure "
        "footer form h1 h2 h3 h4"
        " h5 h6 header hgroup hr html legend li main menu nav ol p pre search section summary table tbody td "
        "tfoot th thead tr"
        " ul caption"
    )
)


class Node:
    """An element, or a piece of text (tag "#text").

    order, end: its subtree is nodes[order:end]. block: order of the nearest element that
    starts a line of its own (itself included). link: the `a` it is or stands in, or None.
    """

    __slots__ = ("attributes", "block", "children", "depth", "end", "link", "order", "parent", "tag", "text")

    def __init__(self, tag: str, attributes: Mapping[str, str], text: str, parent: "Node | None", order: int) -> None:
        self.tag = tag
        self.attributes = attributes
        self.text = text
        self.parent = parent
        self.order = order
        self.end = order + 1
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.children: list[Node] = []
        self.block: int = order if parent is None or tag in _BLOCKS else parent.block
        self.link: Node | None = self if tag == "a" else parent.link if parent is not None else None

    def __repr__(self) -> str:
        return f"<{self.tag} {self.order}:{self.end} {dict(self.attributes)} {self.text[:40]!r}>"

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(self.attributes.get("class", "").split())

    def ancestors(self) -> Iterator["Node"]:
        """The node itself, then outwards to the root."""
        node: Node | None = self
        while node is not None:
            yield node
            node = node.parent


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed page. nodes: in document order. data: the texts of its JSON-LD, at most MAX_DATA characters together."""

    nodes: list[Node]
    _parser: LexborHTMLParser
    _by_id: Mapping[int, Node]
    data: tuple[str, ...] = ()

    def within(self, node: Node) -> list[Node]:
        """The node and everything in it, in document order."""
        return self.nodes[node.order : node.end]

    def all(self, *tags: str) -> list[Node]:
        return [node for node in self.nodes if node.tag in tags]

    def select(self, css: str) -> list[Node]:
        """What a CSS selector matches, in document order, each node once. Raises ValueError for a bad selector."""
        try:
            found = self._parser.css(css)
        except (SelectolaxError, ValueError, RuntimeError) as error:
            raise ValueError(f"{css!r} is no CSS selector: {error}") from error
        nodes = {match.mem_id: self._by_id[match.mem_id] for match in found if match.mem_id in self._by_id}
        return sorted(nodes.values(), key=lambda node: node.order)


class Sums:
    """Amounts that stand at nodes, by order, summed for any stretch of a page at once. Cost of making: linear."""

    def __init__(self, tree: Tree, counted: Iterable[tuple[int, int]]) -> None:
        amounts = [0] * len(tree.nodes)
        for order, amount in counted:
            amounts[order] += amount
        self._before = list(accumulate(amounts, initial=0))

    def before(self, order: int) -> int:
        return self._before[order]

    def within(self, start: int, end: int) -> int:
        return self._before[end] - self._before[start]

    def of(self, node: Node) -> int:
        """What the node and everything in it hold."""
        return self._before[node.end] - self._before[node.order]

    @property
    def total(self) -> int:
        return self._before[-1]


class TooMuch(ValueError):
    """Markup that no reader could read in time. Its text says what to do."""


class TooDeep(TooMuch):
    """Markup nested so deep that no parser reads it in linear time."""


def parse(markup: str) -> Tree:
    """Read a page, however broken. Raises TooDeep and TooMuch. Cost: linear in the markup."""
    if bounds.too_deep(markup):
        raise TooDeep(
            f"elements are nested deeper than {bounds.MAX_DEPTH:,}; look at its source, it is broken or hostile"
        )
    parser = LexborHTMLParser(bounds.trimmed(markup.replace("\0", "")))
    root = parser.root
    nodes: list[Node] = []
    by_id: dict[int, Node] = {}
    if root is None:
        nodes.append(Node("html", {}, "", None, 0))
        return Tree(nodes, parser, by_id)
    open_nodes: list[Node] = []
    current: LexborNode | None = root
    while current is not None:
        node = _converted(current, open_nodes, nodes)
        below = None
        if node is not None:
            by_id[current.mem_id] = node
            below = current.child
        if below is not None and node is not None:
            open_nodes.append(node)
            current = below
            continue
        if len(nodes) > MAX_NODES:
            raise TooMuch(f"it has more than {MAX_NODES:,} elements; watch a page that shows only the newest entries")
        current = _next(current, root, open_nodes, nodes)
    nodes[0].end = len(nodes)
    return Tree(nodes, parser, by_id, _data(parser, markup))


def _data(parser: LexborHTMLParser, markup: str) -> tuple[str, ...]:
    """What scripts that are no programs say: JSON-LD."""
    if "ld+json" not in markup and "LD+JSON" not in markup:
        return ()
    room = MAX_DATA
    texts: list[str] = []
    for script in parser.css("script[type*='ld+json' i]"):
        text = script.text()
        if 0 < len(text) <= room:
            room -= len(text)
            texts.append(text)
    return tuple(texts)


def _converted(foreign: LexborNode, open_nodes: list[Node], nodes: list[Node]) -> Node | None:
    """Our node for one of lexbor's, appended to nodes; None for what is skipped with all that is in it."""
    tag = foreign.tag or ""
    parent = open_nodes[min(len(open_nodes), MAX_DEPTH) - 1] if open_nodes else None
    if tag == "-text":
        text = foreign.text_content or ""
        if not text:
            return None
        node = Node(TEXT, {}, text, parent, len(nodes))
    elif tag.startswith("-") or tag in _SKIPPED:
        return None
    else:
        attributes = {name: value or "" for name, value in foreign.attributes.items()}
        node = Node(tag, attributes, "", parent, len(nodes))
    if parent is not None:
        parent.children.append(node)
    nodes.append(node)
    return node


def _next(foreign: LexborNode, root: LexborNode, open_nodes: list[Node], nodes: list[Node]) -> LexborNode | None:
    """The node after a finished one: its sibling, or the sibling of the nearest open element that has one."""
    current: LexborNode | None = foreign
    while current is not None and current.mem_id != root.mem_id:
        if (sibling := current.next) is not None:
            return sibling
        current = current.parent
        if open_nodes:
            open_nodes.pop().end = len(nodes)
    return None
