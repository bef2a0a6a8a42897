"""A database that was put back by other means, on either server: refused, answered, and it goes on."""

from pathlib import Path

import pytest

from state import sendlog
from state.sendlog import Note, SendLog
from state.store import open_store
from tests.cli.conftest import Cli
from tests.cli.samples import NOTICES, with_one_more


@pytest.fixture
def service(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """A service that has mailed one reader once."""
    monkeypatch.chdir(tmp_path)
    made = Cli(tmp_path, {"TIDINGS_STATE": database})
    (tmp_path / "notices.txt").write_text(NOTICES, encoding="utf-8")
    made("init")
    made("source", "add", "notices.txt", "--id", "mill", "--yes")
    made("subscriber", "add", "reader@example.org", "--topic", "all", "--every", "now", "--confirmed")
    (tmp_path / "notices.txt").write_text(with_one_more(NOTICES), encoding="utf-8")
    made("source", "poll", "--all")
    assert "1 accepted" in made("run", "--once").stdout
    return made


def log_of(service: Cli) -> tuple[SendLog, Note]:
    store = open_store(service.environment["TIDINGS_STATE"])
    with store.read() as db:
        log = sendlog.beside(db)
        last = log.notes(sendlog.database(db))[-1]
    store.close()
    return log, last


def mails(service: Cli) -> int:
    return len(list(service.folder.glob("**/*.eml")))


@pytest.mark.parametrize("assume", ["sent", "unsent"])
def test_it_is_refused_until_somebody_says_what_happened(service: Cli, assume: str) -> None:
    log, last = log_of(service)
    log.append(Note(last.at, last.database, last.number + 5, last.message + 7))  # what a newer life has noted

    refused = service("run", "--once", expect=1)
    told = service("doctor", "--json", expect=1).json["findings"]
    service("restore", "--assume", assume, "--yes")

    assert "--assume sent" in refused.stderr
    assert [one["area"] for one in told if one["level"] == "broken"] == ["send log"]
    service("run", "--once")
    assert mails(service) == 1
    assert service("doctor", "--json").json["worst"] in ("ok", "warning")
    assert log_of(service)[1].number == last.number + 6


def test_what_is_declared_is_exported_and_declared_again(service: Cli) -> None:
    service("topic", "add", "night", "--title", "Nights", "--any", "night shift*")
    service("export", "all.toml")

    assert "nothing to do: all 2 are as declared" in service("apply", "all.toml", "--remove").stdout


def test_status_says_what_comes_next(service: Cli) -> None:
    service("subscription", "change", "reader@example.org", "all", "--every", "weekly")

    found = service("status", "--json").json

    assert sorted(one["what"] for one in found["next"]) == ["digests", "poll"]
    assert found["outbox"]["accepted"] == 1
