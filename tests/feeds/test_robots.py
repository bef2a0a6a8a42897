"""What a robots.txt lets us read, and what follows when it cannot be read (RFC 9309)."""

from datetime import timedelta

import pytest

from feeds import robots
from feeds.fetch import Failed, Fetched
from feeds.robots import address, delay, learnt, refuses
from state.hosts import Robots
from state.records import Validators
from tests.feeds.samples import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
URL = "https://office.example.org/news/list?page=2"


def told(text: str | bytes) -> Robots:
    body = text.encode() if isinstance(text, str) else text
    return learnt(Fetched(address(URL), body, "text/plain", Validators(address(URL))), Robots(), NOW)


def failed(kind: str, status: int | None = None) -> Failed:
    return Failed(kind, "no", status)  # type: ignore[arg-type]


def test_the_rules_of_a_url_stand_at_the_root_of_its_host() -> None:
    assert address(URL) == "https://office.example.org/robots.txt"
    assert address("http://127.0.0.1:8080/a#b") == "http://127.0.0.1:8080/robots.txt"


@pytest.mark.parametrize(
    ("rules", "refused"),
    [
        ("", False),
        ("User-agent: *\nDisallow:\n", False),
        ("User-agent: *\nDisallow: /\n", True),
        ("User-agent: *\nDisallow: /news\n", True),
        ("User-agent: *\nDisallow: /news\nAllow: /news/list\n", False),
        ("User-agent: *\nDisallow: /*?page=\n", True),
        ("User-agent: *\nDisallow: /news$\n", False),
        ("User-agent: Tidings\nDisallow: /\n\nUser-agent: *\nDisallow:\n", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: tidings\nAllow: /\n", False),
        ("User-agent: otherbot\nDisallow: /\n", False),
        ("<!DOCTYPE html><html><body>Disallow: / is not here</body></html>", False),
        (b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /news\r\n", True),
        (b"User-agent: *\nDisallow: /news\0\nDisallow: /\xff\xfe\n", True),
    ],
)
def test_the_group_that_names_us_decides_else_that_for_all(rules: str | bytes, refused: bool) -> None:
    known = told(rules)
    assert (refuses(known, URL, NOW) is not None) is refused
    assert known.until == NOW + DAY


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_what_is_not_there_forbids_nothing(status: int) -> None:
    known = learnt(failed("status", status), told("User-agent: *\nDisallow: /\n"), NOW)
    assert (known.state, refuses(known, URL, NOW)) == ("none", None)


@pytest.mark.parametrize("kind", ["too-large", "redirects", "encoding", "scheme"])
def test_what_cannot_be_a_robots_txt_forbids_nothing(kind: str) -> None:
    assert refuses(learnt(failed(kind), Robots(), NOW), URL, NOW) is None


@pytest.mark.parametrize(
    ("failure", "again"),
    [
        (failed("status", 500), HOUR),
        (failed("status", 503), HOUR),
        (failed("status", 429), HOUR),
        (failed("incomplete"), HOUR),
        (failed("refused"), HOUR),
        (failed("timeout"), timedelta()),
        (failed("connect"), timedelta()),
        (failed("dns"), timedelta()),
        (failed("tls"), timedelta()),
    ],
)
def test_what_cannot_be_reached_forbids_everything_for_a_day(failure: Failed, again: timedelta) -> None:
    before = told("User-agent: *\nDisallow: /secret\n")
    known = learnt(failure, before, NOW)
    later = learnt(failure, known, NOW + 23 * HOUR)

    assert known.until == NOW + again
    assert "cannot be read since 2026-05-10 08:00 UTC" in (refuses(known, URL, NOW) or "")
    assert refuses(later, URL, NOW + 23 * HOUR)
    assert refuses(later, URL, NOW + DAY) is None
    assert refuses(later, "https://office.example.org/secret", NOW + DAY)
    assert told("").failing_since is None


@pytest.mark.parametrize(
    ("rules", "seconds"),
    [
        ("User-agent: *\nDisallow:\n", 0),
        ("User-agent: *\nCrawl-delay: 10\n", 10),
        ("User-agent: *\nCrawl-delay: 2.5\n", 2.5),
        ("User-agent: *\nCrawl-delay: 86400\n", robots.LONGEST_DELAY),
        ("User-agent: *\nCrawl-delay: -1\n", 0),
        ("User-agent: *\nCrawl-delay: nan\n", 0),
        ("User-agent: *\nRequest-rate: 1/30\n", 30),
        ("User-agent: *\nRequest-rate: 1/1d\n", robots.LONGEST_DELAY),
        ("User-agent: *\nCrawl-delay: 5\nRequest-rate: 1/30\n", 30),
        ("User-agent: *\nCrawl-delay: 20\n\nUser-agent: tidings\nCrawl-delay: 3\n", 3),
    ],
)
def test_the_pause_that_is_asked_for_is_kept_within_reason(rules: str, seconds: float) -> None:
    assert delay(told(rules)) == seconds


def test_only_the_first_500_kilobytes_count() -> None:
    text = b"User-agent: *\n" + b"Disallow: /aaaa\n" * 40_000 + b"Disallow: /news\n"
    assert refuses(told(text), URL, NOW) is None
