"""Entries as they are kept: found by every question, revised without loss, never deleted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from state import entries, filings, sightings, sources, topics
from state.errors import NotFound
from state.filings import Draft
from state.records import Countries, Enclosure, Entry, Record, Sighting, Topic
from state.sightings import Standing
from state.store import Store
from tests.state.rows import NOW, entry, source

LATER = NOW + timedelta(hours=1)


def keep(store: Store, *made: Entry, topic: str = "") -> None:
    with store.write() as db:
        entries.add(db, made)
        for one in made:
            filings.file(db, one.id, "all", mailable=True, why="", now=NOW)
            if topic:
                filings.file(db, one.id, topic, mailable=True, why="", now=NOW)


def ids(store: Store, **asked: object) -> list[str]:
    with store.read() as db:
        return [one.id for one in entries.entries(db, **asked)]  # type: ignore[arg-type]


def test_an_entry_is_given_back_as_it_was_kept(store: Store) -> None:
    told = Record(
        title="Ten provinces agree",
        date="2006-05",
        place="PHNOM PENH",
        enclosures=(Enclosure("https://office.example.org/a.pdf", language="km"),),
        confidence={"date": 0.9},
    )
    made = replace(entry("a"), record=told, countries=Countries(("KH",), ("TH",)), published_at=NOW)
    keep(store, made)

    with store.read() as db:
        assert entries.entry(db, "a") == replace(made, seq=1)


def test_an_unknown_entry_is_named_with_the_command_that_lists_them(store: Store) -> None:
    with store.read() as db, pytest.raises(NotFound, match="entry list"):
        entries.entry(db, "nosuch")


def test_unknown_ids_are_left_out_of_many(store: Store) -> None:
    keep(store, entry("a"))
    with store.read() as db:
        assert list(entries.by_ids(db, ["a", "nosuch"])) == ["a"]


def test_more_entries_than_a_statement_takes_variables_are_found(store: Store) -> None:
    keep(store, *(entry(f"e{number}") for number in range(1200)))
    with store.read() as db:
        assert len(entries.by_ids(db, [f"e{number}" for number in range(1200)])) == 1200


def test_entries_come_with_the_newest_filing_first(store: Store) -> None:
    keep(store, entry("first"), entry("second"), entry("third"))
    assert ids(store) == ["third", "second", "first"]
    assert ids(store, limit=2) == ["third", "second"]


def test_entries_of_a_topic_come_in_the_order_of_its_own_filings(store: Store) -> None:
    keep(store, entry("first"), entry("second"), entry("third"))
    with store.write() as db:
        filings.file_all(db, [Draft("third", "wages", False), Draft("first", "wages", False)], now=LATER)
    assert ids(store, topic="wages") == ["first", "third"]


def test_an_entry_names_its_open_topics_only(store: Store) -> None:
    keep(store, entry("a"), topic="wages")
    with store.write() as db:
        topics.put_topic(db, Topic("wages", "Wages", any=("wage",)), NOW)
    with store.read() as db:
        assert entries.entry(db, "a").topics == ("wages",)
    with store.write() as db:
        topics.close_topic(db, "wages", NOW)
    with store.read() as db:
        assert entries.entry(db, "a").topics == ()


def test_unfiled_are_those_under_no_topic_but_all(store: Store) -> None:
    keep(store, entry("a"), topic="wages")
    keep(store, entry("b"))
    assert ids(store, unfiled=True) == ["b"]


def test_a_country_is_asked_among_the_effective_ones(store: Store) -> None:
    keep(
        store,
        entry("text", countries=Countries(text=("KH",), page=("TH",))),
        entry("page", countries=Countries(page=("KH",))),
        entry("dateline", countries=Countries(dateline=("KH",))),
    )
    assert ids(store, country="kh") == ["page", "text"]
    assert ids(store, country="KH", limit=1) == ["page"]


def test_all_words_of_a_search_must_occur(store: Store) -> None:
    keep(store, entry("a", "Home workers", "Safety at home"), entry("b", "Home economics"))
    assert ids(store, search="safety WORKERS") == ["a"]


def test_entries_of_a_source_are_those_with_a_sighting_there(store: Store) -> None:
    keep(store, entry("a"), entry("b"))
    with store.write() as db:
        seen = Sighting("ministry", "https://ministry.example.org/", "a", "", 0, "url", NOW, NOW)
        sightings.see(db, [Standing(seen, "fp")])
    assert ids(store, source="ministry") == ["a"]


def test_since_asks_when_an_entry_was_first_seen(store: Store) -> None:
    keep(store, entry("old"), entry("new", first_seen_at=LATER))
    assert ids(store, since=LATER) == ["new"]


def test_a_hidden_entry_is_listed_only_when_asked_and_can_be_shown_again(store: Store) -> None:
    keep(store, entry("a"))
    with store.write() as db:
        entries.hide(db, "a", now=NOW)
    assert (ids(store), ids(store, hidden=True)) == ([], ["a"])
    with store.write() as db:
        entries.hide(db, "a", now=None)
    assert ids(store) == ["a"]


def test_hiding_what_is_not_there_says_so(store: Store) -> None:
    with store.write() as db, pytest.raises(NotFound):
        entries.hide(db, "nosuch", now=NOW)


def test_every_wording_is_kept_and_only_a_significant_one_counts(store: Store) -> None:
    keep(store, entry("a", "Sok Drara freed"))
    with store.write() as db:
        typo = replace(entry("a"), record=Record(title="Sok Dara freed"))
        kept = entries.revise(db, typo, source="office", significant=False, now=LATER)
        news = replace(kept, record=Record(title="Sok Dara and three others freed"))
        entries.revise(db, news, source="office", significant=True, now=LATER)
    with store.read() as db:
        said = [(one.number, one.significant, one.record.title) for one in entries.revisions(db, "a")]
        now = entries.entry(db, "a")

    assert said == [
        (1, True, "Sok Drara freed"),
        (2, False, "Sok Dara freed"),
        (3, True, "Sok Dara and three others freed"),
    ]
    assert (now.revision, now.title) == (3, "Sok Dara and three others freed")


def test_a_withdrawn_entry_keeps_the_first_date_and_can_come_back(store: Store) -> None:
    keep(store, entry("a"))
    with store.write() as db:
        entries.withdraw(db, ["a"], now=NOW)
        entries.withdraw(db, ["a"], now=LATER)
    with store.read() as db:
        assert entries.entry(db, "a").withdrawn_at == NOW
    with store.write() as db:
        entries.restore(db, ["a"])
    with store.read() as db:
        assert entries.entry(db, "a").withdrawn_at is None


def test_the_sightings_of_an_entry_are_listed_from_the_first(store: Store) -> None:
    keep(store, entry("a"))
    first = Sighting("office", "https://office.example.org/list", "a", "u", 0, "minted", NOW, NOW)
    second = Sighting("ministry", "https://ministry.example.org/", "a", "u", 4, "url", LATER, LATER)
    with store.write() as db:
        sources.put(db, source())
        sightings.see(db, [Standing(second, "fp"), Standing(first, "fp")])
    with store.read() as db:
        assert entries.sightings(db, "a") == (first, second)
