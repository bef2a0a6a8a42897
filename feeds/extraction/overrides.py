"""Apply the admin's selectors where a guess is wrong: which elements are items, and where a field stands in them.

Pure. They may be partial: `item` alone leaves the fields to be found; `title` alone changes only titles. A selector
that matches nothing in an item leaves that field as it was found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from feeds.extraction import words
from feeds.extraction.candidates import Candidate, Item, of_nodes
from feeds.extraction.dom import Node
from feeds.extraction.page import Page
from state.records import Record
from state.text import clean

FIELDS = ("title", "url", "date", "place", "kind", "summary", "author", "language")
NAMES = ("item", *FIELDS)


def items(page: Page, select: Mapping[str, str]) -> Candidate | None:
    """The items the admin chose, or None where the choice is ours. Raises ValueError for a bad selector."""
    css = select.get("item")
    return of_nodes("selected", page.tree.select(css)) if css else None


def applied(
    page: Page, select: Mapping[str, str], found: Sequence[Item], records: Sequence[Record]
) -> tuple[Record, ...]:
    """The records with the fields the admin pointed at. Raises ValueError for a bad selector or an unknown field."""
    unknown = sorted(set(select) - set(NAMES))
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no field; select one of {', '.join(NAMES)}")
    changed = list(records)
    for name in (one for one in FIELDS if one in select):
        nodes = page.tree.select(select[name])
        for place, item in enumerate(found):
            node = next((one for one in nodes if item.start <= one.order < item.end), None)
            if node is not None:
                changed[place] = _with(page, changed[place], name, node)
    return tuple(changed)


def _with(page: Page, record: Record, name: str, node: Node) -> Record:
    text = clean(" ".join(part.text for part in page.tree.within(node)))
    sure, told = {**record.confidence, name: 1.0}, {**record.origin, name: "selected"}
    match name:
        case "url":
            inside = next((one for one in page.tree.within(node) if one.tag == "a"), node)
            url = page.link(inside) or record.url
            return replace(record, url=url, anchor="" if url else record.anchor, origin=told)
        case "date":
            found = next(
                (day for day in page.dates(node.get("datetime") or node.get("content") or text) if day.date), None
            )
            if found is None:
                return record
            return replace(record, date=found.date, published=found.published, confidence=sure, origin=told)
        case "title":
            return replace(
                record,
                title=text,
                display_title="" if text else words.first_sentence(record.summary),
                confidence=sure,
                origin=told,
            )
        case "place":
            return replace(record, place=text, origin=told)
        case "kind":
            return replace(record, kind=text or None, origin=told)
        case "author":
            return replace(record, author=text, origin=told)
        case "language":
            return replace(record, language=node.get("lang") or text, origin=told)
        case _:
            return replace(record, summary=text, origin=told)
