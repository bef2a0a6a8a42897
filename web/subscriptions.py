"""What subscribers do with the links in their mails, and what mail programs do for them: confirm, leave.

GET shows, only POST acts: scanners and previews follow every link of a mail.
A token in the address is all the right one needs; there are no cookies, no
logins, no redirects. One-click unsubscribing (RFC 8058) is a POST to the same
address from a mail provider; it ends everything. The surprising rule: a POST to
a good unsubscribe address whose body we cannot read also ends everything,
because whoever sent it wanted to leave.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from aiohttp import web
from sqlalchemy import Connection

from mail import latest, preferences, subscriptions
from mail.subscriptions import Already, Done, Expired, Shown, Unknown
from mail.tokens import Purpose
from state.errors import Misuse
from state.records import Subscriber
from templates import amounts, links
from templates.wording import how_often, words
from web import forms, show
from web.pages import ESTIMATES
from web.parts import PARTS

# ---- confirming ----


async def confirmation(request: web.Request) -> web.Response:
    """GET /confirm/TOKEN: what would be confirmed, and one button."""
    return await shown(request, "confirm", _show_confirmation)


async def confirm(request: web.Request) -> web.Response:
    """POST /confirm/TOKEN: agree. The latest edition is made before and queued with it."""
    parts, token = request.app[PARTS], request.match_info["token"]
    now = parts.clock()

    def act() -> tuple[Done | Already | Expired | Unknown, bool, str]:
        with parts.store.read() as db:
            sample = latest.foresee(db, token, site=parts.site, now=now, approval=parts.serving.approval)

        def agree(db: Connection) -> tuple[Done | Already | Expired | Unknown, bool, str]:
            done = subscriptions.confirm(db, token, now=now)
            if isinstance(done, Expired | Unknown):
                return done, False, ""
            sent = False
            if sample is not None and isinstance(done, Done):
                sent = latest.queue(db, done.subscriber, sample, site=parts.site, now=now) is not None
            return done, sent, preferences.link_token(db, done.subscriber, now=now)

        return parts.store.unit(agree)

    done, sent, own = await asyncio.to_thread(act)
    match done:
        case Done(subscriber=person) | Already(subscriber=person):
            parts.wake()
            page = {"sent": sent, "preferences": links.preferences(parts.here, own)}
            return show.page(request, "confirmed.html", page, private=True, language=person.language)
        case _:
            return useless(request, done)


def _show_confirmation(request: web.Request, found: Shown, db: Connection) -> web.Response:
    person = found.subscriber
    say = words(person.language)
    if found.done:
        words_ = say("This was confirmed before; there is nothing left to do.")
        return show.notice(request, 200, heading=say("You are subscribed"), words=words_, language=person.language)
    estimates = request.app[ESTIMATES]
    estimates.refresh(db, request.app[PARTS].clock())
    wanted = [(asked.topic, asked.every) for asked in found.topics]
    calmer = estimates.calmer(db, wanted, person.timezone)
    values = {
        **of(found),
        "expected": amounts.mails(say, estimates.together(db, wanted, person.timezone)),
        "calmer": "" if calmer is None else amounts.mails(say, calmer),
    }
    return show.page(request, "confirm.html", values, private=True, language=person.language)


# ---- leaving ----


async def leaving(request: web.Request) -> web.Response:
    """GET /unsubscribe/TOKEN: one button that ends everything, and one for each topic."""
    return await shown(request, "unsubscribe", _show_leaving)


async def leave(request: web.Request) -> web.Response:
    """POST /unsubscribe/TOKEN: ends everything, or the one topic that the page's form names."""
    parts, token = request.app[PARTS], request.match_info["token"]
    form, now = dict(await forms.fields(request)), parts.clock()
    topic = None if form.get("List-Unsubscribe") == "One-Click" else form.get("topic") or None

    def act() -> Done | Already | Expired | Unknown:
        return parts.store.unit(lambda db: subscriptions.unsubscribe(db, token, topic=topic, now=now))

    try:
        done = await asyncio.to_thread(act)
    except Misuse:
        return show.notice(request, 400)
    match done:
        case Done(subscriber=person) | Already(subscriber=person) if person.state == "left" or topic is None:
            return left(request, person)
        case Done(subscriber=person) | Already(subscriber=person):
            say = words(person.language)
            ended = say("This topic is ended; the others go on.")
            return show.notice(request, 200, heading=say("Done"), words=ended, language=person.language)
        case _:
            return useless(request, done)


def left(request: web.Request, person: Subscriber) -> web.Response:
    """What somebody reads who has left just now."""
    say = words(person.language)
    gone = say("You get no more mail from us, and what was waiting is not sent.")
    return show.notice(request, 200, heading=say("You have left"), words=gone, language=person.language)


def _show_leaving(request: web.Request, found: Shown, _db: Connection) -> web.Response:
    say, language = words(found.subscriber.language), found.subscriber.language
    if found.done:
        gone = say("You get no more mail from us; there is nothing left to do.")
        return show.notice(request, 200, heading=say("You have left"), words=gone, language=language)
    return show.page(request, "unsubscribe.html", of(found), private=True, language=language)


# ---- common ----


async def shown(
    request: web.Request, purpose: Purpose, page: Callable[[web.Request, Shown, Connection], web.Response]
) -> web.Response:
    """The page of a token, made while the database is read; or a friendly one for a token that does nothing."""
    parts, token = request.app[PARTS], request.match_info["token"]
    now = parts.clock()

    def load() -> web.Response | Expired | Unknown:
        with parts.store.read() as db:
            found = subscriptions.read(db, token, purpose, now=now)
            return page(request, found, db) if isinstance(found, Shown) else found

    made = await asyncio.to_thread(load)
    return made if isinstance(made, web.Response) else useless(request, made)


def of(found: Shown) -> Mapping[str, object]:
    """Whose page it is, and their topics: (expression, title, how often in words)."""
    person = found.subscriber
    told: Sequence[tuple[str, str, str]] = [
        (asked.topic, asked.title, _often(person, asked.every)) for asked in found.topics
    ]
    return {"email": masked(person.email), "topics": told}


def _often(person: Subscriber, every: str) -> str:
    return how_often(
        person.language,
        every,
        at=person.at,
        weekday=person.weekday,
        monthday=person.monthday,
        timezone=person.timezone,
    )


def masked(email: str) -> str:
    """An address as its owner knows it again, and nobody else to whom the mail was forwarded."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}…@{domain}"


def useless(request: web.Request, what: object) -> web.Response:
    """A token that does nothing: a friendly page, with the status that says whether it ever did."""
    say = show.saying(request)
    if isinstance(what, Expired):
        over = say("This link was good once, but its time is over. You can subscribe again on the front page.")
        return show.notice(request, 410, heading=say("This link has expired"), words=over)
    cut = say(
        "Mail programs sometimes cut long links: please copy the whole address from the mail. "
        "Links of an address that was changed or deleted are dead too."
    )
    return show.notice(request, 404, heading=say("We do not know this link"), words=cut)
