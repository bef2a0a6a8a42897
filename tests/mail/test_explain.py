"""Why somebody got an entry, or did not: every answer there is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from mail import subscriptions
from mail.digest import plan_due
from mail.explain import Explanation, why
from mail.settings import Digests
from state import entries, filings, outbox, sources, subscribers
from state import subscriptions as rows
from state.errors import NotFound
from state.outbox import Result
from state.records import Countries
from state.store import Store
from tests.mail.people import SITE, entry, file, know_topics, source, subscribe

DAY = timedelta(days=1)
SOK = "sok@example.org"


@pytest.fixture
def db(store: Store, now: datetime) -> Iterator[Connection]:
    """One write transaction in which Sok reads daily about the harvest."""
    with store.write() as connection:
        know_topics(connection, now)
        subscribe(connection, SOK, "harvest", every="daily", now=now)
        yield connection


def asked(db: Connection, name: str = "fresh") -> Explanation:
    return why(db, SOK, name)


def test_what_is_owed_comes_with_the_next_digest(db: Connection, now: datetime) -> None:
    file(db, entry("fresh", now=now, title="Rice harvest"), "harvest", now=now)

    told = asked(db)

    assert (told.verdict, told.due) == ("due", datetime(2026, 5, 10, 9, 0, tzinfo=now.tzinfo))
    assert told.words == 'owed under harvest (rule "harvest*"); it comes with the digest due on 2026-05-10 09:00 UTC'
    assert told.title == "Rice harvest"


def test_a_reader_of_now_waits_for_the_window(db: Connection, now: datetime) -> None:
    subscribe(db, SOK, "mines", every="now", now=now)
    file(db, entry("fresh", now=now), "mines", now=now)

    assert asked(db).verdict == "waiting"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("paused", "tidings subscriber resume sok@example.org"),
        ("pending", "has not confirmed"),
        ("suppressed", "bounced or complained"),
    ],
)
def test_the_state_of_the_person_stands_against_it(db: Connection, now: datetime, state: str, words: str) -> None:
    file(db, entry("fresh", now=now), "harvest", now=now)
    person = subscriptions.show(db, SOK).subscriber
    subscribers.change(db, person.id, expected=["confirmed"], state=state)

    told = asked(db)

    assert told.verdict == state
    assert words in told.words


def test_who_left_gets_nothing(db: Connection, now: datetime) -> None:
    file(db, entry("fresh", now=now), "harvest", now=now)
    subscriptions.remove(db, SOK, by="subscriber", now=now)

    assert (asked(db).verdict, asked(db).words) == ("left", "sok@example.org left on 2026-05-10")


def test_a_hidden_entry_is_not_mailed(db: Connection, now: datetime) -> None:
    file(db, entry("fresh", now=now), "harvest", now=now)
    entries.hide(db, "fresh", now=now)

    assert asked(db).verdict == "hidden"


def test_an_entry_of_another_topic_says_which(db: Connection, now: datetime) -> None:
    file(db, entry("fresh", now=now), "mines", now=now)

    told = asked(db)

    assert told.verdict == "not-filed"
    assert told.words == "not owed: it is not filed under harvest (it is under mines)"


def test_an_entry_that_is_not_released_says_so(db: Connection, now: datetime) -> None:
    entries.add(db, [entry("fresh", now=now)])

    assert asked(db).verdict == "held"


def test_what_was_filed_before_the_subscription_began_is_not_owed(db: Connection, now: datetime) -> None:
    file(db, entry("old", now=now), "mines", now=now)
    subscribe(db, SOK, "mines", every="daily", now=now)

    told = asked(db, "old")

    assert told.verdict == "before-start"
    assert "2026-05-10" in told.words


def test_a_baseline_is_not_mailed(db: Connection, now: datetime) -> None:
    file(db, replace(entry("fresh", now=now), baseline=True), "harvest", now=now, mailable=False)

    assert asked(db).verdict == "baseline"


def test_what_was_filed_without_mail_says_so(db: Connection, now: datetime) -> None:
    file(db, entry("fresh", now=now), "harvest", now=now, mailable=False)

    assert asked(db).verdict == "not-mailed"


def test_facets_that_do_not_fit_are_named(db: Connection, now: datetime) -> None:
    subscribe(db, SOK, "mines?country=KH", every="daily", now=now)
    file(db, replace(entry("fresh", now=now), countries=Countries(text=("TH",))), "mines", now=now)

    told = asked(db)

    assert told.verdict == "facets"
    assert "country=KH" in told.words


def test_the_subscription_that_brings_it_counts_not_the_others(db: Connection, now: datetime) -> None:
    subscribe(db, SOK, "all", "mines", every="weekly", now=now)
    file(db, entry("fresh", now=now), now=now)

    told = asked(db)

    assert told.verdict == "due"
    assert [(one.topic, one.code) for one in told.topics] == [
        ("harvest", "not-filed"),
        ("mines", "not-filed"),
        ("all", "owed"),
    ]


def test_who_reads_nothing_is_told_so(db: Connection, now: datetime) -> None:
    file(db, entry("fresh", now=now), now=now)
    rows.remove(db, subscriptions.show(db, SOK).subscriber.id)

    assert asked(db).verdict == "no-topics"


def test_unknown_people_and_entries_are_not_found(db: Connection) -> None:
    with pytest.raises(NotFound, match="entry list"):
        asked(db, "nothing")
    with pytest.raises(NotFound, match="subscriber list"):
        why(db, "nobody@example.org", "nothing")


# ---- what was sent ----


@pytest.fixture
def planned(store: Store, now: datetime) -> datetime:
    """Sok's digest with one entry is in the outbox; the instant at which it was planned."""
    with store.write() as db:
        know_topics(db, now)
        sources.put(db, source(now))
        subscribe(db, SOK, "harvest", every="daily", now=now)
        file(db, entry("fresh", now=now), "harvest", now=now)
    later = now + 2 * DAY
    assert plan_due(store, site=SITE, settings=Digests(), now=later).messages == 1
    return later


