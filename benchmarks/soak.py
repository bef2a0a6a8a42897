"""Kill the sender thousands of times: `python -m benchmarks.soak [ROUNDS]`, by default 2,000 kills in batches of 50.

Each batch is a fresh database and 250 readers. Prints what was doubled; ends at the first batch in which somebody
was lost, or doubled without a doubt that was counted. Before that the database of a sender in the middle of its run is
held by another process for longer than the store waits (a minute): everybody gets one mail, and nothing is in doubt.
"""

import asyncio
import sqlite3
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from state.migrate import migrate
from state.store import BUSY_TIMEOUT, open_store
from tests.fakes.postmaster import Postmaster
from tests.fakes.sender import Sender
from tests.mail.killing import Field, Told, rounds_of_kills
from tests.mail.sending import queue

START = datetime(2026, 5, 10, 8, tzinfo=UTC)
BATCH, PEOPLE = 50, 250


def run(kills: int = 2000) -> None:
    total = Told(0, 0, 0, 0, 0.0)
    with Sender() as sender:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(_held(Path(folder), sender, BUSY_TIMEOUT + 5))
        for seed in range(-(-kills // BATCH)):
            with tempfile.TemporaryDirectory() as folder:
                told = asyncio.run(_batch(Path(folder), sender, seed))
            assert told.surplus <= told.doubts <= told.open_at_kills, (seed, told)
            total = Told(
                total.kills + told.kills,
                total.open_at_kills + told.open_at_kills,
                total.surplus + told.surplus,
                total.doubts + told.doubts,
                max(total.oldest, told.oldest),
            )
            print(
                f"{total.kills} kills, {total.open_at_kills} connections open at them: nobody lost, "
                f"{total.doubts} doubts, {total.surplus} mails twice; the oldest of these had been accepted "
                f"{total.oldest * 1e3:.1f} ms before its kill",
                flush=True,
            )


async def _held(folder: Path, sender: Sender, seconds: float) -> None:
    store = open_store(f"sqlite:///{folder}/held.db", create=True)
    migrate(store)
    queue(store, PEOPLE, START)
    async with Postmaster() as postmaster:
        field = Field(store, folder, START, postmaster, sender)
        postmaster.passes("DOT", PEOPLE // 2)
        hold = postmaster.holds("DOT")
        child = await sender.start(field.order())
        await hold.reached.wait()
        other = sqlite3.connect(f"{folder}/held.db", isolation_level=None, timeout=BUSY_TIMEOUT)
        other.execute("BEGIN IMMEDIATE")
        hold.release()
        await asyncio.sleep(seconds)
        sent = len(postmaster.ledger)
        other.execute("ROLLBACK")
        other.close()
        assert await sender.ended(child) == 0
        assert set(field.copies().values()) == {1}
        assert field.states() == {"accepted": PEOPLE}
        assert not field.doubted()
    store.close()
    print(f"database held for {seconds:.0f} s when {sent} of {PEOPLE} were sent: nobody lost, doubled or in doubt")


async def _batch(folder: Path, sender: Sender, seed: int) -> Told:
    store = open_store(f"sqlite:///{folder}/soak.db", create=True)
    migrate(store)
    async with Postmaster() as postmaster:
        told = await rounds_of_kills(Field(store, folder, START, postmaster, sender), seed, people=PEOPLE, kills=BATCH)
    store.close()
    return told


if __name__ == "__main__":
    run(*[int(word) for word in sys.argv[1:]])
