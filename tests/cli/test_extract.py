"""`extract` explains itself, draws the page, takes selectors, and names what is no list as what it is."""

import asyncio
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.samples import LISTING
from tests.fakes.site import Site

PAGES = Path(__file__).resolve().parents[1] / "pages"
TWO = str(PAGES / "two-lists-side-by-side.html")
WIDTH = 80


@pytest.fixture
def listing(bare: Cli) -> str:
    file = bare.folder / "news.html"
    file.write_text(LISTING, encoding="utf-8")
    return str(file)


def test_explain_says_what_was_weighed_and_where_values_come_from(bare: Cli) -> None:
    told = bare("extract", TWO, "--explain").stdout
    explanation = told[told.index("WHY IT WAS READ SO") :]

    assert "div.release" in explanation
    assert "table.notices > tbody > tr" in explanation
    assert "how many have a heading" in explanation, "what made the difference"
    assert "own line, 95% sure" in explanation
    assert max(map(len, explanation.splitlines())) < WIDTH


def test_explain_as_json_has_the_scores_and_the_difference(bare: Cli) -> None:
    told = bare("extract", TWO, "--explain", "--json").json

    explanation = told["explanation"]
    assert [way["taken"] for way in explanation["candidates"]][:2] == [True, False]
    assert explanation["difference"][0]["term"] == "headed"
    assert explanation["terms"].keys() >= explanation["candidates"][0]["terms"].keys()
    assert len(told["entries"]) == 4
    assert [rival["entries"] for rival in told["rivals"]] == [4, 4]
    assert told["obstacle"] is None
    assert "outline" not in explanation


def test_a_feed_has_nothing_to_weigh_but_says_where_values_come_from(bare: Cli) -> None:
    told = bare("extract", str(PAGES / "rss.xml"), "--explain").stdout

    assert "Nothing was weighed" in told
    assert "WHERE EACH VALUE COMES FROM" in told


def test_html_writes_the_page_with_its_entries_outlined(bare: Cli, listing: str) -> None:
    done = bare("extract", listing, "--html", "outlined.html")

    drawn = (bare.folder / "outlined.html").read_text(encoding="utf-8")
    assert drawn.count('class="entry"') == 3
    assert "default-src 'none'" in drawn
    assert "outlined.html" in done.stderr


def test_html_of_what_is_no_page_or_cannot_be_written_says_so(bare: Cli, listing: str) -> None:
    assert "no page of markup" in bare("extract", str(PAGES / "months.txt"), "--html", "a.html", expect=1).stderr
    assert "nowhere" in bare("extract", listing, "--html", "nowhere/a.html", expect=1).stderr


def test_select_says_where_a_field_stands(bare: Cli, listing: str) -> None:
    done = bare("extract", listing, "--json", "--select", "item=li", "--select", "title=./p")

    assert [entry["title"] for entry in done.json["entries"]] == [
        "A good harvest fills the stores.",
        "It turns with less water.",
        "Visitors see how flour is made.",
    ]
    assert done.json["method"] == "selected"


@pytest.mark.parametrize(
    ("select", "code", "says"),
    [
        ("title=h9", 1, ("title='h9'", "0 elements", "--html")),
        ("title=h3[", 1, ("no CSS selector",)),
        ("headline=h3", 2, ("headline=h3", "FIELD is one of item, title")),
        ("h3", 2, ("FIELD=SELECTOR",)),
    ],
)
def test_a_selector_that_does_not_fit_says_which_and_what_to_try(
    bare: Cli, listing: str, select: str, code: int, says: tuple[str, ...]
) -> None:
    done = bare("extract", listing, "--select", select, expect=code)

    assert all(part in done.stderr for part in says), done.stderr


WALLS = {
    "login": "<title>Sign in</title><form><input name=u><input type=password></form>",
    "developer tools": "<title>News</title><div id=root></div><script src=/a.js></script>",
}


def wall(folder: Path, word: str) -> str:
    file = folder / "wall.html"
    file.write_text(f"<!DOCTYPE html><html>{WALLS[word]}", encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("word", WALLS)
def test_an_obstacle_is_named_with_what_to_do_next(bare: Cli, word: str) -> None:
    assert word in bare("extract", wall(bare.folder, word), expect=1).stderr


def test_an_obstacle_is_not_watched(tidings: Cli) -> None:
    assert "a public list" in tidings("source", "add", wall(tidings.folder, "login"), "--yes", expect=1).stderr
    assert tidings("source", "list", "--json").json["sources"] == []


async def test_a_picture_by_its_address_is_named_as_one(bare: Cli) -> None:
    async with Site() as site:
        url = site.puts("/plan", b"\x89PNG\r\n\x1a\n" + bytes(200), content_type="image/png")
        done = await asyncio.to_thread(bare, "extract", url, expect=1)

    assert "a PNG image, not a page; give the address of the page" in done.stderr


def test_a_document_that_is_no_list_is_said_to_be_one(bare: Cli) -> None:
    assert "one document, not a list" in bare("extract", str(PAGES / "article-with-related-links.html")).stdout
    done = bare("extract", str(PAGES / "contact-page.html"), expect=1)
    assert "give the page that lists the items" in done.stderr
