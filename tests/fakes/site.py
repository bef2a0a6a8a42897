"""A web site on loopback that says exactly what a test wants, byte for byte.

Ordinary pages answer conditional requests with 304; a script answers with the very
bytes it holds, waits where it holds an event, and then closes or resets. A greeting
is played before anything is asked. Every request is kept. Fetch from it with `allow=("127.0.0.0/8",)`.
"""

import asyncio
import hashlib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

LOOPBACK = ("127.0.0.0/8",)
Step = bytes | asyncio.Event | Literal["reset", "hang", "drip", "pour"]
"""Sent as it is; waited for; a reset; nothing more comes; a byte comes now and then, or as many as fit."""


@dataclass(frozen=True)
class Page:
    """What a path answers. etag: None makes one of the body, "" sends none."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: str = "200 OK"
    etag: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def validator(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"' if self.etag is None else self.etag


@dataclass(frozen=True)
class Request:
    """headers: by lower-case name."""

    method: str
    path: str
    headers: Mapping[str, str]


class Site:
    """An async context manager. pages and scripts: by path with query; both may change while it runs."""

    def __init__(self, *, tls: bool = False) -> None:
        """tls: speak HTTPS, with a certificate that nobody has signed."""
        self._tls = _context() if tls else None
        self.pages: dict[str, Page] = {}
        self.scripts: dict[str, Sequence[Step]] = {}
        self.greeting: Sequence[Step] | None = None
        self.requests: list[Request] = []
        self._port = 0
        self._clients: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> "Site":
        await self.open()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Listen, at the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port, ssl=self._tls)
        self._port = self._server.sockets[0].getsockname()[1]

    def disconnect(self) -> None:
        """Close the connections that are open."""
        for client in self._clients:
            client.close()

    async def close(self) -> None:
        """Listen no more."""
        self.disconnect()
        assert self._server
        self._server.close()
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        return self._port

    def url(self, path: str = "/") -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}{path}"

    def puts(self, path: str, text: str | bytes, content_type: str = "text/html; charset=utf-8") -> str:
        """Make or replace an ordinary page; gives its URL."""
        self.pages[path] = Page(text.encode() if isinstance(text, str) else text, content_type)
        return self.url(path)

    def redirects(self, path: str, location: str, status: str = "302 Found") -> str:
        self.pages[path] = Page(b"", status=status, etag="", headers={"Location": location})
        return self.url(path)

    def says(self, path: str, *steps: Step) -> str:
        """Answer a path with exactly these bytes, then close; an event holds the answer back until it is set."""
        self.scripts[path] = steps
        return self.url(path)

    def asked(self, path: str) -> list[Request]:
        """The requests for a path, in order."""
        return [request for request in self.requests if request.path == path]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.add(writer)
        try:
            if self.greeting is not None:
                await _play(self.greeting, reader, writer)
                return
            while (request := await _read(reader)) is not None:
                self.requests.append(request)
                script = self.scripts.get(request.path)
                if script is not None:
                    await _play(script, reader, writer)
                    return
                writer.write(_answer(request, self.pages.get(request.path)))
                await writer.drain()
        except (ConnectionError, ssl.SSLError):
            pass  # the client went away, as some tests want
        finally:
            self._clients.discard(writer)
            writer.close()


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).parent / "untrusted.pem")
    return context


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None  # the client closed
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, path, _version = first.split(" ")
    return Request(
        method, path, {name.lower(): value.strip() for name, _, value in (li.partition(":") for li in lines)}
    )


async def _play(script: Sequence[Step], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for step in script:
        match step:
            case bytes():
                writer.write(step)
                await writer.drain()
            case asyncio.Event():
                await step.wait()
            case "reset":
                writer.transport.abort()
                return
            case "hang":
                await reader.read()  # until the client goes away
            case "drip" | "pour":
                while not writer.is_closing():
                    writer.write(b"x" if step == "drip" else b"x" * 65536)
                    await writer.drain()
                    await asyncio.sleep(0.05 if step == "drip" else 0)


def _answer(request: Request, page: Page | None) -> bytes:
    page = page or Page(b"no such page", "text/plain", "404 Not Found", etag="")
    headers = dict(page.headers)
    if page.validator:
        headers["ETag"] = page.validator
    if page.validator and request.headers.get("if-none-match") == page.validator:
        return _head("304 Not Modified", headers)
    headers |= {"Content-Type": page.content_type, "Content-Length": str(len(page.body))}
    return _head(page.status, headers) + page.body


def _head(status: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
