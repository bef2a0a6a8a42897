"""What the admin does to entries: a log, merges, and sightings that belong to another entry.

Rows only; what a merge or a split means is decided in `feeds.curation`. A merged
entry keeps its evidence and sightings, so that what is seen later still links to it
and a merge can be taken back; it is hidden, and knows what it is part of.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, delete, literal, select, update

from state.chunks import chunks
from state.entries import by_ids
from state.records import Entry, Sighting
from state.schema import sent, subscribers
from state.schema_watching import entries, entry_log, evidence, sightings
from state.sightings import Key
from state.upsert import insert

_PEOPLE = 1000  # whose ledger is looked through in one statement


def note(db: Connection, entry: str, what: str, *, at: datetime) -> None:
    """Add a line to an entry's log."""
    db.execute(entry_log.insert().values(entry=entry, at=at, what=what))


def log(db: Connection, entry: str) -> tuple[tuple[datetime, str], ...]:
    """What was done to an entry: (when, what), oldest first."""
    rows = db.execute(select(entry_log).where(entry_log.c.entry == entry).order_by(entry_log.c.number))
    return tuple((row.at, row.what) for row in rows)


# ---- merges ----


def parts(db: Connection, entry: str) -> tuple[Entry, ...]:
    """The entries that were merged into one, by id."""
    ids = db.scalars(select(entries.c.id).where(entries.c.merged_into == entry).order_by(entries.c.id))
    return tuple(by_ids(db, ids).values())


def put_into(db: Connection, ids: Collection[str], whole: str | None, *, now: datetime) -> None:
    """Make entries part of another, hidden; None makes them visible entries of their own again."""
    hidden = now if whole else None
    for some in chunks(ids):
        db.execute(update(entries).where(entries.c.id.in_(some)).values(merged_into=whole, hidden_at=hidden))


def people_after(db: Connection, last: str) -> tuple[str, ...]:
    """The next ids of subscribers, in order; ("",) for the first. Empty at the end."""
    return tuple(
        db.scalars(select(subscribers.c.id).where(subscribers.c.id > last).order_by(subscribers.c.id).limit(_PEOPLE))
    )


def copy_sent(db: Connection, people: Sequence[str], part: str, whole: Entry) -> int:
    """Who was sent `part` was sent the whole; how many lines were added. people: neighbours in the order of ids."""
    there = sent.alias()
    has = select(there.c.subscriber).where(there.c.subscriber == sent.c.subscriber, there.c.entry == whole.id)
    lines = (
        select(sent.c.subscriber, literal(whole.id), literal(whole.revision), sent.c.message)
        .where(sent.c.subscriber >= people[0], sent.c.subscriber <= people[-1], sent.c.entry == part)
        .where(~has.exists())
    )
    columns = ["subscriber", "entry", "revision", "message"]
    added = insert(db, sent).from_select(columns, lines).on_conflict_do_nothing().returning(sent.c.subscriber)
    return len(db.execute(added).all())


# ---- splits ----


def move_sighting(db: Connection, seen: Sighting, to: str) -> None:
    """From now on it is another entry that was seen there."""
    same = and_(
        sightings.c.source == seen.source, sightings.c.document == seen.document, sightings.c.entry == seen.entry
    )
    db.execute(update(sightings).where(same).values(entry=to, rule="split"))


def drop_evidence(db: Connection, entry: str, keys: Collection[Key]) -> None:
    """These keys lead to an entry no longer."""
    for kind, key in keys:
        db.execute(delete(evidence).where(evidence.c.entry == entry, evidence.c.kind == kind, evidence.c.key == key))
