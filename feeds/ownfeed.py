"""Look at the feeds that a page announces, and find the one that tells the same as the page.

A page often announces several: of its news, of comments, of other parts of the site. The one that has most of the
page's entries is offered. Stores nothing. Called by the command line where an admin may choose.
"""

from dataclasses import dataclass
from datetime import datetime

from feeds.canonical import url_key
from feeds.poll import Watch
from feeds.sources import Look, look
from state.errors import UserError
from state.records import Record
from state.text import folded

MOST = 3  # announced feeds that are looked at


@dataclass(frozen=True, slots=True)
class Offer:
    """A page's own feed. shared: how many of the page's entries it has."""

    look: Look
    entries: int
    shared: int


async def offered(watch: Watch, page: Look, *, now: datetime) -> Offer | None:
    """The announced feed that has most of the page's entries; of equal ones the first. None where none can be read."""
    best: Offer | None = None
    mine = [keys for record in _records(page) if (keys := _keys(record))]
    for url in page.feeds[:MOST]:
        try:
            found = await look(watch, url, kind="feed", ignore_robots=page.ignore_robots, now=now)
        except UserError:
            continue
        records = _records(found)
        theirs = frozenset().union(*map(_keys, records))
        shared = sum(not keys.isdisjoint(theirs) for keys in mine)
        if records and (best is None or shared > best.shared):
            best = Offer(found, len(records), shared)
    return best


def _records(found: Look) -> list[Record]:
    return [record for page in found.documents for record in page.extraction.records]


def _keys(record: Record) -> frozenset[str]:
    """What shows that two records are of one entry: its address, its title."""
    keys = {url_key(record.url)} if record.url else set()
    return frozenset(keys | ({folded(record.title)} if record.title else set()))
