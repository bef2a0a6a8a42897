"""The answers to what a source asks, by the command line."""

from pathlib import Path

import pytest

from tests.cli.conftest import Cli

NAMES = ("Kilns", "Wages", "Unions", "Schools", "Mines", "Ferries", "Clinics", "Forests")


def listing(names: tuple[str, ...] = NAMES, month: str = "April 2006") -> str:
    rows = "".join(
        f'<li><h3><a href="/news/{name}">{name} are inspected again</a></h3><p>{28 - n} {month}</p>'
        f"<p>What the office has to say about {name}.</p></li>"
        for n, name in enumerate(names)
    )
    return (
        f"<html lang=en><head><title>News</title></head><body><main><h1>News</h1><ol>{rows}</ol></main></body></html>"
    )


@pytest.fixture
def page(tidings: Cli, tmp_path: Path) -> Path:
    """A page that is watched as "office"."""
    file = tmp_path / "list.html"
    file.write_text(listing(), encoding="utf-8")
    tidings("source", "add", str(file), "--id", "office", "--base-url", "https://office.example.org/list", "--yes")
    return file


def holding(tidings: Cli, page: Path) -> None:
    """Make the page strange, and poll it."""
    page.write_text(listing(("Shop", "Cart", "Account", "Help"), "May 2001"), encoding="utf-8")
    assert "held" in tidings("source", "poll", "office").stdout


def test_a_held_page_is_shown_with_what_came_and_went(tidings: Cli, page: Path) -> None:
    holding(tidings, page)
    told = tidings("source", "diff", "office").stdout
    assert "held since" in told
    assert "+ 2001-05-28 Shop are inspected again" in told
    assert "Kilns are inspected again" in told
    assert "tidings source accept office" in told
    (held,) = tidings("source", "diff", "office", "--json").json["held"]
    assert held["reason"] == "strangers"
    assert (len(held["difference"]["fresh"]), len(held["difference"]["gone"])) == (4, 8)


def test_accepting_takes_the_page_as_a_baseline_but_for_what_shall_count_as_news(tidings: Cli, page: Path) -> None:
    holding(tidings, page)
    assert "4 of its 4 entries were unknown" in tidings("source", "accept", "office", "--as-new", "1").stdout
    entries = tidings("entry", "list", "--json").json["entries"]
    assert len(entries) == 12
    assert [one["title"] for one in entries if not one["baseline"]] == ["Shop are inspected again"]
    assert tidings("status", "--json").json["alarms"] == []


def test_rejecting_wants_a_yes_and_ends_the_alarm(tidings: Cli, page: Path) -> None:
    holding(tidings, page)
    refused = tidings("source", "reject", "office", expect=1)
    assert "--yes" in refused.stderr
    done = tidings("source", "reject", "office", "--yes", "--json").json
    assert done["rejected"] == ["https://office.example.org/list"]
    tidings("source", "poll", "office")
    assert tidings("status", "--json").json["alarms"] == []
    assert len(tidings("entry", "list", "--json").json["entries"]) == 8


def test_without_a_question_there_is_no_answer_but_a_replay_and_the_rules(tidings: Cli, page: Path) -> None:
    for words in (("diff",), ("accept",), ("reject", "--yes")):
        assert "tidings status" in tidings("source", words[0], "office", *words[1:], expect=1).stderr
    assert "1 give what is known, 0 differ" in tidings("source", "replay", "office").stdout
    (one,) = tidings("source", "replay", "office", "--json").json["replayed"]
    assert (one["same"], one["records"]) == (True, 8)
    assert "as it was declared" in tidings("source", "rules", "office").stdout
    assert tidings("source", "rules", "office", "--json").json == {"rules": []}
    assert "has no rule 2" in tidings("source", "rules", "office", "--use", "2", expect=1).stderr
