"""Fixtures that every package's tests may use: a migrated store, and an instant that is always the same.

Tests of the store and of the flows that ask for `store` or `database` run once per
database; those marked `sqlite` are about the file and run on SQLite only.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from state.migrate import migrate
from state.store import Store, open_store
from tests.postgres.databases import Databases
from tests.postgres.server import Absent, use

UNTESTED = "NOT TESTED ON POSTGRESQL"
ON_BOTH = ("state", "mail", "feeds", "flows")  # folders of tests
settings.register_profile("without a clock", deadline=None)  # the machine may be busy with something else
settings.load_profile("without a clock")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sqlite: about the file of SQLite; is not run on PostgreSQL")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One run per database. Elsewhere `database` keeps to SQLite."""
    folder = metafunc.module.__name__.split(".")[1]
    if "database" in metafunc.fixturenames and folder in ON_BOTH:
        kinds = ["sqlite"] if metafunc.definition.get_closest_marker("sqlite") else ["sqlite", "postgres"]
        metafunc.parametrize("database", kinds, indirect=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say so, loudly, where no server could be had."""
    reasons = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    silent = [reason for reason in reasons if UNTESTED in reason]
    if silent:
        terminalreporter.section(f"{UNTESTED}: {len(silent)} tests", red=True, bold=True)
        terminalreporter.write_line(silent[0])


@pytest.fixture
def now() -> datetime:
    """A Sunday morning."""
    return datetime(2026, 5, 10, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """The PostgreSQL server of this session; what asks for it is skipped, loudly, where none can be had."""
    folder = tmp_path_factory.getbasetemp()
    try:
        server = use(folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder)
    except Absent as absent:
        pytest.skip(f"{UNTESTED}: {absent}")
    made = Databases(server)
    yield made
    made.close()


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of the present shape."""
    if getattr(request, "param", "sqlite") == "sqlite":
        url = f"sqlite:///{tmp_path}/tidings.db"
        store = open_store(url, create=True)
        migrate(store)
        store.close()
        yield url
        return
    postgres: Databases = request.getfixturevalue("postgres")
    name = postgres.migrated()
    yield postgres.url(name, files=str(tmp_path))
    postgres.drop(name)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """An empty database of the present shape, open."""
    made = open_store(database)
    yield made
    made.close()
