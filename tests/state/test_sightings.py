"""Sightings and evidence: what stands where, and what a key leads to."""

from datetime import datetime, timedelta

from state import entries, sightings, sources
from state.records import Sighting, Validators
from state.sightings import Standing
from state.sources import Document
from state.store import Store
from tests.state.rows import NOW, entry, source

LATER = NOW + timedelta(hours=1)
LIST = "https://office.example.org/list"


def seen(id: str, at: datetime, *, document: str = LIST, position: int = 0, said: str = "fp") -> Standing:
    return Standing(Sighting("office", document, id, f"https://x/{id}", position, "minted", at, at), said)


def prepared(store: Store, *ids: str) -> None:
    with store.write() as db:
        sources.put(db, source())
        entries.add(db, [entry(id) for id in ids])


def read(store: Store, document: str, at: datetime) -> None:
    with store.write() as db:
        sources.put_documents(db, {"office": [Document(Validators(document), at, "repeated", 1)]})


def test_what_stands_is_what_was_seen_at_the_last_change_in_page_order(store: Store) -> None:
    prepared(store, "a", "b", "c")
    with store.write() as db:
        sightings.see(db, [seen("a", NOW), seen("b", NOW, position=1)])
        sightings.see(db, [seen("b", LATER, position=1), seen("c", LATER)])
        standing = sightings.standing(db, [("office", LIST), ("office", "nosuch")])
    assert standing["office", "nosuch"] == ()
    there = standing["office", LIST]
    assert [one.sighting.entry for one in there] == ["c", "b"]
    assert there[1].sighting.first_seen_at == NOW
    assert there[1].sighting.last_seen_at == LATER


def test_what_a_document_said_is_remembered_of_entries_that_left_it(store: Store) -> None:
    prepared(store, "a", "b")
    with store.write() as db:
        sightings.see(db, [seen("a", NOW, said="old"), seen("b", NOW, said="b")])
        sightings.see(db, [seen("b", LATER, said="new")])
        places = sightings.places(db, ["a", "b", "nosuch"])
    assert {id: [one.fingerprint for one in some] for id, some in places.items()} == {"a": ["old"], "b": ["new"]}


def test_an_entry_stands_in_a_document_while_that_shows_it(store: Store) -> None:
    prepared(store, "a")
    other = "https://office.example.org/months"
    with store.write() as db:
        sightings.see(db, [seen("a", NOW), seen("a", NOW, document=other)])

    def stands() -> set[str]:
        with store.read() as db:
            return {one.document for one in sightings.places(db, ["a"])["a"] if one.stands}

    assert stands() == set()  # they were not kept
    read(store, other, NOW)
    assert stands() == {other}
    read(store, other, LATER)  # it changed, and the entry was not seen again
    assert stands() == set()


def test_a_key_leads_to_its_entries_oldest_evidence_first(store: Store) -> None:
    prepared(store, "a", "b")
    with store.write() as db:
        sightings.add_evidence(db, [("b", ("title", "same"))], now=NOW)
        sightings.add_evidence(db, [("a", ("title", "same")), ("a", ("url", "x/a"))], now=LATER)
        sightings.add_evidence(db, [("b", ("title", "same"))], now=LATER)
        known = sightings.known_by(db, [("title", "same"), ("url", "x/a"), ("guid", "same"), ("url", "x/b")])
        assert known == {("title", "same"): ("b", "a"), ("url", "x/a"): ("a",)}
        assert sightings.evidence_of(db, ["a"]) == {"a": {("title", "same"), ("url", "x/a")}}


def test_the_sources_of_an_entry_are_all_it_was_ever_seen_in(store: Store) -> None:
    prepared(store, "a", "b")
    with store.write() as db:
        sightings.see(db, [seen("a", NOW)])
        other = Sighting("ministry", LIST, "a", "", 0, "url", NOW, NOW)
        sightings.see(db, [Standing(other, "fp")])
        assert sightings.sources_of(db, ["a", "b"]) == {"a": {"office", "ministry"}}
        assert {one.source for one in sightings.places(db, ["a", "b"])["a"]} == {"office", "ministry"}


def test_visits_are_counted_with_what_they_write(store: Store) -> None:
    with store.write() as db:
        assert sightings.mark(db) == 0
        assert sightings.advance(db) == 0
        assert sightings.advance(db) == 1
    with store.read() as db:
        assert sightings.mark(db) == 2
