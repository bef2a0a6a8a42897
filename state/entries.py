"""Entries and their revisions: what was seen once stays.

Reading joins an entry with its filings (its number under "all", the open topics
it is filed under). Writing is called by `feeds.poll` in its one transaction.
An entry is never deleted; it may be withdrawn (by its source) or hidden (by the
admin). Where it was seen and what links to it: `state.sightings`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    select,
    update,
)

from state.chunks import chunks
from state.codec import decode, encode
from state.errors import NotFound
from state.filings import ALL
from state.records import Countries, Entry, Record, Revision, Sighting
from state.schema import filings, topics
from state.schema_watching import entries as table
from state.schema_watching import revisions as revision_table
from state.schema_watching import sightings as sighting_table
from state.text import folded

# ---- reading ----


def entry(db: Connection, id: str) -> Entry:
    """One entry by its id. Raises NotFound."""
    found = by_ids(db, [id])
    if id not in found:
        raise NotFound(f"no entry {id!r} here; `tidings entry list` shows the ids there are")
    return found[id]


def by_ids(db: Connection, ids: Iterable[str]) -> dict[str, Entry]:
    """Entries by id; an unknown id is left out."""
    found: dict[str, Entry] = {}
    for some in chunks(ids):
        found.update({e.id: e for e in _load(db, _BY_IDS, {"some": some})})
    return found


def entries(
    db: Connection,
    *,
    topic: str | None = None,
    source: str | None = None,
    country: str | None = None,
    unfiled: bool = False,
    since: datetime | None = None,
    search: str | None = None,
    hidden: bool = False,
    limit: int | None = None,
) -> tuple[Entry, ...]:
    """Entries that fit all that is asked, newest filing first.

    topic: filed there ("all" asks nothing). source: with a sighting there. country: ISO
    code, among the effective ones. unfiled: under no topic but "all". since: first seen
    then or later. search: all its words occur in title or summary. hidden: also hidden ones.
    """
    wanted = _rows()
    number: ColumnElement[int] = func.coalesce(_under_all.c.seq, 0)
    if topic and topic != ALL:
        wanted = wanted.join(filings, and_(filings.c.entry == table.c.id, filings.c.topic == topic))
        number = filings.c.seq
    if source:
        seen = and_(sighting_table.c.entry == table.c.id, sighting_table.c.source == source)
        wanted = wanted.where(exists().where(seen))
    if unfiled:
        under = filings.alias()
        wanted = wanted.where(~exists().where(under.c.entry == table.c.id, under.c.topic != ALL))
    if since:
        wanted = wanted.where(table.c.first_seen_at >= since)
    if not hidden:
        wanted = wanted.where(table.c.hidden_at.is_(None))
    wanted = wanted.order_by(number.desc(), table.c.first_seen_at.desc(), table.c.id)
    if limit is not None and not (country or search):
        wanted = wanted.limit(limit)
    found = _load(db, wanted)
    words = folded(search).split()
    fitting = [e for e in found if _named(e, country) and _says(e, words)]
    return tuple(fitting[:limit])


def revisions(db: Connection, id: str) -> tuple[Revision, ...]:
    """Every wording of an entry, oldest first."""
    rows = db.execute(select(revision_table).where(revision_table.c.entry == id).order_by(revision_table.c.number))
    return tuple(Revision(r.entry, r.number, r.seen_at, r.significant, decode(r.record, Record)) for r in rows)


def sightings(db: Connection, id: str) -> tuple[Sighting, ...]:
    """Where an entry was seen, first sighting first."""
    t = sighting_table
    rows = db.execute(select(t).where(t.c.entry == id).order_by(t.c.first_seen_at, t.c.source, t.c.document))
    return tuple(sighting(row) for row in rows)


def sighting(row: Row[Any]) -> Sighting:
    """The record of a row of the table `sightings`."""
    return Sighting(
        source=row.source,
        document=row.document,
        entry=row.entry,
        url=row.url,
        position=row.position,
        rule=row.rule,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
    )


# ---- writing ----


def add(db: Connection, made: Sequence[Entry]) -> None:
    """Insert new entries, each with its first revision. Filings, withdrawn_at and hidden_at are not looked at."""
    if not made:
        return
    db.execute(
        table.insert(), [{"id": e.id, "urn": e.urn, "first_seen_at": e.first_seen_at, **_columns(e)} for e in made]
    )
    db.execute(revision_table.insert(), [_revision(e, 1, e.source, True, e.first_seen_at) for e in made])


def revise(db: Connection, revised: Entry, *, source: str, significant: bool, now: datetime) -> Entry:
    """Store the new wording of an entry as a revision; returns it with its revision number.

    An insignificant revision keeps the number of the last significant one.
    """
    last = db.scalar(select(func.max(revision_table.c.number)).where(revision_table.c.entry == revised.id))
    number = (last or 0) + 1
    kept = replace(revised, revision=number) if significant else revised
    db.execute(revision_table.insert(), _revision(kept, number, source, significant, now))
    db.execute(update(table).where(table.c.id == kept.id).values(_columns(kept)))
    return kept


def withdraw(db: Connection, ids: Iterable[str], *, now: datetime) -> None:
    """Mark entries as gone from their source, unless they are marked already."""
    for some in chunks(ids):
        marked = update(table).where(table.c.id.in_(some), table.c.withdrawn_at.is_(None))
        db.execute(marked.values(withdrawn_at=now))


def restore(db: Connection, ids: Iterable[str]) -> None:
    """Take back `withdraw`: they stand in their source again."""
    for some in chunks(ids):
        db.execute(update(table).where(table.c.id.in_(some)).values(withdrawn_at=None))


def hide(db: Connection, id: str, *, now: datetime | None) -> None:
    """Keep an entry out of feeds, pages and mail; None shows it again. Raises NotFound."""
    if not db.execute(update(table).where(table.c.id == id).values(hidden_at=now)).rowcount:
        entry(db, id)


# ---- rows ----

_under_all = filings.alias("under_all")


def _rows() -> Select[Any]:
    filed = and_(_under_all.c.entry == table.c.id, _under_all.c.topic == ALL)
    return select(table, _under_all.c.seq).select_from(table.outerjoin(_under_all, filed))


_some: BindParameter[Any] = bindparam("some", expanding=True)
_BY_IDS = _rows().where(table.c.id.in_(_some))
_TOPICS = (
    select(filings.c.entry, filings.c.topic)
    .join(topics, and_(topics.c.id == filings.c.topic, topics.c.closed_at.is_(None)))
    .where(filings.c.entry.in_(_some))
    .order_by(filings.c.seq)
)


def _load(db: Connection, wanted: Select[Any], values: Mapping[str, object] | None = None) -> list[Entry]:
    rows = db.execute(wanted, values).all()
    under = _topics(db, [row.id for row in rows])
    return [_entry(row, under.get(row.id, ())) for row in rows]


def _topics(db: Connection, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The open topics of entries, in the order of filing."""
    found: dict[str, tuple[str, ...]] = {}
    for some in chunks(ids):
        for entry, topic in db.execute(_TOPICS, {"some": some}):
            found[entry] = (*found.get(entry, ()), topic)
    return found


