"""Read a web page whole: its entries, and what is said of the page beside them.

Pure. `feeds.extraction.listing` finds the entries; here the page is also judged: what stands between us and its list
(`walls`), which other lists could be meant (`rivals`), which of the admin's selectors no longer fit (`overrides`).
Called by `feeds.extraction.reading`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from feeds.extraction import guided, listing, overrides, rivals, structured, walls
from feeds.extraction.page import Page
from state.records import Extraction


def extract(page: Page, markup: str, select: Mapping[str, str], known: Sequence[tuple[str, str]] = ()) -> Extraction:
    """Entries and judgement. select: selectors by field name; known: (title, address) of entries that lead to the
    list. Raises ValueError for a bad selector.
    """
    seen = listing.extract(page, select)
    found = (guided.of(page, seen, known) if known else None) or seen.extraction
    found = structured.used(found, page.structured, page.setting)
    return replace(
        found,
        next=() if found.method == "publication" else found.next,  # where one document leads on is another document
        obstacle=walls.of(page, markup, found.records),
        rivals=rivals.of(page, seen),
        remarks=overrides.remarks(page, select, seen.items, found.records),
    )
