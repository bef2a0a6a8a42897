"""Choose, for all items of a list together, in which slot the title stands and in which the date.

Pure. One item alone cannot tell its title from its category, or the date of publication from a deadline; the list
can: titles differ from item to item and are long, categories repeat; the right date column is there for everybody.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import TypeAlias

from feeds.extraction import kinds, words
from feeds.extraction.dom import Node
from feeds.extraction.page import Page
from feeds.extraction.parts import ENDING, Day, Name, Parts, Slot
from state.text import folded

_BASE = {"heading": 1.6, "link": 1.0, "bold": 0.55, "line": 0.25, "alt": -0.2}
Key: TypeAlias = tuple[Slot, str]  # where a text stands that could be a title, and of what sort it is
_EVERYWHERE = 0.7  # share of items: a date in running text is believed where so many have one in the same slot
_SORTED = 3  # different dates: fewer are in order by chance
_FEWEST = 4  # items, before what repeats in them tells anything
_REPEATED = 0.6  # share of different texts: fewer are categories
_NEARLY = 0.9  # share of the items, and of their texts that differ
_DEEPEST = 4  # texts in one place
_LOOSE = ("line", "bold")  # sorts of names that nothing but their place makes a title
_TITLED = re.compile(r"title|headline|heading|titulo|titre|titel|subject|name(?!d)", re.I)
_PUBLISHED = re.compile(
    r"publi|post|date|datum|fecha|data|filed|issued|released|entry|created|dated|日期|時間|时间|วันที่|កាលបរិច្ឆេទ|ngày",
    re.I,
)
_OTHER_DAY = re.compile(
    r"updat|modif|deadline|clos|expir|until|revis|valid|due|event|start|end|argued|submission|geändert|frist|actualiz|échéance|hearing",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Layout:
    """titles, days: slots, best first, with the score of each title slot, the share of items that have each day slot.

    settled: day slots in which a date is believed that would be too unsure alone.
    shared: addresses that several items link to. later: title slots of which not the first text of an item counts,
    with the number of texts before the one that does.
    """

    titles: tuple[tuple[Key, float], ...]
    days: tuple[tuple[Slot, float], ...]
    settled: frozenset[Slot]
    shared: frozenset[str]
    later: Mapping[Key, int]


def layout(page: Page, items: Sequence[Parts]) -> Layout:
    later = _later(items)
    found = _days_by_slot(items)
    settled = frozenset(slot for slot, days in found.items() if _is_settled(days, len(items)))
    return Layout(_title_slots(items, later), _day_slots(page, found, len(items)), settled, _shared(items), later)


def placed(names: Iterable[Name], later: Mapping[Key, int]) -> Mapping[Key, Name]:
    """The one text of an item for each of its title slots. One that names a kind of document gives way to another."""
    found: dict[Key, list[Name]] = {}
    for name in names:
        found.setdefault((name.slot, name.sort), []).append(name)
    chosen: dict[Key, Name] = {}
    for key, texts in found.items():
        rest = texts[later.get(key, 0) :]
        telling = (name for name in rest if kinds.of_type_line(name.text) is None)
        if rest:
            chosen[key] = next(telling, rest[0]) if key not in later else rest[0]
    return chosen


def _later(items: Sequence[Parts]) -> Mapping[Key, int]:
    """Title slots in which every item has several texts and the first ones repeat from item to item, as categories do:
    the number of texts before the first that tells the items apart.
    """
    columns: dict[Key, list[list[str]]] = {}
    for parts in items:
        texts: dict[Key, list[str]] = {}
        for name in parts.names:
            texts.setdefault((name.slot, name.sort), []).append(folded(name.text))
        for key, said in texts.items():
            columns.setdefault(key, []).append(said)
    found: dict[Key, int] = {}
    for key, rows in columns.items():
        depth = min(len(row) for row in rows)
        if depth < 2 or len(rows) < max(_FEWEST, _NEARLY * len(items)) or _own(rows, 0) > _REPEATED:
            continue
        apart = next((place for place in range(1, min(depth, _DEEPEST)) if _own(rows, place) >= _NEARLY), 0)
        if apart:
            found[key] = apart
    return found


def _own(rows: Sequence[Sequence[str]], place: int) -> float:
    """The share of different texts in one place of all items."""
    return len({row[place] for row in rows}) / len(rows)


def _shared(items: Sequence[Parts]) -> frozenset[str]:
    """Addresses that more than a fifth of the items (and at least two) link to: categories, share buttons."""
    if len(items) < 3:
        return frozenset()
    counted = Counter(url for parts in items for url in {url for _, url in parts.links})
    return frozenset(url for url, count in counted.items() if count >= max(2, len(items) * 0.2))


def _title_slots(items: Sequence[Parts], later: Mapping[Key, int]) -> tuple[tuple[Key, float], ...]:
    found: dict[Key, list[tuple[Name, int]]] = {}
    several: set[int] = set()  # links that hold more than one text: a card that is a link as a whole
    for parts in items:
        linked = Counter(name.link.order for name in parts.names if name.sort == "link" and name.link is not None)
        several |= {order for order, count in linked.items() if count > 1}
        where = {id(name): place for place, name in enumerate(parts.names)}
        for key, name in placed(parts.names, later).items():
            found.setdefault(key, []).append((name, where[id(name)]))
    hollow = Counter(key for parts in items for key in parts.hollow if key in found)
    scored = ((key, _title_score(key, names, hollow[key], len(items), several)) for key, names in found.items())
    return tuple(sorted(scored, key=lambda pair: -pair[1]))


def _title_score(key: Key, names: list[tuple[Name, int]], hollow: int, count: int, several: Set[int]) -> float:
    """hollow: how many items have an image in this place. several: the links that hold more than one text."""
    texts = [folded(name.text) for name, _ in names]
    share = min(1.0, (len(names) + hollow) / count)
    distinct = len(set(texts)) / len(texts)
    width = fmean(min(words.width(name.text), 70) for name, _ in names) / 70
    first = 1 - fmean(min(place, 5) for _, place in names) / 5
    typed = fmean(kinds.of_type_line(name.text) is not None for name, _ in names)
    prose = fmean(
        words.is_paragraph(name.text)
        or (
            words.is_sentence(name.text)
            and (key[1] in _LOOSE or (name.link is not None and name.link.order in several))
        )
        for name, _ in names
    )
    says = 0.5 if any(_TITLED.search(step) for step in key[0]) else 0.0
    linked = 0.3 if key[1] != "link" and fmean(name.link is not None for name, _ in names) > 0.5 else 0.0
    repeated = 1.2 * (1 - distinct) if len(texts) > 2 else 0.0
    return (
        _BASE[key[1]] + 1.3 * share + 0.9 * width + 0.3 * first + says + linked - 1.5 * typed - 1.0 * prose - repeated
    )


def _days_by_slot(items: Sequence[Parts]) -> Mapping[Slot, list[Day]]:
    found: dict[Slot, list[Day]] = {}
    for parts in items:
        seen: set[Slot] = set()
        for day in parts.days:
            if day.slot not in seen:
                seen.add(day.slot)
                found.setdefault(day.slot, []).append(day)
    return found


def _is_settled(days: list[Day], count: int) -> bool:
    """Whether so many items have a date in one place that it is theirs; at the end of titles, with nothing to set it
    off, only if the list is sorted by it.
    """
    if len(days) < _EVERYWHERE * count:
        return False
    if all(day.sure >= ENDING for day in days):
        return True
    known = [day.found.date for day in days if day.found.date and day.found.day]
    if len(known) < len(days) or len(set(known)) < _SORTED:
        return False
    return known in (sorted(known), sorted(known, reverse=True))


def _day_slots(page: Page, found: Mapping[Slot, list[Day]], count: int) -> tuple[tuple[Slot, float], ...]:
    scored = {slot: _day_score(page, slot, days, count) for slot, days in found.items()}
    return tuple((slot, len(found[slot]) / count) for slot in sorted(scored, key=lambda slot: -scored[slot]))


def _day_score(page: Page, slot: Slot, days: list[Day], count: int) -> float:
    sure = fmean(day.sure for day in days)
    said = " ".join(slot) + " " + " ".join({day.before[-25:] for day in days[:5]}) + " " + _header(page, days[0])
    hint = (0.15 if _PUBLISHED.search(said) else 0.0) - (0.3 if _OTHER_DAY.search(said) else 0.0)
    known = [day.found.date for day in days if day.found.date]
    steps = list(pairwise(known))
    ordered = max(sum(a >= b for a, b in steps), sum(a <= b for a, b in steps)) / len(steps) if steps else 0.5
    precise = fmean(day.found.day is not None for day in days)
    return sure + 0.8 * len(days) / count + hint + 0.15 * ordered + 0.3 * precise


def _header(page: Page, day: Day) -> str:
    """What the head of a table column says."""
    block = page.tree.nodes[day.line.start] if day.line is not None else None
    cell = next((node for node in block.ancestors() if node.tag == "td"), None) if block is not None else None
    if cell is None or cell.parent is None:
        return ""
    column = sum(1 for other in cell.parent.children if other.order < cell.order and other.tag in ("td", "th"))
    table = next((node for node in cell.ancestors() if node.tag == "table"), None)
    return _column_head(page, table, column) if table is not None else ""


def _column_head(page: Page, table: Node, column: int) -> str:
    row = next((node for node in page.tree.within(table) if node.tag == "tr"), None)
    cells = [node for node in row.children if node.tag in ("td", "th")] if row is not None else []
    if column >= len(cells):
        return ""
    return " ".join(line.text for line in page.within(cells[column].order, cells[column].end))
