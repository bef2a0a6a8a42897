"""Records of several rows or paragraphs, each beginning with the same label: "No.", "Case", "Reference".

Covers tables in which one record takes a block of rows. The label is whatever short text repeats most often at the
beginning of siblings and comes first; it is not looked up in a list.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from feeds.extraction.candidates import Candidate, Item
from feeds.extraction.dom import TEXT, Node
from feeds.extraction.page import Page
from state.text import folded

_LONGEST = 30  # characters of a label
_FEWEST = 3


def candidates(page: Page) -> Iterator[Candidate]:
    for parent in page.tree.nodes:
        if parent.tag == TEXT or len(parent.children) < 2 * _FEWEST:
            continue
        children = [child for child in parent.children if child.tag != TEXT]
        firsts = [_first(page, child) for child in children]
        counted = Counter(first for first in firsts if first)
        if not counted:
            continue
        most = max(counted.values())
        if most < _FEWEST or most * 2 > len(children):
            continue
        label = next(first for first in firsts if first and counted[first] >= most * 0.8)
        places = [place for place, first in enumerate(firsts) if first == label]
        span = max(after - before for before, after in pairwise(places))
        stops = [*places[1:], min(len(children), places[-1] + span)]
        items = (Item(children[place].order, children[stop - 1].end) for place, stop in zip(places, stops, strict=True))
        yield Candidate("labelled rows", tuple(items))


def _first(page: Page, node: Node) -> str:
    """The label a sibling begins with, where more follows it."""
    lines = page.within(node.order, node.end)
    if len(lines) < 2 or len(lines[0].text) > _LONGEST or lines[0].linked:
        return ""
    return folded(lines[0].text)
