"""A delivery notes in the send log that mail goes out: before the first one, every minute, and at its end."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from mail.deliver import Delivery, deliver
from mail.settings import Mailing
from state import outbox, publications, sendlog
from state.errors import UserError
from state.sendlog import Note
from state.store import Store
from tests.fakes.postmaster import Postmaster
from tests.mail.sending import SITE, Clock, queue, simple


class Post:
    """A database that `init` has seen, a mail server and a clock."""

    def __init__(self, store: Store, server: Postmaster, now: datetime) -> None:
        self.store, self.server, self.clock = store, server, Clock(now)
        with store.write() as db:
            publications.mark_dirty(db, ["all"], now)
        settings = Mailing(smtp=server.url, tls="none", connections=1)
        self.delivery = Delivery(store, settings, SITE, simple)

    async def deliver(self) -> None:
        await deliver(self.delivery, clock=self.clock, owner="test")

    def notes(self) -> tuple[Note, ...]:
        with self.store.read() as db:
            return sendlog.beside(db).notes(sendlog.database(db))

    @property
    def path(self) -> Path:
        with self.store.read() as db:
            return sendlog.beside(db).path


@pytest.fixture
async def post(store: Store, now: datetime) -> AsyncIterator[Post]:
    async with Postmaster() as server:
        yield Post(store, server, now)


async def test_a_delivery_is_noted_at_its_begin_and_at_its_end(post: Post) -> None:
    queue(post.store, 20, post.clock())

    await post.deliver()
    await post.deliver()

    assert len(post.server.ledger) == 20
    assert [(note.number, note.message) for note in post.notes()] == [(1, 20), (2, 20)], "nothing due, nothing noted"


async def test_a_long_delivery_is_noted_every_minute(post: Post) -> None:
    queue(post.store, 3, post.clock())
    clock = post.clock

    class Slow(Clock):
        """Every look at the clock takes its time."""

        def __call__(self) -> datetime:
            self.advance(20)
            return self.now

    post.clock = Slow(clock.now)
    await post.deliver()

    assert len(post.notes()) > 2
    assert [note.number for note in post.notes()] == list(range(1, len(post.notes()) + 1))


async def test_the_note_is_there_before_the_first_mail(post: Post) -> None:
    queue(post.store, 1, post.clock())
    post.server.drops("RCPT")

    await post.deliver()

    assert post.notes()
    assert post.server.ledger == []


async def test_what_cannot_be_noted_is_not_sent_and_not_in_doubt(post: Post) -> None:
    queue(post.store, 20, post.clock())
    post.path.mkdir()

    with pytest.raises(UserError, match="no mail is sent"):
        await post.deliver()

    assert post.server.ledger == []
    post.path.rmdir()
    post.clock.advance(3600)
    await post.deliver()
    assert len(post.server.ledger) == 20
    with post.store.read() as db:
        assert outbox.doubts(db) == 0
