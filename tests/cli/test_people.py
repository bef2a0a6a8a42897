"""People by the command line: hostile addresses, files of people, edits, the stop-list, and why."""

import asyncio
import csv
import io
import os
import re
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.samples import NOTICES, with_one_more
from tests.fakes.postmaster import Postmaster

ROOT = Path(__file__).parent.parent.parent
# A command that was started in the background is started deaf to Ctrl-C, and so would be what it starts.
HEARS_CTRL_C = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from cli.main import main
main()
"""
SOK, NEW = "sok@example.org", "sok@example.net"
HEAD = "email,topics,every,at,on,timezone,language,state\n"

# 29 addresses that mean harm, or look as if: None = refused, else how it is kept.
HOSTILE: dict[str, str | None] = {
    "sok@example.org\r\nRCPT TO:<eve@example.org>": None,
    "sok@example.org\nBcc: eve@example.org": None,
    "sok\r@example.org": None,
    "sok\x00@example.org": None,
    "sok@example.org\x00.example.net": None,
    "sok\x1b[31m@example.org": None,
    "sok\u2028@example.org": None,
    "sok\u202egro.elpmaxe@example.org": None,
    "sok\u200b@example.org": None,
    "s" * 65 + "@example.org": None,
    "sok@" + "a" * 64 + ".example.org": None,
    "sok@" + "a.example." * 30 + "org": None,
    "s" * 100_000 + "@example.org": None,
    '"sok dara"@example.org': None,
    '"sok\\"><script>"@example.org': None,
    '"\r\n.\r\n"@example.org': None,
    "Sok <sok@example.org>": None,
    "<sok@example.org>": None,
    "sok@example.org, eve@example.org": None,
    "sok@example.org;eve@example.org": None,
    "sok@eve.example@example.org": None,
    "sok@[127.0.0.1]": None,
    "sok@127.0.0.1": None,
    "sok@localhost": None,
    "../../etc/passwd@example.org/": None,
    "sok@xn--a.example": None,
    "sok@b\u00fccher.example": "sok@b\u00fccher.example",  # IDN: the same as its A-label
    "s\u043ek@example.org": "s\u043ek@example.org",  # a Cyrillic o: somebody else than Sok
    "sok@\u0435xample.org": "sok@\u0435xample.org",  # a Cyrillic e: another domain
}


def people(tidings: Cli) -> dict[str, str]:
    return {one["email"]: one["state"] for one in tidings("subscriber", "list", "--json").json["subscribers"]}


def write(tidings: Cli, text: str | bytes, name: str = "people.csv") -> str:
    (tidings.folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return name


def test_there_are_29_hostile_addresses() -> None:
    assert len(HOSTILE) == 29


@pytest.mark.parametrize("address", HOSTILE, ids=range(29))
def test_a_hostile_address_is_refused_or_kept_apart(tidings: Cli, address: str) -> None:
    """By every way in: added, edited to, and imported beside Sok, who is there already."""
    kept = HOSTILE[address]
    tidings("subscriber", "add", SOK, "--topic", "all", "--confirmed")
    cells = io.StringIO()
    csv.writer(cells).writerow((address, "all"))
    file = write(tidings, "email,topics\n" + cells.getvalue())
    if kept is None:
        for words in (("add", "--topic", "all", "--confirmed", "--", address), ("show", "--", address)):
            told = tidings("subscriber", *words, expect=2)
            assert "cannot be used" in told.stderr or "control character" in told.stderr
            assert not set(told.stderr) & {"\x00", "\x1b", "\r", "\u202e"}
        tidings("subscriber", "edit", SOK, f"--email={address}", expect=2)
        tidings("subscriber", "import", file, "--confirmed", expect=1)
        assert people(tidings) == {SOK: "confirmed"}
        report = (tidings.folder / "people.csv.report.csv").read_text(encoding="utf-8")
        assert not set(report) & {"\x00", "\x1b", "\u202e"}
        return
    tidings("subscriber", "import", file, "--confirmed")
    assert people(tidings) == {SOK: "confirmed", kept: "confirmed"}
    tidings("subscriber", "remove", kept, "--yes")
    assert people(tidings)[SOK] == "confirmed"


# ---- import and export ----


def test_an_import_says_what_it_did_and_lists_what_it_refused(tidings: Cli) -> None:
    file = write(
        tidings, b"\xef\xbb\xbf" + b"Email,Topics,Note\r\nsok@example.org,all,\r\nnobody,all,\r\n,,\r\n=1+1,all,\r\n"
    )

    done = tidings("subscriber", "import", file, "--confirmed")

    assert done.stdout == (
        "people.csv: 3 rows: 1 added, 0 changed, 0 were so already, 2 refused (see people.csv.report.csv)\n"
    )
    assert "columns that are not used: note" in done.stderr
    assert "line 3: address 'nobody' cannot be used" in done.stderr
    with (tidings.folder / "people.csv.report.csv").open(newline="", encoding="utf-8") as report:
        rows = list(csv.DictReader(report))
    assert [(row["line"], row["email"]) for row in rows] == [("3", "nobody"), ("5", "'=1+1")]


def test_a_report_goes_away_when_nothing_is_refused_any_more(tidings: Cli) -> None:
    tidings("subscriber", "import", write(tidings, "email\nnobody\nsok@example.org\n"), "--topic", "all", "--confirmed")
    assert (tidings.folder / "people.csv.report.csv").exists()

    tidings("subscriber", "import", write(tidings, "email\nsok@example.org\n"), "--topic", "all", "--confirmed")

    assert not (tidings.folder / "people.csv.report.csv").exists()


def test_a_report_that_cannot_be_written_is_on_stderr(tidings: Cli) -> None:
    file = write(tidings, "email\n" + "nobody\n" * 30 + "sok@example.org\n")

    done = tidings("subscriber", "import", file, "--topic", "all", "--confirmed", "--report", "no/such/folder.csv")

    assert "cannot be written" in done.stderr
    assert done.stderr.count("cannot be used") == 30


def test_an_import_counts_in_json(tidings: Cli) -> None:
    file = write(tidings, "email,topics\nsok@example.org,all\nsok@example.org,all\nnobody,all\n")

    counts = tidings("subscriber", "import", file, "--confirmed", "--json").json["import"]

    assert (counts["rows"], counts["added"], counts["unchanged"], counts["refused"]) == (3, 1, 1, 1)
    assert counts["report"].endswith("people.csv.report.csv")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_file_with_a_mark_is_read(tidings: Cli, encoding: str) -> None:
    file = write(tidings, "email,topics\nsök@example.org,all\n".encode(encoding))

    tidings("subscriber", "import", file, "--confirmed")

    assert people(tidings) == {"sök@example.org": "confirmed"}


def test_latin_1_is_refused_before_anybody_is_added_and_taken_when_it_is_named(tidings: Cli) -> None:
    file = write(tidings, "email,topics\nsok@example.org,all\nsök@example.org,all\n".encode("latin-1"))

    done = tidings("subscriber", "import", file, "--confirmed", expect=1)

    assert "people.csv:3 is not utf-8" in done.stderr
    assert people(tidings) == {}
    tidings("subscriber", "import", file, "--confirmed", "--encoding", "latin-1")
    assert len(people(tidings)) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("sok@example.org\n", "without a column email"),
        ("email\nsok@example.org\n", "--topic T"),
    ],
)
def test_a_file_that_says_too_little_is_refused(tidings: Cli, text: str, words: str) -> None:
    assert words in tidings("subscriber", "import", write(tidings, text), "--confirmed", expect=1).stderr


def test_without_vouching_confirmations_go_out_only_if_they_are_asked_for(tidings: Cli) -> None:
    file = write(tidings, HEAD + f"{SOK},all,daily\n")
    tidings("subscriber", "import", file)
    assert people(tidings) == {SOK: "pending"}
    assert tidings("outbox", "list", "--json").json["messages"] == []

    for _ in range(2):
        tidings("subscriber", "import", file, "--send-confirmations")

    assert [one["recipient"] for one in tidings("outbox", "list", "--json").json["messages"]] == [SOK]
    assert tidings("subscriber", "import", file, "--confirmed", "--send-confirmations", expect=2).exit_code == 2


def test_what_is_exported_makes_the_same_people_elsewhere(tidings: Cli) -> None:
    tidings("topic", "add", "mill", "--title", "Mill", "--any", "mill")
    file = write(
        tidings,
        HEAD
        + f"{SOK},all,weekly,07:30,fri;15,Asia/Phnom_Penh,km,confirmed\n{SOK},mill?country=KH,monthly\n"
        + "'=dara@example.org,mill;all,now,,,,,pending\nli@example.org,all,daily,,,,,paused\n",
    )
    tidings("subscriber", "import", file, "--confirmed")
    first = tidings("subscriber", "export").stdout
    assert "\n'=dara@example.org,all;mill,now," in first
    before = tidings("subscriber", "list", "--json").json["subscribers"]
    for path in tidings.folder.glob("tidings.db*"):
        path.unlink()
    tidings("init")
    tidings("topic", "add", "mill", "--title", "Mill", "--any", "mill")

    tidings("subscriber", "import", write(tidings, first, "again.csv"), "--confirmed")

    assert tidings("subscriber", "export").stdout == first
    after = tidings("subscriber", "list", "--json").json["subscribers"]
    kept = ("email", "state", "at", "weekday", "monthday", "timezone", "language", "topics")
    assert [{name: one[name] for name in kept} for one in after] == [
        {name: one[name] for name in kept} for one in before
    ]


def test_a_wish_for_notes_is_edited_shown_and_goes_through_a_file(tidings: Cli) -> None:
    tidings("subscriber", "add", SOK, "--topic", "all", "--confirmed")
    tidings("subscriber", "add", NEW, "--topic", "all", "--confirmed")
    assert "note" not in tidings("subscriber", "export").stdout
    assert "note" not in tidings("subscriber", "show", SOK).stdout.partition("log:")[0]

    done = tidings("subscriber", "edit", SOK, "--note")
    assert "a note when nothing is new: as the site's setting to yes" in done.stdout
    tidings("subscriber", "edit", NEW, "--no-note")

    assert "a note when nothing is new: yes" in tidings("subscriber", "show", SOK).stdout
    written = tidings("subscriber", "export").stdout
    assert written == (
        HEAD.replace("state", "state,empty_note")
        + f"{NEW},all,weekly,09:00,mon,UTC,en,confirmed,no\n{SOK},all,weekly,09:00,mon,UTC,en,confirmed,yes\n"
    )
    for path in tidings.folder.glob("tidings.db*"):
        path.unlink()
    tidings("init")
    tidings("subscriber", "import", write(tidings, written), "--confirmed")
    assert tidings("subscriber", "export").stdout == written


def test_mail_at_once_that_would_be_too_much_is_told_with_a_calmer_offer(tidings: Cli) -> None:
    today = datetime.now(UTC).date()
    listed = "".join(
        f"<li><a href='/n/{at}.html'>Notice number {at} of the mill</a> {today - timedelta(days=at // 3):%d %B %Y}</li>"
        for at in range(3, 60)
    )
    (tidings.folder / "notices.html").write_text(f"<html><body><h1>Notices</h1><ul>{listed}</ul></body></html>")
    tidings("source", "add", "notices.html", "--base-url", "https://mill.example.org/", "--yes")

    calm = tidings("subscriber", "add", SOK, "--topic", "all", "--every", "daily", "--confirmed")
    much = tidings("subscriber", "add", NEW, "--topic", "all", "--every", "now", "--confirmed")
    again = tidings("subscription", "change", SOK, "all", "--every", "now")

    assert calm.stderr == ""
    assert re.search(r"that is about (19|20|21|22) mails a week; once a day it would be about 7 mails", much.stderr)
    assert f'tidings subscription change {NEW} "all" --every daily' in much.stderr
    assert f'tidings subscription change {SOK} "all" --every daily' in again.stderr


def test_an_export_is_of_a_topic_and_leaves_out_who_left(tidings: Cli) -> None:
    tidings("topic", "add", "mill", "--title", "Mill", "--any", "mill")
    file = write(tidings, HEAD + f"{SOK},mill;all,daily\n{NEW},all,daily\nleft@example.org,mill,daily\n")
    tidings("subscriber", "import", file, "--confirmed")
    tidings("subscriber", "remove", "left@example.org", "--yes")

    of_topic = tidings("subscriber", "export", "--topic", "mill").stdout
    tidings("subscriber", "export", "--output", "all.csv")

    assert of_topic == HEAD + f"{SOK},all;mill,daily,09:00,,UTC,en,confirmed\n"
    everybody = (tidings.folder / "all.csv").read_text(encoding="utf-8")
    assert [line.split(",")[0] for line in everybody.splitlines()] == ["email", NEW, SOK]
    assert "left@example.org" in tidings("subscriber", "export", "--state", "left").stdout


def test_an_import_that_is_interrupted_says_where_it_is_and_goes_on(tidings: Cli) -> None:
    """The first refused row is told after the first chunk; then comes Ctrl-C."""
    rows = "".join(f"reader{number}@example.org,all\n" for number in range(60_000))
    file = write(tidings, "email,topics\nnobody,all\n" + rows)
    running = subprocess.Popen(
        [sys.executable, "-c", HEARS_CTRL_C, "subscriber", "import", file, "--confirmed"],
        cwd=tidings.folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    assert "line 2: address 'nobody'" in running.stderr.readline()
    running.send_signal(signal.SIGINT)
    _, told = running.communicate()

    assert running.returncode == 1
    assert "stopped: people.csv:" in told
    assert "Run the same command again" in told
    there = len(people(tidings))
    assert 0 < there < 60_000
    again = tidings("subscriber", "import", file, "--confirmed", "--json").json["import"]
    assert (again["added"], again["unchanged"], again["refused"]) == (60_000 - there, there, 1)


# ---- one person ----


def test_a_person_is_edited_and_every_change_is_in_the_log(tidings: Cli) -> None:
    tidings("subscriber", "add", SOK, "--topic", "all", "--every", "weekly", "--confirmed")

    tidings(
        "subscriber", "edit", SOK, "--at", "07:30", "--on", "fri", "--timezone", "Asia/Phnom_Penh", "--language", "km"
    )
    tidings("subscriber", "pause", SOK)
    tidings("subscriber", "resume", SOK)
    tidings("subscription", "change", SOK, "all", "--every", "daily")
    done = tidings("subscriber", "edit", SOK, "--email", NEW)

    assert "a mail that asks the new address for confirmation is queued" in done.stdout
    tidings("subscriber", "confirm", NEW)
    shown = tidings("subscriber", "show", NEW, "--json").json["subscriber"]
    assert (shown["at"], shown["weekday"], shown["timezone"], shown["state"]) == (
        "07:30",
        4,
        "Asia/Phnom_Penh",
        "confirmed",
    )
    assert [line["what"] for line in shown["log"]] == [
        "added, confirmed",
        "subscribed to all, weekly",
        "edited, digests at: 09:00 to 07:30",
        "edited, weekly on: Monday to Friday",
        "edited, time zone: UTC to Asia/Phnom_Penh",
        "edited, language: en to km",
        "pause: confirmed to paused",
        "resume: paused to confirmed",
        "all: weekly to daily",
        f"edited, address: {SOK} to {NEW}",
        "edited, confirmed to pending",
        "admit: pending to confirmed",
    ]
    assert {line["by"] for line in shown["log"]} == {"admin"}
    assert all(line["at"] for line in shown["log"])


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--confirmed",),
        ("--at", "25:00"),
        ("--timezone", "Mars/Base"),
        ("--on", "someday"),
        ("--on", "0"),
        ("--language", "!"),
    ],
)
def test_an_edit_that_says_nothing_or_nonsense_is_misuse(tidings: Cli, words: tuple[str, ...]) -> None:
    tidings("subscriber", "add", SOK, "--topic", "all", "--confirmed")

    assert tidings("subscriber", "edit", SOK, *words, expect=2).stderr


def test_forgetting_wants_yes_and_leaves_only_a_hash(tidings: Cli) -> None:
    tidings("subscriber", "add", SOK, "--topic", "all", "--confirmed")

    refused = tidings("subscriber", "forget", SOK, expect=1)
    assert "--yes" in refused.stderr
    assert people(tidings) == {SOK: "confirmed"}
    tidings("subscriber", "forget", SOK, "--yes")

    assert people(tidings) == {}
    assert "not known" in tidings("subscriber", "show", SOK, expect=1).stderr
    assert "was forgotten" in tidings("stoplist", "check", SOK.upper()).stdout
    file = write(tidings, HEAD + f"{SOK},all,daily\n")
    assert "only the person" in tidings("subscriber", "import", file, "--confirmed", expect=1).stderr
    assert people(tidings) == {}


def test_the_stop_list_shows_events_and_never_addresses(tidings: Cli) -> None:
    tidings("subscriber", "add", SOK, "--topic", "all", "--confirmed")
    assert "0 events" in tidings("stoplist", "list").stdout
    assert "not on the stop-list" in tidings("stoplist", "check", SOK).stdout
    tidings("subscriber", "remove", SOK, "--yes")

    listed = tidings("stoplist", "list", "--limit", "1")
    machine = tidings("stoplist", "list", "--json")
    checked = tidings("stoplist", "check", SOK, "--json").json["stoplist"]

    assert "1 events" in listed.stdout
    assert "left" in listed.stdout
    assert "sok" not in listed.stdout + machine.stdout
    assert machine.json["count"] == len(machine.json["events"]) == 1
    assert (checked["stopped"], checked["last"]["event"]) == (True, "left")


def test_a_list_is_complete_narrowed_or_limited(tidings: Cli) -> None:
    rows = "".join(f"reader{number:04}@example.org,all,daily\n" for number in range(1100))
    tidings("subscriber", "import", write(tidings, HEAD + rows), "--confirmed")
    tidings("topic", "add", "mill", "--title", "Mill", "--any", "mill")
    tidings("subscriber", "add", SOK, "--topic", "mill?country=KH", "--confirmed")
    tidings("subscriber", "pause", "reader0001@example.org")

    assert len(people(tidings)) == 1101
    for words, expected in (
        (("--topic", "mill"), [SOK]),
        (("--state", "paused"), ["reader0001@example.org"]),
        (("--state", "left"), []),
        (("--limit", "2"), ["reader0000@example.org", "reader0001@example.org"]),
    ):
        listed = tidings("subscriber", "list", "--json", *words).json["subscribers"]
        assert [one["email"] for one in listed] == expected


def test_next_digests_are_told_in_the_readers_time_and_only_where_they_come(tidings: Cli) -> None:
    add = ("subscriber", "add", SOK, "--topic", "all", "--every", "daily", "--timezone", "Asia/Phnom_Penh")
    tidings(*add, "--confirmed")
    assert "09:00 Asia/Phnom_Penh" in tidings("subscriber", "show", SOK).stdout
    tidings("subscriber", "pause", SOK)
    assert "next daily" not in tidings("subscriber", "show", SOK).stdout


def test_adding_somebody_who_is_known_says_what_it_leaves_as_it_was(tidings: Cli) -> None:
    add = ("subscriber", "add", SOK, "--topic", "all", "--confirmed", "--at", "07:00")
    assert "changed nothing" not in tidings(*add).stderr
    again = tidings(*add, "--language", "fr")
    assert "--at, --language changed nothing; `tidings subscriber edit" in again.stderr


def test_a_list_of_messages_shows_no_token_that_confirms(tidings: Cli) -> None:
    tidings("subscriber", "add", SOK, "--topic", "all")
    (message,) = tidings("outbox", "list", "--json").json["messages"]
    assert message["key"] not in tidings("outbox", "list").stdout
    refused = tidings("outbox", "retry", "999", expect=1)
    assert refused.stdout == ""


# ---- why, and whether mail goes out ----


def test_why_says_what_an_entry_did_for_a_person(tidings: Cli) -> None:
    folder = tidings.folder / "documents"
    folder.mkdir()
    (folder / "notices.txt").write_text(NOTICES, encoding="utf-8")
    tidings("source", "add", str(folder), "--id", "mill", "--yes")
    tidings("subscriber", "add", SOK, "--topic", "all", "--every", "now", "--confirmed")
    (folder / "notices.txt").write_text(with_one_more(NOTICES), encoding="utf-8")
    tidings("source", "poll", "--all")
    entries = tidings("entry", "list", "--json").json["entries"]
    new, old = entries[0]["id"], entries[-1]["id"]

    assert tidings("why", SOK, new, "--json").json["why"]["verdict"] in ("waiting", "due")
    assert tidings("why", SOK, old, "--json").json["why"]["verdict"] == "baseline"
    tidings("run", "--once")

    told = tidings("why", SOK, new)
    assert told.stdout.startswith("Sent under all in message ")
    assert "it stood in message " in told.stdout
    assert tidings("why", SOK, "nothing", expect=1).stderr
    assert tidings("why", NEW, new, expect=1).stderr


def test_a_round_whose_mail_could_not_go_out_says_so_and_fails(tidings: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    tidings.environment |= {
        "TIDINGS_MAIL__SMTP": f"smtp://127.0.0.1:{port}",
        "TIDINGS_MAIL__SENDER": "news@example.org",
        "TIDINGS_SITE__URL": "https://news.example.org",
    }
    tidings("subscriber", "add", SOK, "--topic", "all")
    done = tidings("run", "--once", expect=1)
    assert "nothing was due" not in done.stdout
    assert "no mail can be handed to 127.0.0.1" in done.stderr
    assert "tidings outbox list" in done.stderr


async def test_a_test_mail_shows_every_step(tidings: Cli) -> None:
    async with Postmaster() as postmaster:
        tidings.environment |= {
            "TIDINGS_MAIL__SMTP": postmaster.url,
            "TIDINGS_MAIL__TLS": "none",
            "TIDINGS_SITE__URL": "https://news.example.org",
        }
        done = await asyncio.to_thread(tidings, "mail", "test", SOK)
        postmaster.answers("RCPT", "550 5.1.1 no such mailbox")
        refused = await asyncio.to_thread(tidings, "mail", "test", SOK, expect=1)

        assert len(postmaster.ledger) == 1
    for word in ("GREETING", "EHLO", "MAIL", "RCPT", "DATA", "AFTER_FINAL_DOT", "QUIT"):
        assert f"\n{word} " in f"\n{done.stdout}"
    assert "550   5.1.1 no such mailbox" in refused.stdout
    assert "(RCPT)" in refused.stderr


def test_without_a_server_the_sink_takes_the_test_mail(tidings: Cli) -> None:
    done = tidings("mail", "test", SOK, "--json")

    assert done.json["test"]["accepted"]
    assert len(list((tidings.folder / "tidings.mails").glob("*.eml"))) == 1
    assert "built-in sink" in done.stderr


def test_no_test_mail_goes_to_somebody_who_left(tidings: Cli) -> None:
    tidings("subscriber", "add", SOK, "--topic", "all", "--confirmed")
    tidings("subscriber", "remove", SOK, "--yes")

    assert "left on" in tidings("mail", "test", SOK, expect=1).stderr


def test_subscriptions_are_listed_added_changed_and_removed(tidings: Cli) -> None:
    tidings("topic", "add", "mill", "--title", "Mill", "--any", "mill")
    tidings("subscriber", "add", SOK, "--topic", "all", "--confirmed")
    tidings("subscriber", "add", NEW, "--topic", "mill", "--every", "now", "--confirmed")

    tidings("subscription", "add", SOK, "mill?country=kh", "--every", "daily")
    tidings("subscription", "change", SOK, "all", "--every", "monthly")

    def listed(*words: str) -> list[tuple[str, str, str]]:
        rows = tidings("subscription", "list", "--json", *words).json["subscriptions"]
        return [(row["email"], row["topic"], row["every"]) for row in rows]

    assert listed(SOK) == [(SOK, "all", "monthly"), (SOK, "mill?country=KH", "daily")]
    assert listed("--topic", "mill") == [(NEW, "mill", "now"), (SOK, "mill?country=KH", "daily")]
    assert listed("--limit", "1") == [(NEW, "mill", "now")]
    tidings("subscription", "remove", SOK, "all")
    assert listed(SOK) == [(SOK, "mill?country=KH", "daily")]
    assert "has left" in tidings("subscription", "remove", SOK, "mill?country=KH").stdout
    assert listed() == [(NEW, "mill", "now")]
    assert tidings("subscription", "change", NEW, "all", "--every", "daily", expect=1).stderr
