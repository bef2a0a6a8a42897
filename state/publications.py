"""Which feeds there are, which of them must be built, their kept fragments, and their bytes as served.

SQL only; what a feed looks like is decided in feeds/. A feed is marked dirty in
the transaction that changed it, and clean only by whoever built it from a state
that no later change has overtaken: each marking raises `changes`, and `keep`
clears the mark only where that number is still the one the builder saw.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, or_, select, update

from state import codec, upsert
from state.chunks import chunks
from state.locks import holding
from state.records import Countries, Record
from state.schema import counters, feed_files, feeds, filings, fragments, topics
from state.schema_watching import entries, sightings, sources

_RENDERED = "rendered"  # a counter's name
_SOURCE = "source-"
_SCAN = 500  # rows of one look through the ledger for a narrowed feed


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed by name: "all", a topic's id, or "source-ID". urn: its id in Atom, for ever.

    changes: rises with each marking. error: why its last build was not published, or "".
    closed_at: since when it answers 410.
    """

    name: str
    urn: str
    dirty: bool
    changes: int
    created_at: datetime
    built_at: datetime | None
    closed_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class Member:
    """An entry as it stands in a feed. seq: of the filing that put it there."""

    entry: str
    seq: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class File:
    """The bytes of a feed in one form and encoding ("", "gzip", "br"). etag: strong, with its quotes."""

    form: str
    encoding: str
    body: bytes
    etag: str
    modified_at: datetime


# ---- marking ----


def put_fragments(db: Connection, kept: Mapping[str, Mapping[str, bytes]]) -> None:
    """Keep entries as rendered, by entry and form; replaces what was kept. In a transaction that counts as a visit."""
    for some in chunks(kept):
        db.execute(delete(fragments).where(fragments.c.entry.in_(some)))
        rows = [{"entry": id, "form": form, "body": body} for id in some for form, body in sorted(kept[id].items())]
        if rows:
            db.execute(insert(fragments), rows)


def mark_dirty(db: Connection, names: Iterable[str], now: datetime) -> None:
    """Have these feeds built again; makes those that are missing."""
    rows = [{"name": name, "dirty": True, "changes": 1, "created_at": now, "error": ""} for name in sorted(set(names))]
    again = {"dirty": True, "changes": feeds.c.changes + 1}
    for some in chunks(rows):
        db.execute(upsert.insert(db, feeds).on_conflict_do_update(index_elements=["name"], set_=again), some)


def missing(db: Connection) -> tuple[str, ...]:
    """Names that should be feeds and are not yet: "all", open topics, sources that are watched."""
    there = set(db.execute(select(feeds.c.name)).scalars())
    wanted = {"all", *db.execute(select(topics.c.id).where(topics.c.closed_at.is_(None))).scalars()}
    wanted |= {
        _SOURCE + source for source in db.execute(select(sources.c.id).where(sources.c.state != "removed")).scalars()
    }
    return tuple(sorted(wanted - there))


def rendered_for(db: Connection) -> int | None:
    """A number for what all kept fragments were rendered for, as `keep_rendered_for` was told."""
    return db.scalar(select(counters.c.value).where(counters.c.name == _RENDERED))


def keep_rendered_for(db: Connection, number: int) -> None:
    row = upsert.insert(db, counters).values(name=_RENDERED, value=number)
    db.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": number}))


def mark_all_dirty(db: Connection) -> None:
    """Have every open feed built again."""
    db.execute(update(feeds).where(feeds.c.closed_at.is_(None)).values(dirty=True, changes=feeds.c.changes + 1))


def close(db: Connection, name: str, now: datetime) -> None:
    """End a feed for good: it answers 410 and its files are gone."""
    db.execute(update(feeds).where(feeds.c.name == name).values(closed_at=now, dirty=False))
    db.execute(delete(feed_files).where(feed_files.c.name == name))


def reopen(db: Connection, name: str) -> None:
    db.execute(
        update(feeds).where(feeds.c.name == name).values(closed_at=None, dirty=True, changes=feeds.c.changes + 1)
    )


# ---- reading ----


def feed(db: Connection, name: str) -> Feed | None:
    row = db.execute(_feeds().where(feeds.c.name == name)).one_or_none()
    return Feed(*row) if row else None


