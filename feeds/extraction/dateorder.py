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
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from itertools import pairwise

from babel import Locale, UnknownLocaleError

from feeds.extraction.dates import find
from feeds.extraction.datevalues import Found, Order, Setting
from feeds.extraction.wordlist import listed

_NUMERIC = re.compile(r"\d\s?[./\-－／．‐-―]\s?\d{1,2}\s?[./\-－／．‐-―]\s?\d{2}|^\d{1,2} \d{1,2} \d{4}$")
_NUMBERS = re.compile(r"(\d{1,2})\s?([./-])\s?(\d{1,2})")
_FAR = 3  # one order occurs more often than the other by far: this many times
_BEYOND = timedelta(days=31)  # events are announced; so one day to come proves nothing, many do
_MONTH_FIRST_DOMAINS = frozenset(listed("gov mil us"))
_DAY_FIRST_DOMAINS = frozenset(listed("uk ie au nz in za ke ng sg my hk pk bd lk eu int"))


@dataclass
class _Evidence:
    """What the texts of a source say. unclear: numeric dates of either order, read day first, with their separator."""

    votes: dict[Order, int] = field(default_factory=lambda: {"dmy": 0, "mdy": 0})
    unclear: list[tuple[Found, str]] = field(default_factory=list)
    beside: dict[Order, int] = field(default_factory=lambda: {"dmy": 0, "mdy": 0})


def infer(texts: Iterable[str], setting: Setting, host: str = "") -> Order:
    """The order of day and month in a source's numeric dates, "" where nothing tells. texts: in the order of
    the page. host: of its address. Only texts with numeric dates, and their neighbours, are read.
    """
    evidence = _gathered(list(texts), setting)
    return (
        _more_frequent(evidence.votes, _FAR)
        or (_more_frequent(evidence.beside, 1) if evidence.unclear else "")
        or (_by_sorting([found for found, _ in evidence.unclear], setting) if evidence.unclear else "")
        or (_by_place(setting, host, evidence.unclear[0][1]) if evidence.unclear else "")
    )


def _gathered(texts: Sequence[str], setting: Setting) -> _Evidence:
    evidence = _Evidence()
    for place, text in enumerate(texts):
        if _NUMERIC.search(text) is None:
            continue
        here = find(text, setting)
        unclear = [found for found in here if found.form == "numeric" and found.ambiguous]
        for found in here:
            written = _NUMBERS.search(text, found.start)
            if found.form != "numeric" or written is None:
                continue
            if found.ambiguous:
                evidence.unclear.append((found, written[2]))
            elif found.day is not None and found.day > 12:
                evidence.votes["dmy" if int(written[1]) == found.day else "mdy"] += 1
        if len(unclear) == 1:
            _compare(unclear[0], texts[max(0, place - 1) : place + 2], setting, evidence)
    return evidence


def _compare(found: Found, beside: Sequence[str], setting: Setting, evidence: _Evidence) -> None:
    """Note which reading of a numeric date is the day, or lies in the month, that stands beside it in words."""
    told = [one for text in beside for one in find(text, setting) if one.form != "numeric" and one.month]
    readings: dict[Order, tuple[int | None, int | None]] = {
        "dmy": (found.month, found.day),
        "mdy": (found.day, found.month),
    }
    fits = {
        order: any(one.year == found.year and (one.month, one.day or day) == (month, day) for one in told)
        for order, (month, day) in readings.items()
    }
    if fits["dmy"] != fits["mdy"]:
        evidence.beside["dmy" if fits["dmy"] else "mdy"] += 1


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
