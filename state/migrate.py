"""Bring a database to the shape of state/schema.py, or refuse clearly.

One write transaction: it completes or leaves what was there, and two that start
at once wait for each other.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from state.errors import UserError
from state.locks import hold_name
from state.store import Store, where


def _config(db: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = db
    return config


def migrate(store: Store) -> None:
    """Create or upgrade all tables. Raises UserError for a database of a newer release."""
    with store.write() as db:
        _refuse_encoding(db, where(store.engine.url))
        hold_name(db, "schema")
        _refuse_newer(db, where(store.engine.url))
        command.upgrade(_config(db), "head")


def check(store: Store) -> None:
    """Raise UserError unless the database has exactly this release's shape."""
    with store.read() as db:
        _refuse_newer(db, where(store.engine.url))
        if version(db) != head():
            raise UserError(f"{where(store.engine.url)} has an older shape than this release; run `tidings migrate`")


def version(db: Connection) -> str | None:
    """The revision a database is at, None for one that has no tables of ours."""
    return MigrationContext.configure(db).get_current_revision()


def head() -> str:
    """The newest revision this release knows."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    assert found is not None, "the package ships its migrations"
    return found


def _refuse_encoding(db: Connection, name: str) -> None:
    if db.dialect.name != "postgresql":
        return
    encoding = db.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise UserError(
            f"{name} is encoded in {encoding}, which does not hold every script; "
            "create one in UTF8: `createdb -E UTF8 -T template0 NAME`"
        )


def _refuse_newer(db: Connection, name: str) -> None:
    at = version(db)
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if at is not None and at not in known:
        raise UserError(
            f"{name} was written by a newer release (its shape is {at}, this release knows up to {head()}); "
            "install that release, or restore a backup of before the upgrade"
        )
