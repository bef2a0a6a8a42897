"""The callbacks of our subscriptions at hubs: /websub/TOKEN (W3C WebSub).

GET: the hub asks whether we meant what it was asked, or says that it refuses. POST: there is news. What is posted is
never kept, only checked against its signature while it comes in; whatever is wrong with that is answered like what is
right, as the specification says, and does nothing. A callback that is nobody's any more answers 410, which ends it.
"""

import asyncio
import hmac

from aiohttp import web

from feeds import websub
from state import websub as subscriptions
from state.websub import Subscription
from web.headers import PRIVATE
from web.parts import PARTS, Parts
from web.settings import Serving

MAX_BODY = 20 * 1024 * 1024  # octets of a delivered feed, none of which is kept
_LONGEST = 4000  # characters of a challenge


async def verify(request: web.Request) -> web.Response:
    """GET /websub/TOKEN: verification of intent, or a denial."""
    parts, asked = request.app[PARTS], request.query
    token, mode, topic = request.match_info["token"], asked.get("hub.mode", ""), asked.get("hub.topic", "")
    now = parts.clock()

    def hear() -> bool:
        with parts.store.write() as db:
            if mode == "denied":
                return websub.denied(db, token, topic=topic, reason=asked.get("hub.reason", ""), now=now)
            lease = asked.get("hub.lease_seconds", "")
            return websub.confirmed(db, token, mode=mode, topic=topic, lease=lease, now=now)

    challenge = asked.get("hub.challenge", "")
    proper = mode == "denied" or 0 < len(challenge) <= _LONGEST
    if await _known(parts, token) is None or not proper or not await asyncio.to_thread(hear):
        raise web.HTTPNotFound(headers=PRIVATE)
    return web.Response(text="" if mode == "denied" else challenge, headers=PRIVATE)


async def notify(request: web.Request) -> web.Response:
    """POST /websub/TOKEN: a notice, which counts if its signature does."""
    parts, token = request.app[PARTS], request.match_info["token"]
    known = await _known(parts, token)
    if known is None or known.state not in ("asked", "subscribed"):
        raise web.HTTPGone(headers=PRIVATE)
    if await _genuine(request, known, parts.serving):
        await asyncio.to_thread(websub.heard, parts.store, token, parts.clock())
        parts.wake()
    return web.Response(status=202, headers=PRIVATE)


async def _known(parts: Parts, token: str) -> Subscription | None:
    def load() -> Subscription | None:
        with parts.store.read() as db:
            return subscriptions.of_token(db, token)

    return await asyncio.to_thread(load)


async def _genuine(request: web.Request, known: Subscription, serving: Serving) -> bool:
    """Read the body to its end, and say whether its sender knows the secret. Raises 413 or 408 for too much."""
    method, _, signed = request.headers.get("X-Hub-Signature", "").partition("=")
    method = method.strip().lower()
    digest = hmac.new(known.secret.encode(), None, method if method in websub.METHODS else "sha256")
    size = 0
    try:
        async with asyncio.timeout(serving.read_timeout):
            async for part in request.content.iter_any():
                size += len(part)
                if size > MAX_BODY:
                    raise web.HTTPRequestEntityTooLarge(MAX_BODY, size)
                digest.update(part)
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (ConnectionError, web.RequestPayloadError):
        raise web.HTTPBadRequest from None
    return websub.genuine(known.secret, method, digest, signed)
