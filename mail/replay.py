"""Let those leave again of whom the stop-list knows and this database does not: it is an older copy.

Called by the CLI at start and at restore (DESIGN, "Leaving"). Costs nothing where
the database is as new as the list.
"""

from datetime import datetime

from sqlalchemy import Connection

from mail import steps
from state import keys, outbox, stoplist, subscribers, subscriptions
from state.keys import Keys
from state.records import Subscriber
from state.stoplist import StopList


def replay(db: Connection, *, now: datetime) -> int:
    """How many people and single subscriptions left by this."""
    stop, signed = stoplist.beside(db), keys.known(db, "stoplist")
    newest, told = stop.newest(), subscribers.last_left_at(db)
    if newest is None or (told is not None and newest <= told):
        return 0
    people = [person for person in subscribers.listed(db) if person.state != "left"]
    return sum(_again(db, person, stop, signed, now) for person in people)


def _again(db: Connection, person: Subscriber, stop: StopList, signed: Keys, now: datetime) -> int:
    email_key = subscribers.email_key(db, person.id)
    left = stop.left(email_key, keys=signed)
    if left and (person.left_at is None or person.left_at < left):
        outbox.cancel_for(db, person.id, now)
        subscriptions.remove(db, person.id)
        steps.move(db, person, "leave", now=now, by="service", left_at=left)
        return 1
    gone = 0
    for row in subscriptions.listed(db, subscriber=person.id):
        last = stop.last(email_key, keys=signed, topic=row.topic)
        if last and last[1] > row.created_at and (person.left_at is None or person.left_at < last[1]):
            gone += subscriptions.remove(db, person.id, row.topic)
            subscribers.change(db, person.id, expected=[person.state], left_at=last[1])
            subscribers.log(db, person.id, at=now, by="service", what=f"left {row.topic} (stop-list)")
    if gone:
        steps.take_back(db, person, now)
        steps.set_slots(db, person, now)
    return gone
