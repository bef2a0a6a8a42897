"""Bytes of responses in files beside the database."""

import os
from datetime import timedelta

import pytest

from feeds import raw
from feeds import sources as watching
from state import raw as raws
from state import sources
from state.raw import Raw
from state.store import Store
from tests.feeds.samples import NOW, source

BODY = b"<html><body>" + b"<p>The same again.</p>" * 500


@pytest.fixture
def office(store: Store) -> Store:
    with store.write() as db:
        sources.put(db, source())
    return store


def kept(store: Store, body: bytes = BODY) -> Raw:
    name = raw.write(store, "office", body)
    one = Raw("office", "https://office.example.org/list", name, NOW, "", "text/html", len(body))
    with store.write() as db:
        raws.put(db, [one])
    return one


def test_bytes_come_back_as_they_were_and_take_little_room(office: Store) -> None:
    one = kept(office)
    (file,) = (raw.folder(office) / "office").iterdir()
    assert raw.read(office, one) == BODY
    assert file.stat().st_size < len(BODY) / 20
    assert file.stat().st_mode & 0o077 == 0 or file.parent.stat().st_mode & 0o077 == 0


def test_the_same_bytes_are_one_file(office: Store) -> None:
    assert kept(office).hash == kept(office).hash
    assert len(list((raw.folder(office) / "office").iterdir())) == 1


def test_an_empty_body_can_be_kept(office: Store) -> None:
    assert raw.read(office, kept(office, b"")) == b""


@pytest.mark.parametrize("torn", [b"", b"no archive", None])
def test_a_torn_or_missing_file_gives_nothing(office: Store, torn: bytes | None) -> None:
    one = kept(office)
    (file,) = (raw.folder(office) / "office").iterdir()
    file.unlink() if torn is None else file.write_bytes(torn)
    assert raw.read(office, one) is None


def test_files_go_with_their_rows_and_others_stay(office: Store) -> None:
    one, other = kept(office), kept(office, b"another")
    with office.write() as db:
        raws.drop(db, "office", [one])
    with office.read() as db:
        raw.prune(db, office, [one], now=NOW)
    assert raw.read(office, one) is None
    assert raw.read(office, other) == b"another"


def test_a_file_that_nothing_names_goes_after_a_day(office: Store) -> None:
    one = kept(office)
    raw.write(office, "office", b"orphan")
    folder = raw.folder(office) / "office"
    for file in folder.iterdir():
        os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    with office.read() as db:
        raw.prune(db, office, [one], now=NOW)
        assert len(list(folder.iterdir())) == 2
        raw.prune(db, office, [one], now=NOW + timedelta(days=2))
    assert [file.name.partition(".")[0] for file in folder.iterdir()] == [one.hash]


def test_a_source_that_is_watched_no_more_leaves_no_bytes(office: Store) -> None:
    one = kept(office)
    with office.write() as db:
        watching.remove(db, "office", NOW)
        assert raws.raws(db, "office") == ()
    raw.forget(office, "office")
    assert raw.read(office, one) is None
