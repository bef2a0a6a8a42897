"""Weigh what the generators propose and choose how a page is read.

Pure. Each candidate gets a score of named terms, computed from a quick look at its items (`_Look.sketch`), not
from full records: a page has hundreds of candidates. The terms are added as they stand; their weights are in WEIGHTS.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from operator import itemgetter
from statistics import fmean, median

from feeds.extraction import links, rowspans, splitdates, words
from feeds.extraction.candidates import Candidate, Item
from feeds.extraction.dom import Node, Sums
from feeds.extraction.headings import heading_date, shares_row
from feeds.extraction.page import HEADINGS, Line, Page
from feeds.extraction.parts import shows_text
from state.text import folded

SAMPLE = 60  # items looked at closely
FEWEST = 2
_MONTH = 20  # characters of a month with its year
_SHARED = 0.7  # date lines for each item below them: fewer than one, so they head several
_FILES = frozenset(("jpg", "jpeg", "png", "gif", "webp", "svg", *links.FILE_TYPES))

WEIGHTS: dict[str, float] = {
    "dated": 3.0,  # share of items that show a date
    "coverage": 2.5,  # share of the main content's characters that the items hold
    "titled": 1.5,  # share of items with a text that can be a title
    "linked": 1.2,  # share of items with an address of their own
    "count": 1.0,  # how many, levelling off at ten
    "width": 1.2,  # how long titles are: navigation is short
    "distinct": 1.5,  # different titles and addresses
    "main": 2.5,  # share of the items outside navigation, footer, sidebar …
    "under": 2.0,  # share of items without a date of their own that stand under a date heading
    "headed": 0.4,  # share of items with a heading
    "crowded": -2.0,  # items that hold several titles each: too coarse
    "dates": -1.0,  # items that hold several date lines each: too coarse
    "lopsided": -2.5,  # one item far larger than the others: layout, not a list
    "few": -2.0,  # two items only
    "twins": -2.5,  # neighbours with one address: halves of one entry
    "torn": -1.5,  # date lines of the main content that no item holds: too fine
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A candidate with its score and the terms the score is made of."""

    candidate: Candidate
    score: float
    terms: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Sketch:
    title: str
    address: str
    dated: int
    names: int
    headed: bool
    chars: int
    main: bool
    trailing: bool  # its only date is the last of several lines


def choose(page: Page, candidates: Iterable[Candidate]) -> list[Choice]:
    """Every candidate with its score, best first. Of equal ones the first proposed comes first; of several with the
    same items only the first is weighed.
    """
    look = _Look(page)
    different: dict[tuple[Item, ...], Candidate] = {}
    for candidate in candidates:
        if len(candidate.items) >= FEWEST:
            different.setdefault(candidate.items, candidate)
    weighed = [look.weigh(candidate) for candidate in different.values()]
    return sorted((choice for choice in weighed if choice is not None), key=lambda choice: -choice.score)


