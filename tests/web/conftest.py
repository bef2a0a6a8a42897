"""A real server on a free port of 127.0.0.1, and a client that follows nothing and keeps no cookies."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, DummyCookieJar
from multidict import CIMultiDictProxy

from feeds.settings import Publishing
from state.records import Site
from state.store import Store
from tests.feeds.samples import SITE
from web.app import Running, make_app, serve
from web.settings import Serving


@dataclass(frozen=True)
class Answer:
    """What came back, read to its end and not decoded."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Server:
    """A running server. now: what its clock says. woken: how often delivery was nudged."""

    store: Store
    now: datetime
    folder: Path
    session: ClientSession
    running: Running | None = None
    woken: int = 0
    others: list[Running] = field(default_factory=list)

    @property
    def port(self) -> int:
        assert self.running is not None
        return self.running.port

    async def start(
        self, *, site: Site = SITE, sink: bool = False, read_timeout: float = 30.0, **serving: Any
    ) -> "Server":
        app = make_app(
            self.store,
            site=site,
            serving=Serving(**{"answer_after": 0.0, "read_timeout": read_timeout, **serving}),
            publishing=Publishing(),
            sink=self.folder / "sink" if sink else None,
            clock=lambda: self.now,
            wake=self._wake,
        )
        self.running = await serve(app, "127.0.0.1", 0, read_timeout=read_timeout)
        self.others.append(self.running)
        return self

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.ask("GET", path, headers=headers)

    async def post(self, path: str, data: Any = None, **headers: str) -> Answer:
        return await self.ask("POST", path, data=data, headers=headers)

    async def ask(self, method: str, path: str, *, headers: dict[str, str], data: Any = None) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"http://127.0.0.1:{self.port}{path}"
        async with self.session.request(method, url, headers=named, data=data, allow_redirects=False) as response:
            return await _answer(response)

    def _wake(self) -> None:
        self.woken += 1


async def _answer(response: ClientResponse) -> Answer:
    return Answer(response.status, response.headers, await response.read())


@pytest.fixture
async def server(store: Store, now: datetime, tmp_path: Path) -> AsyncIterator[Server]:
    """Not started yet: `await server.start()`, with the settings of the test."""
    async with ClientSession(
        cookie_jar=DummyCookieJar(), auto_decompress=False, skip_auto_headers=["Accept-Encoding", "User-Agent"]
    ) as session:
        made = Server(store, now, tmp_path, session)
        yield made
        for running in made.others:
            await running.close()
