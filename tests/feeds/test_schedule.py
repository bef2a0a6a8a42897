"""When a source is polled next, and why."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import rhythm, schedule
from state.habits import Pacing
from state.records import Pace
from tests.feeds.samples import NOW

HOUR, DAY = 3600, 86_400


def waits(next_: schedule.Next) -> float:
    return (next_.at - NOW) / timedelta(seconds=1)


def test_a_source_is_polled_in_its_rhythm_with_a_little_jitter() -> None:
    after = schedule.after_success("office", HOUR, now=NOW)
    assert HOUR <= waits(after) <= 1.05 * HOUR
    assert after.reason == "every 1h"


def test_sources_that_were_added_together_spread() -> None:
    assert len({schedule.after_success(f"s{n}", HOUR, now=NOW).at for n in range(20)}) > 10


def test_a_host_that_says_nothing_will_change_is_left_alone_up_to_four_rhythms() -> None:
    after = schedule.after_success("office", HOUR, now=NOW, wait=2 * HOUR)
    assert 2 * HOUR <= waits(after) <= 2.1 * HOUR
    assert "will not change for 2h" in after.reason
    assert waits(schedule.after_success("office", HOUR, now=NOW, wait=DAY)) <= 4.2 * HOUR


@pytest.mark.parametrize(("failures", "pause"), [(1, HOUR), (2, 2 * HOUR), (3, 4 * HOUR), (6, DAY), (10_000, DAY)])
def test_the_wait_doubles_with_each_failure_up_to_a_day_and_never_stops(failures: int, pause: int) -> None:
    after = schedule.after_failure("office", HOUR, failures, now=NOW)
    assert pause <= waits(after) <= 1.05 * pause


def test_a_slow_source_that_fails_is_not_polled_more_often_than_before() -> None:
    assert waits(schedule.after_failure("office", 7 * DAY, 1, now=NOW)) >= 7 * DAY


def test_what_the_host_asks_for_is_waited() -> None:
    after = schedule.after_failure("office", HOUR, 1, now=NOW, wait=5 * HOUR)
    assert waits(after) >= 5 * HOUR
    assert after.reason == "the host asks to wait 5h"


def test_the_reason_counts_failures() -> None:
    assert schedule.after_failure("office", HOUR, 1, now=NOW).reason == "failed: waits 1h"
    assert schedule.after_failure("office", HOUR, 3, now=NOW).reason == "failed 3 times in a row: waits 4h"


@pytest.mark.parametrize(("seconds", "said"), [(30, "30s"), (90, "90s"), (600, "10m"), (7200, "2h"), (172_800, "2d")])
def test_durations_are_said_as_they_are_written(seconds: int, said: str) -> None:
    assert schedule.words(seconds) == said


def feed(**pace: object) -> schedule.Habits:
    return schedule.Habits(Pacing(pace=Pace(**pace)))  # type: ignore[arg-type]


def test_what_the_admin_chose_is_obeyed_whatever_host_and_feed_say() -> None:
    habits = replace(feed(every=DAY, skip_hours=tuple(range(24))), fixed=True)
    after = schedule.after_success("office", HOUR, now=NOW, wait=DAY, habits=habits)
    assert HOUR <= waits(after) <= 1.05 * HOUR
    assert after.reason == "every 1h, as you chose"


def test_a_feed_that_says_when_it_is_renewed_is_not_read_before() -> None:
    after = schedule.after_success("office", HOUR, now=NOW, habits=feed(every=4 * HOUR))
    assert 4 * HOUR <= waits(after) <= 4.2 * HOUR
    assert after.reason == "the feed says that it is renewed every 4h"
    assert waits(schedule.after_success("office", HOUR, now=NOW, habits=feed(every=30 * DAY))) <= 1.05 * DAY
    assert waits(schedule.after_success("office", HOUR, now=NOW, habits=feed(every=60))) >= HOUR


def test_hours_and_days_that_a_feed_excludes_are_left_out() -> None:
    hours = feed(skip_hours=(9, 10, 11))  # it is 8 o'clock
    after = schedule.after_success("office", HOUR, now=NOW, habits=hours)
    assert after.at.hour == 12
    assert "not in the hours that the feed excludes" in after.reason
    sunday = schedule.after_success("office", HOUR, now=NOW, habits=feed(skip_days=(6,)))
    assert sunday.at.weekday() == 0


def test_a_feed_that_excludes_every_hour_is_read_all_the_same() -> None:
    after = schedule.after_success("office", HOUR, now=NOW, habits=feed(skip_hours=tuple(range(24))))
    assert waits(after) <= 1.05 * HOUR


def test_a_learnt_rhythm_is_explained() -> None:
    known = rhythm.began(NOW - timedelta(days=50))
    for day in range(50, 0, -1):
        known = rhythm.observed(
            known, after=NOW - timedelta(days=day + 1), now=NOW - timedelta(days=day), timezone="UTC"
        )
    after = schedule.after_success("office", HOUR, now=NOW, habits=schedule.Habits(Pacing(known)))
    assert after.reason.startswith("its own rhythm, about one a day: waits ")
    assert 0.8 * HOUR <= waits(after) <= 1.4 * HOUR


def test_three_quiet_days_say_nothing_of_a_rhythm() -> None:
    known = Pacing(rhythm.began(NOW - timedelta(days=2)))
    assert schedule.after_success("office", HOUR, now=NOW, habits=schedule.Habits(known)).reason == "every 1h"


def test_what_is_gone_is_looked_at_once_a_day() -> None:
    assert waits(schedule.after_failure("office", HOUR, 1, now=NOW, status=410)) >= DAY


def test_after_a_fault_of_our_own_network_a_source_is_read_soon() -> None:
    assert waits(schedule.after_no_network("office", NOW)) <= 130


@pytest.mark.parametrize(
    ("rate", "said"),
    [(24.0, "about 24 news a day"), (1.2, "about one a day"), (0.25, "about one in 4 days")],
)
def test_how_often_news_come_is_said_in_words(rate: float, said: str) -> None:
    assert schedule.often(rate) == said


@given(st.integers(1, 10**6), st.integers(1, 10**4), st.none() | st.floats(0, 10**14))
def test_the_next_poll_lies_in_the_future(every: int, failures: int, wait: float | None) -> None:
    assert schedule.after_success("office", every, now=NOW, wait=wait).at > NOW
    bounded = None if wait is None else min(wait, DAY)
    assert schedule.after_failure("office", every, failures, now=NOW, wait=bounded).at > NOW


def test_a_source_whose_hub_tells_of_news_is_polled_a_quarter_as_often_but_at_least_once_a_day() -> None:
    told = schedule.Habits(hub="tells")
    assert 4 * HOUR <= waits(schedule.after_success("office", HOUR, now=NOW, habits=told)) <= 4.2 * HOUR
    assert waits(schedule.after_success("office", 10 * HOUR, now=NOW, habits=told)) <= 1.05 * DAY
    assert waits(schedule.after_success("office", 3 * DAY, now=NOW, habits=told)) >= 3 * DAY


def test_an_interval_that_the_admin_chose_stands_whatever_a_hub_says() -> None:
    chosen = schedule.Habits(fixed=True, hub="tells")
    assert waits(schedule.after_success("office", HOUR, now=NOW, habits=chosen)) <= 1.05 * HOUR
    often = schedule.Habits(fixed=True, hub="not yet")
    assert waits(schedule.after_success("office", 60, now=NOW, habits=often)) <= 63
