"""Arrange people, topics and entries in domain words, for the tests of mail."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from mail import subscriptions
from mail.subscriptions import Subscribed
from state import entries, filings, topics
from state.records import Countries, Entry, Record, Site, Source, Topic

SITE = Site(
    title="Labour news",
    url="https://news.example.org",
    contact="editor@example.org",
    postal_address="1 Sample Street, Sampleton",
)
HARVEST = Topic("harvest", "Harvest work", any=("harvest*",), titles={"fr": "Récoltes"})
MINES = Topic("mines", "Mines", any=("mine", "mines"))


def subscribe(db: Connection, email: str, *topics: str, now: datetime, **more: object) -> Subscribed:
    """As the admin does, confirmed and at once unless said otherwise."""
    wanted = {"every": "now", "confirmed": True, "by": "admin", "site": SITE} | more
    return subscriptions.subscribe(db, email=email, topics=topics or ("all",), now=now, **wanted)  # type: ignore[arg-type]


def know_topics(db: Connection, now: datetime) -> None:
    for topic in (HARVEST, MINES):
        topics.put_topic(db, topic, now)


def entry(name: str, *, now: datetime, title: str = "", **record: object) -> Entry:
    """An entry of the source "press". record: fields of its Record."""
    said = Record(title=title or f"Title of {name}", **record)  # type: ignore[arg-type]
    return Entry(
        id=name,
        urn=f"urn:uuid:{name}",
        record=said,
        url=said.url or f"https://press.example.org/{name}",
        source="press",
        countries=Countries(),
        first_seen_at=now,
        updated_at=now,
        published_at=None,
        baseline=False,
        revision=1,
    )


def file(
    db: Connection, made: Entry, *topics: str, now: datetime, mailable: bool = True, why: str = "harvest*"
) -> Entry:
    """Store an entry and release it to "all" and these topics."""
    entries.add(db, [made])
    filings.file(db, made.id, "all", mailable=mailable, why="", now=now)
    for topic in topics:
        filings.file(db, made.id, topic, mailable=mailable, why=why, now=now)
    return replace(made, topics=topics)


def source(now: datetime, **changes: object) -> Source:
    """The source "press"."""
    made = Source(
        id="press",
        where="https://press.example.org/",
        kind="page",
        title="Press office",
        language="en",
        timezone="UTC",
        country="",
        base_url="",
        every=3600,
        state="active",
        created_at=now,
        first_seen_at=now,
        last_polled_at=now,
        last_changed_at=now,
    )
    return replace(made, **changes)  # type: ignore[arg-type]
