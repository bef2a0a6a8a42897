"""Say how a page was read: which ways were weighed, why one was taken, and the page itself with its entries marked.

Pure. Reads the page as `feeds.extraction.extract` does and looks over its shoulder; decides nothing. Ways that give
nearly the same items are told once. Called by `feeds.child` where an admin asks why.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from feeds.children import Document
from feeds.explained import Explanation, Weighed
from feeds.extraction import derived, listing, outline, overrides, publication
from feeds.extraction.chooser import WEIGHTS, Choice
from feeds.extraction.listing import Seen
from feeds.extraction.page import Page
from feeds.extraction.reading import extract, page_of
from state.records import Extraction, Record, Unreadable

WAYS = 5  # that are told
_SAMPLE = 3  # titles of each
_SAME = 0.9  # of the items: as good as the same way
_PERHAPS = 0.3  # how much a page must look like one document to be worth a word
_MOST = 200  # ways looked at for being the same

# What the terms of a score mean (`feeds.extraction.chooser.WEIGHTS`).
WORDS: Mapping[str, str] = {
    "dated": "how many entries show a date",
    "coverage": "how much of the page's text they hold",
    "titled": "how many have what can be a title",
    "linked": "how many have an address of their own",
    "count": "how many there are, up to ten",
    "width": "how long their titles are (menus are short)",
    "distinct": "how different titles and addresses are",
    "main": "how many stand outside menus, footers, sidebars",
    "under": "how many stand under a heading with a date",
    "headed": "how many have a heading",
    "crowded": "several titles in one: cut too coarsely",
    "dates": "several dates in one: cut too coarsely",
    "lopsided": "one far larger than the others: layout",
    "few": "only two of them",
    "twins": "neighbours with one address: halves of one",
    "torn": "dates left outside: cut too finely",
}


def explain(document: Document, now: datetime) -> tuple[Extraction | Unreadable, Explanation | None]:
    """What `extract` gives, and how it came to be; None where the document is no page."""
    found = extract(document, now)
    if not isinstance(found, Extraction) or found.kind != "page":
        return found, None
    page = page_of(document, now)
    seen = listing.extract(page, document.select)
    return found, explanation(page, seen, found, document.select)


def explanation(page: Page, seen: Seen, found: Extraction, select: Mapping[str, str]) -> Explanation:
    """What is to be said of a page that was read. found: what was made of it in the end; select: the admin's selectors
    that it was read with.
    """
    same = len(found.records) == len(seen.items)
    return Explanation(
        why=_why(page, seen, found.method, select),
        weighed=len(seen.choices),
        ways=_ways(page, seen),
        words={name: WORDS.get(name, name) for name in WEIGHTS},
        outline=outline.of(page, seen.items, found.records if same else seen.extraction.records),
    )


def _why(page: Page, seen: Seen, method: str, select: Mapping[str, str]) -> str:
    """Why the page was read as it was, in a sentence or two."""
    if overrides.items(page, select) is not None:
        return f"the entries are where item={select['item']!r} says; nothing else was weighed"
    document = _document(seen.single)
    match method:
        case "publication":
            return f"it was read as one document: {document}"
        case "none":
            best = seen.choices[0] if seen.choices else None
            said = f"the likeliest ({best.candidate.method}, {best.score:.1f}) is no list of entries" if best else ""
            return f"nothing on it repeats as entries do; {said or 'nothing was found that could be a list'}"
        case "preformatted" | "single item":
            return f"it was read as {'preformatted text' if method == 'preformatted' else 'a list of one entry'}"
        case _:
            perhaps = seen.single is not None and seen.single.likely >= _PERHAPS
            beside = f"; that the page is one document was less likely ({document})" if perhaps else ""
            return f"it was read as the list with the highest score that could be one{beside}"


def _document(single: publication.Publication | None) -> str:
    if single is None:
        return "no main heading"
    date = "a date beside its heading" if single.dated is not None else "no date beside its heading"
    return f"{single.likely:.0%} likely, {single.share:.0%} of its text is prose, {date}"


def _ways(page: Page, seen: Seen) -> tuple[Weighed, ...]:
    """The best ways that differ, and the one that was taken."""
    groups: list[list[Choice]] = []
    for choice in seen.choices[:_MOST]:
        same = next((group for group in groups if _alike(group[0], choice)), None)
        if same is not None:
            same.append(choice)
        elif len(groups) < WAYS or choice is seen.chosen:
            groups.append([choice])
    return tuple(_weighed(page, group, taken=seen.chosen in group) for group in groups)


def _alike(one: Choice, other: Choice) -> bool:
    return derived.overlap(one.candidate.items, other.candidate.items) >= _SAME


def _weighed(page: Page, group: Sequence[Choice], *, taken: bool) -> Weighed:
    choice = group[0]
    _, records = listing.read(page, choice.candidate)
    return Weighed(
        method=choice.candidate.method,
        score=round(choice.score, 2),
        terms={name: round(WEIGHTS.get(name, 0.0) * value, 2) for name, value in choice.terms.items()},
        entries=len(records),
        sample=tuple(_named(record) for record in records[:_SAMPLE]),
        selector=derived.selector(page.tree, choice.candidate),
        likely=listing.plausible(choice),
        taken=taken,
        alike=len(group) - 1,
    )


def _named(record: Record) -> str:
    return record.title or record.display_title
