"""What happens next and when, from the rows that say so: polls, digests, retries of mail. Only reads.

Called by `tidings status` and at the start of `tidings run`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import Connection, and_, func, select

from state import outbox
from state.schema import slots, subscribers
from state.schema_watching import sources

What: TypeAlias = Literal["poll", "digests", "mail"]


@dataclass(frozen=True, slots=True)
class Coming:
    """One thing to come. source: of a poll, else "". people, timezone: of digests, else 0 and ""."""

    what: What
    at: datetime
    source: str = ""
    people: int = 0
    timezone: str = ""


def coming(db: Connection, *, polls: int = 3, digests: int = 3) -> tuple[Coming, ...]:
    """The next polls, the next digests (people of one zone and instant together), the next mail; earliest first."""
    found = [*_polls(db, polls), *_digests(db, digests)]
    mail = outbox.next_due(db)
    if mail:
        found.append(Coming("mail", mail))
    return tuple(sorted(found, key=lambda one: (one.at, one.what, one.source, one.timezone)))


def _polls(db: Connection, limit: int) -> list[Coming]:
    due = select(sources.c.id, sources.c.next_poll_at).where(
        sources.c.state == "active", sources.c.next_poll_at.is_not(None)
    )
    rows = db.execute(due.order_by(sources.c.next_poll_at, sources.c.id).limit(limit))
    return [Coming("poll", row.next_poll_at, source=row.id) for row in rows]


def _digests(db: Connection, limit: int) -> list[Coming]:
    """Cost: one look at each slot."""
    confirmed = and_(subscribers.c.id == slots.c.subscriber, subscribers.c.state == "confirmed")
    people = func.count(slots.c.subscriber.distinct()).label("people")
    groups = select(slots.c.due_at, subscribers.c.timezone, people).join(subscribers, confirmed)
    groups = groups.group_by(slots.c.due_at, subscribers.c.timezone)
    rows = db.execute(groups.order_by(slots.c.due_at, people.desc(), subscribers.c.timezone).limit(limit))
    return [Coming("digests", row.due_at, people=row.people, timezone=row.timezone) for row in rows]
