"""The command line from end to end: real files, a real database, the built-in sink."""

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.samples import NOTICES, with_one_more
from tests.fakes.site import Site

Write = Callable[[str, str], Path]


def test_from_a_folder_to_a_digest_and_once_only(tidings: Cli, documents: Write) -> None:
    folder = documents("notices.txt", NOTICES)
    tidings("topic", "add", "safety", "--title", "Safety", "--any", "safety")
    tidings("subscriber", "add", "reader@example.org", "--topic", "all", "--every", "now", "--confirmed")
    added = tidings(
        "source", "add", str(folder), "--id", "mill", "--base-url", "https://mill.example/", "--yes", "--json"
    )
    assert len(added.json["new"]) == 2

    baseline = tidings("run", "--once")
    assert "planned 0 messages" in baseline.stdout

    documents_file = folder / "notices.txt"
    documents_file.write_text(with_one_more(NOTICES), encoding="utf-8")
    tidings("source", "poll", "--all")
    first = tidings("run", "--once")
    again = tidings("run", "--once")

    assert "planned 1 messages; delivery: 1 accepted" in first.stdout
    assert "planned 0 messages" in again.stdout
    mails = sorted((tidings.folder / "tidings.mails").glob("*.eml"))
    assert len(mails) == 1
    assert b"Night shifts end in June" in mails[0].read_bytes()
    assert len(tidings("entry", "list", "--json").json["entries"]) == 3
    assert [one["title"] for one in tidings("entry", "list", "--topic", "safety", "--json").json["entries"]] == [
        "Safety day for apprentices"
    ]


def test_feeds_name_an_address_that_is_given_later(tidings: Cli, documents: Write) -> None:
    tidings("source", "add", str(documents("notices.txt", NOTICES)), "--id", "mill", "--as-new", "--yes")
    assert "http://127.0.0.1:8000/entries/" in tidings("feed", "show", "all", "--format", "json").stdout

    tidings.environment["TIDINGS_SITE__URL"] = "https://mill.example.org"
    tidings("run", "--once")

    feed = tidings("feed", "show", "all", "--format", "json").stdout
    assert "https://mill.example.org/entries/" in feed
    assert "127.0.0.1" not in feed


def test_every_listing_speaks_json_and_its_ids_are_what_show_takes(tidings: Cli, documents: Write) -> None:
    tidings("topic", "add", "safety", "--title", "Safety", "--any", "safety")
    tidings("source", "add", str(documents("notices.txt", NOTICES)), "--id", "mill", "--as-new", "--yes")
    tidings("subscriber", "add", "reader@example.org", "--topic", "safety", "--every", "now", "--confirmed")
    tidings("subscription", "add", "reader@example.org", "all", "--every", "daily")
    tidings(
        "source", "add", str(tidings.folder / "tidings.toml"), "--id", "odd", "--kind", "text", "--yes", expect=None
    )

    for plural, words in (
        ("sources", ("source",)),
        ("topics", ("topic",)),
        ("entries", ("entry",)),
        ("feeds", ("feed",)),
        ("subscribers", ("subscriber",)),
        ("messages", ("outbox",)),
        ("digests", ("digest",)),
    ):
        rows = tidings(*words, "list", "--json").json[plural]
        assert tidings(*words, "list").exit_code == 0
        if words[0] in ("source", "topic", "entry"):
            shown = tidings(*words, "show", rows[0]["id"], "--json").json
            assert next(iter(shown.values()))["id"] == rows[0]["id"]
            assert rows[0]["id"] in tidings(*words, "show", rows[0]["id"]).stdout
    assert (
        tidings("subscriber", "show", "reader@example.org", "--json").json["subscriber"]["email"]
        == "reader@example.org"
    )
    assert "added" in tidings("subscriber", "show", "reader@example.org").stdout
    assert len(tidings("subscription", "list", "--json").json["subscriptions"]) == 2
    status = tidings("status", "--json").json
    assert {"alarms", "sources", "outbox", "next"} <= status.keys()
    assert tidings("status").exit_code == 0


