"""Decide what a later sighting changes in an entry, and whether readers are told.

Pure. The document that gives an entry its wording may change it; a sighting in
another document only fills in what was missing: a day where a month was known, a
place, a link, a download. Otherwise two documents that tell the same news in
different words would revise the entry at every poll. What is known is never
emptied: a page that stops showing places does not take them away.
Called by `feeds.plan`.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from feeds.identity import similarity
from state.dates import PartialDate, compatible, last_day, precision
from state.records import Enclosure, Entry, Record
from state.text import folded

_TITLE_TYPO = 0.9  # similarity up to which a changed title is news
_SUMMARY_TYPO = 0.85
_NUMBERS = re.compile(r"\d+")
_ANY_KIND = (None, "news", "article")  # what a site calls everything says less than what was known


def fill(known: Record, seen: Record) -> Record:
    """The known wording, with what only the other document says."""
    merged = _merge(seen, known)
    date = finer(known.date, seen.date)
    published = known.published or (seen.published if date == seen.date else None)
    return replace(merged, date=date, published=published)


def rewrite(known: Record, seen: Record) -> Record:
    """The document's new wording, with what it does not say any more."""
    merged = _merge(known, seen)
    if not compatible(known.date, seen.date):
        return replace(merged, date=seen.date, published=seen.published)
    return replace(merged, date=finer(known.date, seen.date), published=seen.published or known.published)


def _merge(base: Record, over: Record) -> Record:
    """`over`, and `base` where it is silent. guid and anchor: of `over`, they are no wording."""
    title = over.title or base.title
    return replace(
        over,
        title=title,
        display_title="" if title else over.display_title or base.display_title,
        url=over.url or base.url,
        guid=over.guid or base.guid,
        place=over.place or base.place,
        kind=base.kind if base.kind and over.kind in _ANY_KIND else over.kind or base.kind,
        summary=over.summary or base.summary,
        content=over.content or base.content,
        language=over.language or base.language,
        author=over.author or base.author,
        enclosures=_files(over.enclosures, base.enclosures),
        confidence={**base.confidence, **over.confidence},
        origin={**base.origin, **over.origin},
    )


def finer(one: PartialDate | None, other: PartialDate | None) -> PartialDate | None:
    """The more exact of two compatible dates; the first where they contradict each other."""
    if not one or not other:
        return one or other
    return other if compatible(one, other) and len(other) > len(one) else one


def _files(first: Iterable[Enclosure], more: Iterable[Enclosure]) -> tuple[Enclosure, ...]:
    """Files of both. When a file was replaced is known to us only (feeds/downloads_watch.py), not to its document."""
    also = {file.url: file for file in more}
    kept = [replace(f, replaced_at=f.replaced_at or also[f.url].replaced_at) if f.url in also else f for f in first]
    named = {file.url for file in kept}
    return (*kept, *(file for file in also.values() if file.url not in named))


def significant(known: Record, seen: Record) -> bool:
    """Whether readers are told of a revision (RFC 4287 4.2.15): more than a typo, another day, a new download."""
    if not compatible(known.date, seen.date):
        return True
    if {file.url for file in seen.enclosures} - {file.url for file in known.enclosures}:
        return True
    if _NUMBERS.findall(known.title) != _NUMBERS.findall(seen.title):
        return True  # "5 dead" and "6 dead" are one letter apart
    return _reworded(known.title, seen.title, _TITLE_TYPO) or _reworded(known.summary, seen.summary, _SUMMARY_TYPO)


def _reworded(known: str, seen: str, typo: float) -> bool:
    mine, theirs = folded(known), folded(seen)
    return mine != theirs and similarity(mine, theirs) < typo


# ---- the instants that feeds carry ----


def published_at(record: Record, timezone: str) -> datetime | None:
    """The document's own time, else noon of its day in the source's zone; None for a month or a year."""
    if record.published is not None:
        return record.published.astimezone(UTC)
    if not record.date or precision(record.date) != "day":
        return None
    return _noon(record.date, timezone)


def old_updated_at(record: Record, timezone: str, now: datetime) -> datetime:
    """When an entry of a baseline was updated: the end of its known date period, at most `now`; else now."""
    if record.published is not None:
        return min(record.published.astimezone(UTC), now)
    return min(_noon(record.date, timezone), now) if record.date else now


def _noon(when: PartialDate, timezone: str) -> datetime:
    return datetime.combine(last_day(when), time(12), ZoneInfo(timezone)).astimezone(UTC)


def reworded(known: Entry, record: Record, *, timezone: str, told: bool, now: datetime) -> Entry:
    """The entry with its new wording. told: the revision is significant, so `updated` moves."""
    return replace(
        known,
        record=record,
        url=record.url or known.url,
        updated_at=now if told else known.updated_at,
        published_at=published_at(record, timezone),
    )
