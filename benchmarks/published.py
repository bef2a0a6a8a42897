"""How long news takes from the poll to the published feed, and what memory a thousand sources need.

The feeds of `benchmarks.polling`, as the worker watches them: a tick that polls, a tick that publishes. A process of
its own, so that its memory is that of watching alone.
"""

import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from benchmarks import polling
from feeds.children import Children
from feeds.fetch import Fetcher, Outcome
from feeds.poll import Watch
from feeds.publish import publish
from feeds.rounds import Rounds, poll_due
from feeds.settings import Polling, Publishing
from scheduler.worker import TICKS
from state import sources
from state.migrate import migrate
from state.records import Validators
from state.store import Store, open_store

COUNT = 1000
NEWS = 200  # of them have news
SPREAD = 60  # seconds in which all become due


class Timed(Fetcher):
    """Notes when each address was asked for, by the clock of the process."""

    def __init__(self, settings: Polling, version: str) -> None:
        super().__init__(settings, version)
        self.asked: dict[str, float] = {}

    async def fetch(
        self, url: str, known: Validators | None = None, *, headers: Mapping[str, str] = MappingProxyType({})
    ) -> Outcome:
        self.asked[url] = time.perf_counter()
        return await super().fetch(url, known, headers=headers)


async def watched(store: Store, folder: Path) -> list[float]:
    """Seconds from the request to the feed, of each source with news."""
    publishing, took = Publishing(), list[float]()
    timed = Timed(polling.SETTINGS, "bench")
    async with timed as fetcher, Children() as children:
        watch = Watch(store, fetcher, children, polling.SITE, polling.SETTINGS)
        await poll_due(watch, now=polling.NOW)
        publish(store, site=polling.SITE, settings=publishing, now=polling.NOW)
        polling.write(folder, NEWS, 1)
        now = datetime.now(UTC)
        with store.write() as db:
            for number in range(COUNT):
                at = now + timedelta(seconds=SPREAD * (number * 7919 % COUNT) / COUNT)
                sources.reschedule(db, f"s{number}", at, "bench")
        rounds, published = Rounds(watch, "bench"), 0.0
        waiting = {f"source-s{number}": number for number in range(NEWS)}
        while waiting:
            await rounds.tick(datetime.now(UTC))
            if time.perf_counter() - published >= TICKS["publish"]:
                published = time.perf_counter()
                now = datetime.now(UTC)
                done = await asyncio.to_thread(publish, store, site=polling.SITE, settings=publishing, now=now)
                ended = time.perf_counter()
                for name in waiting.keys() & set(done.built):
                    took.append(ended - timed.asked[polling.url(waiting.pop(name))])
            await asyncio.sleep(0.5)
        await rounds.stop(60)
    return took


def measured() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        polling.write(folder, COUNT, 0)
        with polling.served(folder):
            store = open_store(f"sqlite:///{folder}/ours.db", create=True)
            migrate(store)
            polling.know(store, range(COUNT))
            took = sorted(asyncio.run(watched(store, folder)))
            store.close()
    own, child = (resource.getrusage(who).ru_maxrss // 1000 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"{COUNT} sources, {NEWS} with news: from the request to the published feed")
    print(f"  median {took[len(took) // 2]:.1f}, p95 {took[int(0.95 * len(took))]:.1f}, most {took[-1]:.1f} s")
    print(f"  memory at most {own} MB, and {child} MB for each of two reading processes")


def run() -> None:
    subprocess.run([sys.executable, "-m", "benchmarks.published"], check=True)


if __name__ == "__main__":
    measured()
