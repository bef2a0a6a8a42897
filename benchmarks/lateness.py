"""Hours of ten thousand hourly sources, one in a hundred faulty, with a simulated clock and simulated sites.

Everything but the network is real: claims, hosts, group commits, SQLite. The event loop's clock jumps to the next
moment at which something is to happen, so that an hour takes as long as its work does; threads run at once.
"""

import asyncio
import hashlib
import random
import resource
import selectors
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from feeds.children import Children
from feeds.fetch import Failed, Fetcher, NotModified, Outcome
from feeds.poll import Watch
from feeds.rounds import Rounds
from feeds.settings import Polling
from state import sources
from state.migrate import migrate
from state.records import Site, Source, Validators
from state.store import Store, open_store

COUNT = 10_000
HOURS = 2
PER_HOST = 4
NOW = datetime(2026, 5, 10, 8, tzinfo=UTC)


class Clock(selectors.SelectSelector):
    """A selector that does not wait, but moves the time on."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if not found and timeout:
            self.time += timeout
        return found


class Loop(asyncio.SelectorEventLoop):
    """An event loop in simulated time; what would run in a thread runs at once."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._simulated = clock

    def time(self) -> float:
        return self._simulated.time

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:  # type: ignore[override]
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done


class Sites(Fetcher):
    """Sites that answer after a while that nothing changed; one in a hundred hangs, refuses or is in trouble."""

    def __init__(self, settings: Polling, store: Store) -> None:
        super().__init__(settings, "bench")
        self.lateness: list[float] = []  # seconds from when a poll was due to its request
        self._store = store
        self._random = random.Random(7)

    async def fetch(self, url: str, known: Validators | None = None, **_headers: Mapping[str, str]) -> Outcome:
        self.reached_at = asyncio.get_running_loop().time()
        if url.endswith("robots.txt"):
            await asyncio.sleep(0.1)
            return Failed("status", "no robots.txt", 404)
        number = int(url.rpartition("/")[2])
        with self._store.read() as db:
            due = sources.source(db, f"s{number}").next_poll_at
        assert due
        self.lateness.append((NOW - due).total_seconds() + self.reached_at)
        if number % 100 == 0:
            kind = number // 100 % 3
            await asyncio.sleep((60.0, 0.01, 1.0)[kind])
            return (Failed("timeout", "slow"), Failed("connect", "refused"), Failed("status", "busy", 503))[kind]
        await asyncio.sleep(self._random.uniform(0.05, 2.0))
        return NotModified(known or Validators(url))


def filled(folder: Path) -> Store:
    """A database with the sources, due all over the hour."""
    store = open_store(f"sqlite:///{folder}/late.db", create=True)
    migrate(store)
    for first in range(0, COUNT, 1000):
        with store.write() as db:
            for number in range(first, first + 1000):
                where = f"http://host{number // PER_HOST}.example/{number}"
                due = NOW + timedelta(seconds=3600 * (number * 7919 % COUNT) / COUNT)
                told = hashlib.sha256(where.encode()).hexdigest()
                one = Source(
                    f"s{number}", where, "page", where, "", "UTC", "", "", 3600, "active", NOW,
                    first_seen_at=NOW, next_poll_at=due, fixed=True,
                )  # fmt: skip
                sources.put(db, one)
                page = sources.Document(Validators(where, '"1"', "", told), NOW, "repeated", 10)
                sources.put_documents(db, {one.id: [page]})
    return store


async def watched(store: Store, sites: Sites, settings: Polling) -> list[int]:
    """Watch for some hours, a tick a second. Gives the peak of memory after each hour, in kB."""
    loop = asyncio.get_running_loop()
    rounds, memory = Rounds(Watch(store, sites, Children(), Site(), settings), "bench"), []
    for second in range(HOURS * 3600):
        await asyncio.sleep(max(0.0, second - loop.time()))
        await rounds.tick(NOW + timedelta(seconds=second))
        if second % 3600 == 3599:
            memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    await rounds.stop(0)
    return memory


def run() -> None:
    settings = Polling()
    with tempfile.TemporaryDirectory() as folder:
        store = filled(Path(folder))
        sites = Sites(settings, store)
        began = time.process_time()
        loop = Loop(Clock())
        memory = loop.run_until_complete(watched(store, sites, settings))
        loop.close()
        spent = time.process_time() - began
        store.close()
    late = sorted(sites.lateness)
    print(f"{COUNT} hourly sources, 1 % faulty, {HOURS} simulated hours: {len(late)} polls, {spent:.0f} s of work")
    print(f"  late: median {statistics.median(late):.1f}, p99 {late[int(0.99 * len(late))]:.1f}, most {late[-1]:.1f} s")
    print(f"  memory, highest after each hour: {', '.join(f'{kb // 1000} MB' for kb in memory)}")
    print(f"  one core could watch {3600 * len(late) / spent:,.0f} such sources (parsing apart)")
