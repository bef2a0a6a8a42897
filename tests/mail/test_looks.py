"""Mails in a real browser: axe-core finds nothing, nothing runs off the side, light and dark, narrow and wide."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from mail import confirmation
from mail import edition as editions
from mail.edition import Remarks
from state.records import Edition, Subscriber
from templates import wording
from templates.catalogue import languages
from templates.wording import Say
from tests.fakes.browser import CHROMIUM, FLAGS
from tests.mail.people import HARVEST, MINES, SITE, entry
from tests.mail.test_edition import FULLY_TOLD, NOW, composed, many

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="NO BROWSER: chromium is not installed, mails were not looked at"
)

# A mail is no page of a site: its one landmark is role="article", as mail programs want it.
LEFT_OUT = ("landmark-one-main", "region")
VIEWS = ((320, "light"), (320, "dark"), (680, "light"), (680, "dark"))
LONG = entry("e7", now=NOW, title="Unbreakable" * 12, summary="https://press.example.org/" + "a" * 200)
COMING = entry("e6", now=NOW, title="Open day of the inspectors", date="2026-05-21", kind="event", place="BATTAMBANG")
KHMER = entry("e8", now=NOW, title="កិច្ចព្រមព្រៀងថ្មីអំពីម៉ោងធ្វើការនៅរដូវក្តៅ", language="km", summary="សេចក្តីសង្ខេប៖ " * 9)
ARABIC = entry("e9", now=NOW, title="اتفاق جديد على ساعات العمل", language="ar", summary="ملخص", place="بيروت")


def arabic(**more: object) -> Edition:
    return composed(("harvest?country=KH", [ARABIC, FULLY_TOLD]), language="ar", **more)  # type: ignore[arg-type]


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """HTML by name."""
    person = Subscriber("s1", "sok@example.org", "pending", "Asia/Phnom_Penh", "en", "09:00", 0, 1, 1, NOW)
    asked = confirmation.compose(
        person, [("harvest?country=KH", "weekly"), ("mines", "now")], token="c-k1-abc-1-0-0-" + "a" * 26, days=7,
        topics={"harvest": HARVEST, "mines": MINES}, sample=[FULLY_TOLD, KHMER, ARABIC], site=SITE,
    )  # fmt: skip
    note = Remarks((("Dear readers,",), ("we watch more pages", "from June on.")))
    told = [FULLY_TOLD, KHMER, ARABIC, LONG]
    made = {
        "digest": composed(("harvest?country=KH", told), ("mines", many(2, summary="In short. " * 20))).html,
        "note": composed(("harvest", [FULLY_TOLD]), remarks=note).html,
        "past": composed(("harvest", many(60)), remarks=Remarks(past=True)).html,
        **{language: composed(("harvest", told), language=language).html for language in languages()},
        "coming": composed(("harvest", [COMING, FULLY_TOLD]), ("mines", many(2))).html,
        "confirmation": asked.html,
    }
    words = wording.words
    right_to_left = Say("ar", words("fr").catalogue)  # as long as there is no Arabic catalogue
    monkeypatch.setattr(editions, "words", lambda language: right_to_left if language == "ar" else words(language))
    return {**made, "right to left": arabic().html}


async def test_axe_finds_nothing_and_nothing_runs_off_the_side(mails: Mapping[str, str]) -> None:
    from axe_playwright_python.base import AXE_SCRIPT
    from playwright.async_api import async_playwright

    rules = {"rules": {rule: {"enabled": False} for rule in LEFT_OUT}, "resultTypes": ["violations"]}
    found: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for width, scheme in VIEWS:
            context = await browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            page = await context.new_page()
            for name, html in mails.items():
                await page.set_content(html)
                if await page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                    found.append(f"{name}, {width}, {scheme}: runs off the side")
                await page.evaluate(AXE_SCRIPT)
                result = await page.evaluate("rules => axe.run(document, rules)", rules)
                for fault in result["violations"]:
                    where = "; ".join(str(node["target"]) for node in fault["nodes"][:2])
                    found.append(f"{name}, {width}, {scheme}: {fault['impact']} {fault['id']} at {where}")
            await context.close()
        await browser.close()
    assert found == []


async def test_a_right_to_left_mail_stands_on_the_right_and_dark_mode_is_dark(mails: Mapping[str, str]) -> None:
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = await browser.new_context(viewport={"width": 680, "height": 900}, color_scheme="dark")
        page = await context.new_page()
        await page.set_content(mails["right to left"])
        heading, sheet = page.locator("h1"), page.locator(".sheet")
        direction = await heading.evaluate("node => getComputedStyle(node).direction")
        aligned = await sheet.evaluate("node => getComputedStyle(node).textAlign")
        ground = await sheet.evaluate("node => getComputedStyle(node).backgroundColor")
        await browser.close()
    assert direction == "rtl"
    assert aligned.removeprefix("-webkit-") == "right"
    assert ground == "rgb(29, 35, 32)"


def test_the_text_part_fits_a_terminal_of_80_columns() -> None:
    told = [FULLY_TOLD, replace(KHMER, url="https://press.example.org/k"), *many(3, summary="In short. " * 40)]
    text = composed(("harvest?country=KH", told), ("mines", [entry("m1", now=NOW, title="word " * 60)])).text
    for line in text.splitlines():
        assert len(line) <= 80 or "https://" in line, line
