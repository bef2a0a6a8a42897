"""What becomes of people whose mail comes back, who complain, or who leave by mail."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from mail import administration, bounces, inbox, incoming, subscriptions, tokens
from mail.inbox import take
from mail.tokens import Token
from state import alarms, departures, keys, outbox, stoplist, subscribers
from state import bounces as kept
from state.bounces import Noted
from state.errors import UserError
from state.outbox import Result
from state.records import Message, MessageState
from state.store import Store
from tests.mail.people import SITE, entry, file, know_topics, subscribe
from tests.mail.returned import complaint, plain, report

SOK, DARA = "sok@example.org", "dara@example.org"
DAY = timedelta(days=1)


@pytest.fixture
def reader(store: Store, now: datetime) -> Store:
    """Sok reads about the harvest and was sent a mail; so does Dara."""
    with store.write() as db:
        know_topics(db, now)
        keys.ensure(db, "token", now=now)
        for email in (SOK, DARA):
            subscribe(db, email, "harvest", now=now, every="daily")
            mailed(db, email, "2026-05-10", now)
    return store


def mailed(
    db: Connection, email: str, key: str, now: datetime, became: MessageState = "accepted", reply: str = ""
) -> None:
    """Send somebody a mail, as delivery records it."""
    person = subscriptions.show(db, email).subscriber
    number = outbox.enqueue(
        db, subscriber=person.id, recipient=email, generation=person.generation, kind="digest", key=key, edition=None,
        message_id=f"<{person.id}.{key}@news.example.org>", lane=1, now=now,
    )  # fmt: skip
    (claimed,) = [one for one in outbox.claim(db, owner="w", now=now, lease=60, limit=9) if one.id == number]
    assert outbox.begin(db, claimed, now=now, lease=60)
    outbox.record(db, [Result(claimed.id, claimed.fence, became, "RCPT", reply)], now=now, resend_at=None)


def message_of(store: Store, email: str = SOK) -> Message:
    with store.read() as db:
        return next(one for one in outbox.messages(db) if one.recipient == email)


def verp(store: Store, email: str = SOK) -> str:
    with store.read() as db:
        return f"{tokens.bounce(keys.known(db, 'token'), message_of(store, email).id)}@bounces.example.org"


def state_of(store: Store, email: str = SOK) -> str:
    with store.read() as db:
        return subscriptions.show(db, email).subscriber.state


def comes(store: Store, raw: bytes, now: datetime) -> Noted:
    note = take(store, raw, now=now)
    assert note is not None
    return note


def bounced(store: Store, times: int, now: datetime, address: str = "", **more: str) -> Noted:
    """So many bounces, one a day."""
    address = address or verp(store)
    for number in range(times):
        note = comes(store, report(address, name=f"<dsn{number}@mx.example.net>", **more), now + number * DAY)
    return note


# ---- whom it is about ----


def test_the_address_it_came_to_names_the_mail(reader: Store, now: datetime) -> None:
    note = comes(reader, report(verp(reader), recipient="other@example.net"), now)
    assert (note.kind, note.weight, note.message, note.status) == ("bounce", "hard", message_of(reader).id, "5.1.1")
    assert note.done == "counted as hard: score 1.00 of 2"


def test_the_envelope_id_names_it_where_the_address_does_not(reader: Store, now: datetime) -> None:
    by_token = report(envid=verp(reader).partition("@")[0], name="<1@x.example>")
    by_id = report(envid=message_of(reader).message_id.strip("<>"), name="<2@x.example>")
    assert comes(reader, by_token, now).message == comes(reader, by_id, now).message == message_of(reader).id


def test_the_message_id_names_it_at_last(reader: Store, now: datetime) -> None:
    note = comes(reader, report(original=f"Message-ID: {message_of(reader).message_id}"), now)
    assert note.subscriber == message_of(reader).subscriber


def test_the_address_counts_before_the_rest(reader: Store, now: datetime) -> None:
    note = comes(reader, report(verp(reader), original=f"Message-ID: {message_of(reader, DARA).message_id}"), now)
    assert note.message == message_of(reader, SOK).id


def test_words_only_are_a_bounce_where_the_address_matches(reader: Store, now: datetime) -> None:
    note = comes(reader, plain("550 5.1.1 gone", to=verp(reader), sender="gate@mx.example.net", subject="x"), now)
    assert (note.kind, note.weight) == ("bounce", "hard")


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "raw",
    [
        report(),
        report("b-0000-1-aaaaaaaaaaaaaaaa@bounces.example.org"),
        report(original="Message-ID: <guessed@news.example.org>", envid="1"),
        complaint(original="Message-ID: <guessed@news.example.org>"),
        plain("550 5.1.1 user unknown"),
    ],
)
def test_what_proves_nothing_changes_nothing_and_is_listed(reader: Store, now: datetime, raw: bytes) -> None:
    for _ in range(5):
        take(reader, raw, now=now)
    with reader.read() as db:
        (one,) = kept.reports(db, kinds=["unknown"])
        assert kept.score(db, message_of(reader).subscriber) is None
    assert "names no mail of ours" in one.done
    assert one.excerpt
    assert state_of(reader) == "confirmed"


def test_a_mail_that_was_never_begun_cannot_bounce(store: Store, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)
        signed = keys.ensure(db, "token", now=now)
        person = subscribe(db, SOK, "harvest", now=now).subscriber
        number = outbox.enqueue(
            db, subscriber=person.id, recipient=SOK, generation=1, kind="digest", key="k", edition=None,
            message_id="<x@y.example>", lane=1, now=now,
        )  # fmt: skip
        assert number
    note = comes(store, report(f"{tokens.bounce(signed, number)}@bounces.example.org"), now)
    assert note.kind == "unknown"


# ---- counting ----


def test_who_bounces_three_days_in_a_row_gets_nothing_more(reader: Store, now: datetime) -> None:
    assert bounced(reader, 2, now).done.startswith("counted")
    assert state_of(reader) == "confirmed"

    assert comes(reader, report(verp(reader), name="<third@x.example>"), now + 2 * DAY).done.startswith("suppressed")

    assert state_of(reader) == "suppressed"
    with reader.read() as db:
        log = [line.what for line in subscribers.history(db, message_of(reader).subscriber)]
    assert log[-1] == "bounced too often, the last time: 5.1.1 550 5.1.1 no such mailbox"


def test_the_same_report_read_again_counts_once(reader: Store, now: datetime) -> None:
    raw = report(verp(reader))
    assert take(reader, raw, now=now) is not None
    for days in range(1, 9):
        assert take(reader, raw, now=now + days * DAY) is None
    assert state_of(reader) == "confirmed"


def test_what_waits_for_somebody_who_bounced_is_taken_back_and_comes_after_a_fresh_opt_in(
    reader: Store, now: datetime
) -> None:
    address = verp(reader)
    with reader.write() as db:
        file(db, entry("e1", now=now), "harvest", now=now)
        person = subscriptions.show(db, SOK).subscriber
        waiting = outbox.enqueue(
            db, subscriber=person.id, recipient=SOK, generation=1, kind="digest", key="2026-05-11", edition=None,
            message_id="<w@y.example>", lane=1, now=now,
        )  # fmt: skip
    bounced(reader, 3, now, address)
    with reader.read() as db:
        assert outbox.message(db, waiting or 0).state == "cancelled"
    with reader.write() as db:
        asked = subscribe(db, SOK, "harvest", now=now + 3 * DAY, confirmed=False, by="subscriber")
    assert (asked.mailed_confirmation, state_of(reader)) == (True, "pending")


@pytest.mark.sqlite
@pytest.mark.parametrize("status", ["5.7.1", "5.1.8"])
def test_what_is_about_us_is_told_to_the_admin_and_counts_for_nobody(reader: Store, now: datetime, status: str) -> None:
    note = bounced(reader, 5, now, status=status, diagnostic="smtp; 550 blocked, see our list")
    assert note.weight == "ours"
    assert state_of(reader) == "confirmed"

    incoming.look(reader, "", now=now + 4 * DAY)
    with reader.read() as db:
        (alarm,) = alarms.alarms(db, source="bounces")
    assert "blocked, see our list" in alarm.message

    incoming.look(reader, "", now=now + 9 * DAY)
    with reader.read() as db:
        assert alarms.alarms(db, source="bounces") == ()


def test_a_bounce_of_a_former_address_counts_for_nobody(reader: Store, now: datetime) -> None:
    old = verp(reader)
    with reader.write() as db:
        administration.edit(
            db, SOK, given={}, address="sok@example.net", confirmed=True, by="admin", site=SITE, now=now
        )
    assert comes(reader, report(old), now).done == "not counted: the address was changed since"


def test_an_address_that_is_turned_down_while_we_speak_counts_the_same(reader: Store, now: datetime) -> None:
    for day in range(3):
        at = now + day * DAY
        with reader.write() as db:
            mailed(db, SOK, f"day{day}", at, "refused", "550 5.1.1 no such user")
        incoming.look(reader, "", now=at)
        incoming.look(reader, "", now=at)
    assert state_of(reader) == "suppressed"
    with reader.read() as db:
        assert len(kept.reports(db, kinds=["bounce"])) == 3


# ---- complaints ----


def test_a_complaint_stops_mail_at_once_until_the_admin_lifts_it(reader: Store, now: datetime) -> None:
    note = comes(reader, complaint(original=f"Message-ID: {message_of(reader).message_id}"), now)
    assert (note.done, state_of(reader)) == ("suppressed until you lift it", "suppressed")

    with reader.write() as db:
        asked = subscribe(db, SOK, "harvest", now=now + DAY, confirmed=False, by="subscriber")
        assert not asked.mailed_confirmation
        with pytest.raises(UserError, match="tidings bounces lift"):
            subscribe(db, SOK, "harvest", now=now + DAY, confirmed=False)
        with pytest.raises(UserError, match="left on"):
            subscribe(db, SOK, "harvest", now=now + DAY)
        with pytest.raises(UserError, match="left on"):
            administration.confirm(db, SOK, by="admin", now=now)
    with reader.write() as db:
        bounces.lift(db, SOK, now=now + DAY)
    assert state_of(reader) == "left"
    with reader.write() as db:
        assert subscribe(db, SOK, "harvest", now=now + 2 * DAY, confirmed=False).mailed_confirmation


def test_a_complaint_outlives_leaving_by_the_link(reader: Store, now: datetime) -> None:
    comes(reader, complaint(verp(reader)), now)
    with reader.write() as db:
        subscriptions.remove(db, SOK, by="subscriber", now=now + DAY)
        assert not subscribe(db, SOK, "harvest", now=now + DAY, confirmed=False, by="subscriber").mailed_confirmation
        stop = stoplist.beside(db)
        assert stop.complained(SOK, keys=keys.known(db, "stoplist"))


def test_a_complaint_of_somebody_who_left_is_kept_too(reader: Store, now: datetime) -> None:
    address = verp(reader)
    with reader.write() as db:
        subscriptions.remove(db, SOK, by="subscriber", now=now)
    assert comes(reader, complaint(address), now + DAY).done == "noted; they had left"
    with reader.write() as db:
        assert not subscribe(db, SOK, "harvest", now=now + DAY, confirmed=False, by="subscriber").mailed_confirmation


def test_lifting_a_bounce_lets_mail_go_again(reader: Store, now: datetime) -> None:
    bounced(reader, 3, now)
    with reader.write() as db:
        bounces.lift(db, SOK, now=now + 3 * DAY)
    assert state_of(reader) == "confirmed"
    with reader.write() as db, pytest.raises(UserError, match="only what bounced or complained"):
        bounces.lift(db, SOK, now=now)


# ---- leaving by mail ----


def token(store: Store, email: str = SOK) -> str:
    with store.read() as db:
        person = subscriptions.show(db, email).subscriber
        return tokens.make(keys.known(db, "token"), Token("unsubscribe", person.id, person.generation))


def test_leaving_by_mail_is_by_the_token_and_not_by_the_sender(reader: Store, now: datetime) -> None:
    note = comes(reader, plain("", sender=DARA, to="news@example.org", subject=f"unsubscribe {token(reader)}"), now)
    assert (note.kind, note.done) == ("unsubscribe", "left")
    assert (state_of(reader, SOK), state_of(reader, DARA)) == ("left", "confirmed")


def test_leaving_by_mail_twice_is_once(reader: Store, now: datetime) -> None:
    word = token(reader)
    comes(reader, plain("", sender=SOK, to=f"{word}@bounces.example.org", subject="", name="<1@x.example>"), now)
    again = plain("", sender=SOK, to="news@example.org", subject=f"unsubscribe {word}", name="<2@x.example>")
    assert comes(reader, again, now).done == "they had left before"


def test_a_forged_token_leaves_nobody(reader: Store, now: datetime) -> None:
    forged = token(reader)[:-4] + "aaaa"
    note = comes(reader, plain("", sender=SOK, to="news@example.org", subject=f"unsubscribe {forged}"), now)
    assert (note.kind, state_of(reader)) == ("unknown", "confirmed")


# ---- looking after ----


def test_who_is_erased_is_named_by_no_report(reader: Store, now: datetime) -> None:
    comes(reader, report(verp(reader)), now)
    with reader.write() as db:
        departures.erase(db, message_of(reader).subscriber)
        (one,) = kept.reports(db)
    assert (one.subscriber, one.recipient, one.reason, one.kind) == (None, "", "", "bounce")


def test_old_mails_that_nobody_understood_are_dropped_and_bounces_stay(reader: Store, now: datetime) -> None:
    comes(reader, report(verp(reader)), now)
    comes(reader, plain("hello", sender=SOK, subject="hello"), now)
    incoming.look(reader, "", now=now + 91 * DAY)
    with reader.read() as db:
        assert [one.kind for one in kept.reports(db)] == ["bounce"]
        assert kept.counts(db, now) == {"bounce": 1}


def test_a_mail_that_meets_a_bug_is_listed_and_the_next_one_is_read(
    reader: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(bounces, "_count", broken)
    note = take(reader, report(verp(reader)), now=now)
    assert note is not None
    assert note.kind == "unknown"
    assert "see the log" in note.reason
    assert inbox.take(reader, plain("hello", sender=SOK, subject="x"), now=now) is not None
