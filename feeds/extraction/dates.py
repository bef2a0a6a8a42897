"""Read dates as honest as they are written: strict grammar, explicit precision, many languages.

Pure: the time of reading is part of the `Setting`. Each word of a text becomes one symbol
(`feeds.extraction.datesymbols`), and a form of date is a pattern over symbols (`feeds.extraction.dateforms`): "8th of
May, 2006" is "do c M, y". A month is a month, and what lacks a year has none until a heading gives it
(`Found.completed`). The order of day and month in 03/04/2006 is not guessed here: without `Setting.order` such a date
is found but not known (`feeds.extraction.dateorder` infers the order from all texts of a source). Called for every
text of a page, so the common case, no date in it, must cost next to nothing.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from itertools import pairwise

from feeds.extraction import datesymbols, datewords
from feeds.extraction.dateforms import FORMS, Match
from feeds.extraction.datevalues import Found, Setting
from feeds.extraction.relativedates import relative

LONGEST_WHOLE = 90  # characters of a text that is nothing but a date and its label
_YEARLESS = ("day month", "month day")
LONGEST = 300  # characters of a text that are searched: a publication date stands at its beginning

# What every date has: a number next to a letter, or three numbers with separators, or a year.
_MAYBE = re.compile(r"\d{4}|\d\W{0,3}[^\W\d_]|[^\W\d_]\W{0,3}\d|\d\s?[./-]\s?\d")
_LABEL = re.compile(
    r"\W*(?:(?:[^\W\d_]+[\s'’./]+){0,3}[^\W\d_]{2,}\s*[:：|]"
    r"|(?:(?:published|posted|updated|released|issued|date|dated|filed|created|veröffentlicht|erstellt|publié|publicado|pubblicato|publikované|gepubliceerd)"
    r"\s*(?:on|le|am|el|il|op|em|den|at)?)|(?:on|le|am|el|il|op|em|den|från))?\W*"
)
_SAYS = re.compile(r"[^\W_]")


def find(text: str, setting: Setting) -> tuple[Found, ...]:
    """The dates of a text, in its order."""
    text = text[:LONGEST]
    if not _MAYBE.search(text):
        day = relative(datesymbols.folded(text), setting) if 0 < len(text) < 30 else None
        return (day,) if day is not None else ()
    line = datesymbols.folded(text)
    symbols, values, places = datesymbols.symbols(line, setting.languages)
    present = frozenset(symbols)
    found: list[Found] = []
    for form in FORMS:
        if not form.needs <= present:
            continue
        for match in form.pattern.finditer(symbols):
            one = form.build(Match(match, values, places, setting, line))
            if one is not None and not any(one.start < other.end and other.start < one.end for other in found):
                found.append(_stretched(one, line, setting))
    if not found and (day := relative(line, setting)) is not None:
        return (day,)
    return tuple(sorted(found, key=lambda one: one.start))


def whole(text: str, setting: Setting) -> Found | None:
    """The date a text consists of, but for a label such as "Posted on" before it; None where it says more."""
    return whole_of(text, find(text, setting)) if len(text) <= LONGEST_WHOLE else None


def whole_of(text: str, dates: tuple[Found, ...]) -> Found | None:
    """As `whole`, of the dates that were found in the text."""
    for found in dates:
        before, after = text[: found.start], text[found.end :]
        if not _SAYS.search(after) and _LABEL.fullmatch(before.casefold()):
            return found
    return None


_PARTED = re.compile(r"[,;|–—()\[\]:·•،、]|\s[-/]\s|(?<=\d\.)\s")
_SHORT_NUMBER = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
_LONGEST_DAY = 24  # characters of a day and month


def at_edges(text: str, setting: Setting) -> tuple[Found, ...]:
    """A day and month without a year, set off by a sign at the end or the beginning of a line: "The ferry, 4 May".

    For lines under the heading of a year; nothing in the line itself proves that this is its date.
    """
    if len(text) > LONGEST or not _SHORT_NUMBER.search(text) or not _PARTED.search(text):
        return ()
    cuts = [(0, 0), *((cut.start(), cut.end()) for cut in _PARTED.finditer(text)), (len(text), len(text))]
    spans = [(before[1], after[0]) for before, after in pairwise(cuts) if text[before[1] : after[0]].strip()]
    for start, end in (spans[-1], spans[0]) if spans and len(cuts) > 2 else ():
        if end - start <= _LONGEST_DAY and (day := whole(text[start:end].strip(), setting)) and day.form in _YEARLESS:
            return (replace(day, start=start, end=end),)
    return ()


_WEEKDAY_BEFORE = re.compile(r"(?:^|[\s(,|])([^\W\d_][^\s\d,()|]*?)\.?,?\s*$")
_WEEKDAY_AFTER = re.compile(
    r"\s*(?:,?\s*([^\W\d_]{2,20})\b|[(（](?:週|星期|周)?([日月火水木金土一二三四五六월화수목금토일])(?:요일"
    r"|曜日)?[)）])"
)
_TIME = re.compile(
    r"(?:[\s,t|·@-]|at |um |kl\.? ?|a las |à |alle |ore |om |о |в "
    r")*(?P<h>[0-2]?[0-9])[:h](?P<m>[0-5][0-9])(?::(?P<s>[0-5][0-9]))?(?:\.[0-9]+)?"
    r"(?: ?(?P<half>[ap])\.?m\b\.?)?(?: ?uhr| ?hrs?\b)?(?P<zone> ?(?:z\b|utc|gmt|[+-][0-9]{2}:?[0-9]{2}))?(?![0-9])"
)


def _stretched(found: Found, line: str, setting: Setting) -> Found:
    """With the weekday before it and the time of day after it."""
    start, end, published = found.start, found.end, None
    if (weekday := _WEEKDAY_BEFORE.search(line[:start])) and _is_weekday(weekday[1], setting):
        start = weekday.start(1)
    if (weekday := _WEEKDAY_AFTER.match(line, end)) and (weekday[2] or _is_weekday(weekday[1], setting)):
        end = weekday.end()
    time = _TIME.match(line, end)
    if time is not None and found.date is not None:
        published = _at(found, time, setting.zone)
        end = time.end() if published is not None else end
    return replace(found, start=start, end=end, published=published)


def _is_weekday(word: str, setting: Setting) -> bool:
    return datewords.symbol(word, setting.languages) == "W"


def _at(found: Found, time: re.Match[str], zone: tzinfo) -> datetime | None:
    hour, minute, second = int(time["h"]), int(time["m"]), int(time["s"] or 0)
    if time["half"] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if time["half"] == "p" else 0)
    if hour > 23 or found.year is None or found.month is None or found.day is None:
        return None
    return datetime(found.year, found.month, found.day, hour, minute, second, tzinfo=_offset(time["zone"]) or zone)


def _offset(written: str | None) -> tzinfo | None:
    if not written:
        return None
    sign = written.strip()
    if sign[0] not in "+-":
        return UTC
    hours, minutes = int(sign[1:3]), int(sign[-2:])
    return (
        None
        if hours > 14 or minutes > 59
        else timezone((1 if sign[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
    )
