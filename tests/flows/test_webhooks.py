"""New entries are posted to whoever asked, once each: in order, signed, through failures, kills and suspensions."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from feeds import webhooks
from feeds.fetch import Fetcher
from feeds.settings import Polling
from feeds.webhooks import MOST, Told
from state import alarms, entries, filings
from state import webhooks as rows
from state.errors import Misuse, NotFound
from state.store import Store
from state.webhooks import Webhook
from tests.fakes.receiver import Receiver
from tests.fakes.site import LOOPBACK
from tests.feeds.samples import NOW, entry, keep, record

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
ROOT = Path(__file__).parent.parent.parent


@dataclass
class World:
    """now: what the clock says."""

    store: Store
    fetcher: Fetcher
    receiver: Receiver
    now: datetime = NOW

    def adds(self, *topics: str, url: str = "") -> Webhook:
        with self.store.write() as db:
            return webhooks.add(db, url or self.receiver.url, topics, now=self.now)

    def brings(self, *ids: str, under: tuple[str, ...] = ("all",), **values: object) -> None:
        keep(self.store, [entry(id, record(title=f"News {id}", **values)) for id in ids], under=under)

    async def delivers(self, after: timedelta = timedelta(0)) -> tuple[Told, ...]:
        self.now += after
        return await webhooks.deliver(self.store, self.fetcher, now=self.now)

    def hook(self, id: str) -> Webhook:
        with self.store.read() as db:
            return rows.webhook(db, id)

    def alarms(self) -> list[str]:
        with self.store.read() as db:
            return [alarm.message for alarm in alarms.alarms(db) if alarm.kind == "webhook"]

    @property
    def titles(self) -> list[str]:
        return [title for one in self.receiver.taken for title in one.titles]


@pytest.fixture
async def world(store: Store) -> AsyncIterator[World]:
    settings = Polling(allow=LOOPBACK, timeout=20)
    async with Receiver() as receiver, Fetcher(settings, "1.0") as fetcher:
        yield World(store, fetcher, receiver)


# ---- what comes ----


async def test_new_entries_are_posted_in_order_signed_and_once(world: World) -> None:
    hook = world.adds()
    world.brings("a1", "a2")

    assert [(one.entries, one.note) for one in await world.delivers()] == [(2, "")]
    assert await world.delivers() == ()

    (taken,) = world.receiver.taken
    assert taken.titles == ["News a1", "News a2"]
    assert taken.verifies(hook.secret)
    assert not taken.verifies("whsec_" + 43 * "A" + "=")
    assert taken.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert taken.json["type"] == "entries.new"
    assert taken.json["timestamp"] == "2026-05-10T08:00:00Z"


async def test_an_item_is_that_of_the_json_feed_with_its_topics(world: World) -> None:
    world.adds()
    world.brings("a1", under=("all", "wages"), language="km")

    await world.delivers()

    (item,) = world.receiver.taken[0].json["data"]["items"]
    assert item["id"].startswith("urn:uuid:")
    assert item["language"] == "km"
    assert item["_tidings"]["entry"] == "a1"
    assert item["_tidings"]["topics"] == ["wages"]


async def test_what_was_there_before_and_a_baseline_are_not_announced(world: World) -> None:
    world.brings("old")
    world.adds()
    keep(world.store, [entry("base", baseline=True)], under=())
    with world.store.write() as db:
        filings.file(db, "base", "all", mailable=False, why="", now=NOW)

    assert await world.delivers() == ()


async def test_what_a_flood_held_back_comes_when_it_is_released(world: World) -> None:
    world.adds()
    keep(world.store, [entry("held", record(title="News held"))], under=())
    with world.store.write() as db:
        filings.file(db, "held", "all", mailable=False, why="", now=NOW)
    await world.delivers()
    with world.store.write() as db:
        filings.release(db, ["held"], now=NOW)

    await world.delivers()

    assert world.titles == ["News held"]


async def test_a_webhook_gets_its_topics_and_facets_only(world: World) -> None:
    world.brings("first")
    world.adds("wages?language=km", "all?kind=report")
    world.brings("wages-en", under=("all", "wages"), language="en")
    world.brings("wages-km", under=("all", "wages"), language="km")
    world.brings("report", kind="report")

    await world.delivers()

    assert world.titles == ["News wages-km", "News report"]


async def test_an_entry_that_comes_under_a_second_topic_later_is_not_posted_again(world: World) -> None:
    world.brings("first")
    world.adds("wages", "all")
    world.brings("a1")
    await world.delivers()
    with world.store.write() as db:
        filings.file(db, "a1", "wages", mailable=True, why="wage", now=NOW)

    await world.delivers()

    assert world.titles == ["News a1"]


async def test_an_entry_that_is_hidden_is_not_posted_not_even_if_it_was_under_way(world: World) -> None:
    hook = world.adds()
    world.receiver.status = 500
    world.brings("a1")
    await world.delivers()
    with world.store.write() as db:
        entries.hide(db, "a1", now=NOW)
    world.receiver.status = 204
    world.receiver.taken.clear()

    assert await world.delivers(HOUR) == ()

    assert world.receiver.taken == []
    assert world.hook(hook.id).note == ""


async def test_many_entries_come_in_several_messages_and_all_of_them(world: World) -> None:
    world.adds()
    ids = [f"n{number:03}" for number in range(2 * MOST + 1)]
    world.brings(*ids)

    await world.delivers()

    assert [len(one.titles) for one in world.receiver.taken] == [MOST, MOST, 1]
    assert world.titles == [f"News {id}" for id in ids]
    assert len({one.id for one in world.receiver.taken}) == 3


async def test_large_entries_go_alone(world: World) -> None:
    world.adds()
    world.brings("a1", "a2", "a3", content=f"<p>{'x' * 200_000}</p>")

    await world.delivers()

    assert [len(one.titles) for one in world.receiver.taken] == [1, 1, 1]


# ---- what goes wrong ----


async def test_a_message_that_did_not_arrive_is_sent_again_unchanged_and_nothing_overtakes_it(world: World) -> None:
    world.adds()
    world.brings("a1")
    world.receiver.status = 503
    (told,) = await world.delivers()
    assert told.note == "status 503"
    world.brings("a2")

    assert await world.delivers(4 * SECOND) == ()
    world.receiver.status = 200
    await world.delivers(SECOND)

    first, again, other = world.receiver.taken
    assert (first.id, first.body) == (again.id, again.body)
    assert again.id != other.id
    assert other.titles == ["News a2"]


async def test_the_waits_between_attempts_grow(world: World) -> None:
    hook = world.adds()
    world.brings("a1")
    world.receiver.status = 500

    waits = []
    for _ in range(9):
        await world.delivers()
        at = world.hook(hook.id).next_at
        assert at is not None
        waits.append((at - world.now).total_seconds())
        world.now = at

    assert waits == [5, 60, 300, 1800, 7200, 18_000, 36_000, 36_000, 36_000]


async def test_a_receiver_that_asks_to_wait_is_left_alone(world: World) -> None:
    world.adds()
    world.brings("a1")
    world.receiver.status, world.receiver.headers = 429, {"Retry-After": "3600"}
    await world.delivers()

    assert await world.delivers(HOUR - SECOND) == ()
    assert len(await world.delivers(SECOND)) == 1


async def test_a_webhook_that_fails_for_days_is_suspended_with_an_alarm_and_goes_on_where_it_stopped(
    world: World,
) -> None:
    hook = world.adds()
    world.brings("a1")
    world.receiver.status = 500
    for _ in range(9):
        await world.delivers(10 * HOUR)
    assert world.hook(hook.id).state == "suspended"
    (said,) = world.alarms()
    assert hook.url in said
    assert "status 500" in said
    world.brings("a2")
    assert await world.delivers(DAY) == ()

    world.receiver.status = 200
    world.receiver.taken.clear()
    with world.store.write() as db:
        webhooks.resume(db, hook.id)
    await world.delivers()

    assert world.titles == ["News a1", "News a2"]
    assert world.alarms() == []


async def test_a_receiver_that_is_gone_is_suspended_at_once(world: World) -> None:
    hook = world.adds()
    world.brings("a1")
    world.receiver.status = 410

    await world.delivers()

    assert world.hook(hook.id).state == "suspended"
    assert len(world.alarms()) == 1


async def test_a_webhook_leads_into_no_private_network(world: World) -> None:
    hook = world.adds(url="http://169.254.169.254/latest")
    world.brings("a1")

    (told,) = await world.delivers()

    assert "link-local" in told.note
    assert world.hook(hook.id).state == "active"
    for url in ("file:///etc/passwd", "http://good@127.0.0.1/", "hook"):
        with pytest.raises(Misuse):
            world.adds(url=url)
    with pytest.raises(NotFound):
        world.adds("no-such-topic")


async def test_one_receiver_that_fails_holds_up_no_other(world: World) -> None:
    async with Receiver(status=500) as broken:
        world.adds(url=broken.url)
        world.adds()
        world.brings("a1")
        await world.delivers()

    assert world.titles == ["News a1"]


async def test_a_worker_that_ends_before_the_answer_leaves_the_message_to_another_under_the_same_id(
    world: World,
) -> None:
    world.adds()
    world.brings("a1")
    sending = asyncio.create_task(world.delivers())
    world.receiver.struck = sending.cancel
    with pytest.raises(asyncio.CancelledError):
        await sending
    world.receiver.struck = lambda: None

    assert await world.delivers(SECOND) == (), "it may still be under way"
    await world.delivers(HOUR)

    first, again = world.receiver.taken
    assert (first.id, first.body) == (again.id, again.body)


async def test_an_answer_that_comes_after_another_worker_took_over_changes_nothing(world: World) -> None:
    hook = world.adds()
    world.brings("a1")
    world.receiver.status = 500
    await world.delivers()
    stale = world.hook(hook.id)
    world.receiver.status = 200
    await world.delivers(HOUR)

    with world.store.write() as db:
        assert not rows.put(db, hook.id, {"note": "too late"}, message=stale.message)


async def test_a_killed_service_loses_nothing(world: World, database: str, tmp_path: Path) -> None:
    hook = world.adds()
    world.brings("a1", "a2")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TIDINGS_POLL__ALLOW": '["127.0.0.0/8"]'}
    words = ("-c", "from cli.main import main; main()", "--state", database, "run", "--once")

    async def runs() -> int:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *words, cwd=tmp_path, env=environment, stdout=-3, stderr=-3
        )
        world.receiver.struck = lambda: process.send_signal(signal.SIGKILL) if len(world.receiver.taken) == 1 else None
        return await process.wait()

    assert await runs() == -signal.SIGKILL
    with world.store.write() as db:
        rows.put(db, hook.id, {"next_at": None})  # the lease of the killed one is over
    assert await runs() == 0

    first, again = world.receiver.taken
    assert first.id == again.id
    assert again.titles == ["News a1", "News a2"]


async def test_a_test_message_is_signed_and_counts_for_nothing(world: World) -> None:
    hook = world.adds()
    world.brings("a1")

    assert await webhooks.test(world.fetcher, hook, now=NOW) == ""

    (taken,) = world.receiver.taken
    assert taken.verifies(hook.secret)
    assert (taken.json["type"], taken.titles) == ("test", [])
    assert replace(world.hook(hook.id)) == hook
