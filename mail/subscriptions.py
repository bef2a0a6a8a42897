"""Subscribe, confirm, change and leave: what a person or the admin may do about subscriptions.

Each function does one thing on the caller's write transaction and leaves a line
in the subscriber's log; what may follow what is decided in `mail.consent`. Called
by web (`subscribe` with by="subscriber", `read`, `confirm`, `unsubscribe`) and by
the CLI (by="admin"). The surprising rules: asking for an address that is known
changes nothing until its owner confirms, unless the admin does it; and who left
comes back only by confirming (state/stoplist.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mail import addresses, questions, rhythm, steps, tokens
from mail.message import Letter
from mail.people import new
from mail.questions import CONFIRM_WITHIN
from mail.steps import Wish
from mail.tokens import Expired, Token, Unknown
from state import editions, keys, outbox, stoplist, subscribers
from state import subscriptions as rows
from state import topics as vocabulary
from state.codec import decode
from state.errors import NotFound, UserError
from state.filters import parse_expression
from state.records import Every, Site, Subscriber, Subscription
from state.subscribers import LogLine
from templates.wording import expression_title

__all__ = [
    "CONFIRM_WITHIN",
    "Account",
    "Already",
    "Asked",
    "Done",
    "Expired",
    "Shown",
    "Subscribed",
    "Unknown",
    "Wish",
    "add_topic",
    "change_rhythm",
    "confirm",
    "leave",
    "leave_topic",
    "owner",
    "pause",
    "read",
    "remove",
    "resume",
    "show",
    "subscribe",
    "unsubscribe",
    "unsubscribe_topic",
]

CONFIRMATIONS_A_DAY = 3  # to one address that strangers may have typed in


@dataclass(frozen=True, slots=True)
class Subscribed:
    """added: topic expressions that are new or changed for the person, or asked about in the confirmation mail."""

    subscriber: Subscriber
    mailed_confirmation: bool
    added: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """It is so now. topics: expressions it was about, () for all."""

    subscriber: Subscriber
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Already:
    """It was so before; nothing was changed."""

    subscriber: Subscriber


@dataclass(frozen=True, slots=True)
class Asked:
    """A topic as a page names it."""

    topic: str
    title: str
    every: Every


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page of a token shows: what would be confirmed, or what could be left. done: it is so already."""

    subscriber: Subscriber
    topics: tuple[Asked, ...]
    done: bool


@dataclass(frozen=True, slots=True)
class Account:
    """Everything about one person. due: next digest by rhythm."""

    subscriber: Subscriber
    subscriptions: tuple[Subscription, ...]
    due: dict[Every, datetime]
    log: tuple[LogLine, ...]


# ---- subscribing ----


def subscribe(
    db: Connection,
    *,
    email: str,
    topics: Sequence[str],
    every: str = "weekly",
    rhythms: Mapping[str, str] | None = None,
    at: str | None = None,
    weekday: int | None = None,
    monthday: int | None = None,
    timezone: str | None = None,
    language: str | None = None,
    confirmed: bool = False,
    by: str,
    site: Site,
    now: datetime,
) -> Subscribed:
    """Subscribe an address to topics; a known one gets them added.

    topics: expressions ("child-labour?country=KH"); rhythms: of those with another than `every`.
    at … language: of a new person; None = 09:00, Monday, the 1st, and the site's. confirmed: the admin vouches for a
    consent given elsewhere, and no mail is written. by: "admin" or "subscriber".
    Raises Misuse, NotFound (topic), UserError for somebody who left and is vouched for.
    """
    address = addresses.parse(email)
    wanted = steps.wishes(db, topics, every, rhythms or {})
    person = subscribers.of_key(db, address.key)
    if confirmed:
        _refuse_who_left(db, person, address, now)
    if person is None:
        given = {"at": at, "weekday": weekday, "monthday": monthday, "timezone": timezone, "language": language}
        person = new(address, given, confirmed=confirmed, site=site, now=now)
        subscribers.add(db, person, address.key)
        subscribers.log(db, person.id, at=now, by=by, what=f"added, {person.state}")
    elif confirmed:
        person = steps.move(db, person, "admit", now=now, by=by)
    elif person.state in ("left", "suppressed"):
        if stoplist.beside(db).complained(address.key, keys=keys.known(db, "stoplist")):
            return _refused(person, by)
        person = steps.move(db, person, "ask", now=now, by=by)
    if person.state == "pending" or by != "admin":
        return _ask(db, person, wanted, by=by, site=site, now=now)
    return Subscribed(person, False, steps.put(db, person, wanted, by=by, now=now))


def _refuse_who_left(db: Connection, person: Subscriber | None, address: addresses.Address, now: datetime) -> None:
    left = stoplist.beside(db).left(address.key, keys=keys.ensure(db, "stoplist", now=now))
    if person is not None and person.state == "left":
        left = left or person.left_at or now
    if left:
        raise UserError(
            f"{address.email} left on {left:%d %B %Y}; only the person can come back, by confirming: "
            "repeat without --confirmed, and a mail that asks for it goes out"
        )


