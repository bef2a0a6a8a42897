"""`tidings bounces`: what came back, read by hand, listed and lifted."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import tidings as command
from mail import tokens
from mail.tokens import Token
from state import keys, subscribers
from state.store import open_store
from tests.cli.conftest import Cli
from tests.mail.returned import plain, report

SOK = "sok@example.org"


@pytest.fixture
def reader(tidings: Cli) -> Cli:
    tidings("subscriber", "add", SOK, "--topic", "all", "--confirmed")
    return tidings


def unsubscribe_token(folder: Path) -> str:
    store = open_store(f"sqlite:///{folder}/tidings.db")
    with store.read() as db:
        (person,) = subscribers.listed(db)
        word = tokens.make(keys.known(db, "token"), Token("unsubscribe", person.id, person.generation))
    store.close()
    return word


def test_a_mail_on_standard_input_lets_its_person_leave(reader: Cli) -> None:
    raw = plain("", sender=SOK, to="news@example.org", subject=f"unsubscribe {unsubscribe_token(reader.folder)}")

    done = CliRunner().invoke(command, ["bounces", "read", "-"], input=raw, catch_exceptions=False)

    assert done.stdout == f"wish to leave about {SOK}: left\nread 1 wish to leave\n"
    assert reader("subscriber", "list", "--json").json["subscribers"][0]["state"] == "left"


def test_a_maildir_is_read_and_what_nobody_understands_is_listed(reader: Cli) -> None:
    for part in ("new", "cur"):
        (reader.folder / "mail" / part).mkdir(parents=True)
    (reader.folder / "mail" / "new" / "1").write_bytes(report())
    (reader.folder / "mail" / "new" / "2").write_bytes(plain("Hi!", sender=SOK, subject="Out of office: \x1b[31mred"))
    reader.environment["TIDINGS_MAIL__INBOX"] = "mail"

    assert reader("bounces", "read").stdout.splitlines()[-1] == "read 1 automatic answer, 1 unknown mail"
    assert reader("bounces", "read").stdout == "read nothing new\n"

    unknown = reader("bounces", "list", "--unknown")
    assert "a bounce that names no mail of ours" in unknown.stdout
    assert "> Your mail came back." in unknown.stdout
    listed = reader("bounces", "list", "--json").json
    assert [one["kind"] for one in listed["reports"]] == ["automatic", "unknown"]
    assert "\x1b" not in reader("bounces", "list").stdout


def test_reading_nowhere_is_misuse_and_no_maildir_says_what_to_give(reader: Cli) -> None:
    assert "mail.inbox is not set" in reader("bounces", "read", expect=2).stderr
    assert "no Maildir" in reader("bounces", "read", ".", expect=1).stderr
    assert "give a Maildir" in reader("bounces", "read", "news@example.org", expect=2).stderr


def test_only_what_was_stopped_can_be_lifted(reader: Cli) -> None:
    assert "only what bounced or complained" in reader("bounces", "lift", SOK, "--yes", expect=1).stderr
    assert "Nothing was done" in reader("bounces", "lift", SOK, expect=1).stderr


@pytest.mark.parametrize("value", ["news@example.org", "http://example.org/", "ftp://me@host/"])
def test_an_inbox_that_cannot_be_one_is_refused_at_start(reader: Cli, value: str) -> None:
    reader.environment["TIDINGS_MAIL__INBOX"] = value
    assert "give a Maildir" in reader("status", expect=2).stderr
