"""Which entry is another language edition of which, and which entries came about the same time.

An edition points to the first edition that was seen. Nothing is merged by it. Written by `feeds.commit`, read where an
entry is shown.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection, and_, or_, select

from state.chunks import chunks
from state.schema_watching import editions_of as table
from state.schema_watching import entries
from state.upsert import insert

MOST = 2_000  # entries that are looked through


@dataclass(frozen=True, slots=True)
class EditionOf:
    """entry: the later one. rule: what linked them."""

    entry: str
    original: str
    rule: str


def attach(db: Connection, found: Collection[EditionOf], *, now: datetime) -> None:
    """Store editions; one that is known stays as it is."""
    if found:
        rows = [{"entry": one.entry, "original": one.original, "rule": one.rule, "since": now} for one in found]
        db.execute(insert(db, table).on_conflict_do_nothing(), rows)


def editions(db: Connection, entry: str) -> tuple[str, ...]:
    """Ids of all other language editions of an entry, its original first."""
    original = db.scalar(select(table.c.original).where(table.c.entry == entry)) or entry
    others = db.scalars(
        select(table.c.entry).where(table.c.original == original).order_by(table.c.since, table.c.entry)
    )
    return tuple(id for id in (original, *others) if id != entry)


def originals(db: Connection, found: Iterable[str]) -> dict[str, str]:
    """The originals of those of the entries that are editions of another, by id."""
    known: dict[str, str] = {}
    for some in chunks(found):
        rows = db.execute(select(table.c.entry, table.c.original).where(table.c.entry.in_(some)))
        known.update({row.entry: row.original for row in rows})
    return known


def around(db: Connection, day: date, within: timedelta) -> tuple[str, ...]:
    """Ids of visible entries dated within so much of a day, or without a date seen then; at most MOST."""
    first, last = day - within, day + within
    dated = and_(entries.c.date >= first.isoformat(), entries.c.date <= last.isoformat())
    since, until = (datetime.combine(one, time(), UTC) for one in (first, last + timedelta(days=1)))
    undated = and_(entries.c.date.is_(None), entries.c.first_seen_at.between(since, until))
    wanted = select(entries.c.id).where(entries.c.hidden_at.is_(None), or_(dated, undated))
    return tuple(db.scalars(wanted.order_by(entries.c.first_seen_at.desc(), entries.c.id).limit(MOST)))
