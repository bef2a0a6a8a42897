"""Rows of people: looked up, counted, changed by compare-and-set, and asked before each mail."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from state import outbox, subscribers, subscriptions
from state.errors import NotFound
from state.records import Message, Subscriber, Subscription
from state.store import Store


def person(name: str, now: datetime, **changes: object) -> Subscriber:
    made = Subscriber(name, f"{name}@example.org", "confirmed", "UTC", "en", "09:00", 0, 1, 1, now)
    return replace(made, **changes)  # type: ignore[arg-type]


def add(store: Store, *people: Subscriber) -> None:
    with store.write() as db:
        for one in people:
            subscribers.add(db, one, one.email)


def queue(store: Store, one: Subscriber, now: datetime, kind: str = "digest") -> Message:
    with store.write() as db:
        outbox.enqueue(
            db,
            subscriber=one.id,
            recipient=one.email,
            generation=one.generation,
            kind=kind,
            key="k",
            edition=None,
            message_id="<m@example.org>",
            lane=1,
            now=now,
        )
        return outbox.messages(db)[0]


def test_what_was_added_is_found_as_it_was(store: Store, now: datetime) -> None:
    sok = person("sok", now, language="km", timezone="Asia/Phnom_Penh", confirmed_at=now, left_at=now)
    add(store, sok)
    with store.read() as db:
        assert subscribers.subscriber(db, "sok") == subscribers.of_key(db, "sok@example.org") == sok
        assert subscribers.of_ids(db, ["sok", "nobody"]) == {"sok": sok}
        assert subscribers.email_key(db, "sok") == "sok@example.org"
        assert subscribers.of_key(db, "x@example.org") is None
        with pytest.raises(NotFound, match="subscriber list"):
            subscribers.subscriber(db, "nobody")


def test_a_list_is_by_topic_whatever_its_facets_and_by_state(store: Store, now: datetime) -> None:
    add(store, person("a", now), person("b", now), person("c", now, state="left"))
    with store.write() as db:
        for name, topic in (("a", "mines?country=KH"), ("b", "mines-old"), ("c", "mines")):
            subscriptions.add(db, Subscription(name, topic, "daily", 0, 0, now))
        assert [one.id for one in subscribers.listed(db)] == ["a", "b", "c"]
        assert [one.id for one in subscribers.listed(db, topic="mines")] == ["a", "c"]
        assert [one.id for one in subscribers.listed(db, topic="mines", state="left")] == ["c"]
        assert [one.id for one in subscribers.listed(db, limit=1)] == ["a"]
        assert [row.subscriber for row in subscriptions.listed(db, topic="mines")] == ["a", "c"]
        assert subscribers.counts(db) == {"confirmed": 2, "left": 1}


def test_only_one_of_two_who_change_a_state_at_once_wins(store: Store, now: datetime) -> None:
    add(store, person("sok", now))
    with store.write() as db:
        assert subscribers.change(db, "sok", expected=["confirmed"], state="paused")
        assert not subscribers.change(db, "sok", expected=["confirmed"], state="left")
        assert subscribers.subscriber(db, "sok").state == "paused"


@pytest.mark.parametrize(
    ("kind", "state", "reason"),
    [
        ("digest", "confirmed", None),
        ("digest", "pending", "the subscriber is pending"),
        ("digest", "paused", "the subscriber is paused"),
        ("digest", "suppressed", "the subscriber is suppressed"),
        ("digest", "left", "the subscriber is left"),
        ("confirm", "pending", None),
        ("confirm", "confirmed", None),
        ("confirm", "left", "the subscriber is left"),
        ("confirm", "suppressed", "the subscriber is suppressed"),
    ],
)
def test_a_mail_is_stopped_when_its_reader_is_gone(
    store: Store, now: datetime, kind: str, state: str, reason: str | None
) -> None:
    sok = person("sok", now)
    add(store, sok)
    message = queue(store, sok, now, kind)
    with store.write() as db:
        subscribers.change(db, "sok", expected=["confirmed"], state=state)
        assert subscribers.unsendable(db, [message]) == ({message.id: reason} if reason else {})


def test_a_mail_to_a_former_address_is_stopped(store: Store, now: datetime) -> None:
    sok = person("sok", now)
    add(store, sok)
    message = queue(store, sok, now)
    with store.write() as db:
        subscribers.change(db, "sok", expected=["confirmed"], generation=2)
        former = "the address was changed after the message was written"
        assert subscribers.unsendable(db, [message]) == {message.id: former}
        assert subscribers.unsendable(db, [replace(message, id=99)]) == {99: "no such subscriber any more"}


def test_the_log_keeps_its_order(store: Store, now: datetime) -> None:
    add(store, person("sok", now))
    with store.write() as db:
        for what in ("one", "two"):
            subscribers.log(db, "sok", at=now + timedelta(seconds=1), by="admin", what=what)
        assert [line.what for line in subscribers.history(db, "sok")] == ["one", "two"]


def test_the_next_digest_of_anybody_is_of_somebody_confirmed(store: Store, now: datetime) -> None:
    add(store, person("a", now, state="paused"), person("b", now))
    with store.write() as db:
        assert subscriptions.next_due(db) is None
        subscriptions.put_slots(db, "a", {"daily": now})
        subscriptions.put_slots(db, "b", {"daily": now + timedelta(days=1)})
        assert subscriptions.next_due(db) == now + timedelta(days=1)
