"""`init URL`: look, propose, show the last month, ask at most three questions, watch."""

import asyncio
import tomllib
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.conftest import Cli
from tests.cli.terminal import answer
from tests.fakes.site import Site

TITLES = (
    "Grain prices fall after a good harvest",
    "New wheel for the lower mill",
    "Grain market opens at night",
    "Apprentices learn to mend a wheel",
    "Inspectors visit the grain stores",
    "Open day for schools",
    "Night shifts end in June",
    "Millers elect a speaker",
)


def page(today: datetime, every: int = 6) -> str:
    """A press list of today, an entry every so many days."""
    rows = "".join(
        f'<li><a href="/n/{number}">{title}</a> <span>{today - timedelta(days=every * number):%d %B %Y}</span>'
        f"<p>What happened at the mill, part {number}.</p></li>"
        for number, title in enumerate(TITLES)
    )
    return (
        '<!DOCTYPE html><html lang="en"><head><title>News of the mill</title></head><body>'
        f"<main><h1>News</h1><ul>{rows}</ul></main></body></html>"
    )


async def test_yes_takes_what_is_proposed(bare: Cli) -> None:
    async with Site() as site:
        url = site.puts("/news", page(datetime.now(UTC)))
        done = await asyncio.to_thread(bare, "init", url, "--yes")

    assert "with 8 entries" in done.stdout
    assert "the last 30 days would have brought 6 entries" in done.stdout
    assert "topic 1: Grain (grain), 3 here, 3 entries in 30 days" in done.stdout
    assert f"    {datetime.now(UTC):%Y-%m-%d} Grain prices fall" in done.stdout
    assert tomllib.loads((bare.folder / "tidings.toml").read_text("utf-8"))["site"]["title"] == "News of the mill"
    assert {t["id"]: t["entries"] for t in bare("topic", "list", "--json").json["topics"]} == {
        "grain": 3,
        "night": 2,
        "opens": 2,
        "wheel": 2,
    }
    assert len(bare("entry", "list", "--json").json["entries"]) == 8
    assert "planned 0 messages" in (await asyncio.to_thread(bare, "run", "--once")).stdout


async def test_without_a_person_and_without_yes_nothing_is_watched(bare: Cli) -> None:
    async with Site() as site:
        url = site.puts("/news", page(datetime.now(UTC)))
        done = await asyncio.to_thread(bare, "init", url, expect=1)

    assert "topic 1: Grain" in done.stdout
    assert "--yes" in done.stderr
    assert bare("source", "list", "--json").json["sources"] == []


async def test_an_old_page_says_how_old(bare: Cli) -> None:
    async with Site() as site:
        url = site.puts("/news", page(datetime(2020, 5, 10, tzinfo=UTC)))
        done = await asyncio.to_thread(bare, "init", url, "--yes")

    assert "the last 30 days would have brought 0 entries" in done.stdout
    assert "the newest is of 2020-05-10" in done.stdout


async def test_a_page_that_cannot_be_read_leaves_a_service_to_go_on_with(bare: Cli) -> None:
    async with Site() as site:
        gone = await asyncio.to_thread(bare, "init", site.url("/gone"), "--yes", expect=1)
        empty = site.puts("/empty", "<!DOCTYPE html><title>Empty</title><p>Nothing yet.")
        nothing = await asyncio.to_thread(bare, "init", empty, "--yes", expect=1)

    assert "404" in gone.stderr
    assert "no entries" in nothing.stderr or "cannot be watched" in nothing.stderr
    assert bare("source", "list").exit_code == 0


async def test_what_is_there_stays_and_a_second_time_says_so(bare: Cli) -> None:
    (bare.folder / "tidings.toml").write_text('[site]\ntitle = "Ours"\n', encoding="utf-8")
    async with Site() as site:
        url = site.puts("/news", page(datetime.now(UTC)))
        await asyncio.to_thread(bare, "init", url, "--yes")
        again = await asyncio.to_thread(bare, "init", url, "--yes", expect=1)

    assert (bare.folder / "tidings.toml").read_text(encoding="utf-8") == '[site]\ntitle = "Ours"\n'
    assert "watched already" in again.stderr


def test_the_configuration_that_is_named_is_the_one_that_is_written(bare: Cli) -> None:
    bare("--config", "mine.toml", "--state", "sqlite:///mine.db", "init")

    assert (bare.folder / "mine.toml").exists()
    assert not (bare.folder / "tidings.toml").exists()
    assert bare("--config", "mine.toml", "--state", "sqlite:///mine.db", "source", "list").exit_code == 0


@pytest.mark.parametrize(
    ("answers", "topics", "title", "code"),
    [
        (["y", "4, 1", "The mill"], {"wheel", "grain"}, "The mill", 0),
        (["", "9", "none", ""], set(), "News of the mill", 0),
        (["n"], None, None, 1),
    ],
)
async def test_three_questions_are_asked(
    bare: Cli, answers: list[str], topics: set[str] | None, title: str | None, code: int
) -> None:
    async with Site() as site:
        url = site.puts("/news", page(datetime.now(UTC)))
        ended, shown = await asyncio.to_thread(answer, bare.folder, ["init", url], list(answers))

    assert ended == code, shown
    assert len(bare("source", "list", "--json").json["sources"]) == (0 if code else 1)
    if topics is not None:
        assert {topic["id"] for topic in bare("topic", "list", "--json").json["topics"]} == topics
        assert tomllib.loads((bare.folder / "tidings.toml").read_text("utf-8"))["site"]["title"] == title
