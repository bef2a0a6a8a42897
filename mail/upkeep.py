"""Look after people who do nothing: forget who never answered, end pauses that are over.

Called by the scheduler's ticks, in small transactions of their own; each call does
at most LIMIT people and says how many, so that a caller goes on until it is none.
The surprising rule: who had left, was asked for again and did not answer is not
forgotten but has left, as before.
"""

from datetime import datetime

from sqlalchemy import Connection

from mail import subscriptions
from state import departures, outbox, subscribers
from state import subscriptions as rows

LIMIT = 200  # people in one transaction


def forget_unconfirmed(db: Connection, before: datetime, *, limit: int = LIMIT) -> int:
    """Erase people who were asked to confirm before then and did not; how many there were."""
    names = departures.unconfirmed(db, before, limit=limit)
    for name, person in subscribers.of_ids(db, names).items():
        if person.left_at is None:
            departures.erase(db, name)
            continue
        outbox.cancel_for(db, name, before)
        rows.remove(db, name)
        subscribers.change(db, name, expected=["pending"], state="left")
        subscribers.log(db, name, at=before, by="service", what="asked again and did not answer: pending to left")
    return len(names)


def end_pauses(db: Connection, now: datetime, *, limit: int = LIMIT) -> int:
    """Let those get mail again whose pause is over by now; how many there were."""
    names = departures.pauses_over(db, now, limit=limit)
    for person in subscribers.of_ids(db, names).values():
        subscriptions.resume(db, person.email, by="service", now=now)
    return len(names)
