"""Who asked, who agreed, who left."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from mail import subscriptions, tokens
from mail.replay import replay
from mail.subscriptions import Already, Done, Expired, Shown, Unknown
from state import keys, outbox, stoplist, subscribers
from state import subscriptions as rows
from state.errors import Misuse, NotFound, UserError
from state.store import Store
from state.topics import close_topic
from tests.mail.people import SITE, entry, file, know_topics, subscribe

DAY = timedelta(days=1)
SOK = "sok@example.org"


@pytest.fixture
def ask(store: Store, now: datetime) -> Callable[..., str]:
    """Ask for topics as a stranger at the web form does; gives the token of the confirmation mail."""
    with store.write() as db:
        know_topics(db, now)

    def asked(*topics: str, at: datetime = now, every: str = "weekly") -> str:
        with store.write() as db:
            done = subscribe(db, SOK, *topics, now=at, confirmed=False, by="subscriber", every=every)
            assert done.mailed_confirmation
            return outbox.messages(db)[0].key

    return asked


def state_of(store: Store) -> str:
    with store.read() as db:
        return subscriptions.show(db, SOK).subscriber.state


def topics_of(store: Store) -> dict[str, str]:
    with store.read() as db:
        return {row.topic: row.every for row in subscriptions.show(db, SOK).subscriptions}


def test_the_link_in_the_confirmation_mail_makes_a_subscriber(
    store: Store, now: datetime, ask: Callable[..., str]
) -> None:
    token = ask("harvest?country=kh", "all")
    assert state_of(store) == "pending"

    with store.write() as db:
        done = subscriptions.confirm(db, token, now=now + DAY)

    assert isinstance(done, Done)
    assert state_of(store) == "confirmed"
    assert topics_of(store) == {"harvest?country=KH": "weekly", "all": "weekly"}


def test_confirming_twice_is_confirming_once(store: Store, now: datetime, ask: Callable[..., str]) -> None:
    token = ask("harvest")
    with store.write() as db:
        subscriptions.confirm(db, token, now=now)
        before = subscriptions.show(db, SOK)
        assert isinstance(subscriptions.confirm(db, token, now=now + DAY), Already)
        assert subscriptions.show(db, SOK) == before


def test_a_confirmation_link_works_for_seven_days(store: Store, now: datetime, ask: Callable[..., str]) -> None:
    token = ask("harvest")
    with store.write() as db:
        assert isinstance(subscriptions.read(db, token, "confirm", now=now + 7 * DAY - timedelta(seconds=1)), Shown)
        assert isinstance(subscriptions.confirm(db, token, now=now + 7 * DAY), Expired)
    assert state_of(store) == "pending"


def test_an_old_confirmation_link_does_not_undo_leaving(store: Store, now: datetime, ask: Callable[..., str]) -> None:
    token = ask("harvest")
    with store.write() as db:
        subscriptions.confirm(db, token, now=now)
        subscriptions.remove(db, SOK, by="admin", now=now + DAY)
        assert isinstance(subscriptions.confirm(db, token, now=now + 2 * DAY), Expired)
    assert state_of(store) == "left"

    fresh = ask("mines", at=now + 2 * DAY)
    with store.write() as db:
        assert isinstance(subscriptions.confirm(db, token, now=now + 3 * DAY), Expired)
        assert isinstance(subscriptions.confirm(db, fresh, now=now + 3 * DAY), Done)
    assert topics_of(store) == {"mines": "weekly"}


def test_an_old_confirmation_link_does_not_bring_a_topic_back(
    store: Store, now: datetime, ask: Callable[..., str]
) -> None:
    token = ask("harvest", "mines")
    with store.write() as db:
        subscriptions.confirm(db, token, now=now)
        subscriptions.unsubscribe_topic(db, SOK, "harvest", by="admin", now=now + DAY)
        assert isinstance(subscriptions.confirm(db, token, now=now + 2 * DAY), Expired)
    assert topics_of(store) == {"mines": "weekly"}


def test_what_a_stranger_asks_for_a_known_address_changes_nothing_until_it_is_confirmed(
    store: Store, now: datetime, ask: Callable[..., str]
) -> None:
    with store.write() as db:
        subscribe(db, SOK, "harvest", now=now, every="monthly")
    token = ask("harvest", "mines", every="now")
    assert topics_of(store) == {"harvest": "monthly"}

    with store.write() as db:
        subscriptions.confirm(db, token, now=now)
    assert topics_of(store) == {"harvest": "now", "mines": "now"}


def test_confirming_takes_only_what_that_mail_named(store: Store, now: datetime, ask: Callable[..., str]) -> None:
    mine = ask("harvest")
    ask("mines", at=now + DAY)
    with store.write() as db:
        subscriptions.confirm(db, mine, now=now + DAY)
    assert topics_of(store) == {"harvest": "weekly"}


def test_strangers_can_have_three_confirmation_mails_a_day_sent_to_one_address(
    store: Store, now: datetime, ask: Callable[..., str]
) -> None:
    for topic in ("harvest", "mines", "all"):
        ask(topic)
    with store.write() as db:
        more = subscribe(db, SOK, "mines?country=KH", now=now, confirmed=False, by="subscriber")
        later = subscribe(db, SOK, "mines?country=KH", now=now + 2 * DAY, confirmed=False, by="subscriber")
    assert not more.mailed_confirmation
    assert later.mailed_confirmation


def test_the_confirmation_says_what_how_often_and_what_last_week_brought(store: Store, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)
        file(db, entry("e1", now=now, title="A dry harvest"), "harvest", now=now)
        file(db, entry("e2", now=now, title="Deep mines"), "mines", now=now)
        subscribe(
            db,
            SOK,
            "harvest?country=KH",
            "harvest",
            now=now,
            confirmed=False,
            every="weekly",
            timezone="Asia/Phnom_Penh",
        )
        (mail,) = outbox.messages(db)
        payload = outbox.payload(db, mail.id)

    assert (mail.kind, mail.lane) == ("confirm", 0)
    for word in (
        "Harvest work (Cambodia)",
        "once a week, Monday at 09:00 (Asia/Phnom Penh time)",
        "A dry harvest",
        mail.key,
    ):
        assert word in payload
    assert "Deep mines" not in payload


def test_the_admin_adds_topics_to_a_known_person_at_once(store: Store, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)
        subscribe(db, SOK, "harvest", now=now, every="daily")
        done = subscribe(db, "SOK@Example.org", "mines", now=now, every="weekly", confirmed=False)
        assert outbox.messages(db) == ()
    assert done.added == ("mines",)
    assert topics_of(store) == {"harvest": "daily", "mines": "weekly"}


def test_a_new_subscription_starts_at_the_end_of_the_ledger(store: Store, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)
        file(db, entry("e1", now=now), "harvest", now=now)
        subscribe(db, SOK, "harvest", now=now)
        (row,) = rows.listed(db)
    assert (row.start_seq, row.cursor_seq) == (2, 2)


def test_each_rhythm_has_a_slot_and_now_has_none_while_nothing_is_owed(store: Store, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)
        subscribe(db, SOK, "harvest", now=now, every="weekly")
        subscriptions.add_topic(db, SOK, "mines", every="now", by="admin", now=now)
        due = subscriptions.show(db, SOK).due
    assert due == {"weekly": datetime.fromisoformat("2026-05-11T09:00Z")}


def test_changing_the_rhythm_moves_the_slot(store: Store, now: datetime) -> None:
    with store.write() as db:
        subscribe(db, SOK, now=now, every="weekly")
        subscriptions.change_rhythm(db, SOK, "all", every="daily", by="admin", now=now)
        assert subscriptions.show(db, SOK).due == {"daily": datetime.fromisoformat("2026-05-10T09:00Z")}
        assert isinstance(subscriptions.change_rhythm(db, SOK, "all", every="daily", by="admin", now=now), Already)


def test_leaving_drops_queued_mail_topics_and_slots(store: Store, now: datetime, ask: Callable[..., str]) -> None:
    ask("harvest")
    with store.write() as db:
        subscriptions.remove(db, SOK, by="admin", now=now)
        account = subscriptions.show(db, SOK)
        assert [message.state for message in outbox.messages(db)] == ["cancelled"]
        assert isinstance(subscriptions.remove(db, SOK, by="admin", now=now), Already)
    assert (account.subscriber.state, account.subscriptions, account.due) == ("left", (), {})


def test_one_click_leaves_everything_and_leaving_twice_is_leaving_once(store: Store, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)
        person = subscribe(db, SOK, "harvest", "mines", now=now).subscriber
        token = tokens.make(keys.ensure(db, "token", now=now), tokens.Token("unsubscribe", person.id, 1))
        shown = subscriptions.read(db, token, "unsubscribe", now=now)
        assert isinstance(shown, Shown)
        assert [asked.title for asked in shown.topics] == ["Harvest work", "Mines"]
        assert isinstance(subscriptions.unsubscribe(db, token, now=now), Done)
        assert isinstance(subscriptions.unsubscribe(db, token, now=now), Already)
    assert state_of(store) == "left"


def test_leaving_one_topic_keeps_the_others_and_leaving_the_last_is_leaving(store: Store, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)
        person = subscribe(db, SOK, "harvest", "mines", now=now).subscriber
        token = tokens.make(keys.ensure(db, "token", now=now), tokens.Token("unsubscribe", person.id, 1))
        assert isinstance(subscriptions.unsubscribe(db, token, topic="harvest", now=now), Done)
        assert isinstance(subscriptions.unsubscribe(db, token, topic="harvest", now=now), Already)
        assert subscriptions.show(db, SOK).subscriber.state == "confirmed"
        subscriptions.unsubscribe(db, token, topic="mines", now=now)
    assert state_of(store) == "left"


def test_a_link_of_a_former_address_is_nobodys(store: Store, now: datetime) -> None:
    with store.write() as db:
        person = subscribe(db, SOK, now=now).subscriber
        token = tokens.make(keys.ensure(db, "token", now=now), tokens.Token("unsubscribe", person.id, 1))
        subscribers.change(db, person.id, expected=["confirmed"], generation=2)
        assert isinstance(subscriptions.unsubscribe(db, token, now=now), Unknown)
        assert isinstance(subscriptions.read(db, token, "unsubscribe", now=now), Unknown)


def test_the_admin_cannot_vouch_for_somebody_who_left(store: Store, now: datetime) -> None:
    with store.write() as db:
        subscribe(db, SOK, now=now)
        subscriptions.remove(db, SOK, by="admin", now=now)
        with pytest.raises(UserError, match="left on 10 May 2026; only the person can come back"):
            subscribe(db, SOK, now=now)
        with pytest.raises(UserError, match="only the person can come back"):
            subscriptions.add_topic(db, SOK, "all", every="now", by="admin", now=now)
        asked = subscribe(db, SOK, now=now, confirmed=False)
    assert asked.mailed_confirmation
    assert state_of(store) == "pending"


def test_a_database_made_anew_beside_its_stop_list_still_knows_who_left(store: Store, now: datetime) -> None:
    with store.write() as db:
        signed = keys.ensure(db, "stoplist", now=now)
        stoplist.beside(db).append("left", SOK, keys=signed, at=now)
        with pytest.raises(UserError, match="only the person can come back"):
            subscribe(db, "Sok@example.org", now=now)


def test_an_older_copy_of_the_database_brings_nobody_back(store: Store, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)
        subscribe(db, SOK, "harvest", "mines", now=now)
        subscribe(db, "dara@example.org", "harvest", "mines", now=now)
        subscribe(db, "vanna@example.org", now=now)
    with store.read() as db:  # what happened after the copy was made is only in the stop-list
        signed, stop = keys.known(db, "stoplist"), stoplist.beside(db)
    stop.append("left", SOK, keys=signed, at=now + DAY)
    stop.append("left", "dara@example.org", keys=signed, at=now + DAY, topic="harvest")

    with store.write() as db:
        assert replay(db, now=now + 2 * DAY) == 2
        states = {person.email: person.state for person in subscribers.listed(db)}
        assert states == {SOK: "left", "dara@example.org": "confirmed", "vanna@example.org": "confirmed"}
        assert [row.topic for row in subscriptions.show(db, "dara@example.org").subscriptions] == ["mines"]
        assert replay(db, now=now + 3 * DAY) == 0


def test_who_asked_again_after_leaving_is_not_taken_off_by_the_stop_list(store: Store, now: datetime) -> None:
    with store.write() as db:
        subscribe(db, SOK, now=now)
        subscriptions.remove(db, SOK, by="admin", now=now)
        subscribe(db, SOK, now=now + DAY, confirmed=False)
        subscriptions.confirm(db, outbox.messages(db)[0].key, now=now + DAY)
        assert replay(db, now=now + 2 * DAY) == 0
    assert state_of(store) == "confirmed"


def test_every_change_is_in_the_log(store: Store, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)
        subscribe(db, SOK, "harvest", now=now, every="daily")
        subscriptions.change_rhythm(db, SOK, "harvest", every="now", by="admin", now=now)
        subscriptions.pause(db, SOK, by="admin", now=now)
        subscriptions.resume(db, SOK, by="admin", now=now)
        subscriptions.remove(db, SOK, by="admin", now=now + DAY)
        log = subscriptions.show(db, SOK).log
    assert [line.what for line in log] == [
        "added, confirmed",
        "subscribed to harvest, daily",
        "harvest: daily to now",
        "pause: confirmed to paused",
        "resume: paused to confirmed",
        "leave: confirmed to left",
    ]
    assert {line.by for line in log} == {"admin"}
    assert log[-1].at == now + DAY


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"topics": ("nothing",)}, NotFound, "no topic 'nothing'"),
        ({"topics": ("closed",)}, NotFound, "'closed' is closed"),
        ({"topics": ()}, Misuse, "no topic is named"),
        ({"every": "hourly"}, Misuse, "rhythm 'hourly'"),
        ({"at": "25:00"}, Misuse, "hour '25:00'"),
        ({"at": "9"}, Misuse, "hour '9'"),
        ({"weekday": 7}, Misuse, "day 7"),
        ({"timezone": "Mars/Base"}, Misuse, "time zone 'Mars/Base'"),
        ({"timezone": "../etc"}, Misuse, "time zone '../etc'"),
        ({"language": "english"}, Misuse, "language 'english'"),
        ({"email": "nobody"}, Misuse, "address 'nobody'"),
        ({"email": "a@example.org\r\nRCPT TO:<b@example.org>"}, Misuse, "control character"),
    ],
)
def test_what_does_not_exist_is_refused_in_words(
    store: Store, now: datetime, change: dict[str, object], error: type[UserError], words: str
) -> None:
    with store.write() as db:
        know_topics(db, now)
        from state.records import Topic
        from state.topics import put_topic

        put_topic(db, Topic("closed", "Closed"), now)
        close_topic(db, "closed", now)
    wanted: dict[str, object] = {"email": SOK, "topics": ("all",), "by": "admin", "site": SITE, "now": now} | change
    with pytest.raises(error, match=words.replace("(", r"\(")), store.write() as db:
        subscriptions.subscribe(db, **wanted)  # type: ignore[arg-type]
    with store.read() as db:
        assert subscribers.listed(db) == ()


def test_who_asks_for_what_they_have_is_told_where_to_change_it_once_a_day(store: Store, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)
        subscribe(db, SOK, "harvest", now=now)

    def ask_again(at: datetime) -> list[str]:
        with store.write() as db:
            asked = subscribe(db, SOK, "harvest", now=at, confirmed=False, by="subscriber")
            assert not asked.mailed_confirmation
            return [outbox.payload(db, one.id) for one in outbox.messages(db) if one.kind == "known"]

    (told,) = ask_again(now)
    assert "/preferences/p-" in told
    assert "Harvest work" in told
    assert len(ask_again(now + timedelta(hours=23))) == 1
    assert len(ask_again(now + timedelta(hours=25))) == 2
