"""Decide when a source is polled next, and say why.

Pure. After a failure the wait doubles up to a day and never ends for good: a site
that comes back after a month is served again by itself. A little jitter, taken
from the source's id and the hour, spreads sources that were added together.
Called by `feeds.poll`; the reason is stored and shown by `source show`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

_LONGEST = 86_400  # seconds a failing source waits at most, unless its rhythm is slower
_JITTER = 0.05  # of the wait, added
_DOUBLINGS = 12


@dataclass(frozen=True, slots=True)
class Next:
    """When, and why in words for the admin."""

    at: datetime
    reason: str


def after_success(id: str, every: int, *, now: datetime, wait: float | None = None) -> Next:
    """The source's rhythm, stretched up to fourfold where the host says for how many seconds nothing will change."""
    wait = min(wait or 0, 4 * every)
    if wait > every:
        return Next(_later(id, now, wait), f"the host says it will not change for {words(wait)}")
    return Next(_later(id, now, every), f"every {words(every)}")


def after_failure(id: str, every: int, failures: int, *, now: datetime, wait: float | None = None) -> Next:
    """failures: in a row, this one included, from 1. wait: seconds the host asks for (Retry-After)."""
    longest = max(_LONGEST, every)
    pause = min(every * 2 ** min(failures - 1, _DOUBLINGS), longest)
    if wait and wait > pause:
        return Next(_later(id, now, wait), f"the host asks to wait {words(wait)}")
    row = "failed" if failures == 1 else f"failed {failures} times in a row"
    return Next(_later(id, now, pause), f"{row}: waits {words(pause)}")


def _later(id: str, now: datetime, wait: float) -> datetime:
    share = crc32(f"{id} {now:%Y%m%d%H}".encode()) / 2**32
    return now + timedelta(seconds=round(wait * (1 + _JITTER * share)))


def words(seconds: float) -> str:
    """A duration as the command line writes it: 30s, 10m, 1h, 2d."""
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:.0f}s"
