"""Pages drawn by a real browser, and what such a page cannot do."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from feeds import browser as browsers
from feeds import sources as watched
from feeds.browser import Browser
from feeds.children import Children
from feeds.fetch import Failed, Fetched, Fetcher, Outcome
from feeds.poll import poll
from feeds.settings import Polling
from state.errors import UserError
from state.store import Store
from tests.fakes.site import Page, Site
from tests.feeds.samples import NOW
from tests.feeds.watching import ROWS, titles, watching

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        not any(map(shutil.which, browsers._NAMES)), reason="NO BROWSER: chromium is not installed, nothing was drawn"
    ),
]

SETTINGS = Polling(allow=("127.0.0.1/32",), timeout=60, max_bytes=300_000, contact_url="https://office.example.org/")
SHELL = (
    '<!DOCTYPE html><html lang="en"><head><title>Press releases</title><link rel="stylesheet" href="/style.css"></head>'
    '<body><div id="root"></div><img src="/picture.png"><noscript>Please enable JavaScript</noscript>'
    '<script src="/app.js"></script></body></html>'
)
APP = """
fetch('/data?page=1', {headers: {'X-Shop-Key': 'k1'}}).then(got => got.json()).then(rows => {
  document.getElementById('root').innerHTML = '<main><h1>Press releases</h1><ul>' + rows.map(row =>
    `<li><h3><a href="/news/${row[2]}">${row[0]}</a></h3><p class="date">${row[1]}</p></li>`).join('') + '</ul></main>';
});
"""
DATA = str([list(row) for row in ROWS]).replace("'", '"')


@pytest_asyncio.fixture(loop_scope="module")
async def site() -> AsyncIterator[Site]:
    async with Site() as held:
        yield held


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with Browser(SETTINGS, "1.0") as held:
        yield held


def app(site: Site) -> str:
    """A page that a script fills from data; its URL."""
    site.puts("/app.js", APP, "text/javascript")
    site.puts("/data?page=1", DATA, "application/json")
    return site.puts("/", SHELL)


async def read(browser: Browser, url: str) -> Outcome:
    async with Fetcher(SETTINGS, "1.0") as fetcher:
        return await browser.read(url, fetcher)


async def drawn(browser: Browser, url: str) -> str:
    got = await read(browser, url)
    assert isinstance(got, Fetched), got
    return got.body.decode()


def script(site: Site, source: str, path: str = "/") -> str:
    return site.puts(path, f"<!DOCTYPE html><title>A page</title><p id=p>before</p><script>{source}</script>")


# ---- what is drawn ----


async def test_a_page_is_what_its_scripts_made_of_it(site: Site, browser: Browser) -> None:
    got = await read(browser, app(site))
    assert isinstance(got, Fetched)
    text = got.body.decode()
    assert all(row[0] in text for row in ROWS)
    assert "<script" not in text
    assert "enable JavaScript" not in text
    assert (got.validators.etag, got.validators.last_modified) == ("", "")
    assert await read(browser, site.url()) == got, "the same page is the same bytes"


async def test_only_what_a_page_is_made_of_is_asked_for_and_by_our_name(site: Site, browser: Browser) -> None:
    await drawn(browser, app(site))
    assert [request.path for request in site.requests] == ["/", "/app.js", "/data?page=1"]
    assert {request.headers["user-agent"] for request in site.requests} == {
        "tidings/1.0 (+https://office.example.org/)"
    }
    (data,) = site.asked("/data?page=1")
    assert data.headers["x-shop-key"] == "k1"
    assert "cookie" not in data.headers


async def test_what_comes_a_moment_later_and_what_stands_in_shadow_trees_is_read(site: Site, browser: Browser) -> None:
    url = script(
        site,
        "setTimeout(() => { p.textContent = 'after'; const box = document.createElement('news-box');"
        "document.body.append(box); const tree = box.attachShadow({mode: 'open'});"
        "tree.innerHTML = '<h3>In the shade</h3><inner-box></inner-box>';"
        "tree.querySelector('inner-box').attachShadow({mode: 'open'}).innerHTML = '<p>deeper</p>'; }, 400);",
    )
    text = await drawn(browser, url)
    assert '<p id="p">after</p>' in text
    assert "<news-box><h3>In the shade</h3><inner-box><p>deeper</p></inner-box></news-box>" in text


async def test_a_page_that_a_script_leads_to_is_read_and_a_chain_of_them_ends(site: Site, browser: Browser) -> None:
    script(site, "location = '/en/'")
    script(site, "p.textContent = 'in English'", "/en/")
    got = await read(browser, site.url())
    assert isinstance(got, Fetched)
    assert (got.url, b"in English" in got.body) == (site.url("/en/"), True)

    script(site, "location = '/?again=' + (Number(location.search.slice(7)) + 1)")
    for number in range(1, 30):
        site.pages[f"/?again={number}"] = site.pages["/"]
    site.requests.clear()
    await read(browser, site.url())
    assert len(site.requests) <= 1 + browsers._MOVES


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable", "404 Not Found"])
async def test_a_status_that_is_no_document_is_answered_and_nothing_drawn(
    site: Site, browser: Browser, status: str
) -> None:
    site.pages["/"] = Page(SHELL.encode(), status=status, headers={"Retry-After": "120"})
    got = await read(browser, site.url())
    assert isinstance(got, Failed)
    assert (got.status, got.retry_after) == (int(status[:3]), 120)
    assert [request.path for request in site.requests] == ["/"]


async def test_what_is_no_page_is_given_as_it_is(site: Site, browser: Browser) -> None:
    url = site.puts("/feed", "<rss version='2.0'></rss>", "application/rss+xml")
    assert await drawn(browser, url) == "<rss version='2.0'></rss>"


# ---- what a page cannot do ----

TRIES = {
    "fetch": "fetch('URL', {mode: 'no-cors'})",
    "script": "document.body.append(Object.assign(document.createElement('script'), {src: 'URL'}))",
    "frame": "document.body.append(Object.assign(document.createElement('iframe'), {src: 'URL'}))",
    "picture": "new Image().src = 'URL'",
    "going there": "location = 'URL'",
    "a window": "window.open('URL')",
    "a beacon": "navigator.sendBeacon('URL', 'x')",
    "a form": "const f = Object.assign(document.createElement('form'), {method: 'post', action: 'URL'});"
    "document.body.append(f); f.submit()",
    "a web socket": "new WebSocket('URL'.replace('http', 'ws'))",
    "events": "new EventSource('URL')",
    "a worker": "new Worker(URL.createObjectURL(new Blob([`fetch('URL')`])))",
    "a redirect": "fetch('/away')",
    "a redirect to a page": "location = '/away'",
    "a download": "document.body.append(Object.assign(document.createElement('a'), {href: 'URL', download: 'x'}));"
    "document.querySelector('a').click()",
    "WebRTC": "const c = new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.2:PORT'}]});"
    "c.createDataChannel('x'); c.createOffer().then(o => c.setLocalDescription(o))",
}


@pytest.mark.parametrize("way", TRIES)
async def test_a_page_reaches_no_private_address_but_its_own(site: Site, browser: Browser, way: str) -> None:
    """The site lives at 127.0.0.1, which poll.allow names; what it tries to reach at 127.0.0.2."""
    came: list[str] = []

    async def note(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append("a connection")
        writer.close()

    class Datagrams(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: object) -> None:
            came.append("a datagram")

    listening = await asyncio.start_server(note, "127.0.0.2", 0)
    port = listening.sockets[0].getsockname()[1]
    hearing, _ = await asyncio.get_running_loop().create_datagram_endpoint(Datagrams, ("127.0.0.2", port))
    try:
        private = f"http://127.0.0.2:{port}/secret"
        site.redirects("/away", private)
        url = script(site, TRIES[way].replace("URL.createObjectURL", "self.URL.createObjectURL")
                     .replace("'URL'", f"'{private}'").replace("PORT", str(port)))  # fmt: skip
        await read(browser, url)
    finally:
        hearing.close()
        listening.close()
        await listening.wait_closed()
    assert came == []


async def test_a_page_in_a_private_network_reaches_no_other_port_there(site: Site, browser: Browser) -> None:
    async with Site() as other:
        other.puts("/secret", "no")
        await drawn(browser, script(site, f"fetch('{other.url('/secret')}', {{mode: 'no-cors'}})"))
        assert other.requests == []


async def test_a_page_changes_nothing_anywhere(site: Site, browser: Browser) -> None:
    """Neither at its site nor for the next page: nothing but GET, no cookie, no storage, no service worker."""
    url = script(
        site,
        "fetch('/change', {method: 'POST', body: 'x'}); fetch('/change', {method: 'DELETE'});"
        "p.textContent = document.cookie + '|' + localStorage.getItem('seen');"
        "document.cookie = 'seen=1'; localStorage.setItem('seen', '1');"
        "navigator.serviceWorker && navigator.serviceWorker.register('/worker.js')",
    )
    for _ in range(2):
        assert '<p id="p">|null</p>' in await drawn(browser, url)
    assert [(request.method, request.path) for request in site.requests] == [("GET", "/"), ("GET", "/")]


async def test_a_page_with_endless_parts_ends(site: Site, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browsers, "_PARTS", 5)
    for number in range(20):
        site.puts(f"/{number}", "x", "text/plain")
    await drawn(browser, script(site, "for (let n = 0; n < 20; n++) fetch('/' + n)"))
    assert len(site.requests) == 1 + 5


async def test_a_page_that_never_ends_is_given_up_and_the_next_one_is_drawn(site: Site) -> None:
    hung = script(site, "while (true) {}", "/hung")
    async with Browser(SETTINGS, "1.0") as browser:
        await drawn(browser, app(site))
        pid = browser._pid
        browser._settings = replace(SETTINGS, timeout=3)
        got = await read(browser, hung)
        assert isinstance(got, Failed)
        assert "poll.timeout" in got.reason
        browser._settings = SETTINGS
        assert ROWS[0][0] in await drawn(browser, site.url())
        assert not alive(pid)


async def test_a_page_that_takes_too_much_memory_or_is_too_large_is_given_up(
    site: Site, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = script(site, "p.textContent = 'x'.repeat(400000)")
    got = await read(browser, large)
    assert isinstance(got, Failed)
    assert "poll.max_bytes" in got.reason
    monkeypatch.setattr(browsers, "_MEMORY", 1)
    got = await read(browser, app(site))
    assert isinstance(got, Failed)
    assert "MB" in got.reason


async def test_the_browser_is_gone_afterwards(site: Site) -> None:
    async with Browser(SETTINGS, "1.0") as browser:
        await drawn(browser, app(site))
        pid = browser._pid
        assert alive(pid)
    assert not alive(pid)


async def test_without_the_extra_it_is_said_what_to_install(
    site: Site, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Browser(SETTINGS, "1.0") as bare:
        monkeypatch.setattr(browsers, "find_spec", lambda _name: None)
        got = await read(bare, app(site))
    assert isinstance(got, Failed)
    assert "pip install 'tidings[browser]'" in got.reason


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not waited for does not."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


# ---- as a source ----


async def test_a_drawn_source_is_read_again_only_when_it_shows_something_else(
    store: Store, site: Site, browser: Browser
) -> None:
    async with Children(count=1) as children, watching(store, children) as held:
        watch = replace(held, browser=browser)
        look = await watched.look(watch, app(site), browser=True, now=NOW)
        added = await watched.add(watch, look, id="office", now=NOW)
        assert (len(added.new), added.source.browser) == (len(ROWS), True)
        assert (await poll(watch, "office", now=NOW)).outcome == "not-modified"
        fresh = '["Ten provinces agree on a hotline", "15 May 2006", "9"]'
        site.puts("/data?page=1", DATA.replace("[[", f"[{fresh}, [", 1), "application/json")
        assert len((await poll(watch, "office", now=NOW)).new) == 1
    assert titles(store)[0] == "Ten provinces agree on a hotline"


async def test_robots_txt_holds_for_the_parts_of_a_page(store: Store, site: Site, browser: Browser) -> None:
    app(site)
    site.puts("/robots.txt", "User-agent: *\nDisallow: /data\n", "text/plain")
    site.puts("/", SHELL.replace('<img src="/picture.png">', ""))
    async with Children(count=1) as children, watching(store, children) as held:
        with pytest.raises(UserError, match="although its scripts ran"):
            await watched.look(replace(held, browser=browser), site.url(), browser=True, now=NOW)
    assert site.asked("/data?page=1") == []
    assert len(site.asked("/robots.txt")) <= 2
