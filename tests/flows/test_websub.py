"""Sources whose feed announces a hub: subscribed, renewed, told of news, left again; with a real hub.

The hub speaks to our own web server, which stands on the same database as the one that polls.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from click.testing import CliRunner

from cli.main import tidings
from feeds import sources as watched
from feeds import websub
from feeds.children import Children
from feeds.fetch import Fetcher
from feeds.poll import Polled, Watch
from feeds.rounds import poll_due
from feeds.settings import Polling, Publishing
from state import sources
from state import websub as subscriptions
from state.records import Site as Face
from state.records import Source
from state.store import Store
from state.websub import Subscription
from tests.fakes.hub import Hub
from tests.fakes.site import LOOPBACK, Page, Site
from tests.feeds.samples import NOW, SITE
from tests.feeds.watching import titles
from web.app import make_app, serve
from web.settings import Serving

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SETTINGS = Polling(allow=LOOPBACK, timeout=20, gap=0)
pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class World:
    """now: what every clock says. base: site.url."""

    store: Store
    watch: Watch
    site: Site
    hub: Hub
    base: str = ""
    now: datetime = NOW
    woken: int = 0
    more: list[str] = field(default_factory=list)

    def publishes(self, *names: str, links: str | None = None, **headers: str) -> str:
        """Let the feed have these entries, newest first."""
        said = f'<link rel="hub" href="{self.hub.url()}"/>' if links is None else links
        items = "".join(
            f"<entry><id>{name}</id><title>{name}</title><link href='/{len(name)}-{name[-4:]}'/>"
            f"<published>2026-05-0{1 + number}T10:00:00Z</published></entry>"
            for number, name in reversed(list(enumerate(reversed(names))))
        )
        feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Mill</title>{said}{items}</feed>'
        self.site.pages["/feed"] = Page(feed.encode(), "application/atom+xml", headers=headers)
        return self.site.url("/feed")

    async def watches(self, *names: str, links: str | None = None, **headers: str) -> None:
        url = self.publishes(*(names or OLD), links=links, **headers)
        look = await watched.look(self.watch, url, now=self.now)
        await watched.add(self.watch, look, id="mill", now=self.now)

    async def tends(self, after: timedelta = timedelta(0)) -> tuple[websub.Asked, ...]:
        self.now += after
        return await websub.tend(self.watch, self.base, now=self.now)

    async def subscribes(self) -> None:
        await self.watches()
        await self.tends()
        assert (await self.hub.verifies()).status == 200

    async def polls(self, after: timedelta = timedelta(0)) -> tuple[Polled, ...]:
        self.now += after
        return await poll_due(self.watch, now=self.now)

    @property
    def subscription(self) -> Subscription | None:
        with self.store.read() as db:
            return subscriptions.of_source(db, "mill")

    @property
    def state(self) -> str:
        one = self.subscription
        return one.state if one else "none"

    @property
    def source(self) -> Source:
        with self.store.read() as db:
            return sources.source(db, "mill")

    def does(self, work: Callable[..., object], *arguments: object) -> None:
        with self.store.write() as db:
            work(db, *arguments)


OLD = ("Wages are paid", "Looms are oiled", "Bales are weighed")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def children() -> AsyncIterator[Children]:
    async with Children(count=1) as held:
        yield held


@pytest_asyncio.fixture(loop_scope="module")
async def world(store: Store, children: Children) -> AsyncIterator[World]:
    async with Site() as site, Hub() as hub, Fetcher(SETTINGS, "1.0") as fetcher:
        made = World(store, Watch(store, fetcher, children, SITE, SETTINGS), site, hub)

        def nudged() -> None:
            made.woken += 1

        app = make_app(
            store,
            site=SITE,
            serving=Serving(),
            publishing=Publishing(),
            sink=None,
            clock=lambda: made.now,
            wake=nudged,
        )
        running = await serve(app, "127.0.0.1", 0)
        made.base = f"http://127.0.0.1:{running.port}"
        yield made
        await running.close()


# ---- subscribing ----


async def test_a_feed_that_announces_a_hub_is_subscribed_at_it(world: World) -> None:
    await world.watches()
    assert world.state == "idle"

    assert [one.note for one in await world.tends()] == [""]

    (asked,) = world.hub.asked
    assert asked["hub.mode"] == "subscribe"
    assert asked["hub.topic"] == world.site.url("/feed")
    assert asked["hub.callback"].startswith(f"{world.base}/websub/")
    assert len(asked["hub.callback"].rsplit("/", 1)[1]) == 43, "nobody guesses it"
    assert 20 < len(asked["hub.secret"]) < 200
    assert asked["hub.lease_seconds"] == "864000"
    assert world.state == "asked"

    answer = await world.hub.verifies("so & so", lease_seconds="100000")

    assert (answer.status, answer.body, answer.content_type) == (200, "so & so", "text/plain")
    one = world.subscription
    assert one is not None
    assert (one.state, one.lease_until) == ("subscribed", NOW + timedelta(seconds=100_000))


@pytest.mark.parametrize(
    ("links", "headers", "topic"),
    [
        ('<link rel="self" href="/feed?canonical"/>', {"Link": "<{hub}>; rel=hub"}, "/feed?canonical"),
        ('<link rel="hub" href="http://127.0.0.1:9/"/>', {"Link": '</a>; rel="self", <{hub}>; rel="hub"'}, "/a"),
        ('<link rel="self hub" href="{hub}"/>', {}, "{hub}"),
    ],
    ids=["hub in a header", "headers before the feed", "both in one link"],
)
async def test_hub_and_topic_are_what_headers_and_feed_say(
    world: World, links: str, headers: dict[str, str], topic: str
) -> None:
    hub = world.hub.url()
    said = {name: value.format(hub=hub) for name, value in headers.items()}
    await world.watches(links=links.format(hub=hub), **said)

    await world.tends()

    expected = topic.format(hub=hub)
    assert world.hub.asked[0]["hub.topic"] == (expected if "//" in expected else world.site.url(expected))


async def test_nothing_is_asked_without_a_public_address_or_of_a_feed_without_a_hub(world: World) -> None:
    await world.watches(links="")
    await world.tends()
    assert world.subscription is None

    world.publishes("News", *OLD)
    await world.polls(2 * HOUR)
    world.base = ""
    await world.tends()

    assert world.state == "idle"
    assert world.hub.asked == []


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://news.example.org/mill", True),
        ("http://localhost:8000", False),
        ("http://127.0.0.1:8000", False),
        ("http://10.1.2.3", False),
        ("", False),
    ],
)
async def test_an_address_of_this_machine_is_not_given_to_hubs(url: str, public: bool) -> None:
    assert websub.public(Face(url=url), ()) == (url if public else "")


async def test_a_subscription_is_renewed_before_its_end_and_the_old_lease_stands_meanwhile(world: World) -> None:
    await world.subscribes()

    await world.tends(7 * DAY)
    assert len(world.hub.asked) == 1
    await world.tends(DAY)

    assert [form["hub.mode"] for form in world.hub.asked] == ["subscribe", "subscribe"]
    assert world.hub.asked[0]["hub.callback"] == world.hub.asked[1]["hub.callback"]
    assert world.state == "subscribed"
    assert (await world.hub.verifies()).status == 200
    one = world.subscription
    assert one is not None
    assert one.lease_until == world.now + 10 * DAY


async def test_a_service_that_moved_subscribes_at_its_new_address(world: World) -> None:
    await world.subscribes()
    world.base += "/"

    await world.tends()

    assert len(world.hub.asked) == 2


@pytest.mark.parametrize(
    "wrong",
    [{"topic": "http://127.0.0.1/else"}, {"mode": "unsubscribe"}, {"mode": "other"}, {"mode": "denied", "topic": ""}],
)
async def test_what_was_not_asked_for_is_not_confirmed(world: World, wrong: dict[str, str]) -> None:
    await world.watches()
    await world.tends()

    answer = await world.hub.verifies("secret words", -1, **wrong)

    assert answer.status == 404
    assert "secret words" not in answer.body
    assert world.state == "asked"


async def test_a_callback_of_nobody_confirms_nothing_and_ends_deliveries(world: World) -> None:
    await world.watches()
    await world.tends()
    form = world.hub.asked[0]
    form["hub.callback"] = form["hub.callback"][:-43] + "x" * 43

    assert (await world.hub.verifies()).status == 404
    assert (await world.hub.announces()).status == 410


@pytest.mark.parametrize(("said", "seconds"), [("7", 60), ("1e9", 864_000), ("9" * 15, 90 * 86_400)])
async def test_a_lease_is_believed_within_reason(world: World, said: str, seconds: int) -> None:
    await world.watches()
    await world.tends()

    await world.hub.verifies(lease_seconds=said)

    one = world.subscription
    assert one is not None
    assert one.lease_until == NOW + timedelta(seconds=seconds)


# ---- hubs that do not ----


async def test_a_hub_in_trouble_is_asked_again_ever_later_and_says_why(world: World) -> None:
    world.hub.status = 500
    await world.watches()

    waits = []
    for _ in range(4):
        (asked,) = await world.tends()
        assert "status 500: so it is" in asked.note
        one = world.subscription
        assert one is not None
        assert one.next_at is not None
        waits.append((one.next_at - world.now) / MINUTE)
        assert await world.tends() == ()
        world.now = one.next_at

    assert waits == [5, 10, 20, 40]
    world.hub.status = 202
    await world.tends()
    await world.hub.verifies()
    assert world.state == "subscribed"


async def test_a_hub_that_asks_to_wait_is_left_alone(world: World) -> None:
    world.hub.status, world.hub.headers = 429, {"Retry-After": "7200"}
    await world.watches()
    await world.tends()

    assert await world.tends(HOUR) == ()
    assert len(await world.tends(HOUR)) == 1


async def test_a_hub_that_never_confirms_is_asked_again(world: World) -> None:
    await world.watches()
    await world.tends()

    await world.tends(5 * MINUTE)

    assert len(world.hub.asked) == 2


async def test_a_hub_in_a_private_network_is_not_spoken_to(world: World) -> None:
    await world.watches(links='<link rel="hub" href="http://169.254.169.254/latest"/>')

    (asked,) = await world.tends()

    assert "link-local" in asked.note


async def test_a_hub_may_send_us_on_but_not_everywhere(world: World) -> None:
    world.hub.status, world.hub.headers = 307, {"Location": "http://192.168.1.1/hub"}
    await world.watches()
    (asked,) = await world.tends()
    assert "private" in asked.note

    world.hub.headers = {"Location": world.hub.url("/hub")}
    await world.tends(5 * MINUTE)
    assert len(world.hub.asked) == 1 + 6, "a loop of redirects ends"


async def test_a_denial_is_kept_and_asked_again_after_a_week(world: World) -> None:
    await world.subscribes()

    assert (await world.hub.denies("not for you")).status == 200

    one = world.subscription
    assert one is not None
    assert (one.state, one.lease_until, one.note) == ("denied", None, "the hub refuses: not for you")
    assert await world.tends(6 * DAY) == ()
    assert len(await world.tends(DAY)) == 1


async def test_a_process_that_ends_while_it_asks_asks_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.watches()

    async def ends(*_: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(Fetcher, "post", ends)
    with pytest.raises(asyncio.CancelledError):
        await world.tends()
    monkeypatch.undo()

    assert len(await world.tends(5 * MINUTE)) == 1
    assert (await world.hub.verifies()).status == 200


# ---- news ----


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
async def test_a_signed_notice_makes_the_source_due_and_its_news_come(world: World, method: str) -> None:
    await world.subscribes()
    world.publishes("Strike is over", *OLD)
    world.now += 10 * MINUTE
    assert await world.polls() == ()

    answer = await world.hub.announces(method=method)

    assert answer.status // 100 == 2
    assert world.woken == 1
    assert world.source.next_poll_reason == "its hub announced news"
    (polled,) = await world.polls()
    assert len(polled.new) == 1
    assert titles(world.store)[0] == "Strike is over"


@pytest.mark.parametrize(
    "signature",
    ["", "sha256=", "sha256=" + "0" * 64, "md5=d41d8cd98f00b204e9800998ecf8427e", "sha256", "=", "sha256=é"],
)
async def test_a_notice_that_is_not_signed_as_it_must_be_is_answered_and_ignored(world: World, signature: str) -> None:
    await world.subscribes()
    world.now += 10 * MINUTE

    answer = await world.hub.announces(signature=signature)

    assert answer.status // 100 == 2
    assert world.woken == 0
    assert await world.polls() == ()
    one = world.subscription
    assert one is not None
    assert one.notices == 0


async def test_what_a_hub_delivers_is_never_taken_for_the_feed(world: World) -> None:
    await world.subscribes()
    world.now += 10 * MINUTE
    forged = b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>x</id><title>Forged</title></entry></feed>'

    await world.hub.announces(forged)
    await world.polls()

    assert titles(world.store) == list(OLD)


async def test_a_partial_feed_that_is_delivered_withdraws_nothing(world: World) -> None:
    await world.subscribes()
    world.publishes("Strike is over", *OLD)
    world.now += 10 * MINUTE

    await world.hub.announces(b"<feed><entry><title>Strike is over</title></entry></feed>")
    await world.polls()

    assert titles(world.store) == ["Strike is over", *OLD]


async def test_a_delivery_beyond_the_limit_is_refused_without_being_kept(world: World) -> None:
    await world.subscribes()
    world.now += 10 * MINUTE

    answer = await world.hub.announces(b" " * (21 * 1024 * 1024))

    assert answer.status == 413
    assert await world.polls() == ()


async def test_many_notices_are_one_poll_a_minute(world: World) -> None:
    await world.subscribes()
    world.now += 10 * MINUTE

    for _ in range(5):
        await world.hub.announces()
    assert len(await world.polls()) == 1
    await world.hub.announces()
    assert await world.polls(timedelta(seconds=30)) == ()

    await world.tends(timedelta(seconds=30))
    assert len(await world.polls()) == 1


async def test_a_notice_that_comes_while_its_source_is_polled_is_not_lost(world: World) -> None:
    await world.subscribes()
    world.now += 2 * HOUR
    with world.store.write() as db:
        claim = sources.claim(db, "mill", owner="another", now=world.now, lease=600)
    assert claim is not None
    await world.hub.announces()
    with world.store.write() as db:
        sources.settle(db, claim, {"last_polled_at": world.now, "next_poll_at": world.now + 4 * HOUR})

    await world.tends(MINUTE)

    assert world.source.next_poll_at == world.now


async def test_a_source_that_fails_keeps_its_waits_whatever_its_hub_says(world: World) -> None:
    await world.subscribes()
    world.site.pages["/feed"] = Page(b"", status="500 Internal Server Error", etag="")
    await world.polls(2 * HOUR)
    world.now += 5 * MINUTE

    await world.hub.announces()

    assert await world.polls() == ()


# ---- the safety net ----


async def test_polls_are_rarer_while_a_hub_tells_of_news(world: World) -> None:
    await world.subscribes()
    await world.polls(2 * HOUR)
    assert "hub" not in world.source.next_poll_reason, "it has told nothing yet"
    world.publishes("Strike is over", *OLD)
    world.now += 10 * MINUTE
    await world.hub.announces()

    await world.polls()

    assert "its hub announces news" in world.source.next_poll_reason


async def test_a_hub_that_was_silent_of_news_is_not_relied_on_until_it_speaks_again(world: World) -> None:
    await world.subscribes()
    world.publishes("Strike is over", *OLD)
    world.now += 10 * MINUTE
    await world.hub.announces()
    await world.polls()

    world.publishes("Looms are sold", "Strike is over", *OLD)
    await world.polls(5 * HOUR)
    assert "hub" not in world.source.next_poll_reason

    world.publishes("Bales are burnt", "Looms are sold", "Strike is over", *OLD)
    world.now += 10 * MINUTE
    await world.hub.announces()
    await world.polls()
    assert "its hub announces news" in world.source.next_poll_reason


async def test_news_that_are_announced_and_not_there_yet_are_looked_for_once_more_soon(world: World) -> None:
    await world.subscribes()
    world.now += 10 * MINUTE
    await world.hub.announces()
    await world.polls()
    assert 5 * MINUTE <= _wait(world) < 6 * MINUTE
    assert "not there" in world.source.next_poll_reason

    await world.polls(6 * MINUTE)

    assert 3.9 * HOUR < _wait(world) < 4.3 * HOUR


def _wait(world: World) -> timedelta:
    at = world.source.next_poll_at
    assert at is not None
    return at - world.now


# ---- leaving ----


@pytest.mark.parametrize("end", [sources.pause, sources.remove])
async def test_a_source_that_is_paused_or_removed_is_unsubscribed(world: World, end: Callable[..., object]) -> None:
    await world.subscribes()
    token = world.hub.asked[0]["hub.callback"]
    world.does(end, "mill")

    await world.tends()

    form = world.hub.asked[1]
    assert (form["hub.mode"], form["hub.callback"]) == ("unsubscribe", token)
    assert "hub.secret" not in form
    answer = await world.hub.verifies("go", number=1)
    assert (answer.status, answer.body) == (200, "go")
    assert world.state == "idle"
    assert await world.tends(30 * DAY) == ()


async def test_a_hub_that_goes_on_after_we_left_hears_that_nobody_is_there(world: World) -> None:
    await world.subscribes()
    world.does(sources.pause, "mill")
    await world.tends()

    world.hub.asked.pop()
    assert (await world.hub.announces()).status == 410


async def test_leaving_is_tried_a_few_times_and_then_left_to_the_lease(world: World) -> None:
    await world.subscribes()
    world.hub.status = 503
    world.does(sources.pause, "mill")

    for _ in range(20):
        await world.tends(3 * HOUR)

    assert [form["hub.mode"] for form in world.hub.asked] == ["subscribe", *5 * ["unsubscribe"]]
    assert world.state == "idle"


async def test_a_source_that_is_resumed_is_subscribed_again(world: World) -> None:
    await world.subscribes()
    world.does(sources.pause, "mill")
    await world.tends()
    world.does(lambda db: sources.resume(db, "mill", now=world.now))

    await world.tends()

    assert world.hub.asked[-1]["hub.mode"] == "subscribe"
    assert (await world.hub.verifies()).status == 200
    assert world.state == "subscribed"


async def test_a_feed_that_announces_no_hub_any_more_is_left(world: World) -> None:
    await world.subscribes()
    world.publishes("Strike is over", *OLD, links="")
    await world.polls(2 * HOUR)

    await world.tends()
    await world.hub.verifies()
    await world.tends()

    assert world.hub.asked[-1]["hub.mode"] == "unsubscribe"
    assert world.subscription is None


async def test_another_hub_begins_anew_and_the_old_callback_is_nobodys(world: World) -> None:
    await world.subscribes()
    world.publishes("Strike is over", *OLD, links=f'<link rel="hub" href="{world.hub.url("/other")}"/>')
    await world.polls(2 * HOUR)
    await world.tends()
    old, new = world.hub.asked

    assert old["hub.callback"] != new["hub.callback"]
    assert old["hub.secret"] != new["hub.secret"]
    async with ClientSession() as session, session.post(old["hub.callback"], data=b"x") as answer:
        assert answer.status == 410


async def test_a_doubtful_page_ends_no_subscription(world: World) -> None:
    await world.subscribes()
    login = b"<html><body><form><input type=password name=p></form><h1>Sign in</h1></body></html>"
    world.site.pages["/feed"] = replace(Page(login), etag="")

    await world.polls(2 * HOUR)
    await world.tends()

    assert world.state == "subscribed"
    assert len(world.hub.asked) == 1


# ---- what the admin sees ----


async def test_source_show_says_how_far_we_are_with_the_hub_and_no_secret(world: World, database: str) -> None:
    await world.subscribes()
    one = world.subscription
    assert one is not None
    world.now += MINUTE
    await world.hub.announces()

    shown = await asyncio.to_thread(CliRunner().invoke, tidings, ["--state", database, "source", "show", "mill"])
    told = await asyncio.to_thread(
        CliRunner().invoke, tidings, ["--state", database, "source", "show", "mill", "--json"]
    )

    assert shown.exit_code == 0, shown.output
    for word in (world.hub.url(), "subscribed", "2026-05-20 08:00", "2026-05-10 08:01"):
        assert word in shown.output
    assert json.loads(told.output)["source"]["hub"]["notices"] == 1
    for output in (shown.output, told.output):
        assert one.token not in output
        assert one.secret not in output
