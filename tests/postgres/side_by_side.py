"""Let two transactions meet where the test wants them to."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from state.store import Store
from tests.postgres.databases import Databases

T = TypeVar("T")


class Meanwhile(Generic[T]):
    """Something that another process does at the same time, in a thread; `result` waits for its end."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._done: T | None = None
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._done = self._work()
        except BaseException as error:
            self._failed = error

    @property
    def over(self) -> bool:
        return not self._thread.is_alive()

    def result(self) -> T | None:
        self._thread.join()
        if self._failed:
            raise self._failed
        return self._done


def wait_for_waiting(postgres: Databases, store: Store, meanwhile: Meanwhile[T]) -> None:
    """Until that one stands still, because rows are held that it wants. Fails where it ended instead."""
    asked = (
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
        f"AND datname = '{store.engine.url.database}'"
    )
    while postgres.run(asked)[0][0] == 0:
        assert not meanwhile.over, "it did not wait"


def all_at_once(*works: Callable[[], T]) -> list[T | None]:
    """What each of them gives, all begun together."""
    begin = threading.Barrier(len(works))

    def one(work: Callable[[], T]) -> T:
        begin.wait()
        return work()

    running = [Meanwhile(lambda work=work: one(work)) for work in works]  # type: ignore[misc]
    return [meanwhile.result() for meanwhile in running]
