"""What documents were like before, which of them are not believed now, and what the admin refused.

A history holds the figures of a document's last visits and what is known of its
restless texts. A doubt stands while its document is held; a rejection outlives it.
What is doubtful is decided in `feeds.suspicion`, what is restless in
`feeds.volatile`. Written in the one transaction of a visit (`feeds.commit`) and
by the admin's answers (`feeds.answers`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, select

from state.chunks import chunks
from state.codec import decode, encode
from state.schema_watching import doubts as table
from state.schema_watching import histories, rejections
from state.upsert import insert


@dataclass(frozen=True, slots=True)
class Look:
    """Figures of one visit. dated, linked, titled: shares of the records that have a date, a link, a title."""

    records: int
    dated: float
    linked: float
    titled: float


@dataclass(frozen=True, slots=True)
class Restless:
    """A field that changed. times: looks in a row, less one for each look at rest. said: digest of it at the last look.

    numbers: only figures in it changed in those looks.
    """

    times: int
    said: str
    changed_at: datetime
    numbers: bool


@dataclass(frozen=True, slots=True)
class History:
    """What a document was like. looks: the last ones, newest last. flaps: doubts that went away by themselves.

    entries: restless fields by "entry field". fields: those of the whole document, by field.
    """

    looks: tuple[Look, ...] = ()
    flaps: int = 0
    entries: Mapping[str, Restless] = field(default_factory=dict)
    fields: Mapping[str, Restless] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """A document that is not believed. print: equal for the same content. polls: in a row that showed it.

    hash: of its bytes (state/raw.py).
    """

    document: str
    reason: str
    message: str
    print: str
    since: datetime
    last_at: datetime
    polls: int
    hash: str


# ---- histories ----


def history_of(db: Connection, source: str) -> dict[str, History]:
    """The histories of a source's documents, by URL."""
    return all_histories(db, [source])[source]


def all_histories(db: Connection, sources: Collection[str]) -> dict[str, dict[str, History]]:
    """The same of many sources, by id."""
    found: dict[str, dict[str, History]] = {source: {} for source in sources}
    for some in chunks(found):
        for row in db.execute(select(histories).where(histories.c.source.in_(some))):
            found[row.source][row.document] = decode(row.figures, History)
    return found


def put_histories(db: Connection, source: str, found: Mapping[str, History]) -> None:
    """Store histories by document URL."""
    put_all_histories(db, {source: found})


def put_all_histories(db: Connection, found: Mapping[str, Mapping[str, History]]) -> None:
    """The same of many sources, by id."""
    rows = [
        {"source": source, "document": url, "figures": encode(one)}
        for source, some in sorted(found.items())
        for url, one in sorted(some.items())
    ]
    if rows:
        wanted = insert(db, histories)
        news = {"figures": wanted.excluded.figures}
        db.execute(wanted.on_conflict_do_update(index_elements=["source", "document"], set_=news), rows)


# ---- doubts ----


def held(db: Connection, source: str) -> dict[str, Held]:
    """The documents of a source that are not believed, by URL."""
    return all_held(db, [source])[source]


def all_held(db: Connection, sources: Collection[str]) -> dict[str, dict[str, Held]]:
    """The same of many sources, by id."""
    found: dict[str, dict[str, Held]] = {source: {} for source in sources}
    for some in chunks(found):
        for row in db.execute(select(table).where(table.c.source.in_(some)).order_by(table.c.document)):
            found[row.source][row.document] = Held(
                row.document, row.reason, row.message, row.print, row.since, row.last_at, row.polls, row.hash
            )
    return found


def hold(db: Connection, source: str, found: Collection[Held]) -> None:
    """Store doubts as they stand after a visit."""
    if not found:
        return
    rows = [
        {
            "source": source,
            "document": one.document,
            "reason": one.reason,
            "message": one.message,
            "print": one.print,
            "since": one.since,
            "last_at": one.last_at,
            "polls": one.polls,
            "hash": one.hash,
        }
        for one in found
    ]
    wanted = insert(db, table)
    news = {name: wanted.excluded[name] for name in rows[0] if name not in ("source", "document")}
    db.execute(wanted.on_conflict_do_update(index_elements=["source", "document"], set_=news), rows)


def drop(db: Connection, source: str, documents: Collection[str]) -> None:
    """End doubts, because the document is as it was, or because the admin has answered."""
    if documents:
        db.execute(delete(table).where(table.c.source == source, table.c.document.in_(sorted(documents))))


def recovered(db: Connection, source: str, documents: Collection[str]) -> None:
    """End the doubts of documents that are again as they were before: they flap, and the next doubt may wait."""
    gone = held(db, source).keys() & set(documents)
    if not gone:
        return
    before = history_of(db, source)
    put_histories(db, source, {url: flapped(before.get(url, History())) for url in gone})
    drop(db, source, gone)


def all_over(db: Connection, sources: Collection[str]) -> None:
    """End all doubts of sources whose documents are word for word what they were before."""
    for some in chunks(sources):
        for source in sorted(set(db.scalars(select(table.c.source).where(table.c.source.in_(some))))):
            recovered(db, source, held(db, source))


def flapped(before: History) -> History:
    """The history with one more doubt that went away by itself."""
    return History(before.looks, before.flaps + 1, before.entries, before.fields)


def forget(db: Connection, source: str) -> None:
    """Drop what was known of the documents of a source that is watched no more; refusals of the admin stay."""
    for one in (table, histories):
        db.execute(delete(one).where(one.c.source == source))


# ---- rejections ----


def rejected(db: Connection, source: str) -> frozenset[tuple[str, str]]:
    """What the admin has refused: (document, print)."""
    return all_rejected(db, [source])[source]


def all_rejected(db: Connection, sources: Collection[str]) -> dict[str, frozenset[tuple[str, str]]]:
    """The same of many sources, by id."""
    found: dict[str, set[tuple[str, str]]] = {source: set() for source in sources}
    t = rejections.c
    for some in chunks(found):
        for source, document, shown in db.execute(select(t.source, t.document, t.print).where(t.source.in_(some))):
            found[source].add((document, shown))
    return {source: frozenset(refused) for source, refused in found.items()}


def reject(db: Connection, source: str, refused: Collection[Held], *, now: datetime) -> None:
    """Refuse what is held: it stays held, and tells nobody."""
    if refused:
        rows = [{"source": source, "document": one.document, "print": one.print, "at": now} for one in refused]
        db.execute(insert(db, rejections).on_conflict_do_nothing(), rows)


def forgive(db: Connection, source: str, accepted: Collection[Held]) -> None:
    """Take rejections back, because the admin accepts the content after all."""
    for one in accepted:
        here = (rejections.c.source == source) & (rejections.c.document == one.document)
        db.execute(delete(rejections).where(here, rejections.c.print == one.print))
