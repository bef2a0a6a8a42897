"""What the tests of delivery share: people with messages that wait, and mails that are simple and real."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from mail.message import Envelope
from mail.settings import Mailing
from state import keys, outbox, subscribers
from state.keys import Keys
from state.records import Edition, Message, Site, Subscriber
from state.store import Store

SITE = Site(title="News", url="https://news.example.org")


class Clock:
    """An instant that tests move by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def queue(
    store: Store, count: int, now: datetime, *, lane: int = 1, first: int = 0, state: str = "confirmed"
) -> list[int]:
    """So many people with a message each that is due; the ids of the messages."""
    with store.write() as db:
        keys.ensure(db, "token", now=now)
        return [_queue_one(db, number, now, lane, state) for number in range(first, first + count)]


def _queue_one(db: Connection, number: int, now: datetime, lane: int, state: str) -> int:
    email = f"reader{number}@example.org"
    person = Subscriber(f"s{number}", email, state, "UTC", "en", "09:00", 0, 1, 1, now, now)
    subscribers.add(db, person, email)
    made = outbox.enqueue(
        db,
        subscriber=person.id,
        recipient=email,
        generation=1,
        kind="digest",
        key="2026-05-10",
        edition=None,
        message_id=f"<{number}@news.example.org>",
        lane=lane,
        payload="{}",
        now=now,
    )
    assert made is not None
    return made


def simple(
    message: Message,
    *,
    edition: Edition | None,
    payload: str,
    keys: Keys,
    site: Site,
    settings: Mailing,
    now: datetime,
) -> Envelope:
    """A mail that says little: what `assemble` makes in these tests."""
    lines = (
        f"Message-ID: {message.message_id}",
        f"To: {message.recipient}",
        "Subject: Good news",
        "",
        f"For {message.subscriber}.",
        ".a line that begins with a dot",
        "",
    )
    return Envelope("bounce@news.example.org", message.recipient, "\r\n".join(lines).encode(), False)
