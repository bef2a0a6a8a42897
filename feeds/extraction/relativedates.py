"""Read days named from the day of reading: "21 hours ago", "gestern, 18:00 Uhr".

Pure. Called by `feeds.extraction.dates` for texts in which nothing else is a date. Weeks and longer give a month or a
year, never a day: "2 weeks ago" does not say which.
"""

import re
from datetime import datetime, timedelta

from feeds.extraction import datewords
from feeds.extraction.datesymbols import MARKS
from feeds.extraction.datevalues import Found, Setting

LONGEST = 45  # characters: a relative day is a text of its own
_BEFORE = r"vor|hace|há|il y a|πριν(?: από)?|för|acum|преди|for|منذ|לפני"
_AFTER = r"ago|fa|geleden|назад|тому|önce|yang lalu|lalu|trước|atrás|sedan|siden|ที่แล้ว|ก่อน|前|전|전에|মিনিট আগে|আগে"
_UNIT = rf"(?P<unit>[^\W\d_](?:[^\W\d_]|[{MARKS}])*?)\.?"
_AGO = re.compile(
    rf"(?:[^\W\d_]+[:|]?\s+)?(?:(?:{_BEFORE})\s+(?P<one>\d{{1,3}})\s*{_UNIT}"
    rf"|(?P<two>\d{{1,3}})\s*{_UNIT.replace('unit', 'unit2')}\s*(?:{_AFTER}))"
)
_DAY = re.compile(
    r"(?P<word>[^\d,:|]+?)\s*[,|]?\s*(?:(?:at|um|kl\.?|à|a las|alle|om|о"
    r"|в)\s+)?(?:(?P<h>[0-2]?\d):(?P<m>[0-5]\d)(?:\s*uhr)?)?"
)
_CJK_UNITS = {
    "分": "minute",
    "分钟": "minute",
    "分鐘": "minute",
    "小时": "hour",
    "小時": "hour",
    "時間": "hour",
    "日": "day",
    "天": "day",
    "분": "minute",
    "시간": "hour",
    "일": "day",
}


def relative(line: str, setting: Setting) -> Found | None:
    """The day a folded text names from `setting.now`, or None."""
    if len(line) > LONGEST:
        return None
    text = line.strip(" ,.|()")
    if (ago := _AGO.fullmatch(text)) is not None:
        unit = ago["unit"] or ago["unit2"]
        known = _CJK_UNITS.get(unit) or datewords.UNITS.get(unit) or datewords.UNITS.get(datewords.folded(unit))
        return _back(int(ago["one"] or ago["two"]), known, len(line), setting) if known else None
    day = _DAY.fullmatch(text)
    if day is None or (back := datewords.DAYS_AGO.get(day["word"].strip())) is None:
        return None
    when = setting.now.astimezone(setting.zone) - timedelta(days=back)
    published = None
    if day["h"] and int(day["h"]) < 24:
        published = datetime(when.year, when.month, when.day, int(day["h"]), int(day["m"]), tzinfo=setting.zone)
    return Found(when.year, when.month, when.day, 0, len(line), "relative", published=published, short=True)


def _back(count: int, unit: str, length: int, setting: Setting) -> Found:
    local = setting.now.astimezone(setting.zone)
    if unit in ("second", "minute", "hour", "day"):
        when = local - timedelta(**{f"{unit}s": count})
        return Found(when.year, when.month, when.day, 0, length, "relative", short=True)
    if unit == "week":
        when = local - timedelta(weeks=count)
        return Found(when.year, when.month, None, 0, length, "relative", short=True)
    months = count * (12 if unit == "year" else 1)
    year, month = divmod(local.year * 12 + local.month - 1 - months, 12)
    return Found(year, None if unit == "year" else month + 1, None, 0, length, "relative", short=True)
