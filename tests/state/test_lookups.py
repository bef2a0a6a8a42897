"""What is done for each message or each few readers looks up those, however many others there are (SQLite)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event

from state import outbox, subscriptions
from state.store import Store
from tests.mail.sending import queue

pytestmark = pytest.mark.sqlite


@contextmanager
def ways(store: Store) -> Iterator[list[str]]:
    """How SQLite finds the rows of every update in the block."""
    found: list[str] = []

    def explain(_db: object, cursor: Any, statement: str, values: object, _context: object, many: bool) -> None:
        if statement.startswith("UPDATE") and not many:
            plan = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)
            found.extend(row[3] for row in plan.fetchall())

    event.listen(store.engine, "before_cursor_execute", explain)
    yield found
    event.remove(store.engine, "before_cursor_execute", explain)


def test_moving_cursors_looks_up_the_subscriptions_it_moves(store: Store) -> None:
    with ways(store) as found, store.write() as db:
        subscriptions.move_cursors(db, [("sok", "all"), ("dara", "harvest")], 7)
    assert any(way.startswith("SEARCH subscriptions USING INDEX") for way in found)
    assert "SCAN subscriptions" not in found


def test_beginning_messages_looks_them_up_by_their_ids(store: Store, now: datetime) -> None:
    queue(store, 3, now)
    with store.write() as db:
        claimed = outbox.claim(db, owner="one", now=now, lease=60, limit=2)
    with ways(store) as found, store.write() as db:
        _, begun = outbox.begin_all(db, claimed, now=now, lease=60)
    assert begun == {message.id for message in claimed}
    assert any(way.startswith("SEARCH outbox USING INTEGER PRIMARY KEY") for way in found)