def test_subscriptions_are_managed_by_command(tidings: Cli) -> None:
    tidings("topic", "add", "safety", "--title", "Safety", "--any", "safety")
    tidings(
        "subscriber", "add", "A.Reader@Example.org", "--topic", "all", "--every", "weekly", "--on", "fri", "--confirmed"
    )
    person = tidings("subscriber", "show", "a.reader@example.org", "--json").json["subscriber"]
    assert (person["state"], person["weekday"], person["at"]) == ("confirmed", 4, "09:00")

    tidings("subscription", "add", "a.reader@example.org", "safety?country=KH", "--every", "daily")
    tidings("subscription", "change", "a.reader@example.org", "all", "--every", "monthly")
    rows = tidings("subscription", "list", "a.reader@example.org", "--json").json["subscriptions"]
    assert {(row["topic"], row["every"]) for row in rows} == {("safety?country=KH", "daily"), ("all", "monthly")}

    tidings("subscription", "remove", "a.reader@example.org", "all")
    tidings("subscriber", "pause", "a.reader@example.org")
    tidings("subscriber", "resume", "a.reader@example.org")
    assert "--yes" in tidings("subscriber", "remove", "a.reader@example.org", expect=1).stderr
    tidings("subscriber", "remove", "a.reader@example.org", "--yes")
    assert tidings("subscriber", "list", "--state", "confirmed", "--json").json["subscribers"] == []

    back = tidings("subscriber", "add", "a.reader@example.org", "--topic", "all", "--confirmed", expect=1)
    assert "only the person can come back" in back.stderr


def test_somebody_new_is_asked_first(tidings: Cli) -> None:
    tidings("subscriber", "add", "new@example.org", "--topic", "all")
    tidings("run", "--once")

    (mail,) = (tidings.folder / "tidings.mails").glob("*.eml")
    assert b"/confirm/" in mail.read_bytes()
    assert (
        tidings("subscriber", "list", "--state", "pending", "--json").json["subscribers"][0]["email"]
        == "new@example.org"
    )


def test_digests_can_be_seen_before_and_after(tidings: Cli, documents: Write) -> None:
    tidings("subscriber", "add", "reader@example.org", "--topic", "all", "--every", "now", "--confirmed")
    tidings("source", "add", str(documents("notices.txt", NOTICES)), "--id", "mill", "--as-new", "--yes")

    assert "Grain deliveries" in tidings("digest", "preview", "reader@example.org").stdout
    page = tidings.folder / "preview.html"
    tidings("digest", "preview", "--topic", "all", "--since", "1d", "--html", str(page))
    assert "<html" in page.read_text(encoding="utf-8")
    assert "1 digests would be sent" in tidings("digest", "send", "--now", "--dry-run").stdout
    assert tidings("outbox", "list", "--json").json["messages"] == []
    assert tidings("digest", "send", "--now", "--json").json["delivery"] == {"accepted": 1}
    (made,) = tidings("digest", "list", "--json").json["digests"]
    assert made["messages"] == {"accepted": 1}
    assert "Grain deliveries" in tidings("digest", "show", made["id"]).stdout
    (message,) = tidings("outbox", "list", "--json").json["messages"]
    assert "accepted" in tidings("outbox", "show", str(message["id"])).stdout
    assert "outbox show" in tidings("outbox", "retry", str(message["id"]), expect=1).stderr


def test_feeds_can_be_shown_built_and_listed(tidings: Cli, documents: Write) -> None:
    tidings("source", "add", str(documents("notices.txt", NOTICES)), "--id", "mill", "--as-new", "--yes")

    for form in ("atom", "rss", "json"):
        assert "Safety day for apprentices" in tidings("feed", "show", "all", "--format", form).stdout
    assert tidings("feed", "build", "--all", "--json").json["failed"] == []
    names = {row["id"] for row in tidings("feed", "list", "--json").json["feeds"]}
    assert names == {"all", "source-mill"}
    assert [row["entries"] for row in tidings("feed", "list", "--json").json["feeds"]] == [2, 2]
    assert "0 changed, 2 built to the same bytes" in tidings("feed", "build", "--all").stdout
    assert "<opml" in tidings("opml", "export").stdout
    tidings("opml", "export", "all.opml")
    assert (tidings.folder / "all.opml").read_bytes().startswith(b"<?xml")


def test_feeds_are_checked_ours_and_those_of_others(tidings: Cli, documents: Write) -> None:
    tidings("source", "add", str(documents("notices.txt", NOTICES)), "--id", "mill", "--as-new", "--yes")

    assert "2 feeds checked, 0 with complaints" in tidings("feed", "check").stdout
    own = tidings("feed", "check", "--json").json["feeds"]
    assert {(one["id"], one["form"]) for one in own} == {
        (name, form) for name in ("all", "source-mill") for form in ("atom", "rss", "json")
    }

    body = tidings("feed", "show", "all", "--format", "rss").stdout
    (tidings.folder / "good.xml").write_text(body, encoding="utf-8")
    (tidings.folder / "bad.xml").write_text(
        body.replace("<guid", "<gone").replace("</guid", "</gone"), encoding="utf-8"
    )
    (tidings.folder / "bad.json").write_text('{"version": "1"}', encoding="utf-8")
    assert "1 feed checked, 0 with" in tidings("feed", "check", "good.xml").stdout
    assert "bad.xml (rss): an entry has no id" in tidings("feed", "check", "bad.xml", expect=1).stdout
    assert tidings("feed", "check", "bad.json", "--json", expect=1).json["feeds"][0]["form"] == "json"
    assert "nothing.xml could not be read" in tidings("feed", "check", "nothing.xml", expect=1).stderr