def _entry(row: Row[Any], under: tuple[str, ...]) -> Entry:
    return Entry(
        id=row.id,
        urn=row.urn,
        record=decode(row.record, Record),
        url=row.url,
        source=row.source,
        countries=decode(row.countries, Countries),
        first_seen_at=row.first_seen_at,
        updated_at=row.updated_at,
        published_at=row.published_at,
        baseline=row.baseline,
        revision=row.revision,
        seq=row.seq or 0,
        topics=under,
        withdrawn_at=row.withdrawn_at,
        hidden_at=row.hidden_at,
        merged_into=row.merged_into,
    )


def _columns(e: Entry) -> dict[str, object]:
    """The columns that a revision may change; `withdraw` and `hide` have theirs."""
    return {
        "record": encode(e.record),
        "url": e.url,
        "source": e.source,
        "date": e.record.date,
        "kind": e.record.kind,
        "language": e.record.language,
        "countries": encode(e.countries),
        "fingerprint": e.record.fingerprint,
        "updated_at": e.updated_at,
        "published_at": e.published_at,
        "baseline": e.baseline,
        "revision": e.revision,
    }


def _revision(e: Entry, number: int, source: str, significant: bool, now: datetime) -> dict[str, object]:
    return {
        "entry": e.id,
        "number": number,
        "seen_at": now,
        "source": source,
        "significant": significant,
        "record": encode(e.record),
    }


def _named(e: Entry, country: str | None) -> bool:
    return not country or country.upper() in e.countries.effective


def _says(e: Entry, words: Sequence[str]) -> bool:
    if not words:
        return True
    text = folded(f"{e.record.title} {e.record.summary}")
    return all(word in text for word in words)
