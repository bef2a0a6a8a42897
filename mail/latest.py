"""Give somebody who just confirmed the latest edition at once, marked as a sample of the past.

What their topics brought last, from the archive. `foresee` composes it before the
person's button is stored, outside of any write transaction; `queue` puts it into
the transaction that confirms. What it holds counts as sent, so that nothing of it
comes again. Where editions wait for the admin's approval, a sample holds only entries
that stood in an approved one. Called by web; an admin who vouches for somebody sends
none (DESIGN, "Contract").
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mail import rhythm, subscriptions, world
from mail.cohort import decide, starts
from mail.edition import Remarks, compose
from mail.message import message_id
from mail.proof import proof
from mail.settings import Mailing
from mail.subscriptions import Shown
from state import editions, outbox, owed
from state.owed import Owed
from state.records import Edition, Site, Subscriber, Subscription
from state.subscriptions import Slot

KIND = "sample"
MOST = 15  # entries
BACK = (timedelta(days=31), timedelta(days=366))  # how far to look; further only where that brings nothing


@dataclass(frozen=True, slots=True)
class Latest:
    """An edition that is not stored yet. cohort: its name, under which others may have stored the same."""

    edition: Edition
    cohort: str


def foresee(
    db: Connection,
    token: str,
    *,
    site: Site,
    now: datetime,
    approval: bool = False,
    mint: Callable[[], str] = lambda: secrets.token_hex(16),
) -> Latest | None:
    """What a confirmation link would bring at once; None where it confirms nobody new, or nothing is there.

    approval: editions wait for the admin's, so that a sample holds only what stood in one that was approved.
    """
    shown = subscriptions.read(db, token, "confirm", now=now)
    if not isinstance(shown, Shown) or shown.done or shown.subscriber.state != "pending" or not site.url:
        return None
    person = shown.subscriber
    rows = [Subscription(person.id, asked.topic, asked.every, 0, 0, now) for asked in shown.topics]
    brings = _newest(db, rows, now)
    if approval:
        approved = editions.approved_entries(db)
        brings = {key: tuple(one for one in some if one.entry in approved) for key, some in brings.items()}
    met = {one.entry for some in brings.values() for one in some}
    sent = frozenset(owed.already_sent(db, [person.id], met))
    due = [Slot(person.id, every, now) for every in dict.fromkeys(row.every for row in rows)]
    cohort = decide(person, rows, due, brings=brings, sent=sent, head=0, now=now).cohort
    if cohort is None:
        return None
    cohort = replace(cohort, period=f"{KIND} {rhythm.period_key(now, person.timezone)}")
    known, seen = world.known(db, [cohort]), world.coverage(db, cohort.rhythms, now)
    edition = compose(
        cohort, known, coverage=seen, site=site, edition_id=mint(), now=now, remarks=Remarks(past=True)
    )  # fmt: skip
    entries = [known.entries[name] for name, _ in cohort.entries]
    if proof(edition, entries, site=site, mailing=Mailing(), now=now, kind=KIND):
        return None  # what the lint refuses does not go; nothing of it is owed
    return Latest(edition, cohort.name)


def queue(db: Connection, person: Subscriber, latest: Latest, *, site: Site, now: datetime) -> int | None:
    """Queue it in the transaction in which they confirmed; the message's number, None where it went out before."""
    name = editions.of_cohorts(db, [latest.cohort]).get(latest.cohort)
    if name is None:
        editions.put(db, latest.edition, latest.cohort)
        name = latest.edition.id
    key = now.isoformat()
    number = outbox.enqueue(
        db,
        subscriber=person.id,
        recipient=person.email,
        generation=person.generation,
        kind=KIND,
        key=key,
        edition=name,
        message_id=message_id(site, person.id, KIND, key),
        lane=0,
        now=now,
    )
    if number is not None:
        owed.note_sent(db, [(person.id, entry, revision, number) for entry, revision in latest.edition.entries])
    return number


def _newest(db: Connection, rows: Sequence[Subscription], now: datetime) -> Mapping[tuple[str, int], tuple[Owed, ...]]:
    """The newest entries over all topics, by topic."""
    found: dict[tuple[str, int], tuple[Owed, ...]] = {}
    for back in BACK:
        found = {starts(row): owed.archived(db, row.topic, since=now - back) for row in rows}
        if any(found.values()):
            break
    newest: dict[str, int] = {}
    for one in (one for some in found.values() for one in some):
        newest[one.entry] = max(newest.get(one.entry, 0), one.seq)
    kept = set(sorted(newest, key=lambda entry: -newest[entry])[:MOST])
    return {key: tuple(one for one in some if one.entry in kept) for key, some in found.items()}
