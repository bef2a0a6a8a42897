"""The ledger of filings: numbers rise in commit order, rows are only added."""

import threading
from datetime import timedelta

from state import entries, filings
from state.filings import Draft
from state.records import Filing
from state.store import Store
from tests.state.rows import NOW, entry

LATER = NOW + timedelta(hours=1)


def made(store: Store, *ids: str) -> None:
    with store.write() as db:
        entries.add(db, [entry(id) for id in ids])


def test_an_empty_ledger_ends_at_nought(store: Store) -> None:
    with store.read() as db:
        assert filings.head_seq(db) == 0


def test_numbers_rise_in_the_order_of_filing(store: Store) -> None:
    made(store, "a", "b")
    with store.write() as db:
        first = filings.file(db, "a", "all", mailable=True, why="", now=NOW)
        rest = filings.file_all(db, [Draft("b", "all", True), Draft("a", "wages", False, "wage")], now=LATER)
        assert filings.head_seq(db) == 3
    with store.read() as db:
        assert filings.filings(db, "a") == (
            Filing(1, "a", "all", True, NOW, ""),
            Filing(3, "a", "wages", False, LATER, "wage"),
        )
    assert (first, [one.seq for one in rest]) == (1, [2, 3])


def test_what_is_filed_already_stays_as_it_is(store: Store) -> None:
    made(store, "a")
    with store.write() as db:
        filings.file(db, "a", "all", mailable=False, why="", now=NOW)
        assert filings.file(db, "a", "all", mailable=True, why="", now=LATER) == 0
        assert filings.head_seq(db) == 1
        assert filings.filed(db, ["a"]) == {("a", "all"): False}


def test_a_draft_that_comes_twice_is_filed_once(store: Store) -> None:
    made(store, "a")
    with store.write() as db:
        assert len(filings.file_all(db, [Draft("a", "all", True), Draft("a", "all", True)], now=NOW)) == 1


def test_a_transaction_that_fails_takes_no_number(store: Store) -> None:
    made(store, "a")
    try:
        with store.write() as db:
            filings.file(db, "a", "all", mailable=True, why="", now=NOW)
            raise RuntimeError
    except RuntimeError:
        pass
    with store.write() as db:
        assert filings.file(db, "a", "all", mailable=True, why="", now=NOW) == 1


def test_writers_at_once_get_numbers_without_a_gap_or_a_double(store: Store) -> None:
    names = [f"e{number}" for number in range(20)]
    made(store, *names)

    def file(some: list[str]) -> None:
        for name in some:
            with store.write() as db:
                filings.file(db, name, "all", mailable=True, why="", now=NOW)

    threads = [threading.Thread(target=file, args=(names[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with store.read() as db:
        assert sorted(one.seq for name in names for one in filings.filings(db, name)) == list(range(1, 21))


def test_a_release_gives_held_filings_new_numbers_in_their_old_order(store: Store) -> None:
    made(store, "held", "also", "other", "news")
    with store.write() as db:
        drafts = [Draft("held", "all", False), Draft("also", "all", False), Draft("other", "all", False)]
        filings.file_all(db, [*drafts, Draft("news", "all", True)], now=NOW)
    with store.write() as db:
        assert filings.release(db, ["also", "held", "news"], now=LATER) == 2
        seqs = {name: filings.filings(db, name)[0] for name in ("held", "also", "other", "news")}
    assert (seqs["held"].seq, seqs["also"].seq) == (5, 6)
    assert seqs["held"].mailable
    assert seqs["held"].filed_at == LATER
    assert (seqs["news"].seq, seqs["other"].mailable) == (4, False)


def test_releasing_nothing_takes_no_number(store: Store) -> None:
    made(store, "a")
    with store.write() as db:
        filings.file(db, "a", "all", mailable=True, why="", now=NOW)
        assert filings.release(db, ["a"], now=LATER) == 0
        assert filings.head_seq(db) == 1
