"""The one writer of a delivery: outcomes and beginnings in groups, each group one durable commit.

A worker hands in a step: the outcome of its last message, and the message it wants to begin. What arrives while
a commit is under way makes the next group (at most GROUP steps); only a busy run waits PATIENCE for more. The
re-check of the subscriber is part of the transaction that begins a message: who left before it gets no mail.

When a group cannot be committed, nothing more is begun; its outcomes are tried again on a fresh connection when
the recorder closes (they are fenced: twice is harmless), and what still cannot be recorded will be in doubt.

Before the first message, once a minute and at the end the send log takes a note (state/sendlog.py), so that an older
copy of the database can be told from this one. What it cannot note is not sent.

A database that another process holds is no failure: the group waits, PATIENT times as long as the store waits, and
with it everybody who wants to begin. What a server accepted meanwhile is known and must not become a doubt.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self, TypeAlias

from sqlalchemy import Connection

from mail import policy
from state import outbox, sendlog, subscribers
from state.errors import Busy
from state.outbox import Result
from state.records import Message
from state.store import Store

GROUP = 16  # steps in one commit
PATIENCE, BUSY = 0.002, 0.005  # seconds that a step waits for others, where the last commit was so short ago
PATIENT = 10  # times that the database may be held by others for the store's time-out
NOTE_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Begun:
    """The message may go out, and its final dot before this instant."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Dropped:
    """The message may not go out. reason: why the person gets no mail; "" where the claim is no longer ours."""

    reason: str


Beginning: TypeAlias = Begun | Dropped


@dataclass(frozen=True, slots=True)
class _Step:
    result: Result | None
    message: Message | None
    answer: "asyncio.Future[Beginning | None]" = field(compare=False)


class Recorder:
    """Held open during a delivery: `async with`.

    lease: seconds for which a begun message is ours. workers: how many hand in steps.
    """

    def __init__(
        self, store: Store, clock: Callable[[], datetime], *, lease: float, resend: bool, workers: int = 1
    ) -> None:
        self.stale = 0  # outcomes that came too late to be recorded
        self.failure: Exception | None = None
        self._store = store
        self._clock = clock
        self._lease = lease
        self._resend = resend
        self._workers = workers
        self._committed_at = float("-inf")
        self._steps: asyncio.Queue[_Step | None] = asyncio.Queue()
        self._unrecorded: list[Result] = []
        self._noted_at: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._task is not None
        self._steps.put_nowait(None)
        await self._task
        if self._unrecorded:
            await asyncio.to_thread(self._last_try)
        if self._noted_at and self.failure is None:
            await asyncio.to_thread(self._last_note)

    async def record(self, *results: Result) -> None:
        """Make outcomes durable. Raises what the store raises."""
        await asyncio.gather(*[self._step(result, None) for result in results])

    async def begin(self, message: Message, after: Result | None) -> Beginning:
        """Make the outcome of the last message durable, if there is one, and with it the beginning of the next."""
        begun = await self._step(after, message)
        assert begun is not None
        return begun

    async def _step(self, result: Result | None, message: Message | None) -> Beginning | None:
        if self.failure is not None:
            self._unrecorded += [result] if result else []
            raise self.failure
        answer: asyncio.Future[Beginning | None] = asyncio.get_running_loop().create_future()
        self._steps.put_nowait(_Step(result, message, answer))
        return await answer

    async def _run(self) -> None:
        last = False
        while not last:
            group = [await self._steps.get()]
            await self._gather()
            while len(group) < GROUP and not self._steps.empty():
                group.append(self._steps.get_nowait())
            last = None in group
            steps = [step for step in group if step is not None]
            if steps:
                await self._committed(steps)

    async def _gather(self) -> None:
        """Let a busy run fill its group: a commit costs the same for one step as for sixteen."""
        busy = asyncio.get_running_loop().time() - self._committed_at < BUSY
        if busy and self._steps.qsize() + 1 < min(GROUP, self._workers):
            await asyncio.sleep(PATIENCE)

    async def _committed(self, steps: list[_Step]) -> None:
        try:
            if self.failure is not None:
                raise self.failure
            answers = await asyncio.to_thread(self._commit_patiently, steps)
            self._committed_at = asyncio.get_running_loop().time()
        except Exception as error:  # whatever it is: what cannot be recorded must not be sent
            self.failure = error
            self._unrecorded += [step.result for step in steps if step.result]
            for step in steps:
                if not step.answer.done():
                    step.answer.set_exception(error)
            return
        for step, answer in zip(steps, answers, strict=True):
            if not step.answer.done():  # its worker was cancelled
                step.answer.set_result(answer)

    def _commit_patiently(self, steps: list[_Step]) -> list[Beginning | None]:
        for _ in range(PATIENT - 1):
            with suppress(Busy):  # it did not even begin
                return self._commit(steps)
        return self._commit(steps)

    def _commit(self, steps: list[_Step]) -> list[Beginning | None]:
        if any(step.message for step in steps):
            self._note()
        with self._store.write() as db:
            outbox.hold(db, [one.id for step in steps for one in (step.result, step.message) if one])
            now = self._clock()  # asked when the lock is ours: waiting for it may have taken a minute
            self._record(db, [step.result for step in steps if step.result], now)
            begun = self._begin(db, [step.message for step in steps if step.message], now)
            return [begun[step.message.id] if step.message else None for step in steps]

    def _record(self, db: Connection, results: list[Result], now: datetime) -> None:
        resend_at = now + timedelta(seconds=policy.FIRST_PAUSE) if self._resend else None
        self.stale += outbox.record(db, results, now=now, resend_at=resend_at)

    def _begin(self, db: Connection, messages: list[Message], now: datetime) -> dict[int, Beginning]:
        """What may go out of those that want to, by id."""
        if not messages:
            return {}
        reasons = subscribers.unsendable(db, messages)
        dropped = [message for message in messages if message.id in reasons]
        if dropped:
            self._record(db, [Result(one.id, one.fence, "suppressed", reply=reasons[one.id]) for one in dropped], now)
        wanted = [message for message in messages if message.id not in reasons]
        until, ours = outbox.begin_all(db, wanted, now=now, lease=self._lease)
        return {one.id: Begun(until) if one.id in ours else Dropped(reasons.get(one.id, "")) for one in messages}

    def _note(self) -> None:
        now = self._clock()
        if self._noted_at is None or not timedelta(0) <= now - self._noted_at < NOTE_EVERY:
            sendlog.note(self._store, now=now)
            self._noted_at = now

    def _last_note(self) -> None:
        """A copy that was made during this delivery is older from now on."""
        try:
            sendlog.note(self._store, now=self._clock())
        except Exception as error:  # told like a commit that failed: everything is sent, but the next start must know
            self.failure = error

    def _last_try(self) -> None:
        """Record on a fresh connection what could not be recorded; the first failure stays the one that is reported."""
        self._store.engine.dispose()
        try:
            with self._store.write() as db:
                self._record(db, self._unrecorded, self._clock())
            self._unrecorded = []
        except Exception as error:
            error.__context__ = self.failure
            self.failure = error
