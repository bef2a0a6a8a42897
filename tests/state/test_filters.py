"""Rules of topics, and the expressions that subscriptions name."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from state.errors import Misuse
from state.filters import compile_rule, parse_expression
from state.records import Countries, Entry, Record, Topic

BOATS = Topic("boats", "Boats", any=("fishing boat", "ferr*"), none=("ferry tale",))


def matched(topic: Topic, title: str, summary: str = "", language: str = "en") -> str | None:
    return compile_rule(topic).match(title, summary, language)


def test_a_match_tells_the_phrase_as_the_admin_wrote_it() -> None:
    assert matched(BOATS, "New ferries for the delta") == "ferr*"
    assert matched(BOATS, "", "Old fishing boats are repaired") == "fishing boat"
    assert matched(BOATS, "Trains") is None


def test_the_first_phrase_of_the_rule_is_told_where_several_match() -> None:
    assert matched(BOATS, "Ferries and fishing boats") == "fishing boat"


def test_no_phrase_reaches_from_the_title_into_the_summary() -> None:
    assert matched(BOATS, "All about fishing", "boats of the south") is None


def test_none_blanks_the_phrase_and_not_the_entry() -> None:
    assert matched(BOATS, "A ferry tale") is None
    assert matched(BOATS, "A ferry tale", "told on a ferry") == "ferr*"


def test_words_on_both_sides_of_a_blank_are_no_neighbours() -> None:
    topic = Topic("t", "T", any=("fishing boat",), none=("festival",))
    assert matched(topic, "fishing festival boat") is None


def test_every_phrase_of_all_is_needed_too() -> None:
    topic = Topic("t", "T", any=("boat", "ferry"), all=("harbour", "delta"))
    assert matched(topic, "Boats in the harbour", "of the delta") == "boat"
    assert matched(topic, "Boats in the harbour") is None
    assert matched(topic, "The harbour of the delta") is None


def test_all_alone_is_a_rule() -> None:
    topic = Topic("t", "T", all=("harbour", "delta"))
    assert matched(topic, "Delta harbours") == "harbour + delta"
    assert matched(topic, "Harbours") is None


def test_a_topic_without_phrases_matches_nothing() -> None:
    assert matched(Topic("t", "T", none=("boat",)), "Boats") is None


def test_a_phrase_that_cannot_be_read_names_its_topic() -> None:
    with pytest.raises(Misuse, match=r"topic boats: phrase '\*'"):
        compile_rule(Topic("boats", "Boats", any=("*",)))


# ---- expressions ----

NOW = datetime(2026, 5, 10, 8, 0, tzinfo=UTC)
ENTRY = Entry(
    id="e1",
    urn="urn:uuid:6d1cb1b5-57a5-4d62-8a4b-6a27d3d1f2aa",
    record=Record(title="Boats", kind="report", language="km-KH"),
    url="",
    source="ports",
    countries=Countries(text=("KH", "VN"), page=("TH",), dateline=("LA",)),
    first_seen_at=NOW,
    updated_at=NOW,
    published_at=None,
    baseline=False,
    revision=1,
)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("boats", "boats"),
        (" boats? ", "boats"),
        ("all?country=kh", "all?country=KH"),
        ("boats?kind=report&country=VN,KH", "boats?country=KH&country=VN&kind=report"),
        ("boats?country=KH&country=KH", "boats?country=KH"),
        ("boats?language=KM&source=ports", "boats?language=km&source=ports"),
    ],
)
def test_equal_wishes_have_one_text(text: str, canonical: str) -> None:
    expression = parse_expression(text)
    assert str(expression) == canonical
    assert parse_expression(canonical) == expression


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no topic id"),
        ("Boats", "no topic id"),
        ("boats harbour", "no topic id"),
        ("boats?q=harbour", "'q' is no facet"),
        ("boats?harbour", "'harbour' is no facet"),
        ("boats?country=Cambodia", "ISO 3166"),
        ("boats?country=", "country is ''"),
        ("boats?kind=a b", "kind is 'a b'"),
        ("boats?kind=report,", "kind is ''"),
    ],
)
def test_an_expression_that_cannot_be_read_says_what_was_expected(text: str, told: str) -> None:
    with pytest.raises(Misuse, match=told):
        parse_expression(text)


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("boats", True),
        ("boats?country=KH", True),
        ("boats?country=LA,VN", True),
        ("boats?country=TH", False),
        ("boats?country=LA", False),
        ("boats?kind=report", True),
        ("boats?kind=survey", False),
        ("boats?language=km", True),
        ("boats?language=en", False),
        ("boats?source=ports", True),
        ("boats?source=trains", False),
        ("boats?country=KH&kind=survey", False),
    ],
)
def test_facets_narrow_what_a_subscription_gets(text: str, accepted: bool) -> None:
    assert parse_expression(text).accepts(ENTRY) is accepted


def test_the_pages_country_counts_where_the_text_names_none_and_a_dateline_never() -> None:
    silent = replace(ENTRY, countries=Countries(page=("TH",), dateline=("LA",)))
    assert parse_expression("boats?country=TH").accepts(silent)
    assert not parse_expression("boats?country=LA").accepts(silent)
