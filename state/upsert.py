"""INSERT … ON CONFLICT on both databases: SQLAlchemy has it per dialect only.

Called by the modules of state/ that write rows which may be there already.
"""

from typing import TypeAlias

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Insert: TypeAlias = sqlite.Insert | postgresql.Insert


def insert(db: Connection, table: Table) -> Insert:
    """An INSERT that knows on_conflict_do_nothing and on_conflict_do_update."""
    return postgresql.insert(table) if db.dialect.name == "postgresql" else sqlite.insert(table)
