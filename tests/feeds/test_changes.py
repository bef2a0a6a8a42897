"""What a later sighting changes, and whether readers are told."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import changes
from state.records import Enclosure, Record
from tests.feeds.samples import NOW, entry

MONTH = Record(title="Home workers get safety training", date="2004-10", summary="Trainers show what they learnt.")
DAY = Record(
    title="Home workers get safety training",
    url="https://office.example.org/7",
    date="2004-10-26",
    place="PHNOM PENH",
    kind="press-release",
    summary="Trainers from the north show what they learnt so far.",
    enclosures=(Enclosure("https://office.example.org/7.pdf"),),
)


def test_another_document_gives_the_finer_date_the_place_the_kind_and_the_downloads() -> None:
    filled = changes.fill(MONTH, DAY)
    assert (filled.date, filled.place, filled.kind) == ("2004-10-26", "PHNOM PENH", "press-release")
    assert filled.url == "https://office.example.org/7"
    assert filled.enclosures == DAY.enclosures


def test_another_document_does_not_change_the_wording() -> None:
    assert changes.fill(MONTH, DAY).summary == MONTH.summary
    assert changes.fill(DAY, MONTH) == DAY


def test_a_contradicting_date_of_another_document_is_not_taken() -> None:
    assert changes.fill(DAY, replace(MONTH, date="2005-01")).date == "2004-10-26"


def test_a_title_is_filled_in_where_there_was_none() -> None:
    untitled = Record(summary="Women enter the labour force.", display_title="Women enter the labour force.")
    filled = changes.fill(untitled, Record(title="Women at work"))
    assert (filled.title, filled.display_title) == ("Women at work", "")


def test_the_same_document_changes_the_wording_and_takes_nothing_away() -> None:
    again = Record(title="Home workers received safety training", date="2004-10")
    changed = changes.rewrite(DAY, again)
    assert changed.title == "Home workers received safety training"
    assert (changed.date, changed.place, changed.kind, changed.summary) == (
        "2004-10-26",
        "PHNOM PENH",
        "press-release",
        DAY.summary,
    )


def test_a_document_that_says_its_files_again_does_not_forget_that_one_was_replaced() -> None:
    at = datetime(2026, 5, 10, tzinfo=UTC)
    known = replace(DAY, enclosures=tuple(replace(file, replaced_at=at) for file in DAY.enclosures))
    for changed in (changes.rewrite(known, replace(DAY, title="Reworded")), changes.fill(known, DAY)):
        assert [file.replaced_at for file in changed.enclosures] == [at] * len(DAY.enclosures)
    assert DAY.enclosures


def test_the_same_document_may_correct_the_day() -> None:
    known = replace(DAY, published=datetime(2004, 10, 26, 3, tzinfo=UTC))
    changed = changes.rewrite(known, replace(DAY, date="2004-10-27", published=None))
    assert (changed.date, changed.published) == ("2004-10-27", None)


def test_what_a_site_calls_everything_does_not_replace_a_kind() -> None:
    assert changes.rewrite(DAY, replace(DAY, kind="news")).kind == "press-release"
    assert changes.rewrite(DAY, replace(DAY, kind="report")).kind == "report"


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (replace(DAY, title="Home workers get safety trainings"), False),
        (replace(DAY, title="Home-workers get SAFETY training"), False),
        (replace(DAY, summary="Trainers from the north show what they learned so far."), False),
        (replace(DAY, place="BANGKOK"), False),
        (replace(DAY, url="https://office.example.org/8"), False),
        (replace(DAY, date="2004-10"), False),
        (replace(DAY, enclosures=()), False),
        (replace(DAY, title="Home workers refuse safety training"), True),
        (replace(DAY, summary="The programme was ended by the ministry."), True),
        (replace(DAY, date="2004-10-27"), True),
        (replace(DAY, enclosures=(*DAY.enclosures, Enclosure("https://office.example.org/km.pdf"))), True),
    ],
)
def test_readers_are_told_of_more_than_a_typo(seen: Record, told: bool) -> None:
    assert changes.significant(DAY, seen) is told


def test_a_changed_number_in_a_title_is_news_although_it_is_one_letter() -> None:
    five = Record(title="Blast at the brick kiln near the river kills 5 workers")
    assert changes.significant(five, replace(five, title="Blast at the brick kiln near the river kills 6 workers"))


@pytest.mark.parametrize(
    ("one", "other", "finer"),
    [
        ("2004-10", "2004-10-26", "2004-10-26"),
        ("2004-10-26", "2004-10", "2004-10-26"),
        ("2004", "2004-10", "2004-10"),
        ("2004-10", "2005-01-02", "2004-10"),
        (None, "2004", "2004"),
        ("2004", None, "2004"),
        (None, None, None),
    ],
)
def test_of_two_dates_the_finer_is_kept(one: str | None, other: str | None, finer: str | None) -> None:
    assert changes.finer(one, other) == finer


@given(st.sampled_from([MONTH, DAY, Record()]), st.sampled_from([MONTH, DAY, Record()]))
def test_saying_the_same_again_changes_nothing(known: Record, seen: Record) -> None:
    for change in (changes.fill, changes.rewrite):
        once = change(known, seen)
        assert change(once, seen) == once
        assert not changes.significant(once, once)


# ---- instants ----


def test_a_bare_day_is_published_at_noon_in_the_sources_zone() -> None:
    assert changes.published_at(DAY, "Asia/Phnom_Penh") == datetime(2004, 10, 26, 5, tzinfo=UTC)


def test_a_month_is_never_published_on_a_day() -> None:
    assert changes.published_at(MONTH, "UTC") is None
    assert changes.published_at(Record(), "UTC") is None


def test_the_documents_own_time_is_taken_as_it_is() -> None:
    at = datetime(2004, 10, 26, 3, 15, tzinfo=UTC)
    assert changes.published_at(replace(DAY, published=at), "Asia/Phnom_Penh") == at


@pytest.mark.parametrize(
    ("record", "updated"),
    [
        (MONTH, datetime(2004, 10, 31, 12, tzinfo=UTC)),
        (DAY, datetime(2004, 10, 26, 12, tzinfo=UTC)),
        (Record(date="2004"), datetime(2004, 12, 31, 12, tzinfo=UTC)),
        (Record(), NOW),
        (Record(date="2026-05"), NOW),  # the month has not ended yet
    ],
)
def test_an_old_entry_was_updated_at_the_end_of_its_period(record: Record, updated: datetime) -> None:
    assert changes.old_updated_at(record, "UTC", NOW) == updated


def test_updated_moves_only_when_readers_are_told() -> None:
    known = entry("a", DAY, updated_at=datetime(2026, 1, 1, tzinfo=UTC))
    changed = replace(DAY, url="https://office.example.org/8")
    quiet = changes.reworded(known, changed, timezone="UTC", told=False, now=NOW)
    loud = changes.reworded(known, changed, timezone="UTC", told=True, now=NOW)
    assert (quiet.updated_at, loud.updated_at) == (known.updated_at, NOW)
    assert quiet.url == "https://office.example.org/8"
