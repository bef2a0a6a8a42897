"""A slice of the year that `benchmarks/year.py` simulates: sources of all shapes, far more faults than in life."""

import pytest

from benchmarks.year import simulate
from state.store import Store


@pytest.mark.sqlite
async def test_some_weeks_of_watching_miss_nothing_and_mail_nothing_that_was_not_published(store: Store) -> None:
    account = await simulate(store, days=10, seed=11, faults=0.12)

    assert account.published > 25
    assert account.faults >= 3
    assert account.missed == []
    assert account.doubled == []
    assert account.false == []
    assert account.wrong == []
    assert account.recall >= 0.75  # a relaunch of which only two entries show, behind a week of news, is not told
