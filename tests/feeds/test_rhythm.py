"""A source is read when its news are to be expected: often in its hours, seldom at night, more if it publishes more."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.rhythm import a_day, began, observed, wait
from state.habits import Rhythm

NOW = datetime(2026, 5, 11, 0, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def office(days: int = 60, hours: tuple[int, ...] = (9, 12, 16), timezone: str = "UTC") -> Rhythm:
    """What is learnt of an office that publishes on working days at these hours."""
    rhythm = began(NOW - days * DAY)
    for day in range(days, 0, -1):
        for hour in hours:
            at = NOW - day * DAY + hour * HOUR
            if at.weekday() < 5:
                rhythm = observed(rhythm, after=at - 40 * HOUR / 60, now=at, timezone=timezone)
    return rhythm


def minutes(rhythm: Rhythm, now: datetime, every: float = 3600, timezone: str = "UTC") -> float:
    return wait(rhythm, every, shortest=600, longest=86_400, now=now, timezone=timezone) / 60


def test_a_source_of_which_nothing_is_known_is_read_as_one_that_publishes_once_a_day() -> None:
    assert minutes(began(NOW), NOW) == pytest.approx(60, abs=1)
    assert a_day(began(NOW), NOW) == 1


def test_office_hours_are_read_more_often_than_nights_and_weekends() -> None:
    rhythm = office()
    working, night, weekend = (minutes(rhythm, NOW + h * HOUR) for h in (10, 0, 5 * 24 + 12))
    assert working < 40 < 100 < night
    assert weekend > 100


def test_a_wait_that_leads_into_the_busy_hours_is_cut_short() -> None:
    rhythm = office()
    assert minutes(rhythm, NOW + 7 * HOUR) < minutes(rhythm, NOW + 3 * HOUR) / 2


def test_the_hours_are_those_of_the_sources_own_zone() -> None:
    rhythm = office(hours=(2, 5, 9), timezone="Asia/Phnom_Penh")  # 9, 12 and 16 o'clock there
    assert sum(rhythm.hours[8:17]) == pytest.approx(rhythm.count)
    busy, quiet = (minutes(rhythm, NOW + h * HOUR, timezone="Asia/Phnom_Penh") for h in (3, 16))
    assert busy < quiet / 2


def test_who_publishes_a_hundred_times_as_much_is_read_ten_times_as_often() -> None:
    many, few = began(NOW - 50 * DAY), began(NOW - 50 * DAY)
    for hour in range(50 * 24, 0, -1):
        at = NOW - hour * HOUR
        many = observed(many, after=at - HOUR, now=at, timezone="UTC")
        if hour % 96 == 0:
            few = observed(few, after=at - HOUR, now=at, timezone="UTC")
    assert a_day(many, NOW) == pytest.approx(24, rel=0.1)
    assert a_day(few, NOW) == pytest.approx(0.25, rel=0.25)
    assert minutes(few, NOW, 7200) / minutes(many, NOW, 7200) == pytest.approx(10, rel=0.3)


def test_a_source_that_fell_silent_is_read_less_and_less() -> None:
    rhythm = office()
    rates = [a_day(rhythm, NOW + n * DAY) for n in (0, 30, 90, 365)]
    assert rates == sorted(rates, reverse=True)
    assert minutes(rhythm, NOW + 365 * DAY) > 3 * minutes(rhythm, NOW)


def test_news_of_a_long_absence_are_no_sign_of_an_hour() -> None:
    rhythm = observed(began(NOW), after=NOW - 3 * DAY, now=NOW, timezone="UTC")
    assert max(rhythm.hours) < 0.06
    assert rhythm.count == pytest.approx(1, abs=0.05)


@given(
    st.lists(st.integers(1, 10**6), max_size=30), st.integers(1, 10**6), st.sampled_from(["UTC", "America/New_York"])
)
def test_the_wait_keeps_its_bounds_whatever_was_seen(gaps: list[int], every: int, timezone: str) -> None:
    rhythm, at = began(NOW), NOW
    for gap in gaps:
        rhythm = observed(rhythm, after=at, now=(at := at + timedelta(seconds=gap)), timezone=timezone)
    assert 600 <= wait(rhythm, every, shortest=600, longest=86_400, now=at, timezone=timezone) <= 86_400
