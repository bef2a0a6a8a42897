"""`doctor` finds what is wrong and says what to do; `status` and `run` say how it is and what comes next."""

import asyncio
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from state.store import open_store
from tests.cli.conftest import Cli
from tests.cli.samples import NOTICES
from tests.fakes.postmaster import Postmaster

Write = Callable[[str, str], Path]


def findings(tidings: Cli, expect: int = 0) -> dict[str, list[dict[str, Any]]]:
    """What the doctor says, by area."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in tidings("doctor", "--json", expect=expect).json["findings"]:
        found.setdefault(one["area"], []).append(one)
    return found


def sql(statement: str, **values: object) -> None:
    store = open_store("sqlite:///tidings.db")
    with store.write() as db:
        db.execute(text(statement), values)
    store.close()


def test_a_new_service_is_well(tidings: Cli) -> None:
    found = findings(tidings)

    areas = {"configuration", "database", "disk", "clock", "time zones", "sources", "queue", "stop-list", "send log"}
    assert areas | {"mail server"} == found.keys()
    assert {one["level"] for some in found.values() for one in some} == {"ok"}
    assert "tidings.mails" in found["mail server"][0]["message"]
    assert "whole, can be written" in tidings("doctor").stdout


def test_a_configuration_that_cannot_be_read_is_a_finding(tidings: Cli) -> None:
    (tidings.folder / "tidings.toml").write_text("[poll]\nevry = '1h'\n", encoding="utf-8")

    (one,) = findings(tidings, expect=1)["configuration"]

    assert one["level"] == "broken"
    assert "tidings.toml:2" in one["message"]


@pytest.mark.parametrize("kind", ["missing", "cut", "rubbish", "older"])
def test_a_database_that_is_not_right_is_a_finding(tidings: Cli, kind: str) -> None:
    match kind:
        case "missing":
            Path("tidings.db").unlink()
        case "cut":
            os.truncate("tidings.db", 40_960)
        case "rubbish":
            Path("tidings.db").write_bytes(b"x" * 10_000)
        case _:
            sql("UPDATE alembic_version SET version_num = '9999'")

    found = findings(tidings, expect=1)

    assert found["database"][0]["level"] == "broken"
    assert "mail server" in found, "the other checks go on"


def test_what_waits_in_the_queue_is_counted(tidings: Cli) -> None:
    for number, state in enumerate(("held", "in-doubt", "deferred", "queued")):
        sql(
            "INSERT INTO outbox (subscriber, recipient, kind, key, generation, message_id, lane, state, next_try_at, "
            "created_at, updated_at, attempts, owner, fence, doubts, phase, reply, payload) VALUES "
            "(:n, 'r@example.org', 'digest', 'k', 1, 'm', 1, :state, :then, :then, :then, 1, '', 0, 0, '', '', '')",
            n=f"s{number}",
            state=state,
            then=(datetime.now(UTC) - timedelta(days=2)).strftime("%Y-%m-%d %H:%M:%S.%f"),
        )

    found = findings(tidings)["queue"]

    assert [one["level"] for one in found] == ["warning"] * 4
    for words in ("1 messages are held", "in doubt", "deferred for over a day", "not sent"):
        assert any(words in one["message"] for one in found)
    assert all("tidings" in one["do"] for one in found)


def test_a_clock_that_went_back_is_seen(tidings: Cli, documents: Write) -> None:
    tidings("source", "add", str(documents("notices.txt", NOTICES)), "--id", "mill", "--yes")
    sql("UPDATE sources SET last_polled_at = '2999-01-01 00:00:00.000000'")

    assert findings(tidings, expect=1)["clock"][0]["level"] == "broken"


def test_a_time_zone_nobody_knows_any_more_is_named(tidings: Cli, documents: Write) -> None:
    tidings("source", "add", str(documents("notices.txt", NOTICES)), "--id", "mill", "--yes")
    sql("UPDATE sources SET timezone = 'Mars/Olympus'")

    (one,) = findings(tidings, expect=1)["time zones"]

    assert "Mars/Olympus" in one["message"]


def test_sources_in_alarm_and_overdue_ones_are_told(tidings: Cli, documents: Write) -> None:
    tidings("source", "add", str(documents("notices.txt", NOTICES)), "--id", "mill", "--yes")
    sql("UPDATE sources SET next_poll_at = '2020-01-01 00:00:00.000000'")
    sql("INSERT INTO alarms VALUES ('mill', 'flood', '2020-01-01 00:00:00.000000', 'too many', 'tidings x')")

    found = findings(tidings)

    assert found["sources"][0]["do"] == "is `tidings run` running?"
    assert (found["alarms"][0]["level"], found["alarms"][0]["do"]) == ("warning", "tidings x")
    status = tidings("status", "--json").json
    assert status["alarms"] == [
        {
            "source": "mill",
            "kind": "flood",
            "since": "2020-01-01T00:00:00+00:00",
            "message": "too many",
            "asks": "tidings x",
        }
    ]


def test_a_stop_list_that_is_gone_and_a_copy_that_is_old_are_told(tidings: Cli) -> None:
    tidings("subscriber", "add", "reader@example.org", "--topic", "all", "--confirmed")
    shutil.copy("tidings.db", "old.db")
    tidings("subscriber", "remove", "reader@example.org", "--yes")
    Path("tidings.db.stoplist").unlink()
    assert findings(tidings)["stop-list"][0]["level"] == "warning"

    store = open_store("sqlite:///tidings.db")
    with store.read() as db:
        name = db.execute(text("SELECT urn FROM feeds WHERE name = 'all'")).scalar_one().rpartition("-")[2]
    store.close()
    Path("tidings.db.sendlog").write_text(f"2026-05-10T08:00:00.000000Z {name} 7 9\n", encoding="ascii")
    (one,) = findings(tidings, expect=1)["send log"]
    assert "restore --assume sent" in one["do"]


async def test_a_mail_server_is_greeted_and_gets_no_mail_and_no_password(tidings: Cli) -> None:
    async with Postmaster() as server:
        tidings.environment |= {
            "TIDINGS_MAIL__SMTP": server.url,
            "TIDINGS_MAIL__TLS": "none",
            "TIDINGS_SITE__URL": "https://news.example.org",
            "TIDINGS_SITE__CONTACT": "desk@example.org",
            "TIDINGS_SITE__POSTAL_ADDRESS": "1 Sample Street",
            "TIDINGS_MAIL__SENDER": "News <news@sender.invalid>",
        }
        found = await asyncio.to_thread(findings, tidings)

    assert "answers" in found["mail server"][0]["message"]
    assert server.ledger == []
    assert {one["level"] for one in found["DNS"]} == {"warning"}
    assert "could not be reached" in found["DNS"][0]["message"]


def test_a_mail_server_that_is_not_there_is_broken(tidings: Cli) -> None:
    tidings.environment |= {"TIDINGS_MAIL__SMTP": "smtp://127.0.0.1:1", "TIDINGS_MAIL__TLS": "none"}

    done = tidings("doctor", expect=1)

    assert "127.0.0.1:1 cannot be used (CONNECT)" in done.stdout
    assert "site.url is empty" in done.stdout
    assert "mail.sender is empty" in done.stdout


def test_status_and_run_say_what_comes_next(tidings: Cli, documents: Write) -> None:
    tidings("source", "add", str(documents("notices.txt", NOTICES)), "--id", "mill", "--every", "2h", "--yes")
    for number in range(2):
        email = f"reader{number}@example.org"
        tidings(
            "subscriber", "add", email, "--topic", "all", "--every", "daily", "--timezone", "Asia/Tokyo", "--confirmed"
        )

    status = tidings("status", "--json").json
    run = tidings("run", "--once")

    poll, digests = sorted(status["next"], key=lambda one: str(one["what"]), reverse=True)
    assert (poll["what"], poll["source"]) == ("poll", "mill")
    assert (digests["people"], digests["timezone"]) == (2, "Asia/Tokyo")
    assert "T09:00:00+09:00" in digests["local"]
    assert status["sources"] == {"active": 1, "failing": 0, "paused": 0}
    assert status["subscribers"] == {"confirmed": 2}
    assert status["outbox"]["queued"] == 0
    assert "next: poll of mill at" in run.stderr
    assert "next: digests to 2 people at" in run.stderr
    assert "09:00 Asia/Tokyo" in run.stderr
    assert "mail is kept in" in run.stderr
    for line in ("sources: 1 active", "subscribers: 2 confirmed", "outbox: empty", "next: poll of mill"):
        assert line in tidings("status").stdout


def test_the_mailbox_of_bounces_is_opened(tidings: Cli) -> None:
    tidings.environment |= {"TIDINGS_MAIL__INBOX": "returned"}
    (one,) = findings(tidings, expect=1)["inbox"]
    assert (one["level"], "no Maildir" in one["message"]) == ("broken", True)

    for part in ("new", "cur"):
        (tidings.folder / "returned" / part).mkdir(parents=True)
    assert [one["level"] for one in findings(tidings)["inbox"]] == ["ok"]
