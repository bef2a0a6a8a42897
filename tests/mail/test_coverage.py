"""How much was looked at."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mail.coverage import Coverage, cover
from tests.mail.people import source

NOW = datetime(2026, 5, 10, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def test_pages_are_counted_by_what_they_brought_in_the_time_of_the_rhythm() -> None:
    pages = [
        source(NOW, id="busy", last_changed_at=NOW - DAY / 2),
        source(NOW, id="calm", last_changed_at=NOW - 3 * DAY),
        source(NOW, id="new", last_changed_at=None),
        source(NOW, id="waiting", last_polled_at=None),
        source(NOW, id="off", state="paused"),
        source(NOW, id="down", failures=4, last_changed_at=NOW - DAY),
    ]
    broken = {"down": NOW - 5 * DAY}
    assert cover(pages, broken, ["daily"], NOW) == Coverage(checked=3, quiet=2, unread=1, since=NOW - 5 * DAY)
    assert cover(pages, broken, ["daily", "weekly"], NOW).quiet == 1
    assert cover(pages, {}, ["now"], NOW).since is None
    two_down = [*pages, replace(pages[-1], id="also-down")]
    assert cover(two_down, broken, ["now"], NOW) == Coverage(checked=3, quiet=2, unread=2, since=None)


def test_without_pages_nothing_was_checked() -> None:
    assert cover([], {}, ["monthly"], NOW) == Coverage(0, 0, 0, None)
