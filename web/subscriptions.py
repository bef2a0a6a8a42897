"""What subscribers do in a browser, and what mail programs do for them: ask, confirm, leave.

GET shows, only POST acts: scanners and previews follow every link of a mail.
A token in the address is all the right one needs; there are no cookies, no
logins, no redirects. One-click unsubscribing (RFC 8058) is a POST to the same
address from a mail provider; it ends everything. The surprising rule: a POST to
a good unsubscribe address whose body we cannot read also ends everything,
because whoever sent it wanted to leave.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from aiohttp import web

from mail import subscriptions
from mail.subscriptions import Already, Done, Expired, Shown, Unknown
from mail.tokens import Purpose
from state.errors import Misuse, NotFound
from state.records import Subscriber
from state.text import clean
from templates.wording import how_often
from web import pages, show
from web.parts import PARTS, Parts
from web.throttle import Throttle, client_of

THROTTLE = web.AppKey("throttle", Throttle)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "")
_MOST_TOPICS = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """A filled-in form. every "" and None: as unless said otherwise."""

    email: str
    topics: tuple[str, ...]
    every: str
    at: str | None
    weekday: int | None
    monthday: int | None
    timezone: str | None
    language: str | None


# ---- asking ----


async def subscribe(request: web.Request) -> web.Response:
    """POST /subscribe: one confirmation mail goes out; the answer says the same whether we know the address or not."""
    parts = request.app[PARTS]
    if not _from_our_form(request, parts):
        return show.notice(request, 403)
    now = parts.clock()
    if not request.app[THROTTLE].allows(client_of(request, parts.serving.trusted_proxies), now):
        return show.notice(request, 429, headers={"Retry-After": "3600"})
    form = await _form(request)
    try:
        asked = read_form(form)
        await asyncio.to_thread(_subscribe, parts, asked, now)
    except (Misuse, NotFound) as error:
        return await _again(request, form, str(error))
    parts.wake()
    return show.page(request, "asked.html", {"email": asked.email}, private=True)


def read_form(form: Sequence[tuple[str, str]]) -> Asked:
    """Read the fields of the form. Raises Misuse for what cannot be meant."""
    values = {name: clean(value) for name, value in form}
    topics = tuple(dict.fromkeys(clean(value) for name, value in form if name == "topic" and clean(value)))
    if not values.get("email"):
        raise Misuse("please type your email address")
    if not topics or len(topics) > _MOST_TOPICS:
        raise Misuse("please choose at least one topic")
    weekday, monthday = _day(values.get("on", ""))
    return Asked(
        email=values["email"],
        topics=topics,
        every=values.get("every") or "weekly",
        at=values.get("at") or None,
        weekday=weekday,
        monthday=monthday,
        timezone=values.get("timezone") or None,
        language=values.get("language") or None,
    )


def _day(on: str) -> tuple[int | None, int | None]:
    """ "mon" is a day of the week, "15" a day of the month, "" neither."""
    if on[:3].lower() in _DAYS:
        return _DAYS.index(on[:3].lower()), None
    if on and not (on.isascii() and on.isdigit() and 1 <= int(on) <= 31):
        raise Misuse(f"on is {on[:20]!r}; give a day of the week like mon, or a day of the month like 15")
    return None, int(on) if on else None


def _subscribe(parts: Parts, asked: Asked, now: datetime) -> None:
    with parts.store.write() as db:
        subscriptions.subscribe(
            db,
            email=asked.email,
            topics=asked.topics,
            every=asked.every,
            at=asked.at,
            weekday=asked.weekday,
            monthday=asked.monthday,
            timezone=asked.timezone,
            language=asked.language,
            by="subscriber",
            site=parts.site,
            now=now,
        )


async def _again(request: web.Request, form: Sequence[tuple[str, str]], problem: str) -> web.Response:
    """The form once more, as it was filled in, with what to mend."""
    parts = request.app[PARTS]

    def load() -> list[pages.Row]:
        with parts.store.read() as db:
            return pages.rows(db)

    values: dict[str, object] = {name: value for name, value in form if name != "topic"}
    values["topic"] = [value for name, value in form if name == "topic"]
    rows = await asyncio.to_thread(load)
    return show.page(
        request, "subscribe.html", {"rows": rows, **pages.subscribe_form(values, problem)}, status=400, private=True
    )


def _from_our_form(request: web.Request, parts: Parts) -> bool:
    """Browsers name the site a form stands on (Origin); ours, the one we were called by, or an allowed one may post."""
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    own = urlsplit(parts.site.url)
    allowed = {f"{own.scheme}://{own.netloc}", *(each.rstrip("/") for each in parts.serving.form_origins)}
    return origin in allowed or urlsplit(origin).netloc == request.headers.get("Host", "")


# ---- confirming ----


async def confirmation(request: web.Request) -> web.Response:
    """GET /confirm/TOKEN: what would be confirmed, and one button."""
    return await _shown(request, "confirm", _show_confirmation)


async def confirm(request: web.Request) -> web.Response:
    """POST /confirm/TOKEN"""
    parts, token = request.app[PARTS], request.match_info["token"]
    now = parts.clock()

    def act() -> Done | Already | Expired | Unknown:
        with parts.store.write() as db:
            return subscriptions.confirm(db, token, now=now)

    done = await asyncio.to_thread(act)
    match done:
        case Done() | Already():
            parts.wake()
            return _say(request, "You are subscribed", "Thank you. The next digest comes when there is something new.")
        case _:
            return _useless(request, done)


def _show_confirmation(request: web.Request, shown: Shown) -> web.Response:
    if shown.done:
        return _say(request, "You are subscribed", "This was confirmed before; there is nothing left to do.")
    return show.page(request, "confirm.html", _of(shown), private=True)


# ---- leaving ----


async def leaving(request: web.Request) -> web.Response:
    """GET /unsubscribe/TOKEN: one button that ends everything, and one for each topic."""
    return await _shown(request, "unsubscribe", _show_leaving)


async def leave(request: web.Request) -> web.Response:
    """POST /unsubscribe/TOKEN: ends everything, or the one topic that the page's form names."""
    parts, token = request.app[PARTS], request.match_info["token"]
    form, now = dict(await _form(request)), parts.clock()
    topic = None if form.get("List-Unsubscribe") == "One-Click" else form.get("topic") or None

    def act() -> Done | Already | Expired | Unknown:
        with parts.store.write() as db:
            return subscriptions.unsubscribe(db, token, topic=topic, now=now)

    try:
        done = await asyncio.to_thread(act)
    except Misuse:
        return show.notice(request, 400)
    match done:
        case Done(subscriber=person) | Already(subscriber=person) if person.state == "left" or topic is None:
            return _say(request, "You have left", "You get no more mail from us, and what was waiting is not sent.")
        case Done() | Already():
            return _say(request, "Done", "This topic is ended; the others go on.")
        case _:
            return _useless(request, done)


