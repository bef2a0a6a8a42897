"""Kill the sender thousands of times: `python -m benchmarks.soak [ROUNDS]`, by default 2,000 kills in batches of 50.

Each batch is a fresh database and 250 readers. Prints what was doubled; ends at the first batch in which somebody
was lost, or doubled without a doubt that was counted.
"""

import asyncio
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from state.migrate import migrate
from state.store import open_store
from tests.fakes.postmaster import Postmaster
from tests.fakes.sender import Sender
from tests.mail.killing import Field, Told, rounds_of_kills

START = datetime(2026, 5, 10, 8, tzinfo=UTC)
BATCH, PEOPLE = 50, 250


def run(kills: int = 2000) -> None:
    total = Told(0, 0, 0, 0, 0.0)
    with Sender() as sender:
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


async def _batch(folder: Path, sender: Sender, seed: int) -> Told:
    store = open_store(f"sqlite:///{folder}/soak.db", create=True)
    migrate(store)
    async with Postmaster() as postmaster:
        told = await rounds_of_kills(Field(store, folder, START, postmaster, sender), seed, people=PEOPLE, kills=BATCH)
    store.close()
    return told


if __name__ == "__main__":
    run(*[int(word) for word in sys.argv[1:]])
