"""Text documents: what parts entries, and what must not matter."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.children import Document
from feeds.extraction import extract
from state.records import Extraction, Record

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
LIST = (Path(__file__).resolve().parents[2] / "pages" / "numbered-list.txt").read_text()


def read(text: str, url: str = "https://harbour.example/notes.txt") -> Extraction:
    found = extract(Document(url, text.encode()), NOW)
    assert isinstance(found, Extraction)
    assert found.kind == "text"
    return found


def test_one_more_item_on_top_with_all_numbers_moved_leaves_the_others_as_they_were() -> None:
    new = (
        "  1. Press release\n\n    Pilots strike for new boats\n\n    15 May 2019, EASTHAVEN\n\n    They want two.\n\n"
    )
    at = LIST.index("  1. Press release")
    moved = re.sub(r"^  (\d+)\. ", lambda number: f"  {int(number[1]) + 1}. ", LIST[at:], flags=re.M)

    before, after = read(LIST).records, read(LIST[:at] + new + moved).records

    assert after[1:] == before
    assert (after[0].title, after[0].place) == ("Pilots strike for new boats", "EASTHAVEN")


def test_a_list_that_starts_again_at_one_goes_on() -> None:
    assert len(read(LIST).records) == 5


def test_an_untitled_entry_gets_a_display_title_of_its_first_sentence() -> None:
    (record,) = read("January 2005\n\n" + "The tug pulls a ship ten times its size. " * 4).records
    assert record.title == ""
    assert record.display_title == "The tug pulls a ship ten times its size."


def test_a_long_display_title_is_cut_at_a_word() -> None:
    (record,) = read(
        "January 2005\n\n" + "The tug that pulls a ship ten times its size through the channel " * 4
    ).records
    assert len(record.display_title) <= 80
    assert record.display_title.endswith("…")
    assert record.display_title[:-1] in "The tug that pulls a ship ten times its size through the channel " * 2


def test_an_entry_without_a_link_is_anchored_by_its_words_not_its_number() -> None:
    assert read(LIST).records[0].anchor == ":~:text=New%20crane%20on%20the%20east%20pier%20starts%20work"
    assert read(LIST).records[0].url is None


def test_boilerplate_after_the_text_is_left_out_with_its_reason() -> None:
    found = read(LIST + "\n\nSubscribe to our newsletter\n\nEvery month.\n")
    assert len(found.records) == 5
    assert "newsletter" not in str(found.records)
    assert ("boilerplate", "Subscribe to our newsletter") in [(left.reason, left.sample) for left in found.left_out]


@pytest.mark.parametrize(
    "text",
    [
        "# Notes\n\n* **[The crane works](https://harbour.example/crane)** \u2013 8 May 2019\n\n  It lifts forty "
        "tonnes.\n",
        "- [The crane works](/crane)\n  \n  8 May 2019\n",
        "1) The crane works\r\n\r\n   8 May 2019\r\n\r\n   https://harbour.example/crane\r\n",
    ],
)
def test_lists_of_many_hands_are_understood(text: str) -> None:
    (record,) = read(text).records
    assert record.title.startswith("The crane works")
    assert record.url == "https://harbour.example/crane"


def test_a_date_at_the_beginning_of_a_line_is_no_ordinal() -> None:
    found = read(
        "Neues\n\nDer Kran hebt\n\n8. Mai 2019\n\nEr hebt vierzig Tonnen.\n\nDie Fähre fährt\n\n4. Mai "
        "2019\n\nAuch nachts.\n"
    )
    assert [(record.title, record.date) for record in found.records] == [
        ("Der Kran hebt", "2019-05-08"),
        ("Die Fähre fährt", "2019-05-04"),
    ]


def test_a_log_of_dated_lines_is_a_list() -> None:
    found = read(
        "2019-05-08 The crane started work\n2019-05-04 Jackets for the fleet\n2019-04-28 Terns were counted again\n"
    )
    assert [(record.date, record.title) for record in found.records] == [
        ("2019-05-08", "The crane started work"),
        ("2019-05-04", "Jackets for the fleet"),
        ("2019-04-28", "Terns were counted again"),
    ]


def test_prose_without_dates_or_numbers_is_no_list() -> None:
    found = read("A letter\n\nDear all,\n\nthe pier is closed.\n\nYours\n")
    assert found.records == ()
    assert sum(left.count for left in found.left_out) == 4


def told(record: Record) -> tuple[str, str | None]:
    return record.title, record.date


def test_day_and_month_are_told_apart_by_the_whole_document() -> None:
    found = read("- One thing\n\n  03/04/2019\n\n- Another thing\n\n  28/03/2019\n")
    assert [told(record) for record in found.records] == [("One thing", "2019-04-03"), ("Another thing", "2019-03-28")]


def test_a_title_wrapped_to_the_width_of_the_text_is_one() -> None:
    found = read(
        "1. The harbour board buys a crane that lifts forty tonnes and is\nto stand on the east pier\n8 May 2019\n"
        "It replaces two older ones that served the pier for half a century.\n\n2. Terns\n4 May 2019\nThey came.\n"
    )
    assert [told(record) for record in found.records] == [
        (
            "The harbour board buys a crane that lifts forty tonnes and is to stand on the east pier",
            "2019-05-08",
        ),
        ("Terns", "2019-05-04"),
    ]


def test_a_type_word_at_the_end_of_wrapped_prose_is_no_kind() -> None:
    (record,) = read("1. The crane works\n8 May 2019\nIt lifts forty tonnes, says the\nreport\n").records
    assert (record.kind, record.summary) == (None, "It lifts forty tonnes, says the report")


def test_a_title_may_end_in_a_date_of_its_own() -> None:
    found = read(
        "- Fair on the meadow (4 July 2019)\n\n  8 May 2019\n\n- Crane\n\n  4 May 2019\n\n- Terns\n\n  1 May 2019\n"
    )
    assert told(found.records[0]) == ("Fair on the meadow (4 July 2019)", "2019-05-08")


def test_a_column_that_names_no_field_is_counted() -> None:
    found = read("| Date | Title | Room |\n|---|---|---|\n| 2019-05-08 | The crane works | K 12 |\n")
    assert [told(record) for record in found.records] == [("The crane works", "2019-05-08")]
    assert [(left.reason, left.sample) for left in found.left_out] == [
        ("heading", "Date | Title | Room"),
        ("more of an entry", "K 12"),
    ]


def test_a_row_without_a_title_is_counted() -> None:
    found = read("Date\tTitle\n2019-05-08\tThe crane works\n2019-05-04\t\n")
    assert [told(record) for record in found.records] == [("The crane works", "2019-05-08")]
    assert [(left.reason, left.sample) for left in found.left_out] == [
        ("heading", "Date | Title"),
        ("more of an entry", "2019-05-04"),
    ]


def test_columns_without_heads_are_known_by_what_stands_in_them() -> None:
    found = read(
        "The crane works\t8 May 2019\tEASTHAVEN\thttps://harbour.example/1\n"
        "Terns were counted\t4 May 2019\tWESTPORT\thttps://harbour.example/2\n"
    )
    assert [(record.title, record.date, record.place, record.url) for record in found.records] == [
        ("The crane works", "2019-05-08", "EASTHAVEN", "https://harbour.example/1"),
        ("Terns were counted", "2019-05-04", "WESTPORT", "https://harbour.example/2"),
    ]


def test_prose_with_a_colon_is_no_label() -> None:
    found = read("1. The crane works\n8 May 2019\nNote: it lifts forty tonnes.\n")
    assert [record.summary for record in found.records] == ["Note: it lifts forty tonnes."]
