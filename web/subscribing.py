"""Asking for mail: the form, from our own pages or from those of a site that the admin allowed.

What is answered depends only on what was typed, never on whether the address is
known: the same words, the same status, and at least the same time. There are
limits for each client and for all together; one for each address has
mail/subscriptions.py. What goes on after the mail: web/subscriptions.py.
"""

import asyncio
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from aiohttp import web
from sqlalchemy import Connection

from mail import subscriptions
from state.errors import Misuse, NotFound, UserError
from templates import links
from web import forms, pages, show
from web.forms import Asked
from web.parts import PARTS, Parts
from web.throttle import Throttle, client_of

THROTTLE = web.AppKey("throttle", Throttle)  # of each client
TOTAL = web.AppKey("total", Throttle)  # of all together
_FOR_ADMINS = re.compile(r" \(--[a-z-]+\)|[;,]? (?:see )?`tidings [^`]*`.*$")  # what our messages say to the CLI


async def subscribe(request: web.Request) -> web.Response:
    """POST /subscribe: one confirmation mail goes out; the answer says the same whether we know the address or not."""
    parts = request.app[PARTS]
    began = asyncio.get_running_loop().time()
    if not allowed(request, parts):
        return show.notice(request, 403)
    now = parts.clock()
    client = client_of(request, parts.serving.trusted_proxies)
    if not request.app[THROTTLE].allows(client, now) or not request.app[TOTAL].allows("", now):
        return show.notice(request, 429, headers={"Retry-After": "3600"})
    form = await forms.fields(request)
    try:
        asked = forms.asked(form)
        await asyncio.to_thread(_subscribe, parts, asked)
    except (Misuse, NotFound) as error:
        return await _again(request, form, plain(error))
    parts.wake()
    await asyncio.sleep(began + parts.serving.answer_after - asyncio.get_running_loop().time())
    return show.page(request, "asked.html", {"email": asked.email}, private=True, language=_language(asked))


def allowed(request: web.Request, parts: Parts) -> bool:
    """Browsers say whether a form stands on a page of ours (Sec-Fetch-Site), and on which site (Origin).

    Ours, the one we were called by, or an allowed one may post; so may what names no site and is no browser.
    """
    origin, nearness = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if nearness in ("same-origin", "none") or origin is None:  # Origin is "null" where a page hides its address
        return nearness in ("same-origin", "none", None)
    own = urlsplit(parts.site.url)
    known = {f"{own.scheme}://{own.netloc}", *(each.rstrip("/") for each in parts.serving.form_origins)}
    return origin in known or urlsplit(origin).netloc == request.headers.get("Host", "")


def plain(error: UserError) -> str:
    """A message without what it says to the admin at the command line."""
    return _FOR_ADMINS.sub("", str(error)).rstrip(" .;,")


def _subscribe(parts: Parts, asked: Asked) -> None:
    def work(db: Connection) -> None:
        subscriptions.subscribe(
            db,
            email=asked.email,
            topics=asked.topics,
            every=asked.every,
            rhythms=asked.rhythms,
            at=asked.at,
            weekday=asked.weekday,
            monthday=asked.monthday,
            timezone=asked.timezone,
            language=asked.language,
            by="subscriber",
            site=parts.site,
            now=parts.clock(),
        )

    parts.store.unit(work)


def _language(asked: Asked) -> str:
    return asked.language or ""


async def _again(request: web.Request, form: Sequence[tuple[str, str]], problem: str) -> web.Response:
    """The form once more, as it was filled in, with what to mend."""
    parts = request.app[PARTS]
    values: dict[str, object] = {name: value for name, value in form if name != "topic"}
    values |= {"topic": [value for name, value in form if name == "topic"], "own": forms.rhythms(form)}
    home = links.home(parts.here)

    def load() -> dict[str, object]:
        with parts.store.read() as db:
            say = show.saying(request)
            return {
                "rows": pages.rows(db, request, say),
                **pages.subscribe_form(parts, say, values, problem),
            }

    loaded = await asyncio.to_thread(load)
    return show.page(request, "subscribe.html", {**loaded, "home": home}, status=400, private=True)
