"""Read what a feed says of when to ask again: ttl, skipHours, skipDays of RSS 2.0, the syndication module of RSS 1.0.

Pure. What is no number, or no day, says nothing. Called by `feeds.extraction.feedformats`; what it means for the next
poll is decided in `feeds.schedule`.
"""

from collections.abc import Iterator

from lxml import etree

from feeds.extraction.strictxml import local_name
from state.records import Pace

_SY = "{http://purl.org/rss/1.0/modules/syndication/}"
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 7 * 86_400, "monthly": 30 * 86_400, "yearly": 365 * 86_400}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LONGEST = 30 * 86_400  # seconds


def pace(channel: etree._Element) -> Pace:
    """What a channel of RSS, or the root of an Atom feed, says."""
    minutes = max((_number(text) or 0 for text in _texts(channel, "ttl")), default=0)
    hours = [_number(text) for list_ in _named(channel, "skipHours") for text in _texts(list_, "hour")]
    days = [text.lower() for list_ in _named(channel, "skipDays") for text in _texts(list_, "day")]
    return Pace(
        every=min(max(60 * minutes, _period(channel)), _LONGEST),
        skip_hours=tuple(sorted({hour % 24 for hour in hours if hour is not None and hour <= 24})),
        skip_days=tuple(sorted({_DAYS.index(day) for day in days if day in _DAYS})),
    )


def _period(channel: etree._Element) -> int:
    """Seconds between two updates by the syndication module; 0 where it is unsaid."""
    period = _PERIODS.get((channel.findtext(f"{_SY}updatePeriod") or "").strip().lower(), 0)
    return period // max(_number(channel.findtext(f"{_SY}updateFrequency") or "") or 1, 1)


def _named(node: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in node if isinstance(child.tag, str) and local_name(child) == name)


def _texts(node: etree._Element, name: str) -> Iterator[str]:
    return ((child.text or "").strip() for child in _named(node, name))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
