"""Count as mailed what an older copy of the database does not know to be: the answer `restore --assume sent`.

What was due between the copy and now is taken for sent: messages that waited, and
everything up to the end of the ledger for those whose slot has passed. Who reads
weekly and whose day has not come keeps what is owed. Slots move beyond now, so that
no message gets the key, and with it the Message-ID, of one that has gone out. The
caller has read all sources just before, so that the ledger holds what they brought
meanwhile. In chunks; an interrupted run may be repeated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mail import steps
from state import filings, outbox, subscribers, subscriptions
from state.chunks import chunks
from state.records import Every, Subscriber, Subscription
from state.store import Store
from state.subscriptions import Slot

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Assumed:
    """messages: that waited in the outbox. people: whose digests were due."""

    messages: int
    people: int


def assume_sent(store: Store, *, now: datetime) -> Assumed:
    """Take everything that was due until now for mailed."""
    with store.write() as db:
        messages = outbox.assume_sent(db, now=now)
    with store.read() as db:
        names = [person.id for person in subscribers.listed(db, state="confirmed")]
    people = sum(_chunk(store, some, now) for some in chunks(names, _CHUNK))
    return Assumed(messages, people)


def _chunk(store: Store, names: Sequence[str], now: datetime) -> int:
    cursors: list[tuple[str, str]] = []
    moves: list[tuple[str, Every, datetime | None]] = []
    people = 0
    with store.write() as db:
        rows, slots = subscriptions.of_subscribers(db, names), subscriptions.slots_of_subscribers(db, names)
        for name, person in subscribers.of_ids(db, names).items():
            topics, moved = _due(person, rows[name], slots[name], now)
            cursors += [(name, topic) for topic in topics]
            moves += moved
            people += bool(topics)
        subscriptions.move_cursors(db, cursors, filings.head_seq(db))
        subscriptions.move_slots(db, moves)
    return people


def _due(
    person: Subscriber, rows: Sequence[Subscription], slots: set[Slot], now: datetime
) -> tuple[list[str], list[tuple[str, Every, datetime | None]]]:
    """Topics of a person that were due until now ("now" always is), and where their slots go."""
    passed = {slot.every for slot in slots if slot.due_at <= now}
    topics = [row.topic for row in rows if row.every in passed or row.every == "now"]
    moves = [
        (person.id, every, None if every == "now" else steps.next_due(person, every, now))
        for every in sorted(passed | {slot.every for slot in slots if slot.every == "now"})
    ]
    return topics, moves
