"""Hosts: one reader at a time, a gap between two requests, and what their robots.txt said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from state import hosts, polls, sources
from state.hosts import Rest, Robots, host_of
from state.polls import Settled
from state.records import Validators
from state.sources import Document
from state.store import Store
from tests.state.rows import NOW, source

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("where", "host"),
    [
        ("https://Office.Example.org/list", "office.example.org"),
        ("http://www.example.org:80/", "example.org"),
        ("https://example.org:8443/a", "example.org:8443"),
        ("http://[::1]:81/", "[::1]:81"),
        ("http://example.org./", "example.org"),
        ("/srv/papers", ""),
        ("http://[::1", ""),
        ("http://a:port/", ""),
        ("mailto:a@example.org", ""),
    ],
)
def test_a_host_is_whom_reading_bothers(where: str, host: str) -> None:
    assert host_of(where) == host


def test_a_host_is_held_by_one_until_it_is_given_back_or_the_lease_ends(store: Store) -> None:
    with store.write() as db:
        assert hosts.hold(db, {"a": "one", "b": "one"}, now=NOW, lease=60) == {"a", "b"}
        assert hosts.hold(db, {"a": "two", "c": "two"}, now=NOW, lease=60) == {"c"}
        hosts.release(db, [Rest("a", "two", None)])  # not theirs
        assert hosts.hold(db, {"a": "two"}, now=NOW, lease=60) == set()
        hosts.release(db, [Rest("a", "one", None), Rest("", "one", None)])
        assert hosts.hold(db, {"a": "two"}, now=NOW, lease=60) == {"a"}
        assert hosts.hold(db, {"b": "two"}, now=NOW + timedelta(seconds=60), lease=60) == {"b"}
        assert hosts.hold(db, {}, now=NOW, lease=60) == set()


def test_a_host_rests_as_long_as_it_was_told(store: Store) -> None:
    with store.write() as db:
        hosts.hold(db, {"a": "one"}, now=NOW, lease=60)
        hosts.release(db, [Rest("a", "one", NOW + 5 * SECOND, "its gap")])
        resting = hosts.host(db, "a")
        assert resting
        assert (resting.next_at, resting.reason, resting.holder) == (NOW + 5 * SECOND, "its gap", "")
        assert hosts.hold(db, {"a": "two"}, now=NOW + 4 * SECOND, lease=60) == set()
        assert hosts.hold(db, {"a": "two"}, now=NOW + 5 * SECOND, lease=60) == {"a"}
        assert hosts.host(db, "b") is None


def test_a_robots_txt_is_kept_whoever_holds_the_host(store: Store) -> None:
    rules = Robots("rules", "User-agent: *\nDisallow: /x\n", NOW + DAY)
    with store.write() as db:
        hosts.hold(db, {"a": "one", "b": "one"}, now=NOW, lease=60)
        hosts.put_robots(db, "a", rules)
        hosts.put_robots(db, "c", Robots("none", "", NOW + DAY))
        assert hosts.robots(db, ["a", "b", "c", "d"]) == {"a": rules, "c": Robots("none", "", NOW + DAY)}
        assert hosts.hold(db, {"a": "two"}, now=NOW, lease=60) == set()


# ---- with their sources ----


def known(store: Store, *places: str) -> None:
    """Sources s0, s1 … at these addresses, due in this order."""
    with store.write() as db:
        for number, where in enumerate(places):
            due = NOW - timedelta(minutes=10 - number)
            sources.put(db, source(f"s{number}", where=where, next_poll_at=due))


def ids(claims: tuple[sources.Claim, ...]) -> list[str]:
    return [claim.source.id for claim in claims]


A, A2, B = "https://a.example/1", "https://www.a.example/2", "https://b.example/1"


def test_of_one_host_one_source_is_claimed_and_files_have_none(store: Store) -> None:
    known(store, A, A2, "/srv/one", "/srv/two", B)
    with store.write() as db:
        first = sources.claim_due(db, owner="w", now=NOW, lease=60, limit=9)
    with store.write() as db:
        assert sources.claim_due(db, owner="x", now=NOW, lease=60, limit=9) == ()
        assert sources.claim(db, "s1", owner="x", now=NOW, lease=60) is None
        assert not polls.is_claimed(db, "s1", NOW)
        assert polls.is_claimed(db, "s0", NOW)
        hosts.release(db, [Rest(first[0].host, first[0].holder, None)])
        assert ids(sources.claim_due(db, owner="x", now=NOW, lease=60, limit=9)) == ["s1"]
    assert ids(first) == ["s0", "s2", "s3", "s4"]


def test_some_are_claimed_in_the_order_given_one_for_each_host(store: Store) -> None:
    known(store, A, A2, B)
    with store.write() as db:
        assert ids(sources.claim_some(db, ["s2", "s1", "s0"], owner="w", now=NOW, lease=60, limit=2)) == ["s2", "s1"]


def test_a_source_of_an_older_release_gets_its_host_when_it_is_claimed(store: Store) -> None:
    known(store, A)
    with store.write() as db:
        db.exec_driver_sql("UPDATE sources SET host = NULL")
        (claimed,) = sources.claim_due(db, owner="w", now=NOW, lease=60, limit=9)
    assert claimed.host == "a.example"


def test_who_waits_is_told_when_the_first_host_has_rested(store: Store) -> None:
    known(store, A, B)
    with store.write() as db:
        for claim in sources.claim_due(db, owner="w", now=NOW, lease=60, limit=9):
            sources.settle(db, claim, {})
            rest = 5 if claim.source.id == "s0" else 9
            hosts.release(db, [Rest(claim.host, claim.holder, NOW + rest * SECOND)])
        assert polls.next_claimable(db, NOW) == NOW + 5 * SECOND
        assert polls.next_claimable(db, NOW, ["s1"]) == NOW + 9 * SECOND
        assert polls.next_claimable(db, NOW + 10 * SECOND) is None
        sources.pause(db, "s0")
        assert polls.next_claimable(db, NOW) == NOW + 9 * SECOND


def test_a_host_that_asks_for_peace_lets_all_its_sources_wait(store: Store) -> None:
    known(store, A, A2, B)
    with store.write() as db:
        polls.postpone(db, "a.example", NOW + DAY, "the host asks to wait 1d")
        waiting = [(one.next_poll_at, one.next_poll_reason) for one in sources.sources(db)]
    assert waiting[:2] == [(NOW + DAY, "the host asks to wait 1d")] * 2
    assert waiting[2][0] != NOW + DAY


def test_many_polls_are_settled_at_once_but_not_what_another_took_over(store: Store) -> None:
    known(store, A, B, "/srv/one")
    with store.write() as db:
        claims = sources.claim_due(db, owner="w", now=NOW, lease=0, limit=9)
        again = sources.claim(db, "s1", owner="x", now=NOW + SECOND, lease=60)
        assert again
        assert polls.still_held(db, claims) == {"s0", "s2"}
        news: list[dict[str, object]] = [{"failures": 1, "error": "no"}, {"failures": 2}, {"failures": 3}]
        polls.settle_all(db, [Settled(claim, new) for claim, new in zip(claims, news, strict=True)])
        assert [one.failures for one in sources.sources(db)] == [1, 0, 3]
        assert not polls.is_claimed(db, "s2", NOW)


def test_neighbours_are_sources_elsewhere_that_could_be_read(store: Store) -> None:
    known(store, A, A2, B, "/srv/one")
    with store.write() as db:
        sources.put(db, source("bad", where="https://c.example/", failures=1))
        assert polls.neighbours(db, "a.example", 3) == (B,)


def test_a_source_that_moves_takes_along_what_is_known_of_its_page(store: Store) -> None:
    known(store, A)
    page = Document(Validators(A, '"1"', "", "hash"), NOW, "repeated", 5)
    with store.write() as db:
        sources.put_documents(db, {"s0": [page]})
        sources.move(db, "s0", B)
        assert list(sources.documents(db, "s0")) == [B]
        assert sources.source(db, "s0").where == B
        (claimed,) = sources.claim_due(db, owner="w", now=NOW, lease=60, limit=9)
        assert claimed.host == "b.example"
        kept = replace(page, validators=Validators(B, '"1"', "", "hash"))
        assert sources.all_documents(db, ["s0", "s1"]) == {"s0": {B: kept}, "s1": {}}
