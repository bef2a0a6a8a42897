"""The units of work that tell the admin, and that look at files."""

from datetime import UTC, datetime, timedelta
from typing import cast

from feeds.poll import Watch
from feeds.settings import Polling, Publishing
from mail.deliver import Delivery
from mail.message import assemble
from mail.settings import Digests, Keeping, Mailing
from scheduler.tasks import Work, look_at_files, tell_admin
from scheduler.worker import summary
from state import alarms, outbox
from state.records import Site
from state.store import Store

NOON = datetime(2026, 5, 10, 12, 0, tzinfo=UTC)
SITE = Site(title="News", url="https://news.example.org")


def work(store: Store, *, admin: str = "desk@example.org", now: datetime = NOON) -> Work:
    """Neither reads the network here."""
    watch = Watch(store, None, None, SITE, Polling(downloads="off"))  # type: ignore[arg-type]
    delivery = Delivery(store, Mailing(), SITE, assemble)
    return Work(store, watch, delivery, Publishing(), Digests(), Keeping(7 * 86400), lambda: now, "test", admin)


async def test_the_admin_is_mailed_of_an_alarm_once(store: Store) -> None:
    with store.write() as db:
        alarms.raise_alarm(db, source="office", kind="broken", message="status 500", now=NOON)

    assert not await tell_admin(work(store, admin=""))
    assert await tell_admin(work(store))
    assert not await tell_admin(work(store))
    assert not await tell_admin(work(store, now=NOON + timedelta(days=1)))

    with store.read() as db:
        assert [(one.recipient, one.kind) for one in outbox.messages(db)] == [("desk@example.org", "alarms")]


async def test_at_night_the_admin_is_mailed_by_a_single_round_only(store: Store) -> None:
    with store.write() as db:
        alarms.raise_alarm(db, source="office", kind="broken", message="status 500", now=NOON)
    night = work(store, now=NOON + timedelta(hours=15))

    assert not await tell_admin(night)
    assert await tell_admin(night, immediately=True)


async def test_no_file_is_looked_at_where_that_is_switched_off(store: Store) -> None:
    assert await look_at_files(work(store)) == ()


def test_what_was_done_is_a_line_in_the_log_and_nothing_where_nothing_was() -> None:
    assert summary(cast(object, True)) == {"mails": 1}
    assert summary(cast(object, False)) == {}
