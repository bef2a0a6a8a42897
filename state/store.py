"""Open the database; give read and write transactions on a connection.

One writer per process: `write` takes the process's write lock, then BEGIN
IMMEDIATE, so that SQLite never has to turn a reader into a writer half-way
(deferred transactions fail under load, immediate ones wait). A missing file is
an error unless the caller says `create`: an empty database that appears
silently would mail everything again.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from state.errors import Misuse, UserError

BUSY_TIMEOUT = 60.0  # seconds a writer waits for another process


class Store:
    """A database that is held open. `close` it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing = threading.Lock()

    @property
    def file(self) -> Path | None:
        """The SQLite file, None on a server."""
        return file_of(self.engine.url)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state and changes nothing."""
        with ours(self.engine.url), self.engine.connect() as db, db.begin():
            yield db

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed at the end of the block, or not at all."""
        with self._writing, ours(self.engine.url), self.engine.connect() as db:
            db = db.execution_options(tidings_write=True)
            with db.begin():
                yield db

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def ours(url: URL) -> Iterator[None]:
    """Turn the faults of the disk and of the lock into errors that say what to do."""
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig)
        if "readonly" in reason or "read-only" in reason:
            raise UserError(
                f"{where(url)} cannot be written ({reason}); give its folder and file to this user"
            ) from error
        if "locked" in reason:
            raise UserError(
                f"{where(url)} is locked by another process for {BUSY_TIMEOUT:.0f} s; end that process or try again"
            ) from error
        if "full" in reason or "I/O error" in reason:
            raise UserError(
                f"{where(url)} could not be written ({reason}); free or repair the disk: nothing was lost, "
                "and what could not be recorded was not done"
            ) from error
        raise
    except DatabaseError as error:
        if "malformed" in str(error.orig) or "not a database" in str(error.orig):
            raise UserError(f"{where(url)} is damaged ({error.orig}); see `tidings restore --help`") from error
        raise


def where(url: URL) -> str:
    """How an error names the database: without its password."""
    return f"database {url.render_as_string(hide_password=True)}"


def file_of(url: URL) -> Path | None:
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


def parse(text: str) -> URL:
    """The URL of a database. Raises Misuse for what is none of ours."""
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise Misuse(f"state.url is {text!r}; give sqlite:///tidings.db or postgresql://user@host/name") from error
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if file_of(url) is None:
        raise Misuse(f"state.url is {text!r}; give sqlite:///tidings.db or postgresql://user@host/name")
    return url


def open_store(text: str, *, create: bool = False) -> Store:
    """Open the database of a URL. create: make the SQLite file where it is missing. The shape is not looked at."""
    url = parse(text)
    file = file_of(url)
    if file and not create and not file.exists():
        raise UserError(f"{where(url)} does not exist; create it with `tidings init`, or name another with --state")
    if file and create and not file.parent.is_dir():
        raise UserError(f"{where(url)} cannot be created: {file.parent} is no folder; make it first")
    if file and create and not file.exists() and not os.access(file.parent, os.W_OK):
        raise UserError(f"{where(url)} cannot be created: folder {file.parent.resolve()} is read-only for this user")
    return Store(_engine(url))


def _engine(url: URL) -> Engine:
    if file_of(url) is None:
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT, "check_same_thread": False})
    event.listen(engine, "connect", _pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # sqlite3 must not begin transactions by itself: `_begin` does
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT * 1000:.0f}",
    ):
        try:
            connection.execute(f"PRAGMA {pragma}").close()
        except Exception as error:
            if "readonly" not in str(error):  # WAL cannot be switched on in a read-only folder; reading goes on
                raise


def _begin(db: Connection) -> None:
    db.exec_driver_sql("BEGIN IMMEDIATE" if db.get_execution_options().get("tidings_write") else "BEGIN DEFERRED")