async def test_a_feed_is_checked_at_its_address(tidings: Cli) -> None:
    async with Site() as site:
        url = site.puts("/feed", "<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title></feed>", "application/xml")
        done = await asyncio.to_thread(tidings, "feed", "check", url, expect=1)

    assert f"{url} (atom): feed has 0 id, wanted one that is not empty" in done.stdout


def test_a_topic_can_be_tried_added_imported_and_closed(tidings: Cli, documents: Write) -> None:
    tidings("source", "add", str(documents("notices.txt", NOTICES)), "--id", "mill", "--as-new", "--yes")
    tried = tidings("topic", "try", "night", "--any", "safety day", "--json").json
    assert len(tried["add"]) == 1
    assert tidings("topic", "list", "--json").json["topics"] == []

    file = tidings.folder / "topics.json"
    file.write_text(json.dumps({"topics": [{"id": "safety", "name": "Safety", "any": ["safety"]}], "countries": []}))
    tidings("topic", "import", str(file))
    assert [t["entries"] for t in tidings("topic", "list", "--json").json["topics"]] == [1]
    assert "any: safety" in tidings("topic", "show", "safety").stdout
    assert "1 stay" in tidings("topic", "try", "safety").stdout
    assert "already" in tidings("topic", "add", "safety", "--title", "S", expect=1).stderr
    assert "--yes" in tidings("topic", "remove", "safety", expect=1).stderr
    tidings("topic", "remove", "safety", "--yes")
    assert tidings("topic", "list", "--json").json["topics"] == []
    assert "closed" in tidings("feed", "show", "safety", expect=1).stderr


def test_a_topic_is_edited_a_part_at_a_time(tidings: Cli, documents: Write) -> None:
    tidings("source", "add", str(documents("notices.txt", NOTICES)), "--id", "mill", "--as-new", "--yes")
    idle = tidings("topic", "add", "days", "--title", "Days")
    assert "topic edit days" in idle.stderr

    done = tidings("topic", "edit", "days", "--any", "safety day", "--none", "birthday", "--json").json
    assert (done["filed"], done["topic"]["any"], done["topic"]["none"]) == (1, ["safety day"], ["birthday"])
    assert [one["topics"] for one in tidings("entry", "list", "--topic", "days", "--json").json["entries"]] == [
        ["days"]
    ]

    after = tidings("topic", "edit", "days", "--title", "Days of the year", "--none", "", "--json").json["topic"]
    assert (after["title"], after["any"], after["none"]) == ("Days of the year", ["safety day"], [])
    assert "Days of the year" in tidings("feed", "show", "days").stdout


def test_a_topic_that_was_closed_is_added_again_not_edited(tidings: Cli) -> None:
    tidings("topic", "add", "days", "--title", "Days", "--any", "day")
    tidings("topic", "remove", "days", "--yes")

    assert "topic add days" in tidings("topic", "edit", "days", "--title", "Nights", expect=1).stderr
    tidings("topic", "add", "days", "--title", "Days again", "--any", "day")
    assert [one["title"] for one in tidings("topic", "list", "--json").json["topics"]] == ["Days again"]
    assert "Days again" in tidings("feed", "show", "days").stdout


def test_exported_topics_are_what_import_reads(tidings: Cli) -> None:
    text = json.dumps(
        {
            "topics": [{"id": "boats", "name": "Boats", "name_km": "ទូក", "any": ["boat*"], "all": [], "none": []}],
            "countries": [{"iso": "KH", "names": ["Cambodia"], "places": [], "none": []}],
        }
    )
    (tidings.folder / "topics.json").write_text(text, encoding="utf-8")
    tidings("topic", "import", "topics.json")

    assert json.loads(tidings("topic", "export").stdout) == json.loads(text)
    tidings("topic", "export", "out.json")
    assert json.loads((tidings.folder / "out.json").read_text(encoding="utf-8")) == json.loads(text)


