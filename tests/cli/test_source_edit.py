"""What is said of a source can be changed; its entries stay."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.samples import NOTICES
from tests.fakes.site import Site
from tests.feeds.watching import listing

Write = Callable[[str, str], Path]


@pytest.fixture
def mill(tidings: Cli, documents: Write) -> Cli:
    tidings("source", "add", str(documents("notices.txt", NOTICES)), "--id", "mill", "--every", "6h", "--yes")
    return tidings


def test_what_is_given_is_changed_and_the_rest_stays(mill: Cli) -> None:
    before = mill("source", "show", "mill", "--json").json["source"]

    done = mill("source", "edit", "mill", "--title", "Mill of the tides", "--every", "1h", "--country", "pt", "--json")

    after = done.json["source"]
    assert (after["title"], after["every"], after["country"]) == ("Mill of the tides", 3600, "PT")
    assert after["where"] == before["where"]
    assert after["timezone"] == before["timezone"]
    shown = mill("source", "show", "mill", "--json").json["source"]
    assert shown["next_poll_at"] < before["next_poll_at"], "read sooner now"
    assert "Mill of the tides" in mill("feed", "show", "all").stdout
    assert len(mill("entry", "list", "--json").json["entries"]) == 2


def test_another_language_is_read_with_the_next_poll_and_makes_nothing_new(mill: Cli) -> None:
    mill("source", "edit", "mill", "--language", "fr", "--timezone", "Asia/Tokyo")

    polled = mill("source", "poll", "mill", "--json").json["polled"]

    assert (polled[0]["new"], polled[0]["seen"]) == ([], 2)


async def test_a_page_that_moved_in_silence_is_watched_where_it_is_now(tidings: Cli) -> None:
    rows = [(f"Mill report number {n}", f"{n} May 2026", str(n)) for n in range(9, 1, -1)]

    def walk(site: Site) -> None:
        tidings("source", "add", site.puts("/news", listing(rows)), "--id", "mill", "--yes")
        known = {one["id"] for one in tidings("entry", "list", "--json").json["entries"]}
        del site.pages["/news"]
        assert "give its new URL" in tidings("source", "poll", "mill", expect=1).stdout
        assert "tidings source edit mill --where URL" in tidings("source", "show", "mill").stdout
        site.puts("/en/news", listing([("Mill closes on Sundays", "10 May 2026", "10"), *rows]))

        done = tidings("source", "edit", "mill", "--where", site.url("/en/news"))
        polled = tidings("source", "poll", "mill", "--json").json["polled"][0]

        assert done.stdout == f"mill: where is {site.url('/en/news')!r}\n"
        assert (polled["outcome"], len(polled["new"]), polled["seen"]) == ("changed", 1, 9)
        after = tidings("entry", "list", "--json").json["entries"]
        assert known == {one["id"] for one in after} - set(polled["new"])
        assert tidings("status", "--json").json["alarms"] == []
        tidings("source", "add", site.puts("/other", listing(rows[:5])), "--id", "other", "--yes")
        assert "as other" in tidings("source", "edit", "mill", "--where", site.url("/other"), expect=1).stderr
        assert "a URL stays" in tidings("source", "edit", "mill", "--where", ".", expect=2).stderr

    async with Site() as site:
        await asyncio.to_thread(walk, site)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "say what to change"),
        (("--title", " "), "readers see"),
        (("--language", "not a language"), "language tag"),
        (("--timezone", "Mars/Olympus"), "time zone"),
        (("--country", "Portugal"), "two letters"),
        (("--every", "often"), "duration"),
        (("--every", "0s"), "duration"),
        (("--where", "ftp://example.org/"), "http or https"),
    ],
)
def test_what_cannot_be_is_refused(mill: Cli, words: tuple[str, ...], says: str) -> None:
    before = mill("source", "show", "mill", "--json").json
    done = mill("source", "edit", "mill", *words, expect=2)

    assert says in done.stderr
    assert mill("source", "show", "mill", "--json").json == before


def test_a_source_that_is_not_there_says_where_to_look(mill: Cli) -> None:
    assert "source list" in mill("source", "edit", "nowhere", "--title", "T", expect=1).stderr
    mill("source", "remove", "mill", "--yes")
    for words in (("edit", "mill", "--title", "T"), ("pause", "mill"), ("resume", "mill"), ("poll", "mill")):
        assert "source add" in mill("source", *words, expect=1).stderr
    assert mill("source", "list", "--json").json["sources"] == []
