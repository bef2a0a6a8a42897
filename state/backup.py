"""Copy a SQLite database to one file while it is in use, and put such a file in a database's place.

The copy is made by SQLite's own online backup in one read transaction: consistent,
and no writer waits for it. The stop-list and the send log lie beside the database
and are never in it: an old copy must not bring back who left (state/stoplist.py),
nor hide what was sent (state/sendlog.py). A backup is a plain SQLite file and is
treated as anybody's: it is checked whole, and may hold our tables and nothing that
runs. Called by `tidings backup` and `tidings restore`.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from state import migrate
from state.errors import Conflict, Misuse, UserError
from state.schema import metadata
from state.store import Store, open_store

_MAGIC = b"SQLite format 3\0"
_WAIT = 5.0  # seconds for others to close the database
_BESIDE = ("-wal", "-shm", "-journal", ".lock", ".stoplist", ".sendlog")


# ---- making a copy ----


def backup(database: Path, target: Path) -> int:
    """Copy a database into a file that appears whole or not at all; its size in bytes. An older file is replaced.

    Raises Misuse for a target that belongs to the database itself, UserError where it cannot be read or written.
    """
    if target.resolve() in _own(database):
        raise Misuse(f"{target} belongs to the database itself; give the backup another name")
    unfinished = target.with_name(f"{target.name}.unfinished")
    with _told(target):
        unfinished.unlink(missing_ok=True)
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # it holds addresses
        try:
            _copy(database, unfinished)
            _check_whole(unfinished)
            _sync(unfinished)
            unfinished.replace(target)
            _sync(target.parent)
        finally:
            unfinished.unlink(missing_ok=True)
    return target.stat().st_size


def _own(database: Path) -> set[Path]:
    return {database.resolve(), *(database.with_name(database.name + end).resolve() for end in _BESIDE)}


def _copy(source: Path, target: Path) -> None:
    with closing(_open(source)) as there, closing(sqlite3.connect(target, isolation_level=None)) as here:
        there.backup(here)
        here.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it


def _open(file: Path) -> sqlite3.Connection:
    """Read-only. A file whose folder cannot take the log's index is read as it stands."""
    for options in ("mode=ro", "mode=ro&immutable=1"):
        db = sqlite3.connect(
            f"file:{quote(str(file.absolute()))}?{options}", uri=True, timeout=60, isolation_level=None
        )
        try:
            db.execute("PRAGMA trusted_schema=OFF")
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            db.close()
            if "unable to open" not in str(error):
                raise
        except BaseException:
            db.close()
            raise
        else:
            return db
    raise sqlite3.OperationalError(f"unable to open {file}")


# ---- taking one in ----


@contextmanager
def taken_in(file: Path, database: Path) -> Iterator[Store]:
    """A checked copy of a backup beside the database, in this release's shape; gone at the end unless `put` it.

    Raises UserError for what is no backup of ours, is damaged, or was written by a newer release.
    """
    _check_file(file)
    if file.resolve() in _own(database):
        raise Misuse(f"{file} is the database itself, or a file that belongs to it; give a backup")
    copy = _copy_of(database)
    _drop(copy)
    try:
        with _told(file):
            os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            _copy(file, copy)
            _check_whole(copy)
            _check_harmless(copy, file)
        store = open_store(f"sqlite:///{copy}")
        try:
            migrate.migrate(store)
            _check_shape(copy, file)
            yield store
        finally:
            store.close()
    finally:
        _drop(copy)


def put(store: Store, database: Path, *, now: datetime) -> Path | None:
    """Put a copy that was `taken_in` in the database's place, at once; where the old one is kept, None if none was.

    Nobody may have the old one open: raises Conflict where somebody has.
    """
    store.close()
    copy = _copy_of(database)
    _sync(copy)
    kept = None
    if database.exists():
        _release(database)
        kept = database.with_name(f"{database.name}.replaced-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
        kept.unlink(missing_ok=True)
        os.link(database, kept)
        for end in _BESIDE[:3]:  # of a damaged database; they belong to the old file
            if (log := database.with_name(database.name + end)).exists():
                log.replace(kept.with_name(kept.name + end))
    copy.replace(database)
    _sync(database.parent)
    return kept


def _release(database: Path) -> None:
    """See that nobody has a database open, and that all of it is in its one file. A damaged one is left as it is."""
    try:
        with closing(sqlite3.connect(database, timeout=_WAIT, isolation_level=None)) as db:
            db.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise Conflict(
                f"{database} is open in another process; end `tidings run`, `worker` and `web` first, then try again"
            ) from error
    except sqlite3.DatabaseError:
        pass  # that is why it is replaced


def _check_file(file: Path) -> None:
    try:
        if not file.is_file():
            raise UserError(f"{file} is no file; give one that `tidings backup FILE` wrote")
        with file.open("rb") as there:
            start = there.read(len(_MAGIC))
    except OSError as error:
        raise UserError(f"{file} cannot be read ({error.strerror}); give a backup that this user may read") from error
    if start != _MAGIC:
        raise UserError(f"{file} is no SQLite database; give a file that `tidings backup FILE` wrote, unpacked")


def _check_whole(file: Path) -> None:
    with closing(_open(file)) as db:
        found = [row[0] for row in db.execute("PRAGMA integrity_check(3)")]
    if found != ["ok"]:
        raise sqlite3.DatabaseError(f"database disk image is malformed: {found[0]}")


def _check_harmless(copy: Path, file: Path) -> None:
    with closing(_open(copy)) as db:
        things = list(db.execute("SELECT type, name FROM sqlite_master"))
    odd = [f"{kind} {name}" for kind, name in things if kind not in ("table", "index")]
    if odd or ("table", "alembic_version") not in things:
        what = f"it holds {odd[0]}" if odd else "it has no table alembic_version"
        raise UserError(f"{file} is no backup of tidings: {what}; give a file that `tidings backup FILE` wrote")


def _check_shape(copy: Path, file: Path) -> None:
    with closing(_open(copy)) as db:
        for table in metadata.sorted_tables:
            there = {row[0] for row in db.execute("SELECT name FROM pragma_table_info(?)", (table.name,))}
            missing = {column.name for column in table.columns} - there
            if missing:
                raise UserError(
                    f"{file} has not the shape that it claims: {table.name} lacks {', '.join(sorted(missing))}; "
                    "give another backup"
                )


@contextmanager
def _told(file: Path) -> Iterator[None]:
    """Turn the faults of disks and files into errors that say what to do."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise UserError(f"{file}: the copy failed ({error}); see that its folder has room and is yours") from error
    except sqlite3.DatabaseError as error:
        raise UserError(f"{file} is damaged, or its database is ({error}); take another backup") from error
    except OSError as error:
        raise UserError(f"{file} cannot be written ({error.strerror}); give a folder of yours with room") from error


def _copy_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.restoring")


def _drop(copy: Path) -> None:
    for end in ("", *_BESIDE[:3]):
        copy.with_name(copy.name + end).unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
