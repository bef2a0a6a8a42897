"""How much a bounce weighs, and when it is one too many."""

from datetime import UTC, datetime, timedelta

import pytest

from mail.bounces_policy import HALF_LIFE, LIMIT, Weight, counted, eroded, weigh
from mail.reports import Status
from state.bounces import Score

NOW = datetime(2026, 5, 10, 8, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "weight"),
    [
        ((5, 1, 1), "hard"), ((5, 1, 0), "hard"), ((5, 1, 10), "hard"), ((5, 2, 1), "hard"), ((5, 4, 4), "hard"),
        ((5, 2, 2), "soft"), ((5, 0, 0), "soft"), ((5, 3, 4), "soft"), ((5, 6, 1), "soft"), ((4, 4, 7), "soft"),
        ((4, 1, 1), "soft"), (None, "soft"),
        ((5, 7, 1), "ours"), ((5, 7, 26), "ours"), ((5, 1, 7), "ours"), ((5, 1, 8), "ours"),
    ],
)  # fmt: skip
def test_the_status_says_whose_fault_it_is(status: Status | None, weight: Weight) -> None:
    assert weigh(status) == weight


def bounces_until_over(weight: Weight, every: timedelta, most: int = 60) -> int | None:
    score: Score | None = None
    for number in range(1, most + 1):
        done = counted(score, weight, NOW + number * every)
        if done.over:
            return number
        score = done.score
    return None


@pytest.mark.parametrize(
    ("weight", "days", "number"),
    [("hard", 1, 3), ("hard", 7, 3), ("hard", 31, 3), ("hard", 90, None),
     ("soft", 1, 9), ("soft", 7, 13), ("soft", 31, None), ("ours", 1, None)],
)  # fmt: skip
def test_the_limit_is_reached_by_those_who_bounce_again_and_again(
    weight: Weight, days: int, number: int | None
) -> None:
    assert bounces_until_over(weight, days * DAY) == number


def test_a_day_counts_once_however_many_mails_come_back_on_it() -> None:
    score: Score | None = None
    for minute in range(50):
        score = counted(score, "hard", NOW + timedelta(minutes=minute)).score
    assert score == Score(1.0, NOW)


def test_half_of_a_score_is_gone_after_its_half_life_and_a_clock_that_went_back_changes_nothing() -> None:
    assert eroded(Score(1.0, NOW), NOW + HALF_LIFE) == 0.5
    assert eroded(Score(1.0, NOW), NOW - DAY) == 1.0
    assert eroded(None, NOW) == 0.0
    assert LIMIT > 1.0, "one bounce alone never stops mail"
