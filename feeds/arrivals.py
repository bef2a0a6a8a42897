"""Decide which unknown records are news, and in which order they are filed.

Pure. An unknown record among or above known ones is new, even if back-dated; those
below *and* older than every known one are back-fill, as when a list begins to show
more rows. A known record that is pinned on top, out of the order of dates, speaks
for nothing. The bottom of a page is filed first, so that its top is the newest.
Called by `feeds.plan` and, between the pages of a list, by `feeds.poll`.
"""

from collections.abc import Sequence
from itertools import pairwise

from state.dates import PartialDate, first_day, last_day

_PINS = 5  # known records on top that may be pins
_LONE_PINS, _BELOW_PINS = 2, 3  # of an undated list: at most so many, above at least so many unknown ones


def backfill_from(dates: Sequence[PartialDate | None], known: Sequence[bool]) -> int:
    """The place from which on unknown records are back-fill; the length of the list if none are.

    dates, known: of the records of a list (all its pages that were read) in page order.
    """
    pins = pinned(dates, known)
    standing = [place for place, is_known in enumerate(known) if is_known and place >= pins]
    if not standing:
        return len(known)
    place = len(known)
    oldest = [date for at in standing if (date := dates[at])]
    while place > standing[-1] + 1 and _older(dates[place - 1], oldest):
        place -= 1
    return place


def _older(date: PartialDate | None, known: Sequence[PartialDate]) -> bool:
    """Not certainly newer than any known one; where a date is missing, position has decided already."""
    return date is None or all(first_day(date) <= last_day(other) for other in known)


def pinned(dates: Sequence[PartialDate | None], known: Sequence[bool]) -> int:
    """How many known records on top are pins: older than a later one, in a list that else descends.

    Without dates, one or two known records above several unknown ones and nothing else are pins:
    a list that only shows more rows than before keeps all it showed on top.
    """
    if not any(dates):
        top = next((place for place, is_known in enumerate(known) if not is_known), len(known))
        return top if top <= _LONE_PINS and sum(known) == top and len(known) - top >= _BELOW_PINS else 0
    if not _descends(dates):
        return 0
    count = 0
    while count < min(_PINS, len(dates) - 1) and known[count]:
        date = dates[count]
        if date is None or not any(later and first_day(later) > last_day(date) for later in dates[count + 1 :]):
            break
        count += 1
    return count


def _descends(dates: Sequence[PartialDate | None]) -> bool:
    there = [date for date in dates if date]
    falls = sum(last_day(below) <= last_day(above) for above, below in pairwise(there))
    return len(there) > 2 and 2 * falls > len(there) - 1


def goes_on(dates: Sequence[PartialDate | None], known: Sequence[bool]) -> bool:
    """Whether the next page of a list must be read too: this one ends in something new to us."""
    return bool(known) and not known[-1] and backfill_from(dates, known) == len(known)


def newest_first(pages: Sequence[Sequence[PartialDate | None]], *, by_date: bool) -> list[tuple[int, int]]:
    """Places (page, record) from the newest to the oldest.

    by_date: of several documents, or of a first sight, the dates decide and the page's
    order only among equals; a record without a date goes with the one above it.
    """
    places = [(page, at) for page, dates in enumerate(pages) for at in range(len(dates))]
    if not by_date:
        return places
    ranks = {(page, at): rank for page, dates in enumerate(pages) for at, rank in enumerate(_ranks(dates))}
    return sorted(places, key=lambda place: -ranks[place])


def _ranks(dates: Sequence[PartialDate | None]) -> list[int]:
    """Ordinals of the days; the undated take the one of the record above, on top that of the first below."""
    rank = next((last_day(date).toordinal() for date in dates if date), 0)
    ranks = []
    for date in dates:
        rank = last_day(date).toordinal() if date else rank
        ranks.append(rank)
    return ranks
