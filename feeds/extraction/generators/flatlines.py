"""Lines of one block, parted by `br`: a list without list elements, as hand-written pages have.

Each line with a link is an item, up to the next one; or each date line is.
"""

from collections.abc import Iterator
from itertools import groupby

from feeds.extraction.candidates import Candidate, Item
from feeds.extraction.page import Line, Page

_FEWEST = 3


def candidates(page: Page) -> Iterator[Candidate]:
    for _, group in groupby(page.lines, key=lambda line: line.block.order):
        lines = list(group)
        if len(lines) < _FEWEST or lines[0].block.tag == "pre":
            continue
        end = lines[-1].end
        yield Candidate("lines", tuple(Item(line.start, line.end) for line in lines))
        for method, starts in (("linked lines", _linked(lines)), ("dated lines", _dated(page, lines))):
            if _FEWEST <= len(starts) < len(lines):
                yield Candidate(method, tuple(Item(a, b) for a, b in zip(starts, [*starts[1:], end], strict=True)))


def _linked(lines: list[Line]) -> list[int]:
    return [line.start for line in lines if line.pieces[0].link is not None]


def _dated(page: Page, lines: list[Line]) -> list[int]:
    return [line.start for line in lines if page.whole(line.text) is not None]
