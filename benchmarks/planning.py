"""Plan digests for very many people: messages a second, peak memory, longest time the database is held.

The planning runs in a process of its own, so that its memory is its own. Half of the
people read daily, half "now"; 50 topics with three entries each make 50 cohorts.
`python -m benchmarks.planning 1000000` does it for a million.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, event

from mail.digest import plan_due
from mail.settings import Digests
from state import people, topics
from state.chunks import chunks
from state.migrate import migrate
from state.people import Newcomer
from state.records import Every, Subscriber, Subscription, Topic
from state.store import Store, open_store
from state.subscribers import LogLine
from tests.mail.people import SITE, entry, file

START = datetime(2026, 5, 10, 8, tzinfo=UTC)
DUE = START + timedelta(hours=2)
TOPICS, ENTRIES = 50, 3
PEOPLE = 100_000


def fill(store: Store, count: int) -> None:
    """People first, then entries, so that everything is owed."""
    migrate(store)
    with store.write() as db:
        for number in range(TOPICS):
            topics.put_topic(db, Topic(f"topic{number}", f"Topic {number}", any=(f"word{number}",)), START)
    for some in chunks(range(count), 2_000):
        with store.write() as db:
            people.add_all(db, [newcomer(number) for number in some])
    with store.write() as db:
        for number in range(TOPICS):
            for which in range(ENTRIES):
                file(db, entry(f"e{number}x{which}", now=START), f"topic{number}", now=START + timedelta(minutes=1))


def newcomer(number: int) -> Newcomer:
    name, email = f"s{number:08}", f"reader{number}@example.org"
    every: Every = "daily" if number % 2 else "now"
    person = Subscriber(name, email, "confirmed", "UTC", "en", "09:00", 0, 1, 1, START, START)
    row = Subscription(name, f"topic{number % TOPICS}", every, 0, 0, START)
    due: dict[Every, datetime] = {every: START + timedelta(hours=1)} if every == "daily" else {}
    return Newcomer(person, email, (row,), due, LogLine(START, "admin", "added, confirmed"))


@contextmanager
def watched(store: Store) -> Iterator[list[float]]:
    """How long each write transaction held the database, in seconds."""
    held: list[float] = []
    begun: dict[int, float] = {}

    def begin(db: Connection) -> None:
        if db.get_execution_options().get("tidings_write"):
            begun[id(db)] = time.perf_counter()

    def end(db: Connection) -> None:
        if at := begun.pop(id(db), None):
            held.append(time.perf_counter() - at)

    event.listen(store.engine, "begin", begin)
    event.listen(store.engine, "commit", end)
    yield held
    event.remove(store.engine, "begin", begin)
    event.remove(store.engine, "commit", end)


def plan(url: str) -> None:
    """Plan everything that is due; print the figures."""
    store = open_store(url)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    with watched(store) as held:
        done = plan_due(store, site=SITE, settings=Digests(), now=DUE)
    taken = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    store.close()
    held.sort()
    print(
        f"  planned {done.messages} messages in {len(done.editions)} editions, {done.messages / taken:.0f}/s in "
        f"{taken:.1f} s; peak memory {after / 1024:.0f} MB, {(after - before) / 1024:.0f} MB of it for planning\n"
        f"  write transactions: {len(held)}, the longest {held[-1] * 1000:.0f} ms, "
        f"99 of 100 under {held[int(len(held) * 0.99)] * 1000:.0f} ms"
    )


def run(count: int = PEOPLE) -> None:
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{Path(name)}/bench.db"
        store = open_store(url, create=True)
        began = time.perf_counter()
        fill(store, count)
        store.close()
        print(f"planning for {count} people in {TOPICS} cohorts (filled in {time.perf_counter() - began:.0f} s)")
        subprocess.run([sys.executable, "-m", "benchmarks.planning", url], check=True)


if __name__ == "__main__":
    what = sys.argv[1] if len(sys.argv) > 1 else str(PEOPLE)
    if what.isdecimal():
        run(int(what))
    else:
        plan(what)
