"""Find digests that should have gone out by an instant. Reads only; called by mail/watchdog.py and cli/status.py."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from state.records import Every
from state.schema import outbox, slots, subscribers


@dataclass(frozen=True, slots=True)
class Late:
    """How many are late, and when the first of them was due."""

    count: int
    since: datetime


def unplanned(db: Connection, before: datetime) -> dict[Every, Late]:
    """Slots of confirmed people that were due before then and still stand, by rhythm. Cost: one look at each."""
    confirmed = and_(subscribers.c.id == slots.c.subscriber, subscribers.c.state == "confirmed")
    query = select(slots.c.every, func.count(), func.min(slots.c.due_at)).join(subscribers, confirmed)
    rows = db.execute(query.where(slots.c.due_at < before).group_by(slots.c.every))
    return {row[0]: Late(row[1], row[2]) for row in rows}


def queued(db: Connection, before: datetime) -> Late | None:
    """Mails that were due before then and were never begun. What a server deferred is not among them."""
    late = (outbox.c.state == "queued") & (outbox.c.next_try_at < before)
    row = db.execute(select(func.count(), func.min(outbox.c.next_try_at)).where(late)).one()
    return Late(row[0], row[1]) if row[0] else None
