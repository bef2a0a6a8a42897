"""The how-tos: the blocks of commands that can run here do what the pages say."""

import re
from datetime import datetime
from pathlib import Path

from cli.sample_site import NEWS
from mail import tokens
from state import keys
from state.store import Store
from tests.docs.conftest import Reader
from tests.docs.pages import ROOT, blocks

HOWTO = ROOT / "docs" / "howto"
MEMBERS = """\
"Email Address","First Name","Last Name",MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,TAGS
sok@example.org,Sok,,2,"2021-03-01 10:00:00","2021-03-01 10:05:00",
"mara@example.org",Mara,"of the ""old"" mill",3,"2022-03-01 10:00:00","2022-03-01 10:05:00",
"""


def commands(page: str) -> list[str]:
    return [block.text for block in blocks(HOWTO / page) if block.language == "sh"]


def test_backups_are_made_restored_and_tried_as_the_page_says(reader: Reader) -> None:
    place = reader.folder / "backups"
    place.mkdir()
    reader.stands_for = {"/srv/backups": str(place)}
    reader.types("tidings init && tidings source add https://example.org/news --id news --yes")
    backup, restore, trial = commands("backups.md")

    reader.types(backup)
    reader.types(backup)  # --yes: the older one makes room
    reader.types("tidings source remove news --yes")
    reader.types(restore)

    assert "news" in reader.types("tidings source list")
    assert [file.name for file in place.iterdir()] == ["tidings-monday.backup"]
    assert "sources: 1 active" in reader.types(trial)


def test_the_feeds_of_rss2email_are_taken_over(reader: Reader) -> None:
    (reader.folder / "feeds.opml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="1.0">\n<head><title>rss2email</title></head>\n<body>\n'
        f'<outline type="rss" text="mill" xmlUrl="{reader.site.url}{NEWS}?part=1&amp;form=rss"/>\n'
        f'<outline type="rss" text="gone" xmlUrl="{reader.site.url}/nowhere"/>\n'
        "</body>\n</opml>\n",
        encoding="utf-8",
    )
    _rss2email, take_over, subscribe = commands("from-rss2email.md")

    printed = reader.types(take_over)

    assert f"{NEWS}?part=1&form=rss" in reader.types("tidings source list --json")
    assert f"not taken over: {reader.site.url}/nowhere" in printed
    assert "planned 0 messages" in reader.types(subscribe), "nothing comes a second time"


def test_the_subscribed_of_mailchimp_are_taken_over_and_get_nothing_old(reader: Reader) -> None:
    (reader.folder / "subscribed.csv").write_text(MEMBERS, encoding="utf-8")
    take_over, first = commands("from-mailchimp-rss.md")
    reader.types("tidings init")

    printed = reader.types(take_over)

    assert "sok@example.org" in printed
    assert "mara@example.org" in printed
    printed = reader.types(first)
    assert "Ferry crews" in printed, "the preview shows what they would get"
    assert "planned 0 messages" in printed


def test_the_pattern_for_bounces_fits_the_addresses_we_use(store: Store, now: datetime) -> None:
    text = (HOWTO / "relay-and-dkim.md").read_text("utf-8")
    (pattern,) = re.findall(r"^    /(\^b-.*\$)/  postmaster", text, re.MULTILINE)
    with store.write() as db:
        signed = keys.ensure(db, "token", now=now)

    for message in (1, 123_456_789):
        address = f"{tokens.bounce(signed, message)}@example.org"
        assert re.fullmatch(pattern, address)
    assert not re.fullmatch(pattern, "bob@example.org")


def test_what_docker_compose_is_told_on_the_pages_is_there() -> None:
    text = "".join(page.read_text("utf-8") for page in HOWTO.glob("*.md"))

    for line in text.splitlines():
        if "docker compose " in line and "--env-file" in line:
            assert Path(ROOT / line.split("--env-file ")[1].split()[0]).exists()
    assert "docker/make-secrets.sh" in text


def test_sources_are_watched_and_looked_after_as_the_page_says(reader: Reader) -> None:
    add, _drawn, many, alarms, replay = commands("watching.md")  # tests/cli/test_browser.py draws
    (reader.folder / "sources.csv").write_text(
        f"where,title\n{reader.site.url}/resources/,Resources\n{reader.site.url}/nowhere,Nowhere\n", encoding="utf-8"
    )

    added = reader.types(add)
    imported = reader.types(many.replace("import sources.csv\n", "import sources.csv || true\n"))
    told = reader.types(alarms)
    reader.types(replay)

    assert "page 2 of 20" in added
    assert "the list ends with page 2" in added
    assert "/nowhere" in imported
    assert "/resources/" in reader.types("tidings source list --json")
    assert "/feeds/admin-" in told


def test_webhooks_are_added_as_the_page_says(reader: Reader) -> None:
    (add,) = commands("webhooks.md")
    reader.types("tidings init")

    printed = reader.types(add)

    assert "secret: whsec_" in printed
    assert printed.count("https://example.org/hook") == 2


def test_a_newsletter_is_watched_as_the_page_says(reader: Reader) -> None:
    for part in ("new", "cur", "tmp"):
        (reader.folder / "mill" / part).mkdir(parents=True)
    reader.stands_for = {"/srv/mail/mill": str(reader.folder / "mill")}
    add, poll, listed = commands("newsletters.md")[0].splitlines()
    reader.types("tidings init")
    reader.types(add)
    (reader.folder / "mill" / "new" / "1.M1.host").write_bytes(b"Subject: Looms stand still\r\n\r\nOn Mondays.\r\n")

    reader.types(poll)

    assert "Looms stand still" in reader.types(listed)
