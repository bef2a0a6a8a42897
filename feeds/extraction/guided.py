"""Find the list of a page by entries that are known to stand in it, after a redesign.

Pure. Among everything that could be a list the one is taken that shows most of the known entries, by title or link;
the score decides only between equals. Called by `feeds.extraction.webpage` where `feeds.repair` hands known entries
down; an ordinary reading has none.
"""

from collections.abc import Sequence
from dataclasses import replace

from feeds.extraction import derived, leftout, listing
from feeds.extraction.candidates import Candidate, Item
from feeds.extraction.listing import Seen
from feeds.extraction.page import Page
from state.records import Extraction, Record
from state.text import folded

LEAST = 3  # known entries that a list must show
_MOST = 40  # candidates that are read whole


def of(page: Page, seen: Seen, known: Sequence[tuple[str, str]]) -> Extraction | None:
    """The entries of the list that shows most of the known ones, None where none shows enough.

    known: (title, address). Its method is "guided:" and the generator's.
    """
    titles = {folded(title) for title, _ in known} - {""}
    links = {address for _, address in known} - {""}
    best: tuple[int, Candidate, tuple[Item, ...], tuple[Record, ...]] | None = None
    for choice in seen.choices[:_MOST]:
        items, records = listing.read(page, choice.candidate)
        count = _shown(records, titles, links)
        if count >= LEAST and (best is None or count > best[0]):
            best = count, choice.candidate, items, records
    if best is None:
        return None
    _, candidate, items, records = best
    return replace(
        seen.extraction,
        method=f"guided:{candidate.method}",
        records=records,
        left_out=leftout.of(page, items, records),
        selector=derived.selector(page.tree, candidate),
    )


def _shown(records: Sequence[Record], titles: set[str], links: set[str]) -> int:
    """How many known entries there are among the records."""
    by_title = {folded(record.title) for record in records} & titles
    by_link = {record.url for record in records} & links
    return max(len(by_title), len(by_link))
