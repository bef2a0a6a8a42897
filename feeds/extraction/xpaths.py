"""Evaluate XPath 1.0 on a page (the admin's selectors; nothing else here uses it).

Pure. lxml sees a copy of our own tree, made without recursion, so that what it finds maps back to our nodes; it never
parses the page, and no function reads a file or an address: XPath 1.0 has none, and lxml's extensions are off.
Scripts, styles and comments are not in the tree. An expression that takes too long is ended by the limits of the
child process. Called by `feeds.extraction.selectors`.
"""

import re
from collections.abc import Iterator

from lxml import etree

from feeds.extraction.dom import TEXT, Node, Tree

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_STRANGE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 has no place for


def check(expression: str) -> None:
    """Raise ValueError unless this is XPath 1.0."""
    _compiled(expression)


def _compiled(expression: str) -> etree.XPath:
    try:
        return etree.XPath(expression, regexp=False)
    except (etree.XPathError, ValueError) as error:
        raise ValueError(f"{expression!r} is no XPath 1.0: {error}") from error


class Copy:
    """A page as lxml has it."""

    def __init__(self, tree: Tree) -> None:
        self._nodes = tree.nodes
        self._elements: dict[int, etree._Element] = {}
        for node in tree.nodes:
            self._take(node)
        self._orders = {element: order for order, element in self._elements.items()}

    def find(self, expression: str, context: Node | None = None) -> list[tuple[Node, str | None]]:
        """What an expression matches, in the order of the page: element and None, or for an attribute or text the
        element that has it and its value. context: what a relative one starts from; None = the page.

        Raises ValueError for what is no XPath 1.0, or has a number or truth as its result.
        """
        root = self._elements[context.order if context is not None else 0]
        try:
            found = _compiled(expression)(root)
        except etree.XPathError as error:
            raise ValueError(f"{expression!r} cannot be evaluated: {error}") from error
        if not isinstance(found, list):
            if isinstance(found, str):
                return [(self._nodes[context.order if context is not None else 0], found)] if found.strip() else []
            raise ValueError(f"{expression!r} gives {found!r}, a {type(found).__name__}; select elements or texts")
        return list(self._told(found))

    def _told(self, found: list[object]) -> Iterator[tuple[Node, str | None]]:
        for one in found:
            if isinstance(one, etree._Element):
                if one in self._orders:
                    yield self._nodes[self._orders[one]], None
            elif isinstance(one, etree._ElementUnicodeResult):
                holder = one.getparent()
                if holder is not None and holder in self._orders:
                    # the tail of an element is text of the element around it
                    around = holder.getparent() if one.is_tail else holder
                    yield self._nodes[self._orders[around if around is not None else holder]], str(one)

    def _take(self, node: Node) -> None:
        above = self._elements.get(node.parent.order) if node.parent is not None else None
        if node.tag == TEXT:
            if above is not None:
                _append(above, _STRANGE.sub(" ", node.text))
            return
        tag = node.tag if _NAME.fullmatch(node.tag) else re.sub(r"[^A-Za-z0-9_.-]", "-", f"x-{node.tag}")
        element = etree.Element(tag) if above is None else etree.SubElement(above, tag)
        for name, value in node.attributes.items():
            if _NAME.fullmatch(name):
                element.set(name, _STRANGE.sub(" ", value))
        self._elements[node.order] = element


def _append(above: etree._Element, text: str) -> None:
    """Put text at the end of an element: into it, or after its last child."""
    if len(above):
        last = above[-1]
        last.tail = (last.tail or "") + text
    else:
        above.text = (above.text or "") + text