def all_feeds(db: Connection) -> tuple[Feed, ...]:
    """Every feed, by name; closed ones too."""
    return tuple(Feed(*row) for row in db.execute(_feeds().order_by(feeds.c.name)))


def dirty(db: Connection) -> tuple[Feed, ...]:
    """Open feeds that must be built, by name."""
    asked = _feeds().where(feeds.c.dirty.is_(True), feeds.c.closed_at.is_(None), topics.c.closed_at.is_(None))
    return tuple(Feed(*row) for row in db.execute(asked.order_by(feeds.c.name)))


def members(db: Connection, name: str, limit: int, *, before: int | None = None) -> tuple[Member, ...]:
    """The newest entries of a feed, the last filed first; hidden ones are left out. before: only filings under it."""
    asked = _members().where(_belongs(name)).order_by(filings.c.seq.desc()).limit(limit)
    if before is not None:
        asked = asked.where(filings.c.seq < before)
    return tuple(Member(*row) for row in db.execute(asked))


def filed(db: Connection, name: str) -> int:
    """How many filings a feed ever had; those of hidden entries count too, so that the number never falls."""
    return db.execute(select(func.count()).select_from(filings).where(_belongs(name))).scalar_one()


def stretch(db: Connection, name: str, start: int, count: int) -> tuple[Member, ...]:
    """So many filings of a feed from one of its oldest on (0 is the first), the last filed first.

    Hidden entries keep their place and are left out.
    """
    places = select(filings.c.seq).where(_belongs(name)).order_by(filings.c.seq).offset(start).limit(count)
    asked = _members().where(_belongs(name), filings.c.seq.in_(places)).order_by(filings.c.seq.desc())
    return tuple(Member(*row) for row in db.execute(asked))


def count(db: Connection) -> dict[str, tuple[int, datetime | None]]:
    """Entries shown under each topic, "all" too, and when the newest of them came."""
    asked = (
        select(filings.c.topic, func.count(), func.max(filings.c.filed_at))
        .join(entries, entries.c.id == filings.c.entry)
        .where(entries.c.hidden_at.is_(None))
        .group_by(filings.c.topic)
    )
    return {topic: (number, newest) for topic, number, newest in db.execute(asked)}


def count_of_sources(db: Connection) -> dict[str, int]:
    """Entries shown in the feed of each source, by the feed's name."""
    asked = (
        select(sightings.c.source, func.count(sightings.c.entry.distinct()))
        .join(filings, (filings.c.entry == sightings.c.entry) & (filings.c.topic == "all"))
        .join(entries, entries.c.id == sightings.c.entry)
        .where(entries.c.hidden_at.is_(None))
        .group_by(sightings.c.source)
    )
    return {_SOURCE + source: number for source, number in db.execute(asked)}


def ledger(
    db: Connection, topics: Sequence[str], *, kinds: Sequence[str], languages: Sequence[str], limit: int
) -> Iterator[tuple[Member, Countries, Record]]:
    """Walk the filings under any of these topics, the last first, at most `limit`; hidden entries are left out.

    kinds, languages: any of them; empty = all. A language is the entry's, else its source's,
    and takes its regional forms along ("km" also "km-KH").
    An entry under two of the topics comes twice.
    """
    asked = _members().where(filings.c.topic.in_(topics))
    if kinds:
        asked = asked.where(entries.c.kind.in_(kinds))
    if languages:
        own = func.lower(func.coalesce(func.nullif(entries.c.language, ""), sources.c.language, ""))
        asked = asked.outerjoin(sources, sources.c.id == entries.c.source)
        regional = [own.startswith(f"{language.lower()}-", autoescape=True) for language in languages]
        asked = asked.where(or_(own.in_([language.lower() for language in languages]), *regional))
    asked = asked.order_by(filings.c.seq.desc()).limit(limit)
    whole = asked.add_columns(entries.c.countries, entries.c.record)
    with db.execute(whole.execution_options(yield_per=_SCAN)) as found:  # the caller may have enough before the end
        for entry, seq, updated_at, countries, record in found:
            yield Member(entry, seq, updated_at), codec.decode(countries, Countries), codec.decode(record, Record)


