"""JSON and sitemaps as sources, from the command line."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

NOTICES: list[dict[str, object]] = [
    {"slug": "weir", "headline": "The weir is closed for repairs", "on": "2026-05-08"},
    {"slug": "flour", "headline": "Flour is sold on Fridays again", "on": 1778112000},
]
PATHS = (
    "--select", "item=$.data.items[*]", "--select", "title=.headline", "--select", "date=.on",
    "--select", "url=https://mill.example/n/{slug}",
)  # fmt: skip


def written(folder: Path, notices: list[dict[str, object]]) -> str:
    file = folder / "notices.json"
    file.write_text(json.dumps({"data": {"items": notices}}))
    return str(file)


def test_an_api_is_extracted_by_paths(bare: Cli) -> None:
    told = bare("extract", written(bare.folder, NOTICES), *PATHS, "--json").json
    assert (told["kind"], told["method"]) == ("json", "json:selected")
    assert [(entry["title"], entry["url"], entry["date"]) for entry in told["entries"]] == [
        ("The weir is closed for repairs", "https://mill.example/n/weir", "2026-05-08"),
        ("Flour is sold on Fridays again", "https://mill.example/n/flour", "2026-05-07"),
    ]


def test_a_source_of_json_keeps_its_paths_and_finds_what_is_new(tidings: Cli) -> None:
    file = written(tidings.folder, NOTICES)
    tidings("source", "add", file, "--id", "mill", "--kind", "json", *PATHS, "--yes")

    written(tidings.folder, [{"slug": "wheel", "headline": "The wheel turns again", "on": "2026-05-09"}, *NOTICES])
    polled = tidings("source", "poll", "mill", "--json").json["polled"]

    assert len(polled[0]["new"]) == 1
    entries = tidings("entry", "list", "--json").json["entries"]
    assert "The wheel turns again" in {entry["title"] for entry in entries}
    assert tidings("source", "show", "mill", "--json").json["source"]["kind"] == "json"


@pytest.mark.parametrize(("words", "said"), [(("--select", "item=$.rows[*]"), "$.rows[*]"), ((), "--select")])
def test_json_whose_list_is_not_found_says_what_to_give(bare: Cli, words: tuple[str, ...], said: str) -> None:
    file = bare.folder / "api.json"
    file.write_text('{"data": {"total": 3}}')
    assert said in bare("extract", str(file), *words, expect=1).stderr


def test_an_index_of_sitemaps_is_not_watched_but_tells_what_is(tidings: Cli) -> None:
    file = tidings.folder / "sitemap.xml"
    file.write_text("<sitemapindex><sitemap><loc>https://mill.example/s/news.xml</loc></sitemap></sitemapindex>")
    for command in (("extract", str(file)), ("source", "add", str(file), "--yes")):
        assert "https://mill.example/s/news.xml" in tidings(*command, expect=1).stderr


def test_a_sitemap_is_watched_by_its_addresses(tidings: Cli) -> None:
    file = tidings.folder / "sitemap.xml"
    file.write_text("<urlset><url><loc>https://mill.example/n/the-weir-is-closed</loc></url></urlset>")
    tidings("source", "add", str(file), "--kind", "sitemap", "--yes")
    (entry,) = tidings("entry", "list", "--json").json["entries"]
    assert (entry["title"], entry["display_title"], entry["date"]) == ("", "The weir is closed", None)
