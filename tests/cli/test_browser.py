"""Sources that a browser draws, by command."""

import asyncio
import shutil

import pytest

from feeds import browser
from tests.cli.conftest import Cli
from tests.fakes.site import Site
from tests.feeds.test_browser import app

pytestmark = pytest.mark.skipif(
    not any(map(shutil.which, browser._NAMES)), reason="NO BROWSER: chromium is not installed, nothing was drawn"
)


async def test_a_page_that_scripts_fill_names_the_option_and_is_watched_with_it(tidings: Cli) -> None:
    async with Site() as site:
        url = app(site)
        refused = await asyncio.to_thread(tidings, "extract", url, expect=1)
        shown = await asyncio.to_thread(tidings, "extract", url, "--browser", "--json")
        await asyncio.to_thread(tidings, "source", "add", url, "--id", "office", "--browser", "--yes")

    assert "--browser" in refused.stderr
    assert len(shown.json["entries"]) == 5
    assert "browser: yes" in " ".join(tidings("source", "show", "office").stdout.split())
    assert len(tidings("entry", "list", "--json").json["entries"]) == 5
    tidings("export", "service.toml")
    assert "browser = true" in (tidings.folder / "service.toml").read_text("utf-8")
    assert "nothing to do" in tidings("apply", "service.toml").stdout
    tidings("source", "edit", "office", "--no-browser")
    assert tidings("source", "show", "office", "--json").json["source"]["browser"] is False


async def test_a_declared_source_is_drawn(tidings: Cli) -> None:
    async with Site() as site:
        declared = f'[[source]]\nid = "office"\nwhere = "{app(site)}"\nbrowser = true\n'
        (tidings.folder / "service.toml").write_text(declared, encoding="utf-8")
        await asyncio.to_thread(tidings, "apply", "service.toml")

    assert tidings("source", "show", "office", "--json").json["source"]["browser"] is True
    assert len(tidings("entry", "list", "--json").json["entries"]) == 5


async def test_without_the_extra_every_command_says_what_to_install(
    tidings: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "find_spec", lambda _name: None)
    async with Site() as site:
        url = app(site)
        for words in (("extract", url), ("source", "add", url, "--yes"), ("source", "edit", "office")):
            done = await asyncio.to_thread(tidings, *words, "--browser", expect=1)
            assert "pip install 'tidings[browser]'" in done.stderr
    assert tidings("source", "list", "--json").json["sources"] == []
