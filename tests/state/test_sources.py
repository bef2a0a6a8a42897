"""Sources as they are kept, and claims: two workers never hold one source, and who slept too long settles nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from state import hosts, sources
from state.errors import NotFound
from state.hosts import Rest
from state.records import Validators
from state.sources import Document
from state.store import Store
from tests.state.rows import NOW, source

LATER = NOW + timedelta(hours=1)


def test_a_source_is_given_back_as_it_was_kept(store: Store) -> None:
    made = source(select={"title": "h3"}, country="KH", failures=2, error="no answer", first_seen_at=NOW)
    with store.write() as db:
        sources.put(db, made)
        assert sources.source(db, "office") == made
        assert sources.watching(db, made.where) == made


def test_an_unknown_source_is_named_with_the_command_that_lists_them(store: Store) -> None:
    with store.write() as db:
        for ask in (
            lambda: sources.source(db, "nosuch"),
            lambda: sources.pause(db, "nosuch"),
            lambda: sources.remove(db, "nosuch"),
            lambda: sources.claim(db, "nosuch", owner="w", now=NOW, lease=60),
            lambda: sources.edit(db, "nosuch", {"title": "x"}),
        ):
            with pytest.raises(NotFound, match="source list"):
                ask()


def test_removed_sources_are_listed_only_when_asked(store: Store) -> None:
    with store.write() as db:
        sources.put(db, source("a"))
        sources.put(db, source("b"))
        sources.put(db, source("c"))
        sources.remove(db, "a")
        sources.pause(db, "b")
        assert [one.id for one in sources.sources(db)] == ["b", "c"]
        assert [one.id for one in sources.sources(db, "removed")] == ["a"]
        assert [one.id for one in sources.sources(db, "active")] == ["c"]
        assert sources.taken_ids(db) == {"a", "b", "c"}


def test_a_removed_source_can_be_put_again(store: Store) -> None:
    with store.write() as db:
        sources.put(db, source())
        sources.remove(db, "office")
        sources.put(db, source(title="Back"))
        assert sources.source(db, "office").title == "Back"
        assert sources.source(db, "office").state == "active"


def test_an_edit_changes_what_it_names(store: Store) -> None:
    with store.write() as db:
        sources.put(db, source())
        edited = sources.edit(db, "office", {"every": 60, "select": {"date": ".when"}})
    assert edited == source(every=60, select={"date": ".when"})


def test_what_is_due_is_claimed_longest_waiting_first(store: Store) -> None:
    with store.write() as db:
        sources.put(db, source("later", next_poll_at=LATER))
        sources.put(db, source("second"))
        sources.put(db, source("first", next_poll_at=NOW - timedelta(hours=1)))
        sources.put(db, source("asleep", state="paused"))
        due = sources.claim_due(db, owner="w1", now=NOW, lease=60, limit=5)
        assert [one.source.id for one in due] == ["first", "second"]
        assert sources.next_due(db) == NOW - timedelta(hours=1)


def test_no_more_is_claimed_than_asked(store: Store) -> None:
    with store.write() as db:
        for name in "abc":
            sources.put(db, source(name))
        assert len(sources.claim_due(db, owner="w1", now=NOW, lease=60, limit=2)) == 2
        assert len(sources.claim_due(db, owner="w2", now=NOW, lease=60, limit=2)) == 1


def test_a_held_source_is_not_claimed_until_its_lease_ends(store: Store) -> None:
    with store.write() as db:
        sources.put(db, source())
        assert sources.claim(db, "office", owner="w1", now=NOW, lease=60)
        assert sources.claim(db, "office", owner="w2", now=NOW, lease=60) is None
        assert sources.claim_due(db, owner="w2", now=NOW, lease=60, limit=5) == ()
        assert sources.claim_some(db, ["office"], owner="w2", now=NOW, lease=60) == ()
        assert sources.claim(db, "office", owner="w2", now=NOW + timedelta(seconds=60), lease=60)


def test_a_worker_that_slept_through_its_lease_settles_nothing(store: Store) -> None:
    with store.write() as db:
        sources.put(db, source())
        slept = sources.claim(db, "office", owner="w1", now=NOW, lease=60)
        awake = sources.claim(db, "office", owner="w2", now=LATER, lease=60)
        assert slept
        assert awake
        assert not sources.settle(db, slept, {"error": "old"})
        assert sources.settle(db, awake, {"error": "new", "next_poll_at": LATER})
        assert sources.source(db, "office").error == "new"
        hosts.release(db, [Rest(awake.host, awake.holder, None)])
        assert sources.claim(db, "office", owner="w3", now=LATER, lease=60)


def test_a_source_that_was_removed_meanwhile_is_not_settled(store: Store) -> None:
    with store.write() as db:
        sources.put(db, source())
        claimed = sources.claim(db, "office", owner="w1", now=NOW, lease=60)
        assert claimed
        sources.remove(db, "office")
        assert not sources.settle(db, claimed, {"next_poll_at": LATER})


def test_a_resumed_source_is_due_at_once_with_a_clean_slate(store: Store) -> None:
    with store.write() as db:
        sources.put(db, source(failures=7, error="no answer", state="paused", next_poll_at=LATER))
        sources.resume(db, "office", now=NOW)
        again = sources.source(db, "office")
    assert (again.state, again.failures, again.error, again.next_poll_at) == ("active", 0, "", NOW)


def test_documents_keep_their_validators_verbatim(store: Store) -> None:
    page = Document(Validators("https://office.example.org/list", 'W/"1"', "Tue", "hash"), NOW, "repeated", 10)
    with store.write() as db:
        sources.put(db, source())
        sources.put_documents(db, {"office": [page]})
        assert sources.documents(db, "office") == {page.validators.url: page}

        again = replace(page, validators=replace(page.validators, etag='W/"2"'), records=11)
        sources.put_documents(db, {"office": [again]})
        assert sources.documents(db, "office") == {page.validators.url: again}

        sources.renew(db, "office", [replace(page.validators, etag='"3"', body_hash="other")])
        kept = sources.documents(db, "office")[page.validators.url].validators
        assert (kept.etag, kept.body_hash) == ('"3"', "hash")

        sources.forget_documents(db, "office")
        assert sources.documents(db, "office") == {}