def _show_leaving(request: web.Request, shown: Shown) -> web.Response:
    if shown.done:
        return _say(request, "You have left", "You get no more mail from us; there is nothing left to do.")
    return show.page(request, "unsubscribe.html", _of(shown), private=True)


# ---- common ----


async def _shown(
    request: web.Request, purpose: Purpose, page: Callable[[web.Request, Shown], web.Response]
) -> web.Response:
    parts, token = request.app[PARTS], request.match_info["token"]
    now = parts.clock()

    def load() -> Shown | Expired | Unknown:
        with parts.store.read() as db:
            return subscriptions.read(db, token, purpose, now=now)

    shown = await asyncio.to_thread(load)
    return page(request, shown) if isinstance(shown, Shown) else _useless(request, shown)


def _of(shown: Shown) -> Mapping[str, object]:
    person = shown.subscriber
    return {
        "email": masked(person.email),
        "topics": [(asked.topic, asked.title, _often(person, asked.every)) for asked in shown.topics],
    }


def _often(person: Subscriber, every: str) -> str:
    when = {"at": person.at, "weekday": person.weekday, "monthday": person.monthday, "timezone": person.timezone}
    return how_often("en", every, **when)  # type: ignore[arg-type]


def masked(email: str) -> str:
    """An address as its owner knows it again, and nobody else to whom the mail was forwarded."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}…@{domain}"


def _useless(request: web.Request, what: object) -> web.Response:
    """A token that does nothing: a friendly page, with the status that says whether it ever did."""
    if isinstance(what, Expired):
        words = "This link was good once, but its time is over. You can subscribe again on the front page."
        return show.notice(request, 410, heading="This link has expired", words=words)
    words = "Mail programs sometimes cut long links: please copy the whole address from the mail."
    return show.notice(request, 404, heading="We do not know this link", words=words)


def _say(request: web.Request, heading: str, words: str) -> web.Response:
    return show.notice(request, 200, heading=heading, words=words)


async def _form(request: web.Request) -> list[tuple[str, str]]:
    """The text fields of a form; none where the body is no form. Raises 413 for one that is too large."""
    if request.content_type not in _FORM_TYPES:
        return []
    try:
        posted = await request.post()
    except ValueError:  # a multipart body cut short or without its boundary
        return []
    return [(name, value) for name, value in posted.items() if isinstance(value, str)]
