"""A page as the generators see it: its tree, its lines, what dates stand where, and which region each part belongs
to.

Built once per document by `read`; read-only from then on (the dictionary of dates is a cache). A line is what a
reader sees as one: text up to the next block element or `br`. A piece is a part of a line that is set apart: a link,
bold, a span.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import pairwise

from feeds.extraction import dateorder, dates, dom, languages, links, regions, structured, words
from feeds.extraction.datevalues import Found, Setting
from feeds.extraction.dom import TEXT, Node, Sums, Tree
from feeds.extraction.structured import Structured
from feeds.extraction.wordlist import listed
from state.text import clean

_WIDE_LINK = 20  # characters of a link that is an entry rather than a word of a menu
_FIGURES = re.compile(r"^.{0,20}\d\D{1,3}\d{1,2}\D{1,3}\d.{0,20}$", re.S)  # a date, or little more
_APART = frozenset(listed("span time strong b small label font em i abbr u"))
_CARD = ("span", "time", "small")  # what sets a text apart within a link
HEADINGS = {f"h{level}": level for level in range(1, 7)}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line. start, end: orders of its text nodes. node: the element that sets it apart. bold: set
    in bold.
    """

    text: str
    start: int
    end: int
    node: Node
    link: Node | None
    bold: bool


@dataclass(frozen=True, slots=True)
class Line:
    """What a reader sees as one line. heading: 1 to 6, 0 for none. block: the element whose line it is. width: of its
    text (`words.width`). linked: whether all of it is link text.
    """

    text: str
    start: int
    end: int
    block: Node
    heading: int
    pieces: tuple[Piece, ...]
    width: int
    linked: bool


@dataclass(frozen=True, slots=True)
class Page:
    """url: the final address; base: what links are resolved against. begun: how many lines begin at each node.
    regions: by node order, "" for the main content. main: the lines of the main content. structured: what the page says
    for machines.
    """

    tree: Tree
    url: str
    base: str
    title: str
    language: str
    lines: tuple[Line, ...]
    begun: Sums
    regions: Sequence[str]
    main: tuple[Line, ...]
    setting: Setting
    structured: Structured = field(default_factory=Structured)
    _wholes: dict[str, Found | None] = field(default_factory=dict)
    _links: dict[str, str | None] = field(default_factory=dict)

    def dates(self, text: str) -> tuple[Found, ...]:
        """The dates in a text of the page."""
        return dates.find(text, self.setting)

    def whole(self, text: str) -> Found | None:
        """The date a text of the page consists of, remembered; None where it says more."""
        if text not in self._wholes:
            self._wholes[text] = dates.whole_of(text, self.dates(text)) if len(text) <= dates.LONGEST_WHOLE else None
        return self._wholes[text]

    def within(self, start: int, end: int) -> tuple[Line, ...]:
        """The lines that begin between two orders."""
        return self.lines[self.begun.before(start) : self.begun.before(end)]

    def link(self, node: Node | None) -> str | None:
        """The absolute address of a link, or None where it leads nowhere (script, fragment of this page, mail)."""
        if node is None:
            return None
        href = node.get("href")
        if href not in self._links:
            self._links[href] = links.absolute(href, self.base)
        return self._links[href]


def read(markup: str, url: str, now: datetime, zone: tzinfo, hint: str = "") -> Page:
    """A page from its markup. hint: its language where the page does not say. Raises dom.TooMuch."""
    tree = dom.parse(markup)
    base = links.base(tree, url)
    lines = tuple(_lines(tree))
    language = _language(tree) or hint or languages.of_text(" ".join(line.text for line in lines[:200]))
    setting = Setting(now, tuple(dict.fromkeys(filter(None, (language.split("-")[0].lower(), "en")))), "", zone)
    texts = [line.text for line in lines if len(line.text) < dates.LONGEST]
    texts += [piece.text for line in lines if len(line.pieces) > 1 for piece in line.pieces if len(piece.text) < 40]
    ordering = Setting(now, (language, *setting.languages) if language else setting.languages, "", zone)
    order = dateorder.infer(texts, ordering, links.host(base))
    setting = Setting(now, setting.languages, order, zone)
    title = next((clean("".join(part.text for part in tree.within(node))) for node in tree.all("title")), "")
    begun, said = Sums(tree, ((line.start, 1) for line in lines)), structured.read(tree, base)
    places = regions.of(tree)
    main = tuple(line for line in lines if not places[line.start])
    return Page(tree, url, base, title, language, lines, begun, places, main, setting, said)


