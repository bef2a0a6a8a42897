"""Who reads what how often, and when each of their digests is due.

A slot is the next due instant of one rhythm of one person. Daily, weekly and
monthly slots stand as long as a subscription of that rhythm does; a slot of
"now" stands only while something is owed (state/windows.py). Nothing is
committed here; what is due when is decided in mail/rhythm.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    bindparam,
    delete,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from state.chunks import chunks
from state.locks import hold_counter
from state.records import Every, Subscription
from state.schema import counters, slots, subscribers, subscriptions

WINDOWS = "windows"  # the counter that says up to which filing state/windows.py has looked


@dataclass(frozen=True, slots=True)
class Slot:
    """When the next digest of a rhythm of a subscriber is due."""

    subscriber: str
    every: Every
    due_at: datetime


def listed(
    db: Connection, *, subscriber: str | None = None, topic: str | None = None, limit: int | None = None
) -> tuple[Subscription, ...]:
    """Subscriptions, by subscriber in the order they were made. topic: a topic's id, with any facets."""
    query = select(subscriptions).order_by(*_ORDER).limit(limit)
    if subscriber is not None:
        query = query.where(subscriptions.c.subscriber == subscriber)
    if topic is not None:
        query = query.where(
            (subscriptions.c.topic == topic) | subscriptions.c.topic.startswith(f"{topic}?", autoescape=True)
        )
    return tuple(_subscription(row) for row in db.execute(query))


def of_subscribers(db: Connection, names: Sequence[str]) -> dict[str, tuple[Subscription, ...]]:
    """The subscriptions of some people, by person; each of these is named."""
    found: dict[str, list[Subscription]] = {name: [] for name in names}
    for some in chunks(names):
        for row in db.execute(select(subscriptions).where(subscriptions.c.subscriber.in_(some)).order_by(*_ORDER)):
            found[row.subscriber].append(_subscription(row))
    return {name: tuple(rows) for name, rows in found.items()}


def add(db: Connection, made: Subscription) -> None:
    values = {column.name: getattr(made, column.name) for column in subscriptions.c}
    db.execute(insert(subscriptions).values(values))


def change_rhythm(db: Connection, subscriber: str, topic: str, every: Every) -> bool:
    """False where there is no such subscription."""
    one = (subscriptions.c.subscriber == subscriber) & (subscriptions.c.topic == topic)
    return db.execute(update(subscriptions).where(one).values(every=every)).rowcount == 1


def remove(db: Connection, subscriber: str, topic: str | None = None) -> int:
    """End one subscription, or all of a subscriber with their slots; how many there were."""
    mine = subscriptions.c.subscriber == subscriber
    if topic is not None:
        return db.execute(delete(subscriptions).where(mine & (subscriptions.c.topic == topic))).rowcount
    db.execute(delete(slots).where(slots.c.subscriber == subscriber))
    return db.execute(delete(subscriptions).where(mine)).rowcount


def move_cursors(db: Connection, keys: Sequence[tuple[str, str]], seq: int) -> None:
    """What was filed up to seq is not owed to these (subscriber, topic) pairs any more.

    If something was filed since, and state/windows.py has seen it already, it found slots that may have
    been ended just now: it looks again.
    """
    for some in chunks(keys):
        these = tuple_(subscriptions.c.subscriber, subscriptions.c.topic).in_(some)
        found = subscriptions.c.subscriber.in_([name for name, _ in some])  # SQLite would look through all for pairs
        behind = subscriptions.c.cursor_seq < seq
        db.execute(update(subscriptions).where(found, these, behind).values(cursor_seq=seq))
    db.execute(update(counters).where(counters.c.name == WINDOWS, counters.c.value > seq).values(value=seq))


def rewind(db: Connection, subscriber: str) -> None:
    """Look at everything since the start again: what was sent is in the ledger and does not come twice."""
    db.execute(
        update(subscriptions)
        .where(subscriptions.c.subscriber == subscriber)
        .values(cursor_seq=subscriptions.c.start_seq)
    )


def slots_of(db: Connection, subscriber: str) -> dict[Every, datetime]:
    """The next due instants of a person, by rhythm."""
    rows = db.execute(select(slots).where(slots.c.subscriber == subscriber))
    return {row.every: row.due_at for row in rows}


