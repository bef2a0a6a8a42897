"""Put the pages together, and serve them. Called by `cli`, which hands in what is held open.

Addresses are those of DESIGN, "HTTP"; where site.url has a path they stand below
it too, so that it does not matter whether a proxy in front cuts it off. No link
is ever made from the Host header.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aiohttp import web

from feeds.publish import make_missing
from feeds.settings import Publishing
from mail.estimates import Estimates
from state.errors import UserError
from state.records import Site
from state.store import Store
from web import digests, feeds, headers, health, metrics, pages, preferences, show, subscribing, subscriptions, websub
from web import sink as caught
from web.forms import MAX_BODY, MAX_FIELDS
from web.parts import PARTS, Parts
from web.settings import READ_TIMEOUT, Serving
from web.throttle import Throttle

_NAME = "[a-z0-9][a-z0-9_-]*"
_TOKEN = "[A-Za-z0-9._~-]{1,2000}"  # noqa: S105 the shape of one


@dataclass(frozen=True, slots=True)
class Running:
    """A server that listens. port: the real one, also where 0 was asked for."""

    host: str
    port: int
    runner: web.AppRunner

    async def close(self) -> None:
        """Stop listening; requests under way get a few seconds."""
        await self.runner.cleanup()


def make_app(
    store: Store,
    *,
    site: Site,
    serving: Serving,
    publishing: Publishing,
    sink: Path | None,
    clock: Callable[[], datetime],
    wake: Callable[[], None],
) -> web.Application:
    """All pages on one store. sink: folder of caught mails, None where mail really goes out."""
    app = web.Application(middlewares=[show.plainly], client_max_size=MAX_BODY, client_max_fields=MAX_FIELDS)
    parts = Parts(store, site, serving, publishing, sink, clock, wake)
    app[PARTS] = parts
    app[subscribing.THROTTLE] = Throttle(serving.subscribe_per_hour)
    app[subscribing.TOTAL] = Throttle(serving.subscribe_total_per_hour)
    app[pages.ESTIMATES] = Estimates()
    app.on_response_prepare.append(headers.add)
    app.cleanup_ctx.append(_prepared)
    for prefix in dict.fromkeys(("", parts.prefix)):
        app.add_routes(_routes(prefix, with_sink=sink is not None))
    return app


async def serve(app: web.Application, host: str, port: int, *, read_timeout: float = READ_TIMEOUT) -> Running:
    """Listen. port: 0 for any free one. read_timeout: seconds in which the head of a request must be there.

    Raises UserError where the address is taken or not ours.
    """
    runner = web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        shutdown_timeout=5.0,
        auto_decompress=False,  # no form is sent packed; a bomb is
        keepalive_timeout=read_timeout,  # aiohttp's only bound on the time a head may take
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except (OSError, socket.gaierror) as error:
        await runner.cleanup()
        raise UserError(
            f"web.host {host!r}, web.port {port}: cannot listen there ({error.strerror or error}); "
            "end the program that does, or give another port with --port"
        ) from error
    return Running(host, runner.addresses[0][1], runner)


def _routes(prefix: str, *, with_sink: bool) -> list[web.RouteDef]:
    token = f"{{token:{_TOKEN}}}"
    routes = [
        web.get(f"{prefix}/", pages.front),
        web.get(f"{prefix}/topics/{{name:{_NAME}}}", pages.topic),
        web.get(f"{prefix}/entries/{{id:[A-Za-z0-9]+}}", pages.entry),
        web.get(f"{prefix}/feeds/admin-{{token:[a-z0-9]+}}.atom", feeds.admin),
        web.get(f"{prefix}/feeds/{{name:{_NAME}}}.{{form:{feeds.FORMS}}}", feeds.feed),
        web.get(f"{prefix}/feeds/{{name:{_NAME}}}/archive/{{number:[0-9]{{1,9}}}}.{{form:atom|json}}", feeds.archive),
        web.get(f"{prefix}/opml", feeds.outlines),
        web.post(f"{prefix}/subscribe", subscribing.subscribe),
        web.get(f"{prefix}/confirm/{token}", subscriptions.confirmation),
        web.post(f"{prefix}/confirm/{token}", subscriptions.confirm),
        web.get(f"{prefix}/unsubscribe/{token}", subscriptions.leaving),
        web.post(f"{prefix}/unsubscribe/{token}", subscriptions.leave),
        web.get(f"{prefix}/preferences/{token}", preferences.show_page),
        web.post(f"{prefix}/preferences/{token}", preferences.act),
        web.get(f"{prefix}/address/{token}", preferences.new_address),
        web.post(f"{prefix}/address/{token}", preferences.confirm_address),
        web.get(f"{prefix}/websub/{{token:[A-Za-z0-9_-]{{43}}}}", websub.verify, allow_head=False),
        web.post(f"{prefix}/websub/{{token:[A-Za-z0-9_-]{{43}}}}", websub.notify),
        web.get(f"{prefix}/digests/{{id:[A-Za-z0-9_-]{{16,64}}}}", digests.edition),
        web.get(f"{prefix}/{{sheet:style\\.css|feed\\.css}}", show.style),
        web.get(f"{prefix}/health", health.health),
        web.get(f"{prefix}/ready", health.ready),
        web.get(f"{prefix}/metrics", metrics.metrics),
    ]
    if with_sink:
        routes += [
            web.get(f"{prefix}/sink", caught.mails),
            web.get(f"{prefix}/sink/{{name}}", caught.mail),
            web.get(f"{prefix}/sink/{{name}}/html", caught.html),
        ]
    return routes


async def _prepared(app: web.Application) -> AsyncIterator[None]:
    """Before the first request: every feed that should be there is, if only as one that will be built."""
    parts = app[PARTS]
    await asyncio.to_thread(make_missing, parts.store, parts.clock())
    yield
