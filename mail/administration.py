"""Administer one person: edit how they are reached, vouch for them, erase them.

Each function works on the caller's write transaction and leaves a line in the
subscriber's log, except that who is forgotten has no log any more. Called by
cli/subscriber.py, and by mail/preferences.py for people who do it themselves.
The surprising rules: a new address gets nothing until its owner confirms it or
the admin vouches for it; nobody vouches for somebody who left; who is forgotten
stays on the stop-list as a keyed hash, so that neither an import nor an old
backup brings them back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from mail import addresses, people, steps
from mail.addresses import Address
from mail.subscriptions import Already, Done, subscribe
from state import departures, keys, outbox, stoplist, subscribers, subscriptions
from state.errors import Conflict, UserError
from state.records import Site, Subscriber

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SETTINGS = ("at", "weekday", "monthday", "timezone", "language", "note")
_UNITS = {
    "at": "digests at",
    "weekday": "weekly on",
    "monthday": "monthly on",
    "timezone": "time zone",
    "note": "a note when nothing is new",
}


@dataclass(frozen=True, slots=True)
class Edited:
    """changes: what was changed, in words, () where it was so before. mailed: the new address is asked to confirm."""

    subscriber: Subscriber
    changes: tuple[str, ...]
    mailed: bool


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Whose data were erased. topics: subscriptions that ended."""

    email: str
    topics: int


def edit(
    db: Connection,
    email: str,
    *,
    given: Mapping[str, str | int | None],
    address: str | None = None,
    confirmed: bool = False,
    by: str,
    site: Site,
    now: datetime,
) -> Edited:
    """Change how a person is reached. given: at, weekday, monthday, timezone, language, note; None = as it is.

    address: the new one. confirmed: the admin vouches that it is the same person's.
    Raises NotFound, Misuse, UserError for somebody who left, Conflict for an address that is taken.
    """
    person = steps.known(db, email)
    if person.state == "left":
        raise UserError(
            f"{person.email} has left; only the person can come back, by confirming: "
            f"`tidings subscriber add {person.email} --topic T` sends the mail that asks for it"
        )
    old_key = subscribers.email_key(db, person.id)
    wanted = checked(person, given, site, now)
    changes, asked = list(difference(person, wanted)), False
    if changes:
        _put(db, person, {name: getattr(wanted, name) for name in SETTINGS})
        _move_slots(db, wanted, now)
    if address is not None:
        before, wanted = wanted, _readdressed(db, wanted, addresses.parse(address), confirmed, now)
        if wanted != before:
            changes.append(f"address: {before.email} to {wanted.email}")
        if wanted.state != before.state:
            changes.append(f"{before.state} to {wanted.state}")
        asked = wanted.state == "pending" and wanted.generation != before.generation
    for change in changes:
        subscribers.log(db, person.id, at=now, by=by, what=f"edited, {change}")
    mailed = asked and _ask(db, wanted, by, site, now)
    if wanted.generation != person.generation:  # the last step: on the disk before it commits
        stoplist.beside(db).append("left", old_key, keys=keys.ensure(db, "stoplist", now=now), at=now)
    return Edited(wanted, tuple(changes), mailed)


def checked(person: Subscriber, given: Mapping[str, str | int | None], site: Site, now: datetime) -> Subscriber:
    """The person with new settings. Raises Misuse for an hour, day, time zone, language or note that does not exist."""
    whole = {name: getattr(person, name) if given.get(name) is None else given[name] for name in SETTINGS}
    made = people.new(Address(person.email, ""), whole, confirmed=True, site=site, now=now, mint=lambda: person.id)
    return replace(person, **{name: getattr(made, name) for name in SETTINGS})


def difference(before: Subscriber, after: Subscriber) -> tuple[str, ...]:
    """What differs between two settings of one person, in words."""
    return tuple(
        f"{_UNITS.get(name, name)}: {_said(name, getattr(before, name))} to {_said(name, getattr(after, name))}"
        for name in SETTINGS
        if getattr(before, name) != getattr(after, name)
    )


def _said(name: str, value: str | int) -> str:
    return DAYS[int(value)] if name == "weekday" else str(value) or "as the site's setting"


