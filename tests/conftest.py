"""Fixtures that every package's tests may use: a migrated store, and an instant that is always the same."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from state.migrate import migrate
from state.store import Store, open_store


@pytest.fixture
def now() -> datetime:
    """A Sunday morning."""
    return datetime(2026, 5, 10, 8, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty database of the present shape."""
    made = open_store(f"sqlite:///{tmp_path}/tidings.db", create=True)
    migrate(made)
    yield made
    made.close()