class _Look:
    """What is known of each line of a page, found once for all candidates."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.dated_lines: dict[tuple[int, str], bool] = {}
        self.sketches: dict[Item, _Sketch] = {}
        self.chars = Sums(page.tree, ((line.start, line.width) for line in page.main))
        self.date_lines = [line.start for line in page.main if self.is_dated(line) and not line.heading]
        self.dated = Sums(page.tree, ((line.start, 1) for line in page.lines if self.is_dated(line)))
        self.date_headings = [line.start for line in page.main if line.heading and heading_date(page, line)]
        self.title = _page_title(page)
        self.split, halves = _split_dates(page)
        self.loose_dates = [
            line.start
            for line in page.main
            if not line.heading
            and not line.linked
            and line.start not in halves
            and heading_date(page, line)
            and not shares_row(page, line)
        ]
        loose = frozenset(self.loose_dates)
        self.firm_dates = [start for start in self.date_lines if start not in loose]
        self.spanned = rowspans.reached(page)
        self.addresses: dict[int, str] = {}
        self.hollow = list(self._hollow_links())
        self.hollow_starts = [node.order for node, _, _ in self.hollow]

    def _hollow_links(self) -> Iterator[tuple[Node, str, int]]:
        """Links of an image alone that lead to pages of the same host: link, address, level of the heading it is."""
        nodes, here = self.page.tree.nodes, links.host(self.page.base)
        seen = -1
        for node in nodes:
            link = node.link
            if node.tag != "img" or link is None or link.order == seen:
                continue
            seen = link.order
            address = self.address(link)
            if not address or links.host(address) != here or links.extension(address) in _FILES:
                continue
            if shows_text(nodes, link, 0):
                continue
            heading = next((above for above in link.ancestors() if above.tag in HEADINGS), None)
            level = HEADINGS[heading.tag] if heading is not None and not shows_text(nodes, heading, 0) else 0
            yield link, address, level

    def is_dated(self, line: Line) -> bool:
        key = (line.start, line.text)  # the lines of preformatted text begin at one node
        known = self.dated_lines.get(key)
        if known is None:
            known = self.dated_lines[key] = _shows_date(self.page, line)
        return known

    def is_date(self, line: Line) -> bool:
        """Whether a line, or a piece of it, is nothing but a date."""
        parts = [line.text, *(piece.text for piece in line.pieces if len(line.pieces) > 1)]
        return any(self.page.whole(text) is not None for text in parts)

    def shows_month(self, line: Line) -> bool:
        """Whether a line, or a part of it that is no link, is a month with its year."""
        parts = [(line.text, line.linked), *((piece.text, piece.link is not None) for piece in line.pieces)]
        days = [self.page.whole(text) for text, linked in parts if not linked and len(text) <= _MONTH]
        return any(day is not None and day.day is None and day.month and day.year for day in days)

    def address(self, node: Node) -> str:
        known = self.addresses.get(node.order)
        if known is None:
            known = self.addresses[node.order] = self.page.link(node) or ""
        return known

    def weigh(self, candidate: Candidate) -> Choice | None:
        items = [item for item in candidate.items if self.page.within(item.start, item.end)]
        if len(items) < FEWEST or (self.title is not None and _holds(items, self.title)):
            return None  # parts of the page's layout: one of them holds its title
        step = max(1, len(items) // SAMPLE)
        sketches = [self.sketches.get(item) or self.sketch(item) for item in items[::step]]
        full = [sketch for sketch in sketches if sketch.chars]
        if len(full) < FEWEST or len(full) < len(sketches) * 0.3:
            return None
        terms = self.terms(items, full)
        return Choice(candidate, sum(WEIGHTS[name] * value for name, value in terms.items()), terms)

    def terms(self, items: Sequence[Item], full: list[_Sketch]) -> dict[str, float]:
        titled = [sketch for sketch in full if sketch.title]
        count = len(items) * len(full) / max(1, len(full))
        held = self.held(items)
        titles = [folded(sketch.title) for sketch in titled]
        addresses = [sketch.address for sketch in full if sketch.address]
        dated = fmean(sketch.dated > 0 for sketch in full)
        if dated and self.shifted(items, full):
            dated = 0.0
        under = self.under(items, dated)
        return {
            "dated": dated,
            "coverage": min(1.0, held),
            "titled": len(titled) / len(full),
            "linked": len(addresses) / len(full),
            "count": min(1.0, log(count) / log(10)),
            "width": min(1.0, median(min(words.width(title), 60) for title in titles) / 45) if titles else 0.0,
            "distinct": _distinct(titles, addresses),
            "main": fmean(sketch.main for sketch in full),
            "headed": fmean(sketch.headed for sketch in full),
            "under": under,
            "crowded": min(2.0, fmean(min(max(0, sketch.names - 1), 5) for sketch in full)),
            "dates": min(2.0, max(0.0, fmean(min(sketch.dated, 5) for sketch in full) - 1)),
            "lopsided": max(
                0.0,
                max(sketch.chars for sketch in full) / (sum(sketch.chars for sketch in full) or 1)
                - max(0.4, 1.5 / len(full)),
            ),
            "few": float(len(full) < 3),
            "twins": _twins(full),
            "torn": self.torn(items, under >= 0.5) if dated < 0.5 else 0.0,
        }

    def held(self, items: Sequence[Item]) -> float:
        """The share of the main content's characters that lies in the items."""
        return sum(self.chars.within(item.start, item.end) for item in items) / (self.chars.total or 1)

    def under(self, items: Sequence[Item], dated: float) -> float:
        """The share of the items that stand under a date heading outside them, where they have no dates of their own.

        Date lines that are no heading elements count as headings where several items share one.
        """
        if dated >= 0.5:
            return 0.0
        starts = [item.start for item in items]
        near = self.loose_dates[
            max(0, bisect_left(self.loose_dates, starts[0]) - 1) : bisect_left(self.loose_dates, items[-1].end)
        ]
        loose = [start for start in near if not _holds(items, start)]
        shared = bool(loose) and len(loose) <= _SHARED * sum(start > loose[0] for start in starts)
        above = sorted((*self.date_headings, *loose)) if shared else self.date_headings
        if not above:
            return 0.0
        covered = 0
        for item in items:
            place = bisect_left(above, item.start) - 1
            covered += place >= 0 and not _holds(items, above[place])
        return covered / len(items)

    def shifted(self, items: Sequence[Item], full: list[_Sketch]) -> bool:
        """Whether each item ends with the date heading of the next one: the first stands before the list, and the last
        item has none.
        """
        place = self.page.begun.before(items[0].start) - 1
        return (
            place >= 0
            and all(sketch.trailing for sketch in full if sketch.dated)
            and not (self.sketches.get(items[-1]) or self.sketch(items[-1])).dated
            and heading_date(self.page, self.page.lines[place]) is not None
        )

    def torn(self, items: Sequence[Item], headed: bool) -> float:
        """headed: the date lines that could be headings are."""
        date_lines = self.firm_dates if headed else self.date_lines
        if len(date_lines) < 3:
            return 0.0
        inside = sum(self.dated.within(item.start, item.end) for item in items)
        return min(1.0, max(0.0, (len(date_lines) - inside) / len(items)))

    def sketch(self, item: Item) -> _Sketch:
        lines = self.page.within(item.start, item.end)
        main = not self.page.regions[item.start]
        lines = tuple(line for line in lines if not main or not self.page.regions[line.start])[:80]
        headings = [line for line in lines if line.heading and heading_date(self.page, line) is None]
        linked: dict[str, str] = {}
        for line in lines:
            for piece in line.pieces:
                if piece.link is not None and words.width(piece.text) >= 15 and (address := self.address(piece.link)):
                    linked.setdefault(address, piece.text)
        title, address = self.named(item, lines, headings, linked)
        level = headings[0].heading if headings else 0
        hollow = self.hollow[bisect_left(self.hollow_starts, item.start) : bisect_left(self.hollow_starts, item.end)]
        of_images = {where for _, where, _ in hollow if where not in linked and where != address}
        names = max(
            sum(line.heading <= level for line in headings) + sum(0 < at <= level for _, _, at in hollow),
            (self.linked_lines(lines) + len(of_images)) // (3 if headings else 1),
        )
        shown = [line for line in lines if line.start in self.split or self.is_dated(line)]
        dated = sum(line.start in self.split or self.is_date(line) for line in shown) or len(shown)
        dated = dated or int(any(self.shows_month(line) for line in lines[1:] if not line.heading))
        dated = dated or int(item.start in self.spanned)
        chars = sum(line.width for line in lines)
        trailing = dated == 1 and len(lines) > 1 and heading_date(self.page, lines[-1]) is not None
        found = self.sketches[item] = _Sketch(title, address, dated, names, bool(headings), chars, main, trailing)
        return found

    def linked_lines(self, lines: Sequence[Line]) -> int:
        """How many addresses (or links that lead nowhere) begin lines and make up most of them, with texts that can
        be titles.
        """
        return len(
            {
                self.address(link) or link.order
                for line in lines
                if (link := line.pieces[0].link) is not None
                and words.width(text := _link_text(line)) >= 15
                and 2 * len(text) >= len(line.text)
                and words.may_be_title(text)
                and not words.is_paragraph(text)
            }
        )

    def named(self, item: Item, lines: Sequence[Line], headings: list[Line], linked: dict[str, str]) -> tuple[str, str]:
        """A quick guess at title and address."""
        anchors = [piece.link for line in lines for piece in line.pieces if piece.link is not None]
        first = next((address for link in anchors if (address := self.address(link))), "")
        if not first:
            inside = self.page.tree.nodes[item.start : min(item.end, item.start + 60)]
            first = next((address for node in inside if node.tag == "a" and (address := self.address(node))), "")
        if headings and words.may_be_title(headings[0].text):
            own = next(
                (
                    address
                    for piece in headings[0].pieces
                    if piece.link is not None and (address := self.address(piece.link))
                ),
                "",
            )
            return headings[0].text, own or first
        if linked:
            address, title = next(iter(linked.items()))
            return title, address
        for line in lines:
            if (
                words.may_be_title(line.text)
                and not words.is_paragraph(line.text)
                and heading_date(self.page, line) is None
            ):
                return line.text, first
        return "", first


