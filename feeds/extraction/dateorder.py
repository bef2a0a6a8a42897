"""Find out whether a source writes 03/04/2006 as 3 April or March 4, from all its dates together.

Pure. One day above 12 decides for the whole source; then the order in which the list itself is sorted; then the
language and the country of the address. Where nothing decides the order stays unknown, and such dates are not given.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from babel import Locale, UnknownLocaleError

from feeds.extraction.dates import find
from feeds.extraction.datevalues import Found, Order, Setting
from feeds.extraction.wordlist import listed

_NUMERIC = re.compile(r"\d\s?[./\-－／．‐-―]\s?\d{1,2}\s?[./\-－／．‐-―]\s?\d{2}|^\d{1,2} \d{1,2} \d{4}$")
_NUMBERS = re.compile(r"(\d{1,2})\s?([./-])\s?(\d{1,2})")
_MONTH_FIRST_DOMAINS = frozenset(listed("gov mil us"))
_DAY_FIRST_DOMAINS = frozenset(listed("uk ie au nz in za ke ng sg my hk pk bd lk eu int"))


def infer(texts: Iterable[str], setting: Setting, host: str = "") -> Order:
    """The order of day and month in a source's numeric dates, "" where nothing tells. texts: in the order of
    the page.
    """
    votes = {"dmy": 0, "mdy": 0}
    unclear: list[tuple[Found, str]] = []
    for text in texts:
        if _NUMERIC.search(text) is None:
            continue
        for found in find(text, setting):
            if found.form != "numeric":
                continue
            written = _NUMBERS.search(text, found.start)
            if found.ambiguous:
                unclear.append((found, written[2] if written else "/"))
            elif written is not None and found.day is not None and found.day > 12:
                votes["dmy" if int(written[1]) == found.day else "mdy"] += 1
    if votes["dmy"] != votes["mdy"]:
        return "dmy" if votes["dmy"] > votes["mdy"] else "mdy"
    if not unclear:
        return ""
    return _by_sorting([found for found, _ in unclear], setting) or _by_place(setting, host, unclear[0][1])


def _by_sorting(unclear: list[Found], setting: Setting) -> Order:
    """The order under which the list is sorted and nothing lies in the future, if the other is worse."""
    day_first = [(found.year or 0, found.month or 0, found.day or 0) for found in unclear]
    month_first = [(year, day, month) for year, month, day in day_first]
    now = setting.now.timetuple()[:3]
    faults = {}
    for order, days in (("dmy", day_first), ("mdy", month_first)):
        steps = [(one > two) - (one < two) for one, two in pairwise(days)]
        faults[order] = min(steps.count(1), steps.count(-1)) + sum(day > now for day in days)
    if abs(faults["dmy"] - faults["mdy"]) < max(1, len(unclear) // 10):
        return ""
    return "dmy" if faults["dmy"] < faults["mdy"] else "mdy"


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
