"""A sender that is killed at random moments, again and again, and the account of what arrived.

Used by tests/mail/test_kills.py for some rounds and by benchmarks/soak.py for thousands.
"""

import random
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from signal import SIGKILL

from state import outbox
from state.store import Store
from tests.fakes.postmaster import Postmaster
from tests.fakes.sender import Order, Sender, kill
from tests.mail.sending import queue

LEASE = timedelta(hours=1)  # beyond every lease


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


@dataclass(frozen=True)
class Told:
    """What became of the rounds. oldest: seconds that the oldest doubled mail had been accepted before the kill."""

    kills: int
    open_at_kills: int
    surplus: int
    doubts: int
    oldest: float


async def rounds_of_kills(field: Field, seed: int, *, people: int, kills: int) -> Told:
    """Kill a sender so often while it sends to so many; asserts that nobody is lost, and says what was doubled."""
    dice = random.Random(seed)
    readers = [f"reader{number}@example.org" for number in range(people)]
    queue(field.store, people, field.now)
    open_at_kills = killed = 0
    ages: list[float] = []
    for _ in range(kills):
        child = await field.sender.start(field.order(connections=4))
        left = dice.randint(1, max(2, 8 * people // kills))  # points of all conversations together
        kill_at: list[float] = []
        before = len(field.postmaster.ledger)

        def count_down(_point: str, child: int = child, kill_at: list[float] = kill_at) -> None:
            nonlocal left, open_at_kills
            left -= 1
            if left == 0:
                open_at_kills += field.postmaster.open
                kill(child)
                kill_at.append(time.monotonic())

        field.postmaster.on_point = count_down
        killed += await field.sender.ended(child) == -SIGKILL
        field.postmaster.on_point = None
        field.wait(LEASE)
        with field.store.read() as db:
            begun = {message.recipient for message in outbox.messages(db, state="sending")}
        last = {entry.rcpt_to: entry.at for entry in field.postmaster.ledger[before:]}
        ages += [kill_at[0] - last[who] for who in begun if who in last and kill_at and kill_at[0] > last[who]]
    await field.finish()

    copies, states = field.copies(), field.states()
    twice = {who for who, count in copies.items() if count > 1}
    with field.store.read() as db:
        open_questions = {message.recipient for message in outbox.messages(db, state="in-doubt")}
        doubts = outbox.doubts(db)
    assert set(readers) == set(copies) | open_questions, "nobody is lost: sent, or listed for the admin"
    assert twice <= field.doubted()
    assert states.get("accepted", 0) + states.get("in-doubt", 0) == people
    assert set(states) <= {"accepted", "in-doubt"}
    return Told(killed, open_at_kills, copies.total() - len(copies), doubts, max(ages, default=0.0))
