"""Tests of state/store.py and state/migrate.py: real SQLite files; what is PostgreSQL's own: tests/postgres."""

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select, text

from state import schema
from state.errors import Misuse, UserError
from state.migrate import check, head, migrate, version
from state.store import Store, open_store


def url(folder: Path) -> str:
    return f"sqlite:///{folder}/tidings.db"


def test_a_missing_database_is_never_created_silently(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="tidings init"):
        open_store(url(tmp_path))
    assert not (tmp_path / "tidings.db").exists()


@pytest.mark.parametrize("wrong", ["tidings.db", "mysql://here/x", "sqlite://", ""])
def test_a_url_that_is_no_database_of_ours_is_misuse(wrong: str) -> None:
    with pytest.raises(Misuse, match="sqlite:///"):
        open_store(wrong)


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no folder"):
        open_store(url(tmp_path / "nowhere"), create=True)


def test_the_migrations_lead_to_the_schema(store: Store) -> None:
    with store.read() as db:
        differences = compare_metadata(MigrationContext.configure(db, opts={"compare_type": True}), schema.metadata)
    assert differences == []


def test_migrating_twice_changes_nothing(store: Store) -> None:
    migrate(store)
    check(store)
    with store.read() as db:
        assert version(db) == head()


def test_two_migrations_that_start_at_once_both_end_well(tmp_path: Path) -> None:
    stores = [open_store(url(tmp_path), create=True) for _ in range(2)]
    threads = [threading.Thread(target=migrate, args=[one]) for one in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in stores:
        check(one)
        one.close()


def test_a_database_of_a_newer_release_is_refused(store: Store) -> None:
    with store.write() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    for refused in (migrate, check):
        with pytest.raises(UserError, match="newer release"):
            refused(store)


def test_a_database_without_our_tables_says_migrate(tmp_path: Path) -> None:
    empty = open_store(url(tmp_path), create=True)
    with pytest.raises(UserError, match="tidings migrate"):
        check(empty)
    empty.close()


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    (tmp_path / "tidings.db").write_bytes(b"this is a letter, not a database" * 100)
    broken = open_store(url(tmp_path))
    with pytest.raises(UserError, match="damaged"), broken.read() as db:
        db.execute(text("SELECT 1 FROM sqlite_master"))
    broken.close()


@pytest.mark.sqlite
def test_a_full_disk_says_so_and_loses_nothing(store: Store) -> None:
    with store.read() as db:
        pages = db.execute(text("PRAGMA page_count")).scalar_one()

    def fill() -> None:
        with store.write() as db:
            db.execute(text(f"PRAGMA max_page_count = {pages + 1}"))
            db.execute(insert(schema.counters), [{"name": f"{n:0500}", "value": n} for n in range(500)])

    with pytest.raises(UserError, match="free or repair the disk"):
        fill()
    with store.read() as db:
        assert db.execute(select(schema.counters)).all() == []


def test_a_write_that_fails_leaves_nothing(store: Store) -> None:
    def cut_short() -> None:
        with store.write() as db:
            db.execute(insert(schema.counters).values(name="half", value=1))
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        cut_short()
    with store.read() as db:
        assert db.execute(select(schema.counters)).all() == []


def test_a_reader_sees_one_state_while_a_writer_writes(store: Store) -> None:
    with store.read() as reader:
        assert reader.execute(select(schema.counters)).all() == []
        with store.write() as db:
            db.execute(insert(schema.counters).values(name="filings", value=7))
        assert reader.execute(select(schema.counters)).all() == []


@pytest.mark.sqlite
def test_many_writers_wait_for_each_other(store: Store) -> None:
    """Deferred transactions would fail with a locked database here; immediate ones wait."""
    with store.write() as db:
        db.execute(insert(schema.counters).values(name="n", value=0))
    others = [open_store(str(store.engine.url)) for _ in range(4)]

    def add(one: Store) -> None:
        for _ in range(25):
            with one.write() as db:
                value = db.execute(select(schema.counters.c.value)).scalar_one()
                db.execute(schema.counters.update().values(value=value + 1))

    threads = [threading.Thread(target=add, args=[one]) for one in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as db:
        assert db.execute(select(schema.counters.c.value)).scalar_one() == 100
    for one in others:
        one.close()