def _refused(person: Subscriber, by: str) -> Subscribed:
    """Nobody asks somebody who complained; a form says nothing about it."""
    if by == "admin":
        raise UserError(
            f"{person.email} complained about our mail, so nobody asks them again; "
            f"if they want it now, `tidings bounces lift {person.email}` first"
        )
    return Subscribed(person, False, ())


def _ask(
    db: Connection, person: Subscriber, wishes: Sequence[Wish], *, by: str, site: Site, now: datetime
) -> Subscribed:
    """Queue the mail that asks, unless strangers asked too often; where there is nothing to ask, one that says so."""
    have = {row.topic: row.every for row in rows.listed(db, subscriber=person.id)}
    wanted = tuple(wish for wish in wishes if person.state != "confirmed" or have.get(wish.topic) != wish.every)
    if person.state == "pending":
        steps.put(db, person, wanted, by=by, now=now)
    asked = subscribers.confirmations_since(db, person.id, now - timedelta(days=1))
    if not wanted and by != "admin":
        questions.remind(db, person, site=site, now=now)
    if not wanted or (by != "admin" and asked >= CONFIRMATIONS_A_DAY):
        return Subscribed(person, False, ())
    mailed = questions.ask(db, person, wanted, site=site, now=now)
    return Subscribed(person, mailed, tuple(wish.topic for wish in wanted))


def confirm(db: Connection, token: str, *, now: datetime) -> Done | Already | Expired | Unknown:
    """Do what the mail of a confirmation link asked about. Twice is once."""
    told = _confirmation(db, token, now)
    if isinstance(told, Expired | Unknown):
        return told
    if told.done:
        return Already(told.subscriber)
    person, wishes = told.subscriber, [Wish(asked.topic, asked.every) for asked in told.topics]
    stop, signed = stoplist.beside(db), keys.ensure(db, "stoplist", now=now)
    email_key = subscribers.email_key(db, person.id)
    if stop.left(email_key, keys=signed):
        stop.append("confirmed", email_key, keys=signed, at=now)
    if person.state == "pending":
        for row in rows.listed(db, subscriber=person.id):
            if Wish(row.topic, row.every) not in wishes:  # what others asked for in between, in mails of their own
                rows.remove(db, person.id, row.topic)
    if person.state != "confirmed":
        person = steps.move(db, person, "confirm", now=now, by="subscriber")
    steps.put(db, person, wishes, by="subscriber", now=now)
    return Done(person, tuple(wish.topic for wish in wishes))


# ---- changing ----


def add_topic(db: Connection, email: str, topic: str, *, every: str, by: str, now: datetime) -> Done | Already:
    """Subscribe a known person to one more topic. Raises NotFound, Misuse, UserError for somebody who left."""
    person = steps.known(db, email)
    if person.state == "left":
        raise UserError(
            f"{person.email} has left; only the person can come back, by confirming: "
            f"`tidings subscriber add {person.email} --topic {topic}` sends the mail that asks for it"
        )
    added = steps.put(db, person, steps.wishes(db, [topic], every), by=by, now=now)
    return Done(person, added) if added else Already(person)


def change_rhythm(db: Connection, email: str, topic: str, *, every: str, by: str, now: datetime) -> Done | Already:
    """Change how often a topic comes. Raises NotFound for a subscription that is not there."""
    person, wish = steps.known(db, email), Wish(str(parse_expression(topic)), rhythm.rhythm(every))
    if wish.topic not in {row.topic for row in rows.listed(db, subscriber=person.id)}:
        raise NotFound(_no_subscription(person, wish.topic))
    return Done(person, (wish.topic,)) if steps.put(db, person, [wish], by=by, now=now) else Already(person)


def pause(db: Connection, email: str, *, until: datetime | None = None, by: str, now: datetime) -> Done | Already:
    """Send nothing until `resume` or a time; what is queued is taken back and owed again then."""
    person = steps.known(db, email)
    if person.state == "paused":
        return Already(person)
    person = steps.move(db, person, "pause", now=now, by=by, until=until)
    steps.take_back(db, person, now)
    return Done(person)


def resume(db: Connection, email: str, *, by: str, now: datetime) -> Done | Already:
    """End a pause; what was filed meanwhile comes with the next digest."""
    person = steps.known(db, email)
    if person.state == "confirmed":
        return Already(person)
    person = steps.move(db, person, "resume", now=now, by=by)
    steps.set_slots(db, person, now)
    return Done(person)


# ---- leaving ----


def unsubscribe(
    db: Connection, token: str, *, topic: str | None = None, now: datetime
) -> Done | Already | Expired | Unknown:
    """Leave everything, or one topic, by the link in a mail. Leaving the last topic is leaving."""
    found = owner(db, token, "unsubscribe", now)
    if isinstance(found, Expired | Unknown):
        return found
    person, _ = found
    if topic is None:
        return leave(db, person, by="subscriber", now=now)
    return leave_topic(db, person, topic, by="subscriber", now=now)


