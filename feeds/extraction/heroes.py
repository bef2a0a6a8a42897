"""Adopt entries that stand outside the list they belong to: the first one, set larger, in an element of its own.

Pure. Called by `feeds.extraction.listing` with the items it has chosen. A heading that is a link outside the items is
adopted where its address lies in the same folder as most of theirs, and is not one of theirs.
"""

from collections import Counter
from collections.abc import Sequence

from feeds.extraction.candidates import Item
from feeds.extraction.dom import Node
from feeds.extraction.page import Line, Page

_SAME = 0.6  # share of the items' addresses that lie in one folder
_FEWEST = 3


def adopted(page: Page, items: Sequence[Item], addresses: Sequence[str | None]) -> list[Item]:
    """Items for the linked headings that belong to the list, in the order of the page. addresses: of the items."""
    folder = _folder(addresses)
    if not folder:
        return []
    known = {_bare(address) for address in addresses if address}
    strays = [line for line in page.lines if _stray(page, line, items, known, folder)]
    found: list[Item] = []
    for line in strays:
        item = _around(line, (*items, *found), strays)
        if item is not None:
            found.append(item)
    return found


def _folder(addresses: Sequence[str | None]) -> str:
    """The folder most addresses lie in, or "" for none (or only the root)."""
    folders = Counter(_bare(address).rsplit("/", 1)[0] for address in addresses if address)
    if not folders or sum(folders.values()) < _FEWEST:
        return ""
    folder, count = folders.most_common(1)[0]
    return folder if count >= _SAME * sum(folders.values()) and folder.count("/") > 2 else ""


def _bare(address: str) -> str:
    return address.split("#")[0].split("?")[0].rstrip("/")


def _stray(page: Page, line: Line, items: Sequence[Item], known: set[str], folder: str) -> bool:
    if not line.heading or page.regions[line.start] or any(item.start <= line.start < item.end for item in items):
        return False
    link = next((piece.link for piece in line.pieces if piece.link is not None), None)
    address = page.link(link)
    return address is not None and _bare(address) not in known and _bare(address).rsplit("/", 1)[0] == folder


def _around(line: Line, items: Sequence[Item], strays: Sequence[Line]) -> Item | None:
    """The largest element around a heading that holds no item and no other such heading."""
    chosen: Node | None = None
    for node in line.block.ancestors():
        crowded = any(item.start < node.end and node.order < item.end for item in items)
        if (
            crowded
            or node.tag == "body"
            or any(node.order <= other.start < node.end for other in strays if other is not line)
        ):
            break
        chosen = node
    return Item(chosen.order, chosen.end) if chosen is not None else None
