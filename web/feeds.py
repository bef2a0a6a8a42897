"""Serve feeds: kept bytes with their validators, or what a query narrows them to.

A feed is compressed when it is published, not when it is asked for; every
encoding has a strong ETag of its own (requirements: feeds 27–33). There is no
cookie and no redirect on a feed's address. How long a reader may keep an answer
follows from when the next source is polled: before that nothing can change.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from feeds import admin_feed, build, narrowing, opml, publish
from state import publications, sources
from state.errors import Misuse
from templates import links
from web import conditional, show
from web.parts import PARTS, Parts

FORMS = "|".join(links.FORMS)
_ENCODINGS = ("br", "gzip")
_SHORTEST, _LONGEST = 60, 3600  # seconds that an answer may be kept
_ARCHIVED = 86_400  # seconds that an archive document may be kept
_STALE = 7 * 86400  # seconds that a cache may go on with it while we are down


@dataclass(frozen=True, slots=True)
class Served:
    """Bytes to serve, and the seconds that they may be kept. modified_at: None for what was made now."""

    body: bytes
    etag: str
    encoding: str
    modified_at: datetime | None
    max_age: int


async def feed(request: web.Request) -> web.StreamResponse:
    """GET /feeds/NAME.FORM, with or without a query that narrows it."""
    parts = request.app[PARTS]
    name, form = request.match_info["name"], request.match_info["form"]
    encoding = conditional.encoding(request.headers.get("Accept-Encoding"), _ENCODINGS)
    try:
        by = narrowing.parse(request.query.items())
        load = _kept if by == narrowing.Narrowing() else _narrowed
        served = await asyncio.to_thread(load, parts, name, form, encoding, by)
    except build.Closed:
        return _closed(request)
    except Misuse as error:
        return show.notice(request, 400, words=f"{str(error)[:1].upper()}{str(error)[1:]}.")
    return answer(request, served, links.MEDIA_TYPES[form])


async def archive(request: web.Request) -> web.StreamResponse:
    """GET /feeds/NAME/archive/N.FORM: older entries of a feed, fifty to a document."""
    parts = request.app[PARTS]
    name, form, number = (request.match_info[part] for part in ("name", "form", "number"))
    encoding = conditional.encoding(request.headers.get("Accept-Encoding"), _ENCODINGS)

    def load() -> Served:
        with parts.store.read() as db:
            size = parts.publishing.size
            body = build.archive(db, name, int(number), form, site=parts.site, size=size)
        return _encoded(body, encoding, _ARCHIVED)

    try:
        served = await asyncio.to_thread(load)
    except build.Closed:
        return _closed(request)
    return answer(request, served, links.MEDIA_TYPES[form])


def _closed(request: web.Request) -> web.StreamResponse:
    return show.notice(request, 410, words="This topic was closed; its feed has ended. You can unsubscribe from it.")


async def outlines(request: web.Request) -> web.StreamResponse:
    """GET /opml"""
    parts = request.app[PARTS]
    encoding = conditional.encoding(request.headers.get("Accept-Encoding"), _ENCODINGS)

    def load() -> Served:
        with parts.store.read() as db:
            return _encoded(opml.render(db, parts.site), encoding, _LONGEST)

    return answer(request, await asyncio.to_thread(load), "text/x-opml")


async def admin(request: web.Request) -> web.StreamResponse:
    """GET /feeds/admin-TOKEN.atom: the alarms that stand; a wrong token is 404, and no cache keeps the answer."""
    parts, token = request.app[PARTS], request.match_info["token"]

    def load() -> bytes:
        with parts.store.read() as db:
            return admin_feed.render(db, token, site=parts.site)

    body = await asyncio.to_thread(load)
    headers = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
    kind = f"{links.MEDIA_TYPES['atom']}; charset=utf-8"
    return web.Response(body=body, headers={**headers, "Content-Type": kind})


def answer(request: web.Request, served: Served, media_type: str) -> web.Response:
    """200 with the bytes, or 304 with the headers that a 200 would have had (RFC 9110 section 15.4.5)."""
    headers = {
        "ETag": served.etag,
        "Cache-Control": f"public, max-age={served.max_age}, stale-if-error={_STALE}",
        "Vary": "Accept-Encoding",
    }
    if served.modified_at:
        headers["Last-Modified"] = conditional.http_date(served.modified_at)
    if conditional.still_good(
        served.etag,
        served.modified_at,
        if_none_match=", ".join(request.headers.getall("If-None-Match"))
        if "If-None-Match" in request.headers
        else None,
        if_modified_since=request.headers.get("If-Modified-Since"),
    ):
        return web.Response(status=304, headers=headers)
    if served.encoding:
        headers["Content-Encoding"] = served.encoding
    return web.Response(body=served.body, headers={**headers, "Content-Type": f"{media_type}; charset=utf-8"})


def _kept(parts: Parts, name: str, form: str, encoding: str, _by: narrowing.Narrowing) -> Served:
    """The bytes as published; a feed that was never published yet is built here, once per request."""
    with parts.store.read() as db:
        feed = build.open_feed(db, name)
        found = publications.file(db, name, form, encoding)
        max_age = _max_age(sources.next_due(db), parts.clock())
        if found is None:
            bodies = build.bodies(db, feed, [form], site=parts.site, size=parts.publishing.size)
            return _encoded(bodies[form], encoding, max_age)
    return Served(found.body, found.etag, found.encoding, found.modified_at, max_age)


def _narrowed(parts: Parts, name: str, form: str, encoding: str, by: narrowing.Narrowing) -> Served:
    with parts.store.read() as db:
        body = build.narrowed(db, name, by, form, site=parts.site, size=parts.publishing.size)
        return _encoded(body, encoding, _max_age(sources.next_due(db), parts.clock()))


def _encoded(body: bytes, encoding: str, max_age: int) -> Served:
    file = publish.encode(body, encoding)
    return Served(file, publish.etag(file), encoding, None, max_age)


def _max_age(next_due: datetime | None, now: datetime) -> int:
    wait = (next_due - now).total_seconds() if next_due else _LONGEST
    return round(min(max(wait, _SHORTEST), _LONGEST))
