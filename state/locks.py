"""Locks that a write transaction holds until its end, where several processes may write at once.

On SQLite a write transaction is the only one, so that none is needed. On
PostgreSQL writers run side by side (READ COMMITTED), and whoever reads something
in order to write accordingly holds it first. No two of them can wait for each
other, because all take them in one order:

    a name → sources → hosts, by name → the counter "visits" → people, by id → messages, by id
    → the counter "windows" → the counter "filings" → fragments → feeds, by name

Called by the modules of state/ only.
"""

from typing import TypeVar

from sqlalchemy import Connection, Select, func, select

from state import postgres
from state.schema import counters
from state.upsert import insert

S = TypeVar("S", bound=Select[*tuple[object, ...]])


def shared(db: Connection) -> bool:
    """Whether others may be writing beside this transaction."""
    return db.dialect.name == "postgresql" and bool(db.get_execution_options().get("tidings_write"))


def hold_name(db: Connection, name: str) -> None:
    """Wait for everybody who holds this name, then hold it; for what has no row yet, like an address or the schema."""
    if shared(db):
        db.execute(select(func.pg_advisory_xact_lock(postgres.number(name))))


def hold_counter(db: Connection, name: str) -> None:
    """Hold a counter without changing it; it is made where it is missing."""
    if shared(db):
        row = insert(db, counters).values(name=name, value=0)
        db.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value}))


def holding(db: Connection, query: S) -> S:
    """The query, made to hold the rows that it finds; only in a write transaction. Sort it."""
    # not FOR UPDATE: rows of other tables may go on pointing to these
    return query.with_for_update(key_share=True) if shared(db) else query
