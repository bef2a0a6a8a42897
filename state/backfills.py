"""How far the older pages of a list were read, so that the next call goes on there. Called by `feeds.backfill`."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from state.schema_watching import backfills as table
from state.upsert import insert


@dataclass(frozen=True, slots=True)
class Progress:
    """pages: read so far, the first one included. entries: that they brought. following: URL of the page that comes

    next, "" where the list ended. at: when the last one was read.
    """

    pages: int
    entries: int
    following: str
    at: datetime


def progress(db: Connection, source: str) -> Progress | None:
    """None where no older page was asked for yet."""
    row = db.execute(select(table).where(table.c.source == source)).one_or_none()
    return Progress(row.pages, row.entries, row.following, row.at) if row else None


def put(db: Connection, source: str, made: Progress) -> None:
    """Remember it in place of what was known."""
    row = insert(db, table).values(source=source, **asdict(made))
    db.execute(row.on_conflict_do_update(index_elements=["source"], set_=asdict(made)))
