"""GET /digests/ID: what an edition said, for whoever has its unguessable address; nothing personal stands in it.

The frozen HTML of the mail with its personal parts taken out, under a policy that
lets its inline styles work and nothing else. An edition that was stopped before it reached anybody is not shown.
"""

import asyncio

from aiohttp import web

from mail.edition import for_all
from state import editions
from state.errors import NotFound
from web.headers import STYLED
from web.parts import PARTS


async def edition(request: web.Request) -> web.Response:
    """GET /digests/ID"""
    parts, name = request.app[PARTS], request.match_info["id"]

    def load() -> str:
        with parts.store.read() as db:
            found = editions.public(db, name)  # by the whole id only: a part of one must not be enough
            if found is None:
                raise NotFound(name)
            return for_all(found)

    html = await asyncio.to_thread(load)
    headers = {"Cache-Control": "no-cache", "X-Robots-Tag": "noindex, nofollow", "Content-Security-Policy": STYLED}
    return web.Response(text=html, content_type="text/html", headers=headers)
