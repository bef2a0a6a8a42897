"""Going back to a backup: who left stays away, and nothing is mailed twice."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.samples import NOTICES, with_one_more
from tests.cli.terminal import answer

Write = Callable[[str, str], Path]
STAYS, LEAVES = "stays@example.org", "leaves@example.org"


@pytest.fixture
def folder(tidings: Cli, documents: Write) -> Path:
    """A service with one watched folder and two readers."""
    watched = documents("notices.txt", NOTICES)
    tidings("source", "add", str(watched), "--id", "mill", "--yes")
    for email in (STAYS, LEAVES):
        tidings("subscriber", "add", email, "--topic", "all", "--every", "now", "--confirmed")
    tidings("run", "--once")
    return watched


def mails(tidings: Cli) -> list[tuple[str, bool]]:
    """Everything that was ever caught: (to, whether it tells of the night shifts)."""
    found = []
    for file in sorted((tidings.folder / "tidings.mails").glob("*.eml")):
        text = file.read_text(encoding="utf-8")
        to = STAYS if f"To: {STAYS}" in text else LEAVES
        found.append((to, "Night shifts end in June" in text))
    return found


def more(folder: Path) -> None:
    """Something new stands in the documents."""
    (folder / "notices.txt").write_text(with_one_more(NOTICES), encoding="utf-8")


def yet_more(folder: Path) -> None:
    fresh = "  1. Notice\n\n    A bridge opens\n\n    11 May 2026,\n\n    It is narrow, and the oxen wait.\n\n"
    text = with_one_more(NOTICES)
    place = text.index("  1. Notice")
    (folder / "notices.txt").write_text(text[:place] + fresh + text[place:], encoding="utf-8")


def a_week_passes(tidings: Cli, folder: Path) -> None:
    """After the backup: something new is mailed to both, and one of them leaves."""
    more(folder)
    tidings("source", "poll", "--all")
    tidings("run", "--once")
    assert mails(tidings) == [(STAYS, True), (LEAVES, True)] or mails(tidings) == [(LEAVES, True), (STAYS, True)]
    tidings("subscriber", "remove", LEAVES, "--yes")


def test_a_backup_is_one_checked_file_without_the_files_beside_the_database(tidings: Cli, folder: Path) -> None:
    done = tidings("backup", "copy.backup")

    assert "copy.backup" in done.stdout
    assert sorted(file.name for file in tidings.folder.glob("copy*")) == ["copy.backup"]
    assert (tidings.folder / "copy.backup").stat().st_mode & 0o077 == 0
    db = sqlite3.connect("copy.backup")
    assert db.execute("SELECT count(*) FROM subscribers").fetchone() == (2,)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    db.close()


def test_a_backup_replaces_a_file_only_if_told_to_and_never_the_database(tidings: Cli, folder: Path) -> None:
    (tidings.folder / "letter.txt").write_text("dear all", encoding="utf-8")

    assert "stays as it is" in tidings("backup", "letter.txt", expect=1).stderr
    assert (tidings.folder / "letter.txt").read_text(encoding="utf-8") == "dear all"
    tidings("backup", "letter.txt", "--yes")
    for name in ("tidings.db", "tidings.db.stoplist", "tidings.db.sendlog", "tidings.db-wal"):
        assert "belongs to the database" in tidings("backup", name, "--yes", expect=2).stderr


def test_a_database_of_another_shape_can_be_copied_before_it_is_migrated(tidings: Cli) -> None:
    db = sqlite3.connect("tidings.db")
    db.execute("UPDATE alembic_version SET version_num = '0000'")
    db.commit()
    db.close()

    tidings("backup", "before.backup")
    (tidings.folder / "tidings.db").unlink()

    assert "tidings init" in tidings("backup", "other.backup", expect=1).stderr


def test_after_a_restore_nobody_who_left_is_mailed_and_nothing_comes_twice(tidings: Cli, folder: Path) -> None:
    tidings("backup", "old.backup")
    a_week_passes(tidings, folder)

    done = tidings("restore", "old.backup", "--assume", "sent", "--yes")
    tidings("run", "--once")

    assert "1 people and subscriptions had ended" in done.stdout
    assert len(mails(tidings)) == 2, "nothing was mailed again"
    assert tidings("subscriber", "show", LEAVES, "--json").json["subscriber"]["state"] == "left"
    assert len(tidings("entry", "list", "--json").json["entries"]) == 3, "what came meanwhile is known again"

    yet_more(folder)
    tidings("source", "poll", "--all")
    tidings("run", "--once")

    assert sorted(mails(tidings)[2:]) == [(STAYS, False)], "what is new now reaches who is still there, alone"


def test_what_is_assumed_unsent_is_mailed_but_not_to_who_left(tidings: Cli, folder: Path) -> None:
    tidings("backup", "old.backup")
    a_week_passes(tidings, folder)

    tidings("restore", "old.backup", "--assume", "unsent", "--yes")
    tidings("source", "poll", "--all")
    tidings("run", "--once")

    assert mails(tidings)[2:] == [(STAYS, True)]


@pytest.mark.parametrize(("said", "again"), [("sent", 0), ("unsent", 1)])
def test_a_person_is_asked_what_to_assume(tidings: Cli, folder: Path, said: str, again: int) -> None:
    tidings("backup", "old.backup")
    a_week_passes(tidings, folder)

    code, shown = answer(tidings.folder, ["restore", "old.backup"], [said, "y"])
    tidings("source", "poll", "--all")
    tidings("run", "--once")

    assert code == 0, shown
    assert "mail has gone out" in shown
    assert len(mails(tidings)) == 2 + again


def test_a_restore_asks_before_it_changes_anything(tidings: Cli, folder: Path) -> None:
    tidings("backup", "old.backup")
    a_week_passes(tidings, folder)
    before = (tidings.folder / "tidings.db").read_bytes()

    unanswered = tidings("restore", "old.backup", "--yes", expect=1)
    unsure = tidings("restore", "old.backup", "--assume", "sent", expect=1)

    assert "--assume sent" in unanswered.stderr
    assert "--yes" in unsure.stderr
    assert (tidings.folder / "tidings.db").read_bytes() == before
    assert not list(tidings.folder.glob("*.restoring*"))


def test_an_older_copy_put_in_place_by_hand_is_refused_until_somebody_says_what_happened(
    tidings: Cli, folder: Path
) -> None:
    tidings("backup", "old.backup")
    a_week_passes(tidings, folder)
    for end in ("-wal", "-shm"):
        (tidings.folder / f"tidings.db{end}").unlink(missing_ok=True)
    shutil.copy("old.backup", "tidings.db")

    for words in (("run", "--once"), ("digest", "send", "--due")):
        assert "--assume sent" in tidings(*words, expect=1).stderr
    assert len(mails(tidings)) == 2

    assert "--yes" in tidings("restore", "--assume", "sent", expect=1).stderr
    tidings("restore", "--assume", "sent", "--yes")
    tidings("run", "--once")
    assert len(mails(tidings)) == 2


def test_a_restore_where_no_mail_went_out_since_asks_nothing_and_keeps_the_old_database(
    tidings: Cli, folder: Path
) -> None:
    tidings("backup", "old.backup")
    tidings("subscriber", "add", "late@example.org", "--topic", "all", "--confirmed")

    tidings("restore", "old.backup", "--yes")

    assert len(tidings("subscriber", "list", "--json").json["subscribers"]) == 2
    (kept,) = tidings.folder.glob("tidings.db.replaced-*")
    db = sqlite3.connect(kept)
    assert db.execute("SELECT count(*) FROM subscribers").fetchone() == (3,)
    db.close()


def test_a_source_that_cannot_be_read_at_the_restore_mails_nothing_old_later(tidings: Cli, folder: Path) -> None:
    tidings("backup", "old.backup")
    a_week_passes(tidings, folder)
    folder.rename(folder.with_name("away"))

    done = tidings("restore", "old.backup", "--assume", "sent", "--yes")
    folder.with_name("away").rename(folder)
    tidings("source", "poll", "--all")
    tidings("run", "--once")

    assert "mill" in done.stdout
    assert len(mails(tidings)) == 2
    assert len(tidings("entry", "list", "--json").json["entries"]) == 3


def test_where_the_send_log_is_lost_the_question_is_asked(tidings: Cli, folder: Path) -> None:
    more(folder)
    tidings("source", "poll", "--all")
    tidings("run", "--once")
    tidings("backup", "old.backup")
    (tidings.folder / "tidings.db.sendlog").unlink()
    (tidings.folder / "tidings.db").unlink()

    assert "cannot be known" in tidings("restore", "old.backup", expect=1).stderr
    assert not (tidings.folder / "tidings.db").exists()
    done = tidings("restore", "old.backup", "--assume", "unsent")
    assert "stop-list" in done.stderr
    tidings("run", "--once")


@pytest.mark.parametrize("kind", ["text", "cut", "page", "other", "view", "trigger", "folder", "missing", "newer"])
def test_what_is_no_backup_is_refused_and_nothing_is_touched(tidings: Cli, kind: str) -> None:
    tidings("backup", "b")
    file = tidings.folder / "b"
    match kind:
        case "text":
            file.write_text("to whom it may concern", encoding="utf-8")
        case "cut":
            os.truncate(file, file.stat().st_size // 2)
        case "page":
            whole = bytearray(file.read_bytes())
            whole[8192:12288] = os.urandom(4096)
            file.write_bytes(whole)
        case "folder" | "missing":
            file.unlink()
            if kind == "folder":
                file.mkdir()
        case _:
            statements = {
                "other": "DROP TABLE alembic_version",
                "view": "CREATE VIEW odd AS SELECT * FROM keys",
                "trigger": "CREATE TRIGGER odd AFTER INSERT ON outbox BEGIN DELETE FROM subscribers; END",
                "newer": "UPDATE alembic_version SET version_num = '9999'",
            }
            db = sqlite3.connect(file)
            db.execute(statements[kind])
            db.commit()
            db.close()
    before = (tidings.folder / "tidings.db").read_bytes()

    done = tidings("restore", "b", "--yes", "--assume", "sent", expect=1)

    assert "Traceback" not in done.stderr
    assert "b" in done.stderr
    assert (tidings.folder / "tidings.db").read_bytes() == before
    assert not list(tidings.folder.glob("*.restoring*"))


def test_a_server_has_its_own_tools(bare: Cli) -> None:
    bare.environment["TIDINGS_STATE"] = "postgresql://tidings:secret@db.example.org/news"

    backup = bare("backup", "x", expect=1)
    restore = bare("restore", "x", expect=1)

    assert "pg_dump" in backup.stderr
    assert "stoplist" in backup.stderr
    assert "pg_restore" in restore.stderr
    assert "secret" not in backup.stderr + restore.stderr
