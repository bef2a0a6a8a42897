"""What a generator proposes: the parts of a page that could be its entries.

Values only. An item is a stretch of the page between two node orders, so that a record may be one element, a run of
siblings, several table rows or a line of running text.
"""

from dataclasses import dataclass
from typing import NamedTuple

from feeds.extraction.dom import Node


class Item(NamedTuple):
    """A stretch of the page that could be one entry: start and end are node orders."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to read a page as a list. items: in the order of the page, not overlapping. method: how they were
    found.
    """

    method: str
    items: tuple[Item, ...]


def of_nodes(method: str, nodes: list[Node]) -> Candidate:
    """A candidate whose items are whole elements; of nested ones the outermost counts."""
    items: list[Item] = []
    for node in nodes:
        if not items or node.order >= items[-1].end:
            items.append(Item(node.order, node.end))
    return Candidate(method, tuple(items))
