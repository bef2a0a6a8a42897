"""Apply the admin's selectors where a guess is wrong: which elements are items, and where a field stands in them.

Pure. They may be partial: `item` alone leaves the fields to be found; `title` alone changes only titles. A selector
that matches nothing in an item leaves that field as it was found; one that matches in no item at all is remarked on.
What a selector may be says `feeds.extraction.selectors`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from feeds.extraction import links, selectors, words
from feeds.extraction.candidates import Candidate, Item
from feeds.extraction.page import Page
from feeds.extraction.selectors import Hit, Selection
from state.records import Record
from state.text import clean

FIELDS = ("title", "url", "date", "place", "kind", "summary", "author", "language", "id")
NAMES = ("item", *FIELDS)


def check(select: Mapping[str, str]) -> None:
    """Raise ValueError where a name is no field of ours or a selector cannot be understood."""
    unknown = sorted(set(select) - set(NAMES))
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no field; select one of {', '.join(NAMES)}")
    for name, selector in select.items():
        try:
            selectors.check(selector)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
        if name != "item" and selector.startswith("from "):
            raise ValueError(f'{name}: {selector!r}; only "item" says where something begins')


def items(page: Page, select: Mapping[str, str]) -> Candidate | None:
    """The items the admin chose, or None where the choice is ours. Raises ValueError for a bad selector."""
    check(select)
    return Selection(page, select["item"]).candidate() if select.get("item") else None


def applied(
    page: Page, select: Mapping[str, str], found: Sequence[Item], records: Sequence[Record]
) -> tuple[Record, ...]:
    """The records with the fields the admin pointed at. Raises ValueError for a bad selector."""
    changed = list(records)
    for name in (one for one in FIELDS if one in select):
        selection = Selection(page, select[name])
        for place, item in enumerate(found):
            hit = selection.within(item)
            if hit is not None:
                changed[place] = _with(page, changed[place], name, hit)
    return tuple(changed)


def remarks(page: Page, select: Mapping[str, str], found: Sequence[Item], records: Sequence[Record]) -> tuple[str, ...]:
    """A sentence for each selector that finds nothing. found: where the records stand."""
    return tuple(_remarked(page, select, found, records)) if select else ()


def _remarked(page: Page, select: Mapping[str, str], found: Sequence[Item], records: Sequence[Record]) -> Iterator[str]:
    for name, selector in select.items():
        selection = Selection(page, selector)
        inside = sum(selection.within(item) is not None for item in found)
        count = max(len(selection.hits), inside)
        said = f"the selector {name}={selector!r} matches {_elements(count)} on the page"
        if name == "item":
            if not records:
                yield f"{said}, and no entry was read from them" if count else said
            continue
        if not found:
            if not select.get("item"):
                yield f"{said}, but no entries were found to look in; say where they are with item=…"
            continue
        changed = sum(record.origin.get(name) == selectors.METHOD for record in records)
        if not changed:
            if inside:
                yield f"{said} and stands in {inside} of {len(found)} entries, but nothing there can be a {name}"
            else:
                yield f"{said}, none of them within one of the {len(found)} entries"


def _elements(count: int) -> str:
    return f"{count} element{'' if count == 1 else 's'}"


def _with(page: Page, record: Record, name: str, hit: Hit) -> Record:
    text = clean(hit.value if hit.value is not None else " ".join(part.text for part in page.tree.within(hit.node)))
    if not text and name != "url":
        return record
    told = {**record.origin, name: selectors.METHOD}
    match name:
        case "url":
            url = _address(page, hit)
            return replace(record, url=url, anchor="", origin=told) if url else record
        case "date":
            return _dated(page, record, hit, text)
        case "title":
            return replace(
                record, title=text, display_title="", confidence={**record.confidence, name: 1.0}, origin=told
            )
        case "place":
            return replace(record, place=text, origin=told)
        case "kind":
            return replace(record, kind=text, origin=told)
        case "author":
            return replace(record, author=text, origin=told)
        case "language":
            said = hit.value if hit.value is not None else hit.node.get("lang") or text
            return replace(record, language=said.strip(), origin=told)
        case "id":
            return replace(record, guid=text, origin=told)
        case _:
            shown = record.display_title if record.title else words.first_sentence(text)
            return replace(record, summary=text, display_title=shown, origin=told)


def _address(page: Page, hit: Hit) -> str | None:
    """Where a match leads: the attribute it asks for, its own link, or the first link in it or around it."""
    if hit.value is not None:
        return links.absolute(hit.value, page.base)
    inside = next((one for one in page.tree.within(hit.node) if one.tag == "a" and one.get("href")), hit.node.link)
    return page.link(inside)


def _dated(page: Page, record: Record, hit: Hit, text: str) -> Record:
    """The record with the first date a match says, in an attribute for machines or in its text."""
    said = (
        hit.value if hit.value is not None else "",
        hit.node.get("datetime") if hit.value is None else "",
        hit.node.get("content") if hit.value is None else "",
        text,
    )
    found = next((day for one in said if one for day in page.dates(one) if day.date), None)
    if found is None:
        return record
    return replace(
        record,
        date=found.date,
        published=found.published,
        confidence={**record.confidence, "date": 1.0},
        origin={**record.origin, "date": selectors.METHOD},
    )
