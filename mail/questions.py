"""Queue the single mails that typing in an address brings: the question, or a reminder where nothing is to be asked.

Both are rendered when they are queued and kept as the payload of their row. To a
page they look the same, so that nobody learns there who is known; what they cost
is much the same too. Called by mail/subscriptions.py on its write transaction.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mail import confirmation, tokens
from mail.message import Letter, message_id
from mail.steps import Wish
from mail.tokens import Token
from state import entries, keys, outbox, subscribers
from state import subscriptions as rows
from state import topics as vocabulary
from state.codec import encode
from state.filters import parse_expression
from state.records import Entry, Site, Subscriber

CONFIRM_WITHIN = timedelta(days=7)
SAMPLE_SINCE, SAMPLE_SIZE = timedelta(days=7), 5


def ask(db: Connection, person: Subscriber, wishes: Sequence[Wish], *, site: Site, now: datetime) -> bool:
    """Ask whether somebody really wants this; False where the very same mail is queued already."""
    asked = tuple((wish.topic, wish.every) for wish in wishes)
    nonce = hashlib.sha256(encode(asked).encode()).hexdigest()[:12]
    signed = keys.ensure(db, "token", now=now)
    token = tokens.make(signed, Token("confirm", person.id, person.generation, now + CONFIRM_WITHIN, nonce))
    letter = confirmation.compose(
        person,
        asked,
        token=token,
        topics={topic.id: topic for topic in vocabulary.topics(db)},
        sample=_sample(db, wishes, now),
        days=CONFIRM_WITHIN.days,
        site=site,
    )
    return _queue(db, person, letter, "confirm", token, site=site, now=now)


def remind(db: Connection, person: Subscriber, *, site: Site, now: datetime) -> bool:
    """Tell somebody that they have what was asked for, and where to change it; at most one such mail a day."""
    if subscribers.confirmations_since(db, person.id, now - timedelta(days=1), kind="known"):
        return False
    signed = keys.ensure(db, "token", now=now)
    letter = confirmation.compose_known(
        person,
        [(row.topic, row.every) for row in rows.listed(db, subscriber=person.id)],
        token=tokens.make(signed, Token("preferences", person.id, person.generation)),
        topics={topic.id: topic for topic in vocabulary.topics(db, closed=True)},
        site=site,
    )
    return _queue(db, person, letter, "known", now.isoformat(), site=site, now=now)


def _queue(
    db: Connection, person: Subscriber, letter: Letter, kind: str, key: str, *, site: Site, now: datetime
) -> bool:
    queued = outbox.enqueue(
        db,
        subscriber=person.id,
        recipient=person.email,
        generation=person.generation,
        kind=kind,
        key=key,
        edition=None,
        message_id=message_id(site, person.id, kind, key),
        lane=0,
        payload=encode(letter),
        now=now,
    )
    return queued is not None


def _sample(db: Connection, wishes: Sequence[Wish], now: datetime) -> tuple[Entry, ...]:
    """What these topics brought lately, newest first."""
    found: dict[str, Entry] = {}
    for wish in wishes:
        expression = parse_expression(wish.topic)
        for entry in entries.entries(db, topic=expression.topic, since=now - SAMPLE_SINCE, limit=50):
            if not entry.baseline and expression.accepts(entry):
                found[entry.id] = entry
    return tuple(sorted(found.values(), key=lambda entry: -entry.seq)[:SAMPLE_SIZE])
