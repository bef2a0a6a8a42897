"""Every page in a real browser, light and dark, narrow and wide: axe-core finds nothing, nothing runs off the side."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page, async_playwright

from feeds.settings import Publishing
from state.migrate import migrate
from state.records import Site
from state.store import Store, open_store
from templates.catalogue import languages
from tests.fakes.browser import CHROMIUM, FLAGS
from tests.feeds.samples import NOW
from tests.web.looks import SITE, furnish
from web.app import make_app, serve
from web.settings import Serving

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="NO BROWSER: chromium is not installed, pages were not looked at"
)

PAGES = (
    "front", "topic", "entry", "nothing", "confirm", "expired", "preferences", "unsubscribe", "address", "digest",
)  # fmt: skip
SIZES: tuple[tuple[int, Literal["dark", "light"]], ...] = ((1280, "light"), (320, "dark"))
MAIL = (
    b"From: news@example.org\r\nTo: reader@example.org\r\nSubject: 1 new: Grain prices fall\r\n"
    b"Date: Sun, 10 May 2026 08:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    b"A good harvest fills the stores.\r\n"
)
# A digest is a mail shown as a page: its one landmark is role="article", as mail needs it.
LEFT_OUT = {"digest": ["landmark-one-main", "region"]}


@pytest.fixture
def site(request: pytest.FixtureRequest) -> Site:
    """In English, or in the language that a test names."""
    return replace(SITE, language=getattr(request, "param", "en"))


@pytest.fixture
def furnished(tmp_path: Path, site: Site) -> Iterator[tuple[Store, dict[str, str]]]:
    made = open_store(f"sqlite:///{tmp_path}/looks.db", create=True)
    migrate(made)
    yield made, furnish(made, site)
    made.close()


@pytest.fixture
async def address(furnished: tuple[Store, dict[str, str]], tmp_path: Path, site: Site) -> AsyncIterator[str]:
    store, _ = furnished
    mails = tmp_path / "mails"
    mails.mkdir()
    (mails / "000001-reader-example.org.eml").write_bytes(MAIL)

    def clock() -> datetime:
        return NOW + timedelta(hours=1)

    app = make_app(
        store,
        site=site,
        serving=Serving(answer_after=0.0),
        publishing=Publishing(),
        sink=mails,
        clock=clock,
        wake=lambda: None,
    )
    running = await serve(app, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{running.port}"
    await running.close()


async def look(page: Page, name: str) -> list[str]:
    """What axe and the width of the page have to say of what the browser shows now."""
    await page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    await page.evaluate(AXE_SCRIPT)
    rules = {rule: {"enabled": False} for rule in LEFT_OUT.get(name, ())}
    result = await page.evaluate("rules => axe.run(document, {rules})", rules)
    found = [f"{name}: {one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in result["violations"]]
    overflow = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [*found, *([f"{name}: {overflow} pixels run off the side"] if overflow > 0 else [])]


@asynccontextmanager
async def browsing(width: int, scheme: Literal["dark", "light"]) -> AsyncIterator[Page]:
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = await browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            bypass_csp=True,  # for axe only: our own pages run no script
        )
        yield await context.new_page()
        await browser.close()
    await asyncio.sleep(0)


@pytest.mark.parametrize(("width", "scheme"), SIZES)
async def test_axe_finds_nothing_on_any_page(
    furnished: tuple[Store, dict[str, str]], address: str, width: int, scheme: Literal["dark", "light"]
) -> None:
    _, paths = furnished
    assert set(paths) == set(PAGES)
    found: list[str] = []
    async with browsing(width, scheme) as page:
        for name in PAGES:
            await page.goto(address + paths[name])
            found += await look(page, name)
    assert found == []


@pytest.mark.parametrize("site", languages(), indirect=True)
async def test_no_page_is_too_narrow_for_the_words_of_another_language(
    furnished: tuple[Store, dict[str, str]], address: str, site: Site
) -> None:
    _, paths = furnished
    found: list[str] = []
    async with browsing(320, "light") as page:
        for name in PAGES:
            await page.goto(address + paths[name])
            found += await look(page, name)
            assert await page.locator("html").get_attribute("lang") == site.language
    assert found == []


@pytest.mark.parametrize(("width", "scheme"), SIZES)
async def test_axe_finds_nothing_on_the_answers_to_what_a_person_does(
    furnished: tuple[Store, dict[str, str]], address: str, width: int, scheme: Literal["dark", "light"]
) -> None:
    """Subscribing, also with an address that is none, confirming, saving preferences, leaving."""
    _, paths = furnished
    found: list[str] = []
    async with browsing(width, scheme) as page:
        await page.goto(address + paths["front"])
        await page.locator("input[name=email]").first.fill("reader@example.org")
        await page.locator("form[action$='/subscribe'] button[type=submit]").first.click()
        found += await look(page, "asked")
        assert page.url == address + "/subscribe"
        assert await page.locator("h1").inner_text() == "Please look into your mail"
        await page.goto(address + paths["front"])
        await page.locator("input[name=email]").first.evaluate("field => { field.type = 'text'; }")
        await page.locator("input[name=email]").first.fill("no address")
        await page.locator("form[action$='/subscribe'] button[type=submit]").first.click()
        found += await look(page, "subscribe again")
        await page.locator("input[name=email]").first.fill("other@example.org")
        await page.locator("form[action$='/subscribe'] button[type=submit]").first.click()
        assert await page.locator("h1").inner_text() == "Please look into your mail"
        for name in ("confirm", "preferences", "unsubscribe"):
            await page.goto(address + paths[name])
            await page.locator("main form button[type=submit]").first.click()
            found += await look(page, f"{name}, answered")
            assert page.url.startswith(address), page.url
    assert found == []


@pytest.mark.parametrize(("width", "scheme"), SIZES)
async def test_axe_finds_nothing_on_the_pages_of_caught_mail(
    address: str, width: int, scheme: Literal["dark", "light"]
) -> None:
    found: list[str] = []
    async with browsing(width, scheme) as page:
        await page.goto(address + "/sink")
        found += await look(page, "caught mails")
        await page.locator("main a").first.click()
        found += await look(page, "a caught mail")
    assert found == []
