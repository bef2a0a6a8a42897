"""Open the database; give read and write transactions on a connection.

SQLite: one writer per process; `write` takes the process's write lock, then BEGIN
IMMEDIATE, so that SQLite never has to turn a reader into a writer half-way
(deferred transactions fail under load, immediate ones wait). A missing file is
an error unless the caller says `create`: an empty database that appears
silently would mail everything again. A file that is deleted or replaced while it is
open is an error too: what is written to it from then on would be lost.

PostgreSQL: writers run side by side and hold the rows they decide by
(state/locks.py, docs/decisions/0012); a reader sees one state, as on SQLite.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, OperationalError

from state import postgres
from state.errors import Busy, Misuse, UserError

BUSY_TIMEOUT = 60.0  # seconds a writer waits for another process
ATTEMPTS = 4  # of a unit of work that others keep from being committed
T = TypeVar("T")


class Store:
    """A database that is held open. `close` it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        server = engine.dialect.name == "postgresql"
        self._reading: dict[str, Any] = postgres.READING if server else {}
        self._writing: AbstractContextManager[object] = nullcontext() if server else threading.Lock()
        file = file_of(engine.url)
        self._opened = (file, _identity(file)) if file else None

    @property
    def file(self) -> Path | None:
        """The SQLite file, None on a server."""
        return file_of(self.engine.url)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state and changes nothing."""
        self._still_there()
        with ours(self.engine.url), self.engine.connect().execution_options(**self._reading) as db, db.begin():
            yield db

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed at the end of the block, or not at all."""
        self._still_there()
        with self._writing, ours(self.engine.url), self.engine.connect() as db:
            db = db.execution_options(tidings_write=True)
            with db.begin():
                yield db

    def _still_there(self) -> None:
        """Raise UserError where the file is not the one that was opened: the connections hold a deleted one."""
        if self._opened is None:
            return
        file, known = self._opened
        now = _identity(file)
        if now != known and known is not None:
            raise UserError(
                f"{where(self.engine.url)} was {'replaced' if now else 'deleted'} while it was open, so nothing is "
                "read or written any more: put the file back and start again, or go back to a copy: "
                "`tidings restore FILE`"
            )
        if known is None and now is not None:
            self._opened = file, now

    def unit(self, work: Callable[[Connection], T]) -> T:
        """Do something in one write transaction; again, up to ATTEMPTS times, where the server gave it up for another.

        work: changes nothing but the database, so that doing it again is harmless.
        """
        for _ in range(ATTEMPTS - 1):
            try:
                with self.write() as db:
                    return work(db)
            except UserError as error:
                if getattr(getattr(error.__cause__, "orig", None), "sqlstate", None) not in postgres.REPEATABLE:
                    raise
        with self.write() as db:
            return work(db)

    def close(self) -> None:
        self.engine.dispose()


def _identity(file: Path) -> tuple[int, int] | None:
    """What tells a file from another one of the same name, None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def ours(url: URL) -> Iterator[None]:
    """Turn the faults of disk, lock and server into errors that say what to do."""
    try:
        yield
    except DBAPIError as error:
        server = url.get_backend_name() == "postgresql"
        told = postgres.explain(error, where(url)) if server else _explained(error, where(url))
        if told is None:
            raise
        raise told from error


def _explained(error: DBAPIError, name: str) -> UserError | None:
    """What a person can mend of a fault of SQLite."""
    reason = str(error.orig)
    if isinstance(error, OperationalError):
        if "readonly" in reason or "read-only" in reason:
            return UserError(f"{name} cannot be written ({reason}); give its folder and file to this user")
        if "locked" in reason:
            return Busy(f"{name} is locked by another process for {BUSY_TIMEOUT:.0f} s; end that process or try again")
        if "full" in reason or "I/O error" in reason:
            return UserError(
                f"{name} could not be written ({reason}); free or repair the disk: nothing was lost, "
                "and what could not be recorded was not done"
            )
    elif isinstance(error, DatabaseError) and ("malformed" in reason or "not a database" in reason):
        return UserError(f"{name} is damaged ({reason}); see `tidings restore --help`")
    return None


def where(url: URL) -> str:
    """How an error names the database: as the admin wrote it, without its password."""
    return f"database {url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)}"


def file_of(url: URL) -> Path | None:
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


def lies_beside(engine: Engine, end: str) -> Path:
    """A file that belongs to a database and is in no backup: "stoplist", "sendlog".

    Beside the SQLite file; for a server in the folder that the URL names (`?files=`), else in the working directory.
    All processes that share a server share that folder (docs/decisions/0013).
    """
    file = file_of(engine.url)
    if file:
        return file.with_name(f"{file.name}.{end}")
    return Path(engine.get_execution_options().get("tidings_files", "")) / f"{engine.url.database}.{end}"


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
        files = str(url.query.get("files", ""))
        if files and not Path(files).is_dir():
            raise UserError(
                f"{where(url)}: the folder files={files} is missing; make it, or mount it: it keeps who left, "
                "and all processes that use this database share it"
            )
        made = postgres.engine(url.difference_update_query(["files"]))
        made.update_execution_options(tidings_files=files)
        return made
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT, "check_same_thread": False})
    event.listen(engine, "connect", _pragmas)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _reopen)
    return engine


def _reopen(context: ExceptionContext) -> None:
    """Never write again on connections that were open when the disk failed.

    After an fsync that failed the system may call pages written that are not: the next fsync on them succeeds and
    proves nothing. What is opened anew reads back what is really there.
    """
    if "disk I/O error" in str(context.original_exception):
        context.is_disconnect = True  # SQLAlchemy then closes this connection and does not use the others again


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
