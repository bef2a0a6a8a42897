"""Histories, doubts, rejections, kept responses and rules: what the store remembers of how a source was read."""

from datetime import datetime, timedelta

import pytest

from state import doubts, raw, rules, sources
from state.doubts import Held, History, Look, Restless
from state.raw import MOST, Raw
from state.rules import Rule
from state.store import Store
from tests.feeds.samples import NOW, source

URL, OTHER = "https://office.example.org/list", "https://office.example.org/more"
DAY = timedelta(days=1)


@pytest.fixture
def office(store: Store) -> Store:
    with store.write() as db:
        sources.put(db, source())
    return store


def held(document: str = URL, **values: object) -> Held:
    made: dict[str, object] = {
        "reason": "vanished", "message": "few are left", "print": "p1", "since": NOW, "last_at": NOW, "polls": 1,
        "hash": "aa",
    }  # fmt: skip
    return Held(document, **{**made, **values})  # type: ignore[arg-type]


def response(hash: str, *, at: datetime = NOW, document: str = URL, is_held: bool = False) -> Raw:
    return Raw("office", document, hash, at, document, "text/html", 10, is_held)


def test_a_history_comes_back_as_it_was_put(office: Store) -> None:
    known = History((Look(10, 1.0, 0.5, 1.0),), 2, {"e1 summary": Restless(3, "d", NOW, True)}, {})
    with office.write() as db:
        doubts.put_histories(db, "office", {URL: History(), OTHER: History()})
        doubts.put_histories(db, "office", {URL: known})
        assert doubts.history_of(db, "office") == {URL: known, OTHER: History()}


def test_a_doubt_stands_until_it_is_dropped(office: Store) -> None:
    with office.write() as db:
        doubts.hold(db, "office", [held(), held(OTHER)])
        doubts.hold(db, "office", [held(polls=2)])
        assert doubts.held(db, "office") == {URL: held(polls=2), OTHER: held(OTHER)}
        doubts.drop(db, "office", [URL])
        assert doubts.held(db, "office") == {OTHER: held(OTHER)}


def test_a_doubt_that_goes_away_by_itself_is_counted(office: Store) -> None:
    with office.write() as db:
        doubts.hold(db, "office", [held()])
        doubts.all_over(db, ["office", "another"])
        doubts.all_over(db, ["office"])
        assert doubts.held(db, "office") == {}
        assert doubts.history_of(db, "office")[URL].flaps == 1


def test_a_rejection_is_of_a_content_and_may_be_taken_back(office: Store) -> None:
    with office.write() as db:
        doubts.reject(db, "office", [held()], now=NOW)
        doubts.reject(db, "office", [held()], now=NOW + DAY)
        assert doubts.rejected(db, "office") == {(URL, "p1")}
        doubts.forgive(db, "office", [held(print="p2")])
        assert doubts.rejected(db, "office") == {(URL, "p1")}
        doubts.forgive(db, "office", [held()])
        assert doubts.rejected(db, "office") == frozenset()


def test_the_newest_believed_response_of_each_document_is_the_last(office: Store) -> None:
    new, old, doubtful = response("bb", at=NOW + DAY), response("aa"), response("cc", at=NOW + 2 * DAY, is_held=True)
    with office.write() as db:
        raw.put(db, [new, old, doubtful, response("dd", document=OTHER)])
        assert raw.raws(db, "office", document=URL) == (doubtful, new, old)
        assert raw.last(db, "office") == {URL: new, OTHER: response("dd", document=OTHER)}


def test_a_response_that_comes_again_takes_the_new_time_and_is_believed(office: Store) -> None:
    with office.write() as db:
        raw.put(db, [response("aa", is_held=True)])
        raw.put(db, [response("aa", at=NOW + DAY)])
        assert raw.raws(db, "office") == (response("aa", at=NOW + DAY),)


def test_old_responses_go_but_the_newest_of_a_document_stays() -> None:
    kept = [response(str(n), at=NOW - n * DAY) for n in range(5)]
    assert raw.over(kept, NOW - 2 * DAY, ()) == tuple(kept[3:])
    assert raw.over([response("old", at=NOW - 900 * DAY)], NOW, ()) == ()


def test_no_document_keeps_more_than_so_many() -> None:
    kept = [response(str(n), at=NOW - n * timedelta(minutes=1)) for n in range(MOST + 3)]
    assert raw.over(kept, NOW - DAY, ()) == tuple(kept[MOST:])


def test_what_is_held_goes_with_its_doubt_whatever_its_age() -> None:
    doubtful = response("aa", at=NOW - 900 * DAY, is_held=True)
    assert raw.over([doubtful], NOW, {(URL, "aa")}) == ()
    assert raw.over([doubtful], NOW, ()) == (doubtful,)


def test_the_first_rule_that_is_adopted_keeps_the_declared_way(office: Store) -> None:
    with office.write() as db:
        made = rules.adopt(db, source(), Rule(0, {"item": "li"}, method="guided:repeated", why="learnt"), now=NOW)
        first, second = rules.rules(db, "office")
        assert (first.number, dict(first.select), first.retired_at) == (1, {}, NOW)
        assert (second, rules.present(db, source())) == (made, made)


def test_a_rule_ends_when_the_admin_declares_other_selectors(office: Store) -> None:
    with office.write() as db:
        rules.adopt(db, source(), Rule(0, {"item": "li"}), now=NOW)
        assert rules.present(db, source(select={"item": "article"})) is None


def test_an_offered_rule_does_not_hold_and_is_offered_once(office: Store) -> None:
    declared = source(select={"item": "article"})
    with office.write() as db:
        rules.offer(db, declared, Rule(0, {"item": "li"}), now=NOW)
        rules.offer(db, declared, Rule(0, {"item": "li"}), now=NOW + DAY)
        assert [dict(one.select) for one in rules.rules(db, "office")] == [{"item": "article"}, {"item": "li"}]
        assert rules.present(db, declared) is None


def test_an_offer_beside_a_rule_leaves_it_in_force(office: Store) -> None:
    with office.write() as db:
        holds = rules.adopt(db, source(), Rule(0, {"item": "li"}), now=NOW)
        rules.offer(db, source(), Rule(0, {"item": "tr"}), now=NOW + DAY)
        assert rules.present(db, source()) == holds
