"""Tell items that repeat like the entries of a list but are none: links of a side list of the same make, a lead-on.

Pure. Called by `feeds.extraction.listing` with what it has read. The evidence is the list itself: where nearly all
items have a date of their own, a whole container of items without any is another list; so is one whose dates all lie
ahead where the others' lie behind, if it leads to another folder. What is dropped is accounted for in left_out.
"""

import re
from collections import Counter
from collections.abc import Sequence

from feeds.extraction.candidates import Item
from feeds.extraction.page import Page
from state.records import Record

_DATED = 0.85  # share of the others that have a date
_FEWEST = 3  # others
_FIGURES = re.compile(r"\d+")
_SAME = 0.8  # share of a container's addresses that lie in one folder


def of(page: Page, items: Sequence[Item], records: Sequence[Record]) -> frozenset[int]:
    """The places of the items that are no entries. records: one for each item."""
    held = _containers(page, items)
    lost = _other_lists(records, held) | _other_tense(page, records, held)
    lost |= _ends(records, [place for place in range(len(records)) if place not in lost])
    return frozenset(lost)


def _containers(page: Page, items: Sequence[Item]) -> list[list[int]]:
    """The places of the items by the element they stand in."""
    held: dict[int, list[int]] = {}
    for place, item in enumerate(items):
        parent = page.tree.nodes[item.start].parent
        held.setdefault(parent.order if parent is not None else -1, []).append(place)
    return list(held.values())


def _is_dated(record: Record) -> bool:
    return record.date is not None and record.origin.get("date") != "heading above"


def _other_lists(records: Sequence[Record], held: list[list[int]]) -> set[int]:
    """Items of containers of several in which nothing has a date, where nearly everything else has one."""
    bare = [places for places in held if len(places) > 1 and not any(records[place].date for place in places)]
    lost = {place for places in bare for place in places}
    others = [record for place, record in enumerate(records) if place not in lost]
    dated = sum(_is_dated(record) for record in others)
    return lost if len(others) >= _FEWEST and dated >= _DATED * len(others) and dated > len(lost) / 2 else set()


def _other_tense(page: Page, records: Sequence[Record], held: list[list[int]]) -> set[int]:
    """Items of smaller containers that lead elsewhere and lie ahead where the largest one's lie behind, or the reverse:
    events beside news.
    """
    today = page.setting.now.date().isoformat()
    main = max(held, key=len, default=[])
    folder, ahead = _folder(records, main), _ahead(records, main, today)
    if len(main) < _FEWEST or not folder or ahead is None:
        return set()
    lost: set[int] = set()
    for places in held:
        other = _folder(records, places)
        if len(places) > 1 and other and other != folder and _ahead(records, places, today) is (not ahead):
            lost.update(places)
    return lost


def _folder(records: Sequence[Record], places: Sequence[int]) -> str:
    """The folder that nearly all addresses of some items lie in, or ""; folders of years or numbers are alike."""
    addresses = (_FIGURES.sub("0", (records[place].url or "").split("?")[0].rstrip("/")) for place in places)
    folders = Counter(address.rsplit("/", 1)[0] for address in addresses)
    folder, count = folders.most_common(1)[0] if folders else ("", 0)
    return folder if count >= _SAME * len(places) else ""


def _ahead(records: Sequence[Record], places: Sequence[int], today: str) -> bool | None:
    """Whether all dates of some items lie ahead (or all behind); None where they do both, or one has none."""
    said = {(records[place].date or "") > today if _is_dated(records[place]) else None for place in places}
    return said.pop() if len(said) == 1 else None


def _ends(records: Sequence[Record], places: list[int]) -> set[int]:
    """First and last items without a date of their own, where the others have one and are read from other elements or
    have more to say: "back to the overview".
    """
    lost: set[int] = set()
    for end in (0, -1):
        while len(places) > _FEWEST + 1 and _is_stray(records, places, places[end]):
            lost.add(places.pop(end))
    return lost


def _has_day(record: Record) -> bool:
    return record.date is not None and len(record.date) == len("2026-10-30")


def _is_stray(records: Sequence[Record], places: Sequence[int], place: int) -> bool:
    record, others = records[place], [records[other] for other in places if other != place]
    if _has_day(record) or sum(map(_has_day, others)) < _DATED * len(others):
        return False
    titled = sum(other.origin.get("title") == record.origin.get("title") for other in others)
    linked = sum((other.url is None) == (record.url is None) for other in others)
    return not record.summary or min(titled, linked) < (1 - _DATED) * len(others)