def _put(db: Connection, person: Subscriber, values: Mapping[str, object]) -> None:
    if not subscribers.change(db, person.id, expected=[person.state], **values):
        raise Conflict(f"{person.email} was changed by somebody else just now; look at it again and repeat")


def _move_slots(db: Connection, person: Subscriber, now: datetime) -> None:
    """Digests come at the new hour; one that is overdue stays due, so that it is made up."""
    overdue = {every: at for every, at in subscriptions.slots_of(db, person.id).items() if at <= now or every == "now"}
    subscriptions.put_slots(db, person.id, overdue)
    steps.set_slots(db, person, now)


def _readdressed(db: Connection, person: Subscriber, address: Address, confirmed: bool, now: datetime) -> Subscriber:
    """Give a person another address: what is queued is owed again, and links of earlier mails are dead.

    The old one counts as one that left, so that an old copy of the database mails it nothing.
    """
    if address.key == subscribers.email_key(db, person.id):  # only spelled otherwise
        _put(db, person, {"email": address.email})
        return replace(person, email=address.email)
    holder = subscribers.of_key(db, address.key)
    if holder is not None:
        raise Conflict(
            f"{address.email} is known already ({holder.state}); see `tidings subscriber show {address.email}`, "
            f"and `tidings subscriber forget {person.email}` for the other"
        )
    if confirmed:
        refuse_who_left(db, address, now)
    steps.take_back(db, person, now)
    state = "pending" if not confirmed else person.state if person.state == "paused" else "confirmed"
    moved = replace(
        person,
        email=address.email,
        state=state,
        generation=person.generation + 1,
        confirmed_at=now if confirmed else person.confirmed_at,
        left_at=now,
    )
    values = {name: getattr(moved, name) for name in ("email", "state", "generation", "confirmed_at", "left_at")}
    _put(db, person, values | {"email_key": address.key})
    return moved


def _ask(db: Connection, person: Subscriber, by: str, site: Site, now: datetime) -> bool:
    """Ask a new address about everything the person reads; False where that is nothing."""
    have = {row.topic: row.every for row in subscriptions.listed(db, subscriber=person.id)}
    if not have:
        return False
    done = subscribe(db, email=person.email, topics=tuple(have), rhythms=have, by=by, site=site, now=now)
    return done.mailed_confirmation


def refuse_who_left(db: Connection, address: Address, now: datetime) -> None:
    """Raise UserError for an address whose person left and did not come back by confirming."""
    left = stoplist.beside(db).left(address.key, keys=keys.ensure(db, "stoplist", now=now))
    if left:
        raise UserError(
            f"{address.email} left on {left:%d %B %Y}; only the person can come back, by confirming: "
            f"`tidings subscriber add {address.email} --topic T` sends the mail that asks for it"
        )


def confirm(db: Connection, email: str, *, by: str, now: datetime) -> Done | Already:
    """Vouch that a person wants this: a pending one gets digests from now on, a suppressed one again.

    What was filed since they asked comes with the first digest. Raises NotFound, UserError for somebody who left.
    """
    person = steps.known(db, email)
    if person.state in ("confirmed", "paused"):
        return Already(person)
    refuse_who_left(db, Address(person.email, subscribers.email_key(db, person.id)), now)
    steps.take_back(db, person, now)  # the mail that asks for what is answered now
    person = steps.move(db, person, "lift" if person.state == "suppressed" else "admit", now=now, by=by)
    steps.set_slots(db, person, now)
    return Done(person)


def forget(db: Connection, email: str, *, now: datetime) -> Forgotten:
    """Erase what names a person; only the stop-list keeps a keyed hash. Raises NotFound."""
    person = steps.known(db, email)
    signed = keys.ensure(db, "stoplist", now=now)
    email_key = subscribers.email_key(db, person.id)
    topics = len(subscriptions.listed(db, subscriber=person.id))
    outbox.cancel_for(db, person.id, now)
    subscribers.change(db, person.id, expected=[person.state], left_at=now)  # what remains of them is that time
    departures.erase(db, person.id)
    stoplist.beside(db).append("forgotten", email_key, keys=signed, at=now)
    return Forgotten(person.email, topics)
