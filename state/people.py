"""People by the thousand: pages of them, and many added at once.

What one person may do is in mail/subscriptions.py; this is for lists, imports
and exports, called by mail/people_import.py and the CLI. Nothing is committed here. The surprising
rule: an address that somebody else added a moment ago is passed over, not an
error, so that two imports at once are as good as one.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, or_, select
from sqlalchemy import insert as plain_insert

from state import subscribers as rows
from state import subscriptions as subscription_rows
from state.chunks import chunks
from state.records import Every, Subscriber, Subscription
from state.schema import outbox, slots, subscriber_log, subscribers, subscriptions
from state.subscribers import LogLine
from state.upsert import insert

PAGE = 500


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is here, with what they read: rhythm by topic expression."""

    person: Subscriber
    topics: Mapping[str, Every]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody to add, whole: row, key of the address, subscriptions, next digests, one line of the log."""

    person: Subscriber
    email_key: str
    subscriptions: tuple[Subscription, ...]
    due: Mapping[Every, datetime]
    said: LogLine


def pages(
    db: Connection, *, topic: str | None = None, state: str | None = None, limit: int | None = None, size: int = PAGE
) -> Iterator[list[tuple[Subscriber, tuple[Subscription, ...]]]]:
    """Everybody by address, with all their subscriptions, a page at a time. topic: a topic's id, with any facets."""
    wanted: list[ColumnElement[bool]] = []
    if state is not None:
        wanted.append(subscribers.c.state == state)
    if topic is not None:
        of_topic = or_(subscriptions.c.topic == topic, subscriptions.c.topic.startswith(f"{topic}?", autoescape=True))
        wanted.append(subscribers.c.id.in_(select(subscriptions.c.subscriber).where(of_topic)))
    after, left = "", limit
    while left is None or left > 0:
        query = select(subscribers.c.id, subscribers.c.email_key).where(subscribers.c.email_key > after, *wanted)
        query = query.order_by(subscribers.c.email_key).limit(size if left is None else min(size, left))
        found = db.execute(query).all()
        if not found:
            return
        names = [row.id for row in found]
        people, have = rows.of_ids(db, names), subscription_rows.of_subscribers(db, names)
        yield [(people[name], have[name]) for name in names]
        after = found[-1].email_key
        left = None if left is None else left - len(found)


def notes(db: Connection) -> bool:
    """Whether anybody chose what comes when nothing was new."""
    return db.scalar(select(subscribers.c.id).where(subscribers.c.note != "").limit(1)) is not None


def known(db: Connection, email_keys: Collection[str]) -> dict[str, Known]:
    """Those who are here, by the key of their address."""
    found: dict[str, str] = {}
    for some in chunks(email_keys):
        query = select(subscribers.c.email_key, subscribers.c.id).where(subscribers.c.email_key.in_(some))
        found.update((row.email_key, row.id) for row in db.execute(query))
    if not found:
        return {}
    people, have = rows.of_ids(db, found.values()), subscription_rows.of_subscribers(db, list(found.values()))
    return {key: Known(people[name], {row.topic: row.every for row in have[name]}) for key, name in found.items()}


def confirmations_since(db: Connection, names: Collection[str], since: datetime) -> set[str]:
    """Which of these people a confirmation mail was written to since then."""
    found: set[str] = set()
    for some in chunks(names):
        mine = outbox.c.subscriber.in_(some)
        query = select(outbox.c.subscriber).where(mine, outbox.c.kind == "confirm", outbox.c.created_at >= since)
        found.update(db.scalars(query))
    return found


def add_all(db: Connection, newcomers: Sequence[Newcomer]) -> set[str]:
    """Add at most a few hundred people; the ids of those who were added, without those who were here already."""
    if not newcomers:
        return set()
    names = [column.name for column in subscribers.c if column.name != "email_key"]
    values = [{name: getattr(one.person, name) for name in names} | {"email_key": one.email_key} for one in newcomers]
    values.sort(key=lambda row: str(row["email_key"]))  # two imports at once take the addresses in one order
    row = insert(db, subscribers).on_conflict_do_nothing(index_elements=["email_key"]).returning(subscribers.c.id)
    added = set(db.scalars(row, values))
    made = [one for one in newcomers if one.person.id in added]
    columns = [column.name for column in subscriptions.c]
    lines = [{name: getattr(line, name) for name in columns} for one in made for line in one.subscriptions]
    due = [{"subscriber": one.person.id, "every": every, "due_at": at} for one in made for every, at in one.due.items()]
    said = [{"subscriber": one.person.id, "at": one.said.at, "by": one.said.by, "what": one.said.what} for one in made]
    for table, some in ((subscriptions, lines), (slots, due), (subscriber_log, said)):
        if some:
            db.execute(plain_insert(table), some)
    return added
