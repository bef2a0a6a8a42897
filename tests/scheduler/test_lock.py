"""Tests of scheduler/lock.py."""

from pathlib import Path

import pytest

from scheduler.lock import only_one
from state.errors import Conflict, UserError


def test_a_database_has_one_scheduler_at_a_time(tmp_path: Path) -> None:
    database = tmp_path / "tidings.db"
    with only_one(database), pytest.raises(Conflict, match="process"), only_one(database):
        pass
    with only_one(database):
        assert (tmp_path / "tidings.db.lock").exists()


def test_a_server_needs_no_lock() -> None:
    with only_one(None), only_one(None):
        pass


def test_a_lock_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="lock file"), only_one(tmp_path / "nowhere" / "tidings.db"):
        pass
