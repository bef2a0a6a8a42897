"""A sender that tests may kill: the real `deliver` on a real database, in a process of its own.

`Sender` starts a process that has everything imported and forks a child for each `start`, so that a round of kill
and start again takes milliseconds. The child runs one delivery and ends. Its time is what the clock file says.
"""

import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import traceback
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from sqlalchemy import event

from mail.deliver import Delivery, deliver
from mail.settings import Mailing
from state.store import Store, open_store
from tests.fakes.disk import syncs_that_fail
from tests.mail.sending import SITE, simple


@dataclass(frozen=True, slots=True)
class Order:
    """What a child is to do. clock: a file that holds the time as seconds since 1970.

    breaks: what the disk refuses from the commit on that is the child's n-th; n: breaks_at.
    """

    database: str
    smtp: str
    clock: str
    connections: int = 4
    in_doubt: Literal["resend", "hold"] = "resend"
    breaks: Literal["", "writes", "syncs"] = ""
    breaks_at: int = 0


class Sender:
    """`with Sender() as sender`: start children, kill them, wait for them. May serve many tests, one after another."""

    def __init__(self) -> None:
        self._running: set[int] = set()

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.fakes.sender"]
        pipe = subprocess.PIPE
        self._nursery = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=Path(__file__).parents[2])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill_all()
        with self._nursery as nursery:
            assert nursery.stdin is not None
            nursery.stdin.close()

    async def start(self, order: Order) -> int:
        """The process id of a new child."""
        child = int(await self._ask({"start": asdict(order)}))
        self._running.add(child)
        return child

    async def ended(self, child: int) -> int:
        """Wait for a child; its exit code, or minus the signal that ended it."""
        code = int(await self._ask({"wait": child}))
        self._running.discard(child)
        return code

    def kill_all(self) -> None:
        """What a test left behind."""
        for child in tuple(self._running):
            kill(child)
            self._ask_now({"wait": child})
        self._running.clear()

    async def _ask(self, question: dict[str, Any]) -> str:
        return await asyncio.to_thread(self._ask_now, question)

    def _ask_now(self, question: dict[str, Any]) -> str:
        stdin, stdout = self._nursery.stdin, self._nursery.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(question) + "\n")
        stdin.flush()
        return stdout.readline()


def kill(child: int, number: signal.Signals = signal.SIGKILL) -> None:
    with suppress(ProcessLookupError):
        os.kill(child, number)


def _child(order: Order) -> None:
    store = open_store(order.database)
    if order.breaks:
        _break_at_commit(store, order)
    settings = Mailing(smtp=order.smtp, tls="none", connections=order.connections, in_doubt=order.in_doubt)
    clock_file = Path(order.clock)

    def clock() -> datetime:
        return datetime.fromtimestamp(float(clock_file.read_text()), UTC)

    asyncio.run(deliver(Delivery(store, settings, SITE, simple), clock=clock, owner=f"child:{os.getpid()}"))
    store.close()


def _break_at_commit(store: Store, order: Order) -> None:
    """Let the disk fail just before the commit is written."""
    left = order.breaks_at

    def count(_db: object) -> None:
        nonlocal left
        left -= 1
        if left:
            return
        if order.breaks == "syncs":
            syncs_that_fail()
            return
        assert store.file is not None
        log = store.file.with_name(f"{store.file.name}-wal")
        resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size, resource.RLIM_INFINITY))

    event.listen(store.engine, "commit", count)


def _nursery() -> None:
    """Answer orders, a line each. No threads and no open database here: forking must be safe."""
    for line in sys.stdin:
        question = json.loads(line)
        if "wait" in question:
            _, status = os.waitpid(question["wait"], 0)
            print(os.waitstatus_to_exitcode(status), flush=True)
            continue
        child = os.fork()
        if child == 0:
            code = 1
            try:
                _child(Order(**question["start"]))
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        print(child, flush=True)


if __name__ == "__main__":
    _nursery()
