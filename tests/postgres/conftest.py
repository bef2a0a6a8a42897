"""Everything here is about PostgreSQL: `database` and `store` are there, and nowhere else."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from state.store import Store, open_store
from tests.postgres.databases import Databases


@pytest.fixture
def database(postgres: Databases, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of the present shape."""
    name = postgres.migrated()
    yield postgres.url(name, files=str(tmp_path))
    postgres.drop(name)


@pytest.fixture
def another(database: str) -> Iterator[Callable[[], Store]]:
    """Opens the database of `store` once more, as another process does."""
    with ExitStack() as opened:

        def open_again() -> Store:
            made = open_store(database)
            opened.callback(made.close)
            return made

        yield open_again


@pytest.fixture
def empty(postgres: Databases) -> Iterator[str]:
    """The name of a database without tables."""
    name = postgres.empty()
    yield name
    postgres.drop(name)
