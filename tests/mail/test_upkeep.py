"""People who do nothing are looked after: who never answered is forgotten, pauses end."""

from datetime import datetime, timedelta

from mail import subscriptions
from mail.upkeep import end_pauses, forget_unconfirmed
from state import outbox, stoplist, subscribers
from state.store import Store
from tests.mail.people import entry, file, know_topics, subscribe

DAY = timedelta(days=1)
SOK, DARA = "sok@example.org", "dara@example.org"


def people(store: Store) -> dict[str, str]:
    with store.read() as db:
        return {person.email: person.state for person in subscribers.listed(db)}


def ask(store: Store, email: str, at: datetime, *topics: str) -> None:
    with store.write() as db:
        subscribe(db, email, *topics, now=at, confirmed=False, by="subscriber", every="weekly")


def test_an_address_that_never_answered_is_forgotten(store: Store, now: datetime) -> None:
    ask(store, SOK, now)
    ask(store, DARA, now + 2 * DAY)
    with store.write() as db:
        assert forget_unconfirmed(db, now + DAY) == 1
        assert forget_unconfirmed(db, now + DAY) == 0
    assert people(store) == {DARA: "pending"}
    with store.read() as db:
        assert {one.recipient for one in outbox.messages(db)} == {"", DARA}
        assert stoplist.beside(db).newest() is None


def test_who_was_asked_again_since_may_still_answer(store: Store, now: datetime) -> None:
    ask(store, SOK, now)
    with store.write() as db:
        know_topics(db, now)
    ask(store, SOK, now + 5 * DAY, "mines")
    with store.write() as db:
        assert forget_unconfirmed(db, now + DAY) == 0


def test_who_confirmed_stays(store: Store, now: datetime) -> None:
    with store.write() as db:
        subscribe(db, SOK, now=now)
        assert forget_unconfirmed(db, now + 99 * DAY) == 0


def test_who_had_left_and_did_not_answer_has_left_as_before(store: Store, now: datetime) -> None:
    with store.write() as db:
        subscribe(db, SOK, now=now)
        subscriptions.remove(db, SOK, by="admin", now=now + DAY)
    ask(store, SOK, now + 2 * DAY)
    assert people(store) == {SOK: "pending"}
    with store.write() as db:
        assert forget_unconfirmed(db, now + 3 * DAY) == 1
        assert subscribers.last_left_at(db) == now + DAY
        assert not [one for one in outbox.messages(db) if one.state == "queued"]
    assert people(store) == {SOK: "left"}


def test_each_call_does_a_bounded_number(store: Store, now: datetime) -> None:
    for number in range(5):
        ask(store, f"a{number}@example.org", now)
    with store.write() as db:
        assert [forget_unconfirmed(db, now + DAY, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_a_pause_ends_by_itself_and_what_came_meanwhile_is_owed(store: Store, now: datetime) -> None:
    with store.write() as db:
        subscribe(db, SOK, now=now)
        subscribe(db, DARA, now=now)
        subscriptions.pause(db, SOK, until=now + 28 * DAY, by="subscriber", now=now)
        subscriptions.pause(db, DARA, by="admin", now=now)
        file(db, entry("new", now=now + DAY), now=now + DAY)
        assert end_pauses(db, now + 28 * DAY - timedelta(seconds=1)) == 0
        assert end_pauses(db, now + 28 * DAY) == 1
        account = subscriptions.show(db, SOK)
    assert people(store) == {SOK: "confirmed", DARA: "paused"}
    assert account.subscriber.paused_until is None
    assert account.due == {"now": now + 28 * DAY}
    assert account.log[-1].by == "service"
