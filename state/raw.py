"""Which responses are kept, and for how long: the index of the files that `feeds.raw` writes.

Of each document the newest believed response stays as long as its source is
watched: what a strange one is compared with. Others go when they are older than
`limits.keep_raw` or when there are more than MOST; one that is held goes with its
doubt. Called by `feeds.commit` and `feeds.answers`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select

from state.chunks import chunks
from state.schema_watching import raws as table
from state.upsert import insert

MOST = 100  # responses of one document


@dataclass(frozen=True, slots=True)
class Raw:
    """A response that is kept. hash: SHA-256 of its bytes, in hex. held: not believed and not answered yet."""

    source: str
    document: str
    hash: str
    fetched_at: datetime
    address: str
    content_type: str
    size: int
    held: bool = False


def put(db: Connection, kept: Collection[Raw]) -> None:
    """Add responses; bytes that are kept already get the new time."""
    if not kept:
        return
    rows = [
        {
            "source": one.source,
            "document": one.document,
            "hash": one.hash,
            "fetched_at": one.fetched_at,
            "address": one.address,
            "content_type": one.content_type,
            "size": one.size,
            "held": one.held,
        }
        for one in kept
    ]
    wanted = insert(db, table)
    news = {name: wanted.excluded[name] for name in ("fetched_at", "address", "content_type", "held")}
    db.execute(wanted.on_conflict_do_update(index_elements=["source", "document", "hash"], set_=news), rows)


def raws(db: Connection, source: str, *, document: str | None = None, held: bool | None = None) -> tuple[Raw, ...]:
    """The responses of a source (of one document), newest first. held: only those, or only the others."""
    wanted = select(table).where(table.c.source == source)
    if document is not None:
        wanted = wanted.where(table.c.document == document)
    if held is not None:
        wanted = wanted.where(table.c.held == held)
    rows = db.execute(wanted.order_by(table.c.fetched_at.desc(), table.c.document, table.c.hash))
    return tuple(_raw(row) for row in rows)


def last(db: Connection, source: str) -> dict[str, Raw]:
    """The newest believed response of each document, by URL."""
    found: dict[str, Raw] = {}
    for one in raws(db, source, held=False):
        found.setdefault(one.document, one)
    return found


def newest(db: Connection, sources: Collection[str]) -> dict[str, dict[str, datetime]]:
    """When the newest believed response of each document came, by source and URL."""
    found: dict[str, dict[str, datetime]] = {source: {} for source in sources}
    t = table.c
    for some in chunks(found):
        asked = select(t.source, t.document, func.max(t.fetched_at)).where(t.source.in_(some), t.held.is_(False))
        for source, document, at in db.execute(asked.group_by(t.source, t.document)):
            found[source][document] = at
    return found


def of_sources(db: Connection, sources: Collection[str]) -> dict[str, list[Raw]]:
    """All responses of sources, newest first, by source."""
    found: dict[str, list[Raw]] = {source: [] for source in sources}
    t = table.c
    for some in chunks(found):
        rows = db.execute(select(table).where(t.source.in_(some)).order_by(t.fetched_at.desc(), t.document, t.hash))
        for row in rows:
            found[row.source].append(_raw(row))
    return found


def drop(db: Connection, source: str, dropped: Collection[Raw]) -> None:
    """Take responses out of the index."""
    for one in dropped:
        here = (table.c.source == source) & (table.c.document == one.document)
        db.execute(delete(table).where(here, table.c.hash == one.hash))


def over(kept: Collection[Raw], before: datetime, doubted: Collection[tuple[str, str]]) -> tuple[Raw, ...]:
    """Those of a source's responses that need not be kept.

    kept: newest first; before: older ones go; doubted: (document, hash) of what is held now.
    """
    counts: dict[str, int] = {}
    gone: list[Raw] = []
    for one in kept:
        if one.held:
            gone += [] if (one.document, one.hash) in doubted else [one]
            continue
        count = counts[one.document] = counts.get(one.document, 0) + 1
        if count > 1 and (one.fetched_at < before or count > MOST):
            gone.append(one)
    return tuple(gone)


def _raw(row: Row[Any]) -> Raw:
    return Raw(
        row.source, row.document, row.hash, row.fetched_at, row.address, row.content_type, row.size, bool(row.held)
    )
