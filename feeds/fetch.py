"""Fetch one document over HTTP, or post one: the only way in which this code base speaks to the web.

Every outcome is a value: `Fetched`, `NotModified`, or `Failed` with a sentence for the
admin. A document is whole or it is Failed; nothing half is ever returned. The address of
each socket is judged as it is made (`feeds.addresses`), so neither a redirect nor a name
that changes its address leads into a private network. Cookies are not kept and proxies of
the environment not used; through the proxy of `poll.proxy` it is the proxy that sees where a
name leads. When to fetch, and what to store, is decided in `feeds.poll`.
"""

import asyncio
import errno
import hashlib
import socket
from collections.abc import Coroutine, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from io import BytesIO
from types import MappingProxyType, TracebackType
from typing import Any, Protocol, TypeVar

import aiohttp
from yarl import URL

from feeds.addresses import RefusedUrl, by_proxy, checked, followed, networks, refusal
from feeds.decoding import ACCEPTED, Incomplete, TooLarge, Undecodable, decoded
from feeds.faults import Kind, explained
from feeds.headers import fresh_for, hub, last_modified, retry_after, sendable, sent_back
from feeds.settings import Polling
from state.records import Hub, Validators
from state.text import clean

Got = TypeVar("Got")

REDIRECTS = 5
_WHOLE = (200, 203)
_REDIRECT = (301, 302, 303, 307, 308)
_PERMANENT = (301, 308)
_REPEATED = (307, 308)  # redirects that keep method and body (RFC 9110 15.4)
_SAID = 300  # octets of an answer to a POST that are read
_HEADER_LIMIT = 65536  # bytes of one header line; the client's 8 KiB is less than real sites send
_IN_THREAD = 100_000  # bytes; decoding more would hold up the other fetches
_ACCEPT = (
    "text/html, application/xhtml+xml, application/atom+xml, application/rss+xml, application/feed+json, "
    "application/xml;q=0.9, application/json;q=0.9, text/plain;q=0.9, */*;q=0.5"
)

