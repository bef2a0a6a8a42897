"""Many sources: one request at a time to a host, no source delays another, and our own network is told from theirs."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from feeds import sources as watched
from feeds.children import Children
from feeds.fetch import Fetcher
from feeds.poll import Watch, accept, poll
from feeds.rounds import Rounds, poll_due
from feeds.settings import Polling
from state import alarms, hosts, polls, sources
from state.errors import UserError
from state.hosts import Rest
from state.records import Source
from state.store import Store
from tests.fakes.site import LOOPBACK, Page, Site
from tests.feeds.samples import NOW, SITE
from tests.feeds.watching import NEW, ROWS, Gate, listing, mailable, titles

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SETTINGS = Polling(allow=LOOPBACK, timeout=20, gap=0)
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def other() -> AsyncIterator[Site]:
    async with Site() as held:
        yield held


@pytest_asyncio.fixture(loop_scope="module")
async def watch(store: Store, children: Children) -> AsyncIterator[Watch]:
    async with Fetcher(SETTINGS, "1.0") as fetcher:
        yield Watch(store, fetcher, children, SITE, SETTINGS)


async def added(watch: Watch, url: str, id: str = "office", every: int | None = 3600) -> Source:
    look = await watched.look(watch, url, now=NOW)
    return (await watched.add(watch, look, id=id, every=every, now=NOW)).source


def source(store: Store, id: str = "office") -> Source:
    with store.read() as db:
        return sources.source(db, id)


def standing(store: Store) -> dict[str, str | None]:
    with store.read() as db:
        return {alarm.kind: alarm.asks for alarm in alarms.alarms(db)}


def due(store: Store, ids: str) -> None:
    """Let these be due, in this order."""
    with store.write() as db:
        for place, id in enumerate(ids):
            sources.reschedule(db, id, NOW + timedelta(seconds=place), "")


# ---- hosts ----


async def test_sources_of_one_host_are_read_one_after_the_other(store: Store, site: Site, watch: Watch) -> None:
    for name in "abc":
        await added(watch, site.puts(f"/{name}", listing(ROWS)), name)
    due(store, "abc")
    gate = Gate()
    site.says("/a", gate)
    rounds = Rounds(watch)
    asked = len(site.requests)

    await rounds.tick(NOW + 2 * HOUR)
    await gate.reached.wait()
    await rounds.tick(NOW + 2 * HOUR)
    assert (rounds.running, [request.path for request in site.requests[asked:]]) == (1, ["/a"])

    gate.set()
    await rounds.one_ends()
    await rounds.stop(0)
    assert {one.source for one in await poll_due(watch, now=NOW + 2 * HOUR)} == {"b", "c"}


async def test_a_source_that_hangs_delays_no_other(store: Store, site: Site, other: Site, watch: Watch) -> None:
    await added(watch, site.puts("/list", listing(ROWS)), "slow")
    await added(watch, other.puts("/list", listing(ROWS)), "quick")
    gate = Gate()
    site.says("/list", gate)
    other.puts("/list", listing([NEW, *ROWS]))
    rounds = Rounds(watch)

    await rounds.tick(NOW + 2 * HOUR)
    await rounds.one_ends()
    (done,) = rounds.ended()

    assert (done.source, done.outcome, rounds.running) == ("quick", "changed", 1)
    gate.set()
    assert [one.source for one in await rounds.stop(10)] == ["slow"]


async def test_a_worker_that_ends_gives_back_what_it_was_reading(store: Store, site: Site, watch: Watch) -> None:
    await added(watch, site.puts("/list", listing(ROWS)))
    gate = Gate()
    site.says("/list", gate)
    rounds = Rounds(watch)
    await rounds.tick(NOW + 2 * HOUR)
    await gate.reached.wait()
    await rounds.stop(0)
    gate.set()
    del site.scripts["/list"]
    assert [one.outcome for one in await poll_due(watch, now=NOW + 2 * HOUR)] == ["not-modified"]


async def test_pages_of_a_list_and_sources_of_a_host_keep_the_gap(store: Store, site: Site, watch: Watch) -> None:
    patient = replace(watch, settings=replace(SETTINGS, gap=0.3))
    for name in "ab":
        await added(watch, site.puts(f"/{name}", listing(ROWS)), name)
    due(store, "ab")
    site.puts("/a", listing([(f"News {n}", f"{20 - n} May 2006", f"{50 + n}") for n in range(5)], following="/a?2"))
    site.puts("/a?2", listing(ROWS))
    loop = asyncio.get_running_loop()
    began = loop.time()

    polled = await poll_due(patient, now=NOW + 2 * HOUR)

    assert [one.outcome for one in polled] == ["changed", "not-modified"]
    assert loop.time() - began >= 0.6
    with store.read() as db:
        resting = hosts.host(db, hosts.host_of(site.url()))
    assert resting
    assert resting.next_at
    assert resting.next_at > NOW + 2 * HOUR


async def test_a_crawl_delay_wins_over_a_shorter_gap(store: Store, site: Site, watch: Watch) -> None:
    site.puts("/robots.txt", "User-agent: *\nCrawl-delay: 90\n", "text/plain")
    await added(watch, site.puts("/list", listing(ROWS)))
    await poll_due(watch, now=NOW + 2 * HOUR)
    with store.read() as db:
        resting = hosts.host(db, hosts.host_of(site.url()))
    assert resting
    assert resting.next_at == pytest.approx(NOW + 2 * HOUR + timedelta(seconds=90), abs=timedelta(seconds=5))


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
async def test_who_asks_to_wait_is_left_alone_with_all_its_sources(
    store: Store, site: Site, watch: Watch, status: str
) -> None:
    for name in "ab":
        await added(watch, site.puts(f"/{name}", listing(ROWS)), name)
        site.pages[f"/{name}"] = Page(b"", status=status, headers={"Retry-After": "18000"})
    due(store, "ab")
    asked = len(site.requests)

    (refused,) = await poll_due(watch, now=NOW + 2 * HOUR)

    assert (refused.source, refused.outcome, len(site.requests) - asked) == ("a", "failed", 1)
    assert [source(store, name).next_poll_reason for name in "ab"] == ["the host asks to wait 5h"] * 2
    assert (source(store, "b").next_poll_at or NOW) >= NOW + 7 * HOUR
    by_hand = await poll(watch, "b", now=NOW + 3 * HOUR)
    assert by_hand.outcome == "failed"
    assert "left alone until 2026-05-10 15:00" in by_hand.reason
    left = await poll_due(watch, now=NOW + 3 * HOUR, every=True)
    assert {(one.source, one.outcome) for one in left} == {("a", "failed"), ("b", "failed")}
    assert len(site.requests) - asked == 1


async def test_a_poll_by_hand_waits_while_another_source_of_the_host_is_read(
    store: Store, site: Site, watch: Watch
) -> None:
    for name in "ab":
        await added(watch, site.puts(f"/{name}", listing(ROWS)), name)
    with store.write() as db:
        held = sources.claim(db, "a", owner="other", now=NOW, lease=600)
    assert held
    waiting = asyncio.create_task(poll(watch, "b", now=NOW))
    await asyncio.sleep(0)
    assert not waiting.done()
    with store.write() as db:
        hosts.release(db, [Rest(held.host, held.holder, None)])
    assert (await waiting).outcome == "not-modified"


# ---- robots.txt ----


async def test_robots_txt_is_asked_once_a_day_before_anything_else(store: Store, site: Site, watch: Watch) -> None:
    await added(watch, site.puts("/list", listing(ROWS)))
    for hour in (2, 4, 6):
        await poll_due(watch, now=NOW + hour * HOUR)
    assert [request.path for request in site.requests[:3]] == ["/robots.txt", "/list", "/list"]
    assert len(site.asked("/robots.txt")) == 1
    await poll_due(watch, now=NOW + 25 * HOUR)
    assert len(site.asked("/robots.txt")) == 2


async def test_what_robots_txt_refuses_is_not_read_and_the_admin_decides(
    store: Store, site: Site, watch: Watch
) -> None:
    await added(watch, site.puts("/list", listing(ROWS)))
    site.puts("/robots.txt", "User-agent: *\nDisallow: /list\n", "text/plain")
    site.puts("/list", listing([NEW, *ROWS]))
    asked = len(site.asked("/list"))

    (refused,) = await poll_due(watch, now=NOW + 25 * HOUR)

    assert (refused.outcome, len(site.asked("/list"))) == ("failed", asked)
    assert standing(store) == {"robots": "tidings source edit office --ignore-robots"}
    assert source(store).next_poll_reason == "robots.txt refuses: asked again"
    watched.edit(store, "office", {"ignore_robots": True}, site=SITE, now=NOW + 26 * HOUR)
    await poll_due(watch, now=NOW + 26 * HOUR)
    assert (mailable(store), standing(store)) == ([NEW[0]], {})


async def test_a_url_that_robots_txt_refuses_is_watched_only_on_demand(store: Store, site: Site, watch: Watch) -> None:
    site.puts("/robots.txt", "User-agent: *\nDisallow: /\n", "text/plain")
    url = site.puts("/list", listing(ROWS))
    with pytest.raises(UserError, match="--ignore-robots"):
        await watched.look(watch, url, now=NOW)
    assert site.asked("/list") == []
    look = await watched.look(watch, url, ignore_robots=True, now=NOW)
    assert (await watched.add(watch, look, now=NOW)).source.ignore_robots


async def test_robots_txt_is_not_asked_where_the_configuration_says_so(store: Store, site: Site, watch: Watch) -> None:
    careless = replace(watch, settings=replace(SETTINGS, respect_robots=False))
    site.puts("/robots.txt", "User-agent: *\nDisallow: /\n", "text/plain")
    await added(careless, site.puts("/list", listing(ROWS)))
    assert site.asked("/robots.txt") == []


# ---- our own network ----


async def test_when_nobody_can_be_reached_no_source_is_to_blame(
    store: Store, site: Site, other: Site, watch: Watch
) -> None:
    for name, one in (("a", site), ("b", other)):
        await added(watch, one.puts("/list", listing(ROWS)), name)
    async with Fetcher(SETTINGS, "1.0") as unplugged:
        cut = replace(watch, fetcher=unplugged)
        await site.close()
        await other.close()
        polled = await poll_due(cut, now=NOW + 2 * HOUR)
    assert {one.outcome for one in polled} == {"failed"}
    assert all("our own network is down" in one.reason for one in polled)
    assert [(source(store, name).failures, source(store, name).error) for name in "ab"] == [(0, "")] * 2
    assert standing(store) == {"network": "tidings doctor"}
    soon = source(store, "a").next_poll_at
    assert soon
    assert soon < NOW + 2 * HOUR + timedelta(minutes=5)

    await site.open()
    await other.open()
    await poll_due(cut_back(watch, cut), now=NOW + 3 * HOUR)
    assert standing(store) == {}


def cut_back(watch: Watch, cut: Watch) -> Watch:
    """The watch with what was found out about the network."""
    return replace(watch, network=cut.network)


async def test_a_host_that_is_down_alone_is_to_blame(store: Store, site: Site, other: Site, watch: Watch) -> None:
    for name, one in (("a", site), ("b", other)):
        await added(watch, one.puts("/list", listing(ROWS)), name)
    await site.close()
    await poll(watch, "a", now=NOW + HOUR)
    assert source(store, "a").failures == 1
    assert standing(store) == {}
    await site.open()


# ---- rhythm and place ----


async def test_what_the_admin_chose_is_obeyed_and_the_rest_learnt(store: Store, site: Site, watch: Watch) -> None:
    await added(watch, site.puts("/a", listing(ROWS)), "a", every=None)
    await added(watch, site.puts("/b", listing(ROWS)), "b", every=7200)
    for name in "ab":
        site.puts(f"/{name}", listing([NEW, *ROWS]))
        await poll(watch, name, now=NOW + 4 * DAY)
    assert source(store, "a").next_poll_reason.startswith("its own rhythm, about")
    assert source(store, "b").next_poll_reason == "every 2h, as you chose"
    with store.read() as db:
        rhythm = polls.pacing(db, "a").rhythm
    assert rhythm
    assert rhythm.count == pytest.approx(1, abs=0.05)


async def test_a_permanent_move_to_another_host_waits_for_the_admin(
    store: Store, site: Site, other: Site, watch: Watch
) -> None:
    await added(watch, site.puts("/list", listing(ROWS)))
    to = other.puts("/list", listing(ROWS))
    site.redirects("/list", to, "301 Moved Permanently")
    for day in range(1, 4):
        await poll(watch, "office", now=NOW + day * DAY)
    assert (source(store).where, standing(store)) == (site.url("/list"), {"moved": "tidings source accept office"})

    await accept(watch, "office", now=NOW + 3 * DAY)
    other.puts("/list", listing([NEW, *ROWS]))
    await poll(watch, "office", now=NOW + 4 * DAY)

    assert source(store).where == to
    assert "moved" not in standing(store)
    assert (len(titles(store)), mailable(store)) == (6, [NEW[0]])


async def test_a_host_that_says_not_modified_for_ever_is_asked_for_the_whole_now_and_then(
    store: Store, site: Site, watch: Watch
) -> None:
    site.puts("/list", listing(ROWS))
    site.pages["/list"] = replace(site.pages["/list"], etag='"same"')
    await added(watch, site.url("/list"))
    site.pages["/list"] = replace(site.pages["/list"], body=listing([NEW, *ROWS]).encode())
    assert (await poll(watch, "office", now=NOW + 6 * DAY)).outcome == "not-modified"
    first = len(site.requests)
    await poll_due(watch, now=NOW + 8 * DAY)
    assert "if-none-match" not in site.requests[-1].headers
    assert (len(site.requests) - first, mailable(store)) == (2, [NEW[0]])
