"""Read the time of day that stands before or after a date, and its zone.

Pure. Called by `feeds.extraction.dates` and `feeds.extraction.relativedates` with folded lines
(`datesymbols.folded`). A time without a zone is in the source's own; an abbreviation that means several zones (CST,
IST) counts as none. "9:00-12:00" is a range of hours, not an offset: without seconds, a "T" or a zone's name before it
a minus with a colon is no offset.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo

from feeds.extraction.wordlist import listed

# Hours east of Greenwich. Left out because two countries use them: cst, ist, bst, ast.
_ZONES: Mapping[str, float] = {
    **dict.fromkeys(listed("z ut utc gmt wet"), 0),
    **dict.fromkeys(listed("cet mez west wat"), 1),
    **dict.fromkeys(listed("cest mesz eet cat sast"), 2),
    **dict.fromkeys(listed("eest msk мск eat trt"), 3),
    **dict.fromkeys(listed("ict wib"), 7),
    **dict.fromkeys(listed("wita sgt hkt myt pht"), 8),
    **dict.fromkeys(listed("wit jst kst"), 9),
    **dict.fromkeys(listed("brt art"), -3),
    "pkt": 5,
    "npt": 5.75,
    "mmt": 6.5,
    "aest": 10,
    "aedt": 11,
    "nzst": 12,
    "nzdt": 13,
    "edt": -4,
    "est": -5,
    "cdt": -5,
    "mdt": -6,
    "mst": -7,
    "pdt": -7,
    "pst": -8,
}
_LEADS = (
    r"at|um|kl\.?|klo|a las|a la|à|às|alle|alle ore|ore|om|о|в|у|ob|v|godz\.?|saat|lúc|pukul|jam|στις|kell|kello"
    r"|เวลา|ម៉ោង|الساعة|ساعت"
)
_HALF = r"(?P<half>[ap])\.? ?m\b\.?|(?P<ar>[صم])(?![^\W\d_])|(?P<el>[πμ])\.? ?μ\.?"
_ZONE = (
    rf"(?: ?\(?(?P<zone>(?:{'|'.join(sorted(_ZONES, key=len, reverse=True))})(?![^\W\d_]))?"
    r"(?P<offset> ?[+-][0-9]{1,2}(?::?[0-9]{2})?(?![0-9:]))?\)?)"
)
_HOUR = (
    rf"(?P<early>上午|午前|오전)?(?P<late>下午|午後|오후)? ?(?P<h>[0-2]?[0-9])"
    rf"(?:(?P<dot>\.)(?P<dm>[0-5][0-9])|(?: ?[:h時时点點] ?|시 ?)(?P<m>[0-5][0-9])(?:分|분)?(?::(?P<s>[0-5][0-9])"
    rf"(?:[.,][0-9]+)?)?|(?P<only>(?= ?[ap]\.? ?m\b)| ?(?:h|uhr)\b|[時时시]))"
    rf"(?: ?(?:{_HALF}))?(?P<unit> ?(?:uhr|น\.?|hrs?|uur|h)(?![^\W\d_]))?{_ZONE}?(?![0-9])(?!\.[0-9])"
)
_AFTER = re.compile(rf"[\s,.|·•@–-]*(?P<lead>(?:(?:{_LEADS}) |t(?=[0-9]))?)[\s(]*{_HOUR}")
_COMPACT = re.compile(r"t(?P<h>[01][0-9]|2[0-3])(?P<m>[0-5][0-9])(?P<s>[0-5][0-9])?(?P<zone>z)?(?![0-9])")
_BEFORE = re.compile(
    rf"(?<![0-9:.])(?<![-–] )(?<![-–])(?P<h>[0-2]?[0-9]):(?P<m>[0-5][0-9])(?::(?P<s>[0-5][0-9]))?"
    rf"(?: ?(?:{_HALF}))?(?: ?(?:uhr|น\.?|hrs?|uur|h)(?![^\W\d_]))?{_ZONE}?[\s,|·•–-]*$"
)
_LONGEST_BEFORE = 30  # characters


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day, where it stands in its line, and its zone where one is written."""

    hour: int
    minute: int
    second: int
    zone: tzinfo | None
    start: int
    end: int

    def on(self, year: int, month: int, day: int, zone: tzinfo) -> datetime:
        """The time on a day; `zone` holds where none is written."""
        return datetime(year, month, day, self.hour, self.minute, self.second, tzinfo=self.zone or zone)


def after(line: str, end: int) -> Clock | None:
    """The time that follows in a folded line what ends at `end`; None where something else does."""
    if (compact := _COMPACT.match(line, end)) is not None:
        zone = _zone("z", "") if compact["zone"] else None
        return Clock(int(compact["h"]), int(compact["m"]), int(compact["s"] or 0), zone, compact.start(), compact.end())
    time = _AFTER.match(line, end)
    if time is None:
        return None
    sure = time["lead"] or time["unit"] or time["half"]
    if time["dot"] and not sure:
        return None  # "8 May 2006, 4.12" is no time
    return _clock(time, int(time["m"] or time["dm"] or 0), strict=not (time["lead"] == "t" or time["s"]))


def before(line: str, start: int) -> Clock | None:
    """The time that a folded line gives just before what begins at `start`: "10:30, 8 May 2006"."""
    floor = max(0, start - _LONGEST_BEFORE)
    time = _BEFORE.search(line, floor, start)
    return _clock(time, int(time["m"]), strict=True) if time is not None else None


def _clock(time: re.Match[str], minute: int, strict: bool) -> Clock | None:
    hour = int(time["h"])
    groups = time.groupdict()
    late = groups["half"] == "p" or groups["ar"] == "م" or groups["el"] == "μ" or bool(groups.get("late"))
    early = groups["half"] == "a" or groups["ar"] == "ص" or groups["el"] == "π" or bool(groups.get("early"))
    if (late or early) and 1 <= hour <= 12:
        hour = hour % 12 + (12 if late else 0)
    if hour > 23:
        return None
    offset, end = (groups["offset"] or "").strip(), time.end()
    if strict and not groups["zone"] and offset.startswith("-") and (":" in offset or len(offset) < 5):
        offset, end = "", time.start("offset")
    return Clock(hour, minute, int(groups.get("s") or 0), _zone(groups["zone"] or "", offset), time.start(), end)


def _zone(name: str, offset: str) -> tzinfo | None:
    """The zone of "gmt+7", "+0530" or "cet"; None where there is none, or no zone has it."""
    if not offset:
        return timezone(timedelta(hours=_ZONES[name])) if name else None
    digits = offset[1:].replace(":", "")
    if not name and len(digits) < 4:
        return None
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    if hours > 14 or minutes > 59:
        return None
    return timezone((-1 if offset[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))
