"""The small print of validators and content negotiation."""

from datetime import UTC, datetime

import pytest

from web.conditional import encoding, http_date, still_good

TAG = '"abc"'
CHANGED = datetime(2026, 5, 10, 8, 0, 0, 500_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tags", "good"),
    [
        ('"abc"', True),
        ('W/"abc"', True),
        ('"x", "abc"', True),
        ('"x",W/"y" , W/"abc"', True),
        ("*", True),
        (" * ", True),
        ('"abcd"', False),
        ("abc", False),
        ('"a", "b,c"', False),
        ('"x, \\"abc\\""', False),
        ("", False),
    ],
)
def test_tags_are_compared_weakly_in_lists(tags: str, good: bool) -> None:
    assert still_good(TAG, CHANGED, if_none_match=tags, if_modified_since=None) is good


@pytest.mark.parametrize(
    ("since", "good"),
    [
        ("Sun, 10 May 2026 08:00:00 GMT", True),
        ("Sun, 10 May 2026 08:00:01 GMT", True),
        ("Sun, 10 May 2026 07:59:59 GMT", False),
        ("Sunday, 10-May-26 08:00:00 GMT", True),
        ("yesterday", False),
        ("", False),
        (None, False),
    ],
)
def test_dates_are_compared_to_the_second(since: str | None, good: bool) -> None:
    assert still_good(TAG, CHANGED, if_none_match=None, if_modified_since=since) is good


def test_a_tag_wins_over_a_date() -> None:
    later = "Mon, 11 May 2026 08:00:00 GMT"
    assert not still_good(TAG, CHANGED, if_none_match='"old"', if_modified_since=later)
    assert still_good(TAG, CHANGED, if_none_match=TAG, if_modified_since="Mon, 11 May 2020 08:00:00 GMT")


def test_what_was_made_now_has_no_date_to_compare() -> None:
    assert not still_good(TAG, None, if_none_match=None, if_modified_since="Mon, 11 May 2026 08:00:00 GMT")


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("GZip;q=0.5", "gzip"),
        ("br;q=0.5, gzip;q=0.9", "gzip"),
        ("br;q=0, gzip;q=0", ""),
        ("*", "br"),
        ("*;q=0.1, br;q=0", "gzip"),
        ("identity, gzip;q=0.5", ""),
        ("gzip;q=nonsense", ""),
        ("deflate", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_the_encoding_that_a_reader_likes_best_is_chosen(accepted: str | None, chosen: str) -> None:
    assert encoding(accepted, ("br", "gzip")) == chosen


def test_dates_are_written_as_http_wants_them() -> None:
    assert http_date(CHANGED) == "Sun, 10 May 2026 08:00:00 GMT"
