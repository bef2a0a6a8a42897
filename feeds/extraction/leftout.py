"""Account for every line that became no entry: what it was, how many there are, and a sample.

Pure. That is what "never lossy" means here: a line of the main content is in an entry, or it is listed with its
reason.
"""

from collections.abc import Iterable, Sequence

from feeds.extraction import words
from feeds.extraction.candidates import Item
from feeds.extraction.headings import heading_date
from feeds.extraction.page import Line, Page
from state.records import LeftOut

_SAMPLE = 120  # characters


def of(page: Page, items: Sequence[Item]) -> tuple[LeftOut, ...]:
    """The lines outside the items, by reason, in the order of their first line."""
    counted: dict[str, list[str]] = {}
    places = iter(sorted(items, key=lambda item: item.start))
    item = next(places, None)
    for line in page.lines:
        while item is not None and line.start >= item.end:
            item = next(places, None)
        if item is not None and item.start <= line.start < item.end:
            continue
        counted.setdefault(_reason(page, line), []).append(line.text)
    return tallied(counted.items())


def tallied(counted: Iterable[tuple[str, list[str]]]) -> tuple[LeftOut, ...]:
    return tuple(LeftOut(reason, len(texts), texts[0][:_SAMPLE]) for reason, texts in counted if texts)


def _reason(page: Page, line: Line) -> str:
    region = page.regions[line.start]
    if region:
        return region
    if line.heading or heading_date(page, line) is not None:
        return "heading"
    if line.linked:
        return "lead-on" if words.is_more(line.text) or words.is_idle(line.text) else "other link"
    return "other text"
