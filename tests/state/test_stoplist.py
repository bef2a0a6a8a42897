"""Who left is remembered beside the database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from state import keys, stoplist
from state.errors import UserError
from state.keys import Key, Keys
from state.stoplist import StopList
from state.store import Store

NOW = datetime(2026, 5, 10, 8, 0, 0, 123456, tzinfo=UTC)
SIGNED = Keys((Key("4f2a", "stoplist", b"s" * 32, NOW),))
SOK = "sok@example.org"


@pytest.fixture
def stop(tmp_path: Path) -> StopList:
    return StopList(tmp_path / "tidings.db.stoplist")


def test_who_left_is_known_until_they_confirm_again(stop: StopList) -> None:
    assert stop.left(SOK, keys=SIGNED) is None
    assert stop.newest() is None
    stop.append("left", SOK, keys=SIGNED, at=NOW)
    assert stop.left(SOK, keys=SIGNED) == NOW
    assert stop.left("dara@example.org", keys=SIGNED) is None
    assert stop.newest() == NOW

    stop.append("confirmed", SOK, keys=SIGNED, at=NOW + timedelta(days=1))
    assert stop.left(SOK, keys=SIGNED) is None
    assert stop.last(SOK, keys=SIGNED) == ("confirmed", NOW + timedelta(days=1))


def test_leaving_a_topic_is_not_leaving(stop: StopList) -> None:
    stop.append("left", SOK, keys=SIGNED, at=NOW, topic="harvest")
    assert stop.left(SOK, keys=SIGNED) is None
    assert stop.last(SOK, keys=SIGNED, topic="harvest") == ("left", NOW)


def test_addresses_cannot_be_read_from_the_file(stop: StopList) -> None:
    stop.append("left", SOK, keys=SIGNED, at=NOW)
    said = stop.path.read_text()
    assert "sok" not in said
    assert said.startswith("2026-05-10T08:00:00.123456Z left 4f2a ")
    assert stop.path.stat().st_mode & 0o077 == 0
    assert stop.left(SOK, keys=Keys((Key("4f2a", "stoplist", b"x" * 32, NOW),))) is None


def test_a_rotated_key_still_knows_the_old_lines(stop: StopList) -> None:
    stop.append("left", SOK, keys=SIGNED, at=NOW)
    both = Keys((Key("4f2a", "stoplist", b"s" * 32, NOW, NOW), Key("new1", "stoplist", b"n" * 32, NOW)))
    assert stop.left(SOK, keys=both) == NOW
    stop.append("confirmed", SOK, keys=both, at=NOW + timedelta(days=1))
    assert stop.left(SOK, keys=both) is None


@pytest.mark.parametrize(
    "torn", ["2026-05-1", "2026-05-10T08:00:00.123456Z left 4f2a abc", "\n\n", "rubbish of any kind\n"]
)
def test_half_a_line_of_a_crash_harms_no_other(stop: StopList, torn: str) -> None:
    stop.append("left", "dara@example.org", keys=SIGNED, at=NOW)
    with stop.path.open("a") as file:
        file.write(torn)
    assert stop.left("dara@example.org", keys=SIGNED) == NOW
    stop.append("left", SOK, keys=SIGNED, at=NOW)
    assert stop.left(SOK, keys=SIGNED) == NOW


def test_a_list_that_cannot_be_written_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cannot be written .* nobody can be taken off safely"):
        StopList(tmp_path / "missing" / "x.stoplist").append("left", SOK, keys=SIGNED, at=NOW)


@pytest.mark.sqlite
def test_it_lies_beside_the_database(store: Store, now: datetime) -> None:
    with store.write() as db:
        path = stoplist.beside(db).path
        assert keys.ensure(db, "stoplist", now=now) == keys.known(db, "stoplist")
    assert store.file is not None
    assert path == store.file.with_name("tidings.db.stoplist")


def test_who_was_forgotten_left_for_good(stop: StopList) -> None:
    stop.append("forgotten", SOK, keys=SIGNED, at=NOW)

    assert stop.left(SOK, keys=SIGNED) == stop.newest() == NOW
    assert stop.last(SOK, keys=SIGNED) == ("forgotten", NOW)


def test_many_are_asked_about_with_one_look(stop: StopList) -> None:
    assert stop.leavers([SOK], keys=SIGNED) == {}
    stop.append("left", SOK, keys=SIGNED, at=NOW)
    stop.append("left", "back@example.org", keys=SIGNED, at=NOW)
    stop.append("confirmed", "back@example.org", keys=SIGNED, at=NOW + timedelta(days=1))
    stop.append("left", "topic@example.org", keys=SIGNED, at=NOW, topic="harvest")
    stop.append("forgotten", "gone@example.org", keys=SIGNED, at=NOW)

    asked = [SOK, "back@example.org", "topic@example.org", "gone@example.org", "nobody@example.org"]

    assert stop.leavers(asked, keys=SIGNED) == {SOK: NOW, "gone@example.org": NOW}
    assert [line.event for line in stop.lines()] == ["left", "left", "confirmed", "left", "forgotten"]
