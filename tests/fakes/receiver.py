"""Somebody who takes webhooks on loopback: a real HTTP server that keeps what it is posted."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from aiohttp import web


@dataclass(frozen=True)
class Delivery:
    """One request. headers: by lower-case name."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def titles(self) -> list[str]:
        return [item["title"] for item in self.json["data"]["items"]]

    def verifies(self, secret: str) -> bool:
        """As the libraries of Standard Webhooks do it."""
        told = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        mark = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), told, sha256).digest()
        return self.headers["webhook-signature"] == f"v1,{base64.b64encode(mark).decode()}"


@dataclass
class Receiver:
    """An async context manager. status: what it answers. taken: every request. struck: called before the answer."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    taken: list[Delivery] = field(default_factory=list)
    struck: Callable[[], object] = lambda: None
    _runner: web.AppRunner | None = None

    async def __aenter__(self) -> "Receiver":
        app = web.Application(client_max_size=10_000_000)
        app.router.add_post("/{name}", self._take)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._runner
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        assert self._runner
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/hook"

    async def _take(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.taken.append(Delivery(headers, await request.read()))
        self.struck()
        return web.Response(status=self.status, headers=self.headers)
