"""Find out whether a source writes 03/04/2006 as 3 April or March 4, from all its dates together.

Pure; called once for each document with all its texts. In this order, and the first that tells decides:
1. a number above 12 (28/03/2006), wherever it stands; where both orders occur, the more frequent by far;
2. a date in words or with the year first beside a numeric one (same line, or the line before or after) that is the
   same day, or its month, in one order only;
3. the future: no list is made of days to come; and the order in which the list itself is sorted;
4. the language with its country, and the country of the address. English alone says nothing.
Where nothing decides the order stays unknown. Such a date gives its year, which is sure, and no month and no day:
an invented day is worse than none (`datevalues.Found.date`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import pairwise

from babel import Locale, UnknownLocaleError

from feeds.extraction.dates import find
from feeds.extraction.datevalues import Found, Order, Setting
from feeds.extraction.wordlist import listed

_NUMERIC = re.compile(r"\d\s?[./\-－／．‐-―]\s?\d{1,2}\s?[./\-－／．‐-―]\s?\d{2}|^\d{1,2} \d{1,2} \d{4}$")
_FIGURE = re.compile(r"\d")
_NUMBERS = re.compile(r"(\d{1,2})\s?([./-])\s?(\d{1,2})")
_FAR = 3  # one order occurs more often than the other by far: this many times
_BEYOND = timedelta(days=31)  # events are announced; so one day to come proves nothing, many do
_MONTH_FIRST_DOMAINS = frozenset(listed("gov mil us"))
_DAY_FIRST_DOMAINS = frozenset(listed("uk ie au nz in za ke ng sg my hk pk bd lk eu int"))


@dataclass(frozen=True, slots=True)
class _Unclear:
    """A numeric date of either order, read day first. separator: of its numbers. place: of its text. alone: whether it
    is the only one there.
    """

    found: Found
    separator: str
    place: int
    alone: bool


def infer(texts: Iterable[str], setting: Setting, host: str = "") -> Order:
    """The order of day and month in a source's numeric dates, "" where nothing tells. texts: in the order of
    the page. host: of its address. Only texts with numeric dates are read, and where these do not tell, those beside
    them.
    """
    said = list(texts)
    votes, unclear = _gathered(said, setting)
    order = _more_frequent(votes, _FAR)
    if order or not unclear:
        return order
    return (
        _more_frequent(_beside(said, unclear, setting), 1)
        or _by_sorting([one.found for one in unclear], setting)
        or _by_place(setting, host, unclear[0].separator)
    )


def _gathered(texts: Sequence[str], setting: Setting) -> tuple[dict[Order, int], list[_Unclear]]:
    """How often a number above 12 tells each order, and the dates in which none does."""
    votes: dict[Order, int] = {"dmy": 0, "mdy": 0}
    unclear: list[_Unclear] = []
    for place, text in enumerate(texts):
        if not _FIGURE.search(text) or not _NUMERIC.search(text):
            continue
        numeric = [found for found in find(text, setting) if found.form == "numeric"]
        alone = sum(found.ambiguous for found in numeric) == 1
        for found in numeric:
            written = _NUMBERS.search(text, found.start)
            if written is None:
                continue
            if found.ambiguous:
                unclear.append(_Unclear(found, written[2], place, alone))
            elif found.day is not None and found.day > 12:
                votes["dmy" if int(written[1]) == found.day else "mdy"] += 1
    return votes, unclear


def _beside(texts: Sequence[str], unclear: Sequence[_Unclear], setting: Setting) -> dict[Order, int]:
    """How often each reading of a numeric date is the day, or lies in the month, that stands beside it in words."""
    agreeing: dict[Order, int] = {"dmy": 0, "mdy": 0}
    for one in unclear:
        if one.alone and (order := _told(one.found, texts[max(0, one.place - 1) : one.place + 2], setting)):
            agreeing[order] += 1
    return agreeing


def _told(found: Found, beside: Sequence[str], setting: Setting) -> Order:
    """The order in which a numeric date agrees with one that some texts give otherwise; "" where both do, or none."""
    told = [one for text in beside for one in find(text, setting) if one.form != "numeric" and one.month]
    day_first = _agrees(told, found, found.month, found.day)
    month_first = _agrees(told, found, found.day, found.month)
    if day_first == month_first:
        return ""
    return "dmy" if day_first else "mdy"


def _agrees(told: Sequence[Found], found: Found, month: int | None, day: int | None) -> bool:
    return any(one.year == found.year and (one.month, one.day or day) == (month, day) for one in told)


def _more_frequent(votes: dict[Order, int], by: int) -> Order:
    few, many = sorted(votes.values())
    if many == few or many < few * by:
        return ""
    return "dmy" if votes["dmy"] == many else "mdy"


def _by_sorting(unclear: list[Found], setting: Setting) -> Order:
    """The order under which the list is sorted and nothing lies in the future, if the other is worse."""
    day_first = [(found.year or 0, found.month or 0, found.day or 0) for found in unclear]
    month_first = [(year, day, month) for year, month, day in day_first]
    end = (setting.now + _BEYOND).timetuple()[:3]
    faults = {}
    for order, days in (("dmy", day_first), ("mdy", month_first)):
        steps = [(one > two) - (one < two) for one, two in pairwise(days)]
        faults[order] = min(steps.count(1), steps.count(-1)) + sum(day > end for day in days)
    few, many = sorted(faults.values())
    if many - few < max(1, len(unclear) // 10) or many < few * _FAR:
        return ""
    return "dmy" if faults["dmy"] == few else "mdy"


def _by_place(setting: Setting, host: str, separator: str) -> Order:
    domain = host.rsplit(".", 1)[-1].lower()
    language = setting.languages[0] if setting.languages else ""
    if domain in _MONTH_FIRST_DOMAINS:
        return "mdy"
    if domain in _DAY_FIRST_DOMAINS or separator == ".":
        return "dmy"
    if language.split("-")[0] == "en" and "-" not in language:
        return ""
    return _usual(language)


@lru_cache(maxsize=64)
def _usual(language: str) -> Order:
    """The order CLDR gives for a language (and region)."""
    try:
        pattern = Locale.parse(language, sep="-").date_formats["short"].pattern
    except (UnknownLocaleError, ValueError, KeyError):
        return ""
    if pattern.lower().startswith("y"):
        return ""
    return "dmy" if pattern.find("d") < pattern.find("M") else "mdy"
