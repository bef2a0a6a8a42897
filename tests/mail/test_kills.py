"""The sender is killed, at chosen points and at random ones: nobody is lost, and hardly anybody gets a mail twice."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP

import pytest

from state import outbox
from state.store import Store
from tests.fakes.postmaster import Postmaster
from tests.fakes.sender import Order, Sender, kill
from tests.mail.sending import queue

LEASE = timedelta(hours=1)  # beyond every lease
BEFORE_THE_DOT = ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "TEXT")
AFTER_THE_DOT = ("DOT", "ACCEPTED", "REPLIED")


class Field:
    """A database, a mail server with a ledger, and a sender that may be killed."""

    def __init__(self, store: Store, folder: Path, now: datetime, postmaster: Postmaster, sender: Sender) -> None:
        self.store = store
        self.postmaster = postmaster
        self.sender = sender
        self.now = now
        self._clock = folder / "clock"
        self.wait(timedelta(0))

    def wait(self, time: timedelta) -> None:
        """Let time pass for all senders."""
        self.now += time
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(str(self.now.timestamp()))
        fresh.replace(self._clock)

    def order(self, **more: object) -> Order:
        where = self.store.engine.url.render_as_string(hide_password=False)
        return Order(where, self.postmaster.url, str(self._clock), **more)  # type: ignore[arg-type]

    async def finish(self, **more: object) -> None:
        """Send, by senders that nobody kills, until nothing waits."""
        while True:
            self.wait(LEASE)
            with self.store.read() as db:
                if outbox.idle(db, self.now):
                    return
            assert await self.sender.ended(await self.sender.start(self.order(**more))) == 0

    def copies(self) -> Counter[str]:
        return Counter(entry.rcpt_to for entry in self.postmaster.ledger)

    def states(self) -> dict[str, int]:
        with self.store.read() as db:
            return {state: count for state, count in outbox.counts(db).items() if count}

    def doubted(self) -> set[str]:
        """Who was ever in doubt."""
        with self.store.read() as db:
            return {message.recipient for message in outbox.messages(db) if outbox.doubts(db, message.id)}


@pytest.fixture(scope="module")
def nursery() -> Iterator[Sender]:
    with Sender() as sender:
        yield sender


@pytest.fixture
async def field(store: Store, tmp_path: Path, now: datetime, nursery: Sender) -> AsyncIterator[Field]:
    async with Postmaster() as postmaster:
        yield Field(store, tmp_path, now, postmaster, nursery)
    nursery.kill_all()


async def killed_at(field: Field, point: str, **more: object) -> int:
    """Kill a sender when the server stands at a point for the third time; how many connections were open."""
    times = 0 if point in ("CONNECT", "EHLO") else 2
    field.postmaster.passes(point, times)
    hold = field.postmaster.holds(point)
    child = await field.sender.start(field.order(**more))
    await hold.reached.wait()
    connections = field.postmaster.open
    kill(child)
    assert await field.sender.ended(child) == -SIGKILL
    hold.release()
    return connections


@pytest.mark.parametrize("point", BEFORE_THE_DOT)
async def test_a_sender_that_is_killed_before_the_final_dot_loses_and_doubles_nobody(field: Field, point: str) -> None:
    people = {f"reader{number}@example.org": 1 for number in range(5)}
    queue(field.store, 5, field.now)

    await killed_at(field, point, connections=1)
    await field.finish()

    assert field.copies() == people
    assert field.states() == {"accepted": 5}


@pytest.mark.parametrize("point", AFTER_THE_DOT)
async def test_a_sender_that_is_killed_after_the_final_dot_doubles_one_mail_at_most_and_counts_it(
    field: Field, point: str
) -> None:
    queue(field.store, 5, field.now)

    await killed_at(field, point, connections=1)
    await field.finish()

    copies = field.copies()
    assert set(copies) == {f"reader{number}@example.org" for number in range(5)}
    assert {who for who, count in copies.items() if count > 1} <= field.doubted()
    assert copies.total() <= 6
    assert field.states() == {"accepted": 5}


@pytest.mark.parametrize("point", AFTER_THE_DOT)
async def test_doubts_that_are_held_are_never_sent_twice(field: Field, point: str) -> None:
    queue(field.store, 5, field.now)

    await killed_at(field, point, connections=1, in_doubt="hold")
    await field.finish(in_doubt="hold")

    copies = field.copies()
    assert set(copies.values()) == {1}
    assert set(copies) | field.doubted() == {f"reader{number}@example.org" for number in range(5)}
    assert field.states() == {"accepted": 4, "in-doubt": 1}


async def test_a_resent_mail_bears_the_same_message_id(field: Field) -> None:
    queue(field.store, 1, field.now)
    hold = field.postmaster.holds("ACCEPTED")
    child = await field.sender.start(field.order(connections=1))
    await hold.reached.wait()
    kill(child)
    await field.sender.ended(child)

    await field.finish()

    assert [entry.message_id for entry in field.postmaster.ledger] == ["<0@news.example.org>"] * 2


@pytest.mark.parametrize("seed", range(2))
async def test_kills_at_random_moments_lose_nobody_and_double_at_most_one_mail_for_each_open_connection(
    field: Field, seed: int
) -> None:
    dice = random.Random(seed)
    people = [f"reader{number}@example.org" for number in range(250)]
    queue(field.store, len(people), field.now)
    open_at_kills = kills = 0
    for _ in range(10):
        child = await field.sender.start(field.order(connections=4))
        left = dice.randint(1, 150)  # points of all conversations together

        def count_down(_point: str, child: int = child) -> None:
            nonlocal left, open_at_kills
            left -= 1
            if left == 0:
                open_at_kills += field.postmaster.open
                kill(child)

        field.postmaster.on_point = count_down
        kills += await field.sender.ended(child) == -SIGKILL
        field.postmaster.on_point = None
        field.wait(LEASE)
    await field.finish()

    copies, states = field.copies(), field.states()
    surplus = copies.total() - len(copies)
    twice = {who for who, count in copies.items() if count > 1}
    with field.store.read() as db:
        open_questions = {message.recipient for message in outbox.messages(db, state="in-doubt")}
        doubts = outbox.doubts(db)
    assert kills == 10
    assert set(people) == set(copies) | open_questions  # nobody is lost: sent, or listed for the admin
    assert surplus <= open_at_kills
    assert twice <= field.doubted()
    assert surplus <= doubts <= open_at_kills
    assert states.get("accepted", 0) + states.get("in-doubt", 0) == len(people)
    assert set(states) <= {"accepted", "in-doubt"}


async def test_a_sender_that_slept_through_its_lease_does_not_send(field: Field) -> None:
    queue(field.store, 1, field.now)
    hold = field.postmaster.holds("RCPT")
    sleeper = await field.sender.start(field.order(connections=1))
    await hold.reached.wait()
    kill(sleeper, SIGSTOP)
    hold.release()

    await field.finish()
    kill(sleeper, SIGCONT)
    await field.sender.ended(sleeper)

    assert list(field.copies().values()) == [1]
    assert field.states() == {"accepted": 1}
