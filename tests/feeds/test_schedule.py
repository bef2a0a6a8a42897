"""When a source is polled next, and why."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import schedule
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


@given(st.integers(1, 10**6), st.integers(1, 10**4), st.none() | st.floats(0, 10**14))
def test_the_next_poll_lies_in_the_future(every: int, failures: int, wait: float | None) -> None:
    assert schedule.after_success("office", every, now=NOW, wait=wait).at > NOW
    bounded = None if wait is None else min(wait, DAY)
    assert schedule.after_failure("office", every, failures, now=NOW, wait=bounded).at > NOW
