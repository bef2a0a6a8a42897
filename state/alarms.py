"""What the admin should know: one row while it stands, told once until it changes.

Kinds: broken, empty, quarantined, relaunched, redesigned, flood, quiet, gone,
moved, robots, bound (of a source); delivery, network and others (source "") of the service;
webhook (source "webhook ID");
delivery and templates of digests (source "digests").
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from state.chunks import chunks
from state.schema import alarms as table
from state.upsert import insert


@dataclass(frozen=True, slots=True)
class Alarm:
    """source: id, "" for the service itself. asks: the command that answers it, or None."""

    source: str
    kind: str
    since: datetime
    message: str
    asks: str | None


def raise_alarm(
    db: Connection, *, source: str, kind: str, message: str, now: datetime, asks: str | None = None
) -> bool:
    """Let an alarm stand. One that stands already keeps its `since` and takes the new words.

    Returns whether it is news: it did not stand, or said something else.
    """
    stood = next((a for a in alarms(db, source=source) if a.kind == kind), None)
    if stood is not None and (stood.message, stood.asks) == (message, asks):
        return False
    row = insert(db, table).values(source=source, kind=kind, since=now, message=message, asks=asks)
    db.execute(row.on_conflict_do_update(index_elements=["source", "kind"], set_={"message": message, "asks": asks}))
    return True


def clear_alarm(db: Connection, *, source: str, kind: str) -> bool:
    """End an alarm; returns whether it stood."""
    return bool(db.execute(delete(table).where(table.c.source == source, table.c.kind == kind)).rowcount)


def alarms(db: Connection, *, source: str | None = None) -> tuple[Alarm, ...]:
    """All that stand (of one source, if named), oldest first."""
    wanted = select(table).order_by(table.c.since, table.c.source, table.c.kind)
    if source is not None:
        wanted = wanted.where(table.c.source == source)
    return tuple(Alarm(r.source, r.kind, r.since, r.message, r.asks) for r in db.execute(wanted))


def standing(db: Connection, ids: Collection[str]) -> set[tuple[str, str]]:
    """(source, kind) of what stands for some sources."""
    found: set[tuple[str, str]] = set()
    for some in chunks(sorted(set(ids))):
        rows = db.execute(select(table.c.source, table.c.kind).where(table.c.source.in_(some)))
        found |= {(row.source, row.kind) for row in rows}
    return found
