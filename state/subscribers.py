"""Who reads: the rows of people and the log of what became of them.

State changes are compare-and-set, so that two at once cannot both win. What may
follow what is decided in mail/subscriptions.py. Nothing is committed here. In a
write transaction whoever looks a person up holds them until its end: everything
about one person happens in a row (state/locks.py).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from state.chunks import chunks
from state.errors import NotFound
from state.locks import hold_name, holding, shared
from state.records import Message, Subscriber
from state.schema import counters, outbox, subscriber_log, subscribers, subscriptions

ERASED = "erased"  # the counter that says when somebody left last who was erased, in microseconds
ADMIN = "admin"  # in the outbox, instead of a subscriber: a mail to the admin of this service (mail/alarm_mail.py)
EPOCH = datetime.fromtimestamp(0, UTC)
_FIELDS = [subscribers.c[name] for name in Subscriber.__dataclass_fields__]


@dataclass(frozen=True, slots=True)
class LogLine:
    """One change of a subscriber. by: "admin", "subscriber" or "service"."""

    at: datetime
    by: str
    what: str


def subscriber(db: Connection, name: str) -> Subscriber:
    """By id. Raises NotFound."""
    found = of_id(db, name)
    if found is None:
        raise NotFound(f"subscriber {name!r} is not known; `tidings subscriber list` shows them all")
    return found


def of_id(db: Connection, name: str) -> Subscriber | None:
    row = db.execute(holding(db, select(*_FIELDS).where(subscribers.c.id == name))).first()
    return _subscriber(row) if row else None


def of_key(db: Connection, email_key: str) -> Subscriber | None:
    """By the comparable form of an address (mail/addresses.py). Nobody else adds it until a write transaction ends."""
    query = holding(db, select(*_FIELDS).where(subscribers.c.email_key == email_key))
    row = db.execute(query).first()
    if row is None and shared(db):
        hold_name(db, f"address {email_key}")
        row = db.execute(query).first()
    return _subscriber(row) if row else None


def listed(
    db: Connection, *, topic: str | None = None, state: str | None = None, limit: int | None = None
) -> tuple[Subscriber, ...]:
    """Subscribers by address. topic: a topic's id, whatever facets they narrowed it with."""
    query = select(*_FIELDS).order_by(subscribers.c.email_key).limit(limit)
    if state is not None:
        query = query.where(subscribers.c.state == state)
    if topic is not None:
        of_topic = (subscriptions.c.topic == topic) | subscriptions.c.topic.startswith(f"{topic}?", autoescape=True)
        query = query.where(subscribers.c.id.in_(select(subscriptions.c.subscriber).where(of_topic)))
    return tuple(_subscriber(row) for row in db.execute(query))


def of_ids(db: Connection, names: Iterable[str]) -> dict[str, Subscriber]:
    """Those that exist, by id."""
    found: dict[str, Subscriber] = {}
    for some in chunks(names):
        query = select(*_FIELDS).where(subscribers.c.id.in_(some)).order_by(subscribers.c.id)
        found |= {row.id: _subscriber(row) for row in db.execute(holding(db, query))}
    return found


def counts(db: Connection) -> dict[str, int]:
    """How many there are, by state."""
    rows = db.execute(select(subscribers.c.state, func.count()).group_by(subscribers.c.state))
    return {row[0]: row[1] for row in rows}


def add(db: Connection, person: Subscriber, email_key: str) -> None:
    values = {column.name: getattr(person, column.name) for column in _FIELDS}
    db.execute(insert(subscribers).values(values | {"email_key": email_key}))


def change(db: Connection, name: str, *, expected: Collection[str], **values: object) -> bool:
    """Set columns of a subscriber whose state is one of the expected; False where it is another by now."""
    of_state = (subscribers.c.id == name) & subscribers.c.state.in_(expected)
    return db.execute(update(subscribers).where(of_state).values(**values)).rowcount == 1


def email_key(db: Connection, name: str) -> str:
    """The comparable form of a subscriber's address."""
    key: str = db.execute(select(subscribers.c.email_key).where(subscribers.c.id == name)).scalar_one()
    return key


def last_left_at(db: Connection) -> datetime | None:
    """When somebody left or was erased last, by this database."""
    left: datetime | None = db.scalar(select(func.max(subscribers.c.left_at)))
    erased = db.scalar(select(counters.c.value).where(counters.c.name == ERASED))
    return max((at for at in (left, erased and EPOCH + timedelta(microseconds=erased)) if at), default=None)


def log(db: Connection, name: str, *, at: datetime, by: str, what: str) -> None:
    """Add one line to what became of a subscriber."""
    db.execute(insert(subscriber_log).values(subscriber=name, at=at, by=by, what=what))


def history(db: Connection, name: str) -> tuple[LogLine, ...]:
    """Everything that became of a subscriber, oldest first."""
    chosen = select(subscriber_log.c.at, subscriber_log.c.by, subscriber_log.c.what)
    rows = db.execute(chosen.where(subscriber_log.c.subscriber == name).order_by(subscriber_log.c.number))
    return tuple(LogLine(*row) for row in rows)


def confirmations_since(db: Connection, name: str, since: datetime, *, kind: str = "confirm") -> int:
    """Confirmation mails written for a subscriber from an instant on. kind: "confirm" or "address"."""
    of_person = (outbox.c.subscriber == name) & (outbox.c.kind == kind) & (outbox.c.created_at >= since)
    return db.execute(select(func.count()).where(of_person)).scalar_one()


_PLANNED = (
    select(
        outbox.c.id,
        outbox.c.kind,
        (outbox.c.generation == subscribers.c.generation).label("same"),
        subscribers.c.state,
    )
    .select_from(outbox.join(subscribers, subscribers.c.id == outbox.c.subscriber))
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
)


def unsendable(db: Connection, messages: Collection[Message]) -> dict[int, str]:
    """Which messages must not go out any more, and why, by id; asked just before MAIL FROM, for many at once.

    What asks for a confirmation goes to whoever has not left; everything else only to the confirmed, and to the admin.
    """
    reasons = {message.id: "no such subscriber any more" for message in messages if message.subscriber != ADMIN}
    for row in db.execute(_PLANNED, {"ids": list(reasons)}):
        asks = row.kind in ("confirm", "address")
        welcome = ("pending", "confirmed", "paused") if asks else ("confirmed",)
        if not row.same:
            reasons[row.id] = "the address was changed after the message was written"
        elif row.state in welcome:
            del reasons[row.id]
        else:
            reasons[row.id] = f"the subscriber is {row.state}"
    return reasons


def _subscriber(row: Row[Any]) -> Subscriber:
    return Subscriber(*tuple(row))
