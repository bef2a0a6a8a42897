"""Adopt entries that stand outside the list they belong to: the first one, set larger, in an element of its own.

Pure. Called by `feeds.extraction.listing` with the items it has chosen. A heading that is a link outside the items is
adopted where its address lies in the same folder as most of theirs, and is not one of theirs.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

from feeds.extraction import words
from feeds.extraction.candidates import Item
from feeds.extraction.dom import Node
from feeds.extraction.page import Line, Page
from state.records import Record

_SAME = 0.6  # share of the items' addresses that lie in one folder
_FEWEST = 3
_FEW = 0.2  # share of the items
_DATED = 0.8  # share of the items
_WIDE = 20  # characters of a title that is no heading
_FIGURES = re.compile(r"\d+")


def adopted(page: Page, items: Sequence[Item], records: Sequence[Record]) -> list[Item]:
    """Items for the linked headings that belong to the list, in the order of the page; where the entries have dates,
    which an adopted one must have too, for linked lines that are no headings. records: of the items.
    """
    addresses = [record.url for record in records]
    folder = _folder(addresses)
    if not folder:
        return []
    known = {_bare(address) for address in addresses if address}
    dated = sum(record.date is not None for record in records) >= _DATED * len(records)
    starts = [item.start for item in items]
    strays = [
        line
        for line in page.lines
        if (line.heading or (dated and _is_link(page, line))) and _stray(page, line, items, starts, known, folder)
    ]
    found: list[Item] = []
    for line in strays:
        item = _around(line, _near(line, items, starts, found), strays)
        if item is not None:
            found.append(item)
    return found


def boxes(page: Page, items: Sequence[Item], records: Sequence[Record]) -> frozenset[int]:
    """The places of the few items that hold several entries each, under a heading that is none: "More news"."""
    folder = _folder([record.url for record in records])
    if not folder:
        return frozenset()
    found = [place for place, item in enumerate(items) if _holds_several(page, item, folder)]
    return frozenset(found) if len(found) <= _FEW * len(items) else frozenset()


def _holds_several(page: Page, item: Item, folder: str) -> bool:
    """Whether lines of an item lead to different places of a folder, and its heading to none."""
    addresses: set[str] = set()
    for line in page.within(item.start, item.end):
        for address in {page.link(piece.link) for piece in line.pieces if piece.link is not None}:
            if address is not None and _above(address) == folder:
                if line.heading:
                    return False
                addresses.add(_bare(address))
    return len(addresses) >= _FEWEST


def _folder(addresses: Sequence[str | None]) -> str:
    """The folder most addresses lie in, or "" for none (or only the root)."""
    folders = Counter(_above(address) for address in addresses if address)
    if not folders or sum(folders.values()) < _FEWEST:
        return ""
    folder, count = folders.most_common(1)[0]
    return folder if count >= _SAME * sum(folders.values()) and not folder.endswith("/") else ""


def _above(address: str) -> str:
    """The folder an address lies in; folders of years, months or numbers are alike."""
    host, _, path = _bare(address).partition("://")[2].partition("/")
    return f"{host}/{_FIGURES.sub('0', path).rpartition('/')[0]}"


def _bare(address: str) -> str:
    return address.split("#")[0].split("?")[0].rstrip("/")


def _stray(page: Page, line: Line, items: Sequence[Item], starts: Sequence[int], known: set[str], folder: str) -> bool:
    """Whether a line outside the items leads to where they lead. items: in order; starts: theirs."""
    link = next((piece.link for piece in line.pieces if piece.link is not None), None)
    before = bisect_right(starts, line.start) - 1
    if link is None or page.regions[line.start] or (before >= 0 and line.start < items[before].end):
        return False
    address = page.link(link)
    return address is not None and _bare(address) not in known and _above(address) == folder


def _is_link(page: Page, line: Line) -> bool:
    """Whether a line is a wide link and, at most, a date."""
    linked = " ".join(piece.text for piece in line.pieces if piece.link is not None)
    rest = [piece.text for piece in line.pieces if piece.link is None]
    return words.width(linked) >= _WIDE and all(page.whole(text) is not None for text in rest)


def _near(line: Line, items: Sequence[Item], starts: Sequence[int], found: Sequence[Item]) -> list[Item]:
    """The items an element around a line meets first: its neighbours, and what was adopted before."""
    place = bisect_right(starts, line.start)
    return [*items[max(0, place - 1) : place + 1], *found]


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
