"""When a response says it may be asked for again."""

import pytest

from feeds.headers import fresh_for, hub, retry_after
from state.records import Hub

NOON = "Wed, 06 May 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("-5", 0.0),
        ("100000000000000", 86400.0),
        ("9" * 400, 86400.0),
        ("1.5", 1.5),
        ("Wed, 06 May 2026 12:10:00 GMT", 600.0),
        ("Wed, 06 May 2026 11:00:00 GMT", 0.0),
        ("Fri, 06 May 2033 11:00:00 GMT", 86400.0),
        ("Wed, 06 May 2026 14:10:00 +0200", 600.0),
        ("soon", None),
        ("", None),
        ("²", None),
        ("Wed, 99 May 2026 12:10:00 GMT", None),
        ("Wed, 06 May 99999 12:10:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_at_most_a_day(asked: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": asked, "Date": NOON}) == seconds


def test_a_date_without_the_hosts_own_date_says_nothing() -> None:
    assert retry_after({"Retry-After": "Wed, 06 May 2026 12:10:00 GMT"}) is None
    assert retry_after({}) is None


@pytest.mark.parametrize(
    ("control", "age", "seconds"),
    [
        ("max-age=600", "", 600.0),
        ("public, Max-Age=600", "100", 500.0),
        ("max-age=60", "100", 0.0),
        ('max-age="60"', "x", 60.0),
        ("max-age=999999999", "", 86400.0),
        ("s-maxage=60, no-cache", "", None),
        ("", "", None),
    ],
)
def test_a_document_stands_for_its_max_age_minus_its_age(control: str, age: str, seconds: float | None) -> None:
    assert fresh_for({"Cache-Control": control, "Age": age}) == seconds


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (
            ('<https://hub.example/>; rel=hub, </feed>; rel="self"',),
            Hub("https://hub.example/", "https://a.example/feed"),
        ),
        (('<https://hub.example/a,b>; title="x, y"; REL="hub self"',), Hub(*2 * ("https://hub.example/a,b",))),
        (("<one>; rel=hub", "<two>; rel=hub"), Hub("https://a.example/one", "")),
        (("<x>; rel=next", "<>; rel", "rel=hub", "<http://[bad>; rel=hub", ",,,;;;<<<>>>"), Hub()),
        ((), Hub()),
    ],
)
def test_link_headers_announce_a_hub_and_the_topic(said: tuple[str, ...], found: Hub) -> None:
    assert hub(said, "https://a.example/feed?page=1") == found
