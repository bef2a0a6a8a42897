"""What people change by the link in their mails."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from mail import preferences, subscriptions
from mail.preferences import PAUSE, Erased, Wanted
from mail.subscriptions import Already, Done, Shown, Unknown
from state import keys, outbox, stoplist, subscribers
from state.errors import Misuse, NotFound
from state.store import Store
from tests.mail.people import SITE, entry, file, know_topics, subscribe

SOK = "sok@example.org"
DAY = timedelta(days=1)


@pytest.fixture
def link(store: Store, now: datetime) -> str:
    """The preferences token of somebody who reads about the harvest daily and about mines weekly."""
    with store.write() as db:
        know_topics(db, now)
        made = subscribe(db, SOK, "harvest?country=KH", now=now, every="daily")
        subscriptions.add_topic(db, SOK, "mines", every="weekly", by="admin", now=now)
        return preferences.link_token(db, made.subscriber, now=now)


@pytest.fixture
def save(store: Store, now: datetime, link: str) -> Callable[..., object]:
    def saved(**wanted: object) -> object:
        with store.write() as db:
            return preferences.save(db, link, Wanted(**wanted), site=SITE, now=now + timedelta(minutes=30))  # type: ignore[arg-type]

    return saved


def topics_of(store: Store) -> dict[str, str]:
    with store.read() as db:
        return {row.topic: row.every for row in subscriptions.show(db, SOK).subscriptions}


def test_rhythms_are_changed_added_and_ended_at_once(store: Store, save: Callable[..., object]) -> None:
    done = save(topics={"harvest?country=KH": "monthly", "mines": "", "all": "now"})
    assert isinstance(done, Done)
    assert topics_of(store) == {"harvest?country=KH": "monthly", "all": "now"}


def test_what_the_page_does_not_name_stays(store: Store, save: Callable[..., object]) -> None:
    save(at="07:30")
    assert topics_of(store) == {"harvest?country=KH": "daily", "mines": "weekly"}


def test_one_topic_can_be_exchanged_for_another_without_leaving(store: Store, save: Callable[..., object]) -> None:
    done = save(topics={"harvest?country=KH": "", "mines": "", "all": "weekly"})
    assert isinstance(done, Done)
    assert done.subscriber.state == "confirmed"
    assert topics_of(store) == {"all": "weekly"}


def test_taking_everything_away_is_leaving(store: Store, save: Callable[..., object]) -> None:
    done = save(topics={"harvest?country=KH": "", "mines": ""})
    assert isinstance(done, Done)
    assert done.subscriber.state == "left"
    with store.read() as db:
        key = subscribers.email_key(db, done.subscriber.id)
        assert stoplist.beside(db).left(key, keys=keys.known(db, "stoplist"))


def test_digests_come_at_the_new_hour_of_the_new_zone(store: Store, now: datetime, save: Callable[..., object]) -> None:
    save(at="07:30", weekday=4, timezone="Asia/Phnom_Penh", language="fr")
    with store.read() as db:
        account = subscriptions.show(db, SOK)
    assert account.due["daily"].isoformat() == "2026-05-11T00:30:00+00:00"
    assert account.due["weekly"].strftime("%A %H:%M") == "Friday 00:30"
    assert account.subscriber.language == "fr"
    assert {line.by for line in account.log if line.at > now} == {"subscriber"}


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"at": "25:00"}, Misuse),
        ({"timezone": "Mars/Base"}, Misuse),
        ({"monthday": 32}, Misuse),
        ({"topics": {"mines": "hourly"}}, Misuse),
        ({"topics": {"nothing": "daily"}}, NotFound),
        ({"topics": {f"t{n}": "daily" for n in range(999)}}, Misuse),
    ],
)
def test_what_does_not_exist_changes_nothing(
    store: Store, save: Callable[..., object], wanted: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        save(**{"topics": {"all": "daily"}, **wanted})
    assert topics_of(store) == {"harvest?country=KH": "daily", "mines": "weekly"}


def test_a_pause_lasts_four_weeks_and_can_be_ended(store: Store, now: datetime, link: str) -> None:
    with store.write() as db:
        done = preferences.pause(db, link, now=now)
        assert isinstance(done, Done)
        assert done.subscriber.paused_until == now + PAUSE
        assert isinstance(preferences.pause(db, link, now=now + DAY), Already)
        assert isinstance(preferences.resume(db, link, now=now + DAY), Done)
        assert isinstance(preferences.resume(db, link, now=now + DAY), Already)
        assert subscriptions.show(db, SOK).subscriber.paused_until is None


def test_the_export_holds_all_that_is_kept(store: Store, now: datetime, link: str) -> None:
    with store.write() as db:
        file(db, entry("e1", now=now), "mines", now=now)
        told = preferences.export(db, link, now=now)
    assert isinstance(told, dict)
    assert told["email"] == SOK
    assert "'topic': 'harvest?country=KH'" in str(told["subscriptions"])
    assert "'by': 'admin'" in str(told["log"])
    assert set(told) >= {"state", "mails", "entries_sent", "next", "timezone", "language", "confirmed"}


def test_who_is_deleted_is_known_to_nobody_and_to_the_stop_list(store: Store, now: datetime, link: str) -> None:
    with store.write() as db:
        person = subscriptions.show(db, SOK).subscriber
        key = subscribers.email_key(db, person.id)
        assert isinstance(preferences.forget(db, link, now=now + DAY), Erased)
        assert subscribers.listed(db) == ()
        assert subscribers.history(db, person.id) == ()
        assert all(SOK not in repr(one) for one in outbox.messages(db))
        assert stoplist.beside(db).left(key, keys=keys.known(db, "stoplist"))
        assert subscribers.last_left_at(db) == now + DAY
        for again in (preferences.read, preferences.export, preferences.pause):
            assert isinstance(again(db, link, now=now + DAY), Unknown)


@pytest.mark.parametrize("token", ["", "p-1-2", "x" * 2000])
def test_a_link_of_nobody_does_nothing(store: Store, now: datetime, link: str, token: str) -> None:
    broken = token or f"{link[:-1]}{'a' if link[-1] != 'a' else 'b'}"
    with store.write() as db:
        for act in (preferences.read, preferences.pause, preferences.resume, preferences.export, preferences.forget):
            assert isinstance(act(db, broken, now=now), Unknown)
        assert isinstance(preferences.save(db, broken, Wanted(), site=SITE, now=now), Unknown)


def test_a_link_to_leave_opens_no_preferences(store: Store, now: datetime, link: str) -> None:
    with store.write() as db:
        assert isinstance(preferences.read(db, f"u{link[1:]}", now=now), Unknown)
        assert isinstance(preferences.read(db, link, now=now), Shown)


def test_who_left_can_look_and_be_deleted_but_change_nothing(
    store: Store, now: datetime, link: str, save: Callable[..., object]
) -> None:
    with store.write() as db:
        subscriptions.remove(db, SOK, by="admin", now=now)
    assert isinstance(save(topics={"all": "daily"}), Already)
    assert topics_of(store) == {}
    with store.write() as db:
        assert isinstance(preferences.pause(db, link, now=now), Already)
        assert isinstance(preferences.forget(db, link, now=now), Erased)
