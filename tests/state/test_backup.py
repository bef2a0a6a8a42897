"""A backup is consistent while others write, and takes the database's place at once or not at all."""

import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from state import backup, migrate
from state.errors import Conflict, UserError
from state.store import Store, open_store

NOW = datetime(2026, 5, 10, 8, 0, tzinfo=UTC)


@pytest.fixture
def tidings_db(tmp_path: Path) -> Path:
    path = tmp_path / "tidings.db"
    store = open_store(f"sqlite:///{path}", create=True)
    migrate.migrate(store)
    store.close()
    return path


def count(file: Path, name: str) -> int:
    db = sqlite3.connect(file)
    found = db.execute("SELECT value FROM counters WHERE name = ?", (name,)).fetchone()
    db.close()
    return int(found[0]) if found else 0


def raise_both(store: Store) -> None:
    """Two counters that are always equal, in one transaction."""
    with store.write() as db:
        for name in ("left", "right"):
            db.execute(
                text("INSERT INTO counters VALUES (:name, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1"),
                {"name": name},
            )


def test_a_backup_while_others_write_holds_whole_transactions(tidings_db: Path, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tidings_db}")
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            raise_both(store)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        copies = [tmp_path / f"{number}.backup" for number in range(5)]
        for copy in copies:
            backup.backup(tidings_db, copy)
    finally:
        stop.set()
        worker.join()
    store.close()

    assert [count(copy, "left") for copy in copies] == [count(copy, "right") for copy in copies]
    assert count(tidings_db, "left") >= count(copies[-1], "left") > 0


def test_a_copy_that_is_not_put_leaves_everything_as_it_was(tidings_db: Path, tmp_path: Path) -> None:
    backup.backup(tidings_db, tmp_path / "b")
    before = tidings_db.read_bytes()

    with pytest.raises(RuntimeError), backup.taken_in(tmp_path / "b", tidings_db):
        raise RuntimeError

    assert tidings_db.read_bytes() == before
    assert not list(tmp_path.glob("*restoring*"))


def test_a_database_that_is_open_elsewhere_is_not_replaced(tidings_db: Path, tmp_path: Path) -> None:
    backup.backup(tidings_db, tmp_path / "b")
    other = sqlite3.connect(tidings_db)
    other.execute("SELECT count(*) FROM counters").fetchone()

    with backup.taken_in(tmp_path / "b", tidings_db) as copy, pytest.raises(Conflict, match="another process"):
        backup.put(copy, tidings_db, now=NOW)

    other.close()
    with backup.taken_in(tmp_path / "b", tidings_db) as copy:
        assert backup.put(copy, tidings_db, now=NOW) == tmp_path / "tidings.db.replaced-20260510T080000Z"


def test_what_was_written_last_is_kept_with_the_old_database(tidings_db: Path, tmp_path: Path) -> None:
    backup.backup(tidings_db, tmp_path / "b")
    store = open_store(f"sqlite:///{tidings_db}")
    raise_both(store)
    store.close()

    with backup.taken_in(tmp_path / "b", tidings_db) as copy:
        kept = backup.put(copy, tidings_db, now=NOW)

    assert kept is not None
    assert (count(kept, "left"), count(tidings_db, "left")) == (1, 0)


def test_a_damaged_database_can_be_replaced(tidings_db: Path, tmp_path: Path) -> None:
    backup.backup(tidings_db, tmp_path / "b")
    tidings_db.write_bytes(b"\0" * 8192)

    with backup.taken_in(tmp_path / "b", tidings_db) as copy:
        kept = backup.put(copy, tidings_db, now=NOW)

    assert kept is not None
    assert kept.read_bytes() == b"\0" * 8192
    store = open_store(f"sqlite:///{tidings_db}")
    migrate.check(store)
    store.close()


def test_a_damaged_database_makes_no_backup(tidings_db: Path, tmp_path: Path) -> None:
    whole = bytearray(tidings_db.read_bytes())
    whole[8192:12288] = bytes(range(256)) * 16
    tidings_db.write_bytes(whole)

    with pytest.raises(UserError, match="damaged"):
        backup.backup(tidings_db, tmp_path / "b")

    assert not (tmp_path / "b").exists()


def test_a_folder_that_takes_nothing_is_named(tidings_db: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        backup.backup(tidings_db, tmp_path / "missing" / "b")
