"""The steps that all changes of subscriptions share: move a person, put topics, set slots, take back.

Each works on the caller's write transaction and adds its line to the log. Called
by mail/subscriptions.py and mail/replay.py only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Connection

from mail import addresses, consent, rhythm
from state import filings, outbox, owed, subscribers, subscriptions, topics
from state.errors import Conflict, Misuse, NotFound, UserError
from state.filters import parse_expression
from state.records import Every, Subscriber, Subscription


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked for. topic: an expression, canonical (state/filters.py)."""

    topic: str
    every: Every


def wishes(
    db: Connection, expressions: Sequence[str], every: str, rhythms: Mapping[str, str] = MappingProxyType({})
) -> tuple[Wish, ...]:
    """Topics as they were typed, checked. rhythms: of those that have one of their own, by topic as typed.

    Raises Misuse, or NotFound for a topic that is not there or closed.
    """
    wanted = rhythm.rhythm(every)
    own = {str(parse_expression(text)): rhythm.rhythm(name) for text, name in rhythms.items()}
    found = tuple(dict.fromkeys(str(parse_expression(text)) for text in expressions))
    if not found:
        raise Misuse("no topic is named; give at least one (--topic), `tidings topic list` shows them all")
    for text in found:
        name = parse_expression(text).topic
        if name != filings.ALL and topics.topic(db, name).closed_at is not None:
            raise NotFound(f"topic {name!r} is closed; `tidings topic list` shows the open ones")
    return tuple(Wish(text, own.get(text, wanted)) for text in found)


def known(db: Connection, email: str) -> Subscriber:
    """A person by address. Raises NotFound."""
    address = addresses.parse(email)
    person = subscribers.of_key(db, address.key)
    if person is None:
        raise NotFound(f"{address.email} is not known; `tidings subscriber list` shows everybody")
    return person


def move(
    db: Connection,
    person: Subscriber,
    event: consent.Event,
    *,
    now: datetime,
    by: str,
    left_at: datetime | None = None,
    until: datetime | None = None,
) -> Subscriber:
    """Let an event happen to a person. left_at: when, if that was not now; until: when a pause ends by itself.

    Raises UserError where it cannot.
    """
    state = consent.after(person.state, event)
    if state is None:
        raise UserError(
            f"{person.email} is {person.state}; to {event} is possible for {', '.join(consent.before(event))}"
        )
    consented = state == "confirmed" and event in ("admit", "confirm") and person.state != "confirmed"
    moved = replace(
        person,
        state=state,
        confirmed_at=now if consented else person.confirmed_at,
        left_at=(left_at or now) if event == "leave" else person.left_at,
        paused_until=until if state == "paused" else None,
    )
    values = {name: getattr(moved, name) for name in ("state", "confirmed_at", "left_at", "paused_until")}
    if not subscribers.change(db, person.id, expected=[person.state], **values):
        raise Conflict(f"{person.email} was changed by somebody else just now; look at it again and repeat")
    if state != person.state:
        subscribers.log(db, person.id, at=now, by=by, what=f"{event}: {person.state} to {state}")
    return moved


def put(db: Connection, person: Subscriber, wanted: Sequence[Wish], *, by: str, now: datetime) -> tuple[str, ...]:
    """Subscribe a person to topics, or change how often these come; the expressions that changed anything.

    A new subscription starts at the present end of the ledger: what is older is not owed.
    """
    have = {row.topic: row.every for row in subscriptions.listed(db, subscriber=person.id)}
    changed = [wish for wish in wanted if have.get(wish.topic) != wish.every]
    head = filings.head_seq(db)
    for wish in changed:
        if wish.topic in have:
            subscriptions.change_rhythm(db, person.id, wish.topic, wish.every)
            what = f"{wish.topic}: {have[wish.topic]} to {wish.every}"
        else:
            subscriptions.add(db, Subscription(person.id, wish.topic, wish.every, head, head, now))
            what = f"subscribed to {wish.topic}, {wish.every}"
        subscribers.log(db, person.id, at=now, by=by, what=what)
    set_slots(db, person, now)
    return tuple(wish.topic for wish in changed)


def set_slots(db: Connection, person: Subscriber, now: datetime) -> None:
    """One slot for each rhythm of a person: one that stands keeps its time, a new one gets the next.

    "now" has a slot only while something is owed, so what is owed already is looked up.
    """
    stands = subscriptions.slots_of(db, person.id)
    used = {row.every for row in subscriptions.listed(db, subscriber=person.id)}
    due: dict[Every, datetime] = {}
    due |= {every: stands.get(every) or next_due(person, every, now) for every in used if every != "now"}
    if "now" in used and "now" in stands:
        due["now"] = stands["now"]
    subscriptions.put_slots(db, person.id, due)
    if "now" in used and "now" not in stands:
        owed.open_window(db, person.id, now)


def next_due(person: Subscriber, every: Every, after: datetime) -> datetime:
    """The next due instant of a rhythm of a person."""
    return rhythm.next_due(
        every,
        at=person.at,
        weekday=person.weekday,
        monthday=person.monthday,
        timezone=person.timezone,
        after=after,
    )


def take_back(db: Connection, person: Subscriber, now: datetime) -> None:
    """Withdraw queued messages, so that what was in them is owed again."""
    if outbox.cancel_for(db, person.id, now):
        owed.give_back(db, person.id, now)
