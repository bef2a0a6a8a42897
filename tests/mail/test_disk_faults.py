"""The disk fails while mail is sent, at every commit: sending stops, says why, loses nobody, and goes on by itself."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import ExitStack
from datetime import datetime
from typing import Literal

import pytest
from sqlalchemy import event, text

from mail.deliver import Delivery, deliver
from mail.settings import Mailing
from state import alarms, outbox
from state import store as stores
from state.errors import Busy, UserError
from state.store import Store, open_store
from tests.fakes.disk import files_that_end_after, syncs_can_fail
from tests.fakes.postmaster import Postmaster
from tests.mail.killing import LEASE, Field
from tests.mail.sending import SITE, Clock, queue, simple

pytestmark = pytest.mark.sqlite
PEOPLE = 4
FULL = 1000  # octets of any file, less than a page
POINTS = ("MAIL", "DOT", "ACCEPTED", "REPLIED")


def everybody(count: int = PEOPLE) -> set[str]:
    return {f"reader{number}@example.org" for number in range(count)}


def whole(store: Store) -> bool:
    with store.read() as db:
        return bool(db.scalar(text("PRAGMA integrity_check")) == "ok")


@pytest.mark.parametrize(
    "breaks",
    [
        "writes",
        pytest.param("syncs", marks=pytest.mark.skipif(not syncs_can_fail(), reason="no filter of system calls here")),
    ],
)
@pytest.mark.parametrize("commit", range(1, 9))
async def test_a_disk_that_fails_at_any_commit_of_a_delivery_loses_nobody(
    field: Field, breaks: Literal["writes", "syncs"], commit: int
) -> None:
    """Claim, note of the send log, then a commit for each beginning with the outcome before it, and the end."""
    queue(field.store, PEOPLE, field.now)

    child = await field.sender.start(field.order(connections=1, breaks=breaks, breaks_at=commit))
    assert await field.sender.ended(child) == 1, "the failure is said"
    sent = len(field.postmaster.ledger)
    await field.finish()

    copies = field.copies()
    assert sent <= max(0, commit - 2), "nothing is sent that could not be begun"
    assert set(copies) == everybody()
    assert copies.total() <= PEOPLE + 1, "one at most for the one connection"
    assert {who for who, count in copies.items() if count > 1} <= field.doubted()
    assert field.states() == {"accepted": PEOPLE}
    assert whole(field.store)


@pytest.fixture
async def postmaster() -> AsyncIterator[Postmaster]:
    async with Postmaster() as made:
        yield made


def delivery_of(store: Store, postmaster: Postmaster, connections: int = 2) -> Delivery:
    return Delivery(store, Mailing(smtp=postmaster.url, tls="none", connections=connections), SITE, simple)


@pytest.mark.parametrize("point", POINTS)
async def test_sending_stops_when_the_disk_is_full_says_so_and_goes_on_when_there_is_room(
    store: Store, postmaster: Postmaster, now: datetime, point: str
) -> None:
    queue(store, 20, now)
    clock = Clock(now)
    delivery = delivery_of(store, postmaster)
    visits = 0
    with ExitStack() as disk:

        def fill(reached: str) -> None:
            nonlocal visits
            visits += reached == point
            if visits == 3 and reached == point:
                disk.enter_context(files_that_end_after(FULL))

        postmaster.on_point = fill
        with pytest.raises(UserError, match=r"could not be written.*free or repair the disk"):
            await deliver(delivery, clock=clock, owner="test")
        postmaster.on_point = None
        before = len(postmaster.ledger)
        with pytest.raises(UserError, match="could not be written"):
            await deliver(delivery, clock=clock, owner="test")
        assert len(postmaster.ledger) == before <= 5, "what cannot be recorded is not sent"

    clock.now += LEASE
    await deliver(delivery, clock=clock, owner="test")
    clock.now += LEASE
    await deliver(delivery, clock=clock, owner="test")

    who = [mail.rcpt_to for mail in postmaster.ledger]
    with store.read() as db:
        doubted = {one.recipient for one in outbox.messages(db) if outbox.doubts(db, one.id)}
        counts = outbox.counts(db)
    assert set(who) == everybody(20)
    assert {one for one in who if who.count(one) > 1} <= doubted
    assert len(who) - 20 <= len(doubted) <= 2, "one at most for each open connection"
    assert counts["accepted"] == 20


async def test_a_fault_that_passes_leaves_an_alarm_until_mail_goes_out_again(
    store: Store, postmaster: Postmaster, now: datetime
) -> None:
    queue(store, 1, now)
    clock = Clock(now)
    assert store.file is not None
    log = store.file.with_name(f"{store.file.name}-wal")
    told: list[str] = []
    with ExitStack() as disk:
        disk.enter_context(files_that_end_after(log.stat().st_size))
        event.listen(store.engine, "handle_error", lambda _: disk.close(), once=True)
        with pytest.raises(UserError, match="could not be written"):
            await deliver(delivery_of(store, postmaster), clock=clock, owner="test")
    with store.read() as db:
        told = [alarm.message for alarm in alarms.alarms(db, source="") if alarm.kind == "delivery"]
    assert len(told) == 1
    assert told[0].startswith("sending stopped, because database ")

    clock.now += LEASE
    await deliver(delivery_of(store, postmaster), clock=clock, owner="test")

    with store.read() as db:
        assert not [alarm for alarm in alarms.alarms(db, source="") if alarm.kind == "delivery"]
    assert [mail.rcpt_to for mail in postmaster.ledger] == ["reader0@example.org"]


def test_after_an_error_of_the_disk_nothing_is_written_on_the_old_connection(store: Store) -> None:
    opened: list[object] = []
    assert store.file is not None
    log = store.file.with_name(f"{store.file.name}-wal")
    with store.write() as db:
        db.execute(text("CREATE TABLE ours (word TEXT)"))
    event.listen(store.engine, "connect", lambda raw, _record: opened.append(raw))
    with files_that_end_after(log.stat().st_size), pytest.raises(UserError, match="I/O error"), store.write() as db:
        db.execute(text("INSERT INTO ours VALUES ('lost')"))

    with store.write() as db:
        db.execute(text("INSERT INTO ours VALUES ('kept')"))
        kept = list(db.scalars(text("SELECT word FROM ours")))

    assert len(opened) == 1
    assert kept == ["kept"]


@pytest.mark.parametrize("point", [*POINTS, "CONNECT", "QUIT"])
async def test_a_database_that_another_process_holds_for_long_makes_sending_wait_and_doubles_nothing(
    store: Store, postmaster: Postmaster, now: datetime, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    monkeypatch.setattr(stores, "BUSY_TIMEOUT", 0.02)
    queue(store, 40, now)
    hasty = open_store(str(store.engine.url))
    other = sqlite3.connect(store.file or "", isolation_level=None, check_same_thread=False)
    refusals: list[object] = []
    held = False

    def hold(reached: str) -> None:
        nonlocal held
        if reached == point and not held:
            held = True
            other.execute("BEGIN IMMEDIATE")

    def refused(context: object) -> None:
        refusals.append(context)
        if len(refusals) == 6 and other.in_transaction:
            other.execute("ROLLBACK")

    event.listen(hasty.engine, "handle_error", refused)
    postmaster.on_point = hold
    clock = Clock(now)
    for _ in range(10):
        try:
            done = await deliver(delivery_of(hasty, postmaster), clock=clock, owner="test")
        except Busy:
            continue
        if not done.counts:
            break
    other.close()

    assert held
    assert refusals
    assert sorted(mail.rcpt_to for mail in postmaster.ledger) == sorted(everybody(40))
    with hasty.read() as db:
        assert outbox.counts(db)["accepted"] == 40
        assert outbox.doubts(db) == 0
    hasty.close()
