"""A topic that is closed ends for its readers, and mail about it that has not gone out is taken back."""

from datetime import datetime, timedelta

import pytest

from mail.closing import close_topic
from mail.digest import plan_due
from mail.settings import Digests
from state import editions, outbox, subscribers, subscriptions, topics
from state.errors import NotFound
from state.records import Message
from state.store import Store
from tests.mail.people import SITE, entry, file, know_topics, subscribe

HOUR = timedelta(hours=1)


def plan(store: Store, now: datetime) -> None:
    plan_due(store, site=SITE, settings=Digests(), now=now, immediately=True)


def queued(store: Store) -> list[tuple[str, list[str]]]:
    """Who has mail that waits, and which entries are in it."""
    with store.read() as db:
        waiting: list[Message] = [message for message in outbox.messages(db) if message.state == "queued"]
        return [
            (message.recipient, [name for name, _ in editions.edition(db, message.edition or "").entries])
            for message in sorted(waiting, key=lambda message: message.recipient)
        ]


def test_unsent_mail_of_a_closed_topic_is_taken_back_and_the_rest_is_owed_again(store: Store, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)
        subscribe(db, "both@example.org", "harvest", "mines", now=now)
        subscribe(db, "only@example.org", "mines?country=KH", now=now)
        subscribe(db, "other@example.org", "harvest", now=now)
        file(db, entry("wheat", now=now), "harvest", now=now)
        file(db, entry("coal", now=now), "mines", now=now)
    plan(store, now)
    assert queued(store) == [("both@example.org", ["wheat", "coal"]), ("other@example.org", ["wheat"])]

    with store.write() as db:
        assert close_topic(db, "mines", by="admin", now=now) == 2
    assert queued(store) == [("other@example.org", ["wheat"])]
    plan(store, now + HOUR)

    assert queued(store) == [("both@example.org", ["wheat"]), ("other@example.org", ["wheat"])]
    with store.read() as db:
        assert topics.topic(db, "mines").closed_at == now
        assert subscriptions.listed(db, topic="mines") == ()
        person = subscribers.of_key(db, "only@example.org")
        assert person is not None
        assert person.state == "confirmed"
        assert "the topic mines?country=KH was closed" in subscribers.history(db, person.id)[-1].what


def test_a_topic_that_is_not_there_cannot_be_closed(store: Store, now: datetime) -> None:
    with pytest.raises(NotFound), store.write() as db:
        close_topic(db, "nothing", by="admin", now=now)
