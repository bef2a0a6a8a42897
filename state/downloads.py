"""Files of entries that are looked at now and then, and what each was like when it was read last.

A file that several entries name is one request and several rows. What a look means is decided in
`feeds.downloads_watch`, the only caller beside those who show an entry.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from state import hosts
from state.chunks import chunks
from state.filings import ALL
from state.schema import counters, filings
from state.schema_watching import downloads as table
from state.schema_watching import entries, sources
from state.schema_watching import hosts as host_table
from state.upsert import insert

_MARK = "downloads"  # the counter that says up to which filing entries were gone through


@dataclass(frozen=True, slots=True)
class Download:
    """A file of an entry. body_hash: SHA-256, "" until it was read. looks: in a row that found nothing new.

    next_at: None where it is not looked at any more. note: why it could not be read, or is not looked at, or "".
    """

    entry: str
    url: str
    host: str
    born: datetime
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    looks: int = 0
    checked_at: datetime | None = None
    next_at: datetime | None = None
    note: str = ""


def filed(db: Connection, limit: int) -> tuple[int, tuple[str, ...]]:
    """Entries that were filed since this was marked last, oldest filing first, and the mark after them."""
    mark = db.scalar(select(counters.c.value).where(counters.c.name == _MARK)) or 0
    wanted = select(filings.c.seq, filings.c.entry).where(filings.c.topic == ALL, filings.c.seq > mark)
    rows = db.execute(wanted.order_by(filings.c.seq).limit(limit)).all()
    return (rows[-1].seq if rows else mark), tuple(row.entry for row in rows)


def mark(db: Connection, seq: int) -> None:
    """Entries up to this filing were gone through."""
    row = insert(db, counters).values(name=_MARK, value=seq)
    db.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": seq}))


def watch(db: Connection, files: Collection[Download]) -> None:
    """Look at files from now on; those that are known stay as they are."""
    columns = ("entry", "url", "host", "born", "next_at")
    for some in chunks(files):
        rows = [{name: getattr(file, name) for name in columns} for file in some]
        db.execute(insert(db, table).on_conflict_do_nothing(), rows)


def due(db: Connection, now: datetime, limit: int) -> tuple[tuple[str, str], ...]:
    """(host, url) of files to be looked at, of each free host one: that of its newest entry; newest hosts first.

    Only files of entries whose source is watched. Cost: one query, and one for each host.
    """
    ripe = (table.c.next_at <= now) & hosts.free(now)
    watched = select(table.c.host, func.max(table.c.born).label("newest")).join(entries, entries.c.id == table.c.entry)
    watched = watched.join(sources, (sources.c.id == entries.c.source) & (sources.c.state == "active"))
    watched = watched.outerjoin(host_table, host_table.c.host == table.c.host).where(ripe).group_by(table.c.host)
    found: list[tuple[str, str]] = []
    for row in db.execute(watched.order_by(func.max(table.c.born).desc(), table.c.host).limit(limit)):
        of_host = select(table.c.url).where(
            table.c.host == row.host, table.c.next_at <= now, table.c.born == row.newest
        )
        url = db.scalar(of_host.order_by(table.c.url).limit(1))
        found += [(row.host, url)] if url else []
    return tuple(found)


def of_url(db: Connection, url: str) -> tuple[Download, ...]:
    """The rows of a file, in order of entry."""
    return tuple(_download(row) for row in db.execute(select(table).where(table.c.url == url).order_by(table.c.entry)))


def of_entry(db: Connection, entry: str) -> dict[str, Download]:
    """The files of an entry that were ever looked at, by URL."""
    rows = db.execute(select(table).where(table.c.entry == entry).order_by(table.c.url))
    return {row.url: _download(row) for row in rows}


def put(db: Connection, url: str, values: Mapping[str, object]) -> None:
    """Change columns of all rows of a file."""
    db.execute(update(table).where(table.c.url == url).values(**values))


def drop(db: Connection, entry: str, url: str) -> None:
    """Look at a file no more for this entry."""
    db.execute(delete(table).where(table.c.entry == entry, table.c.url == url))


def _download(row: Row[Any]) -> Download:
    return Download(**row._mapping)
