"""Do a thing for many at once: what is handed in while one batch is under way makes the next.

So what a transaction costs is shared by all that wait for one, and nothing waits for anything but the disk. Where a
batch fails each of its items is tried alone, so that one that cannot be done harms no other. Called by `feeds.poll`.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

T = TypeVar("T")
R = TypeVar("R")
_Waiting: TypeAlias = "list[tuple[T, asyncio.Future[R]]]"


@dataclass
class Together(Generic[T, R]):
    """The one who does it. most: of one batch, weighed by `weight`; an item that weighs more goes alone."""

    most: int
    weight: Callable[[T], int] = lambda _one: 1
    _waiting: "_Waiting[T, R]" = field(default_factory=list)
    _worker: "asyncio.Task[None] | None" = None

    async def do(self, one: T, work: Callable[[Sequence[T]], Sequence[R]]) -> R:
        """Hand in an item; gives what came of it. Raises what the work raises.

        work: the same at every call; done in a thread, it answers for each item, in their order.
        """
        done: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, done))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work(work))
        return await done

    async def _work(self, work: Callable[[Sequence[T]], Sequence[R]]) -> None:
        while batch := self._next():
            if not await self._tried(work, batch, last=len(batch) == 1):
                for one in batch:
                    await self._tried(work, [one], last=True)

    def _next(self) -> "_Waiting[T, R]":
        """The first that wait, as many as go together; those that nobody waits for any more are left out."""
        waiting = [(one, done) for one, done in self._waiting if not done.done()]
        weight, count = 0, 0
        for one, _ in waiting:
            weight += self.weight(one)
            if count and weight > self.most:
                break
            count += 1
        self._waiting = waiting[count:]
        return waiting[:count]

    async def _tried(self, work: Callable[[Sequence[T]], Sequence[R]], batch: "_Waiting[T, R]", *, last: bool) -> bool:
        """Do a batch and tell those who wait. last: they are told of a failure too."""
        try:
            results = await asyncio.to_thread(work, [one for one, _ in batch])
        except Exception as error:
            for _, done in batch if last else ():
                if not done.done():
                    done.set_exception(error)
            return False
        for (_, done), result in zip(batch, results, strict=True):
            if not done.done():
                done.set_result(result)
        return True
