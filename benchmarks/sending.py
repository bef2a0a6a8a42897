"""Messages a second into a local server, durable outbox on, against a naive loop that builds each mail anew."""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib

from mail.deliver import Delivery, deliver
from mail.digest import plan_due
from mail.message import assemble
from mail.settings import Digests, Mailing
from state import editions
from state.migrate import migrate
from state.store import Store, open_store
from tests.mail.people import SITE, entry, file, know_topics, subscribe

START = datetime(2026, 5, 10, 8, tzinfo=UTC)
PEOPLE, ENTRIES, NAIVE = 2000, 30, 400
SENDER = "News <news@news.example.org>"


@contextmanager
def mail_server(folder: Path) -> Iterator[int]:
    """A server in a process of its own that accepts everything; gives its port."""
    command = [sys.executable, "-m", "tests.fakes.postmaster", "--ledger", str(folder / "ledger")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def prepared(folder: Path) -> Store:
    """People who are owed entries."""
    store = open_store(f"sqlite:///{folder}/bench.db", create=True)
    migrate(store)
    with store.write() as db:
        know_topics(db, START)
        for number in range(PEOPLE):
            subscribe(db, f"reader{number}@example.org", "all", now=START)
    with store.write() as db:
        for number in range(ENTRIES):
            text = f"What was agreed in case {number}, by whom, and what follows from it for the season. " * 4
            file(db, entry(f"case{number}", now=START, title=f"Case {number} is settled", summary=text), now=START)
    return store


def run() -> None:
    with tempfile.TemporaryDirectory() as name, mail_server(Path(name)) as port:
        store = prepared(Path(name))
        began = time.perf_counter()
        plan_due(store, site=SITE, settings=Digests(), now=START, immediately=True)
        planning = PEOPLE / (time.perf_counter() - began)
        naive = asyncio.run(naively(store, port))
        print(
            f"messages a second into a local server, {PEOPLE} people, {ENTRIES} entries, SQLite with durable outcomes"
        )
        print(f"  planned {planning:7.0f}/s")
        for connections in (4, 16):
            ours = asyncio.run(delivered(store, port, connections))
            print(
                f"  sent on {connections:2} connections {ours:6.0f}/s"
                f"  naive loop {naive:6.0f}/s  ratio {ours / naive:5.1f}"
            )
        store.close()


async def delivered(store: Store, port: int, connections: int) -> float:
    """Messages a second of the real delivery, over half of the people."""
    settings = Mailing(smtp=f"smtp://127.0.0.1:{port}", tls="none", sender=SENDER, connections=connections)
    began = time.perf_counter()
    done = await deliver(
        Delivery(store, settings, SITE, assemble), clock=lambda: START, owner="bench", limit=PEOPLE // 2
    )
    assert done.counts == {"accepted": PEOPLE // 2}, done
    return PEOPLE // 2 / (time.perf_counter() - began)


async def naively(store: Store, port: int) -> float:
    """Messages a second of the loop one writes first: build, connect once, send, next. Nothing is recorded."""
    with store.read() as db:
        edition = editions.issues(db, limit=1)[0].edition
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
