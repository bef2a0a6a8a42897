"""Wall-clock hours through ten years of clock changes."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mail import rhythm
from state.errors import Misuse

# Havana and Beirut change their clocks at midnight, Lord Howe by half an hour, Apia lost a day, Scoresbysund
# once went from one evening into the next day.
ZONES = (
    "Europe/Berlin",
    "America/Havana",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Scoresbysund",
)
HOURS = ("00:00", "00:30", "02:30", "09:00", "23:30")


def dues(every: str, zone: str, at: str, *, years: int = 10, weekday: int = 0, monthday: int = 31) -> list[datetime]:
    """Every due instant of ten years, one after the other."""
    now, end = datetime(2010, 1, 1, tzinfo=UTC), datetime(2010 + years, 1, 1, tzinfo=UTC)
    found: list[datetime] = []
    while True:
        now = rhythm.next_due(rhythm.rhythm(every), at=at, weekday=weekday, monthday=monthday, timezone=zone, after=now)
        if now >= end:
            return found
        found.append(now)


def days(zone: str, found: list[datetime]) -> list[date]:
    return [due.astimezone(ZoneInfo(zone)).date() for due in found]


def exists(zone: str, day: date) -> bool:
    """Whether a zone ever had this day."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1)
    return any((start + timedelta(hours=hour)).astimezone(ZoneInfo(zone)).date() == day for hour in range(72))


@pytest.mark.parametrize("at", HOURS)
@pytest.mark.parametrize("zone", ZONES)
def test_every_day_of_ten_years_has_its_digest_exactly_once(zone: str, at: str) -> None:
    found = days(zone, dues("daily", zone, at))
    expected = [found[0] + timedelta(days=number) for number in range((found[-1] - found[0]).days + 1)]
    assert found == [day for day in expected if day != date(2011, 12, 30) or exists(zone, day)]
    assert len(found) >= 3650


@pytest.mark.parametrize("at", HOURS)
@pytest.mark.parametrize("zone", ZONES)
def test_every_week_of_ten_years_has_its_digest_exactly_once(zone: str, at: str) -> None:
    found = days(zone, dues("weekly", zone, at, weekday=4))
    assert set(Counter((day - timedelta(days=4)).isocalendar()[:2] for day in found).values()) == {1}
    assert len(found) in (521, 522)
    assert [day for day in found if day.weekday() != 4] in ([], [date(2011, 12, 31)])


@pytest.mark.parametrize("monthday", [1, 29, 30, 31])
@pytest.mark.parametrize("zone", ZONES)
def test_every_month_of_ten_years_has_its_digest_exactly_once(zone: str, monthday: int) -> None:
    found = days(zone, dues("monthly", zone, "00:30", monthday=monthday))
    months = [(day.year, day.month) for day in found]
    assert len(months) == len(set(months))
    assert len(months) in (119, 120, 121)


@pytest.mark.parametrize(
    ("year", "day"), [(2024, date(2024, 2, 29)), (2025, date(2025, 2, 28)), (2026, date(2026, 2, 28))]
)
def test_a_day_that_a_month_lacks_is_its_last(year: int, day: date) -> None:
    due = rhythm.next_due(
        "monthly", at="09:00", weekday=0, monthday=31, timezone="UTC", after=datetime(year, 2, 1, tzinfo=UTC)
    )
    assert due.date() == day


@pytest.mark.parametrize(
    ("zone", "after", "due"),
    [
        # clocks go from 02:00 to 03:00: the hour does not exist, the first instant after it does
        ("Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T01:00Z"),
        # clocks go from 03:00 back to 02:00: the hour comes twice, the first one counts
        ("Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T00:30Z"),
        ("Asia/Kathmandu", "2026-05-10T00:00Z", "2026-05-10T20:45Z"),
    ],
)
def test_an_hour_that_is_missing_or_double_is_one_instant(zone: str, after: str, due: str) -> None:
    got = rhythm.next_due(
        "daily", at="02:30", weekday=0, monthday=1, timezone=zone, after=datetime.fromisoformat(after)
    )
    assert got == datetime.fromisoformat(due)


def test_midnight_that_is_missing_is_one_o_clock_of_that_day() -> None:
    got = rhythm.next_due(
        "daily",
        at="00:00",
        weekday=0,
        monthday=1,
        timezone="America/Havana",
        after=datetime(2026, 3, 7, 12, tzinfo=UTC),
    )
    assert got.astimezone(ZoneInfo("America/Havana")).isoformat() == "2026-03-08T01:00:00-04:00"


def test_due_is_strictly_after_and_now_is_at_once() -> None:
    nine = datetime(2026, 5, 10, 9, tzinfo=UTC)
    words = {"at": "09:00", "weekday": 6, "monthday": 10, "timezone": "UTC"}
    assert rhythm.next_due("daily", after=nine, **words) == nine + timedelta(days=1)  # type: ignore[arg-type]
    assert rhythm.next_due("daily", after=nine - timedelta(seconds=1), **words) == nine  # type: ignore[arg-type]
    assert rhythm.next_due("weekly", after=nine, **words) == nine + timedelta(days=7)  # type: ignore[arg-type]
    assert rhythm.next_due("monthly", after=nine, **words) == datetime(2026, 6, 10, 9, tzinfo=UTC)  # type: ignore[arg-type]
    assert rhythm.next_due("now", after=nine, **words) == nine  # type: ignore[arg-type]


def test_the_period_is_the_readers_date() -> None:
    assert rhythm.period_key(datetime(2026, 5, 10, 20, 0, tzinfo=UTC), "Asia/Tokyo") == "2026-05-11"


@pytest.mark.parametrize("at", ["24:00", "9:00", "09:00:00", "09", "", "nine", "-1:00"])
def test_an_hour_that_no_clock_shows_is_refused(at: str) -> None:
    with pytest.raises(Misuse, match="give a time like"):
        rhythm.checked(at, 0, 1, "UTC")


@pytest.mark.parametrize(("weekday", "monthday"), [(-1, 1), (7, 1), (0, 0), (0, 32)])
def test_a_day_that_no_calendar_has_is_refused(weekday: int, monthday: int) -> None:
    with pytest.raises(Misuse, match="give mon to sun"):
        rhythm.checked("09:00", weekday, monthday, "UTC")


@pytest.mark.parametrize("zone", ["Mars/Base", "", "/etc/passwd", "../../etc/passwd", "Europe", "a\0b"])
def test_a_time_zone_that_is_not_known_is_refused(zone: str) -> None:
    with pytest.raises(Misuse, match="time zone"):
        rhythm.checked("09:00", 0, 1, zone)
