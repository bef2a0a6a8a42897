"""Requests a source and day that bring news as soon as a fixed hourly poll does, in the learnt rhythm of each source.

Simulated: sources of several habits over half a year, of which the first two months only teach. The learnt rhythm's
`every` is chosen so that half of the news is as late as with the hourly poll; then the requests are counted.
"""

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from feeds import rhythm, schedule
from feeds.schedule import Habits
from state.habits import Pacing

START = datetime(2026, 1, 5, tzinfo=UTC)
DAYS, TAUGHT = 180, 60
HOUR = 3600
LEAST = 60  # seconds between two polls, so that nothing but the rhythm limits them
EACH = 12  # sources of each habit


@dataclass(frozen=True, slots=True)
class Habit:
    """How a source publishes. a_day: items on one of its days; hours, days: when, local hours and weekdays."""

    name: str
    a_day: float
    hours: range = range(24)
    days: range = range(7)


HABITS = (
    Habit("a ministry: office hours, three a day", 3, range(9, 17), range(5)),
    Habit("a court: weekday mornings, one a day", 1, range(8, 11), range(5)),
    Habit("an agency: day and night, 20 a day", 20),
    Habit("an institute: two a week in office hours", 0.4, range(9, 17), range(5)),
    Habit("an office: one in three weeks", 0.05, range(9, 17), range(5)),
)


def published(habit: Habit, chance: random.Random) -> list[datetime]:
    found: list[datetime] = []
    for day in range(DAYS):
        date = START + timedelta(days=day)
        if date.weekday() in habit.days:
            wanted = sum(chance.random() < habit.a_day / 40 for _ in range(40))
            hours = (chance.choice(habit.hours) + chance.random() for _ in range(wanted))
            found += [date + timedelta(hours=hour) for hour in hours]
    return sorted(found)


def watched(id: str, news: Sequence[datetime], every: int, *, fixed: bool) -> tuple[int, list[float]]:
    """Polls after the time of learning, and how many seconds late each item of that time was seen."""
    habits = Habits(Pacing(rhythm.began(START)), fixed, "UTC", LEAST, 30 * 86_400)
    now, last, at, polls = START, START, 0, 0
    late: list[float] = []
    since, end = START + timedelta(days=TAUGHT), START + timedelta(days=DAYS)
    while now < end:
        first = at
        while at < len(news) and news[at] <= now:
            at += 1
        if now >= since:
            polls += 1
            late += [(now - item).total_seconds() for item in news[first:at] if item >= since]
        if at > first and habits.pacing.rhythm:
            learnt = rhythm.observed(habits.pacing.rhythm, after=last, now=now, timezone="UTC")
            habits = replace(habits, pacing=Pacing(learnt))
        last, now = now, schedule.after_success(id, every, now=now, habits=habits).at
    return polls, late


def both(habit: Habit, every: int, *, fixed: bool) -> tuple[float, float]:
    """Requests a source and day, and the median delay in minutes, over sources of one habit."""
    polls, late = 0, list[float]()
    for number in range(EACH):
        count, seconds = watched(f"s{number}", published(habit, random.Random(number)), every, fixed=fixed)
        polls, late = polls + count, late + seconds
    return polls / EACH / (DAYS - TAUGHT), statistics.median(late) / 60


def run() -> None:
    print(f"requests a source and day at the median delay of an hourly poll, {DAYS - TAUGHT} simulated days")
    for habit in HABITS:
        hourly, delay = both(habit, HOUR, fixed=True)
        least, most = 60, 16 * HOUR
        while most - least > 0.05 * least:  # the longest `every` that is not later
            middle = (least + most) // 2
            least, most = (middle, most) if both(habit, middle, fixed=False)[1] <= delay else (least, middle)
        learnt, also = both(habit, least, fixed=False)
        print(
            f"  {habit.name:40} hourly {hourly:5.1f}, learnt {learnt:5.1f} ({learnt / hourly:.2f} of it; median delay "
            f"{delay:.0f} and {also:.0f} min)"
        )
