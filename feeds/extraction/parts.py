"""Take an item apart: its lines, the texts that could be its title, the dates it shows, its links.

Pure. Nothing is chosen here; that needs all items of the list (`feeds.extraction.slots`). A slot is where in an item
a text stands, by tags, classes and table column: the same slot of another item holds the same field.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from feeds.extraction import dates, splitdates, words
from feeds.extraction.candidates import Item
from feeds.extraction.datevalues import Found
from feeds.extraction.dom import TEXT, Node
from feeds.extraction.headings import heading_date
from feeds.extraction.page import HEADINGS, Line, Page, Piece
from feeds.extraction.wordlist import listed

Slot = tuple[str, ...]
_CHANGED = re.compile(
    r"\b(?:updat|modif|revis|amended|edited|last (?:change|review)|geändert|aktualis|bearbeitet|mise? à jour|actualiz"
    r"|atualiz|aggiorn|uppdater|oppdater|opdater|endret|ændret|ändrad|päivitetty|muokattu|bijgewerkt|gewijzigd|zaktualiz"
    r"|zmodyf|zmienion|aktualizov|upraven|módosít|frissít|izmijenj|ažurir|güncelle|değiştir|diperbarui|diubah|обновл"
    r"|измен|редакт|оновлен|змінен|ενημερ|τροποπ|cập nhật|sửa đổi|عدل|תוקן|עודכן)"
    r"|تحديث|更新|修改|修訂|수정|แก้ไข|ปรับปรุง",
    re.I,
)
_NAMING = 20  # characters of a title before its text
_SENTENCES = re.compile(r".+?[.!?။。។۔](?=\s|$)")
_STAMP = re.compile(
    r"data-(?:(?:post|news|article|item|entry)-)?(?:date(?:time)?|published|(?:publish(?:ed)?|pub|posted|release)-?(?:date|at|on))"
)
_STAMPED = 0.7  # how sure a date is that readers do not see
_DAY_FIRST = re.compile(r"(?:19|20)\d\d-[01]\d-[0-3]\d(?:$|[T ])")
_PROSE = 25  # characters of a sentence
ENDING = 0.45  # how sure a date is that ends a title, set off by a sign
UNPARTED = 0.42  # and one that nothing sets off: "Contracts of 8 May 2006"
_SET_OFF = (",", "–", "-", "—", "(", "|", ":", "·")
_LABEL = 30  # characters of a line that labels the next


@dataclass(frozen=True, slots=True)
class Name:
    """A text that could be the title. sort: "heading", "link", "bold", "line", "alt". order: where it begins.
    whole: the line it is all of.
    """

    text: str
    slot: Slot
    sort: str
    link: Node | None
    order: int
    line: Line | None


@dataclass(frozen=True, slots=True)
class Day:
    """A date the item shows. sure: 0 to 1. line: where it stands, None for an attribute. rest: what else its
    line or piece says.
    """

    found: Found
    slot: Slot
    sure: float
    origin: str
    line: Line | None
    piece: Piece | None = None
    after: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """An item taken apart. links: every `a` with an address, in order. hollow: where a title could stand, by slot
    and sort, but only an image does.
    """

    item: Item
    lines: tuple[Line, ...]
    names: tuple[Name, ...]
    hollow: frozenset[tuple[Slot, str]]
    days: tuple[Day, ...]
    links: tuple[tuple[Node, str], ...]


def of(page: Page, item: Item) -> Parts:
    lines = page.within(item.start, item.end)
    nodes = page.tree.nodes[item.start : item.end]
    return Parts(
        item,
        lines,
        tuple(_names(page, item, lines, nodes)),
        frozenset(_hollow(item, nodes)),
        tuple(_days(page, item, lines, nodes)),
        tuple(_links(page, item, nodes)),
    )


def says_changed(label: str) -> bool:
    """Whether the words before a date say that something was changed then, not published."""
    return _CHANGED.search(label) is not None


def slot(node: Node, start: int) -> Slot:
    """Where a node stands in the item that begins at start."""
    steps: list[str] = []
    current: Node | None = node
    while current is not None and current.order >= start and len(steps) < 8:
        steps.append(_step(current))
        current = current.parent
    return tuple(reversed(steps))


def _step(node: Node) -> str:
    if node.tag in ("td", "th") and node.parent is not None:
        return (
            f"{node.tag}:"
            f"{sum(1 for cell in node.parent.children[:60] if cell.order < node.order and cell.tag in ('td', 'th'))}"
        )
    return _named(node.tag, node.get("class"))


@lru_cache(maxsize=4096)
def _named(tag: str, classes: str) -> str:
    """An element by its tag and the first of its classes that has no figures."""
    name = next((name for name in classes.split() if not any(sign.isdigit() for sign in name)), "")
    return f"{tag}.{name}" if name else tag


def _links(page: Page, item: Item, nodes: list[Node]) -> Iterator[tuple[Node, str]]:
    around = page.tree.nodes[item.start].link
    if around is not None and around.order < item.start and (url := page.link(around)):
        yield around, url
    for node in nodes:
        if node.tag in ("a", "area") and (url := page.link(node)):
            yield node, url


def _names(page: Page, item: Item, lines: tuple[Line, ...], nodes: list[Node]) -> Iterator[Name]:
    for line in lines:
        if line.heading:
            link = next((piece.link for piece in line.pieces if piece.link is not None), None)
            if words.may_be_title(line.text) and heading_date(page, line) is None:
                yield Name(_uncut(line.text, link), slot(line.block, item.start), "heading", link, line.start, line)
            continue
        linked = _linked_pieces(page, line)
        for text, link, piece in linked:
            if words.may_be_title(text) and page.whole(text) is None and not _in_passing(line, text, piece):
                yield Name(
                    _uncut(text, link),
                    slot(piece.node, item.start),
                    "link",
                    link,
                    piece.start,
                    line if line.linked else None,
                )
        for piece in line.pieces:
            if piece.bold and piece.link is None and words.may_be_title(piece.text) and page.whole(piece.text) is None:
                yield Name(
                    piece.text,
                    slot(piece.node, item.start),
                    "bold",
                    None,
                    piece.start,
                    line if len(line.pieces) == 1 else None,
                )
        if (
            not linked
            and not words.is_paragraph(line.text)
            and words.may_be_title(line.text)
            and page.whole(line.text) is None
        ):
            yield Name(line.text, slot(line.block, item.start), "line", None, line.start, line)
    for node in nodes:
        if (
            node.tag == "img"
            and node.link is not None
            and words.width(node.get("alt")) >= 12
            and words.may_be_title(node.get("alt"))
        ):
            yield Name(node.get("alt"), slot(node, item.start), "alt", node.link, node.order, None)


def _hollow(item: Item, nodes: list[Node]) -> Iterator[tuple[Slot, str]]:
    """Links, and headings of links, that hold an image and no text."""
    for node in nodes:
        if node.tag != "img" or node.link is None or node.link.order < item.start:
            continue
        link = node.link
        if shows_text(nodes, link, item.start):
            continue
        yield slot(link, item.start), "link"
        heading = next((above for above in link.ancestors() if above.tag in HEADINGS), None)
        if heading is not None and heading.order >= item.start and not shows_text(nodes, heading, item.start):
            yield slot(heading, item.start), "heading"


def shows_text(nodes: list[Node], node: Node, start: int) -> bool:
    """Whether an element among the nodes from start on holds any text."""
    return any(part.tag == TEXT and part.text.strip() for part in nodes[node.order - start : node.end - start])


def _linked_pieces(page: Page, line: Line) -> list[tuple[str, Node, Piece]]:
    """The link texts of a line, one for each link, however it is set inside; without what is set apart to date it."""
    found: list[tuple[str, Node, Piece]] = []
    for piece in line.pieces:
        if piece.link is None or (_beside_title(line, piece) and page.dates(piece.text)):
            continue
        if found and found[-1][1] is piece.link:
            text, link, first = found[-1]
            telling = _telling(first, piece)
            whole = f"{text} {piece.text}" if not _apart(piece) and not _apart(first) else telling.text
            found[-1] = (whole, link, telling)
        else:
            found.append((piece.text, piece.link, piece))
    return found


def _in_passing(line: Line, text: str, piece: Piece) -> bool:
    """Whether a short link stands in running text, after a sentence: "… by telephone. Follow us on X." """
    if words.width(text) >= _NAMING:
        return False
    return any(words.width(said) >= _PROSE for said in _SENTENCES.findall(_before(line, piece)))


def _before(line: Line, piece: Piece) -> str:
    return " ".join(other.text for other in line.pieces if other.start < piece.start)


def _telling(first: Piece, then: Piece) -> Piece:
    """Which of two parts of a link names the entry: the longer one, but not the sentence that follows a title."""
    if words.width(then.text) <= words.width(first.text):
        return first
    titled = words.width(first.text) >= _NAMING and words.may_be_title(first.text) and not words.is_sentence(first.text)
    return first if titled and _apart(first) and words.is_sentence(then.text) else then


def _apart(piece: Piece) -> bool:
    return piece.node.tag in ("span", "time", "small")


def _uncut(text: str, link: Node | None) -> str:
    """The whole title where the page shows it cut and keeps the rest in an attribute."""
    if link is not None and text.endswith(("…", "...")):
        stem = text.rstrip(".… ")
        for attribute in ("title", "aria-label", "data-title"):
            whole = " ".join(link.get(attribute).split())
            if len(whole) > len(stem) and whole.startswith(stem[: max(4, len(stem) // 2)]):
                return whole
    return text


# ---- dates ----


def _days(page: Page, item: Item, lines: tuple[Line, ...], nodes: list[Node]) -> Iterator[Day]:
    for node in nodes:
        if node.tag != TEXT and (written := _attribute(node)) and (found := page.dates(written)):
            yield Day(found[0], slot(node, item.start), 0.97, f"{node.tag} attribute", None)
        elif node.tag != TEXT and (written := _stamp(node)) and (found := page.dates(written)):
            yield Day(found[0], (*slot(node, item.start), "stamp"), _STAMPED, "data attribute", None)
    taken = 0
    for place, line in enumerate(lines):
        if place < taken:
            continue
        split = _split(page, item, lines[place : place + 3]) if len(line.text) <= splitdates.LONGEST else None
        shown = list(_in_line(page, item, line))
        if split is not None and all(day.found.day is None or day.found.year is None for day in shown):
            taken = place + split[1]
            yield split[0]
            continue
        label = lines[place - 1].text if place else ""
        for day in shown:
            apart = not day.before and len(label) <= _LABEL and not page.dates(label)
            yield replace(day, slot=_labelled_slot(day.slot, label)) if apart else day


def _attribute(node: Node) -> str:
    if node.tag == "time":
        return node.get("datetime")
    if node.get("itemprop") in ("datePublished", "dateCreated"):
        return node.get("content") or node.get("datetime")
    return node.get("title") if node.tag == "abbr" and len(node.get("title")) <= 40 else ""


def _stamp(node: Node) -> str:
    """The day of publication that an element has for scripts: data-published="2026-10-30"."""
    for name, value in node.attributes.items():
        if name.startswith("data-") and _STAMP.fullmatch(name) and _DAY_FIRST.match(value):
            return value
    return ""


def _in_line(page: Page, item: Item, line: Line) -> Iterator[Day]:
    whole = page.whole(line.text)
    if whole is not None:
        where = slot(line.pieces[0].node, item.start)
        yield Day(whole, _labelled_slot(where, line.text[: whole.start]), 0.95, "own line", line)
        return
    hit = False
    if len(line.pieces) > 1:
        if (split := splitdates.within(page, [piece.text for piece in line.pieces])) is not None:
            first = line.pieces[split[1]]
            yield Day(split[0], slot(first.node, item.start), 0.9, "split in line", line, first)
            return
        for piece in line.pieces:
            for found in page.dates(piece.text):
                hit = True
                yield _in_text(found, piece.text, slot(piece.node, item.start), line, piece)
                break
    if not hit:
        for found in page.dates(line.text)[:2]:
            hit = True
            yield _in_text(found, line.text, slot(line.block, item.start), line, None)
    if not hit:
        yield from _yearless(page, item, line)


def _yearless(page: Page, item: Item, line: Line) -> Iterator[Day]:
    """A day and month at an edge of a line or piece, which a heading may complete with its year."""
    for piece in line.pieces:
        for found in dates.at_edges(piece.text, page.setting):
            before, after = piece.text[: found.start].strip(), piece.text[found.end :].strip()
            sure = 0.8 if piece.link is None and not line.heading else 0.4
            yield Day(found, slot(piece.node, item.start), sure, "edge of line", line, piece, after, before)
            return


def _in_text(found: Found, text: str, where: Slot, line: Line, piece: Piece | None) -> Day:
    before, after = text[: found.start].strip(), text[found.end :].strip()
    where = _labelled_slot(where, before)
    linked = line.linked if piece is None else piece.link is not None and not _beside_title(line, piece)
    if not _letters(before) and not _letters(after):
        sure, origin = 0.93, "own field"
    elif found.short:
        sure, origin = 0.3, "in text"
    elif not _letters(before) and len(after) <= 60 and not line.heading and not linked:
        sure, origin = 0.9, "beginning of line"
    elif _labelled(before) and not linked:
        sure, origin = 0.85, "labelled"
    elif not _letters(after) and not line.heading and not linked:
        sure, origin = 0.82 if len(before) < 160 else 0.65, "end of line"
    elif (line.heading or linked) and not _letters(after):
        # believed where all the others have theirs there too, and where nothing sets it off, in order
        sure, origin = ENDING if before.endswith(_SET_OFF) else UNPARTED, "end of title"
    elif line.heading or linked:
        sure, origin = 0.4, "in title"
    elif words.width(text) <= 160:
        sure, origin = 0.5, "in line"
    else:
        sure, origin = 0.35, "in text"
    return Day(found, where, sure, origin, line, piece, after, before)


def _beside_title(line: Line, piece: Piece) -> bool:
    """Whether a link holds more than a piece of a line that is set apart in it: a card that is a link as a whole."""
    return _apart(piece) and any(other is not piece and other.link is piece.link for other in line.pieces)


def _labelled_slot(where: Slot, before: str) -> Slot:
    """The slot of a date, apart from others in the same place where its label says that it is that of a change."""
    last = re.split(r"[|;,·•/(]|\d", before)[-1]
    return (*where, "updated") if len(last) <= 40 and says_changed(last) else where


def _letters(text: str) -> bool:
    return any(sign.isalnum() for sign in text)


_LABELS = frozenset(
    listed(
        "published posted filed issued released date dated on decided updated added created publication "
        "veröffentlicht publié publicado pubblicato fecha data datum am le el il"
    )
)


def _labelled(before: str) -> bool:
    """Whether the words before a date announce it: "…, Filed", "Posted on", "Publicerad:"."""
    if before.endswith(":") and len(before) <= _LABEL:
        return True
    last = before.rstrip(" :").rsplit(None, 1)[-1].casefold().strip("(,.;") if before.strip(" :") else ""
    return last in _LABELS


def _split(page: Page, item: Item, lines: tuple[Line, ...]) -> tuple[Day, int] | None:
    """A date in neighbouring blocks ("17", "февраля", "2016"), and how many lines it takes."""
    found = splitdates.leading(page, [line.text for line in lines])
    if found is None:
        return None
    return Day(found[0], slot(lines[0].block, item.start), 0.9, "split blocks", lines[found[1] - 1]), found[1]
