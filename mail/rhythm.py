"""Decide when a person's next digest is due: wall-clock hours, made instants by zoneinfo.

Pure: no clock, no store. `mail.subscriptions` and `mail.digest` store what this
returns. A cron trigger is not used because it skips or doubles days when clocks
change (STACK.md); here an hour that a day lacks becomes the first instant after
the gap, an hour that a day has twice is its first, and each period comes once.
"""

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from state.errors import Misuse
from state.records import RHYTHMS, Every

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAILY_AT, WEEKLY_ON, MONTHLY_ON = "09:00", 0, 1


def next_due(every: Every, *, at: str, weekday: int, monthday: int, timezone: str, after: datetime) -> datetime:
    """The first due instant strictly after an instant, in UTC.

    at: "HH:MM" local time. weekday: 0 is Monday; monthday: 1 to 31, the last day where a month is shorter.
    A rhythm of "now" is due at once: its window is the planner's. A date that a zone skipped altogether
    (Samoa, 30 December 2011) has no daily digest; a weekly or monthly one comes when time goes on.
    """
    if every == "now":
        return after.astimezone(UTC)
    zone, hour = ZoneInfo(timezone), time.fromisoformat(at)
    for day in _days(every, after.astimezone(zone).date() - timedelta(days=1), weekday, monthday):
        due = instant_of(day, hour, zone)
        if every == "daily" and due.astimezone(zone).date() != day:
            continue
        if due > after:
            return due
    raise AssertionError("a rhythm never ends")  # pragma: no cover - _days is endless


def period_key(due: datetime, timezone: str) -> str:
    """The local date of a due instant, which names its period: "2026-05-10"."""
    return due.astimezone(ZoneInfo(timezone)).date().isoformat()


def instant_of(day: date, hour: time, zone: ZoneInfo) -> datetime:
    """When a wall clock in a zone shows an hour of a day, in UTC.

    Twice: the first time. Never: the first instant after the gap, or the last one
    before it where the gap ends on another day although the day itself exists.
    """
    wall = datetime.combine(day, hour, tzinfo=zone)  # fold=0: in an overlap the first occurrence
    due = wall.astimezone(UTC)
    if due.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return due
    gap = _gap_between(wall.replace(fold=1).astimezone(UTC), due, zone)
    before = gap - timedelta(seconds=1)
    exists = before.astimezone(zone).date() == day
    return before if exists and gap.astimezone(zone).date() != day else gap


def checked(at: str, weekday: int, monthday: int, timezone: str) -> None:
    """Raise Misuse for an hour, a day or a time zone that does not exist."""
    try:
        if time.fromisoformat(at).isoformat("minutes") != at:
            raise ValueError
    except ValueError:
        raise Misuse(f'hour {at!r} does not exist; give a time like "07:30" (--at)') from None
    if not 0 <= weekday <= 6 or not 1 <= monthday <= 31:
        raise Misuse(f"day {weekday}/{monthday} does not exist; give mon to sun, or 1 to 31 (--on)")
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Misuse(f"time zone {timezone!r} is not known; give a name like Asia/Phnom_Penh (--timezone)") from None


def rhythm(name: str) -> Every:
    """The rhythm of that name; Misuse for what is none."""
    for known in RHYTHMS:
        if name == known:
            return known
    raise Misuse(f"rhythm {name!r} is not known; give one of {', '.join(RHYTHMS)} (--every)")


def _days(every: Every, start: date, weekday: int, monthday: int) -> Iterator[date]:
    """The local days of a rhythm, from a day on."""
    match every:
        case "monthly":
            year, month = start.year, start.month
            while True:
                yield date(year, month, min(monthday, calendar.monthrange(year, month)[1]))
                year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        case "weekly":
            start += timedelta(days=(weekday - start.weekday()) % 7)
            step = timedelta(days=7)
        case _:
            step = timedelta(days=1)
    while True:
        yield start
        start += step


def _gap_between(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the offset changes between two instants (low before it, high at or after it)."""
    low, offset = low.replace(microsecond=0), high.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return high
