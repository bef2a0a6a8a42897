"""Topics and countries as they are stored: the admin's vocabulary.

A topic has a feed of its own from the start, and a changed rule or title makes it
dirty; what is in the feed is decided by filings, not here. Closing a topic closes
its feed and keeps its filings: putting it again opens both. Synchronous, on the
caller's connection; the caller commits.
"""

import re
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from state import publications
from state.codec import decode, encode
from state.errors import Misuse, NotFound
from state.filters import compile_rule
from state.locks import hold_name
from state.records import Country, Topic
from state.schema import countries as country_table
from state.schema import topics as topic_table
from state.text import clean

RESERVED = ("all", "unfiled")
RESERVED_STARTS = ("source-", "admin-")
_ID = re.compile(r"[a-z0-9-]+")
_CODE = re.compile(r"[A-Z]{2}")


def topics(db: Connection, *, closed: bool = False) -> tuple[Topic, ...]:
    """All open topics, in the order of their creation and then of their ids; with the closed ones if asked."""
    query = select(topic_table).order_by(topic_table.c.created_at, topic_table.c.id)
    if not closed:
        query = query.where(topic_table.c.closed_at.is_(None))
    return tuple(_topic(row) for row in db.execute(query).mappings())


def topic(db: Connection, topic_id: str) -> Topic:
    """One topic, open or closed. Raises NotFound."""
    row = db.execute(select(topic_table).where(topic_table.c.id == topic_id)).mappings().first()
    if row is None:
        raise NotFound(f"there is no topic {topic_id!r}; see `tidings topic list`")
    return _topic(row)


def put_topic(db: Connection, topic: Topic, now: datetime) -> Topic:
    """Store a topic, new or changed, with its feed. Gives it back as stored: created_at stays, closed_at is cleared.

    Raises Misuse for a reserved or misshapen id, an empty title, or a phrase that cannot be read.
    """
    _check(topic)
    hold_name(db, "topics")
    created = db.execute(select(topic_table.c.created_at).where(topic_table.c.id == topic.id)).scalar()
    titles = {language: clean(title) for language, title in topic.titles.items()}
    began = created or topic.created_at or now
    stored = replace(topic, title=clean(topic.title), titles=titles, created_at=began, closed_at=None)
    values = {
        "title": stored.title,
        "titles": encode(stored.titles),
        "any": encode(stored.any),
        "all": encode(stored.all),
        "none": encode(stored.none),
        "created_at": stored.created_at,
        "closed_at": None,
    }
    if created is None:
        db.execute(insert(topic_table).values(id=stored.id, **values))
    else:
        db.execute(update(topic_table).where(topic_table.c.id == stored.id).values(**values))
    publications.mark_dirty(db, [stored.id], now)
    publications.reopen(db, stored.id)
    return stored


def close_topic(db: Connection, topic_id: str, now: datetime) -> None:
    """Take a topic out of use: nothing more is filed there, its feed is gone. Its filings stay. Raises NotFound."""
    if topic(db, topic_id).closed_at is not None:
        return
    db.execute(update(topic_table).where(topic_table.c.id == topic_id).values(closed_at=now))
    publications.close(db, topic_id, now)


def countries(db: Connection) -> tuple[Country, ...]:
    """All countries that have names, by code."""
    rows = db.execute(select(country_table).order_by(country_table.c.code)).mappings()
    return tuple(Country(row["code"], *(_phrases(row[part]) for part in ("names", "places", "none"))) for row in rows)


def put_country(db: Connection, country: Country) -> None:
    """Store a country's names, new or changed. Raises Misuse for what is no ISO 3166 code."""
    if not _CODE.fullmatch(country.code):
        raise Misuse(f"country {country.code!r}: give an ISO 3166 code of two capitals, e.g. KH")
    hold_name(db, "topics")
    values = {part: encode(getattr(country, part)) for part in ("names", "places", "none")}
    here = country_table.c.code == country.code
    if db.execute(update(country_table).where(here).values(**values)).rowcount == 0:
        db.execute(insert(country_table).values(code=country.code, **values))


def check_id(topic_id: str) -> None:
    """Raise Misuse unless a topic may be called so."""
    if not _ID.fullmatch(topic_id):
        raise Misuse(f"topic id {topic_id!r}: give small letters, digits and hyphens, e.g. child-labour")
    if topic_id in RESERVED or topic_id.startswith(RESERVED_STARTS):
        raise Misuse(f"topic id {topic_id!r} is reserved; choose one that is not all, unfiled, source-… or admin-…")


def _check(topic: Topic) -> None:
    check_id(topic.id)
    if not clean(topic.title):
        raise Misuse(f"topic {topic.id} has no title; give one that readers see, e.g. --title 'Child labour'")
    compile_rule(topic)


def _topic(row: RowMapping) -> Topic:
    return Topic(
        id=row["id"],
        title=row["title"],
        any=_phrases(row["any"]),
        all=_phrases(row["all"]),
        none=_phrases(row["none"]),
        titles=decode(row["titles"], dict[str, str]),
        created_at=row["created_at"],
        closed_at=row["closed_at"],
    )


def _phrases(text: str) -> tuple[str, ...]:
    return decode(text, tuple[str, ...])
