"""The page that people change everything on, behind the signed link in each of their mails.

GET shows, only POST acts, and what a POST does is named by its button ("do"). One
address for all of it, so that no other one carries the token. A new address is
asked by a mail of its own before anything changes (/address/TOKEN).
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from aiohttp import web
from sqlalchemy import Connection

from mail import address_change, preferences, tokens
from mail.address_change import Proposed, Taken
from mail.preferences import Erased, Wanted
from mail.rhythm import WEEKDAYS
from mail.subscriptions import Already, Asked, Done, Expired, Shown, Unknown
from mail.tokens import Token
from state import keys, topics
from state.errors import Misuse, NotFound
from state.records import Site, Subscriber
from state.text import clean
from templates import amounts, links
from templates.wording import Say, topic_title, words
from web import choices, forms, show
from web.headers import PRIVATE
from web.pages import ESTIMATES
from web.parts import PARTS, Parts
from web.subscribing import plain
from web.subscriptions import left, masked, useless

Form = Sequence[tuple[str, str]]
Act = Callable[[Connection, str, Form, Site, datetime], object]


async def show_page(request: web.Request) -> web.Response:
    """GET /preferences/TOKEN"""
    return await _page(request)


async def act(request: web.Request) -> web.Response:
    """POST /preferences/TOKEN: what the button says."""
    parts, token = request.app[PARTS], request.match_info["token"]
    form, now = await forms.fields(request), parts.clock()
    do = _ACTS.get(dict(form).get("do", ""))
    if do is None:
        return show.notice(request, 400)

    def work() -> object:
        return parts.store.unit(lambda db: do(db, token, form, parts.site, now))

    try:
        done = await asyncio.to_thread(work)
    except (Misuse, NotFound) as error:
        return await _page(request, problem=plain(error), status=400)
    return await _answered(request, done, dict(form)["do"])


async def _answered(request: web.Request, done: object, do: str) -> web.Response:
    say = show.saying(request)
    match done:
        case Expired() | Unknown():
            return useless(request, done)
        case dict():
            return _download(done)
        case Erased():
            gone = say("Everything we knew of you is deleted. What you were sent stays in your mailbox.")
            return show.notice(request, 200, heading=say("Deleted"), words=gone)
        case Done(subscriber=person) | Already(subscriber=person) if person.state == "left":
            return left(request, person)
        case Proposed(subscriber=person, email=email):
            told = words(person.language)(
                "If %(email)s can get mail, a question is on its way there. Until it is answered, nothing changes.",
                email=email,
            )
            return await _page(request, said=told)
        case Done(subscriber=person) | Already(subscriber=person):
            request.app[PARTS].wake()
            return await _page(request, said=_said(words(person.language), do))
    raise AssertionError(f"nothing is known of {type(done)}")  # pragma: no cover - all outcomes stand above


def _said(say: Say, do: str) -> str:
    match do:
        case "pause":
            return say("Nothing is sent for four weeks. What is new meanwhile comes with the first digest after that.")
        case "resume":
            return say("The pause is over.")
        case _:
            return say("Saved.")


def _download(values: Mapping[str, object]) -> web.Response:
    """Everything we know of a person as a file; nobody may keep it on the way."""
    headers = {**PRIVATE, "Content-Disposition": 'attachment; filename="my-data.json"'}
    body = json.dumps(values, ensure_ascii=False, indent=2) + "\n"
    return web.Response(text=body, content_type="application/json", headers=headers)


# ---- what the buttons do ----


def _save(db: Connection, token: str, form: Form, site: Site, now: datetime) -> object:
    values = {name: clean(value) for name, value in form}
    weekday, monthday = forms.day(values)
    wanted = Wanted(
        topics=forms.rhythms(form),
        at=values.get("at") or None,
        weekday=weekday,
        monthday=monthday,
        timezone=forms.zone(values),
        language=values.get("language") or None,
        note=values.get("note"),
    )
    return preferences.save(db, token, wanted, site=site, now=now)


def _address(db: Connection, token: str, form: Form, site: Site, now: datetime) -> object:
    return address_change.ask(db, token, dict(form).get("email", ""), site=site, now=now)


def _forget(db: Connection, token: str, form: Form, _site: Site, now: datetime) -> object:
    if dict(form).get("sure") != "yes":
        raise Misuse("please tick the box that says you are sure; nothing was deleted")
    return preferences.forget(db, token, now=now)


_ACTS: dict[str, Act] = {
    "save": _save,
    "address": _address,
    "forget": _forget,
    "pause": lambda db, token, _form, _site, now: preferences.pause(db, token, now=now),
    "resume": lambda db, token, _form, _site, now: preferences.resume(db, token, now=now),
    "export": lambda db, token, _form, _site, now: preferences.export(db, token, now=now),
}


# ---- the page ----


async def _page(request: web.Request, *, said: str = "", problem: str = "", status: int = 200) -> web.Response:
    """said: what has just been done. problem: what is to be mended."""
    parts, token = request.app[PARTS], request.match_info["token"]
    now = parts.clock()

    def load() -> tuple[Subscriber, dict[str, object]] | Expired | Unknown:
        with parts.store.read() as db:
            found = preferences.read(db, token, now=now)
            if not isinstance(found, Shown):
                return found
            request.app[ESTIMATES].refresh(db, now)
            return found.subscriber, _values(request, db, found, parts)

    loaded = await asyncio.to_thread(load)
    if not isinstance(loaded, tuple):
        return useless(request, loaded)
    person, values = loaded
    values |= {"said": said, "problem": problem}
    return show.page(request, "preferences.html", values, status=status, private=True, language=person.language)


def _values(request: web.Request, db: Connection, found: Shown, parts: Parts) -> dict[str, object]:
    person, estimates = found.subscriber, request.app[ESTIMATES]
    say = words(person.language)
    have = {asked.topic for asked in found.topics}
    others = [Asked("all", topic_title(None, person.language), "weekly")] + [
        Asked(topic.id, topic_title(topic, person.language), "weekly") for topic in topics.topics(db)
    ]

    def row(asked: Asked, chosen: str) -> dict[str, object]:
        offered = choices.rhythms(say, estimates.of_topic(db, asked.topic, person.timezone))
        return {"topic": asked.topic, "title": asked.title, "chosen": chosen, "rhythms": offered}

    wanted = [(asked.topic, asked.every) for asked in found.topics]
    a_week = estimates.together(db, wanted, person.timezone)
    calmer = estimates.calmer(db, wanted, person.timezone)
    signed = keys.known(db, "token")
    leave = tokens.make(signed, Token("unsubscribe", person.id, person.generation))
    return {
        "person": person,
        "email": masked(person.email),
        "mine": [row(asked, asked.every) for asked in found.topics],
        "others": [row(asked, "") for asked in others if asked.topic not in have],
        "expected": amounts.mails(say, a_week),
        "calmer": "" if calmer is None else amounts.mails(say, calmer),
        "weekdays": choices.weekdays(say),
        "weekday": WEEKDAYS[person.weekday],
        "zones": choices.zones(),
        "zone": person.timezone.replace("_", " "),
        "tongues": choices.tongues(parts.site.language, person.language),
        "notes": choices.notes(say),
        "leave": links.unsubscribe(parts.here, leave),
    }


# ---- a new address ----


async def new_address(request: web.Request) -> web.Response:
    """GET /address/TOKEN: which address mail would go to, and one button."""
    parts, token = request.app[PARTS], request.match_info["token"]
    now = parts.clock()

    def load() -> Proposed | Already | Expired | Unknown:
        with parts.store.read() as db:
            return address_change.read(db, token, now=now)

    found = await asyncio.to_thread(load)
    if isinstance(found, Already):
        return _moved(request, found.subscriber)
    if not isinstance(found, Proposed):
        return useless(request, found)
    values = {"email": found.email, "before": masked(found.subscriber.email)}
    return show.page(request, "address.html", values, private=True, language=found.subscriber.language)


async def confirm_address(request: web.Request) -> web.Response:
    """POST /address/TOKEN"""
    parts, token = request.app[PARTS], request.match_info["token"]
    now = parts.clock()

    def work() -> object:
        return parts.store.unit(lambda db: address_change.confirm(db, token, now=now))

    done = await asyncio.to_thread(work)
    match done:
        case Done(subscriber=person) | Already(subscriber=person):
            parts.wake()
            return _moved(request, person)
        case Taken(subscriber=person):
            say = words(person.language)
            told = say("That address has subscriptions of its own. Unsubscribe one of the two, and ask again.")
            return show.notice(request, 409, heading=say("Nothing was changed"), words=told, language=person.language)
        case _:
            return useless(request, done)


def _moved(request: web.Request, person: Subscriber) -> web.Response:
    say = words(person.language)
    told = say("From now on we write to %(email)s. Links in earlier mails are dead.", email=person.email)
    return show.notice(request, 200, heading=say("Your address is changed"), words=told, language=person.language)
