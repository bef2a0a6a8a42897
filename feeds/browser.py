"""Draw pages that a script fills, in headless Chromium (extra `tidings[browser]`; the one importer of playwright).

The browser is never on the network. Each request of a page is answered by us, with what
the one fetch function brings (`feeds.fetch`): its judgement of addresses at every connect
and redirect, its limits, and robots.txt hold for scripts and data as for pages. Whatever a
page tries beside that (web sockets, WebRTC, a look-up) ends at a proxy that is not there.
Only GET is answered: drawing a page changes nothing anywhere. What a page does not need to
be read (pictures, fonts, media, styles, frames) is not fetched. poll.allow opens private
networks to a page that lives in one, and there to its own host only.

One browser for all, one page at a time, each in a context of its own of which nothing is
kept. It is ended when it was idle for a while, after some pages, and killed where it
hangs or grows. Decision 0021 says why. Called by `feeds.manners` and `tidings extract`.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import signal
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from yarl import URL

from feeds.fetch import Failed, Fetched, Fetcher, Outcome
from feeds.settings import Polling
from state.records import Validators
from state.text import clean

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium
    from playwright.async_api import BrowserContext, CDPSession, Page, Playwright, Route

MISSING = (
    "pages are drawn by a browser only with the extra: pip install 'tidings[browser]', and Chromium "
    "(Debian: apt-get install chromium; else: playwright install chromium-headless-shell)"
)
Allowed = Callable[[str, Fetcher], Awaitable[Failed | None]]  # why a part of a page is not read, None where it may be
Part = Callable[[str, Mapping[str, str]], Awaitable[Outcome]]  # fetches one, with headers of the page's own

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_HTML = ("text/html", "application/xhtml+xml")
_WANTED = ("script", "xhr", "fetch")  # kinds of parts that are fetched
_PARTS = 200  # of one page that are fetched
_LARGEST = 3  # times poll.max_bytes: all parts of a page together
_MOVES = 5  # pages that a script may lead to, one after the other
_PAGES = 50  # drawn by one browser
_IDLE = 60.0  # seconds after which a browser is ended
_MEMORY = 1_200_000_000  # bytes that its processes may hold together
_CLOSING = 5.0  # seconds that a page or the browser has to end by itself
_LOOK = 0.3  # seconds between two looks at a page and at the browser's memory
_LOOKS = 10
_OURS = {"host", "connection", "cookie", "user-agent", "accept-encoding", "content-length", "range"}
_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-pings",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-dev-shm-usage",
    "--disable-features=WebTransport,Prerender2,SpeculationRules",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://127.0.0.1:9",  # nobody listens there
    "--proxy-bypass-list=<-loopback>",
    "--renderer-process-limit=1",
    "--js-flags=--max-old-space-size=384",
)
# Read in a world of our own, where the page's scripts have changed nothing. Open shadow trees are laid out flat; what
# is left out is no text of the page and often another each time.
_READ = """(most => {
  const flat = (from, to) => {
    const here = from.querySelectorAll('*'), there = to.querySelectorAll('*');
    here.forEach((node, at) => {
      if (!node.shadowRoot) return;
      const shown = document.createElement('div');
      node.shadowRoot.childNodes.forEach(one => shown.append(one.cloneNode(true)));
      flat(node.shadowRoot, shown);
      there[at].prepend(...shown.childNodes);
    });
  };
  const copy = document.documentElement.cloneNode(true);
  flat(document.documentElement, copy);
  copy.querySelectorAll('script:not([type*=json]),style,noscript,template,iframe,link[rel*=load],link[rel=stylesheet]')
    .forEach(node => node.remove());
  const told = '<!DOCTYPE html>' + copy.outerHTML;
  return told.length > most ? '' : told;
})"""


def installed() -> bool:
    """Whether the extra is there."""
    return find_spec("playwright") is not None


class _NoBrowser(Exception):
    """There is none that could draw."""


class _Grown(Exception):
    """The browser holds more memory than it may."""


class Browser:
    """Starts nothing before the first page. An async context manager."""

    def __init__(self, settings: Polling, version: str) -> None:
        contact = f" (+{settings.contact_url})" if settings.contact_url else ""
        self._agent = f"tidings/{version}{contact}"
        self._settings = settings
        self._outside = Fetcher(replace(settings, allow=()), version)
        self._turn = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._chromium: Chromium | None = None
        self._pid = 0
        self._drawn = 0
        self._sleep: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Browser:
        await self._outside.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._sleep:
            self._sleep.cancel()
        async with self._turn:
            await self._end()
        await self._outside.__aexit__(kind, error, trace)

    async def read(self, url: str, fetcher: Fetcher, allowed: Allowed | None = None) -> Outcome:
        """Fetch a document, and draw it where it is HTML: `body` is then what its scripts made of it.

        fetcher: may reach what poll.allow names. allowed: asked before each part of the page is fetched.
        A status that is no document, 429 and 5xx too, is answered as `Fetcher.fetch` does; nothing is drawn then.
        What was drawn has no validators but its hash. Raises nothing; what goes wrong is `Failed`.
        """
        got, inside = await self._outside.fetch(url), False
        if isinstance(got, Failed) and got.kind == "refused" and self._settings.allow:
            got, inside = await fetcher.fetch(url), True
        if not isinstance(got, Fetched) or not got.content_type.lower().startswith(_HTML):
            return got
        page, home = got, _origin(got.url)

        async def part(address: str, headers: Mapping[str, str]) -> Outcome:
            via = fetcher if inside and _origin(address) == home else self._outside
            refused = await allowed(address, via) if allowed else None
            return refused or await via.fetch(address, headers=headers)

        async with self._turn:
            if self._sleep:
                self._sleep.cancel()
            try:
                async with asyncio.timeout(self._settings.timeout):
                    return await self._draw(page, part)
            except TimeoutError:
                await self._kill()
                limit = f"poll.timeout ({self._settings.timeout:g} s)"
                return _failed(page, f"it was not drawn within {limit}; raise that if it is always slow")
            except _Grown:
                return _failed(page, f"drawing it took more than {_MEMORY // 1_000_000} MB; watch a smaller page")
            except _NoBrowser as error:
                return Failed("browser", str(error))
            finally:
                self._sleep = asyncio.create_task(self._rest())

    async def _draw(self, page: Fetched, part: Part) -> Outcome:
        from playwright.async_api import Error

        chromium = await self._started()
        try:
            context = await chromium.new_context(
                user_agent=self._agent, accept_downloads=False, service_workers="block"
            )
            url, body = await self._watched(_rendered(context, page, part, self._settings))
            await asyncio.wait_for(context.close(), _CLOSING)
        except Error as error:
            await self._kill()
            said = clean(error.message.partition("\n")[0])[:200]
            return _failed(page, f"the browser could not draw it ({said}); it is tried again later")
        self._drawn += 1
        if self._drawn >= _PAGES:
            await self._end()
        if not body:
            most = self._settings.max_bytes
            return _failed(page, f"drawn it is larger than poll.max_bytes ({most}); watch a smaller page")
        validators = Validators(page.validators.url, body_hash=hashlib.sha256(body).hexdigest())
        return replace(page, url=url, body=body, content_type="text/html; charset=utf-8", validators=validators)

    async def _watched(self, drawing: Coroutine[None, None, tuple[str, bytes]]) -> tuple[str, bytes]:
        """Wait for a page while the browser does not grow too large."""
        task = asyncio.create_task(drawing)
        try:
            while True:
                if (await asyncio.wait({task}, timeout=_LOOK))[0]:
                    return task.result()
                if await asyncio.to_thread(_held, self._pid) > _MEMORY:
                    await self._kill()
                    raise _Grown
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    # ---- the browser's life ----

    async def _started(self) -> Chromium:
        if self._chromium is not None and self._chromium.is_connected():
            return self._chromium
        await self._end()
        if not installed():
            raise _NoBrowser(MISSING)
        from playwright.async_api import Error, async_playwright

        self._playwright = await async_playwright().start()
        path = next((found for name in _NAMES if (found := shutil.which(name))), None)
        try:
            self._chromium = await self._playwright.chromium.launch(
                executable_path=path,
                args=list(_FLAGS),
                # Chromium has no sandbox for root; whoever runs as a user of their own has one.
                chromium_sandbox=os.geteuid() != 0,
                timeout=1000 * self._settings.timeout,
            )
        except Error as error:
            await self._end()
            raise _NoBrowser(_unstarted(error.message)) from error
        session: CDPSession = await self._chromium.new_browser_cdp_session()
        processes = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
        self._pid = next(int(one["id"]) for one in processes if one["type"] == "browser")
        await session.detach()
        self._drawn = 0
        return self._chromium

    async def _end(self) -> None:
        """End the browser in good order, or else."""
        if self._chromium is not None:
            await self._closed(self._chromium.close())
        self._chromium = None
        if self._playwright is not None:
            with suppress(Exception):  # what is left of it goes with its process
                await asyncio.wait_for(self._playwright.stop(), _CLOSING)
        self._playwright = None

    async def _kill(self) -> None:
        if self._pid:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
        self._pid = 0
        await self._end()

    async def _closed(self, closing: Awaitable[None]) -> None:
        from playwright.async_api import Error

        try:
            await asyncio.wait_for(closing, _CLOSING)
        except (TimeoutError, Error):
            if self._pid:
                with suppress(ProcessLookupError):
                    os.kill(self._pid, signal.SIGKILL)
            self._pid = 0

    async def _rest(self) -> None:
        await asyncio.sleep(_IDLE)
        async with self._turn:
            await self._end()


# ---- one page ----


async def _rendered(context: BrowserContext, page: Fetched, part: Part, settings: Polling) -> tuple[str, bytes]:
    """Where a page was in the end, and what it then was; nothing where that is too much."""
    from playwright.async_api import TimeoutError as Late

    answers = _Answers(page, part, _LARGEST * settings.max_bytes)
    await context.route("**/*", answers.answer)
    await context.route_web_socket("**/*", lambda socket: socket.close())
    shown = await context.new_page()
    answers.shown = shown
    try:
        with suppress(Late):
            await shown.goto(page.url, wait_until="domcontentloaded", timeout=1000 * settings.timeout)
            await shown.wait_for_load_state("networkidle", timeout=500 * settings.timeout)
        session = await context.new_cdp_session(shown)
        before, now = None, await _read(session, settings.max_bytes)
        for _ in range(_LOOKS):  # some scripts write a moment after their data came
            if now == before:
                break
            await asyncio.sleep(_LOOK)
            before, now = now, await _read(session, settings.max_bytes)
        return shown.url if shown.url.startswith(("http://", "https://")) else page.url, now
    finally:
        await answers.end()


async def _read(session: CDPSession, most: int) -> bytes:
    frame = (await session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
    world = await session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "tidings"})
    asked = {"expression": f"{_READ}({most})", "contextId": world["executionContextId"], "returnByValue": True}
    answer = await session.send("Runtime.evaluate", asked)
    body = str(answer["result"].get("value", "")).encode("utf-8", "replace")
    return body if len(body) <= most else b""


class _Answers:
    """What the requests of one page get. shown: the page; another window of it gets nothing."""

    def __init__(self, page: Fetched, part: Part, most: int) -> None:
        self._page, self._part, self._room = page, part, most
        self._parts, self._moves = 0, 0
        self._given = False  # the page itself, which was fetched before
        self._hosts: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # one request to a host at a time
        self._tasks: set[asyncio.Task[None]] = set()
        self.shown: Page | None = None

    def answer(self, route: Route) -> None:
        task = asyncio.create_task(self._answer(route))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _answer(self, route: Route) -> None:
        from playwright.async_api import Error

        with suppress(Error):  # the page is gone
            got = await self._got(route)
            if isinstance(got, Fetched):
                # Nobody is logged in here, so that every site may read what any other shows to everybody.
                origin = {"Access-Control-Allow-Origin": route.request.headers.get("origin", "*")}
                headers = {"Content-Type": got.content_type, "Access-Control-Allow-Credentials": "true", **origin}
                await route.fulfill(status=200, headers=headers, body=got.body)
            elif got and got.status:
                await route.fulfill(status=got.status, body="")
            else:
                await route.abort("blockedbyclient")

    async def _got(self, route: Route) -> Fetched | Failed | None:
        """The answer to a request; None for what is not asked of anybody."""
        request = route.request
        asks = request.method == "GET" and request.url.startswith(("http://", "https://"))
        if not asks or request.frame.page is not self.shown or request.frame.parent_frame:
            return None
        if request.resource_type == "document":
            if not self._given:
                self._given = True
                return self._page
            self._moves += 1
        elif request.resource_type not in _WANTED:
            return None
        self._parts += 1
        if self._moves > _MOVES or self._parts > _PARTS or self._room <= 0:
            return None
        headers = {name: value for name, value in request.headers.items() if _carried(name)}
        async with self._hosts[_origin(request.url)]:
            got = await self._part(request.url, headers)
        if isinstance(got, Fetched):
            self._room -= len(got.body)
        return got if isinstance(got, Fetched | Failed) else None


def _carried(name: str) -> bool:
    """Whether a header of the page's own is sent: what its data may depend on, and nothing of ours."""
    return name.lower() not in _OURS and not name.lower().startswith(("sec-", "proxy-", "if-"))


def _origin(url: str) -> str:
    return str(URL(url).origin())


def _failed(page: Fetched, why: str) -> Failed:
    return Failed("browser", f"{page.url}: {why}")


def _unstarted(message: str) -> str:
    """Why Chromium did not start, in words for the admin."""
    if "Executable doesn't exist" in message:
        return f"there is no Chromium here; {MISSING}"
    lines = [line for line in message.splitlines() if "ERROR" in line or "FATAL" in line or "sandbox" in line.lower()]
    said = clean((lines or message.splitlines())[0])[:300]
    return f"Chromium does not start ({said}); in a container it needs user namespaces for its sandbox"


# ---- its memory ----


def _held(pid: int) -> int:
    """Bytes of memory that a process and those it started hold, as far as this system tells (Linux)."""
    started: defaultdict[int, list[int]] = defaultdict(list)
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            started[int(file.read_text().rpartition(")")[2].split()[1])].append(int(file.parent.name))
    family, octets = [pid], 0
    for one in family:
        family += started[one]
        with suppress(OSError, ValueError):
            octets += int(Path(f"/proc/{one}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return octets
