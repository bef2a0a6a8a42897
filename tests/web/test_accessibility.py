"""Every page in a real browser, light and dark, narrow and wide: axe-core finds nothing, nothing runs off the side."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from feeds.settings import Publishing
from state.migrate import migrate
from state.store import Store, open_store
from tests.feeds.samples import NOW
from tests.web.looks import SITE, furnish
from web.app import make_app, serve
from web.settings import Serving

CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="NO BROWSER: chromium is not installed, pages were not looked at"
)

PAGES = (
    "front", "topic", "entry", "nothing", "confirm", "expired", "preferences", "unsubscribe", "address", "digest",
)  # fmt: skip
SIZES = ((1280, "light"), (320, "dark"))
# A digest is a mail shown as a page: its one landmark is role="article", as mail needs it.
LEFT_OUT = {"digest": ["landmark-one-main", "region"]}


@pytest.fixture
def furnished(tmp_path: Path) -> Iterator[tuple[Store, dict[str, str]]]:
    made = open_store(f"sqlite:///{tmp_path}/looks.db", create=True)
    migrate(made)
    yield made, furnish(made)
    made.close()


@pytest.fixture
async def address(furnished: tuple[Store, dict[str, str]]) -> AsyncIterator[str]:
    store, _ = furnished

    def clock() -> datetime:
        return NOW + timedelta(hours=1)

    app = make_app(
        store,
        site=SITE,
        serving=Serving(answer_after=0.0),
        publishing=Publishing(),
        sink=None,
        clock=clock,
        wake=lambda: None,
    )
    running = await serve(app, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{running.port}"
    await running.close()


async def test_axe_finds_nothing_on_any_page(furnished: tuple[Store, dict[str, str]], address: str) -> None:
    from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
    from playwright.async_api import async_playwright

    _, paths = furnished
    assert set(paths) == set(PAGES)
    found: list[str] = []
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for width, scheme in SIZES:
            context = await browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme="dark" if scheme == "dark" else "light",
                bypass_csp=True,  # for axe only: our own pages run no script
            )
            page = await context.new_page()
            for name in PAGES:
                await page.goto(address + paths[name])
                await page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
                await page.evaluate(AXE_SCRIPT)
                rules = {rule: {"enabled": False} for rule in LEFT_OUT.get(name, ())}
                result = await page.evaluate("rules => axe.run(document, {rules})", rules)
                found += [
                    f"{name} {width} {scheme}: {one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}"
                    for one in result["violations"]
                ]
                overflow = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                if overflow > 0:
                    found.append(f"{name} {width}: {overflow} pixels run off the side")
            await context.close()
        await browser.close()
        await asyncio.sleep(0)
    assert found == []
