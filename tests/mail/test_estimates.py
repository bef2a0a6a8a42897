"""How much mail topics would bring, and when a calmer rhythm is offered."""

from datetime import datetime, timedelta

import pytest

from mail.estimates import Estimates
from mail.forecast import FIREHOSE
from state.store import Store
from tests.mail.people import entry, file, know_topics


@pytest.fixture
def estimates(store: Store, now: datetime) -> Estimates:
    """Four entries about the harvest a day for three weeks, and one about mines."""
    made = Estimates()
    with store.write() as db:
        know_topics(db, now)
        for number in range(84):
            came = now - timedelta(hours=6 * number + 1)
            file(db, entry(f"e{number}", now=came), "harvest", now=came)
        file(db, entry("m", now=now), "mines", now=now)
        made.refresh(db, now)
    return made


def test_a_calmer_rhythm_is_offered_only_where_it_is_too_much(store: Store, estimates: Estimates) -> None:
    with store.read() as db:
        much = estimates.together(db, [("harvest", "now")], "UTC")
        calm = estimates.calmer(db, [("harvest", "now"), ("mines", "weekly")], "UTC")
        assert estimates.calmer(db, [("mines", "now")], "UTC") is None
        assert estimates.calmer(db, [("harvest", "daily")], "UTC") is None
    assert much > FIREHOSE
    assert calm is not None
    assert calm <= 7 < much


def test_what_was_looked_up_is_kept_for_ten_minutes(store: Store, estimates: Estimates, now: datetime) -> None:
    with store.write() as db:
        file(db, entry("new", now=now), "mines", now=now)
        before = estimates.entries(db, "mines")
        estimates.refresh(db, now + timedelta(minutes=9))
        assert estimates.entries(db, "mines") == before
        estimates.refresh(db, now + timedelta(minutes=11))
        assert estimates.entries(db, "mines") == pytest.approx(2 * before, rel=0.01)
