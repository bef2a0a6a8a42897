"""Figures for a monitor, in Prometheus' text format. Read from the database, so that each process tells the same.

Figures only: no address, no title. With web.metrics_token they want it
(`Authorization: Bearer …`, RFC 6750); without, they are for this machine alone.
"""

import asyncio
import hmac
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from ipaddress import ip_address

from aiohttp import web
from sqlalchemy import Connection

from state import alarms, lateness, outbox, publications, sources, subscribers
from web.parts import PARTS

_TYPE = "text/plain; version=0.0.4; charset=utf-8"


async def metrics(request: web.Request) -> web.Response:
    """GET /metrics. 401 without the right token, 403 for other machines where there is none."""
    parts = request.app[PARTS]
    if parts.serving.metrics_token:
        if not _shown(request, parts.serving.metrics_token):
            asked = {"WWW-Authenticate": 'Bearer realm="metrics"', "Cache-Control": "no-store"}
            return web.Response(status=401, text="show the token of web.metrics_token\n", headers=asked)
    elif not _local(request):
        return web.Response(status=403, text="set web.metrics_token to read this from another machine\n")

    def load() -> str:
        with parts.store.read() as db:
            return "".join(_told(db, parts.clock()))

    told = await asyncio.to_thread(load)
    return web.Response(body=told.encode(), headers={"Content-Type": _TYPE, "Cache-Control": "no-store"})


def _shown(request: web.Request, token: str) -> bool:
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    given = credentials.strip().encode("utf-8", "surrogateescape")
    return hmac.compare_digest(given, token.encode()) and scheme.lower() == "bearer"


def _local(request: web.Request) -> bool:
    """Whether this machine asks, and not a proxy on it for somebody else."""
    peer = ip_address((request.remote or "0.0.0.0").partition("%")[0])  # noqa: S104 nobody's
    return peer.is_loopback and not request.headers.keys() & {"X-Forwarded-For", "Forwarded"}


def _told(db: Connection, now: datetime) -> Iterator[str]:
    """Cost: one look at each source, person, message and feed."""
    watched = sources.sources(db)
    states = {"active": 0, "failing": 0, "paused": 0} | Counter("failing" if s.error else s.state for s in watched)
    due = [s.next_poll_at for s in watched if s.state == "active" and s.next_poll_at]
    kinds = Counter(one.kind for one in alarms.alarms(db))
    slots = lateness.unplanned(db, now)
    mail = lateness.queued(db, now)
    waits = [late.since for late in (*slots.values(), mail) if late]
    yield from _gauge("tidings_sources", "Sources by state.", "state", states)
    yield from _gauge("tidings_alarms", "Alarms that stand, by kind.", "kind", kinds)
    yield from _gauge("tidings_entries", "Entries published.", "", {"": publications.count(db).get("all", (0,))[0]})
    yield from _gauge("tidings_subscribers", "Subscribers by state.", "state", subscribers.counts(db))
    yield from _gauge("tidings_outbox_messages", "Messages by state.", "state", outbox.counts(db))
    overdue = {"poll": _seconds(due, now), "mail": _seconds(waits, now)}
    yield from _gauge("tidings_overdue_seconds", "For how long the oldest due work waits.", "work", overdue)


def _seconds(due: list[datetime], now: datetime) -> int:
    return max(0, round((now - min(due)).total_seconds())) if due else 0


def _gauge(name: str, about: str, label: str, values: Mapping[str, int]) -> Iterator[str]:
    """One family of samples. label: "" for a lone figure. Our labels are identifiers and need no escapes."""
    yield f"# HELP {name} {about}\n# TYPE {name} gauge\n"
    for value, figure in sorted(values.items()):
        yield f'{name}{{{label}="{value}"}} {figure}\n' if label else f"{name} {figure}\n"
