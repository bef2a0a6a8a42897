"""What one digest holds, and whose are the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mail.cohort import Item, Plan, Section, decide, tomorrow
from state.owed import Owed
from state.records import Every, Subscriber, Subscription
from state.subscriptions import Slot

NOW = datetime(2026, 5, 11, 9, 30, tzinfo=UTC)
NINE = datetime(2026, 5, 11, 9, 0, tzinfo=UTC)
SOK = Subscriber("sok", "sok@example.org", "confirmed", "UTC", "en", "09:00", 0, 1, 1, NOW)


def owed(seq: int, entry: str, why: str = "") -> Owed:
    return Owed(seq, entry, 1, why, NOW)


def row(topic: str, every: Every = "daily", start: int = 0, cursor: int = 0) -> Subscription:
    return Subscription("sok", topic, every, start, cursor, NOW)


def slot(every: Every = "daily", at: datetime = NINE) -> Slot:
    return Slot("sok", every, at)


def planned(rows: list[Subscription], due: list[Slot], brings: dict[str, list[Owed]], **more: object) -> Plan:
    """brings: by topic, for subscriptions at their start."""
    given = {(each.topic, max(each.start_seq, each.cursor_seq)): brings.get(each.topic, []) for each in rows}
    words: dict[str, Any] = {"person": SOK, "sent": frozenset()} | more
    return decide(words.pop("person"), rows, due, brings=given, head=99, now=NOW, **words)


def test_an_entry_stands_under_the_first_topic_that_brings_it_and_all_comes_last() -> None:
    plan = planned(
        [row("all"), row("mines"), row("harvest")],
        [slot()],
        {
            "all": [owed(6, "c"), owed(4, "b"), owed(1, "a")],
            "mines": [owed(5, "b", "mine")],
            "harvest": [owed(3, "b", "harvest*"), owed(2, "a", "harvest*")],
        },
    )
    assert plan.cohort is not None
    assert plan.cohort.sections == (
        Section("mines", (Item("b", 1, "mine"),)),
        Section("harvest", (Item("a", 1, "harvest*"),)),
        Section("all", (Item("c", 1, ""),)),
    )
    assert plan.cohort.entries == (("b", 1), ("a", 1), ("c", 1))


def test_what_was_sent_does_not_come_again() -> None:
    brings = {"all": [owed(2, "b"), owed(1, "a")]}
    some = planned([row("all")], [slot()], brings, sent=frozenset({("sok", "a"), ("dara", "b")}))
    assert some.cohort is not None
    assert some.cohort.entries == (("b", 1),)
    none = planned([row("all")], [slot()], brings, sent=frozenset({("sok", "a"), ("sok", "b")}))
    assert none.cohort is None
    assert none.topics == ("all",)


def test_only_topics_of_due_rhythms_come_and_only_their_cursors_move() -> None:
    plan = planned(
        [row("mines", "weekly"), row("harvest")], [slot()], {"mines": [owed(1, "a")], "harvest": [owed(2, "b")]}
    )
    assert plan.cohort is not None
    assert plan.cohort.entries == (("b", 1),)
    assert (plan.topics, plan.head) == (("harvest",), 99)
    assert plan.slots == (("daily", NINE + timedelta(days=1)),)


def test_the_key_is_the_local_date_or_the_instant_of_the_window() -> None:
    east = replace(SOK, timezone="Asia/Tokyo")
    late = datetime(2026, 5, 10, 20, 0, tzinfo=UTC)
    brings = {"all": [owed(8, "b"), owed(7, "a")]}
    daily = planned([row("all")], [slot("daily", late)], brings, person=east)
    assert daily.cohort is not None
    assert (daily.kind, daily.cohort.period) == ("digest", "2026-05-11")
    now = planned([row("all", "now")], [slot("now", late)], brings, person=east)
    assert now.cohort is not None
    assert (now.kind, now.cohort.period) == ("now", "2026-05-10T20:00:00Z.7")
    assert now.slots == (("now", None),)


def test_a_cohorts_name_changes_with_all_that_its_content_depends_on() -> None:
    brings = {"all": [owed(1, "a")]}
    names = set()
    for person in (
        SOK,
        replace(SOK, language="fr"),
        replace(SOK, timezone="Asia/Tokyo"),
        replace(SOK, id="x", email="y"),
    ):
        for rows, due in (([row("all")], [slot()]), ([row("all", "weekly")], [slot("weekly")])):
            cohort = planned(rows, due, brings, person=person).cohort
            assert cohort is not None
            names.add(cohort.name)
    assert len(names) == 6, "two rhythms of three kinds of reader; who they are does not count"


@pytest.mark.parametrize("every", ["weekly", "monthly", "daily"])
@pytest.mark.parametrize(
    ("wish", "site", "hears"),
    [("yes", False, True), ("yes", True, True), ("no", True, False), ("", True, True), ("", False, False)],
)
def test_whoever_chose_hears_of_nothing_as_they_chose_and_the_others_as_the_site_does(
    every: Every, wish: str, site: bool, hears: bool
) -> None:
    plan = planned([row("all", every)], [slot(every)], {}, person=replace(SOK, note=wish), empty_note=site)

    assert (plan.cohort is not None) == (hears and every != "daily")
    assert plan.cohort is None or plan.cohort.entries == ()


def test_the_second_mail_of_a_day_waits_for_the_next() -> None:
    plan = planned([row("all", "weekly")], [slot("weekly")], {"all": [owed(1, "a")]})
    assert tomorrow(plan, NOW) == (("weekly", NINE + timedelta(days=1)),)
