"""Titles made to harm: neither feed, page, mail nor terminal is harmed, and no entry is lost."""

import email
import email.policy
import json
import re
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from tests.cli.conftest import Cli

HOSTILE = (
    "Carriage\rreturn and\nline feed",
    "Separator\u2028and\u2029paragraph and\u0085next line",
    "Nul\x00 and bell\x07 and escape\x1b[31m red",
    "Bidi \u202eoverride\u202c and \u2066isolate\u2069",
    "Ends a section ]]> too early",
    "<script>alert('here')</script> in the title",
    "Quotes \" and ' and & ampersands",
    "Vertical\x0btab and\x0cform feed",
    "=cmd|' /C calc'!A0 as a formula",
    "Half a \\ud83d pair",
)


def rss(titles: tuple[str, ...]) -> bytes:
    """A feed as a careless institution writes it: raw control characters and all."""
    items = "".join(
        f"<item><title><![CDATA[{title.replace(']]>', ']]]]><![CDATA[>')}]]></title>"
        f"<link>https://mill.example/n/{number}</link><guid>mill-{number}</guid>"
        f"<description>Words about item {number}.</description></item>"
        for number, title in enumerate(titles)
    )
    whole = (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Mill</title>{items}</channel></rss>'
    )
    return whole.encode("utf-8", "surrogatepass")


@pytest.fixture
def service(tidings: Cli) -> Cli:
    (tidings.folder / "hostile.xml").write_bytes(rss(HOSTILE))
    tidings("subscriber", "add", "reader@example.org", "--topic", "all", "--every", "now", "--confirmed")
    tidings("source", "add", "hostile.xml", "--id", "mill", "--as-new", "--yes")
    tidings("run", "--once")
    return tidings


def test_every_entry_is_there_with_clean_words(service: Cli) -> None:
    entries = service("entry", "list", "--json").json["entries"]

    assert len(entries) == len(HOSTILE)
    assert "Vertical tab and form feed" in [entry["title"] for entry in entries]
    for entry in entries:
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", entry["title"])


def test_the_terminal_gets_no_control_character(service: Cli) -> None:
    said = service("entry", "list").stdout

    assert "escape[31m red" in said
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]", said)


def test_every_feed_parses_with_every_entry(service: Cli) -> None:
    atom = service("feed", "show", "all", "--format", "atom").stdout.encode()
    rss_feed = service("feed", "show", "all", "--format", "rss").stdout.encode()

    for body in (atom, rss_feed):
        etree.fromstring(body, etree.XMLParser(resolve_entities=False))
        parsed = feedparser.parse(body)
        assert not parsed.bozo
        assert len(parsed.entries) == len(HOSTILE)
        assert any("]]>" in entry.title for entry in parsed.entries)
    items = json.loads(service("feed", "show", "all", "--format", "json").stdout)["items"]
    assert len(items) == len(HOSTILE)


def test_the_mail_is_one_well_formed_mail(service: Cli) -> None:
    (file,) = (service.folder / "tidings.mails").glob("*.eml")
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))

    assert mail["To"] == "reader@example.org"
    assert not mail.defects
    assert plain is not None
    assert html is not None
    assert "Carriage return and line feed" in plain.get_content()
    assert "<script" not in html.get_content()
    assert "in the title" in html.get_content()
    assert "&amp; ampersands" in html.get_content()


def test_a_page_shows_markup_as_words(service: Cli, tmp_path: Path) -> None:
    made = tmp_path / "preview.html"
    service("digest", "preview", "--topic", "all", "--html", str(made))

    assert "<script" not in made.read_text(encoding="utf-8")
