"""What a page says for machines completes what it shows, and never replaces it."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.children import Document
from feeds.extraction import extract, jsonld
from feeds.extraction.structured import BROKEN
from state.records import Extraction, Record

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
URL = "https://mill.example/notices"
TITLES = ("The mill wheel turns again", "Flour is sold on Fridays", "A new miller was chosen", "The weir is repaired")


def listed(said: object, rows: list[str] | None = None) -> Extraction:
    """A list of four titles with what JSON-LD says beside it; rows: what stands after each title."""
    beside = rows or [""] * len(TITLES)
    items = "".join(
        f'<li><a href="/n/{n}">{title}</a> {more}</li>'
        for n, (title, more) in enumerate(zip(TITLES, beside, strict=True), 1)
    )
    script = said if isinstance(said, str) else json.dumps(said)
    found = extract(
        Document(
            URL,
            f'<!DOCTYPE html><html lang="en"><head><script type="application/ld+json">{script}</script></head>'
            f"<body><main><h1>Notices</h1><ul>{items}</ul></main></body></html>".encode(),
        ),
        NOW,
    )
    assert isinstance(found, Extraction)
    return found


def first(said: object, rows: list[str] | None = None) -> Record:
    return listed(said, rows).records[0]


def article(**more: object) -> dict[str, object]:
    return {"@type": "NewsArticle", "headline": TITLES[0], "url": "/n/1", **more}


DATED = ["4 May 2026", "3 May 2026", "2 May 2026", "1 May 2026"]


def test_a_missing_date_comes_with_its_time_and_its_origin() -> None:
    record = first(article(datePublished="2026-05-04T09:30:00+02:00"))
    assert (record.date, record.published) == ("2026-05-04", datetime.fromisoformat("2026-05-04T09:30:00+02:00"))
    assert (record.origin["date"], record.confidence["date"]) == ("json-ld", 0.9)


@pytest.mark.parametrize(("written", "date"), [("2026", "2026"), ("2026-05", "2026-05"), ("4 May 2026", "2026-05-04")])
def test_a_date_is_as_precise_as_it_is_said(written: str, date: str) -> None:
    assert first(article(datePublished=written)).date == date


def test_the_day_readers_see_stands_and_gets_its_time() -> None:
    seen = first(article(datePublished="2026-05-04T09:30:00Z"), DATED)
    assert (seen.date, seen.published) == ("2026-05-04", datetime(2026, 5, 4, 9, 30, tzinfo=UTC))
    assert first(article(datePublished="2026-05-09T09:30:00Z"), DATED).date == "2026-05-04"


def test_midnight_is_no_time() -> None:
    assert first(article(datePublished="2026-05-04T00:00:00Z"), DATED).published is None


def test_an_entry_without_an_address_is_matched_by_its_title() -> None:
    assert first({"@type": "BlogPosting", "headline": TITLES[0], "datePublished": "2026-05-04"}).date == "2026-05-04"


def test_one_title_at_another_address_is_another_entry() -> None:
    assert first(article(url="/old/1", datePublished="2019-01-01")).date is None


def test_an_address_that_two_entries_share_tells_nothing_but_the_title_may() -> None:
    other = article(headline="Something else", datePublished="2026-05-05")
    assert first([article(headline="Nothing of both", datePublished="2026-05-04"), other]).date is None
    assert first([article(datePublished="2026-05-04"), other]).date == "2026-05-04"


def test_the_pages_own_article_and_its_breadcrumbs_change_nothing() -> None:
    plain = listed({"@type": "WebSite", "name": "Mill"})
    said = [
        {"@type": "Article", "headline": "Notices", "url": URL, "datePublished": "2011-01-01", "author": "The mill"},
        {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "name": TITLES[0], "item": "/n/1"}]},
        {"@type": "Organization", "name": TITLES[1], "url": "/n/2", "foundingDate": "1890-01-01"},
    ]
    assert listed(said).records == plain.records


def test_place_author_kind_and_text_are_supplied_where_the_list_has_none() -> None:
    record = first(
        article(
            **{"@type": ["Report", "Article"]},
            dateline="LOWER MILL",
            author=[{"@type": "Person", "name": "A. Quern"}],
            description="It stood still for <b>ten</b> years &amp; a day.",
        )
    )
    assert (record.place, record.author, record.kind, record.summary) == (
        "LOWER MILL",
        "A. Quern",
        "report",
        "It stood still for ten years & a day.",
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"@type":"NewsArticle","headline":"Cut o', 1),
        ('{"@type":"Organization","name":"Cut o', 0),
        ("window.x = 1;", 0),
    ],
)
def test_a_broken_block_is_told_only_if_it_held_entries(text: str, told: int) -> None:
    assert sum(left.count for left in listed(text).left_out if left.reason == BROKEN) == told


@pytest.mark.parametrize("wrapped", ["<!-- {} -->", "//<![CDATA[\n{}\n//]]>", "{};"])
def test_a_block_may_be_wrapped(wrapped: str) -> None:
    said, broken = jsonld.read([wrapped.replace("{}", json.dumps(article(datePublished="2026")))], URL)
    assert ([one.title for one in said], broken) == ([TITLES[0]], [])


def test_a_line_break_within_a_text_is_forgiven() -> None:
    said, _ = jsonld.read(['{"@type":"Article","headline":"Two\nlines","url":"/x"}'], URL)
    assert said[0].url == "https://mill.example/x"


@settings(max_examples=80)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=20) | st.sampled_from(["/n/1", "2026-05-04", TITLES[0]]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.fixed_dictionaries(
                {"@type": st.sampled_from(["Article", "ItemList", "ListItem", "Event", "BreadcrumbList"])},
                optional=dict.fromkeys(
                    (
                        "headline",
                        "url",
                        "@id",
                        "datePublished",
                        "itemListElement",
                        "item",
                        "author",
                        "location",
                        "@graph",
                    ),
                    inner,
                ),
            )
        ),
        max_leaves=12,
    )
)
def test_no_description_whatever_raises_or_loses_an_entry(said: object) -> None:
    assert [record.url for record in listed(said).records] == [f"https://mill.example/n/{n}" for n in range(1, 5)]
