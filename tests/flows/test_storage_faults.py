"""What the disk may do while digests are planned: nobody is lost, nobody is told twice, and the error says why."""

import sqlite3
from datetime import datetime

import pytest
from sqlalchemy import select, text

from mail.digest import Planned, plan_due
from mail.settings import Digests
from state import schema
from state import store as stores
from state.errors import UserError
from state.migrate import migrate
from state.store import Store, open_store
from tests.fakes.disk import files_that_end_after
from tests.mail.people import SITE, entry, file, know_topics, subscribe

pytestmark = pytest.mark.sqlite
PEOPLE = 60


@pytest.fixture
def owed(store: Store, now: datetime) -> Store:
    with store.write() as db:
        know_topics(db, now)
        for number in range(PEOPLE):
            subscribe(db, f"reader{number}@example.org", "harvest", now=now)
        for name in ("e1", "e2"):
            file(db, entry(name, now=now), "harvest", now=now)
    return store


def plan(store: Store, now: datetime) -> Planned:
    return plan_due(store, site=SITE, settings=Digests(), now=now, immediately=True)


def everybody_once(store: Store) -> None:
    with store.read() as db:
        people = list(db.scalars(select(schema.outbox.c.subscriber)))
        lines = list(db.execute(select(schema.sent.c.subscriber, schema.sent.c.entry)))
        whole = db.scalar(text("PRAGMA integrity_check"))
    assert (len(people), len(set(people)), len(lines), whole) == (PEOPLE, PEOPLE, 2 * PEOPLE, "ok")


@pytest.mark.parametrize("pages", [0, 1, 2, 4, 8, 16, 21])
def test_a_write_that_fails_at_any_place_loses_and_doubles_nothing(owed: Store, now: datetime, pages: int) -> None:
    with owed.write() as db:
        db.execute(text("SELECT 1"))
    with owed.engine.connect() as db:
        db.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    log = 32 + pages * (24 + 4096)  # of the write-ahead log (WAL): its head, then pages with a head each
    with files_that_end_after(log), pytest.raises(UserError, match=r"could not be written.*free or repair the disk"):
        plan(owed, now)

    plan(owed, now)
    everybody_once(owed)


def test_a_full_disk_stops_planning_and_it_goes_on_by_itself(owed: Store, now: datetime) -> None:
    with owed.write() as db:
        full = db.scalar(text("PRAGMA page_count")) or 0
        db.execute(text(f"PRAGMA max_page_count = {full}"))
    with pytest.raises(UserError, match=r"full.*free or repair the disk"):
        plan(owed, now)
    with owed.write() as db:
        db.execute(text("PRAGMA max_page_count = 1000000"))
    plan(owed, now)
    everybody_once(owed)


def test_a_database_that_others_hold_for_too_long_is_an_error_and_no_loss(
    owed: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "BUSY_TIMEOUT", 0.05)
    hasty = open_store(str(owed.engine.url))
    other = sqlite3.connect(owed.file or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UserError, match="locked by another process"):
        plan(hasty, now)
    other.execute("ROLLBACK")
    other.close()
    assert plan(hasty, now).messages == PEOPLE
    hasty.close()
    everybody_once(owed)


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_is_deleted_or_replaced_while_open_stops_everything(
    owed: Store, now: datetime, replaced: bool
) -> None:
    there = owed.file
    assert there is not None
    aside = there.with_name("aside.db")
    there.rename(aside)
    if replaced:
        fresh = open_store(f"sqlite:///{there}", create=True)
        migrate(fresh)
        fresh.close()

    with pytest.raises(UserError, match="was replaced while" if replaced else "was deleted while"):
        plan(owed, now)
    assert there.exists() == replaced, "no empty database appears"

    if not replaced:
        aside.rename(there)
        assert plan(owed, now).messages == PEOPLE, "the same file put back is the same database"


def test_a_damaged_page_is_an_error_with_the_way_back(owed: Store, now: datetime) -> None:
    path = owed.file
    assert path is not None
    with owed.engine.connect() as db:
        db.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    owed.close()
    with path.open("r+b") as octets:
        octets.seek(4096)
        octets.write(b"\xa5" * (path.stat().st_size - 4096))
    with pytest.raises(UserError, match=r"damaged.*tidings restore"):
        plan(owed, now)
