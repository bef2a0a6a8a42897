"""Feeds a second of client processor time, against `reader` in the same run; and hours of ten thousand sources.

The feeds (34 kB each, 30 entries) come from nginx, or where there is none from a small server of ours in another
process, on many addresses of this machine: to a polite reader that is many hosts.
"""

import asyncio
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import lateness
from feeds.children import Children, Document
from feeds.fetch import Fetcher
from feeds.poll import Watch
from feeds.rounds import poll_due
from feeds.settings import Polling
from state import sources
from state.migrate import migrate
from state.records import Site, Source, Validators
from state.store import Store, open_store

QUIET = 2000  # feeds that do not change
BUSY = 30  # feeds that do: the ratio does not change with more of them
HOSTS = 100
PORT = 18_099
NOW = datetime(2026, 5, 10, 8, tzinfo=UTC)
SITE = Site(title="Bench", url="https://bench.example")
SETTINGS = Polling(allow=("127.0.0.0/8",), gap=0, new_entries_hold=100_000)


def feed(number: int, version: int) -> str:
    """An RSS feed of 34 kB; each version has one more entry on top and one less below."""
    text = "Water levels, closures and night work on the river, with the names of those who can be asked. " * 10
    told = [f"Matter {number * 1000 + n}: {text}" for n in range(31)]
    items = "".join(
        f"<item><title>Release {n} of office {number}</title><link>http://office{number}.example/{n}</link>"
        f"<guid>http://office{number}.example/{n}</guid><description>{told[n]}</description>"
        f"<pubDate>{NOW - timedelta(days=40 - n):%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        for n in range(29 + version, version - 1, -1)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Office {number}</title>{items}</channel></rss>'


def write(folder: Path, count: int, version: int) -> None:
    for number in range(count):
        (folder / f"{number}.xml").write_text(feed(number, version), encoding="utf-8")


def url(number: int) -> str:
    return f"http://127.0.1.{1 + number % HOSTS}:{PORT}/{number}.xml"


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A server of the folder in another process; gives its name."""
    nginx = shutil.which("nginx")
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/errors; events {{ }} http {{ "
        f"access_log off; default_type application/rss+xml; keepalive_requests 100000; "
        f"server {{ listen {PORT}; root {folder}; }} }}"
    )
    command = (
        [nginx, "-c", str(config)] if nginx else [sys.executable, "-m", "http.server", str(PORT), "-d", str(folder)]
    )
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        yield "nginx" if nginx else "http.server, which answers no conditional request by ETag"
    finally:
        server.terminate()
        server.wait()


def spent(work: Callable[[], object]) -> float:
    """Seconds of processor time that this process and its children, that have ended, need."""
    before = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    work()
    after = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime for a, b in zip(before, after, strict=True))


def ours(folder: Path) -> Iterator[float]:
    """Feeds per second of processor time: at first sight, with one new entry each, and unchanged."""
    store = open_store(f"sqlite:///{folder}/ours.db", create=True)
    migrate(store)
    know(store, range(BUSY))
    asyncio.run(warm())
    started = spent(lambda: asyncio.run(warm()))  # what the start of the children costs is not what is measured
    for hour in range(2):
        write(folder, BUSY, hour)
        taken = spent(lambda hour=hour: asyncio.run(polled(store, 2 * hour, BUSY)))  # type: ignore[misc]
        yield BUSY / max(taken - started, 0.001)
    with store.write() as db:
        for number in range(BUSY):
            sources.pause(db, f"s{number}")
    know(store, range(BUSY, QUIET))
    with store.write() as db:
        for number in range(BUSY, QUIET):
            stat = (folder / f"{number}.xml").stat()
            tag = f'"{int(stat.st_mtime):x}-{stat.st_size:x}"'  # as nginx makes it
            page = sources.Document(Validators(url(number), tag, "", "known"), NOW, "feed:strict", 30)
            sources.put_documents(db, {f"s{number}": [page]})
    asyncio.run(polled(store, 4, QUIET - BUSY))  # robots.txt was asked, as it is once a day
    yield (QUIET - BUSY) / spent(lambda: asyncio.run(polled(store, 6, QUIET - BUSY)))
    store.close()


def know(store: Store, numbers: Iterable[int]) -> None:
    with store.write() as db:
        for number in numbers:
            id, where = f"s{number}", url(number)
            one = Source(id, where, "feed", id, "", "UTC", "", "", 3600, "active", NOW, next_poll_at=NOW, fixed=True)
            sources.put(db, one)


async def warm() -> None:
    """Start the two children, and let each read a feed."""
    page = Document(url(0), feed(0, 0).encode(), "application/rss+xml")
    async with Children() as children:
        await asyncio.gather(*(children.extract(page, now=NOW) for _ in range(2)))


async def polled(store: Store, hour: int, count: int) -> None:
    """Poll all that is due."""
    async with Fetcher(SETTINGS, "bench") as fetcher, Children() as children:
        watch = Watch(store, fetcher, children, SITE, SETTINGS)
        done = await poll_due(watch, now=NOW + timedelta(hours=hour))
    assert len(done) == count, len(done)
    assert not any(one.outcome in ("failed", "held") for one in done), done


def theirs(folder: Path) -> Iterator[float]:
    """The same of `reader`, from the feeds as `ours` has left them."""
    from reader import make_reader

    reader = make_reader(str(folder / "theirs.db"))
    for number in range(BUSY):
        reader.add_feed(url(number))
    for _ in range(3):
        yield BUSY / spent(lambda: reader.update_feeds(scheduled=False))
    reader.close()


def run() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        write(folder, QUIET, 0)
        with served(folder) as server:
            print(f"feeds per second of client processor time, {len(feed(0, 0)) // 1000} kB each, from {server}")
            what = ("first sight", "one new entry", "unchanged (304)")
            for name, one, other in zip(what, ours(folder), theirs(folder), strict=True):
                print(f"  {name:16} {one:7.0f}/s  reader {other:5.0f}/s  ratio {one / other:5.1f}")
    lateness.run()
