"""Dates as honest as their source: a day, a month or a year, never more than was written.

A partial date is an ISO 8601 string of reduced precision ("2004-10-26", "2004-10",
"2004"), so that it sorts, prints and travels through JSON and SQL unchanged. A
month is a period here and never becomes its first day.
"""

import calendar
import re
from datetime import date
from functools import lru_cache
from typing import Literal, TypeAlias

PartialDate: TypeAlias = str
Precision: TypeAlias = Literal["day", "month", "year"]

_SHAPE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@lru_cache(4096)  # a visit asks for each of its dates many times
def parts(when: PartialDate) -> tuple[int, int | None, int | None]:
    """Year, month or None, day or None. Raises ValueError for what is no date of the calendar."""
    shape = _SHAPE.fullmatch(when)
    if shape is None:
        raise ValueError(f"{when!r} is no date; give YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day = (int(part) if part else None for part in shape.groups())
    date(year or 0, month or 1, day or 1)
    return int(shape[1]), month, day


def precision(when: PartialDate) -> Precision:
    """How exact a partial date is, by its length. Never fails."""
    return "day" if len(when) == 10 else "month" if len(when) == 7 else "year"


def first_day(when: PartialDate) -> date:
    year, month, day = parts(when)
    return date(year, month or 1, day or 1)


def last_day(when: PartialDate) -> date:
    """The end of the period: "2004-10" gives 31 October 2004."""
    year, month, day = parts(when)
    month = month or 12
    return date(year, month, day or calendar.monthrange(year, month)[1])


def compatible(one: PartialDate | None, other: PartialDate | None) -> bool:
    """Whether both may speak of the same day: equal at the coarser precision. Unknown fits everything."""
    if not one or not other:
        return True
    return one.startswith(other) or other.startswith(one)
