"""What the admin may do about a person: edit, vouch, erase; and what not even the admin may."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mail import administration, subscriptions, tokens
from mail.replay import leave_again
from mail.subscriptions import Already, Done, Expired, Unknown
from state import keys, outbox, stoplist, subscribers
from state import subscriptions as rows
from state.errors import Conflict, Misuse, NotFound, UserError
from state.records import Subscriber
from state.store import Store
from tests.mail.people import SITE, entry, file, know_topics, subscribe

DAY = timedelta(days=1)
SOK, NEW = "sok@example.org", "sok@example.net"


@pytest.fixture(autouse=True)
def _sok(store: Store, now: datetime) -> None:
    """Confirmed, with two rhythms."""
    with store.write() as db:
        keys.ensure(db, "stoplist", now=now)
        keys.ensure(db, "token", now=now)
        know_topics(db, now)
        subscribe(db, SOK, "harvest", every="daily", now=now)
        subscribe(db, SOK, "mines", every="weekly", now=now)


def edit(store: Store, now: datetime, *, email: str = SOK, **more: Any) -> administration.Edited:
    address, confirmed = more.pop("address", None), more.pop("confirmed", False)
    with store.write() as db:
        return administration.edit(
            db, email, given=more, address=address, confirmed=confirmed, by="admin", site=SITE, now=now
        )  # fmt: skip


def look(store: Store, email: str = SOK) -> Subscriber:
    with store.read() as db:
        return subscriptions.show(db, email).subscriber


def said(store: Store, email: str = SOK) -> list[str]:
    with store.read() as db:
        return [f"{line.by}: {line.what}" for line in subscriptions.show(db, email).log]


# ---- edit ----


def test_another_hour_day_zone_and_language_move_the_next_digests(store: Store, now: datetime) -> None:
    done = edit(store, now, at="18:30", weekday=4, timezone="Asia/Phnom_Penh", language="km")

    assert done.changes == (
        "digests at: 09:00 to 18:30",
        "weekly on: Monday to Friday",
        "time zone: UTC to Asia/Phnom_Penh",
        "language: en to km",
    )
    with store.read() as db:
        due = subscriptions.show(db, SOK).due
    zone = ZoneInfo("Asia/Phnom_Penh")
    assert due["daily"] == datetime(2026, 5, 10, 18, 30, tzinfo=zone)
    assert due["weekly"] == datetime(2026, 5, 15, 18, 30, tzinfo=zone)
    assert "admin: edited, weekly on: Monday to Friday" in said(store)


def test_an_overdue_digest_is_made_up_although_the_hour_moves(store: Store, now: datetime) -> None:
    later = now + 2 * DAY
    with store.read() as db:
        missed = subscriptions.show(db, SOK).due["daily"]

    edit(store, later, at="18:30")

    with store.read() as db:
        assert subscriptions.show(db, SOK).due["daily"] == missed < later


def test_what_is_so_already_is_no_change_and_leaves_no_line(store: Store, now: datetime) -> None:
    before = said(store)

    assert edit(store, now, at="09:00", language="en").changes == ()

    assert said(store) == before


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"at": "24:00"}, "hour"),
        ({"at": "9"}, "hour"),
        ({"weekday": 7}, "day"),
        ({"monthday": 32}, "day"),
        ({"timezone": "../etc/passwd"}, "time zone"),
        ({"timezone": "Mars/Base"}, "time zone"),
        ({"language": "e n"}, "language"),
    ],
)
def test_what_does_not_exist_is_misuse_and_changes_nothing(
    store: Store, now: datetime, wrong: dict[str, Any], words: str
) -> None:
    before = look(store)
    with pytest.raises(Misuse, match=words):
        edit(store, now, **wrong)
    assert look(store) == before


def test_a_new_address_gets_nothing_but_the_question_until_it_confirms(store: Store, now: datetime) -> None:
    done = edit(store, now, address="Sok@Example.NET")

    assert done.mailed
    person = look(store, NEW)
    assert (person.state, person.generation) == ("pending", 2)
    with store.read() as db:
        (asked,) = outbox.messages(db, state="queued")
        assert (asked.kind, asked.recipient) == ("confirm", "Sok@example.net")
        with pytest.raises(NotFound):
            subscriptions.show(db, SOK)
    with store.write() as db:
        assert isinstance(subscriptions.confirm(db, asked.key, now=now + DAY), Done)
        account = subscriptions.show(db, NEW)
    assert account.subscriber.state == "confirmed"
    assert {row.topic: row.every for row in account.subscriptions} == {"harvest": "daily", "mines": "weekly"}


def test_links_in_mails_to_the_old_address_are_dead(store: Store, now: datetime) -> None:
    with store.read() as db:
        signed = keys.known(db, "token")
    old = tokens.make(signed, tokens.Token("unsubscribe", look(store).id, 1))

    edit(store, now, address=NEW, confirmed=True)

    with store.write() as db:
        assert isinstance(subscriptions.unsubscribe(db, old, now=now), Unknown)
    assert look(store, NEW).state == "confirmed"


def test_a_digest_that_waits_for_the_old_address_is_taken_back_and_owed_to_the_new(store: Store, now: datetime) -> None:
    with store.write() as db:
        subscribe(db, SOK, "all", every="now", now=now)
        file(db, entry("fresh", now=now), "harvest", now=now)
        sok = subscribers.of_key(db, SOK)
        assert sok is not None
        number = outbox.enqueue(
            db,
            subscriber=sok.id,
            recipient=SOK,
            generation=1,
            kind="digest",
            key="2026-05-10",
            edition=None,
            message_id="<m@example.org>",
            lane=1,
            now=now,
        )

    edit(store, now, address=NEW, confirmed=True)

    with store.read() as db:
        assert outbox.message(db, number or 0).state == "cancelled"


def test_an_address_of_somebody_else_is_refused(store: Store, now: datetime) -> None:
    with store.write() as db:
        subscribe(db, NEW, "all", now=now)
    with pytest.raises(Conflict, match="known already"):
        edit(store, now, address=NEW.upper())
    assert look(store).email == SOK


def test_an_address_whose_owner_left_is_asked_but_never_vouched_for(store: Store, now: datetime) -> None:
    with store.write() as db:
        subscribe(db, NEW, "all", now=now)
        administration.forget(db, NEW, now=now)
    with pytest.raises(UserError, match="only the person can come back"):
        edit(store, now, address=NEW, confirmed=True)

    assert edit(store, now, address=NEW).mailed


def test_only_another_spelling_is_no_other_address(store: Store, now: datetime) -> None:
    done = edit(store, now, address="Sok@example.org")

    assert (done.subscriber.email, done.subscriber.generation, done.subscriber.state) == (
        "Sok@example.org",
        1,
        "confirmed",
    )
    assert not done.mailed


def test_an_old_copy_of_the_database_does_not_mail_the_old_address(store: Store, now: datetime) -> None:
    with store.read() as db:
        signed = keys.known(db, "stoplist")
    edit(store, now, address=NEW, confirmed=True)
    with store.read() as db:
        assert stoplist.beside(db).left(SOK, keys=signed) == now
        assert subscribers.last_left_at(db) == now
    with store.write() as db:
        assert leave_again(db, now=now) == 0


def test_nobody_edits_somebody_who_left(store: Store, now: datetime) -> None:
    with store.write() as db:
        subscriptions.remove(db, SOK, by="admin", now=now)
    with pytest.raises(UserError, match="has left"):
        edit(store, now, at="10:00")


# ---- confirm ----


def test_vouching_confirms_and_withdraws_the_question(store: Store, now: datetime) -> None:
    with store.write() as db:
        subscribe(db, NEW, "all", confirmed=False, now=now)
        file(db, entry("meanwhile", now=now), now=now)
        assert isinstance(administration.confirm(db, NEW, by="admin", now=now + DAY), Done)
        person = subscriptions.show(db, NEW)
        assert isinstance(administration.confirm(db, NEW, by="admin", now=now + DAY), Already)
        assert [message.state for message in outbox.messages(db)] == ["cancelled"]

    assert (person.subscriber.state, person.subscriber.confirmed_at) == ("confirmed", now + DAY)
    assert person.log[-1].what == "admit: pending to confirmed"
    assert person.due["now"] == now + DAY, "what was filed since they asked is owed"


def test_vouching_lifts_a_suppression(store: Store, now: datetime) -> None:
    with store.write() as db:
        subscribers.change(db, look(store).id, expected=["confirmed"], state="suppressed")
        administration.confirm(db, SOK, by="admin", now=now)
    assert look(store).state == "confirmed"


def test_vouching_leaves_a_pause_as_it_is(store: Store, now: datetime) -> None:
    with store.write() as db:
        subscriptions.pause(db, SOK, by="admin", now=now)
        assert isinstance(administration.confirm(db, SOK, by="admin", now=now), Already)
    assert look(store).state == "paused"


def test_nobody_vouches_for_somebody_who_left(store: Store, now: datetime) -> None:
    with store.write() as db:
        subscriptions.remove(db, SOK, by="subscriber", now=now)
    with store.write() as db, pytest.raises(UserError, match="only the person can come back"):
        administration.confirm(db, SOK, by="admin", now=now)
    with store.write() as db:  # who was asked again, and has not answered, has still left
        subscribe(db, SOK, "all", confirmed=False, now=now + DAY)
    with store.write() as db, pytest.raises(UserError, match="only the person can come back"):
        administration.confirm(db, SOK, by="admin", now=now + DAY)


# ---- forget ----


def test_who_is_forgotten_leaves_nothing_but_a_keyed_hash(store: Store, now: datetime) -> None:
    with store.write() as db:
        subscribe(db, NEW, "all", confirmed=False, now=now)
        name = subscriptions.show(db, NEW).subscriber.id
        assert administration.forget(db, NEW, now=now + DAY) == administration.Forgotten(NEW, 1)

    with store.read() as db:
        assert subscribers.of_id(db, name) is None
        assert subscribers.history(db, name) == ()
        assert rows.listed(db, subscriber=name) == ()
        assert rows.slots_of(db, name) == {}
        assert not any(NEW in repr(message) for message in outbox.messages(db))
        stop = stoplist.beside(db)
        signed = keys.known(db, "stoplist")
        assert stop.last(NEW, keys=signed) == ("forgotten", now + DAY)
        assert stop.left(NEW, keys=signed) == now + DAY
        assert NEW not in stop.path.read_text()


def test_their_links_are_nobodys(store: Store, now: datetime) -> None:
    with store.write() as db:
        subscribe(db, NEW, "all", confirmed=False, now=now)
        token = outbox.messages(db)[0].key
        administration.forget(db, NEW, now=now)
        assert isinstance(subscriptions.confirm(db, token, now=now), Unknown | Expired)


def test_who_was_forgotten_comes_back_only_by_confirming(store: Store, now: datetime) -> None:
    with store.write() as db:
        administration.forget(db, SOK, now=now)
    with store.write() as db, pytest.raises(UserError, match="only the person can come back"):
        subscribe(db, SOK, "all", confirmed=True, now=now + DAY)
    with store.write() as db:
        subscribe(db, SOK, "all", confirmed=False, now=now + DAY)
        token = outbox.messages(db)[0].key
        assert isinstance(subscriptions.confirm(db, token, now=now + DAY), Done)
        assert stoplist.beside(db).left(SOK, keys=keys.known(db, "stoplist")) is None


def test_an_old_copy_of_the_database_forgets_them_again(store: Store, now: datetime) -> None:
    """As after a restore: the person is there, and the stop-list beside knows better."""
    with store.write() as db:
        signed = keys.known(db, "stoplist")
        stoplist.beside(db).append("forgotten", SOK, keys=signed, at=now + DAY)

    with store.write() as db:
        assert leave_again(db, now=now + 2 * DAY) == 1
        assert subscribers.of_key(db, SOK) is None
        assert leave_again(db, now=now + 2 * DAY) == 0


def test_who_asks_again_after_being_forgotten_is_not_erased_at_the_next_start(store: Store, now: datetime) -> None:
    with store.write() as db:
        administration.forget(db, SOK, now=now)
        subscribe(db, SOK, "all", confirmed=False, now=now + DAY)
        stoplist.beside(db).append("left", NEW, keys=keys.known(db, "stoplist"), at=now + DAY)
        leave_again(db, now=now + 2 * DAY)
        assert subscribers.of_key(db, SOK) is not None


def test_whom_nobody_knows_cannot_be_forgotten(store: Store, now: datetime) -> None:
    with store.write() as db, pytest.raises(NotFound):
        administration.forget(db, NEW, now=now)
