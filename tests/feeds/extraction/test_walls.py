"""What stands between us and a list is named as what it is, and no page that shows something is taken for it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.children import Document
from feeds.extraction import extract
from feeds.obstacles import SAID, told
from state.records import Extraction

PAGES = Path(__file__).resolve().parents[2] / "pages"
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
HERE = "https://office.example/news"
NAV = '<nav><a href="/">Home</a> <a href="/about">About the office</a> <a href="/contact">Contact</a></nav>'
LIST = "".join(
    f"<li><a href=/n/{day}>The office opens another door in street number {day}</a> <span>{day} May 2026</span></li>"
    for day in range(3, 9)
)


def obstacle(html: str, url: str = HERE) -> str:
    found = extract(Document(url, f"<!DOCTYPE html>{html}".encode()), NOW)
    assert isinstance(found, Extraction)
    return found.obstacle


@pytest.mark.parametrize(
    "html",
    [
        f"<title>Staff pages</title>{NAV}<main><h1>Welcome</h1><form><label>Name <input name=u></label>"
        "<label>Password <input type=password name=p></label><button>Go on</button></form></main>",
        "<html lang=km><title>ចូលគណនី</title><h1>ចូលគណនី</h1><form><input name=e type=email><button>បន្ត</button></form>",
        "<html lang=de><title>Anmelden | Amt</title><form method=post><input name=e type=email><button>Weiter</button>",
        '<title>…</title><meta http-equiv=refresh content="0; url=/sso/start?to=%2Fnews"><p>You are being taken on.',
        "<html lang=ar dir=rtl><title>تسجيل الدخول</title><form><input name=u></form>",
    ],
)
def test_a_login_page_is_one(html: str) -> None:
    assert obstacle(html) == "login"


@pytest.mark.parametrize(
    "html",
    [
        "<title>Just a moment...</title><noscript><h1>Please turn scripts on</h1></noscript><div></div>"
        "<script src=/x/challenge-platform/h.js></script>",
        "<title>office.example</title><h1>Checking your browser before accessing office.example</h1><p>Please wait.",
        "<title>Access Denied</title><h1>Access Denied</h1><p>You may not see this page. Reference 18.2d3",
        "<title>office</title><script src=https://x.example/captcha/c.js></script><p>Please wait",
        "<html lang=ru><title>Проверка браузера</title><p>Подождите немного",
    ],
)
def test_a_check_for_robots_is_one(html: str) -> None:
    assert obstacle(html) == "bot-wall"


@pytest.mark.parametrize(
    "html",
    [
        "<title>Guest Wi-Fi</title><h1>Welcome to our guest network</h1>"
        "<form><p>Accept the terms of use to go online.<button>Connect</button></form>",
        "<html><!-- <WISPAccessGatewayParam><Redirect></Redirect></WISPAccessGatewayParam> --><title>Inn</title>"
        "<p>Room number<input name=r>",
        "<html lang=de><title>WLAN</title><h1>WLAN im Zug</h1><p>Bitte die Nutzungsbedingungen annehmen."
        "<button>Verbinden</button>",
    ],
)
def test_the_sign_in_page_of_a_network_is_one(html: str) -> None:
    assert obstacle(html) == "portal"


@pytest.mark.parametrize(
    "html",
    [
        f"<title>404 - Page not found | Office</title>{NAV}<main><h1>Page not found</h1><p>It may have moved.</main>",
        f"<html lang=fr><title>Page introuvable – Mairie</title>{NAV}<h1>Page introuvable</h1><p>Revenez à l’accueil.",
        "<title>Error 404 (Not Found)!!1</title><p>Nothing here.",
        "<title>Office</title><h1>Service Unavailable</h1><p>Try again later.",
        "<html lang=th><title>ไม่พบหน้า</title><h1>ไม่พบหน้า</h1>",
        f"<title>Page not found</title><h1>Page not found</h1><h2>Latest</h2><ul>{LIST}</ul>",
        "<html lang=zh><title>页面不存在</title><p>页面不存在",
    ],
)
def test_an_error_page_that_says_200_is_one(html: str) -> None:
    assert obstacle(html) == "error-page"


@pytest.mark.parametrize(
    "html",
    [
        "<title>News</title><script defer src=/main.js></script><noscript>You need JavaScript for this.</noscript>"
        "<div id=root></div>",
        "<title>News</title><script src=/a.js></script><script src=/b.js></script><app-root></app-root>",
        "<title>News</title><div id=app><p>Loading…</p></div><script src=/a.js></script>",
        "<title>ข่าว</title><p>โปรดเปิดใช้งาน JavaScript</p><script>start()</script>",
    ],
)
def test_a_shell_that_a_script_fills_is_one(html: str) -> None:
    assert obstacle(html) == "app-shell"


@pytest.mark.parametrize(
    "html",
    [
        "<title>Before you go on</title><h1>Before you go on</h1><p>We use cookies and data to keep our services and "
        "to show personalised ads. With your consent we and our partners do that.<form><input type=submit "
        'value="Accept all"><input type=submit value="Reject all"></form><p><a href=/privacy>Privacy notice</a>',
        "<html lang=de><title>Zeitung</title><h2>Mit Werbung weiterlesen</h2><p>Mit Ihrer Einwilligung verwenden wir "
        "und unsere Partner Cookies und personenbezogene Daten.<p><button>Zustimmen und weiter</button>",
    ],
)
def test_a_wall_of_consent_is_one(html: str) -> None:
    assert obstacle(html) == "consent"


@pytest.mark.parametrize("html", ["<html><head><title></title></head><body></body>", "<body><div> </div><p>–</p>"])
def test_an_empty_page_is_one(html: str) -> None:
    assert obstacle(html) == "empty"


@pytest.mark.parametrize(
    "html",
    [
        f"<title>News</title><form><input name=u><input type=password></form><ul>{LIST}</ul>",
        f"<title>News</title><div>We use cookies with your consent <button>Accept all</button></div><ul>{LIST}</ul>",
        f"<title>Page not found in the archive: a report</title><h1>Reports</h1><ul>{LIST}</ul>",
        f"<title>Scheduled maintenance</title><h1>Scheduled maintenance</h1><ul>{LIST}</ul>",
        "<title>Contact us</title><h1>Contact us</h1><p>Write to the office or call it between nine and five. The door "
        "in Mill Street is open on Mondays.</p><form><input name=n><input name=e type=email><textarea></textarea>"
        "<div class=g-recaptcha></div><button>Send</button></form>",
        f"<title>Cookie policy</title><h1>Cookie policy</h1><p>{'We keep cookies for a year and say so. ' * 60}",
        f"<title>Login changes for members | Club</title><h1>Login changes</h1><p>{'The club moves in May. ' * 20}",
        "<title>Vacancies</title><h1>Vacancies</h1><p>There are no vacancies at the moment.",
        "<title>Wi-Fi</title><h1>Free Wi-Fi in the library</h1><p>Readers connect with their card. Ask for the terms "
        "of use at the desk.",
        "<title>404 steps</title><h1>404 steps to the tower</h1><p>Visitors count them on Sundays, says the keeper.",
    ],
)
def test_a_page_that_shows_something_is_no_obstacle(html: str) -> None:
    assert obstacle(html) == ""


@pytest.mark.parametrize("file", sorted(PAGES.glob("*.html")), ids=lambda file: file.stem)
def test_none_of_our_pages_is_an_obstacle(file: Path) -> None:
    base = json.loads(file.with_suffix(".json").read_text())["base"]
    found = extract(Document(base, file.read_bytes()), NOW)

    assert isinstance(found, Extraction)
    assert found.obstacle == ""


def test_each_obstacle_says_what_to_do() -> None:
    assert set(SAID) == {"login", "bot-wall", "portal", "error-page", "app-shell", "consent", "empty"}
    assert all(told(name).startswith("it is ") and "; " in told(name) for name in SAID)
    assert told("") == ""
