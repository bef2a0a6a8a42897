"""Alarms stand once, keep since when, and tell whether they are news."""

from datetime import timedelta

from state import alarms
from state.alarms import Alarm
from state.store import Store
from tests.state.rows import NOW

LATER = NOW + timedelta(hours=1)


def test_an_alarm_stands_until_it_is_cleared(store: Store) -> None:
    with store.write() as db:
        assert alarms.raise_alarm(db, source="office", kind="broken", message="no answer", now=NOW)
        assert alarms.alarms(db) == (Alarm("office", "broken", NOW, "no answer", None),)
        assert alarms.clear_alarm(db, source="office", kind="broken")
        assert not alarms.clear_alarm(db, source="office", kind="broken")
        assert alarms.alarms(db) == ()


def test_the_same_alarm_again_is_no_news_and_keeps_its_time(store: Store) -> None:
    with store.write() as db:
        alarms.raise_alarm(db, source="office", kind="broken", message="no answer", now=NOW)
        assert not alarms.raise_alarm(db, source="office", kind="broken", message="no answer", now=LATER)
        assert alarms.raise_alarm(db, source="office", kind="broken", message="gone", asks="look", now=LATER)
        assert alarms.alarms(db) == (Alarm("office", "broken", NOW, "gone", "look"),)


def test_alarms_are_listed_oldest_first_and_by_source(store: Store) -> None:
    with store.write() as db:
        alarms.raise_alarm(db, source="ministry", kind="empty", message="0 of 9", now=LATER)
        alarms.raise_alarm(db, source="office", kind="flood", message="900", now=NOW)
        alarms.raise_alarm(db, source="", kind="delivery", message="down", now=NOW)
        assert [alarm.source for alarm in alarms.alarms(db)] == ["", "office", "ministry"]
        assert [alarm.kind for alarm in alarms.alarms(db, source="office")] == ["flood"]
