"""See at start whether this database is an older copy: refuse to mail the past again, let those leave who left.

A database that is older than its send log is refused until the admin says what
happened (`tidings restore --assume sent|unsent`). One that is older than its
stop-list only learns who left since: that needs no answer, and a crash between
the two writes of one leaving looks the same. Called by the CLI at start and at
restore (DESIGN, "Leaving"). Costs nothing where the database is as new as both files.
"""

from datetime import datetime

from sqlalchemy import Connection

from mail import steps
from state import departures, keys, outbox, sendlog, stoplist, subscribers, subscriptions
from state.errors import UserError
from state.keys import Keys
from state.records import Subscriber
from state.sendlog import Behind
from state.stoplist import StopList
from state.store import where


def replay(db: Connection, *, now: datetime) -> int:
    """How many people and single subscriptions left by this. Raises UserError for a database that missed sending."""
    log = sendlog.beside(db)
    missed = sendlog.behind(db, log)
    if missed:
        raise UserError(
            f"{where(db.engine.url)} is an older copy: {told(missed)} ({log.path}). Say what is to become of that: "
            "`tidings restore --assume sent` (it counts as mailed: nobody gets anything twice), or "
            "`tidings restore --assume unsent` (it is mailed, perhaps again)"
        )
    return leave_again(db, now=now)


def told(missed: Behind) -> str:
    """What a database misses, for the admin."""
    since = f" since {missed.since:%Y-%m-%d %H:%M} UTC" if missed.since else ""
    return f"mail has gone out{since} that it does not know of, last on {missed.until:%Y-%m-%d %H:%M} UTC"


def leave_again(db: Connection, *, now: datetime) -> int:
    """Let those leave of whom the stop-list knows and this database does not; how many people and subscriptions."""
    stop, signed = stoplist.beside(db), keys.known(db, "stoplist")
    newest, last_left = stop.newest(), subscribers.last_left_at(db)
    if newest is None or (last_left is not None and newest <= last_left):
        return 0
    people = subscribers.listed(db)
    return sum(_again(db, person, stop, signed, now) for person in people)


def _again(db: Connection, person: Subscriber, stop: StopList, signed: Keys, now: datetime) -> int:
    email_key = subscribers.email_key(db, person.id)
    left = stop.left(email_key, keys=signed)
    if left and person.created_at < left and stop.last(email_key, keys=signed) == ("forgotten", left):
        subscribers.change(db, person.id, expected=[person.state], left_at=left)
        departures.erase(db, person.id)
        return 1
    if person.state == "left":
        return 0
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
