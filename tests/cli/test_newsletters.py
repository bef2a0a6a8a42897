"""An email newsletter as a source: each message of its Maildir is an entry, once, wherever it is moved."""

import json
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.cli.conftest import Cli


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    folder = tmp_path / "mill"
    for part in ("new", "cur", "tmp"):
        (folder / part).mkdir(parents=True)
    return folder


def deliver(maildir: Path, number: int, subject: str) -> Path:
    """As a mail server does it."""
    made = EmailMessage()
    made["From"], made["Subject"] = "Mill news <news@mill.example>", subject
    made["Date"], made["Message-ID"] = f"Fri, 0{number} May 2026 10:00:00 +0000", f"<{number}@mill.example>"
    made["List-Archive"] = "<https://lists.mill.example/all>"
    made.set_content(f"What the mill has to say about: {subject}.")
    file = maildir / "new" / f"177800000{number}.M{number}P1.host"
    file.write_bytes(bytes(made))
    return file


def titles(tidings: Cli) -> list[str]:
    return [one["title"] for one in tidings("entry", "list", "--json").json["entries"]]


def poll(tidings: Cli) -> str:
    return tidings("source", "poll", "mill").stdout


def test_each_message_is_an_entry_and_new_ones_are_mailed(tidings: Cli, maildir: Path) -> None:
    deliver(maildir, 1, "Looms stand still")
    deliver(maildir, 2, "Wages are paid")
    added = tidings("source", "add", f"maildir:{maildir}", "--id", "mill", "--yes", "--json").json
    assert added["source"]["kind"] == "mail"
    tidings("subscriber", "add", "reader@example.org", "--topic", "all", "--every", "now", "--confirmed")

    deliver(maildir, 3, "The wheel turns again")
    poll(tidings)
    done = tidings("run", "--once")

    assert titles(tidings) == ["The wheel turns again", "Wages are paid", "Looms stand still"]
    assert "planned 1 messages" in done.stdout
    (mail,) = [file.read_text("utf-8") for file in tidings.folder.glob("*.mails/**/*") if file.is_file()]
    assert "The wheel turns again" in mail
    assert "Looms stand still" not in mail


def test_a_newsletter_can_be_watched_before_its_first_message(tidings: Cli, maildir: Path) -> None:
    tidings("source", "add", f"maildir:{maildir}", "--id", "mill", "--yes")
    poll(tidings)
    assert tidings("status", "--json").json["alarms"] == []

    deliver(maildir, 3, "The wheel turns again")
    poll(tidings)

    (entry,) = tidings("entry", "list", "--json").json["entries"]
    assert (entry["title"], entry["baseline"], entry["date"]) == ("The wheel turns again", False, "2026-05-03")


def test_a_message_that_is_read_moved_or_deleted_stays_what_it_is(tidings: Cli, maildir: Path) -> None:
    first, second = deliver(maildir, 1, "Looms stand still"), deliver(maildir, 2, "Wages are paid")
    tidings("source", "add", f"maildir:{maildir}", "--id", "mill", "--yes")
    before = tidings("entry", "list", "--json").json

    first.rename(maildir / "cur" / f"{first.name}:2,S")
    poll(tidings)
    (maildir / "cur" / f"{first.name}:2,S").unlink()
    second.rename(maildir / "cur" / f"{second.name}:2,RS")
    poll(tidings)

    assert tidings("entry", "list", "--json").json == before
    assert tidings("status", "--json").json["alarms"] == []
    assert [file.name for file in (maildir / "cur").iterdir()] == [f"{second.name}:2,RS"], "nothing of ours moved it"


def test_messages_of_one_list_are_not_taken_for_one_entry(tidings: Cli, maildir: Path) -> None:
    tidings("source", "add", f"maildir:{maildir}", "--id", "mill", "--yes")
    for number in range(1, 5):
        deliver(maildir, number, f"News number {number}")
    poll(tidings)

    assert len(titles(tidings)) == 4


def test_a_mailbox_that_is_gone_is_a_failure_and_no_empty_one(tidings: Cli, maildir: Path) -> None:
    deliver(maildir, 1, "Looms stand still")
    tidings("source", "add", f"maildir:{maildir}", "--id", "mill", "--yes")
    maildir.rename(maildir.with_name("away"))

    tidings("source", "poll", "mill", expect=None)

    assert "cannot be read" in tidings("source", "show", "mill").stdout
    assert titles(tidings) == ["Looms stand still"]


def test_what_is_no_maildir_is_refused_and_says_what_to_do(tidings: Cli, tmp_path: Path) -> None:
    assert "no new and cur" in tidings("source", "add", f"maildir:{tmp_path}", "--yes", expect=2).stderr
    refused = tidings("source", "add", "imaps://me:secret@mail.example/INBOX", "--yes", expect=2).stderr
    assert "Maildir" in refused
    assert "secret" not in refused


def test_a_message_in_a_file_is_extracted_like_any_document(tidings: Cli, maildir: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.eml"
    deliver(maildir, 1, "Looms stand still").rename(file)

    told = json.loads(tidings("extract", str(file), "--json").stdout)

    assert (told["kind"], told["entries"][0]["title"]) == ("mail", "Looms stand still")


def test_the_mailbox_is_exported_and_replayed_like_other_sources(tidings: Cli, maildir: Path) -> None:
    deliver(maildir, 1, "Looms stand still")
    tidings("source", "add", f"maildir:{maildir}", "--id", "mill", "--yes")

    tidings("export", "all.toml")

    assert tidings("apply", "all.toml", "--dry-run").exit_code == 0
    assert "Looms" not in tidings("source", "replay", "mill").stdout, "today's rules read the same"
