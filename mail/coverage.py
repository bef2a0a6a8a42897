"""Say how much was looked at, so that no news is known to be no news.

Pure. People are most frustrated when alerts stop silently; the last line of a
digest tells them what was checked, and what could not be.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from state.records import Every, Source

# how far back the line looks: as far as the longest rhythm of the digest
SPANS: Mapping[Every, timedelta] = {
    "now": timedelta(days=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=31),
}


@dataclass(frozen=True, slots=True)
class Coverage:
    """checked: sources read; quiet: those of them without a change; unread: those that fail, since when if known."""

    checked: int
    quiet: int
    unread: int
    since: datetime | None


def cover(
    sources: Iterable[Source], broken_since: Mapping[str, datetime], rhythms: Iterable[Every], now: datetime
) -> Coverage:
    """What was looked at in the time of these rhythms. broken_since: of failing sources, by id, where it is known."""
    start = now - max(SPANS[every] for every in rhythms)
    active = [source for source in sources if source.state == "active"]
    failing = [source for source in active if source.failures]
    read = [source for source in active if not source.failures and source.last_polled_at]
    quiet = [source for source in read if source.last_changed_at is None or source.last_changed_at < start]
    known = [broken_since[source.id] for source in failing if source.id in broken_since]
    since = min(known) if known and len(known) == len(failing) else None
    return Coverage(len(read), len(quiet), len(failing), since)
