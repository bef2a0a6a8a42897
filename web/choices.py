"""What forms offer: rhythms with how much mail they mean, hours, days, time zones, languages.

Estimates are mail/estimates.py's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from zoneinfo import available_timezones

from babel.dates import format_date

from mail.rhythm import WEEKDAYS
from state.records import RHYTHMS, Every
from templates import amounts, dates
from templates.catalogue import languages
from templates.wording import Say

_MONDAY = date(2024, 1, 1)
_ELSEWHERE = ("Etc/", "SystemV/", "US/", "posix/", "right/")  # old or technical names of zones


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a list. value: what is posted; label: what is read."""

    value: str
    label: str


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


def notes(say: Say) -> list[Choice]:
    """What may come when nothing was new."""
    return [
        Choice("", say("as usual")),
        Choice("yes", say("a short note (weekly, monthly)")),
        Choice("no", say("no mail")),
    ]


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
