"""Find other lists of a page that could as well be the one that is meant: the admin chooses, not the score.

Pure. A rival scores nearly as much as the winner, could be a list by itself, has other entries, and stands beside the
winner, not within it: the same list cut otherwise is no choice that an admin has. Rare by design: on the pages we test
with, none but those made for it. Called by `feeds.extraction.webpage`.
"""

from collections.abc import Sequence

from feeds.extraction import derived, listing
from feeds.extraction.candidates import Item
from feeds.extraction.chooser import Choice
from feeds.extraction.listing import Seen
from feeds.extraction.page import Page
from state.records import Record, Rival
from state.text import folded

CLOSE = 1.0  # behind the winner's score; between this and 1.5 stand side lists that nobody means
MOST = 3
_SHARED = 0.3  # of the smaller one's entries: more, and it is the same list


def of(page: Page, seen: Seen) -> tuple[Rival, ...]:
    """The lists among which the page leaves the choice, best first, the one that was taken included; none where
    there is no doubt.
    """
    if seen.chosen is None:
        return ()
    found: list[Rival] = []
    taken = [(seen.items, _names(seen.extraction.records))]
    for choice in seen.choices:
        if choice.score < seen.chosen.score - CLOSE or len(found) == MOST:
            break
        items = choice.candidate.items
        if any(_within(items, others) for others, _ in taken) or not listing.plausible(choice):
            continue
        kept, records = listing.read(page, choice.candidate)
        names = _names(records)
        if not names or any(_shared(names, others) > _SHARED for _, others in taken):
            continue
        if selector := derived.selector(page.tree, choice.candidate):
            taken.append((kept, names))
            found.append(Rival(selector, round(choice.score, 2), records))
    return (_taken(page, seen, seen.chosen), *found) if found else ()


def _taken(page: Page, seen: Seen, chosen: Choice) -> Rival:
    """The winner as one of the lists. Without a selector where it has entries from elsewhere too."""
    starts = {item.start for item in chosen.candidate.items}
    whole = all(item.start in starts for item in seen.items)
    selector = derived.selector(page.tree, chosen.candidate) if whole else ""
    return Rival(selector, round(chosen.score, 2), seen.extraction.records)


def _names(records: Sequence[Record]) -> frozenset[str]:
    return frozenset(folded(record.title or record.display_title) for record in records)


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / (min(len(one), len(other)) or 1)


def _within(items: Sequence[Item], others: Sequence[Item]) -> bool:
    """Whether most items of a list stand within those of another, or around them. Both are in the order of the page."""
    met, place = 0, 0
    for item in items:
        while place < len(others) and others[place].end <= item.start:
            place += 1
        met += place < len(others) and others[place].start < item.end
    return met > len(items) / 2