# Why sockets of the fetch that runs in this context were not made.
_refused: ContextVar[list[str] | None] = ContextVar("refused", default=None)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole document. url: where it was in the end; validators: of the URL that was asked for.

    body: without content codings. content_type: as the header has it, or "".
    moved_permanently: where redirects say it lives from now on (only permanent ones led there), or None.
    retry: seconds for which the host says that it will not change, at most a day; None: unsaid.
    hub: who tells of its news, as the headers have it.
    """

    url: str
    body: bytes
    content_type: str
    validators: Validators
    moved_permanently: str | None = None
    retry: float | None = None
    hub: Hub = field(default_factory=Hub)


@dataclass(frozen=True, slots=True)
class NotModified:
    """It is as it was when the validators were stored. They are given back, with what the answer renewed."""

    validators: Validators
    moved_permanently: str | None = None
    retry: float | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """No document. reason: a sentence for the admin. retry_after: seconds the host asks to wait, at most a day."""

    kind: Kind
    reason: str
    status: int | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """What was answered to a POST. said: the beginning of the answer, for the admin. retry_after: as in `Failed`."""

    status: int
    said: str
    retry_after: float | None = None


Outcome = Fetched | NotModified | Failed


class Fetching(Protocol):
    """Whoever fetches: a Fetcher, or one that is polite with it (`feeds.manners`)."""

    async def fetch(self, url: str, known: Validators | None = None) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class _Redirect:
    status: int
    location: str


@dataclass(frozen=True, slots=True)
class _Stale:
    """A 304 that does not speak of the document we know."""


class RefusedAddress(OSError):
    """A socket that is not made."""


class Fetcher:
    """Held-open connections with what we may read and how much. An async context manager; fetches may run at once."""

    def __init__(self, settings: Polling, version: str) -> None:
        """Raises Misuse for a network in poll.allow that is none."""
        self._settings = settings
        self._allow = networks(settings.allow)
        contact = f" (+{settings.contact_url})" if settings.contact_url else ""
        self._headers = {
            "User-Agent": f"tidings/{version}{contact}",
            "Accept": _ACCEPT,
            "Accept-Encoding": ACCEPTED,
        }
        self._session: aiohttp.ClientSession | None = None
        self.reached_at: float | None = None  # when any host answered last, by the loop's clock

    async def __aenter__(self) -> "Fetcher":
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(socket_factory=self._socket),
            headers=self._headers,
            proxy=self._settings.proxy or None,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
            trust_env=False,
            auto_decompress=False,
            max_line_size=_HEADER_LIMIT,
            max_field_size=_HEADER_LIMIT,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session:
            await self._session.close()

    def _socket(self, info: tuple[Any, ...]) -> socket.socket:
        """A socket for one address of getaddrinfo, if it may be connected to."""
        family, kind, protocol, _name, address = info
        why = None if self._settings.proxy else refusal(str(address[0]), self._allow)
        if why is not None:
            told = _refused.get()
            if told is not None:
                told.append(why)
            raise RefusedAddress(errno.EACCES, why)
        return socket.socket(family, kind, protocol)

    async def fetch(
        self, url: str, known: Validators | None = None, *, headers: Mapping[str, str] = MappingProxyType({})
    ) -> Outcome:
        """Fetch a document, following at most five redirects, within `poll.timeout` seconds for all of it.

        known: what was stored when it was fetched last; sent verbatim, so that the host may answer that
            nothing changed. headers: more that are sent. Neither goes to another host that a redirect leads to.
        Raises nothing; what goes wrong is `Failed`.
        """
        return await self._tried(url, self._follow(url, known, headers))

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], within: float | None = None
    ) -> Posted | Failed:
        """Post a body, to where a 307 or 308 leads too; guarded like a fetch. within: seconds. Raises nothing."""
        return await self._tried(url, self._post(url, body, headers), within)

    async def _tried(self, url: str, asking: Coroutine[None, None, Got], within: float | None = None) -> Got | Failed:
        """What a request comes to within its time, or why it came to nothing."""
        refused: list[str] = []
        _refused.set(refused)
        timeout = self._settings.timeout if within is None else within
        try:
            async with asyncio.timeout(timeout):
                return await asking
        except RefusedUrl as error:
            return Failed("scheme" if error.scheme else "refused", f"{url!r} is not fetched: {error}; correct the URL")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if refused and isinstance(error, aiohttp.ClientConnectorError):
                return Failed("refused", _private(url, refused))
            return Failed(*explained(error, url, timeout))

    async def reaches(self, url: str, patience: float) -> bool:
        """Whether the host of a URL takes a connection; nothing is asked of it. patience: seconds."""
        try:
            host = checked(self._settings.proxy or url)
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(patience):
                found = await loop.getaddrinfo(host.raw_host, host.port, type=socket.SOCK_STREAM)
                with self._socket(found[0]) as tried:
                    tried.setblocking(False)
                    await loop.sock_connect(tried, found[0][4])
        except (OSError, TimeoutError, RefusedUrl):
            return False
        self.reached_at = loop.time()
        return True

    async def _follow(self, asked: str, known: Validators | None, headers: Mapping[str, str]) -> Outcome:
        url = first = checked(asked)
        permanent: str | None = None
        only_permanent = True
        for _hop in range(REDIRECTS + 1):
            here = _same_site(first, url)
            answer = await self._request(url, asked, known if here else None, headers if here else {})
            if isinstance(answer, _Stale):
                answer = await self._request(url, asked, None, headers if here else {})
            if isinstance(answer, _Stale):
                return Failed("status", f"{url}: status 304 although nothing was asked to compare with", 304)
            if not isinstance(answer, _Redirect):
                return answer if isinstance(answer, Failed) else replace(answer, moved_permanently=permanent)
            url = _target(url, answer.location)
            only_permanent = only_permanent and answer.status in _PERMANENT
            permanent = str(url) if only_permanent else permanent
        return Failed(
            "redirects", f"{asked} redirects more than {REDIRECTS} times, lastly to {url}; give the final URL"
        )

    async def _post(self, asked: str, body: bytes, headers: Mapping[str, str]) -> Posted | Failed:
        assert self._session is not None, "a Fetcher is used inside `async with`"
        url = checked(asked)
        for _hop in range(REDIRECTS + 1):
            if self._settings.proxy:
                by_proxy(url, self._allow)
            async with self._session.post(url, data=BytesIO(body), headers=headers, allow_redirects=False) as response:
                self.reached_at = asyncio.get_running_loop().time()
                if response.status not in _REPEATED or "Location" not in response.headers:
                    said = clean((await response.content.read(_SAID)).decode("utf-8", "replace"))
                    return Posted(response.status, said[:_SAID], retry_after(response.headers))
                url = _target(url, response.headers["Location"])
        return Failed("redirects", f"{asked} redirects more than {REDIRECTS} times, lastly to {url}")

    async def _request(
        self, url: URL, asked: str, known: Validators | None, own: Mapping[str, str]
    ) -> Outcome | _Redirect | _Stale:
        """One request, answered or not. Raises what the client raises."""
        assert self._session is not None, "a Fetcher is used inside `async with`"
        conditions = _conditions(known)
        if self._settings.proxy:
            by_proxy(url, self._allow)
        async with self._session.get(url, headers={**own, **conditions}, allow_redirects=False) as response:
            self.reached_at = asyncio.get_running_loop().time()
            headers, status = response.headers, response.status
            if status in _REDIRECT and "Location" in headers:
                return _Redirect(status, headers["Location"])
            if status == 304:
                return _not_modified(known, headers) if known and conditions else _Stale()
            if status not in _WHOLE:
                return Failed("status", _unwanted(url, response), status, retry_after(headers))
            body = await self._body(url, response)
            if isinstance(body, Failed):
                return body
            validators = Validators(
                asked, sent_back(headers, "ETag"), last_modified(headers), hashlib.sha256(body).hexdigest()
            )
            content_type, where = headers.get("Content-Type", ""), str(response.url)
            announced = hub(headers.getall("Link", ()), where)
            return Fetched(where, body, content_type, validators, retry=fresh_for(headers), hub=announced)

    async def _body(self, url: URL, response: aiohttp.ClientResponse) -> bytes | Failed:
        """The whole document, without content codings. A connection that breaks off raises in the client."""
        most = self._settings.max_bytes
        coded = bytearray()
        if (response.content_length or 0) > most:
            return Failed("too-large", _too_large(url, most))
        async for part in response.content.iter_any():
            coded += part
            if len(coded) > most:
                return Failed("too-large", _too_large(url, most))
        codings = ", ".join(response.headers.getall("Content-Encoding", []))
        try:
            if codings and len(coded) > _IN_THREAD:
                return await asyncio.to_thread(decoded, bytes(coded), codings, most)
            return decoded(bytes(coded), codings, most)
        except Incomplete:
            return Failed(
                "incomplete", f"{url}: the {codings} stream broke off before its end; it is fetched again later"
            )
        except TooLarge:
            return Failed("too-large", _too_large(url, most))
        except Undecodable as error:
            return Failed("encoding", f"{url}: the document is not the {codings} that its header says ({error})")


def _conditions(known: Validators | None) -> dict[str, str]:
    """The headers that ask for a document only if it changed (RFC 9110 13.1)."""
    asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified} if known else {}
    return {name: value for name, value in asked.items() if value and sendable(value)}


def _not_modified(known: Validators, headers: Mapping[str, str]) -> NotModified | _Stale:
    """What a 304 means. One with another ETag than ours speaks of a document that we have not seen."""
    etag, modified = sent_back(headers, "ETag"), last_modified(headers)
    if etag and known.etag and etag.removeprefix("W/") != known.etag.removeprefix("W/"):
        return _Stale()
    renewed = replace(known, etag=etag or known.etag, last_modified=modified or known.last_modified)
    return NotModified(renewed, retry=fresh_for(headers))


def _target(url: URL, location: str) -> URL:
    try:
        return followed(url, location)
    except RefusedUrl as error:
        raise RefusedUrl(f"{url} redirects to {location[:200]!r}, and {error}", scheme=error.scheme) from error


def _same_site(one: URL, other: URL) -> bool:
    """Whether validators of one URL may be shown at another: the same host, www. or not, http or https."""
    return _place(one) == _place(other)


def _place(url: URL) -> tuple[str, int | None]:
    return (url.raw_host or "").removeprefix("www."), None if url.is_default_port() else url.port


def _unwanted(url: URL, response: aiohttp.ClientResponse) -> str:
    """Why a status is no document, and what the admin can do."""
    status = f"{url}: status {response.status} {clean(response.reason)[:100]}".rstrip()
    match response.status:
        case 401 | 403 | 407 | 451:
            return f"{status}, access is refused; ask the site, or set poll.contact_url so that it can ask you"
        case 404:
            return f"{status}, no such document; where the page moved, give its new URL"
        case 410:
            return f"{status}, it is gone for good; give the URL of what took its place, if anything did"
        case 429:
            return f"{status}, we ask too often; a longer interval helps"
        case code if code >= 500:
            return f"{status}, the host is in trouble; it is tried again later"
        case _:
            return f"{status}, expected 200 with a document; check the URL in a browser"


def _too_large(url: URL, most: int) -> str:
    return f"{url}: the document is larger than poll.max_bytes ({most}); raise it, or watch a smaller page"


def _private(url: str, refused: list[str]) -> str:
    told = ", ".join(dict.fromkeys(refused))
    return f"{url}: {told}; sources live in the public network, unless poll.allow names theirs"
