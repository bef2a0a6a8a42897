"""Migrations on a server: two that start at once both end well, and the shape is that of the schema."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import ProgrammingError

from state import schema
from state.migrate import check, migrate
from state.store import open_store
from tests.postgres.databases import Databases
from tests.postgres.side_by_side import all_at_once

MIGRATE = [sys.executable, "-c", "from cli.main import main; main()", "--state"]
ROOT = Path(__file__).parents[2]


def test_many_migrations_at_once_all_end_well(postgres: Databases, empty: str) -> None:
    stores = [open_store(postgres.url(empty)) for _ in range(4)]
    all_at_once(*(lambda one=one: migrate(one) for one in stores))
    for one in stores:
        check(one)
        one.close()


def test_two_processes_that_migrate_at_once_both_end_well(postgres: Databases, empty: str, tmp_path: Path) -> None:
    words = [*MIGRATE, postgres.url(empty, files=str(tmp_path)), "migrate"]
    both = [
        subprocess.Popen(
            words, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    store = open_store(postgres.url(empty))
    check(store)
    with store.read() as db:
        assert compare_metadata(MigrationContext.configure(db, opts={"compare_type": True}), schema.metadata) == []
    store.close()


def test_a_migration_that_fails_leaves_nothing_and_can_be_repeated(postgres: Databases, empty: str) -> None:
    store = open_store(postgres.url(empty))
    with store.write() as db:
        db.exec_driver_sql("CREATE TABLE topics (id integer)")  # in the way
    with pytest.raises(ProgrammingError, match="topics"):
        migrate(store)
    with store.write() as db:
        tables = db.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").scalars().all()
        assert tables == ["topics"]
        db.exec_driver_sql("DROP TABLE topics")
    migrate(store)
    check(store)
    store.close()
