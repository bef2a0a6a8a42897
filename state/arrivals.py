"""When entries came, under which topics: what estimates of future mail are made from.

An entry of a baseline counts by its own date (DESIGN, "Feed order"), so that an
archive says something before anything new was seen; one without a date says
nothing of when it came and is left out. Reads only.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, or_, select

from state import entries as entry_rows
from state.filters import parse_expression
from state.schema import filings
from state.schema_watching import entries

MOST = 20_000  # arrivals that are looked at, the newest: what a service brings in a week is known by then


@dataclass(frozen=True, slots=True)
class Arrival:
    """An entry under a topic. at: when it came, or for a baseline the end of its date."""

    topic: str
    entry: str
    at: datetime
    baseline: bool


def arrivals(db: Connection, *, since: datetime, until: datetime, limit: int = MOST) -> tuple[Arrival, ...]:
    """What came visibly between two instants, under every topic it is filed under, the newest first."""
    visible = and_(entries.c.id == filings.c.entry, entries.c.hidden_at.is_(None))
    dated = or_(entries.c.baseline.is_(False), entries.c.date.is_not(None))
    query = (
        select(filings.c.topic, filings.c.entry, entries.c.updated_at, entries.c.baseline)
        .join(entries, visible)
        .where(entries.c.updated_at.between(since, until), dated)
        .order_by(entries.c.updated_at.desc(), filings.c.seq.desc())
        .limit(limit)
    )
    return tuple(Arrival(row.topic, row.entry, row.updated_at, row.baseline) for row in db.execute(query))


def under(db: Connection, found: Collection[Arrival], expression: str) -> tuple[Arrival, ...]:
    """Those that a topic expression brings; entries are read only where it has facets."""
    wish = parse_expression(expression)
    mine = tuple(one for one in found if one.topic == wish.topic)
    if not wish.facets:
        return mine
    known = entry_rows.by_ids(db, {one.entry for one in mine})
    return tuple(one for one in mine if wish.accepts(known[one.entry]))
