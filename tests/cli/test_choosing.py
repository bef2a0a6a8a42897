"""Where a page leaves a choice (two lists, a feed of its own) the admin has it, and it is kept."""

import asyncio
from pathlib import Path

from tests.cli.conftest import Cli
from tests.cli.terminal import answer
from tests.fakes.site import Site

TWO = (Path(__file__).resolve().parents[1] / "pages" / "two-lists-side-by-side.html").read_text(encoding="utf-8")
NOTICE = '<tr><td>18 May 2026</td><td><a href="/notices/fog">Fog signal of the northern pier is silent</a></td></tr>'
TITLES = ("Grain prices fall again", "New wheel for the lower mill", "Open day at the mill", "Night shifts end in June")
FEED = "<rss version='2.0'><channel><title>{}</title>{}</channel></rss>"


def titles(cli: Cli) -> set[str]:
    return {entry["title"] for entry in cli("entry", "list", "--json").json["entries"]}


# ---- lists ----


async def test_without_a_terminal_the_likeliest_list_is_taken_and_the_other_one_said(tidings: Cli) -> None:
    async with Site() as site:
        done = await asyncio.to_thread(tidings, "source", "add", site.puts("/news", TWO), "--yes")

    assert "2: 4 entries, e.g. 'Buoy seven" in done.stderr
    assert "--candidate N" in done.stderr
    assert "A second dredger keeps the channel open in winter" in titles(tidings)
    assert tidings("source", "list", "--json").json["sources"][0]["select"] == {}


async def test_the_list_that_was_chosen_by_number_is_read_from_then_on(tidings: Cli) -> None:
    async with Site() as site:
        url = site.puts("/news", TWO)
        await asyncio.to_thread(tidings, "source", "add", url, "--id", "port", "--candidate", "2", "--yes")
        before = titles(tidings)
        site.puts("/news", TWO.replace("<tbody>", f"<tbody>{NOTICE}"))
        await asyncio.to_thread(tidings, "source", "poll", "port")

    assert "Buoy seven is moved forty metres to the north" in before
    assert len(before) == 4
    assert titles(tidings) - before == {"Fog signal of the northern pier is silent"}
    assert "select item:" in tidings("source", "show", "port").stdout


async def test_on_a_terminal_both_lists_are_shown_and_one_is_asked_for(tidings: Cli) -> None:
    async with Site() as site:
        words = ["source", "add", site.puts("/news", TWO), "--id", "port"]
        code, shown = await asyncio.to_thread(answer, tidings.folder, words, ["2", "y"])

    assert code == 0, shown
    assert "1. 4 entries (div.release)" in shown
    assert "2. 4 entries (table.notices > tbody > tr)" in shown
    assert any(title.startswith("Buoy seven") for title in titles(tidings))
    assert tidings("source", "list", "--json").json["sources"][0]["select"]["item"]


async def test_a_list_that_is_not_there_cannot_be_chosen(tidings: Cli) -> None:
    async with Site() as site:
        add = ("source", "add", site.puts("/news", TWO), "--yes", "--candidate")
        done = await asyncio.to_thread(tidings, *add, "3", expect=2)
        both = await asyncio.to_thread(tidings, *add, "1", "--select", "item=tr", expect=2)

    assert "from 1 to 2" in done.stderr
    assert "give one of them" in both.stderr


# ---- a feed of its own ----


def announcing(site: Site) -> str:
    """A page with two feeds: one of its comments, one of its news."""
    rows = "".join(f"<li><a href=/n/{n}>{title}</a> <i>{n} May 2026</i></li>" for n, title in enumerate(TITLES, 3))
    items = "".join(
        f"<item><title>{title}</title><link>{site.url(f'/n/{n}')}</link></item>" for n, title in enumerate(TITLES, 3)
    )
    other = "<item><title>Re: thanks</title><link>https://mill.example/c/1</link></item>"
    site.puts("/comments.xml", FEED.format("Comments", other), "application/rss+xml")
    site.puts("/news.xml", FEED.format("News of the mill", items), "application/rss+xml")
    head = "".join(
        f'<link rel=alternate type="application/rss+xml" href={path}>' for path in ("/comments.xml", "/news.xml")
    )
    html = (
        f"<!DOCTYPE html><html lang=en><head><title>Mill</title>{head}</head><main><h1>News</h1><ul>{rows}</ul></main>"
    )
    return site.puts("/news", html)


async def test_the_feed_that_tells_what_the_page_tells_is_preferred_where_that_is_said(tidings: Cli) -> None:
    async with Site() as site:
        url = announcing(site)
        await asyncio.to_thread(tidings, "source", "add", url, "--prefer-feed", "--yes")

    (source,) = tidings("source", "list", "--json").json["sources"]
    assert source["where"].endswith("/news.xml")
    assert source["kind"] == "feed"
    assert titles(tidings) == set(TITLES)


