"""An older copy of the database is told from the newest one by the file beside it."""

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from state import migrate, publications, sendlog
from state.errors import UserError
from state.sendlog import Behind, Note, SendLog
from state.store import Store, open_store

MINUTE = timedelta(minutes=1)


@pytest.fixture
def sending(tmp_path: Path, now: datetime) -> Store:
    """A database as `tidings init` leaves it."""
    store = open_store(f"sqlite:///{tmp_path}/tidings.db", create=True)
    migrate.migrate(store)
    with store.write() as db:
        publications.mark_dirty(db, ["all"], now)
    return store


def behind(store: Store) -> Behind | None:
    with store.read() as db:
        return sendlog.behind(db, sendlog.beside(db))


def copy_of(store: Store, folder: Path) -> bytes:
    """The database as it is now."""
    with sqlite3.connect(folder / "tidings.db") as there, sqlite3.connect(folder / "copy.db") as here:
        there.backup(here)
    there.close()
    here.close()
    return (folder / "copy.db").read_bytes()


def back(store: Store, folder: Path, copy: bytes) -> Store:
    """The database as it was."""
    store.close()
    for end in ("-wal", "-shm"):
        (folder / f"tidings.db{end}").unlink(missing_ok=True)
    (folder / "tidings.db").write_bytes(copy)
    return open_store(f"sqlite:///{folder}/tidings.db")


def test_a_database_is_as_new_as_its_own_log(sending: Store, now: datetime) -> None:
    assert behind(sending) is None
    for minute in range(3):
        sendlog.note(sending, now=now + minute * MINUTE)
        assert behind(sending) is None
    sending.close()


def test_a_copy_of_before_a_note_is_older(sending: Store, tmp_path: Path, now: datetime) -> None:
    sendlog.note(sending, now=now)
    copy = copy_of(sending, tmp_path)
    sendlog.note(sending, now=now + MINUTE)
    sendlog.note(sending, now=now + 2 * MINUTE)

    old = back(sending, tmp_path, copy)

    assert behind(old) == Behind(now, now + 2 * MINUTE, 0)
    with old.read() as db:
        log = sendlog.beside(db)
    sendlog.settle(old, log, now=now + 3 * MINUTE)
    assert behind(old) is None
    sendlog.note(old, now=now + 4 * MINUTE)
    assert behind(old) is None
    old.close()


def test_a_crash_between_database_and_file_makes_nothing_older(sending: Store, now: datetime) -> None:
    sendlog.note(sending, now=now)
    with sending.write() as db:  # committed, and the line was never written
        sendlog._raise(db, by=1)

    assert behind(sending) is None
    sending.close()


def test_lines_of_another_database_and_half_lines_say_nothing(sending: Store, now: datetime) -> None:
    with sending.read() as db:
        log, name = sendlog.beside(db), sendlog.database(db)
    log.append(Note(now, "another", 99, 99))
    with log.path.open("a") as file:
        file.write(f"2026-05-10T08:00:00.000000Z {name} 9")
    assert behind(sending) is None

    sendlog.note(sending, now=now)
    assert [note.number for note in log.notes(name)] == [1]
    assert log.path.stat().st_mode & 0o077 == 0
    sending.close()


def test_a_long_log_is_read_from_its_end(tmp_path: Path, now: datetime) -> None:
    log = SendLog(tmp_path / "x.sendlog")
    log.path.write_text("".join(f"{now:%Y-%m-%dT%H:%M:%S.%fZ} abc {number} 0\n" for number in range(5000)))

    found = log.notes("abc")

    assert found[-1] == Note(now, "abc", 4999, 0)
    assert 0 < len(found) < 5000


def test_a_database_that_init_never_saw_gets_no_note(store: Store, now: datetime) -> None:
    sendlog.note(store, now=now)

    with store.read() as db:
        assert not sendlog.beside(db).path.exists()


def test_what_cannot_be_written_is_an_error_in_words(tmp_path: Path, now: datetime) -> None:
    with pytest.raises(UserError, match=r"cannot be written .* no mail is sent"):
        SendLog(tmp_path / "missing" / "x.sendlog").append(Note(now, "abc", 1, 1))
