"""Where entries were seen, and the evidence that links later sightings to them.

A sighting stands while it is among those that were seen when its document
changed last: nothing is written for a document that did not change. Called by
`feeds.poll`; what a key means is decided in `feeds.identity`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection, and_, func, select

from state.chunks import chunks
from state.entries import sighting
from state.records import Sighting
from state.schema import counters, documents
from state.schema import evidence as evidence_table
from state.schema import sightings as table
from state.upsert import insert

Key: TypeAlias = tuple[str, str]  # kind ("url", "guid", "title", "text") and key


@dataclass(frozen=True, slots=True)
class Standing:
    """A sighting with the fingerprint of what the document said there (Record.fingerprint)."""

    sighting: Sighting
    fingerprint: str


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
    t = evidence_table
    for kind in sorted({kind for kind, _ in wanted}):
        for some in chunks(sorted(key for named, key in wanted if named == kind)):
            rows = db.execute(
                select(t.c.key, t.c.entry).where(t.c.kind == kind, t.c.key.in_(some)).order_by(t.c.seen_at, t.c.entry)
            )
            for row in rows:
                found[kind, row.key] = (*found.get((kind, row.key), ()), row.entry)
    return found


def evidence_of(db: Connection, entries: Iterable[str]) -> dict[str, frozenset[Key]]:
    """All keys by entry id."""
    found: dict[str, set[Key]] = {}
    t = evidence_table
    for some in chunks(entries):
        for row in db.execute(select(t.c.entry, t.c.kind, t.c.key).where(t.c.entry.in_(some))):
            found.setdefault(row.entry, set()).add((row.kind, row.key))
    return {entry: frozenset(keys) for entry, keys in found.items()}


def add_evidence(db: Connection, found: Collection[tuple[str, Key]], *, now: datetime) -> None:
    """Keep (entry id, key) pairs; those that are known keep their time."""
    if found:
        rows = [{"kind": kind, "key": key, "entry": entry, "seen_at": now} for entry, (kind, key) in found]
        db.execute(insert(db, evidence_table).on_conflict_do_nothing(), rows)


# ---- sightings ----


def standing(db: Connection, source: str, document: str) -> tuple[Standing, ...]:
    """What stood in a document when it changed last, in its order."""
    seen_last = select(func.max(table.c.last_seen_at)).where(table.c.source == source, table.c.document == document)
    rows = db.execute(
        select(table)
        .where(table.c.source == source, table.c.document == document)
        .where(table.c.last_seen_at == seen_last.scalar_subquery())
        .order_by(table.c.position)
    )
    return tuple(Standing(sighting(row), row.fingerprint) for row in rows)


def fingerprints(db: Connection, entries: Iterable[str], *, source: str, document: str) -> dict[str, str]:
    """What a document said of entries when it named them last, by entry id; also of those that left it since."""
    there = (table.c.source == source) & (table.c.document == document)
    found: dict[str, str] = {}
    for some in chunks(entries):
        rows = db.execute(select(table.c.entry, table.c.fingerprint).where(there, table.c.entry.in_(some)))
        found.update({row.entry: row.fingerprint for row in rows})
    return found


def standing_elsewhere(db: Connection, entries: Iterable[str], *, source: str, document: str) -> frozenset[str]:
    """Those of the entries that stand in another document than this one, of any source that is watched."""
    same = and_(documents.c.source == table.c.source, documents.c.url == table.c.document)
    other = (table.c.source != source) | (table.c.document != document)
    still = table.c.last_seen_at >= documents.c.fetched_at
    found: set[str] = set()
    for some in chunks(entries):
        wanted = select(table.c.entry).join(documents, same).where(table.c.entry.in_(some), other, still)
        found.update(db.scalars(wanted))
    return frozenset(found)


def seen_in(db: Connection, entries: Iterable[str], source: str) -> frozenset[str]:
    """Those of the entries that were ever seen in a source."""
    found: set[str] = set()
    for some in chunks(entries):
        found.update(db.scalars(select(table.c.entry).where(table.c.entry.in_(some), table.c.source == source)))
    return frozenset(found)


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