def test_sources_are_paused_resumed_and_removed(tidings: Cli, documents: Write) -> None:
    tidings("source", "add", str(documents("notices.txt", NOTICES)), "--id", "mill", "--yes")
    tidings("source", "pause", "mill")
    assert tidings("source", "show", "mill", "--json").json["source"]["state"] == "paused"
    tidings("source", "resume", "mill")
    assert tidings("source", "poll", "mill", "--json").json["polled"][0]["outcome"] in ("unchanged", "not-modified")
    assert "--yes" in tidings("source", "remove", "mill", expect=1).stderr
    tidings("source", "remove", "mill", "--yes")
    assert len(tidings("entry", "list", "--json").json["entries"]) == 2


def test_a_record_is_told_in_words_not_in_python(tidings: Cli, documents: Write) -> None:
    tidings("topic", "add", "safety", "--title", "Safety", "--any", "safety")
    folder = str(documents("notices.txt", NOTICES))
    added = tidings("source", "add", folder, "--id", "mill", "--every", "2h", "--as-new", "--yes")
    source = tidings("source", "show", "mill").stdout
    entry = tidings("entry", "list", "--topic", "safety", "--json").json["entries"][0]["id"]

    assert "\n  2026" in added.stderr  # its entries stand below it
    assert "every:            2h\n" in source
    assert "fixed:            yes\n" in source
    assert "ignore_robots" not in source
    assert re.search(r"^next_poll_at:     \d{4}-\d\d-\d\d \d\d:\d\d UTC$", source, re.MULTILINE)
    assert "topics:           safety\n" in tidings("entry", "show", entry).stdout
    assert "every is '6h'" in tidings("source", "edit", "mill", "--every", "6h").stdout


@pytest.mark.parametrize(
    "words",
    [
        ("source", "show", "nowhere"),
        ("source", "poll", "nowhere"),
        ("source", "remove", "nowhere", "--yes"),
        ("topic", "show", "nothing"),
        ("entry", "show", "zzz"),
        ("entry", "list", "--topic", "nothing"),
        ("feed", "show", "nothing"),
        ("subscriber", "show", "nobody@example.org"),
        ("subscription", "add", "nobody@example.org", "all"),
        ("digest", "show", "nothing"),
        ("outbox", "show", "99"),
    ],
)
def test_an_unknown_id_says_where_to_look(tidings: Cli, words: tuple[str, ...]) -> None:
    done = tidings(*words, expect=1)

    assert "list" in done.stderr
    assert any(word.strip("-") in done.stderr for word in words[2:])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("subscriber", "add", "not an address", "--topic", "all"), "address"),
        (("subscriber", "add", "a@example.org\r\nBcc: b@example.org", "--topic", "all"), "address"),
        (("subscriber", "add", "a@example.org", "--topic", "nothing"), "topic"),
        (("subscriber", "add", "a@example.org", "--topic", "all", "--timezone", "Mars/Olympus"), "time zone"),
        (("subscriber", "add", "a@example.org", "--topic", "all", "--at", "25:00"), "25:00"),
        (("subscriber", "add", "a@example.org", "--topic", "all", "--on", "someday"), "weekday"),
        (("subscriber", "add", "a@example.org", "--topic", "all", "--every", "hourly"), "weekly"),
        (("subscriber", "add", "a@example.org", "--topic", "all?colour=red"), "colour"),
        (("source", "poll"), "say what to poll"),
        (("source", "add", "ftp://example.org/", "--yes"), "http"),
        (("source", "add", "no-such-file.txt", "--yes"), "neither"),
        (("topic", "add", "all", "--title", "All"), "all"),
        (("topic", "add", "Has Spaces", "--title", "S"), "Has Spaces"),
        (("topic", "add", "odd", "--title", "Odd", "--any", "~3"), "between words"),
        (("topic", "edit", "odd"), "say what to change"),
        (("entry", "list", "--source", "nothing"), "source list"),
        (("entry", "list", "--country", "Cambodia"), "two letters"),
        (("digest", "preview"), "say for whom"),
        (("entry", "list", "--since", "soon"), "30d"),
        (("source", "add", "x", "--every", "often"), "duration"),
        (("source", "add", "x", "--every", "0s"), "it cannot be 0"),
        (("source", "add", "", "--yes"), "nothing was said"),
        (("extract", ""), "no address"),
        (("extract", "ftp://example.org/list"), "http or https"),
        (("extract", "http://"), "names no host"),
    ],
)
def test_misuse_says_what_was_expected(tidings: Cli, words: tuple[str, ...], says: str) -> None:
    done = tidings(*words, expect=None)

    assert done.exit_code in (1, 2)
    assert says in done.stderr
    assert "Traceback" not in done.stderr
