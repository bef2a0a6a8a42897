"""Estimate how many mails a week subscriptions will bring, from what the archive brought.

Pure. All topics of one rhythm come in one mail, so that the mails of several
topics are the days (weeks, months) on which any of them brought something. "now"
is grouped over ten minutes; entries of a baseline, of which only the day is known,
count one by one, because they seldom appear together.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from state.arrivals import Arrival
from state.records import Every

SPAN = timedelta(weeks=12)  # of the archive that is looked at
FIREHOSE = 14.0  # mails a week from which on a calmer rhythm is proposed
WEEK, MONTH = timedelta(weeks=1), timedelta(days=30.44)
_WINDOW = 600  # seconds


def span(found: Sequence[Arrival], now: datetime) -> timedelta:
    """How much time these arrivals of all topics stand for: SPAN, less in a young archive, a week at least."""
    return max(min(now - min((one.at for one in found), default=now), SPAN), WEEK)


def a_week(found: Iterable[Arrival], every: Every, *, over: timedelta, timezone: str) -> float:
    """Mails a week that these entries, which came over such a time, would have made in this rhythm."""
    seen = list({one.entry: one for one in found}.values())
    if every == "now":
        single = sum(one.baseline for one in seen)
        return (single + len({int(one.at.timestamp()) // _WINDOW for one in seen if not one.baseline})) * WEEK / over
    zone = ZoneInfo(timezone)
    days = {one.at.astimezone(zone).date() for one in seen}
    match every:
        case "daily":
            return min(len(days) * WEEK / over, 7.0)
        case "weekly":
            return min(len({day.isocalendar()[:2] for day in days}) * WEEK / over, 1.0)
        case _:
            return min(len({(day.year, day.month) for day in days}) * WEEK / over, WEEK / MONTH)


def together(wanted: Mapping[Every, Sequence[Arrival]], *, over: timedelta, timezone: str) -> float:
    """Mails a week of several rhythms at once: digests due at one time are one mail, "now" comes beside them."""
    each = {every: a_week(found, every, over=over, timezone=timezone) for every, found in wanted.items() if found}
    at_once = each.pop("now", 0.0)
    return min(sum(each.values()), 7.0) + at_once
