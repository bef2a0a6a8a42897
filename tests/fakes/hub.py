"""A WebSub hub on loopback: it keeps what it is asked, and verifies, denies and announces when a test wants it.

A real HTTP server that calls back over HTTP. What it answers at first is `status`; nothing happens by itself.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from io import BytesIO

from aiohttp import ClientSession, web


@dataclass(frozen=True)
class Answer:
    """What our callback said."""

    status: int
    body: str
    content_type: str


@dataclass
class Hub:
    """An async context manager. asked: the forms that were posted, in order."""

    status: int = 202
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    _runner: web.AppRunner | None = None
    _session: ClientSession | None = None

    async def __aenter__(self) -> "Hub":
        app = web.Application()
        app.router.add_post("/{name}", self._take)
        self._runner, self._session = web.AppRunner(app), ClientSession()
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._runner
        assert self._session
        await self._session.close()
        await self._runner.cleanup()

    def url(self, path: str = "/hub") -> str:
        assert self._runner
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}{path}"

    async def verifies(self, challenge: str = "a challenge", number: int = -1, **other: str) -> Answer:
        """Ask whether the request was meant. other: parameters that are not as the request had them."""
        form = self.asked[number]
        lease = {"hub.lease_seconds": form["hub.lease_seconds"]} if "hub.lease_seconds" in form else {}
        asked = {"hub.mode": form["hub.mode"], "hub.topic": form["hub.topic"], **lease, "hub.challenge": challenge}
        return await self._call("GET", form, params=asked | {f"hub.{name}": value for name, value in other.items()})

    async def denies(self, reason: str) -> Answer:
        form = self.asked[-1]
        asked = {"hub.mode": "denied", "hub.topic": form["hub.topic"], "hub.reason": reason}
        return await self._call("GET", form, params=asked)

    async def announces(self, body: bytes = b"<feed/>", method: str = "sha256", signature: str | None = None) -> Answer:
        """Deliver a feed, signed. signature: another than the right one, "" for none."""
        form = self.asked[-1]
        if signature is None:
            digest = getattr(hashlib, method)
            signature = f"{method}={hmac.new(form['hub.secret'].encode(), body, digest).hexdigest()}"
        headers = {"Content-Type": "application/atom+xml"} | ({"X-Hub-Signature": signature} if signature else {})
        return await self._call("POST", form, data=BytesIO(body), headers=headers)

    async def _call(self, how: str, form: dict[str, str], **said: object) -> Answer:
        assert self._session
        async with self._session.request(how, form["hub.callback"], **said) as response:  # type: ignore[arg-type]
            return Answer(response.status, await response.text(), response.content_type)

    async def _take(self, request: web.Request) -> web.Response:
        self.asked.append({name: str(value) for name, value in (await request.post()).items()})
        return web.Response(status=self.status, headers=self.headers, text="so it is")
