"""Where entries were seen, and the evidence that links later sightings to them.

A sighting stands while it is among those that were seen when its document was
read last: nothing is written for a document that is said not to have changed.
Called by `feeds.commit` and `feeds.settling`; what a key means is decided in
`feeds.identity`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import BindParameter, Connection, and_, bindparam, func, select, tuple_, update

from state.chunks import chunks
from state.entries import sighting
from state.records import Sighting
from state.schema import counters
from state.schema_watching import documents
from state.schema_watching import evidence as evidence_table
from state.schema_watching import sightings as table
from state.upsert import insert

Key: TypeAlias = tuple[str, str]  # kind ("url", "guid", "title", "text") and key


@dataclass(frozen=True, slots=True)
class Standing:
    """A sighting with the fingerprint of what the document said there (Record.fingerprint)."""

    sighting: Sighting
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Place:
    """A document that named an entry. fingerprint: of what it said then. stands: it names the entry still."""

    source: str
    document: str
    fingerprint: str
    stands: bool


# ---- questions of every visit, put together once ----

_e = evidence_table.c
_some: BindParameter[Any] = bindparam("some", expanding=True)
_page = (table.c.source, table.c.document)
_OWNERS = select(_e.key, _e.entry).where(_e.kind == bindparam("of"), _e.key.in_(_some)).order_by(_e.seen_at, _e.entry)
_EVIDENCE = select(_e.entry, _e.kind, _e.key).where(_e.entry.in_(_some))
_last = select(*_page, func.max(table.c.last_seen_at).label("at")).where(tuple_(*_page).in_(_some))
_newest = _last.group_by(*_page).subquery()
_STANDING = (
    select(table)
    .join(_newest, and_(*(column == _newest.c[column.name] for column in _page), table.c.last_seen_at == _newest.c.at))
    .order_by(*_page, table.c.position)
)
_PLACES = (
    select(table.c.entry, *_page, table.c.fingerprint, table.c.last_seen_at >= documents.c.fetched_at)
    .outerjoin(documents, and_(documents.c.source == table.c.source, documents.c.url == table.c.document))
    .where(table.c.entry.in_(_some))
)


# ---- visits ----


def mark(db: Connection) -> int:
    """How many visits were written so far. A plan made at this mark holds while the mark stands."""
    return db.scalar(select(counters.c.value).where(counters.c.name == "visits")) or 0


def advance(db: Connection) -> int:
    """Count the visit that this transaction writes; other visits wait for its end. Returns the mark before it."""
    first = insert(db, counters).values(name="visits", value=1)
    counted = first.on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1})
    now = db.scalar(counted.returning(counters.c.value))
    assert now is not None, "the upsert returns its row"
    return int(now) - 1


# ---- evidence ----


def known_by(db: Connection, keys: Collection[Key]) -> dict[Key, tuple[str, ...]]:
    """Ids of the entries that each key belongs to, oldest evidence first; unknown keys are left out."""
    wanted = set(keys)
    found: dict[Key, tuple[str, ...]] = {}
    for kind in sorted({kind for kind, _ in wanted}):
        for some in chunks(sorted(key for named, key in wanted if named == kind)):
            for key, entry in db.execute(_OWNERS, {"of": kind, "some": some}).all():
                found[kind, key] = (*found.get((kind, key), ()), entry)
    return found


def evidence_of(db: Connection, entries: Iterable[str]) -> dict[str, frozenset[Key]]:
    """All keys by entry id."""
    found: dict[str, set[Key]] = {}
    for some in chunks(entries):
        for entry, kind, key in db.execute(_EVIDENCE, {"some": some}).all():
            found.setdefault(entry, set()).add((kind, key))
    return {entry: frozenset(keys) for entry, keys in found.items()}


def add_evidence(db: Connection, found: Collection[tuple[str, Key]], *, now: datetime) -> None:
    """Keep (entry id, key) pairs; those that are known keep their time."""
    if found:
        rows = [{"kind": kind, "key": key, "entry": entry, "seen_at": now} for entry, (kind, key) in found]
        db.execute(insert(db, evidence_table).on_conflict_do_nothing(), rows)


# ---- sightings ----


def standing(db: Connection, pages: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[Standing, ...]]:
    """What stood in documents when they changed last, in their order, by (source, document)."""
    found: dict[tuple[str, str], list[Standing]] = {}
    for some in chunks(pages):
        found |= {page: [] for page in some}
        for row in db.execute(_STANDING, {"some": some}).all():
            found[row.source, row.document].append(Standing(sighting(row), row.fingerprint))
    return {page: tuple(stood) for page, stood in found.items()}


def standing_at(db: Connection, source: str, document: str, at: datetime) -> tuple[str, ...]:
    """Ids of the entries that stood in a document at an instant, as far as the sightings tell, in its order."""
    there = (table.c.source == source) & (table.c.document == document)
    seen_last = select(func.max(table.c.last_seen_at)).where(there).scalar_subquery()
    until = func.coalesce(
        select(func.min(table.c.last_seen_at)).where(there, table.c.last_seen_at >= at).scalar_subquery(), seen_last
    )
    rows = db.scalars(
        select(table.c.entry)
        .where(there, table.c.first_seen_at <= at, table.c.last_seen_at >= until)
        .order_by(table.c.position, table.c.entry)
    )
    return tuple(rows)


def places(db: Connection, entries: Iterable[str]) -> dict[str, tuple[Place, ...]]:
    """All documents that ever named these entries, by entry id; also those that name them no more."""
    found: dict[str, list[Place]] = {}
    for some in chunks(entries):
        for entry, source, document, fingerprint, stands in db.execute(_PLACES, {"some": some}).all():
            found.setdefault(entry, []).append(Place(source, document, fingerprint, bool(stands)))
    return {entry: tuple(some) for entry, some in found.items()}


def sources_of(db: Connection, entries: Iterable[str]) -> dict[str, frozenset[str]]:
    """Ids of the sources each entry was ever seen in."""
    found: dict[str, set[str]] = {}
    for some in chunks(entries):
        for row in db.execute(select(table.c.entry, table.c.source).where(table.c.entry.in_(some)).distinct()):
            found.setdefault(row.entry, set()).add(row.source)
    return {entry: frozenset(sources) for entry, sources in found.items()}


def see(db: Connection, seen: Sequence[Standing]) -> None:
    """Store what a document says now; what is known keeps its rule and the time of its first sighting."""
    if not seen:
        return
    rows = [
        {
            "source": one.sighting.source,
            "document": one.sighting.document,
            "entry": one.sighting.entry,
            "url": one.sighting.url,
            "position": one.sighting.position,
            "rule": one.sighting.rule,
            "fingerprint": one.fingerprint,
            "first_seen_at": one.sighting.first_seen_at,
            "last_seen_at": one.sighting.last_seen_at,
        }
        for one in seen
    ]
    wanted = insert(db, table)
    news = {name: wanted.excluded[name] for name in ("url", "position", "fingerprint", "last_seen_at")}
    db.execute(wanted.on_conflict_do_update(index_elements=["source", "document", "entry"], set_=news), rows)


def see_again(db: Connection, source: str, urls: Collection[str], *, now: datetime) -> None:
    """What stood in documents stands there still: they came as a whole, and are the same (before `sources.renew`)."""
    if urls:
        before = select(documents.c.fetched_at).where(documents.c.source == source, documents.c.url == table.c.document)
        here = (table.c.source == source) & table.c.document.in_(urls)
        stood = table.c.last_seen_at >= before.scalar_subquery()
        db.execute(update(table).where(here, stood).values(last_seen_at=now))
