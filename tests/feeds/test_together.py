"""Many who wait share one batch, and none of them suffers for another."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from feeds.together import Together


async def test_what_is_handed_in_while_a_batch_is_under_way_makes_the_next() -> None:
    batches: list[list[int]] = []
    begun, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def doubled(batch: Sequence[int]) -> list[int]:
        batches.append(list(batch))
        loop.call_soon_threadsafe(begun.set)
        assert go_on.wait(60)
        return [2 * one for one in batch]

    together: Together[int, int] = Together(most=3)
    first = asyncio.create_task(together.do(1, doubled))
    await begun.wait()
    others = [asyncio.create_task(together.do(n, doubled)) for n in (2, 3, 4, 5)]
    await asyncio.sleep(0)
    go_on.set()
    assert await asyncio.gather(first, *others) == [2, 4, 6, 8, 10]
    assert batches == [[1], [2, 3, 4], [5]]


async def test_one_that_cannot_be_done_is_the_only_one_that_fails() -> None:
    def inverted(batch: Sequence[float]) -> list[float]:
        return [1 / one for one in batch]

    together: Together[float, float] = Together(most=10)
    found = await asyncio.gather(*(together.do(n, inverted) for n in (1.0, 0.0, 4.0)), return_exceptions=True)
    assert [found[0], found[2]] == [1.0, 0.25]
    assert isinstance(found[1], ZeroDivisionError)


async def test_what_nobody_waits_for_any_more_is_not_done() -> None:
    done: list[int] = []

    def noted(batch: Sequence[int]) -> list[None]:
        done.extend(batch)
        return [None for _ in batch]

    together: Together[int, None] = Together(most=10)
    given_up = asyncio.create_task(together.do(1, noted))
    await asyncio.sleep(0)  # it is handed in, and nothing has begun
    given_up.cancel()
    await together.do(2, noted)
    assert done == [2]
    with pytest.raises(asyncio.CancelledError):
        await given_up


async def test_what_weighs_more_than_a_batch_goes_alone() -> None:
    batches: list[list[int]] = []

    def noted(batch: Sequence[int]) -> list[None]:
        batches.append(list(batch))
        return [None for _ in batch]

    together: Together[int, None] = Together(most=5, weight=lambda one: one)
    await asyncio.gather(*(together.do(n, noted) for n in (9, 2, 3, 1)))
    assert batches == [[9], [2, 3], [1]]
