"""Messages a second of a personalised digest into a local server, with the durable outbox on, signed and unsigned.

Beside it, in the same run: a naive loop that builds each mail anew, and Postfix' smtp-source, which sends one made-up
mail from memory and records nothing. smtp-sink takes the mails of all. Both are looked for in $SMTP_TOOLS, then in
the usual places (Debian: package postfix); without them our own test server takes the mails and smtp-source is left
out. rss2email and django-newsletter send the same (benchmarks/sending_peers.py). On a machine that others use too, look
at the time of CPU. Memory and the answers of the web pages during a run:
`python -m benchmarks sending-load`.
"""

import asyncio
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib

from benchmarks import sending_peers
from mail import dkim
from mail.deliver import Delivery, deliver
from mail.digest import plan_due
from mail.message import assemble
from mail.settings import Digests, Mailing
from state import editions
from state.migrate import migrate
from state.records import Edition
from state.store import Store, open_store
from tests.mail.people import SITE, entry, file, know_topics, subscribe

START = datetime(2026, 5, 10, 8, tzinfo=UTC)
EACH, ENTRIES, NAIVE = 1200, 15, 300  # messages of one way; entries make 28 kB
CONNECTIONS = 16
SENDER = "News <news@news.example.org>"
TOOLS = os.pathsep.join([os.environ.get("SMTP_TOOLS", ""), os.environ.get("PATH", ""), "/usr/sbin"])


@dataclass(frozen=True)
class Way:
    """One way to send. plain: the server offers no PIPELINING."""

    name: str
    signed: tuple[str, ...] = ()
    plain: bool = False


WAYS = (
    Way("unsigned"),
    Way("unsigned, no PIPELINING", plain=True),
    Way("Ed25519", ("ed25519",)),
    Way("RSA-2048", ("rsa",)),
    Way("RSA-2048 and Ed25519", ("rsa", "ed25519")),
)


@contextmanager
def mail_server(folder: Path, *, plain: bool = False) -> Iterator[int]:
    """A server in a process of its own that accepts everything; gives its port."""
    sink = shutil.which("smtp-sink", path=TOOLS)
    if sink:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        user = ["-u", "nobody"] if os.getuid() == 0 else []
        process = subprocess.Popen([sink, *user, *(["-p"] if plain else []), f"127.0.0.1:{port}", "1000"])
    else:
        command = [sys.executable, "-m", "tests.fakes.postmaster", "--ledger", str(folder / "ledger")]
        process = subprocess.Popen([*command, *(["--plain"] if plain else [])], stdout=subprocess.PIPE)
        assert process.stdout is not None
        port = int(process.stdout.readline())
    try:
        _await(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _await(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"no mail server on port {port}")


def prepared(folder: Path, people: int, number: int = ENTRIES) -> Store:
    """People who are owed entries."""
    store = open_store(f"sqlite:///{folder}/bench.db", create=True)
    migrate(store)
    with store.write() as db:
        know_topics(db, START)
        for reader in range(people):
            subscribe(db, f"reader{reader}@example.org", "all", now=START)
    with store.write() as db:
        for case in range(number):
            text = f"What was agreed in case {case}, by whom, and what follows from it for the season. " * 4
            file(db, entry(f"case{case}", now=START, title=f"Case {case} is settled", summary=text), now=START)
    return store


def run() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        people = EACH * len(WAYS)
        store = prepared(folder, people)
        began = time.perf_counter()
        plan_due(store, site=SITE, settings=Digests(), now=START, immediately=True)
        print(f"{people} people, {ENTRIES} entries, SQLite with durable outcomes, {CONNECTIONS} connections")
        print(f"  planned {people / (time.perf_counter() - began):6.0f}/s")
        with mail_server(folder) as port, mail_server(folder, plain=True) as plain:
            base, base_cost = source(port)
            with store.read() as db:
                edition = editions.issues(db, limit=1)[0].edition
            naive = asyncio.run(naively(edition, port))
            print(f"  {'naive loop':28} {naive:6.0f}/s")
            for peer in sending_peers.PEERS:
                theirs = sending_peers.rate(peer, edition, port)
                print(f"  {peer:28} " + (f"{theirs:6.0f}/s" if isinstance(theirs, float) else f"not run: {theirs}"))
            for way in WAYS:
                rate, cost = sent(store, plain if way.plain else port, keyed(way, folder), EACH)
                beside = f"  {rate / base:4.2f} × smtp-source" if base else ""
                print(f"  {way.name:28} {rate:6.0f}/s  {cost * 1e6:4.0f} µs of CPU {rate / naive:5.1f} × naive{beside}")
            again, _ = source(port)
            if base:
                print(f"  {'smtp-source -d -s 10':28} {base:6.0f}/s  {base_cost * 1e6:4.0f} µs of CPU")
                print(f"  {'the same after all':28} {again:6.0f}/s")
        store.close()


def source(port: int) -> tuple[float, float]:
    """Messages a second of smtp-source, and its seconds of CPU for each; 0 where it is not there."""
    tool = shutil.which("smtp-source", path=TOOLS)
    if not tool:
        return 0.0, 0.0
    began, used = time.perf_counter(), _of_children()
    subprocess.run([tool, "-d", "-s", "10", "-m", "4000", "-l", "28000", f"127.0.0.1:{port}"], check=True)
    return 4000 / (time.perf_counter() - began), (_of_children() - used) / 4000


def _of_children() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def keyed(way: Way, folder: Path) -> Mailing:
    """The settings of a way, with its keys."""
    settings = Mailing(tls="none", sender=SENDER, connections=CONNECTIONS, dkim_domain="news.example.org")
    for kind in ("rsa", "ed25519"):
        file = folder / f"{kind}.pem"
        if not file.exists():
            dkim.create(file, kind)
    if "rsa" in way.signed:
        settings = replace(settings, dkim_key=str(folder / "rsa.pem"), dkim_selector="r")
    if "ed25519" in way.signed:
        settings = replace(settings, dkim_ed25519_key=str(folder / "ed25519.pem"), dkim_ed25519_selector="e")
    return settings


def sent(store: Store, port: int, settings: Mailing, limit: int) -> tuple[float, float]:
    """Messages a second of the real delivery, and the seconds of CPU of this process for each."""
    settings = replace(settings, smtp=f"smtp://127.0.0.1:{port}")
    began, used = time.perf_counter(), time.process_time()
    delivery = Delivery(store, settings, SITE, assemble)
    done = asyncio.run(deliver(delivery, clock=lambda: START, owner="bench", limit=limit))
    assert done.counts == {"accepted": limit}, done
    return limit / (time.perf_counter() - began), (time.process_time() - used) / limit


async def naively(edition: Edition, port: int) -> float:
    """Messages a second of the loop one writes first: build, connect once, send, next. Nothing is recorded."""
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
    await client.connect()
    began = time.perf_counter()
    for number in range(NAIVE):
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = SENDER, f"reader{number}@example.org", edition.subject
        message.set_content(edition.text)
        message.add_alternative(edition.html, subtype="html")
        await client.send_message(message)
    taken = time.perf_counter() - began
    await client.quit()
    return NAIVE / taken


def memory() -> float:
    """The most that this process has ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
