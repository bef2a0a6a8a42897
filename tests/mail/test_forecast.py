"""How much mail to expect, from what the archive brought."""

from datetime import UTC, datetime, timedelta

import pytest

from mail import forecast
from state.arrivals import Arrival, arrivals, under
from state.records import Countries, Every
from state.store import Store
from templates import amounts
from templates.wording import words
from tests.mail.people import entry, file, know_topics

MONDAY = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


def came(*days: float, baseline: bool = False) -> list[Arrival]:
    return [Arrival("all", f"e{number}", MONDAY + day * DAY, baseline) for number, day in enumerate(days)]


@pytest.mark.parametrize(
    ("every", "mails"),
    [("now", 4.0), ("daily", 3.0), ("weekly", 1.0), ("monthly", forecast.WEEK / forecast.MONTH)],
)
def test_a_rhythm_brings_as_many_mails_as_it_had_something_to_say(every: Every, mails: float) -> None:
    found = came(0, 0.001, 0.5, 1, 2)  # two within ten minutes, three on the first day
    assert forecast.a_week(found, every, over=WEEK, timezone="UTC") == pytest.approx(mails)


def test_days_are_those_of_the_reader() -> None:
    found = [Arrival("all", f"e{hour}", MONDAY.replace(hour=hour), False) for hour in (16, 18)]
    assert forecast.a_week(found, "daily", over=WEEK, timezone="UTC") == 1
    assert forecast.a_week(found, "daily", over=WEEK, timezone="Asia/Phnom_Penh") == 2  # midnight lies between


def test_an_entry_of_two_topics_makes_one_mail() -> None:
    twice = [Arrival(topic, "e1", MONDAY, False) for topic in ("wages", "women")]
    assert forecast.a_week(twice, "now", over=WEEK, timezone="UTC") == 1


def test_entries_of_a_baseline_count_one_by_one() -> None:
    assert forecast.a_week(came(0, 0, 0, baseline=True), "now", over=WEEK, timezone="UTC") == 3


def test_several_rhythms_add_up_to_a_mail_a_day_at_most_and_those_at_once() -> None:
    every_day = came(*range(7))
    wanted: dict[Every, list[Arrival]] = {"daily": every_day, "weekly": every_day, "now": came(0)}
    assert forecast.together(wanted, over=WEEK, timezone="UTC") == 8


def test_a_young_archive_stands_for_the_time_it_has() -> None:
    assert forecast.span(came(0, 10), MONDAY + 21 * DAY) == 3 * WEEK
    assert forecast.span(came(0), MONDAY + 3 * DAY) == WEEK
    assert forecast.span(came(0), MONDAY + 900 * DAY) == forecast.SPAN
    assert forecast.span((), MONDAY) == WEEK


@pytest.mark.parametrize(
    ("a_week", "said"),
    [
        (13.4, "about 13 mails a week"),
        (1.0, "about 1 mail a week"),
        (0.3, "about 1 mail a month"),
        (0.5, "about 2 mails a month"),
        (0.02, "a mail now and then"),
        (0.0, "nothing lately"),
    ],
)
def test_an_estimate_claims_no_more_than_it_knows(a_week: float, said: str) -> None:
    assert amounts.mails(words("en"), a_week) == said


def test_arrivals_come_from_the_ledger_with_their_own_time(store: Store, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)
        file(db, entry("new", now=now), "harvest", now=now)
        file(db, entry("old", now=now - 200 * DAY), "harvest", now=now)
        from dataclasses import replace

        undated = replace(entry("undated", now=now), baseline=True)
        dated = replace(entry("dated", now=now - DAY, date="2026-05-09"), baseline=True)
        kh = replace(entry("kh", now=now), countries=Countries(text=("KH",)))
        for made in (undated, dated, kh):
            file(db, made, "mines", now=now)
        found = arrivals(db, since=now - 84 * DAY, until=now)
        assert {(one.topic, one.entry) for one in found} == {
            ("all", "new"), ("harvest", "new"), ("all", "dated"), ("mines", "dated"), ("all", "kh"), ("mines", "kh"),
        }  # fmt: skip
        assert {one.entry for one in under(db, found, "mines")} == {"dated", "kh"}
        assert {one.entry for one in under(db, found, "mines?country=KH")} == {"kh"}
        assert len(arrivals(db, since=now - 84 * DAY, until=now, limit=2)) == 2