async def test_without_a_terminal_the_page_is_watched_and_its_feed_said(tidings: Cli) -> None:
    async with Site() as site:
        url = announcing(site)
        done = await asyncio.to_thread(tidings, "source", "add", url, "--yes")
        asked = [request.path for request in site.requests]

    assert "--prefer-feed takes it" in done.stderr
    assert tidings("source", "list", "--json").json["sources"][0]["where"] == url
    assert "/news.xml" not in asked


async def test_on_a_terminal_the_feed_is_offered_with_what_it_shares(tidings: Cli) -> None:
    async with Site() as site:
        words = ["source", "add", announcing(site)]
        code, shown = await asyncio.to_thread(answer, tidings.folder, words, ["n", "y"])

    assert code == 0, shown
    assert "with 4 entries, 4 of the page's 4 among them" in shown
    assert tidings("source", "list", "--json").json["sources"][0]["where"].endswith("/news")


async def test_a_page_without_a_feed_cannot_prefer_it(tidings: Cli) -> None:
    async with Site() as site:
        done = await asyncio.to_thread(
            tidings, "source", "add", site.puts("/news", TWO), "--prefer-feed", "--yes", expect=1
        )

    assert "no feed that can be read" in done.stderr
    assert tidings("source", "list", "--json").json["sources"] == []


async def test_init_offers_the_feed_too_within_three_questions(bare: Cli) -> None:
    async with Site() as site:
        code, shown = await asyncio.to_thread(answer, bare.folder, ["init", announcing(site)], ["feed", "none", "Mill"])

    assert code == 0, shown
    assert bare("source", "list", "--json").json["sources"][0]["where"].endswith("/news.xml")


# ---- selectors that are kept ----


async def test_selectors_are_kept_shown_edited_exported_and_applied(tidings: Cli) -> None:
    async with Site() as site:
        url = site.puts("/news", TWO)
        add = ("source", "add", url, "--id", "port", "--yes", "--select", "item=.release", "--select", "title=.when")
        await asyncio.to_thread(tidings, *add)
        assert titles(tidings) == {"12 May 2026", "5 May 2026", "21 April 2026", "2 April 2026"}

        tidings("source", "edit", "port", "--select", "title=./h3", "--select", "url=h3 a@href")
        shown = tidings("source", "show", "port").stdout
        assert [line.split(":")[0] for line in shown.splitlines() if line.startswith("select ")] == [
            "select item",
            "select title",
            "select url",
        ]
        tidings("source", "edit", "port", "--select", "url=")
        tidings("export", "service.toml")
        tidings("source", "edit", "port", "--no-select")
        assert tidings("source", "show", "port", "--json").json["source"]["select"] == {}
        tidings("apply", "service.toml")

    kept = tidings("source", "show", "port", "--json").json["source"]["select"]
    assert kept == {"item": ".release", "title": "./h3"}


async def test_selectors_that_find_nothing_are_not_kept(tidings: Cli) -> None:
    async with Site() as site:
        url = site.puts("/news", TWO)
        done = await asyncio.to_thread(tidings, "source", "add", url, "--yes", "--select", "title=h9", expect=1)

    assert "title='h9'" in done.stderr
    assert "--explain" in done.stderr
    assert tidings("source", "list", "--json").json["sources"] == []


async def test_a_bad_selector_is_refused_where_it_is_given(tidings: Cli) -> None:
    async with Site() as site:
        await asyncio.to_thread(tidings, "source", "add", site.puts("/news", TWO), "--id", "port", "--yes")
        declared = f'[[source]]\nid = "port"\nwhere = "{site.url("/news")}"\nkind = "page"\n'
        (tidings.folder / "bad.toml").write_text(f'{declared}select = {{ title = "h3[" }}\n', encoding="utf-8")
        (tidings.folder / "worse.toml").write_text(f'{declared}select = {{ headline = "h3" }}\n', encoding="utf-8")

    assert "no CSS selector" in tidings("source", "edit", "port", "--select", "title=h3[", expect=2).stderr
    assert "bad.toml:5" in tidings("apply", "bad.toml", expect=2).stderr
    assert "headline is no field" in tidings("apply", "worse.toml", expect=2).stderr
    assert tidings("source", "show", "port", "--json").json["source"]["select"] == {}


async def test_a_selector_that_no_longer_fits_is_said_by_the_next_poll(tidings: Cli) -> None:
    async with Site() as site:
        url = site.puts("/news", TWO)
        add = ("source", "add", url, "--id", "port", "--yes", "--select", "summary=.release > p + p")
        await asyncio.to_thread(tidings, *add)
        site.puts("/news", TWO.replace('class="release"', 'class="card"'))
        await asyncio.to_thread(tidings, "source", "poll", "port")

    (alarm,) = tidings("status", "--json").json["alarms"]
    assert alarm["kind"] == "redesigned"
    assert "summary='.release > p + p'" in alarm["message"]
    assert alarm["asks"].startswith("tidings source edit port --select")
