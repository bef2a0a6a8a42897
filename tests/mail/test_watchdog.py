"""Whether every rhythm's digests went out in time."""

from datetime import datetime, timedelta

from mail import subscriptions
from mail.digest import plan_due
from mail.settings import Digests
from mail.watchdog import GRACE, watch
from state import alarms
from state.store import Store
from tests.mail.people import SITE, entry, file, know_topics, subscribe

HOUR = timedelta(hours=1)


def said(store: Store) -> dict[str, str]:
    with store.read() as db:
        return {one.source: one.message for one in alarms.alarms(db) if one.kind == "delivery"}


def read_daily(store: Store, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)
        subscribe(db, "sok@example.org", "harvest", now=now, every="daily")
        subscribe(db, "dara@example.org", "harvest", now=now, every="daily")
        subscriptions.pause(db, "dara@example.org", by="subscriber", now=now)
        file(db, entry("e1", now=now), "harvest", now=now)


def test_a_rhythm_whose_digests_are_not_made_is_told_until_they_are(store: Store, now: datetime) -> None:
    read_daily(store, now)
    due = now + HOUR

    assert watch(store, now=due + GRACE, since=now) == {}, "in time is within the grace"
    late = watch(store, now=due + GRACE + HOUR, since=now)
    assert (late["daily"].count, late["daily"].since) == (1, due), "who pauses is not waited for"
    assert said(store) == {"daily": "daily digests are due since 2026-05-10 09:00 UTC, and are not made"}

    plan_due(store, site=SITE, settings=Digests(), now=due + 2 * HOUR)
    watch(store, now=due + 2 * HOUR, since=now)
    assert said(store) == {}


def test_digests_that_are_made_and_not_handed_over_are_told(store: Store, now: datetime) -> None:
    read_daily(store, now)
    plan_due(store, site=SITE, settings=Digests(), now=now + HOUR)
    watch(store, now=now + 3 * HOUR, since=now)
    assert "not handed over" in said(store)["outbox"]


def test_after_a_start_there_is_time_to_make_up_what_was_missed(store: Store, now: datetime) -> None:
    read_daily(store, now)
    start = now + 9 * HOUR
    watch(store, now=start + GRACE / 2, since=start)
    assert said(store) == {}
    watch(store, now=start + GRACE, since=start)
    assert set(said(store)) == {"daily"}
    watch(store, now=start + GRACE, since=start + GRACE)
    assert set(said(store)) == {"daily"}, "another start does not end an alarm that stands"