def _holds(items: Sequence[Item], place: int) -> bool:
    """Whether a place lies in one of the items."""
    holder = bisect_right(items, place, key=itemgetter(0)) - 1
    return holder >= 0 and place < items[holder].end


def _page_title(page: Page) -> int | None:
    """Where the only main heading of the page stands, if it is no link: no entry's title, then."""
    main = [line for line in page.lines if line.heading == 1]
    if len({line.block.order for line in main}) != 1 or any(piece.link is not None for piece in main[0].pieces):
        return None
    return main[0].start


def _distinct(titles: list[str], addresses: list[str]) -> float:
    """1 where no title and no address comes twice; less where they repeat, as authors and categories do."""
    if not titles:
        return 0.0
    own = len(set(titles)) / len(titles)
    apart = len(set(addresses)) / len(addresses) if addresses else 1.0
    return own - (1 - apart) - max(0.0, 0.6 - own)


def _twins(full: list[_Sketch]) -> float:
    """The share of items that lead to where the item before them leads."""
    return fmean(bool(one.address) and one.address == other.address for one, other in pairwise(full))


def _link_text(line: Line) -> str:
    """The text of the link a line begins with."""
    link = line.pieces[0].link
    return " ".join(piece.text for piece in line.pieces if piece.link is link)


def _split_dates(page: Page) -> tuple[frozenset[int], frozenset[int]]:
    """Where dates begin that are set in several blocks, by the order of their first line; and all lines of them."""
    found: set[int] = set()
    halves: set[int] = set()
    for place, line in enumerate(page.lines):
        if len(line.text) > splitdates.LONGEST:
            continue
        lines = page.lines[place : place + 3]
        split = splitdates.leading(page, [other.text for other in lines])
        if split is not None and split[0].year:
            found.add(line.start)
            halves.update(other.start for other in lines[: split[1]])
    return frozenset(found), frozenset(halves)


def _shows_date(page: Page, line: Line) -> bool:
    """Whether a line shows a day: alone on its line or piece, or at an end of a line."""
    if len(line.text) > 400:
        return False
    if _dated_text(page, line.text):
        return True
    pieces = [piece.text for piece in line.pieces] if len(line.pieces) > 1 else []
    return any(_dated_text(page, text) for text in pieces) or splitdates.within(page, pieces) is not None


def _dated_text(page: Page, text: str) -> bool:
    for found in page.dates(text):
        if found.day is None or (found.year is None and len(text) > 15):
            continue
        before, after = text[: found.start].strip(" ,:|()–-"), text[found.end :].strip(" ,:|()–-.")
        if not before or not after:
            return len(before) + len(after) <= 160
        if len(text) <= 100:
            return True
    return False
