"""JSON: feeds, APIs with given field paths, and lists that are told without any."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.children import Document
from feeds.extraction import extract, jsonpaths
from state.records import Extraction, Hub, Unreadable

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
URL = "https://api.harbour.example/v2/notices"


def read(told: object, select: dict[str, str] | None = None, kind: str = "auto") -> Extraction:
    text = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
    found = extract(Document(URL, text.encode(), "application/json", kind, select=select or {}), NOW)
    assert isinstance(found, Extraction), found
    return found


def refused(told: object, select: dict[str, str] | None = None) -> str:
    text = told if isinstance(told, str) else json.dumps(told)
    found = extract(Document(URL, text.encode(), kind="json", select=select or {}), NOW)
    assert isinstance(found, Unreadable)
    return found.reason


FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Harbour",
    "language": "en",
    "next_url": "https://api.harbour.example/v2/notices?page=2",
    "items": [
        {
            "id": "https://harbour.example/n/1",
            "title": "The <old> crane & its keeper",
            "content_html": "<p onclick='x()'>It lifted forty tonnes.</p><script>bad()</script>",
            "date_published": "2026-05-08T10:00:00+02:00",
            "date_modified": "2026-05-09T10:00:00+02:00",
            "authors": [{"name": "Ana Quay"}],
            "tags": ["cranes", "Press release"],
            "attachments": [
                {"url": "/f/crane_KH.pdf", "mime_type": "application/pdf", "size_in_bytes": 1200, "title": "All of it"}
            ],
        },
        {"id": 7, "url": "/n/2", "content_text": "Fog until noon. Ferries wait at the east pier.", "language": "fr"},
        "no item",
    ],
}


def test_a_json_feed_gives_all_its_fields() -> None:
    found = read(FEED)
    first, second = found.records

    assert (found.kind, found.method, found.title, found.next) == ("feed", "json-feed", "Harbour", (f"{URL}?page=2",))
    assert (first.title, first.url, first.guid) == (
        "The <old> crane & its keeper",
        "https://harbour.example/n/1",
        "https://harbour.example/n/1",
    )
    assert first.published == datetime.fromisoformat("2026-05-08T10:00:00+02:00")
    assert first.updated == datetime.fromisoformat("2026-05-09T10:00:00+02:00")
    assert (first.content, first.summary, first.author, first.kind) == (
        "<p>It lifted forty tonnes.</p>",
        "It lifted forty tonnes.",
        "Ana Quay",
        "press-release",
    )
    (file,) = first.enclosures
    assert (file.url, file.type, file.language, file.title, file.length) == (
        "https://api.harbour.example/f/crane_KH.pdf",
        "application/pdf",
        "km",
        "All of it",
        1200,
    )
    assert (second.title, second.guid, second.url) == ("", "7", "https://api.harbour.example/n/2")
    assert second.display_title == "Fog until noon."


def test_a_source_stored_as_a_feed_may_be_a_json_feed() -> None:
    assert read(FEED, kind="feed").method == "json-feed"


API = {
    "meta": {"total": 3},
    "data": {
        "items": [
            {
                "slug": "crane one",
                "headline": "The crane &amp; the pier",
                "on": 1778234400,
                "where": {"town": "EASTPORT"},
            },
            {
                "slug": "fog",
                "headline": "Fog",
                "on": 1778234400000,
                "text": "<p>All ferries wait.</p>",
                "lang": "en_GB",
            },
            {"slug": None, "headline": None},
        ]
    },
}
PATHS = {
    "item": "$.data.items[*]",
    "title": ".headline",
    "url": "https://harbour.example/news/{slug}",
    "date": "on",
    "place": ".where['town']",
    "summary": "text",
    "language": "@.lang",
}


def test_an_api_is_read_by_the_paths_the_admin_gives() -> None:
    found = read(API, PATHS)

    assert (found.kind, found.method) == ("json", "json:selected")
    assert [(one.title, one.url, one.date, one.place) for one in found.records] == [
        ("The crane & the pier", "https://harbour.example/news/crane%20one", "2026-05-08", "EASTPORT"),
        ("Fog", "https://harbour.example/news/fog", "2026-05-08", ""),
    ]
    assert (found.records[1].summary, found.records[1].language) == ("All ferries wait.", "en-GB")
    assert found.records[0].origin["title"] == "selected"
    assert [(left.reason, left.count) for left in found.left_out] == [("no title, text or address", 1)]


def test_a_path_that_leads_to_nothing_is_remarked() -> None:
    found = read(API, {**PATHS, "author": ".by.line"})
    assert found.remarks == ("the selector author leads to nothing in any item",)


def test_an_item_path_that_leads_nowhere_says_what_the_document_is() -> None:
    reason = refused(API, {"item": "$.results[*]"})
    assert "$.results[*]" in reason
    assert "meta, data" in reason


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("title", ".a b"),
        ("title", "$.a[?(@.b)]"),
        ("title", "https://x.example/{slug"),
        ("colour", ".a"),
        ("item", "{a}"),
    ],
)
def test_a_wrong_path_or_field_is_named(name: str, path: str) -> None:
    assert (path if name != "colour" else "colour") in refused(API, {"item": "$.data.items[*]", name: path})


def test_what_the_admin_does_not_name_is_told_by_the_keys() -> None:
    found = read([{"a": "The first thing", "link": "/1", "date": "2026-05-01"}] * 2, {"title": ".a"})
    first = found.records[0]
    assert (first.title, first.url, first.date) == ("The first thing", "https://api.harbour.example/1", "2026-05-01")


@pytest.mark.parametrize(
    "told",
    [
        [{"title": {"rendered": "Fog &#8211; x"}, "link": "https://h.example/1", "date": "2026-05-08T06:00:00"},
         {"title": {"rendered": "Sun"}, "link": "https://h.example/2", "date": "2026-05-07T06:00:00"}],
        {"data": [{"attributes": {"title": "Fog – x", "path": "https://h.example/1", "created": "2026-05-08"}},
                  {"attributes": {"title": "Sun", "path": "https://h.example/2", "created": "2026-05-07"}}],
         "links": {"next": {"href": "/v2/notices?page=2"}}},
        {"menu": [{"name": "Home", "url": "/"}, {"name": "About", "url": "/about"}],
         "results": [{"Headline": "Fog – x", "Url": "https://h.example/1", "PublishDate": "8 May 2026", "Lead": "x"},
                     {"Headline": "Sun", "Url": "https://h.example/2", "PublishDate": "7 May 2026", "Lead": "y"}]},
    ],
    ids=["rendered", "attributes", "beside a menu"],
)  # fmt: skip
def test_a_list_is_told_without_paths(told: object) -> None:
    found = read(told)
    assert found.method == "json:guessed"
    assert [(one.title, one.url, one.date) for one in found.records] == [
        ("Fog – x", "https://h.example/1", "2026-05-08"),
        ("Sun", "https://h.example/2", "2026-05-07"),
    ]


def test_the_next_page_of_an_api_is_named_where_it_is_on_the_same_host() -> None:
    entries = [{"title": "One of them", "url": "/1"}, {"title": "And another", "url": "/2"}]
    assert read({"items": entries, "next": "/v2/notices?page=2"}).next == (f"{URL}?page=2",)
    assert read({"items": entries, "next": "https://elsewhere.example/2"}).next == ()


@pytest.mark.parametrize("told", [{"version": 3, "ok": True}, [1, 2, 3], [], {"items": [{"a": 1}, {"a": 2}]}])
def test_json_without_entries_says_how_to_name_them(told: object) -> None:
    assert "--select" in refused(told)


def test_text_that_only_begins_like_json_is_text() -> None:
    found = extract(Document(URL, b"[1] A list in brackets\n\n[2] It goes on, and is no JSON at all"), NOW)
    assert isinstance(found, Extraction)
    assert found.kind == "text"


def test_json_that_is_cut_off_is_named_so() -> None:
    assert "begins like JSON" in refused('{"items": [{"title": "x"')


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("$", [{"a": [{"b c": 1}, {"b c": 2}]}]),
        ("$.a[*]['b c']", [1, 2]),
        ('a[-1]["b c"]', [2]),
        ("$.a[0]", [{"b c": 1}]),
        ("$.a[7].x", []),
        ("$.a.*", [{"b c": 1}, {"b c": 2}]),
        ("@.a[ 0 ]", [{"b c": 1}]),
    ],
)
def test_a_path_leads_to_its_values(path: str, values: list[object]) -> None:
    root: jsonpaths.Json = {"a": [{"b c": 1}, {"b c": 2}]}
    assert list(jsonpaths.values(jsonpaths.path(path), root, root)) == values


@settings(max_examples=100)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["title", "url", "date", "items", "version", "id", "x'"]), inner, max_size=5
            )
        ),
        max_leaves=20,
    )
)
def test_no_json_whatever_raises(told: object) -> None:
    for select in ({}, {"item": "$.items[*]", "title": ".title", "url": "/{id}"}):
        found = extract(Document(URL, json.dumps(told).encode(), kind="json", select=select), NOW)
        assert isinstance(found, Extraction | Unreadable)


@pytest.mark.parametrize(
    ("hubs", "url"),
    [
        ([{"type": "rssCloud", "url": "/cloud"}, {"type": "WebSub", "url": "/hub"}], "https://api.harbour.example/hub"),
        ([{"type": "WebSub"}, "no hub", None], ""),
        ("no list", ""),
    ],
)
def test_the_hub_that_a_json_feed_names_is_told(hubs: object, url: str) -> None:
    found = read({**FEED, "hubs": hubs, "feed_url": "https://harbour.example/feed.json"})

    assert found.hub == Hub(url, "https://harbour.example/feed.json")
