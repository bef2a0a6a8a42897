"""A thousand topics over ten thousand entries: how long refiling takes, and how long it holds the database."""

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection

from feeds.refile import refile
from state import entries, filings, sources, topics
from state.chunks import chunks
from state.filings import ALL, Draft
from state.migrate import migrate
from state.records import Countries, Entry, Record, Site, Source, Topic
from state.store import Store, open_store

NOW = datetime(2026, 5, 10, 8, 0, tzinfo=UTC)
TOPICS, ENTRIES = 1_000, 10_000
SITE = Site(title="Bench", url="https://bench.example.org", language="en", timezone="UTC")
_SYLLABLES = tuple(one + other for one in "bcdfghklmnprst" for other in ("a", "e", "i", "o", "u"))


def run() -> None:
    """Print seconds in all and the longest write transaction in milliseconds."""
    dice = random.Random(20260510)
    words = sorted({"".join(dice.choices(_SYLLABLES, k=dice.randint(2, 5))) for _ in range(40_000)})
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'bench.db'}", create=True)
        migrate(store)
        _fill(store, words, dice)
        began = time.perf_counter()
        with _timed(store) as held:
            done = refile(store, site=SITE, now=NOW)
        took = time.perf_counter() - began
        print(
            f"refile: {TOPICS} topics x {ENTRIES} entries: {took:.1f} s, {len(done.added)} filings, "
            f"{len(done.changed)} entries rendered; longest write {max(held, default=0) * 1000:.0f} ms"
        )
        began = time.perf_counter()
        refile(store, site=SITE, now=NOW)
        print(f"refile: the same again, nothing to file: {time.perf_counter() - began:.1f} s")


def _fill(store: Store, words: list[str], dice: random.Random) -> None:
    with store.write() as db:
        sources.put(
            db,
            Source("bench", "https://bench.example.org/l", "page", "Bench", "en", "UTC", "", "", 3600, "active", NOW),
        )
        for number in range(TOPICS):
            phrases = tuple(" ".join(dice.sample(words, dice.choice((1, 1, 2)))) for _ in range(3))
            topics.put_topic(db, Topic(f"t{number}", f"Topic {number}", any=phrases), NOW)
    for numbers in chunks(range(ENTRIES)):
        with store.write() as db:
            made = [_entry(number, words, dice) for number in numbers]
            entries.add(db, made)
            filings.file_all(db, [Draft(one.id, ALL, False) for one in made], now=NOW)


def _entry(number: int, words: list[str], dice: random.Random) -> Entry:
    title, summary = (" ".join(dice.choices(words, k=length)) for length in (9, 30))
    record = Record(title=title, summary=summary, language="en", date="2026-05-01")
    url = f"https://bench.example.org/{number}"
    when = NOW - timedelta(minutes=number)
    return Entry(f"e{number}", UUID(int=number).urn, record, url, "bench", Countries(), when, when, None, True, 1)


@contextmanager
def _timed(store: Store) -> Iterator[list[float]]:
    """How long each write transaction of a store holds it, in seconds."""
    from sqlalchemy import event

    held: list[float] = []
    began: dict[int, float] = {}

    def start(db: Connection) -> None:
        began[id(db)] = time.perf_counter()

    def end(db: Connection) -> None:
        held.append(time.perf_counter() - began.pop(id(db), time.perf_counter()))

    event.listen(store.engine, "begin", start)
    event.listen(store.engine, "commit", end)
    try:
        yield held
    finally:
        event.remove(store.engine, "begin", start)
        event.remove(store.engine, "commit", end)
