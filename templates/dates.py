"""Dates in words, as exact as they are known and no more (requirements: digests, "honest date")."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton

from state.dates import PartialDate, first_day, precision


def locale(language: str) -> Locale:
    """The nearest locale we can write dates in; English where there is none."""
    try:
        return Locale.parse(language or "en", sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def honest(when: PartialDate | None, language: str = "en") -> str:
    """ "26 October 2004", "October 2004" or "2004" in the reader's language; "" where nothing is known."""
    if not when:
        return ""
    day, where = first_day(when), locale(language)
    match precision(when):
        case "day":
            return format_date(day, "long" if where.language != "en" else "d MMMM y", locale=where)
        case "month":
            return format_skeleton("yMMMM", datetime(day.year, day.month, 1), locale=where)  # noqa: DTZ001 no instant
        case _:
            return f"{day.year:04}"


def instant(at: datetime, timezone: str = "UTC", language: str = "en") -> str:
    """A time we know to the minute, in the reader's zone: "21 January 2026, 09:05"."""
    local = at.astimezone(ZoneInfo(timezone))
    joined = str(locale(language).datetime_formats["medium"])  # {1} the date, {0} the time
    return joined.format(f"{local:%H:%M}", honest(local.date().isoformat(), language))


def day(at: datetime, timezone: str = "UTC", language: str = "en") -> str:
    """The local date of an instant: "10 May 2026"."""
    return honest(at.astimezone(ZoneInfo(timezone)).date().isoformat(), language)


def recent(at: datetime, now: datetime, timezone: str = "UTC", language: str = "en") -> str:
    """A weekday for the last six days ("Tuesday"), else the date."""
    zone = ZoneInfo(timezone)
    if (now.astimezone(zone).date() - at.astimezone(zone).date()).days > 6:
        return day(at, timezone, language)
    return format_date(at.astimezone(zone).date(), "EEEE", locale=locale(language))