def _language(tree: Tree) -> str:
    for node in tree.nodes[:3]:
        if node.tag == "html" and (said := node.get("lang") or node.get("xml:lang")):
            return said.strip().replace("_", "-")
    for node in tree.all("meta"):
        if node.get("http-equiv").lower() == "content-language" or node.get("property") == "og:locale":
            return node.get("content").split(",")[0].strip().replace("_", "-")
    return ""


def _lines(tree: Tree) -> Iterator[Line]:
    """The lines of a tree: runs of text nodes of one block between line breaks."""
    run: list[Node] = []
    block = -1
    for node in tree.nodes:
        if node.tag in ("title", "br") or (node.order == node.block and node.tag != TEXT):
            if run:
                yield from _parted(tree, run)
                run = []
            continue
        if node.tag != TEXT or (node.parent is not None and node.parent.tag == "title"):
            continue
        if node.block != block and run:
            yield from _parted(tree, run)
            run = []
        block = node.block
        run.append(node)
    if run:
        yield from _parted(tree, run)


def _parted(tree: Tree, run: list[Node]) -> Iterator[Line]:
    """The lines of a run of text: several where it is nothing but links, each with its date perhaps, as of cards that a
    style sheet sets below each other.
    """
    while len(run) > 1 and run[0].link is None and not run[0].text.strip():
        run = run[1:]
    linked = [place for place in range(1, len(run)) if run[place].link is not None]
    cuts = [0, *(place for place in linked if run[place].link is not run[place - 1].link)]
    between = [node.text for node in run if node.link is None and node.text.strip()]
    size = sum(len(node.text.strip()) for node in run if node.link is not None)
    listed = size >= _WIDE_LINK * len(cuts) or len(between) >= len(cuts) - 1
    if len(cuts) < 2 or run[0].link is None or not listed or not all(_FIGURES.search(text) for text in between):
        yield from _line(tree, run)
        return
    for start, end in pairwise((*cuts, len(run))):
        yield from _line(tree, run[start:end])


def _line(tree: Tree, run: list[Node]) -> Iterator[Line]:
    block = tree.nodes[run[0].block]
    if "\n" in run[0].text and block.tag == "pre":
        for text in "".join(node.text for node in run).split("\n"):
            if said := clean(text):
                piece = Piece(said, run[0].order, run[-1].end, block, run[0].link, False)
                yield Line(
                    said, run[0].order, run[-1].end, block, 0, (piece,), words.width(said), piece.link is not None
                )
        return
    text = clean("".join(node.text for node in run))
    if text:
        pieces = tuple(_pieces(run, block))
        heading = (
            next((HEADINGS[node.tag] for node in block.ancestors() if node.tag in HEADINGS), 0) if block.depth else 0
        )
        linked = all(piece.link is not None for piece in pieces)
        yield Line(text, run[0].order, run[-1].end, block, heading, pieces, words.width(text), linked)


def _pieces(run: list[Node], block: Node) -> Iterator[Piece]:
    part: list[Node] = []
    apart: Node | None = None
    for node in run:
        own = _set_apart(node, block)
        if part and own is not apart:
            yield from _piece(part, apart or block)
            part = []
        apart = own
        part.append(node)
    if part:
        yield from _piece(part, apart or block)


def _piece(part: list[Node], node: Node) -> Iterator[Piece]:
    text = clean("".join(one.text for one in part))
    if text:
        bold = any(above.tag in ("b", "strong") for above in _inside(part[0]))
        yield Piece(text, part[0].order, part[-1].end, node, part[0].link, bold)


def _inside(node: Node) -> Iterator[Node]:
    """The inline elements around a text node."""
    above = node.parent
    while above is not None and above.order != above.block:
        yield above
        above = above.parent


def _set_apart(node: Node, block: Node) -> Node | None:
    """The innermost element that sets a text apart from its line: a link, or else a span, time, bold …"""
    found: Node | None = None
    card: Node | None = None
    for above in _inside(node):
        if above is block:
            break
        if above.tag == "a":
            return card or above
        found = found or (above if above.tag in _APART else None)
        card = card or (above if above.tag in _CARD else None)
    return found
