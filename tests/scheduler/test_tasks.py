"""The units of work that look after people."""

from datetime import datetime, timedelta
from typing import cast

from feeds.poll import Watch
from feeds.settings import Publishing
from mail import administration
from mail.deliver import Delivery
from mail.settings import Digests, Keeping
from scheduler.tasks import Work, look_after
from state import subscribers
from state.store import Store
from tests.mail.people import SITE, know_topics, subscribe

DAY = timedelta(days=1)


def work(store: Store, now: datetime) -> Work:
    """Looking after people needs neither sources nor a mail server."""
    nothing = cast(Watch, None), cast(Delivery, None)
    return Work(store, *nothing, Publishing(), Digests(), Keeping(7 * 86400), lambda: now, "test")


async def test_an_address_that_nobody_confirmed_is_forgotten_in_time(store: Store, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)
        subscribe(db, "asked@example.org", "harvest", now=now, confirmed=False, site=SITE)
        subscribe(db, "here@example.org", "harvest", now=now)

    assert await look_after(work(store, now + 6 * DAY)) == 0
    assert await look_after(work(store, now + 8 * DAY)) == 1

    with store.read() as db:
        assert [person.email for person in subscribers.listed(db)] == ["here@example.org"]


async def test_a_reader_who_has_not_confirmed_another_address_is_kept(store: Store, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)
        subscribe(db, "reader@example.org", "harvest", now=now)
        administration.edit(
            db, "reader@example.org", given={}, address="new@example.org", by="admin", site=SITE, now=now
        )

    assert await look_after(work(store, now + 30 * DAY)) == 0

    with store.read() as db:
        assert [(person.email, person.state) for person in subscribers.listed(db)] == [("new@example.org", "pending")]


async def test_more_people_than_one_transaction_takes_are_forgotten_in_one_call(store: Store, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)
        for number in range(450):
            subscribe(db, f"asked{number}@example.org", "harvest", now=now, confirmed=False)

    assert await look_after(work(store, now + 8 * DAY)) == 450