def test_a_planned_entry_is_on_its_way(store: Store, planned: datetime) -> None:
    with store.read() as db:
        told = asked(db)

    assert told.verdict == "on-its-way"
    assert 'under harvest (rule "harvest*")' in told.words
    assert [(mail.state, mail.kind) for mail in told.mailed] == [("queued", "digest")]
    assert told.due is None


@pytest.mark.parametrize(
    ("state", "verdict"),
    [("accepted", "sent"), ("refused", "not-delivered"), ("deferred", "on-its-way"), ("held", "on-its-way")],
)
def test_what_became_of_the_message_is_said(store: Store, planned: datetime, state: outbox.State, verdict: str) -> None:
    with store.write() as db:
        (message,) = outbox.claim(db, owner="test", now=planned, lease=60, limit=1)
        outbox.begin(db, message, now=planned, lease=60)
        result = Result(message.id, message.fence, state, "RCPT", "the server's words")
        outbox.record(db, [result], now=planned, resend_at=None)

    with store.read() as db:
        told = asked(db)

    assert told.verdict == verdict
    assert f"message {message.id} (digest 2026-05-1" in told.words
    assert "the server's words" in told.words


def test_what_was_sent_is_said_although_the_topic_was_left_since(store: Store, planned: datetime) -> None:
    with store.write() as db:
        subscribe(db, SOK, "mines", every="daily", now=planned)
        (message,) = outbox.claim(db, owner="test", now=planned, lease=60, limit=1)
        outbox.begin(db, message, now=planned, lease=60)
        outbox.record(db, [Result(message.id, message.fence, "accepted")], now=planned, resend_at=None)
        subscriptions.unsubscribe_topic(db, SOK, "harvest", by="subscriber", now=planned)
        told = asked(db)

    assert told.verdict == "sent"


def test_a_digest_that_passed_it_over_is_said(store: Store, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)
        subscribe(db, SOK, "harvest", every="daily", now=now)
        file(db, entry("fresh", now=now), "harvest", now=now)
        entries.hide(db, "fresh", now=now)
    plan_due(store, site=SITE, settings=Digests(), now=now + 2 * DAY)
    with store.write() as db:
        sok = subscriptions.show(db, SOK).subscriber
        rows.move_cursors(db, [(sok.id, "harvest")], filings.head_seq(db))
        entries.hide(db, "fresh", now=None)
        told = asked(db)

    assert told.verdict == "passed"
