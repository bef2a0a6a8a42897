"""The feed of alarms: for whoever knows its address, and for nobody else."""

from datetime import datetime

import feedparser

from feeds import admin_feed
from state import alarms
from state.store import Store
from tests.feeds.samples import FULL, SITE, keep
from tests.web.conftest import Server


def where(store: Store, now: datetime, *, renew: bool = False) -> str:
    with store.write() as db:
        return admin_feed.address(db, site=SITE, now=now, renew=renew).removeprefix(SITE.url)


async def test_alarms_that_stand_are_entries_and_leave_when_they_end(
    store: Store, server: Server, now: datetime
) -> None:
    keep(store, [FULL])
    with store.write() as db:
        alarms.raise_alarm(
            db, source="office", kind="broken", message="it answers <500>", now=now, asks="tidings source show office"
        )
        alarms.raise_alarm(db, source="", kind="delivery", message="no mail can be handed over", now=now)
    await server.start()
    answer = await server.get(where(store, now))
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-store"
    told = feedparser.parse(answer.body)
    assert not told.bozo
    by_title = {one.title.partition(":")[0]: one for one in told.entries}
    assert by_title.keys() == {"broken", "delivery"}
    assert "it answers &lt;500&gt;" in by_title["broken"].content[0].value
    assert "tidings source show office" in by_title["broken"].summary
    assert by_title["broken"].link.endswith("/topics/source-office")

    with store.write() as db:
        alarms.clear_alarm(db, source="office", kind="broken")
        alarms.raise_alarm(db, source="", kind="delivery", message="still not", now=now)
    again = feedparser.parse((await server.get(where(store, now))).body)
    assert [one.id for one in again.entries] == [by_title["delivery"].id]
    assert again.feed.id == told.feed.id


async def test_only_the_address_in_use_answers(store: Store, server: Server, now: datetime) -> None:
    await server.start()
    assert (await server.get("/feeds/admin-0.atom")).status == 404  # before there is any
    old = where(store, now)
    assert (await server.get(f"{old.removesuffix('.atom')}0.atom")).status == 404
    assert (await server.get(old.replace(".atom", ".json"))).status == 404
    new = where(store, now, renew=True)
    assert ((await server.get(old)).status, (await server.get(new)).status) == (404, 200)
