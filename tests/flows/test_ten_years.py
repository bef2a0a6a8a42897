"""Ten years of digests in five zones: each period once, whatever the clocks do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from mail.digest import plan_due
from mail.rhythm import next_due, period_key
from mail.settings import Digests
from state import outbox
from state.records import Every
from state.schema import sent
from state.store import Store
from tests.mail.people import SITE, entry, file, know_topics, subscribe

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Phnom_Penh")
HOURS = ("00:00", "02:30", "09:00", "23:59")
START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)


def periods(every: Every, zone: str) -> set[str]:
    """Every local date on which a digest of a rhythm is due: daily, Mondays, the 31st or the month's last day."""
    day, last, found = START.astimezone(ZoneInfo(zone)).date(), END.astimezone(ZoneInfo(zone)).date(), set[date]()
    while day < last:
        ends = (day + timedelta(days=1)).month != day.month
        if every == "daily" or (every == "weekly" and day.weekday() == 0) or (every == "monthly" and ends):
            found.add(day)
        day += timedelta(days=1)
    return {one.isoformat() for one in found}


@pytest.mark.parametrize("hour", HOURS)
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("every", ["daily", "weekly", "monthly"])
def test_each_period_of_ten_years_comes_exactly_once(every: Every, zone: str, hour: str) -> None:
    keys: list[str] = []
    due = START
    while due < END:
        due = next_due(every, at=hour, weekday=0, monthday=31, timezone=zone, after=due)
        keys.append(period_key(due, zone))
    assert len(keys) == len(set(keys)), "twice"
    inner = {key for key in keys if "2026-01-03" < key < "2035-12-29"}
    assert inner == {key for key in periods(every, zone) if "2026-01-03" < key < "2035-12-29"}, "lost or made up"


def subscribed(store: Store, now: datetime, **more: object) -> None:
    with store.write() as db:
        know_topics(db, now)
        subscribe(db, "sok@example.org", "harvest", now=now, every="daily", at="02:30", **more)


def goes(store: Store, hours: list[datetime]) -> list[str]:
    """Something new before each look; the periods that were mailed."""
    for number, now in enumerate(hours):
        with store.write() as db:
            file(db, entry(f"e{number}", now=now), "harvest", now=now)
        plan_due(store, site=SITE, settings=Digests(), now=now)
    with store.read() as db:
        return [one.key for one in reversed(outbox.messages(db))]


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("zone", "night"),
    [("Europe/Berlin", datetime(2026, 3, 27, tzinfo=UTC)), ("Europe/Berlin", datetime(2026, 10, 23, tzinfo=UTC)),
     ("Australia/Lord_Howe", datetime(2026, 4, 2, tzinfo=UTC))],
)  # fmt: skip
def test_around_a_change_of_clocks_each_day_has_one_mail(store: Store, zone: str, night: datetime) -> None:
    subscribed(store, night, timezone=zone)
    keys = goes(store, [night + timedelta(hours=hour) for hour in range(1, 97, 6)])
    days = [(night + timedelta(days=day)).astimezone(ZoneInfo(zone)).date() for day in range(-1, 6)]
    assert len(keys) == len(set(keys)) == 4
    assert set(keys) <= {day.isoformat() for day in days}


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=-2)])
def test_a_clock_that_jumps_and_comes_back_neither_doubles_nor_loses(
    store: Store, now: datetime, jump: timedelta
) -> None:
    subscribed(store, now)
    right = [now + timedelta(hours=8 * step) for step in range(12)]
    wrong = [now + timedelta(hours=8 * step) + jump for step in range(4, 7)]
    keys = goes(store, [*right[:4], *wrong, *right[7:], *(now + timedelta(days=day) for day in range(4, 8))])
    assert len(keys) == len(set(keys))
    assert keys == sorted(keys)
    with store.read() as db:
        told = [row.entry for row in db.execute(select(sent))]
    assert len(told) == len(set(told)) >= 15, "every entry once, but for what is not yet due"
