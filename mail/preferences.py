"""What people change by the signed link in their mails: rhythms, hours, pause, their data.

Each function reads the token first, so that a forged, cut or former one does
nothing, and works on the caller's transaction. The link is proof enough to add a
topic: only the owner of the address has it. The surprising rule: taking the last
topic away is leaving, as everywhere. Change of address: mail/address_change.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mail import administration, rhythm, steps, subscriptions, tokens
from mail.subscriptions import Already, Done, Expired, Shown, Unknown, owner
from mail.tokens import Token
from state import kept, keys, subscribers
from state import subscriptions as rows
from state.errors import Misuse
from state.filters import parse_expression
from state.records import Every, Site, Subscriber

PAUSE = timedelta(weeks=4)
_MOST_TOPICS = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """The page as it was filled in. topics: rhythm by expression, "" = not any more. Others: None = as it is."""

    topics: Mapping[str, str] = field(default_factory=dict)
    at: str | None = None
    weekday: int | None = None
    monthday: int | None = None
    timezone: str | None = None
    language: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Erased:
    """Whose data are gone."""


def link_token(db: Connection, person: Subscriber, *, now: datetime) -> str:
    """The token of a person's preferences page, as it stands in their mails."""
    return tokens.make(keys.ensure(db, "token", now=now), Token("preferences", person.id, person.generation))


def read(db: Connection, token: str, *, now: datetime) -> Shown | Expired | Unknown:
    """Whose page it is, with what they read. Changes nothing."""
    return subscriptions.read(db, token, "preferences", now=now)


def save(
    db: Connection, token: str, wanted: Wanted, *, site: Site, now: datetime
) -> Done | Already | Expired | Unknown:
    """Make it as the page says. Raises Misuse, or NotFound for a topic that is not there; then nothing is changed."""
    found = owner(db, token, "preferences", now)
    if isinstance(found, Expired | Unknown):
        return found
    person, _ = found
    if person.state == "left":
        return Already(person)
    if len(wanted.topics) > _MOST_TOPICS:
        raise Misuse(f"that is more than {_MOST_TOPICS} topics")
    topics = {str(parse_expression(text)): every for text, every in wanted.topics.items()}
    have: dict[str, Every] = {row.topic: row.every for row in rows.listed(db, subscriber=person.id)}
    changed = {text: rhythm.rhythm(every) for text, every in topics.items() if every and every != have.get(text)}
    fresh = [text for text in changed if text not in have]
    if fresh:
        steps.wishes(db, fresh, "daily")  # refuses topics that are closed or unknown
    person = _adjusted(db, person, wanted, site, now)
    put = steps.put(
        db, person, [steps.Wish(text, every) for text, every in changed.items()], by="subscriber", now=now
    )  # fmt: skip
    return _ended(db, person, [text for text in have if topics.get(text) == ""], put, now)


def _adjusted(db: Connection, person: Subscriber, wanted: Wanted, site: Site, now: datetime) -> Subscriber:
    given = {name: getattr(wanted, name) for name in administration.SETTINGS}
    return administration.edit(db, person.email, given=given, by="subscriber", site=site, now=now).subscriber


def _ended(
    db: Connection, person: Subscriber, gone: Sequence[str], changed: Sequence[str], now: datetime
) -> Done | Already:
    """End topics; all of them is leaving."""
    left = [row.topic for row in rows.listed(db, subscriber=person.id) if row.topic not in gone]
    if not left:
        return subscriptions.leave(db, person, by="subscriber", now=now)
    for text in gone:
        subscriptions.leave_topic(db, person, text, by="subscriber", now=now)
    return Done(person, (*changed, *gone))


def pause(db: Connection, token: str, *, now: datetime) -> Done | Already | Expired | Unknown:
    """Send nothing for four weeks; what comes meanwhile is kept for the first digest after it."""
    found = owner(db, token, "preferences", now)
    if isinstance(found, Expired | Unknown):
        return found
    person, _ = found
    if person.state != "confirmed":
        return Already(person)
    return subscriptions.pause(db, person.email, until=now + PAUSE, by="subscriber", now=now)


def resume(db: Connection, token: str, *, now: datetime) -> Done | Already | Expired | Unknown:
    """End a pause at once."""
    found = owner(db, token, "preferences", now)
    if isinstance(found, Expired | Unknown):
        return found
    person, _ = found
    if person.state != "paused":
        return Already(person)
    return subscriptions.resume(db, person.email, by="subscriber", now=now)


def forget(db: Connection, token: str, *, now: datetime) -> Erased | Expired | Unknown:
    """Erase everything that names them; only a keyed hash stays, so that no old copy brings them back."""
    found = owner(db, token, "preferences", now)
    if isinstance(found, Expired | Unknown):
        return found
    person, _ = found
    administration.forget(db, person.email, now=now)
    return Erased()


def export(db: Connection, token: str, *, now: datetime) -> dict[str, object] | Expired | Unknown:
    """All we know of a person, as plain values for JSON; times in RFC 3339. Changes nothing."""
    found = owner(db, token, "preferences", now)
    if isinstance(found, Expired | Unknown):
        return found
    person, _ = found
    due = rows.slots_of(db, person.id)
    return {
        "email": person.email,
        "state": person.state,
        "language": person.language,
        "timezone": person.timezone,
        "at": person.at,
        "weekday": rhythm.WEEKDAYS[person.weekday],
        "monthday": person.monthday,
        "note": person.note,
        "asked": person.created_at.isoformat(),
        "confirmed": _when(person.confirmed_at),
        "left": _when(person.left_at),
        "paused_until": _when(person.paused_until),
        "subscriptions": [
            {"topic": row.topic, "every": row.every, "since": row.created_at.isoformat()}
            for row in rows.listed(db, subscriber=person.id)
        ],
        "next": {every: at.isoformat() for every, at in due.items()},
        "mails": [
            {"kind": one.kind, "written": one.created_at.isoformat(), "state": one.state, "to": one.recipient}
            for one in kept.mails(db, person.id)
        ],
        "entries_sent": kept.entries_sent(db, person.id),
        "log": [
            {"at": line.at.isoformat(), "by": line.by, "what": line.what} for line in subscribers.history(db, person.id)
        ],
    }


def _when(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
