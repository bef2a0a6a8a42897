"""Whether we live, and whether we can serve: for supervisors and load balancers."""

import asyncio

from aiohttp import web

from state.errors import UserError
from state.migrate import check
from web.parts import PARTS


async def health(_request: web.Request) -> web.Response:
    """GET /health: the process answers."""
    return web.Response(text="ok\n", headers={"Cache-Control": "no-store"})


async def ready(request: web.Request) -> web.Response:
    """GET /ready: the database can be read and has the shape of this release; else 503. The reason is in the log."""
    try:
        await asyncio.to_thread(check, request.app[PARTS].store)
    except UserError as error:
        request.app.logger.warning("not ready: %s", error)
        return web.Response(status=503, text="not ready\n", headers={"Cache-Control": "no-store", "Retry-After": "10"})
    return web.Response(text="ready\n", headers={"Cache-Control": "no-store"})
