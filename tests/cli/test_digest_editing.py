"""Digests under the admin's hands, by command line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.samples import NOTICES

Write = Callable[[str, str], Path]
READERS = ("reader@example.org", "other@example.org")


@pytest.fixture
def waiting(tidings: Cli, documents: Write) -> str:
    """The id of a digest of two entries for two readers that waits for approval."""
    tidings.environment["TIDINGS_DIGESTS__APPROVAL"] = "true"
    folder = documents("notices.txt", NOTICES)
    for reader in READERS:
        tidings("subscriber", "add", reader, "--topic", "all", "--every", "now", "--confirmed")
    tidings(
        "source", "add", str(folder), "--id", "mill", "--base-url", "https://mill.example.org/", "--as-new", "--yes"
    )
    sent = tidings("digest", "send", "--now", "--json")
    assert sent.json["held"] == 2
    assert sent.json["delivery"] == {}
    (made,) = tidings("digest", "list", "--json").json["digests"]
    assert made["state"] == "waiting"
    assert made["messages"] == {"held": 2}
    return str(made["id"])


def test_a_digest_waits_until_it_is_approved(tidings: Cli, waiting: str) -> None:
    shown = tidings("digest", "show", waiting)
    content = tidings("digest", "show", waiting, "--json").json["digest"]["content"]
    assert f"tidings digest approve {waiting} --content {content}" in shown.stderr
    (alarm,) = tidings("status", "--json").json["alarms"]
    assert (alarm["kind"], alarm["asks"]) == ("delivery", f"tidings digest approve {waiting}")

    assert "approved “2 new" in tidings("digest", "approve", waiting, "--content", content).stdout
    assert tidings("digest", "send", "--json").json["delivery"] == {"accepted": 2}
    assert tidings("status", "--json").json["alarms"] == []


def test_an_approval_of_something_else_is_refused(tidings: Cli, waiting: str, tmp_path: Path) -> None:
    content = tidings("digest", "show", waiting, "--json").json["digest"]["content"]
    note = tmp_path / "note.txt"
    note.write_text("The mill is closed on Monday.", encoding="utf-8")
    edited = tidings("digest", "edit", waiting, "--note", str(note), "--json").json["digest"]
    assert (edited["state"], edited["note"]) == ("waiting", "The mill is closed on Monday.")

    refused = tidings("digest", "approve", waiting, "--content", content, expect=1)
    assert "has changed" in refused.stderr
    assert f"tidings digest show {waiting}" in refused.stderr
    tidings("digest", "approve", waiting[:6])
    assert tidings("digest", "send", "--json").json["delivery"] == {"accepted": 2}
    assert "closed on Monday" in tidings("digest", "show", waiting).stdout


def test_an_entry_is_dropped_and_logged(tidings: Cli, waiting: str) -> None:
    first, second = tidings("digest", "show", waiting, "--json").json["digest"]["entries"]
    done = tidings("digest", "edit", waiting, "--drop", first)
    assert "has 1 entries now" in done.stdout
    shown = tidings("digest", "show", waiting, "--json").json["digest"]
    assert (shown["entries"], shown["dropped"]) == ([second], [first])
    assert "which is not owed again" in shown["log"][0]["what"]


def test_holding_and_releasing(tidings: Cli, waiting: str) -> None:
    assert tidings("digest", "hold", waiting, "--json").json["digest"]["state"] == "held"
    assert "release it first" in tidings("digest", "approve", waiting, expect=1).stderr
    assert tidings("digest", "release", waiting, "--json").json["digest"]["state"] == "waiting"
    assert "waits for approval" in tidings("digest", "release", waiting, expect=1).stderr


def test_cancelling_wants_a_yes_and_can_give_back(tidings: Cli, waiting: str) -> None:
    asked = tidings("digest", "cancel", waiting, expect=1)
    assert "Withdraw 2 messages" in asked.stderr
    assert tidings("digest", "show", waiting, "--json").json["digest"]["state"] == "waiting"

    done = tidings("digest", "cancel", waiting, "--yes", "--json").json["digest"]
    assert (done["state"], done["moved"], done["gone"]) == ("cancelled", 2, 0)
    assert tidings("digest", "send", "--now", "--json").json["messages"] == 0

    back = tidings("digest", "cancel", waiting, "--give-back", "--yes", "--json").json["digest"]
    assert back["given_back"] == 4
    tidings("digest", "send", "--now")
    assert tidings("digest", "send", "--now", "--json").json["held"] == 2


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (("edit", "ID"), "say what to change", 2),
        (("edit", "ID", "--note", "missing.txt"), "does not exist", 2),
        (("edit", "ID", "--drop", "nothing"), "is not in digest", 1),
        (("edit", "ID", "--note", "latin.txt"), "is no UTF-8 text", 1),
        (("edit", "ID", "--note", "long.txt"), "at most 5000", 2),
        (("hold", "nothing"), "is not known", 1),
        (("release", "ID"), "waits for approval", 1),
        (("cancel", "nothing", "--yes"), "is not known", 1),
    ],
)
def test_what_cannot_be_done_is_said(
    tidings: Cli, waiting: str, tmp_path: Path, words: tuple[str, ...], said: str, code: int
) -> None:
    (tmp_path / "latin.txt").write_bytes("déjà".encode("latin-1"))
    (tmp_path / "long.txt").write_text("x" * 6000, encoding="utf-8")
    done = tidings("digest", *(waiting if word == "ID" else word for word in words), expect=code)
    assert said in done.stderr
    assert tidings("digest", "show", waiting, "--json").json["digest"]["state"] == "waiting"


def test_a_preview_is_the_whole_digest_and_says_what_the_lint_thinks(
    tidings: Cli, waiting: str, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    shown = tidings("digest", "preview", READERS[0], "--since", "30d", "--html", str(page), "--json").json["digest"]
    assert len(shown["entries"]) == 2
    assert shown["faults"] == []
    assert shown["html"] == page.read_text(encoding="utf-8")
    assert "Grain deliveries" in shown["text"]
