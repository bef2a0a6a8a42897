"""Read a page of markup: generators, chooser, fields, and the account of what was left out.

Pure. Called by `feeds.extraction.extract`. Decides between a list and a single publication, drops items that are no
entries (a table's head, an empty row), and joins items that show the same entry twice in one place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from feeds.extraction import (
    chooser,
    fields,
    generators,
    headings,
    heroes,
    leftout,
    overrides,
    pagination,
    parts,
    preformatted,
    publication,
    slots,
)
from feeds.extraction.candidates import Candidate, Item
from feeds.extraction.chooser import Choice
from feeds.extraction.page import Page
from state.records import Extraction, Record

ENOUGH = 7.0  # a list below this score is no list of entries
_PUBLICATION = 0.5
_SURE_LIST = 10.0


def extract(page: Page, select: Mapping[str, str]) -> Extraction:
    """The entries of a page; none where nothing looks like a list or a publication.

    select: the admin's selectors, field name -> CSS. Raises ValueError for a bad one.
    """
    if (chosen := overrides.items(page, select)) is not None:
        kept, records = read(page, chosen)
        return _result(page, chosen.method, kept, overrides.applied(page, select, kept, records))
    choices = chooser.choose(page, proposals(page))
    best = choices[0] if choices else None
    single = publication.of(page)
    if single is not None and single.likely >= _PUBLICATION and (best is None or not _beats(best, single.likely)):
        return _single(page, single, select)
    if best is None or best.score < ENOUGH:
        if (flat := preformatted.of(page)) is not None:
            return replace(
                flat,
                kind="page",
                method="preformatted",
                title=page.title,
                next=pagination.next_pages(page),
                feeds=pagination.announced(page),
            )
        if single is not None and single.likely >= 0.35:
            return _single(page, single, select)
        return _result(page, "none", (), ())
    kept, records = read(page, best.candidate)
    if strays := heroes.adopted(page, kept, [record.url for record in records]):
        kept, records = _with_strays(page, best.candidate.method, kept, records, strays)
    return _result(page, best.candidate.method, kept, overrides.applied(page, select, kept, records))


def _with_strays(
    page: Page, method: str, kept: tuple[Item, ...], records: tuple[Record, ...], strays: list[Item]
) -> tuple[tuple[Item, ...], tuple[Record, ...]]:
    """The list read again with the items that stand apart from it, but for those that lack the date all others have."""
    together = tuple(sorted((*kept, *strays), key=lambda item: item.start))
    items, found = read(page, Candidate(method, together))
    if sum(record.date is not None for record in records) < 0.8 * len(records):
        return items, found
    pairs = [(item, record) for item, record in zip(items, found, strict=True) if record.date or item not in strays]
    return tuple(item for item, _ in pairs), tuple(record for _, record in pairs)


def proposals(page: Page) -> Iterable[Candidate]:
    for generator in generators.GENERATORS:
        yield from generator(page)


def _beats(best: Choice, likely: float) -> bool:
    """Whether a list is surer than a publication: dated items that make up most of the page."""
    return best.score >= _SURE_LIST and (best.terms["dated"] >= 0.6 or best.terms["coverage"] >= 0.6) and likely < 0.8


def read(page: Page, candidate: Candidate) -> tuple[tuple[Item, ...], tuple[Record, ...]]:
    """The records of a candidate, and the items they come from."""
    taken = [parts.of(page, item) for item in candidate.items]
    taken = [one for one in taken if one.lines or one.links]
    layout = slots.layout(page, taken)
    above = headings.above(page, [one.item for one in taken])
    kept: list[Item] = []
    records: list[Record] = []
    linked = sum(1 for one in taken if one.links) >= 0.7 * len(taken)
    for one, heading in zip(taken, above, strict=True):
        record = fields.record(page, one, layout, heading)
        if _is_entry(record, linked):
            kept.append(one.item)
            records.append(record)
    return _without_stray_ends(kept, records)


def _without_stray_ends(kept: list[Item], records: list[Record]) -> tuple[tuple[Item, ...], tuple[Record, ...]]:
    """Without a first or last item that is the only one to have neither date nor text: "back to the overview"."""
    dated = sum(record.date is not None for record in records)
    for end in (0, -1):
        if (
            len(records) >= 5
            and dated >= 0.85 * len(records)
            and records[end].date is None
            and not records[end].summary
        ):
            del kept[end], records[end]
    return tuple(kept), tuple(records)


def _is_entry(record: Record, linked: bool) -> bool:
    """Whether a record says anything: a title or a summary, and an address where all others have one."""
    if not record.title and not record.summary:
        return False
    if linked and record.url is None:
        return bool(record.date and record.origin.get("date") != "heading above" and record.title)
    return True


def _single(page: Page, single: publication.Publication, select: Mapping[str, str]) -> Extraction:
    records = overrides.applied(page, select, (single.item,), (publication.record(page, single),))
    return _result(page, "publication", (single.item,), records)


def _result(page: Page, method: str, items: tuple[Item, ...], records: tuple[Record, ...]) -> Extraction:
    return Extraction(
        kind="page",
        method=method,
        title=page.title,
        language=page.language,
        records=records,
        left_out=leftout.of(page, items),
        next=pagination.next_pages(page),
        feeds=pagination.announced(page),
    )
