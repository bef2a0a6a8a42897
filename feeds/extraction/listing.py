"""Read a page of markup: generators, chooser, fields, and the account of what was left out.

Pure. Called by `feeds.extraction.extract`. Decides between a list and a single publication, drops items that are no
entries (a table's head, an empty row), and joins items that show the same entry twice in one place.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import TypeVar

from feeds.extraction import (
    addressdates,
    chooser,
    document,
    fields,
    generators,
    headings,
    heroes,
    leftout,
    lone,
    overrides,
    pagination,
    parts,
    preformatted,
    publication,
    rowspans,
    slots,
    strays,
)
from feeds.extraction.candidates import Candidate, Item
from feeds.extraction.chooser import Choice
from feeds.extraction.page import Page
from state.records import Extraction, Record

ENOUGH = 7.0  # the score of a list of dated items
ENOUGH_UNDATED = 8.0  # the score of a list without dates, which a menu could be
_BEHIND = 1.0  # how far the score of a list may lie behind that of what is none
_SURE_LIST = 10.0  # the score of a list that may stand against a publication
_PERHAPS = 0.3  # how much a page must look like one document, where no list speaks against it
_PUBLICATION = 0.5  # the same, beside a list
_DOUBTFUL = 0.75  # below this a long list of dated items wins
_SURELY = 0.8  # above this no list wins
_LONG = 8  # dated items: more than stand beside an article
_HALF = 0.5  # of the items, or of the main content's characters
_MOST = 0.8  # of the items
_WIDE = 0.35  # how long the titles of a list without dates must be
_LITTLE = 0.1  # of a document's text that is prose
_BESIDE = 0.35  # of the main content's characters: a list beside an article holds less


@dataclass(frozen=True, slots=True)
class Seen:
    """How a page was read. items: where its records stand, one for each, none for preformatted text. choices: what was
    weighed, best first; chosen: the one of them that was taken; single: the page as one document. All are empty where
    the admin chose the items.
    """

    extraction: Extraction
    items: tuple[Item, ...] = ()
    choices: tuple[Choice, ...] = ()
    chosen: Choice | None = None
    single: publication.Publication | None = None


def extract(page: Page, select: Mapping[str, str]) -> Seen:
    """The entries of a page; none where nothing looks like a list or a publication.

    select: the admin's selectors by field name. Raises ValueError for a bad one.
    """
    if (chosen := overrides.items(page, select)) is not None:
        kept, records = read(page, chosen)
        return _result(page, chosen.method, kept, overrides.applied(page, select, kept, records))
    choices = chooser.choose(page, proposals(page))
    single = publication.of(page)
    return replace(_chosen(page, select, choices, single), choices=tuple(choices), single=single)


def _chosen(
    page: Page, select: Mapping[str, str], choices: Sequence[Choice], single: publication.Publication | None
) -> Seen:
    """The page read as the likeliest of its lists, or as one document."""
    best = _best(choices)
    if single is not None and (best is None or not _beats(best, single)) and _is_publication(single, best):
        return _single(page, single, select)
    likely = best is not None and plausible(best)
    flat = preformatted.of(page)
    if flat is not None and not (best is not None and likely and _outside(best, flat.item)):
        return _flat(page, flat)
    if best is None or not likely:
        return _without_list(page, single, select)
    kept, records = read(page, best.candidate)
    if several := heroes.boxes(page, kept, records):
        kept, records = tuple(_without(kept, several)), tuple(_without(records, several))
    if apart := heroes.adopted(page, kept, records):
        kept, records = _with_heroes(page, best.candidate.method, kept, records, apart)
    seen = _result(page, best.candidate.method, kept, overrides.applied(page, select, kept, records))
    return replace(seen, chosen=best)


def _without_list(page: Page, single: publication.Publication | None, select: Mapping[str, str]) -> Seen:
    """What a page gives on which nothing repeats as entries do: its one document, its one item, or nothing."""
    if single is not None and single.likely >= _PERHAPS:
        return _single(page, single, select)
    if (only := lone.of(page)) is not None:
        kept, records = read(page, only)
        return _result(page, only.method, kept, overrides.applied(page, select, kept, records))
    return _result(page, "none", (), ())


def _outside(best: Choice, item: Item) -> bool:
    """Whether most items of a list that is no side matter stand outside a part of the page."""
    items = best.candidate.items
    return (
        best.terms["coverage"] >= _BESIDE
        and sum(not item.start <= one.start < item.end for one in items) > len(items) / 2
    )


def _flat(page: Page, flat: preformatted.Flat) -> Seen:
    """The entries of preformatted text, with what it left out and what stands beside it."""
    around = leftout.outside(page, (flat.item,))
    empty = _result(page, "preformatted", (), ()).extraction
    return Seen(replace(empty, records=flat.found.records, left_out=(*flat.found.left_out, *around)))


def _with_heroes(
    page: Page, method: str, kept: tuple[Item, ...], records: tuple[Record, ...], apart: list[Item]
) -> tuple[tuple[Item, ...], tuple[Record, ...]]:
    """The list read again with the items that stand apart from it, but for those that lack the date all others
    have.
    """
    together = tuple(sorted((*kept, *apart), key=lambda item: item.start))
    items, found = read(page, Candidate(method, together))
    if sum(record.date is not None for record in records) < _MOST * len(records):
        return items, found
    pairs = [(item, record) for item, record in zip(items, found, strict=True) if record.date or item not in apart]
    return tuple(item for item, _ in pairs), tuple(record for _, record in pairs)


def proposals(page: Page) -> Iterable[Candidate]:
    for generator in generators.GENERATORS:
        yield from generator(page)


def _best(choices: Sequence[Choice]) -> Choice | None:
    """The best candidate; where that is no list of entries, one close behind that is and makes up most of the page."""
    if not choices:
        return None
    if plausible(choices[0]):
        return choices[0]
    close = (choice for choice in choices if choice.score >= choices[0].score - _BEHIND)
    large = (choice for choice in close if choice.terms["coverage"] >= _HALF and plausible(choice))
    return next(large, choices[0])


def plausible(best: Choice) -> bool:
    """Whether the best candidate is a list of entries at all: dated, or undated with more to it than a menu has."""
    terms = best.terms
    if terms["dated"] + terms["under"] >= _HALF:
        return best.score >= ENOUGH and (not terms["few"] or terms["dated"] + terms["under"] >= 1)
    if terms["linked"] < _HALF:
        return False  # neither dates nor addresses: the sections of a text
    telling = terms["width"] >= _WIDE or terms["coverage"] >= _HALF
    return best.score >= ENOUGH_UNDATED and telling and not terms["few"]


def _is_publication(single: publication.Publication, best: Choice | None) -> bool:
    """Whether a page is one document: it looks like one, or its text far outweighs the list beside it."""
    if single.likely >= _PUBLICATION:
        return True
    return single.likely >= _PERHAPS and single.share >= _HALF and (best is None or best.terms["coverage"] < _BESIDE)


def _beats(best: Choice, single: publication.Publication) -> bool:
    """Whether a list is surer than a publication: it makes up most of the page, as related news beside an
    article do not.
    """
    if best.score < _SURE_LIST:
        return False
    whole = best.terms["coverage"] >= _MOST and best.terms["distinct"] >= _MOST  # nearly all of the page is items
    bare = single.share < _LITTLE and best.terms["dated"] >= _HALF  # and there is nothing else to read
    if whole and (bare or min(best.terms["dated"], best.terms["linked"]) >= _MOST):
        return not best.terms["few"]
    if single.likely >= _SURELY:
        return False
    long = len(best.candidate.items) >= _LONG and best.terms["dated"] >= _MOST and single.likely < _DOUBTFUL
    entries = best.terms["linked"] >= _HALF or best.terms["dated"] >= _HALF  # sections of one text have neither
    return long or (entries and best.terms["coverage"] >= _HALF)


def read(page: Page, candidate: Candidate) -> tuple[tuple[Item, ...], tuple[Record, ...]]:
    """The records of a candidate, and the items they come from."""
    taken = [parts.of(page, item) for item in headings.freed(page, candidate.items)]
    taken = [one for one in taken if one.lines or one.links]
    layout = slots.layout(page, taken)
    above = headings.above(page, [one.item for one in taken])
    beside = rowspans.beside(page, [one.item for one in taken])
    kept: list[Item] = []
    records: list[Record] = []
    linked = sum(1 for one in taken if one.links)
    for one, heading, spanning in zip(taken, above, beside, strict=True):
        record = fields.record(page, one, layout, spanning or heading, "cell beside" if spanning else "heading above")
        if _is_entry(record, linked >= 0.7 * (len(taken) - (not one.links))):
            kept.append(one.item)
            records.append(record)
    records = fields.without_days(page, addressdates.completed(records))
    lost = strays.of(page, kept, records)
    return tuple(_without(kept, lost)), tuple(_without(records, lost))


_Part = TypeVar("_Part", Item, Record)


def _without(parts: Sequence[_Part], lost: Set[int]) -> Iterator[_Part]:
    return (part for place, part in enumerate(parts) if place not in lost)


def _is_entry(record: Record, linked: bool) -> bool:
    """Whether a record says anything: a title or a summary, and an address where all others have one."""
    if not record.title and not record.summary:
        return False
    if linked and record.url is None:
        return bool(record.date and record.origin.get("date") != "heading above" and record.title)
    return True


def _single(page: Page, single: publication.Publication, select: Mapping[str, str]) -> Seen:
    records = overrides.applied(page, select, (single.item,), (document.record(page, single),))
    return _result(page, "publication", (single.item,), records)


def _result(page: Page, method: str, items: tuple[Item, ...], records: tuple[Record, ...]) -> Seen:
    found = Extraction(
        kind="page",
        method=method,
        title=page.title,
        language=page.language,
        records=records,
        left_out=leftout.of(page, items, records),
        next=pagination.next_pages(page),
        feeds=pagination.announced(page),
    )
    return Seen(found, items)