def slots_of_subscribers(db: Connection, names: Sequence[str]) -> dict[str, set[Slot]]:
    """All slots of at most a few hundred people, by person."""
    found: dict[str, set[Slot]] = {name: set() for name in names}
    for row in db.execute(select(slots).where(slots.c.subscriber.in_(names))):
        found[row.subscriber].add(Slot(row.subscriber, row.every, row.due_at))
    return found


def move_slots(db: Connection, moves: Sequence[tuple[str, Every, datetime | None]]) -> None:
    """Give slots (subscriber, rhythm) their next due instants; None ends a slot. `move_cursors` comes after it."""
    one = (slots.c.subscriber == bindparam("whose")) & (slots.c.every == bindparam("rhythm"))
    next_ = [{"whose": name, "rhythm": every, "at": at} for name, every, at in moves if at is not None]
    over = [{"whose": name, "rhythm": every} for name, every, at in moves if at is None]
    if next_:
        db.execute(update(slots).where(one).values(due_at=bindparam("at")), next_)
    if over:
        hold_counter(db, WINDOWS)
        db.execute(delete(slots).where(one), over)


def put_slots(db: Connection, subscriber: str, due: Mapping[Every, datetime]) -> None:
    """These are the slots of a person now; others are dropped."""
    db.execute(delete(slots).where(slots.c.subscriber == subscriber))
    rows = [{"subscriber": subscriber, "every": every, "due_at": at} for every, at in due.items()]
    if rows:
        db.execute(insert(slots), rows)


def due(
    db: Connection,
    *,
    now: datetime,
    immediately: bool = False,
    after: tuple[datetime, str] | None = None,
    limit: int = 500,
) -> dict[str, tuple[Slot, ...]]:
    """Confirmed people with a due slot, and those slots, the longest due first; each comes once.

    after: the first slot's time and the id of the last one there was. immediately: slots of "now" are due whether
    their window has passed or not, and people come by their ids, so that one whose slot moves comes only once too.
    Cost: walks the index of slots by time (immediately: all slots), and stops at the limit.
    """
    ripe = _ripe(slots, now, immediately)
    other = slots.alias()
    earlier = (other.c.due_at < slots.c.due_at) | ((other.c.due_at == slots.c.due_at) & (other.c.every < slots.c.every))
    mine = (other.c.subscriber == slots.c.subscriber) & earlier & _ripe(other, now, immediately)
    rows = select(slots.c.subscriber).where(ripe, ~select(other.c.every).where(mine).exists(), _confirmed().exists())
    if after is not None and immediately:
        rows = rows.where(slots.c.subscriber > after[1])
    elif after is not None:
        rows = rows.where(slots.c.due_at >= after[0], or_(slots.c.due_at > after[0], slots.c.subscriber > after[1]))
    order = (slots.c.subscriber,) if immediately else (slots.c.due_at, slots.c.subscriber)
    names = list(db.scalars(rows.order_by(*order).limit(limit)))
    found: dict[str, list[Slot]] = {name: [] for name in names}
    for row in db.execute(select(slots).where(ripe, slots.c.subscriber.in_(names)).order_by(slots.c.due_at)):
        found[row.subscriber].append(Slot(row.subscriber, row.every, row.due_at))
    return {name: tuple(rows) for name, rows in found.items()}


def _ripe(table: FromClause, now: datetime, immediately: bool) -> ColumnElement[bool]:
    passed: ColumnElement[bool] = table.c.due_at <= now
    return or_(passed, table.c.every == "now") if immediately else passed


def _confirmed() -> Select[tuple[str]]:
    return select(subscribers.c.id).where(subscribers.c.id == slots.c.subscriber, subscribers.c.state == "confirmed")


def next_due(db: Connection) -> datetime | None:
    """When the next digest of anybody confirmed is due."""
    first = select(slots.c.due_at).where(_confirmed().exists()).order_by(slots.c.due_at).limit(1)
    at: datetime | None = db.scalar(first)
    return at


_ORDER = (subscriptions.c.subscriber, subscriptions.c.created_at, subscriptions.c.topic)


def _subscription(row: Row[tuple[object, ...]]) -> Subscription:
    return Subscription(**row._mapping)
