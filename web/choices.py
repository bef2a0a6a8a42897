"""What forms offer: rhythms with how much mail they mean, hours, days, time zones, languages.

Estimates come from the archive and are kept for ten minutes, because anybody may
ask for the front page as often as they like.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import available_timezones

from babel.dates import format_date
from sqlalchemy import Connection

from mail import forecast
from mail.rhythm import WEEKDAYS
from state import arrivals
from state.arrivals import Arrival
from state.filters import parse_expression
from state.records import RHYTHMS, Every
from templates import amounts, dates
from templates.catalogue import languages
from templates.wording import Say

_KEPT = timedelta(minutes=10)
_MOST_KEPT = 2_000  # estimates
_MONDAY = date(2024, 1, 1)
_ELSEWHERE = ("Etc/", "SystemV/", "US/", "posix/", "right/")  # old or technical names of zones


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a list. value: what is posted; label: what is read."""

    value: str
    label: str


class Estimates:
    """How much the archive says that topics will bring. One for an application; refreshed by whoever finds it old."""

    def __init__(self) -> None:
        self._by_topic: dict[str, list[Arrival]] = {}
        self._over = forecast.WEEK
        self._looked_at: datetime | None = None
        self._kept: dict[tuple[str, str], dict[Every, float]] = {}

    def refresh(self, db: Connection, now: datetime) -> None:
        """Look at the archive again where the last look is too long ago."""
        if self._looked_at is not None and timedelta(0) <= now - self._looked_at < _KEPT:
            return
        found = arrivals.arrivals(db, since=now - forecast.SPAN, until=now)
        by_topic: dict[str, list[Arrival]] = {}
        for one in found:
            by_topic.setdefault(one.topic, []).append(one)
        self._by_topic, self._over, self._kept = by_topic, forecast.span(found, now), {}
        self._looked_at = now

    def of_topic(self, db: Connection, topic: str, timezone: str) -> dict[Every, float]:
        """Mails a week of one topic expression, by rhythm."""
        key = (topic, timezone)
        if key not in self._kept:
            if len(self._kept) >= _MOST_KEPT:
                self._kept = {}
            found = self._under(db, topic)
            self._kept[key] = {
                every: forecast.a_week(found, every, over=self._over, timezone=timezone) for every in RHYTHMS
            }
        return self._kept[key]

    def entries(self, db: Connection, topic: str) -> float:
        """New entries a week under a topic."""
        return len(self._under(db, topic)) * forecast.WEEK / self._over

    def together(self, db: Connection, wanted: Sequence[tuple[str, Every]], timezone: str) -> float:
        """Mails a week of all these subscriptions: (topic expression, rhythm)."""
        by_rhythm: dict[Every, list[Arrival]] = {}
        for topic, every in wanted:
            by_rhythm.setdefault(every, []).extend(self._under(db, topic))
        return forecast.together(by_rhythm, over=self._over, timezone=timezone)

    def _under(self, db: Connection, topic: str) -> Sequence[Arrival]:
        return arrivals.under(db, self._by_topic.get(parse_expression(topic).topic, ()), topic)


def rhythms(say: Say, a_week: Mapping[Every, float]) -> list[Choice]:
    """Every rhythm in words, with the mails it would mean."""
    words = {
        "now": say("as it comes"),
        "daily": say("once a day"),
        "weekly": say("once a week"),
        "monthly": say("once a month"),
    }
    return [Choice(every, f"{words[every]} ({amounts.mails(say, a_week[every])})") for every in RHYTHMS]


def weekdays(say: Say) -> list[Choice]:
    """Monday to Sunday, in words."""
    where = dates.locale(say.language)
    days = (_MONDAY + timedelta(days=number) for number in range(7))
    return [Choice(name, format_date(day, "EEEE", locale=where)) for name, day in zip(WEEKDAYS, days, strict=True)]


@cache
def zones() -> tuple[str, ...]:
    """Time zones by name, with spaces as people write them; "Asia/Phnom Penh"."""
    known = (name for name in available_timezones() if "/" in name and not name.startswith(_ELSEWHERE))
    return ("UTC", *sorted(name.replace("_", " ") for name in known))


def tongues(site_language: str, chosen: str) -> list[Choice]:
    """Languages that mails can be written in, each named in itself; with the site's and the one that was chosen."""
    codes = dict.fromkeys((site_language, chosen, "en", *languages()))
    return [Choice(code, _own_name(code)) for code in codes if code]


def _own_name(code: str) -> str:
    where = dates.locale(code)
    fits = where.language == code.partition("-")[0].lower()
    name = where.get_display_name(where) if fits else None
    return name[:1].upper() + name[1:] if name else code
