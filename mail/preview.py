"""Show what a digest would have held, from the archive: whatever was sent, to whomever. Changes nothing."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from mail import steps, world
from mail.cohort import decide, starts
from mail.edition import compose
from state import owed, subscriptions
from state.errors import Misuse, UserError
from state.records import Edition, Site, Subscriber, Subscription
from templates import own

NOBODY = "preview"


def preview(
    db: Connection,
    *,
    subscriber: str | None = None,
    topic: str | None = None,
    since: datetime,
    site: Site,
    now: datetime,
    templates: str = "",
) -> Edition:
    """The digest of a person (by address) or of a topic expression, of all since then.

    templates: folder of the admin's own. Its unsubscribe links lead nowhere. Raises NotFound for an unknown
    person or topic, UserError where there is nothing to show or a template is refused.
    """
    if (subscriber is None) == (topic is None):
        raise Misuse("a preview is of one person or one topic; give EMAIL or --topic T")
    person, rows = _of_person(db, subscriber) if subscriber else _of_topic(db, topic or "", site, now)
    brings = {starts(row): owed.archived(db, row.topic, since=since) for row in rows}
    due = [subscriptions.Slot(person.id, every, now) for every in dict.fromkeys(row.every for row in rows)]
    cohort = decide(person, rows, due, brings=brings, sent=frozenset(), head=0, now=now).cohort if rows else None
    if cohort is None:
        about = f"the topics of {person.email}" if subscriber else f"topic {topic}"
        raise UserError(f"nothing stands under {about} since {since:%Y-%m-%d}; look further back, e.g. --since 90d")
    known = world.known(db, [cohort])
    seen = world.coverage(db, cohort.rhythms, now)
    return compose(cohort, known, coverage=seen, site=site, edition_id=NOBODY, now=now, own=own.read(templates))


def _of_person(db: Connection, email: str) -> tuple[Subscriber, list[Subscription]]:
    person = steps.known(db, email)
    rows = subscriptions.listed(db, subscriber=person.id)
    return person, [replace(row, start_seq=0, cursor_seq=0) for row in rows]


def _of_topic(db: Connection, topic: str, site: Site, now: datetime) -> tuple[Subscriber, list[Subscription]]:
    (wish,) = steps.wishes(db, [topic], "daily")
    nobody = Subscriber(NOBODY, "", "confirmed", site.timezone, site.language, "09:00", 0, 1, 1, now)
    return nobody, [Subscription(NOBODY, wish.topic, wish.every, 0, 0, now)]
