"""Read days named from the day of reading: "21 hours ago", "gestern, 18:00 Uhr", "yesterday at 5".

Pure. Called by `feeds.extraction.dates` for texts in which nothing else is a date, so that a text without such words
must cost next to nothing. Hours and days are counted back. "2 weeks ago" is any of seven days and "3 months ago" any
of thirty: the answer is the finest of month and year that holds for all of them, else the year stays open too.
"""

import re
from datetime import datetime, timedelta
from functools import lru_cache

from feeds.extraction import dateclock
from feeds.extraction.datesymbols import folded
from feeds.extraction.datevalues import Found, Setting
from feeds.extraction.relativewords import AFTER, BEFORE, COUNTS, DAYS_AGO, ENOUGH, PAIRS, UNITS

LONGEST = 45  # characters: a relative day is a text of its own
_BARE_HOUR = re.compile(r"\s*,?\s*(?:at|um|à|a las|às|alle|om|в|о)\s+[0-2]?[0-9]\s*")
_UNIT_OF = {folded(word): unit for unit, words in UNITS.items() for word in words.split()}
_UNIT_OF |= {folded(word): unit for word, unit in PAIRS.items()}
_DAYS_AGO = {folded(word): days for word, days in DAYS_AGO.items()}
_LENGTH = {"second": 1 / 86400, "minute": 1 / 1440, "hour": 1 / 24, "day": 1}  # days
_RUNS_ON = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_WORD = re.compile(r"[^\s\d,|:.()]+")
# A text with spaces has one of these words; one look at its words tells.
_CUES = frozenset(
    word for phrase in (*map(folded, (*BEFORE, *AFTER)), *_DAYS_AGO, *ENOUGH) for word in phrase.split()[-1:]
)


def relative(line: str, setting: Setting) -> Found | None:
    """The day a folded text names from `setting.now`, or None."""
    if not 0 < len(line) <= LONGEST or not _is_cued(line):
        return None
    text = line.strip(" ,.|()")
    if (ago := _ago().fullmatch(text)) is not None:
        groups = ago.groupdict()
        unit = groups["unit"] or groups["unit2"] or groups["unit3"]
        written = groups["count"] or groups["count2"] or groups["count3"] or ""
        if not written and (not groups["unit"] or line.isascii()):
            return None  # "days ago"; a language that says "since day" writes no number for one or two
        count = int(written) if written.isdecimal() else COUNTS.get(written, 2 if unit in PAIRS else 1)
        return _back(count, _UNIT_OF[unit], len(line), setting)
    return _named_day(text, len(line), setting)


def _is_cued(line: str) -> bool:
    return not _CUES.isdisjoint(_WORD.findall(line)) or (not line.isascii() and _RUNS_ON.search(line) is not None)


@lru_cache(maxsize=1)
def _ago() -> re.Pattern[str]:
    def one_of(words: list[str]) -> str:
        return "|".join(re.escape(folded(word)) for word in sorted(words, key=len, reverse=True))

    units = one_of(list(_UNIT_OF))
    counts = rf"[0-9]{{1,3}}|[一二三四五六七八九十两兩]|(?:{one_of(list(COUNTS))})(?= )"
    smaller = rf"(?:,? (?:[^\W\d_]+ )?[0-9]{{1,3}} ?(?:{units}))?"  # "20 hours, 5 minutes ago"
    return re.compile(
        rf"(?:[^\W\d_]+[:|]?\s+)?(?:(?:{one_of(BEFORE)})\s+(?P<count>{counts})?\s*(?P<unit>{units})\.?(?:\s+sedan)?"
        rf"|(?P<count2>{counts})\s*(?P<unit2>{units})\.?{smaller}\s*(?:{one_of(AFTER)})"
        rf"|(?P<count3>[0-9]{{1,3}})\s*(?P<unit3>{one_of(list(ENOUGH))}))"
    )


def _named_day(text: str, length: int, setting: Setting) -> Found | None:
    """ "yesterday", with or without a time after it."""
    word = next((text[:end] for end in _ends(text) if text[:end] in _DAYS_AGO), None)
    if word is None:
        return None
    when = setting.now.astimezone(setting.zone) - timedelta(days=_DAYS_AGO[word])
    rest, published = text[len(word) :], None
    if (clock := dateclock.after(text, len(word))) is not None and clock.end == len(text):
        published = clock.on(when.year, when.month, when.day, setting.zone)
    elif rest.strip() and _BARE_HOUR.fullmatch(rest) is None:
        return None
    return Found(when.year, when.month, when.day, 0, length, "relative", published=published, short=True)


def _ends(text: str) -> list[int]:
    """Where the name of a day may end: before a space, a comma or a digit, the longest first."""
    ends = {len(text)} | {cut.start() for cut in re.finditer(r"[\s,|]|(?<=\D)(?=\d)", text)}
    return sorted(ends, reverse=True)


def _back(count: int, unit: str, length: int, setting: Setting) -> Found:
    local = setting.now.astimezone(setting.zone)
    if unit in _LENGTH:
        when = local - timedelta(days=count * _LENGTH[unit])
        return Found(when.year, when.month, when.day, 0, length, "relative", short=True)
    last, first = _earlier(local, count, unit), _earlier(local, count + 1, unit) + timedelta(days=1)
    if (first.year, first.month) == (last.year, last.month):
        return Found(last.year, last.month, None, 0, length, "relative", short=True)
    year = last.year if first.year == last.year else None
    return Found(year, None, None, 0, length, "relative", short=True)


def _earlier(when: datetime, count: int, unit: str) -> datetime:
    if unit == "week":
        return when - timedelta(weeks=count)
    year, month = divmod(when.year * 12 + when.month - 1 - count * (12 if unit == "year" else 1), 12)
    return when.replace(year=year, month=month + 1, day=min(when.day, 28))