def kept(db: Connection, ids: Iterable[str], form: str) -> dict[str, bytes]:
    """Fragments of one form by entry, of those that have one."""
    found: dict[str, bytes] = {}
    for some in chunks(ids):
        fits = (fragments.c.form == form) & fragments.c.entry.in_(some)
        found.update(
            {row.entry: row.body for row in db.execute(select(fragments.c.entry, fragments.c.body).where(fits))}
        )
    return found


def entry_ids(db: Connection, after: str, limit: int) -> tuple[str, ...]:
    """Ids of all entries in order, a chunk at a time: give the last one seen, "" to begin."""
    asked = select(entries.c.id).where(entries.c.id > after).order_by(entries.c.id).limit(limit)
    return tuple(db.execute(asked).scalars())


def file(db: Connection, name: str, form: str, encoding: str = "") -> File | None:
    """The bytes as served; None for a feed that was never published."""
    found = feed_files.c
    asked = select(found.form, found.encoding, found.body, found.etag, found.modified_at).where(
        found.name == name, found.form == form, found.encoding == encoding
    )
    row = db.execute(asked).one_or_none()
    return File(*row) if row else None


def etags(db: Connection, name: str) -> dict[str, str]:
    """What each form of a feed answers at present, unencoded."""
    asked = select(feed_files.c.form, feed_files.c.etag).where(feed_files.c.name == name, feed_files.c.encoding == "")
    return {row.form: row.etag for row in db.execute(asked)}


# ---- keeping ----


def keep(db: Connection, feed: Feed, files: Sequence[File], now: datetime) -> None:
    """Store new bytes of a feed that was built from the state `feed` was read in; forms not given stay.

    Clears the mark unless the feed was marked again since. Somebody may have built it from a later state
    meanwhile; then that stays.
    """
    now_is = db.execute(holding(db, select(feeds.c.dirty, feeds.c.changes).where(feeds.c.name == feed.name))).one()
    if now_is.changes > feed.changes and not now_is.dirty:
        return
    forms = {file.form for file in files}
    db.execute(delete(feed_files).where(feed_files.c.name == feed.name, feed_files.c.form.in_(forms)))
    for file in files:
        values = {"form": file.form, "encoding": file.encoding, "body": file.body, "etag": file.etag}
        db.execute(insert(feed_files).values(name=feed.name, modified_at=file.modified_at, **values))
    db.execute(update(feeds).where(feeds.c.name == feed.name).values(built_at=now, error=""))
    _clean(db, feed)


def keep_failure(db: Connection, feed: Feed, error: str) -> None:
    """Remember why a feed was not published; its last good bytes stay, and so it is until it changes again."""
    db.execute(update(feeds).where(feeds.c.name == feed.name).values(error=error))
    _clean(db, feed)


def _clean(db: Connection, feed: Feed) -> None:
    unchanged = (feeds.c.name == feed.name) & (feeds.c.changes == feed.changes)
    db.execute(update(feeds).where(unchanged).values(dirty=False))


# ---- queries ----


def _feeds() -> Select[str, str, bool, int, datetime, datetime | None, datetime | None, str]:
    """A topic that was closed closes its feed."""
    closed_at = func.coalesce(feeds.c.closed_at, topics.c.closed_at, type_=feeds.c.closed_at.type)
    asked = (feeds.c.name, feeds.c.urn, feeds.c.dirty, feeds.c.changes, feeds.c.created_at, feeds.c.built_at)
    return select(*asked, closed_at, feeds.c.error).outerjoin(topics, topics.c.id == feeds.c.name)


def _members() -> Select[str, int, datetime]:
    return (
        select(entries.c.id, filings.c.seq, entries.c.updated_at)
        .join_from(filings, entries, entries.c.id == filings.c.entry)
        .where(entries.c.hidden_at.is_(None))
    )


def _belongs(name: str) -> ColumnElement[bool]:
    """A source's feed holds every released entry with a sighting there, in the order of "all"."""
    if not name.startswith(_SOURCE):
        return filings.c.topic == name
    seen = select(sightings.c.entry).where(sightings.c.source == name.removeprefix(_SOURCE))
    return (filings.c.topic == "all") & filings.c.entry.in_(seen)
