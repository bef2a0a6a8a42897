"""Topics that a page's entries suggest."""

from datetime import UTC, datetime

import pytest

from feeds.proposals import kinds, last_month, propose
from state.records import Record, Topic
from state.topics import check_id

NOW = datetime(2026, 5, 10, 8, 0, tzinfo=UTC)


def records(*titles: str, language: str = "en") -> list[Record]:
    return [Record(title=title, language=language) for title in titles]


PRESS = records(
    "Child labour in brick kilns falls",
    "Inspectors find child labour on farms",
    "A hotline against child labour opens in May 2026",
    "Garment workers elect a committee",
    "New safety rules for garment factories",
    "Fishers count the dolphins of the lagoon",
    "Hotels hire the first apprentices",
    "An atlas of rivers is printed",
)


def proposed(given: list[Record], **more: object) -> dict[str, int]:
    return {one.topic.title: one.entries for one in propose(given, **more)}  # type: ignore[arg-type]


def test_what_several_entries_share_is_proposed_and_a_pair_stands_for_its_words() -> None:
    assert proposed(PRESS) == {"Child labour": 3, "Garment": 2}


def test_a_proposal_is_a_topic_that_finds_what_it_says() -> None:
    first = propose(PRESS)[0]

    assert (first.topic.id, first.topic.any) == ("child-labour", ("child labour",))
    for one in propose(PRESS):
        check_id(one.topic.id)


def test_what_all_entries_share_tells_nothing() -> None:
    same = records(*(f"Report of the ministry on {thing}" for thing in ("rice", "salt", "rain", "rain dams", "boats")))

    assert "Ministry" not in proposed(same)
    assert proposed(same) == {"Rain": 2}


def test_inflections_are_one_word() -> None:
    given = records("Harvest fails", "Harvests grow", "A new harvest", "Wages", "Boats", "Rivers")

    assert proposed(given) == {"Harvest": 3}


def test_months_days_numbers_and_small_words_are_no_topics() -> None:
    odd = records("On Monday in May 2026", "Before Monday 12 May", "The and of which", "May this and that", "Also")

    assert proposed(odd) == {}


def test_summaries_count_too_but_titles_more() -> None:
    given = [
        Record(title="One", summary="About harvests."),
        Record(title="Two", summary="The harvests fail."),
        Record(title="Salt prices", summary=""),
        Record(title="Salt roads", summary=""),
        Record(title="Five", summary=""),
        Record(title="Six", summary=""),
    ]

    assert list(proposed(given)) == ["Salt", "Harvests"]


def test_abbreviations_keep_their_capitals() -> None:
    found = propose(records("WISH trains masons", "WISH in ten villages", "Boats", "Rivers", "Wages"))

    assert (found[0].topic.title, found[0].topic.any) == ("WISH", ("WISH",))


def test_ids_that_are_taken_or_reserved_are_not_proposed_again() -> None:
    found = propose(PRESS, taken=["child-labour"])
    assert found[0].topic.id == "child-labour-2"

    odd = propose(records("Unfiled claims", "Unfiled papers", "Boats", "Rivers", "Wages"))
    assert odd[0].topic.id == "on-unfiled"


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        ("km", ("ពលកម្មកុមារថយចុះ", "ពលកម្មកុមារនៅក្នុងឡឥដ្ឋ", "ទន្លេ", "ប្រាក់ឈ្នួល")),
        ("zh", ("童工减少", "砖窑童工", "河流", "工资")),
    ],
)
def test_scripts_without_spaces_get_no_proposals_and_no_nonsense(language: str, titles: tuple[str, ...]) -> None:
    assert propose(records(*titles, language=language)) == ()


def test_other_scripts_get_an_id_that_can_be_typed() -> None:
    found = propose(records("Шахты закрыты", "Новые шахты", "Реки", "Лодки", "Зарплаты", language="ru"))

    assert found[0].topic.id == "topic-1"
    assert found[0].entries == 2


@pytest.mark.parametrize("given", [[], records("One entry only"), records("", ""), records(*["Same title"] * 5)])
def test_pages_with_little_to_say_get_no_topics(given: list[Record]) -> None:
    assert propose(given) == ()


def test_the_last_month_counts_dates_as_honest_as_they_are() -> None:
    given = [
        Record(title="Mine opens", date="2026-05-09"),
        Record(title="Mine floods", date="2026-04"),  # may be of 30 April
        Record(title="Harvest", date="2026-04-10"),
        Record(title="Mine closes", date="2026-04-09"),
        Record(title="Old mine", date="2025"),
        Record(title="Mine without a date"),
    ]

    month = last_month(given, [Topic("mines", "Mines", any=("mine",))], NOW)

    assert [record.title for record in month.entries] == ["Mine opens", "Mine floods", "Harvest"]
    assert [record.title for record in month.topics["mines"]] == ["Mine opens", "Mine floods"]
    assert last_month([Record(title="x")], [], NOW).newest == ""
    assert last_month(given[3:5], [], NOW).newest == "2026-04-09"


def test_kinds_are_counted_the_most_frequent_first() -> None:
    assert kinds([Record(kind="report"), Record(kind=None), Record(kind="survey"), Record(kind="report")]) == {
        "report": 2,
        "survey": 1,
    }
