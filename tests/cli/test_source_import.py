"""Many sources from one file: what can be watched is, the rest is reported with its line."""

import asyncio
from pathlib import Path

from tests.cli.conftest import Cli
from tests.fakes.site import Site
from tests.feeds.watching import ROWS, listing


async def test_a_table_of_sources_is_watched_with_one_report(tidings: Cli) -> None:
    async with Site() as site:
        site.puts("/mines", listing(ROWS))
        site.puts("/kilns", listing(ROWS[:4]))  # the same entries once more
        table = "\n".join(
            (
                "where,title,id,every",
                f"{site.url('/mines')},Mines,mines,2h",
                f"{site.url('/kilns')},Kilns,,",
                f"{site.url('/nothing')},Gone,,",
                f"{site.url('/mines')}?x=1,Never,never,soon",
                "ftp://example.org/,Old,,",
            )
        )
        file = tidings.folder / "list.csv"
        file.write_text(table, encoding="utf-8")
        dry = await asyncio.to_thread(tidings, "source", "import", str(file), "--dry-run", expect=1)
        assert "3 would be added, 0 watched already, 2 refused" in dry.stdout
        assert tidings("source", "list", "--json").json["sources"] == []
        done = await asyncio.to_thread(tidings, "source", "import", str(file), expect=1)
        again = await asyncio.to_thread(tidings, "source", "import", str(file), "--json", expect=1)

    assert "2 added (5 entries as a baseline that mails nobody), 0 watched already, 3 refused" in done.stdout
    assert f"{file}:4: " in done.stdout
    assert f"{file}:5: " in done.stdout
    assert f"{file}:6: ftp://example.org/ is no address that can be watched" in done.stdout
    assert "3 rows of" in done.stderr
    found = {one["id"]: one for one in tidings("source", "list", "--json").json["sources"]}
    assert found["mines"]["every"] == 7200
    assert {one["title"] for one in found.values()} == {"Mines", "Kilns"}
    assert [one["line"] for one in again.json["there"]] == [2, 3]
    assert again.json["added"] == []


async def test_an_opml_is_watched_and_a_broken_one_as_far_as_it_goes(tidings: Cli) -> None:
    async with Site() as site:
        site.puts("/mines", listing(ROWS))
        file = tidings.folder / "reader.opml"
        outline = f'<opml version="2.0"><body>\n<outline text="Mines" xmlUrl="{site.url("/mines")}"/>\n'
        file.write_text(f"{outline}<outline text=>", encoding="utf-8")
        done = await asyncio.to_thread(tidings, "opml", "import", str(file), expect=1)

    assert "1 added (5 entries" in done.stdout
    assert f"{file}:3:" in done.stdout
    assert "breaks off" in done.stdout


def test_a_file_that_is_no_list_is_refused_with_a_reason(tidings: Cli, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(b"where\nnot an address\n")
    done = tidings("source", "import", str(file), expect=1)
    assert f"{file}:2: not an address is neither a URL" in done.stdout
