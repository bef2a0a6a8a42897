"""Feeds are marked, built and cleaned without losing a change that comes in between."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, insert, update

from state import codec, publications
from state.publications import File
from state.records import Countries, Record
from state.schema import filings, topics
from state.schema_watching import entries, sightings
from state.store import Store


@pytest.fixture
def ledger(store: Store, now: datetime) -> Store:
    """Five entries a–e filed in this order under "all", the odd ones under "work" too; b and d seen at source s."""
    with store.write() as db:
        for number, name in enumerate("abcde", 1):
            _entry(db, name, number, now + timedelta(hours=number))
    return store


def _entry(db: Connection, name: str, number: int, at: datetime) -> None:
    record = Record(title=f"Title {name}", summary="ការងារសមរម្យ" if name == "c" else "Work", kind="report")
    countries = Countries(text=("KH",)) if name in "ac" else Countries(page=("VN",))
    values = {"record": codec.encode(record), "countries": codec.encode(countries), "kind": "report"}
    values |= {"url": "", "source": "s", "language": "km-KH" if name == "c" else "en", "fingerprint": "f"}
    db.execute(
        insert(entries).values(
            id=name, urn=f"urn:{name}", first_seen_at=at, updated_at=at, baseline=False, revision=1, **values
        )
    )
    for seq, topic in ((number * 10, "all"), (number * 10 + 1, "work")):
        if topic == "all" or number % 2:
            db.execute(insert(filings).values(seq=seq, entry=name, topic=topic, mailable=True, filed_at=at, why=""))
    if name in "bd":
        sighting = {"source": "s", "document": "d", "url": "", "position": 1, "rule": "minted", "fingerprint": "f"}
        db.execute(insert(sightings).values(entry=name, first_seen_at=at, last_seen_at=at, **sighting))


def _names(found: tuple[publications.Member, ...]) -> str:
    return "".join(member.entry for member in found)


def test_the_last_filed_entry_comes_first(ledger: Store) -> None:
    with ledger.read() as db:
        assert _names(publications.members(db, "all", 10)) == "edcba"
        assert _names(publications.members(db, "work", 10)) == "eca"
        assert _names(publications.members(db, "all", 2)) == "ed"


def test_a_sources_feed_holds_what_was_seen_there_in_the_order_of_all(ledger: Store) -> None:
    with ledger.read() as db:
        assert _names(publications.members(db, "source-s", 10)) == "db"


def test_a_hidden_entry_is_in_no_feed_and_in_no_count(ledger: Store, now: datetime) -> None:
    with ledger.write() as db:
        db.execute(update(entries).where(entries.c.id == "c").values(hidden_at=now))
    with ledger.read() as db:
        assert _names(publications.members(db, "all", 10)) == "edba"
        assert publications.count(db) == {
            "all": (4, now + timedelta(hours=5)),
            "work": (2, now + timedelta(hours=5)),
        }
        assert publications.count_of_sources(db) == {"source-s": 2}


@pytest.mark.parametrize(
    ("kinds", "languages", "found"),
    [((), (), "edcba"), (("report",), (), "edcba"), (("mou",), (), ""), ((), ("km",), "c"), ((), ("EN",), "edba")],
)
def test_the_ledger_is_walked_by_kind_and_language(
    ledger: Store, kinds: tuple[str, ...], languages: tuple[str, ...], found: str
) -> None:
    with ledger.read() as db:
        walked = publications.ledger(db, ["all"], kinds=kinds, languages=languages, limit=10)
        assert _names(tuple(member for member, _, _ in walked)) == found


def test_marking_makes_missing_feeds_and_keeps_their_ids(store: Store, now: datetime) -> None:
    with store.write() as db:
        publications.mark_dirty(db, ["all", "work", "all"], now)
    with store.write() as db:
        first = publications.dirty(db)
        publications.mark_dirty(db, ["all"], now + timedelta(days=1))
    with store.read() as db:
        again = publications.feed(db, "all")
    assert [feed.name for feed in first] == ["all", "work"]
    assert len({feed.urn for feed in first}) == 2
    assert all(feed.urn.startswith("urn:uuid:") for feed in first)
    assert again is not None
    assert (again.urn, again.created_at, again.changes) == (first[0].urn, now, 2)


def test_a_feed_that_was_marked_while_it_was_built_stays_dirty(store: Store, now: datetime) -> None:
    file = File("atom", "", b"<feed/>", '"1"', now)
    with store.write() as db:
        publications.mark_dirty(db, ["all", "work"], now)
        seen = {feed.name: feed for feed in publications.dirty(db)}
        publications.mark_dirty(db, ["all"], now)
        publications.keep(db, seen["all"], [file], now)
        publications.keep(db, seen["work"], [file], now)
    with store.read() as db:
        assert [feed.name for feed in publications.dirty(db)] == ["all"]
        assert publications.file(db, "all", "atom") == file


def test_a_failure_leaves_the_last_good_bytes(store: Store, now: datetime) -> None:
    file = File("atom", "", b"<feed/>", '"1"', now)
    with store.write() as db:
        publications.mark_dirty(db, ["all"], now)
        (feed,) = publications.dirty(db)
        publications.keep(db, feed, [file], now)
        publications.keep_failure(db, feed, "entry 1 has no title")
        again = publications.feed(db, "all")
        assert again is not None
        assert (again.error, again.dirty, again.built_at) == ("entry 1 has no title", False, now)
        assert publications.etags(db, "all") == {"atom": '"1"'}


def test_a_closed_feed_is_built_no_more_and_loses_its_bytes(store: Store, now: datetime) -> None:
    with store.write() as db:
        publications.mark_dirty(db, ["work"], now)
        (feed,) = publications.dirty(db)
        publications.keep(db, feed, [File("atom", "", b"<feed/>", '"1"', now)], now)
        publications.close(db, "work", now)
        publications.mark_dirty(db, ["work"], now)
        assert publications.dirty(db) == ()
        assert publications.file(db, "work", "atom") is None
        publications.reopen(db, "work")
        assert [feed.name for feed in publications.dirty(db)] == ["work"]


def test_closing_a_topic_closes_its_feed(store: Store, now: datetime) -> None:
    with store.write() as db:
        publications.mark_dirty(db, ["work"], now)
        values = {"title": "Work", "titles": "{}", "any": "[]", "all": "[]", "none": "[]"}
        db.execute(insert(topics).values(id="work", created_at=now, closed_at=now, **values))
        found = publications.feed(db, "work")
        assert found is not None
        assert found.closed_at == now
        assert publications.dirty(db) == ()


def test_fragments_are_replaced_whole(ledger: Store) -> None:
    with ledger.write() as db:
        publications.put_fragments(db, {"a": {"atom": b"1", "rss": b"2", "json": b"3"}})
        publications.put_fragments(db, {"a": {"atom": b"4"}})
        assert publications.kept(db, ["a", "b"], "atom") == {"a": b"4"}
        assert publications.kept(db, ["a", "b"], "rss") == {}


def test_entries_are_walked_in_chunks(ledger: Store) -> None:
    with ledger.read() as db:
        assert publications.entry_ids(db, "", 2) == ("a", "b")
        assert publications.entry_ids(db, "b", 10) == ("c", "d", "e")
