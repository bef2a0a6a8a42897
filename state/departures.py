"""Erase people, and find those who are to be looked after without having done anything.

Rows of the outbox stay as numbers without an address, so that counts of what was
sent stay true; they name nobody any more. Called by mail/administration.py,
mail/address_change.py, mail/replay.py and mail/upkeep.py; nothing is committed
here. The surprising rule: when somebody last left is kept as a bare number,
because a database must be able to say that it is as new as the stop-list.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, case, delete, select, update

from state import bounces
from state.locks import holding
from state.schema import counters, outbox, sent, slots, subscriber_log, subscribers, subscriptions
from state.subscribers import EPOCH, ERASED
from state.upsert import insert


def erase(db: Connection, name: str) -> int:
    """Remove a person by id: row, subscriptions, log, ledger. How many mails there were, which now name nobody.

    What is on the wire at this moment is finished.
    """
    left = db.scalar(holding(db, select(subscribers.c.left_at).where(subscribers.c.id == name)))
    bounces.forget(db, name)
    for table in (slots, subscriptions, sent, subscriber_log):
        db.execute(delete(table).where(table.c.subscriber == name))
    nameless = update(outbox).where(outbox.c.subscriber == name).values(recipient="", payload="", reply="")
    mails = db.execute(nameless).rowcount
    db.execute(delete(subscribers).where(subscribers.c.id == name))
    if left:
        _note_left(db, left)
    return mails


def unconfirmed(db: Connection, before: datetime, *, limit: int) -> tuple[str, ...]:
    """Ids of people who did not answer what was asked of them before then; asked again since, they still may.

    Who reads us and waits to confirm another address is not among them.
    """
    asked = select(outbox.c.id).where(
        outbox.c.subscriber == subscribers.c.id, outbox.c.kind == "confirm", outbox.c.created_at >= before
    )
    stranger = subscribers.c.confirmed_at.is_(None) | (subscribers.c.left_at > subscribers.c.confirmed_at)
    waiting = (subscribers.c.state == "pending") & stranger & (subscribers.c.created_at < before) & ~asked.exists()
    query = select(subscribers.c.id).where(waiting).order_by(subscribers.c.id).limit(limit)
    return tuple(db.scalars(holding(db, query)))  # who answers at this moment is not erased


def pauses_over(db: Connection, now: datetime, *, limit: int) -> tuple[str, ...]:
    """Ids of people whose pause ends by now."""
    over = (subscribers.c.state == "paused") & (subscribers.c.paused_until <= now)
    query = select(subscribers.c.id).where(over).order_by(subscribers.c.id).limit(limit)
    return tuple(db.scalars(holding(db, query)))


def _note_left(db: Connection, at: datetime) -> None:
    """The newest time at which somebody left of whom nothing else is kept."""
    when = (at - EPOCH) // timedelta(microseconds=1)
    row = insert(db, counters).values(name=ERASED, value=when)
    later = case((counters.c.value > when, counters.c.value), else_=when)
    db.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": later}))
