"""Move a person to another address, after the new one has confirmed it.

Nothing is stored while it is asked for: the new address travels in the signed
token of the one mail that goes there. Confirming it changes the address, raises
the generation, so that links of earlier mails are dead, and takes queued mail
back. The surprising rules: to whoever holds the link the answer is the same
whether the new address is known or not; the old address counts as one that left,
so that an old copy of the database mails it nothing.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mail import addresses, steps, tokens
from mail.addresses import Address
from mail.message import Letter, message_id
from mail.subscriptions import Already, Done, Expired, Unknown, owner
from mail.tokens import Token
from state import departures, keys, outbox, stoplist, subscribers
from state import subscriptions as rows
from state.codec import encode
from state.errors import Conflict, Misuse
from state.records import Site, Subscriber
from templates import links
from templates.inline import inlined
from templates.render import render
from templates.wording import words

KIND = "address"
WITHIN = timedelta(days=7)
_SERVED = ("confirmed", "paused")
A_DAY = 3  # mails to new addresses that one person may ask for


@dataclass(frozen=True, slots=True)
class Proposed:
    """A mail asks the new address, unless too many were asked for. email: as it was understood."""

    subscriber: Subscriber
    email: str


@dataclass(frozen=True, slots=True)
class Taken:
    """Both addresses have subscriptions of their own; one of them must go first."""

    subscriber: Subscriber


def ask(db: Connection, token: str, email: str, *, site: Site, now: datetime) -> Proposed | Expired | Unknown:
    """Mail a question to the new address. Raises Misuse for what is none, or is the one we have."""
    found = owner(db, token, "preferences", now)
    if isinstance(found, Expired | Unknown):
        return found
    person, _ = found
    address = addresses.parse(email)
    if address.email == person.email:
        raise Misuse("this is the address that we write to already")
    asked = subscribers.confirmations_since(db, person.id, now - timedelta(days=1), kind=KIND)
    if person.state in _SERVED and asked < A_DAY:
        _mail(db, person, address, site=site, now=now)
    return Proposed(person, address.email)


def _mail(db: Connection, person: Subscriber, address: Address, *, site: Site, now: datetime) -> None:
    signed = keys.ensure(db, "token", now=now)
    token = tokens.make(signed, Token("address", person.id, person.generation, now + WITHIN, address.email))
    key = hashlib.sha256(token.encode()).hexdigest()[:32]  # not the token: that names the address
    outbox.enqueue(
        db,
        subscriber=person.id,
        recipient=address.email,
        generation=person.generation,
        kind=KIND,
        key=key,
        edition=None,
        message_id=message_id(site, person.id, KIND, key),
        lane=0,
        payload=encode(compose(person, token=token, site=site)),
        now=now,
    )


def compose(person: Subscriber, *, token: str, site: Site) -> Letter:
    """The mail to the new address. Pure."""
    say = words(person.language)
    values = {"say": say, "site": site, "url": links.address(site, token), "days": WITHIN.days}
    subject = say("Please confirm your new address for %(site)s", site=site.title)
    html = inlined(render("mail/address.html", subject=subject, **values))
    return Letter(subject, render("mail/address.txt", **values), html, say.language)


def read(db: Connection, token: str, *, now: datetime) -> Proposed | Already | Expired | Unknown:
    """What the link in the mail would do. Changes nothing."""
    told = tokens.read(keys.known(db, "token"), token, "address", now=now)
    if not isinstance(told, Token):
        return told
    person = subscribers.of_id(db, told.subscriber)
    if person and person.generation == told.generation + 1 and person.email == told.extra and person.state in _SERVED:
        return Already(person)
    if person is None or person.generation != told.generation:
        return Unknown()
    return Expired() if person.state in ("left", "suppressed") else Proposed(person, told.extra)


def confirm(db: Connection, token: str, *, now: datetime) -> Done | Already | Taken | Expired | Unknown:
    """Write to the new address from now on. Twice is once; other links of the old generation are dead."""
    asked = read(db, token, now=now)
    if not isinstance(asked, Proposed):
        return asked
    person, address = asked.subscriber, addresses.parse(asked.email)
    old_key = subscribers.email_key(db, person.id)
    holder = subscribers.of_key(db, address.key)
    if holder is not None and holder.id != person.id:
        if holder.state not in ("pending", "left"):
            return Taken(person)
        departures.erase(db, holder.id)  # nothing but an unanswered question, or a name that left
    steps.take_back(db, person, now)
    moved = replace(person, email=address.email, generation=person.generation + 1, left_at=now)
    values = {"email": moved.email, "email_key": address.key, "generation": moved.generation, "left_at": now}
    if not subscribers.change(db, person.id, expected=[person.state], **values):
        raise Conflict("somebody else changed this just now; please look again")
    subscribers.log(db, person.id, at=now, by="subscriber", what=f"address: {person.email} to {moved.email}")
    if rows.slots_of(db, person.id):
        steps.set_slots(db, moved, now)
    _note(db, old_key, address.key, now)
    return Done(moved)


def _note(db: Connection, old_key: str, new_key: str, now: datetime) -> None:
    """The last step of the transaction: on the disk before it commits."""
    stop, signed = stoplist.beside(db), keys.ensure(db, "stoplist", now=now)
    if old_key == new_key:
        return
    if stop.left(new_key, keys=signed):
        stop.append("confirmed", new_key, keys=signed, at=now)
    stop.append("left", old_key, keys=signed, at=now)
