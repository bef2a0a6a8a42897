"""Pages of people, and many added at once."""

from datetime import datetime

import pytest

from state import people, subscribers, subscriptions
from state.people import Newcomer
from state.records import Subscriber, Subscription
from state.store import Store
from state.subscribers import LogLine


def newcomer(name: str, now: datetime, topic: str = "all", state: str = "confirmed") -> Newcomer:
    email = f"{name}@example.org"
    person = Subscriber(name, email, state, "UTC", "en", "09:00", 0, 1, 1, now, now)
    row = Subscription(name, topic, "daily", 0, 0, now)
    return Newcomer(person, email, (row,), {"daily": now}, LogLine(now, "admin", "added"))


def add(store: Store, *some: Newcomer) -> set[str]:
    with store.write() as db:
        return people.add_all(db, some)


def test_people_are_added_whole(store: Store, now: datetime) -> None:
    one = newcomer("sok", now)

    assert add(store, one, newcomer("dara", now)) == {"sok", "dara"}

    with store.read() as db:
        assert subscribers.of_id(db, "sok") == one.person
        assert subscriptions.listed(db, subscriber="sok") == one.subscriptions
        assert subscriptions.slots_of(db, "sok") == {"daily": now}
        assert subscribers.history(db, "sok") == (one.said,)


def test_who_is_here_already_is_passed_over_with_all_that_is_theirs(store: Store, now: datetime) -> None:
    add(store, newcomer("sok", now))
    again = newcomer("other", now)
    same = Newcomer(again.person, "sok@example.org", again.subscriptions, again.due, again.said)

    assert add(store, same, newcomer("dara", now)) == {"dara"}

    with store.read() as db:
        assert subscribers.of_id(db, "other") is None
        assert subscriptions.listed(db, subscriber="other") == ()
        assert subscribers.history(db, "other") == ()


def test_nobody_is_added_by_nothing(store: Store) -> None:
    assert add(store) == set()


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_pages_hold_everybody_once_by_address(store: Store, now: datetime, size: int) -> None:
    names = ["b", "a", "e", "c", "d"]
    add(store, *(newcomer(name, now) for name in names))

    with store.read() as db:
        pages = list(people.pages(db, size=size))

    assert [person.id for page in pages for person, _ in page] == sorted(names)
    assert all(len(page) <= size for page in pages)
    assert all([row.topic for row in rows] == ["all"] for page in pages for _, rows in page)


def test_pages_are_of_a_topic_a_state_and_up_to_a_limit(store: Store, now: datetime) -> None:
    add(
        store,
        newcomer("a", now, "mill?country=KH"),
        newcomer("b", now, "mills"),
        newcomer("c", now, "mill", "paused"),
        newcomer("d", now, "mill"),
    )

    def ids(**asked: str | int) -> list[str]:
        with store.read() as db:
            return [one.id for page in people.pages(db, size=2, **asked) for one, _ in page]  # type: ignore[arg-type]

    assert ids(topic="mill") == ["a", "c", "d"]
    assert ids(topic="mill", state="confirmed") == ["a", "d"]
    assert ids(limit=3) == ["a", "b", "c"]
    assert ids(state="left") == []


def test_who_is_known_comes_with_what_they_read(store: Store, now: datetime) -> None:
    add(store, newcomer("sok", now))

    with store.read() as db:
        found = people.known(db, ["sok@example.org", "nobody@example.org"])

    assert {key: (one.person.id, dict(one.topics)) for key, one in found.items()} == {
        "sok@example.org": ("sok", {"all": "daily"})
    }
