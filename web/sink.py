"""Read the mails that the built-in sink caught; only there when a sink folder was given.

A mail is foreign HTML: it is shown in a frame without scripts, forms or
anything from the network, under a policy of its own.
"""

import asyncio
import re
from pathlib import Path

from aiohttp import web

from mail.sink import Caught, caught
from state.errors import NotFound
from web import show
from web.headers import PRIVATE
from web.parts import PARTS

_MOST = 200  # mails in the list
_SANDBOX = "allow-popups allow-popups-to-escape-sandbox"  # links open in a window of their own
_MAIL_POLICY = (
    f"sandbox {_SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)


async def mails(request: web.Request) -> web.Response:
    """GET /sink: the newest mails."""
    found = await asyncio.to_thread(caught, _folder(request))
    return show.page(request, "sink.html", {"mails": found[:_MOST], "count": len(found)}, private=True)


async def mail(request: web.Request) -> web.Response:
    """GET /sink/NAME: one mail, its text, and its HTML in a frame."""
    return show.page(request, "sink_mail.html", {"mail": await _one(request), "sandbox": _SANDBOX}, private=True)


async def html(request: web.Request) -> web.Response:
    """GET /sink/NAME/html: the HTML part alone, for the frame."""
    found = await _one(request)
    headers = {**PRIVATE, "Content-Security-Policy": _MAIL_POLICY}
    head = re.search(r"<head\b[^>]*>", found.html, re.IGNORECASE)
    place = head.end() if head else 0
    opened = f'{found.html[:place]}<base target="_blank">{found.html[place:]}'
    return web.Response(text=opened, content_type="text/html", headers=headers)


def _folder(request: web.Request) -> Path:
    folder = request.app[PARTS].sink
    if folder is None:
        raise NotFound("no sink")
    return folder


async def _one(request: web.Request) -> Caught:
    """By name among the caught ones: a name never becomes a path."""
    found = await asyncio.to_thread(caught, _folder(request))
    for each in found:
        if each.name == request.match_info["name"]:
            return each
    raise NotFound("no such mail")
