"""Read what was typed into a form, within limits of size, number and time, and say what cannot be meant.

No field is trusted: what is too large is 413, too slow 408, and what no form of
ours could have sent is Misuse in words that stand beside the form again.
"""

import asyncio
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from mail.rhythm import WEEKDAYS
from state.errors import Misuse
from state.text import clean
from web.parts import PARTS

MAX_BODY = 64 * 1024  # octets
MAX_FIELDS = 500
RHYTHM = "every:"  # before a topic in the name of the field that holds its own rhythm
_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "")
_MOST_TOPICS = 100
# How aiohttp says that a body is no form: cut short, without its boundary, in a charset, packing or encoding of nobody.
_UNREADABLE = (ValueError, LookupError, RuntimeError, web.RequestPayloadError, zlib.error)


@dataclass(frozen=True, slots=True)
class Asked:
    """A filled-in form to subscribe. None: as unless said otherwise. rhythms: of topics with one of their own."""

    email: str
    topics: tuple[str, ...]
    every: str
    at: str | None = None
    weekday: int | None = None
    monthday: int | None = None
    timezone: str | None = None
    language: str | None = None
    rhythms: Mapping[str, str] = field(default_factory=dict)


async def fields(request: web.Request) -> list[tuple[str, str]]:
    """The text fields of a form; none where the body is no form. Raises 413 or 408 for what is too much or too slow."""
    if request.content_type not in _TYPES:
        return []
    try:
        async with asyncio.timeout(request.app[PARTS].serving.read_timeout):
            posted = await request.post()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except ConnectionError:  # gone before the end: what was meant is not known
        raise web.HTTPBadRequest from None
    except _UNREADABLE:
        return []
    return [(name, value) for name, value in posted.items() if isinstance(value, str)]


def asked(form: Sequence[tuple[str, str]]) -> Asked:
    """Read the form to subscribe. Raises Misuse for what cannot be meant."""
    values = {name: clean(value) for name, value in form}
    topics = tuple(dict.fromkeys(clean(value) for name, value in form if name == "topic" and clean(value)))
    if not values.get("email"):
        raise Misuse("please type your email address")
    if not topics or len(topics) > _MOST_TOPICS:
        raise Misuse("please choose at least one topic")
    weekday, monthday = day(values)
    own = rhythms(form)
    return Asked(
        email=values["email"],
        topics=topics,
        every=values.get("every") or "weekly",
        at=values.get("at") or None,
        weekday=weekday,
        monthday=monthday,
        timezone=zone(values),
        language=values.get("language") or None,
        rhythms={topic: own[topic] for topic in topics if own.get(topic)},
    )


def rhythms(form: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Rhythm by topic, from the fields that name one; "" where none is chosen."""
    return {name.removeprefix(RHYTHM): clean(value) for name, value in form if name.startswith(RHYTHM)}


def day(values: Mapping[str, str]) -> tuple[int | None, int | None]:
    """Day of the week and of the month. "on" may be either ("mon", "15"); "monthday" is the latter; "" neither."""
    on, of_month = values.get("on", ""), values.get("monthday", "")
    weekday = None
    if on[:3].lower() in WEEKDAYS:
        weekday = WEEKDAYS.index(on[:3].lower())
    elif on:
        of_month = on
    if of_month and not (of_month.isascii() and of_month.isdigit() and len(of_month) < 3 and 1 <= int(of_month) <= 31):
        raise Misuse(f"on is {of_month[:20]!r}; give a day of the week like mon, or a day of the month like 15")
    return weekday, int(of_month) if of_month else None


def zone(values: Mapping[str, str]) -> str | None:
    """A time zone as the list shows it: with spaces for underscores."""
    return values.get("timezone", "").replace(" ", "_") or None
