"""Wake the work: a handful of ticks, until a signal asks to stop. The only module that imports APScheduler.

The ticks are UTC intervals and know nothing of wall clocks: what is due, and
when, stands in the tables (a cron trigger fires twice or never when clocks
change). A tick that fails is recorded with its traceback and the next one goes
on. On SIGTERM no new work begins and what is on the wire is finished.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from feeds.downloads_watch import Looked
from feeds.publish import Published
from feeds.rounds import Rounds
from feeds.webhooks import Told
from feeds.websub import Asked
from mail.deliver import Delivered
from mail.digest import Planned
from mail.inbox import Read
from scheduler import tasks
from scheduler.tasks import Work
from state.errors import UserError

GRACE = 10.0  # seconds for what is on the wire
TICKS = {
    "hubs": 5.0,
    "poll": 1.0,
    "webhooks": 2.0,
    "publish": 2.0,
    "plan": 5.0,
    "send": 2.0,
    "people": 60.0,
    "answers": 60.0,
    "files": 60.0,
    "admin": 60.0,
}  # seconds between two looks at what is due

log = structlog.get_logger()


class Worker:
    """Ticks over the work of one process. `run` it; `stop` and `wake` may be called from anywhere in its loop."""

    def __init__(self, work: Work) -> None:
        self._stopping = asyncio.Event()
        self._running: set[asyncio.Task[object]] = set()
        self._said: dict[str, str] = {}
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._rounds = Rounds(work.watch, work.owner)
        self._jobs: dict[str, Callable[[], Awaitable[object]]] = {
            "hubs": partial(tasks.tend_hubs, work),
            "poll": partial(tasks.poll, work, self._rounds),
            "webhooks": partial(tasks.post_entries, work),
            "publish": partial(tasks.publish_feeds, work),
            "plan": partial(tasks.plan, work),
            "send": partial(tasks.send, work, self._stopping),
            "people": partial(tasks.look_after, work),
            "answers": partial(tasks.read_answers, work, work.clock()),
            "files": partial(tasks.look_at_files, work),
            "admin": partial(tasks.tell_admin, work),
        }

    async def run(self) -> None:
        """Tick until `stop`; then wait up to GRACE seconds for what has begun."""
        for name, seconds in TICKS.items():
            self._scheduler.add_job(self._tick, "interval", seconds=seconds, args=[name], id=name)
        self._scheduler.start()
        self.wake()
        try:
            await self._stopping.wait()
        finally:
            self._scheduler.pause()
            if self._running:
                await asyncio.wait(self._running, timeout=GRACE)
            await self._rounds.stop(GRACE)
            self._scheduler.shutdown(wait=False)

    def stop(self) -> None:
        self._stopping.set()

    def stop_on_signals(self) -> None:
        """SIGTERM and Ctrl-C end the run in good order."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)

    def wake(self, *names: str) -> None:
        """Look at once at what is due, instead of at the next tick."""
        for name in names or TICKS:
            if job := self._scheduler.get_job(name):
                job.modify(next_run_time=datetime.now(UTC))

    async def _tick(self, name: str) -> None:
        task = asyncio.ensure_future(self._guarded(name))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.shield(task)

    async def _guarded(self, name: str) -> None:
        """One unit of work; its failure is recorded and ends nothing else."""
        try:
            done = await self._jobs[name]()
        except UserError as error:
            if self._said.get(name) != str(error):  # once, not at every tick
                log.error(name, error=str(error))
            self._said[name] = str(error)
        except Exception:
            log.exception(name)
        else:
            self._said.pop(name, None)
            if notable := summary(done):
                log.info(name, **notable)


def summary(done: object) -> dict[str, object]:
    """What is worth a line in the log: nothing where nothing was done."""
    match done:
        case bool():
            return {"mails": 1} if done else {}
        case int():
            return {"people": done} if done else {}
        case (Looked(), *_):
            replaced = [one.url for one in done if isinstance(one, Looked) and one.entries]
            return {"files": len(done), **({"replaced": replaced} if replaced else {})}
        case (Asked(), *_):
            asked = [one for one in done if isinstance(one, Asked)]
            refused = {one.source: one.note for one in asked if one.note}
            return {"hubs": len(asked), **({"refused": refused} if refused else {})}
        case (Told(), *_):
            told = [one for one in done if isinstance(one, Told)]
            late = {one.webhook: one.note for one in told if one.note}
            return {"webhooks": len(told), **({"failed": late} if late else {})}
        case tuple():
            return {"polled": len(done), "new": sum(len(p.new) for p in done)} if done else {}
        case Read(kinds=kinds) if kinds:
            return dict(kinds)
        case Published(built=built, failed=failed) if built or failed:
            return {"feeds": len(built), "failed": [name for name, _ in failed]}
        case Planned(messages=messages) if messages:
            return {"messages": messages}
        case Delivered() if done.counts or done.trouble:
            return {**done.counts, **({"trouble": done.trouble} if done.trouble else {})}
        case _:
            return {}
