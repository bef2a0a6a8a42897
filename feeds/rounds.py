"""Poll what is due: many hosts side by side, one source of a host at a time.

`Rounds` is held open by a worker, whose ticks start what has become due and never wait for it, so that a slow host
delays nobody. `poll_due` does all that is due now and waits for it. Both claim before they read, so that it does not
matter how many of them there are.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from feeds import ending
from feeds.documents import Reading
from feeds.poll import PATIENCE, Polled, Taken, Watch, lease, take, visit
from state import hosts, polls, sources

SLOTS = 50  # sources that are read at the same time
_PROBES = 3  # while our own network is down
_LULL = 0.02  # seconds in which polls that end are waited for, before more is claimed
_ADMIN = "admin"  # who polls when nobody else is named


class Rounds:
    """Polls that are under way. `tick` starts what is due; `stop` ends them. owner: names this process in leases."""

    def __init__(self, watch: Watch, owner: str = "", slots: int = SLOTS) -> None:
        self._watch = watch
        self._owner = owner or _ADMIN
        self._slots = slots
        self._running: set[asyncio.Task[Polled]] = set()

    @property
    def running(self) -> int:
        return len(self._running)

    async def tick(self, now: datetime) -> tuple[Polled, ...]:
        """Begin to poll what is due, as far as there is room, and tell what has ended since the last tick."""
        await self.start(now, self._slots)
        return self.ended()

    async def start(self, now: datetime, limit: int, wanted: Sequence[str] | None = None) -> tuple[str, ...]:
        """Claim and begin to poll at most `limit` sources; gives their ids. wanted: ids, due or not; None: the due."""
        room = min(limit, self._slots - len(self._running))
        if self._watch.network.down and wanted is None:
            room = min(room, _PROBES - len(self._running))
        if room <= 0:
            return ()
        taken = await asyncio.to_thread(_take, self._watch, self._owner, now, room, wanted)
        for one in taken:
            self._running.add(asyncio.create_task(_guarded(self._watch, one, now)))
        return tuple(one.claim.source.id for one in taken)

    def ended(self) -> tuple[Polled, ...]:
        """What has ended since this was asked last."""
        done = [task for task in self._running if task.done()]
        self._running.difference_update(done)
        return tuple(task.result() for task in done if not task.cancelled())

    async def one_ends(self, patience: float | None = None) -> None:
        """Wait until a poll ends, or for `patience` seconds."""
        if self._running:
            await asyncio.wait(self._running, timeout=patience, return_when=asyncio.FIRST_COMPLETED)

    async def stop(self, grace: float) -> tuple[Polled, ...]:
        """Wait up to `grace` seconds for what is under way; the rest gives its sources back."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        return self.ended()


async def poll_due(
    watch: Watch, *, now: datetime, owner: str = "", limit: int | None = None, every: bool = False
) -> tuple[Polled, ...]:
    """Poll the active sources that are due, at most `limit`, waiting for the gaps of their hosts.

    every: all active sources, whatever their time. A source that fails in an unforeseen
    way is recorded as failed, with its traceback in the log, and the others go on.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    rounds = Rounds(watch, owner)
    polled: list[Polled] = []
    left = await asyncio.to_thread(_active, watch) if every else None
    room = limit if limit is not None and not every else None
    try:
        while room is None or room > 0:
            at = now + timedelta(seconds=int(loop.time() - began))
            started = await rounds.start(at, SLOTS if room is None else room, left)
            if left is not None:
                left = [id for id in left if id not in set(started)]
            room = room if room is None else room - len(started)
            if not rounds.running:
                wait = await asyncio.to_thread(_wait, watch, at, left)
                if wait is None:
                    break
                await asyncio.sleep(wait)
            elif started and rounds.running < SLOTS:
                await rounds.one_ends(_LULL)
            else:
                await rounds.one_ends(1.0)
                await asyncio.sleep(_LULL)
            polled += rounds.ended()
        while rounds.running:
            await rounds.one_ends()
            polled += rounds.ended()
    finally:
        await rounds.stop(0)
    return (*polled, *await asyncio.to_thread(_left_alone, watch, left or (), now))


async def _guarded(watch: Watch, taken: Taken, now: datetime) -> Polled:
    """The edge of one unit of work: a fault of ours in one source must not keep the others from being polled."""
    try:
        return await visit(watch, taken, "poll", now=now)
    except Exception as error:
        claimed = taken.claim
        structlog.get_logger().exception("poll failed", source=claimed.source.id)
        reason = f"an error of this program: {type(error).__name__}: {error}"
        failed = ending.Poll(claimed, Reading(failure=reason), watch.settings, now, now, 0.0, None, {})
        await watch.settle(ending.failed(failed))
        return Polled(claimed.source.id, "failed", reason=reason)


def _take(watch: Watch, owner: str, now: datetime, limit: int, wanted: Sequence[str] | None) -> list[Taken]:
    with watch.store.write() as db:
        if wanted is None:
            claims = sources.claim_due(db, owner=owner, now=now, lease=lease(watch), limit=limit)
        else:
            claims = sources.claim_some(db, wanted, owner=owner, now=now, lease=lease(watch), limit=limit)
        return take(db, claims, now)


def _wait(watch: Watch, now: datetime, wanted: Sequence[str] | None) -> float | None:
    """Seconds until a host's gap is over, so that more can be polled; None where nothing is to be waited for."""
    with watch.store.read() as db:
        at = polls.next_claimable(db, now, wanted)
    wait = (at - now).total_seconds() if at else None
    return wait if wait is not None and wait <= PATIENCE else None


def _left_alone(watch: Watch, ids: Sequence[str], now: datetime) -> list[Polled]:
    """Sources that were to be polled, but whose hosts ask to be left alone for longer than we wait."""
    found: list[Polled] = []
    with watch.store.read() as db:
        for id in ids:
            host = hosts.host(db, hosts.host_of(sources.source(db, id).where))
            if host and host.next_at and host.next_at > now:
                why = f"{host.host} is to be left alone until {host.next_at:%Y-%m-%d %H:%M} UTC ({host.reason})"
                found.append(Polled(id, "failed", reason=why))
    return found


def _active(watch: Watch) -> list[str]:
    with watch.store.read() as db:
        return [source.id for source in sources.sources(db, "active")]
