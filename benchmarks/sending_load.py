"""What a large run costs beside its messages: memory by the number of recipients, and the patience of web visitors.

memory: a process of its own for each number of recipients in the queue, of which it sends the first 1,500
unsubscribe: POST /unsubscribe/TOKEN, one after another, from a second process, while a run sends in this one
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from aiohttp import ClientSession
from sqlalchemy import text

from benchmarks.sending import EACH, START, WAYS, keyed, mail_server, memory, prepared, sent
from feeds.settings import Publishing
from mail import tokens
from mail.deliver import Delivery, deliver
from mail.digest import plan_due
from mail.message import assemble
from mail.settings import Digests
from state import keys
from state.store import Store
from tests.mail.people import SITE
from web.app import make_app, serve
from web.settings import Serving

RECIPIENTS = (1_000, 10_000, 100_000)
SENT, LEAVING = 1_000, 200


def run() -> None:
    for number in RECIPIENTS:
        command = [sys.executable, "-m", "benchmarks.sending_load", str(number)]
        print("  " + subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(leaving(Path(name)))


def measured(number: int) -> None:
    """The peak memory of a process that sends SENT of so many messages that wait."""
    with tempfile.TemporaryDirectory() as name:
        store = prepared(Path(name), 500)
        plan_due(store, site=SITE, settings=Digests(), now=START, immediately=True)
        with store.write() as db:
            _multiply(db.exec_driver_sql, number)
        before = memory()
        with mail_server(Path(name)) as port:
            rate, _ = sent(store, port, keyed(WAYS[0], Path(name)), SENT)
        print(f"{number:7} recipients: {memory():4.0f} MB at most ({before:.0f} MB before it sent), {rate:.0f}/s")
        store.close()


def _multiply(execute: object, number: int) -> None:
    """More people and messages like those that are there, by SQL: planning so many would take minutes."""
    assert callable(execute)
    execute(f"CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c WHERE i < "
            f"{number // 500 - 1}) SELECT i FROM c")  # fmt: skip
    for table, key, unique in (("subscribers", "id", "email_key"), ("outbox", "subscriber", "message_id")):
        columns = [row[1] for row in execute(f"PRAGMA table_info({table})").all()]
        own = {key: f"t.{key} || '-' || n.i", unique: f"n.i || t.{unique}"}
        kept = [column for column in columns if not (table == "outbox" and column == "id")]
        values = ", ".join(own.get(column, f"t.{column}") for column in kept)
        quoted = ", ".join(f'"{column}"' for column in kept)
        execute(f"INSERT INTO {table} ({quoted}) SELECT {values} FROM {table} t, n")


async def leaving(folder: Path) -> None:
    """How long who leaves waits for the answer while a run sends."""
    store = prepared(folder, EACH * 3)
    plan_due(store, site=SITE, settings=Digests(), now=START, immediately=True)
    links = _links(store)
    app = make_app(store, site=SITE, serving=Serving(answer_after=0.0), publishing=Publishing(), sink=None,
                   clock=lambda: START, wake=lambda: None)  # fmt: skip
    running = await serve(app, "127.0.0.1", 0)
    with mail_server(folder) as port:
        settings = replace(keyed(WAYS[3], folder), smtp=f"smtp://127.0.0.1:{port}")
        sending = asyncio.create_task(
            deliver(Delivery(store, settings, SITE, assemble), clock=lambda: START, owner="bench")
        )
        await asyncio.sleep(0.3)
        waits = await _leave(running.port, links, sending)
        busy = not sending.done()
        done = await sending
    await running.close()
    store.close()
    cuts = statistics.quantiles(waits, n=100)
    state = "within" if busy else "up to the end of"
    print(f"  POST /unsubscribe {state} a signed run of {sum(done.counts.values())}: {len(waits)} answers, "
          f"median {cuts[49] * 1e3:.0f} ms, p99 {cuts[98] * 1e3:.0f} ms")  # fmt: skip


def _links(store: Store) -> list[str]:
    """Of those who are sent to last."""
    with store.write() as db:
        signed = keys.ensure(db, "token", now=START)
        who = db.execute(text("SELECT subscriber FROM outbox ORDER BY id DESC LIMIT :most"), {"most": LEAVING})
        return [tokens.make(signed, tokens.Token("unsubscribe", row.subscriber, 1)) for row in who]


async def _leave(port: int, links: list[str], until: "asyncio.Task[object]") -> list[float]:
    waits = []
    async with ClientSession() as session:
        for token in links:
            if until.done():
                break
            began = time.perf_counter()
            url = f"http://127.0.0.1:{port}/unsubscribe/{token}"
            async with session.post(url, data={"List-Unsubscribe": "One-Click"}) as answer:
                assert answer.status == 200, answer.status
                await answer.read()
            waits.append(time.perf_counter() - began)
    return waits


if __name__ == "__main__":
    measured(int(sys.argv[1]))