def remove(db: Connection, email: str, *, by: str, now: datetime) -> Done | Already:
    """Take somebody off for good. Raises NotFound."""
    return leave(db, steps.known(db, email), by=by, now=now)


def unsubscribe_topic(db: Connection, email: str, topic: str, *, by: str, now: datetime) -> Done:
    """End one subscription of a known person. Raises NotFound where there is none."""
    person = steps.known(db, email)
    done = leave_topic(db, person, topic, by=by, now=now)
    if isinstance(done, Already):
        raise NotFound(_no_subscription(person, topic))
    return done


def leave(db: Connection, person: Subscriber, *, by: str, now: datetime) -> Done | Already:
    """Let a person go for good: queued mail is withdrawn, the stop-list knows."""
    if person.state == "left":
        return Already(person)
    outbox.cancel_for(db, person.id, now)
    rows.remove(db, person.id)
    person = steps.move(db, person, "leave", now=now, by=by)
    _note_leaving(db, person, now)
    return Done(person)


def leave_topic(db: Connection, person: Subscriber, topic: str, *, by: str, now: datetime) -> Done | Already:
    """End one topic of a person; the last one is leaving. Already: they do not have it."""
    name = str(parse_expression(topic))
    have = [row.topic for row in rows.listed(db, subscriber=person.id)]
    if name not in have:
        return Already(person)
    if have == [name]:
        return leave(db, person, by=by, now=now)
    rows.remove(db, person.id, name)
    subscribers.change(db, person.id, expected=[person.state], left_at=now)
    subscribers.log(db, person.id, at=now, by=by, what=f"left {name}")
    steps.take_back(db, person, now)
    steps.set_slots(db, person, now)
    _note_leaving(db, person, now, topic=name)
    return Done(replace(person, left_at=now), (name,))


def _note_leaving(db: Connection, person: Subscriber, now: datetime, topic: str = "") -> None:
    """The last step of the transaction: on the disk before it commits. A complaint stays one."""
    signed = keys.ensure(db, "stoplist", now=now)
    stop, email_key = stoplist.beside(db), subscribers.email_key(db, person.id)
    if topic or not stop.complained(email_key, keys=signed):
        stop.append("left", email_key, keys=signed, at=now, topic=topic)


# ---- looking ----


def read(db: Connection, token: str, purpose: tokens.Purpose, *, now: datetime) -> Shown | Expired | Unknown:
    """What the page of a link shows. Changes nothing."""
    if purpose == "confirm":
        return _confirmation(db, token, now)
    found = owner(db, token, purpose, now)
    if isinstance(found, Expired | Unknown):
        return found
    person, _ = found
    have = [(row.topic, row.every) for row in rows.listed(db, subscriber=person.id)]
    return Shown(person, _asked(db, person, have), person.state == "left")


def show(db: Connection, email: str) -> Account:
    """Everything about one person, by address. Raises NotFound."""
    person = steps.known(db, email)
    due = rows.slots_of(db, person.id)
    return Account(person, rows.listed(db, subscriber=person.id), due, subscribers.history(db, person.id))


def owner(
    db: Connection, text: str, purpose: tokens.Purpose, now: datetime
) -> tuple[Subscriber, Token] | Expired | Unknown:
    """Whose link it is. One of a former address is nobody's."""
    told = tokens.read(keys.known(db, "token"), text, purpose, now=now)
    if not isinstance(told, Token):
        return told
    person = subscribers.of_id(db, told.subscriber)
    return (person, told) if person is not None and person.generation == told.generation else Unknown()


def _confirmation(db: Connection, token: str, now: datetime) -> Shown | Expired | Unknown:
    """What a confirmation link asks, as its mail said. One from before they last left something is dead."""
    found = owner(db, token, "confirm", now)
    if isinstance(found, Expired | Unknown):
        return found
    person, told = found
    payload = editions.letter(db, subscriber=person.id, kind="confirm", key=token)
    if payload is None or told.expires is None:
        return Unknown()
    wishes = decode(payload, Letter).wishes
    have = {row.topic: row.every for row in rows.listed(db, subscriber=person.id)}
    done = person.state == "confirmed" and all(have.get(topic) == every for topic, every in wishes)
    stale = person.state in ("left", "suppressed") or (
        person.left_at is not None and told.expires - CONFIRM_WITHIN < person.left_at
    )
    return Expired() if stale and not done else Shown(person, _asked(db, person, wishes), done)


def _asked(db: Connection, person: Subscriber, wishes: Sequence[tuple[str, Every]]) -> tuple[Asked, ...]:
    known = {topic.id: topic for topic in vocabulary.topics(db, closed=True)}
    return tuple(Asked(name, expression_title(name, known, person.language), every) for name, every in wishes)


def _no_subscription(person: Subscriber, topic: str) -> str:
    return (
        f"{person.email} is not subscribed to {topic!r}; `tidings subscription list {person.email}` shows what there is"
    )
