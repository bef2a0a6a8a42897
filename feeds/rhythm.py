"""Learn when a source's news arrive, and choose how long to wait for more.

Pure. Counted are polls that brought something, by local hour and weekday; old counts fade. As long as there are few,
a source is taken for one that publishes about once a day at any hour. The waits that keep the delay of news shortest
for a given number of requests go with the square root of how often they arrive: a source with one item a day is read
`every` seconds, one with a hundred ten times as often, and at night one of office hours rests. Called by
`feeds.schedule` and `feeds.poll`.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from math import exp, sqrt
from zoneinfo import ZoneInfo

from state.habits import Rhythm

_FADES = 60 * 86400.0  # seconds in which a count falls to 1/e
_DAY = 86400.0
_PRIOR = 2.0  # news that a source is taken to have had, in as many days
_EVEN = 6.0  # news spread evenly over hours and weekdays, that the counts are mixed with
_STEP = 900.0  # seconds
_STEPS = 4 * 24 * 14


def began(now: datetime) -> Rhythm:
    """Nothing counted yet."""
    return Rhythm(now, now, (0.0,) * 24, (0.0,) * 7)


def observed(rhythm: Rhythm, *, after: datetime, now: datetime, timezone: str) -> Rhythm:
    """Count news that arrived between two polls; an hour of which one knows no better gets its share."""
    zone = ZoneInfo(timezone)
    fade = _fade(rhythm, now)
    hours, days = [fade * n for n in rhythm.hours], [fade * n for n in rhythm.days]
    span = min(max((now - after).total_seconds(), 1.0), 7 * _DAY)
    parts = max(1, round(span / 3600))
    for part in range(parts):
        local = (now - timedelta(seconds=span * (part + 0.5) / parts)).astimezone(zone)
        hours[local.hour] += 1 / parts
        days[local.weekday()] += 1 / parts
    return replace(rhythm, at=now, hours=tuple(round(n, 3) for n in hours), days=tuple(round(n, 3) for n in days))


def a_day(rhythm: Rhythm, now: datetime) -> float:
    """How often news arrive, a day, on average."""
    elapsed = max((now - rhythm.since).total_seconds(), 0.0)
    seen = _FADES * (1 - exp(-elapsed / _FADES)) / _DAY  # days that the faded counts stand for
    return (rhythm.count * _fade(rhythm, now) + _PRIOR) / (seen + _PRIOR)


def wait(rhythm: Rhythm, every: float, *, shortest: float, longest: float, now: datetime, timezone: str) -> float:
    """Seconds until the source is worth reading again. every: for a source with one item a day.

    Cost: a look at each quarter of an hour until then.
    """
    zone = ZoneInfo(timezone)
    average = a_day(rhythm, now)
    hours, days = _shares(rhythm.hours), _shares(rhythm.days)
    left, waited = every, 0.0
    local = now.astimezone(zone)
    for _ in range(_STEPS):
        pressure = sqrt(average * hours[local.hour] * days[local.weekday()])
        if left <= pressure * _STEP or waited + _STEP >= longest:
            waited += min(left / pressure, _STEP)
            break
        left -= pressure * _STEP
        waited += _STEP
        local = (now + timedelta(seconds=waited)).astimezone(zone)
    return min(max(waited, shortest), longest)


def _shares(counts: tuple[float, ...]) -> list[float]:
    """How much more than evenly news arrive in each hour or day: 1 is evenly. Neighbouring hours lend to each other."""
    total, size = sum(counts), len(counts)
    if size > 7:
        counts = tuple((counts[n - 1] + 2 * counts[n] + counts[(n + 1) % size]) / 4 for n in range(size))
    return [(count + _EVEN / size) / (total + _EVEN) * size for count in counts]


def _fade(rhythm: Rhythm, now: datetime) -> float:
    return exp(-max((now - rhythm.at).total_seconds(), 0.0) / _FADES)
