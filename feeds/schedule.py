"""Decide when a source is polled next, and say why.

Pure. An interval that the admin chose is obeyed; else a source is read in its own rhythm (`feeds.rhythm`), later where
its host or its feed says that nothing will change. After a failure the wait doubles up to a day and never ends for
good: a site that comes back after a month is served again by itself. A little jitter, taken from the source's id and
the hour, spreads sources that were added together. Called by `feeds.ending` and `feeds.sources`; the reason is stored
and shown by `source show`.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias
from zlib import crc32

from feeds import rhythm
from state.habits import Pacing
from state.records import Pace

_LONGEST = 86_400  # seconds a failing source waits at most, unless its rhythm is slower
_JITTER = 0.05  # of the wait, added
_DOUBLINGS = 12
_GONE = 410
_TOO_SOON = timedelta(days=3)  # nothing seen in so short a time says nothing
_RELIED_ON = 4  # times as long as without a hub that announces news
_STALE = 300.0  # seconds
_OWN_NETWORK = 120.0  # seconds after which we look whether our network is back


HubSays: TypeAlias = Literal["", "tells", "not yet"]


@dataclass(frozen=True, slots=True)
class Next:
    """When, and why in words for the admin."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Habits:
    """What bears on a source's rhythm. fixed: its `every` was chosen by the admin. shortest, longest: seconds.

    hub: "tells" where a hub reliably announces news, "not yet" where it did but none was there, else "".
    """

    pacing: Pacing = field(default_factory=Pacing)
    fixed: bool = False
    timezone: str = "UTC"
    shortest: float = 600
    longest: float = 86_400
    hub: HubSays = ""


def after_success(
    id: str, every: int, *, now: datetime, wait: float | None = None, habits: Habits | None = None
) -> Next:
    """The source's rhythm. wait: seconds for which the host says that nothing will change; up to fourfold is waited."""
    habits = habits or Habits()
    if habits.hub == "not yet" and every > _STALE:  # what keeps copies for the site may show an old one for a while
        return Next(
            _later(id, now, _STALE), f"its hub announced news that were not there: looks again in {words(_STALE)}"
        )
    if habits.fixed:
        return Next(_later(id, now, every), f"every {words(every)}, as you chose")
    pause, reason = _own(every, now, habits)
    if habits.hub == "tells":
        pause = max(pause, min(_RELIED_ON * pause, max(habits.longest, every)))
        reason = f"its hub announces news: waits {about(pause)} at most"
    wait = min(wait or 0, 4 * every)
    if wait > pause:
        pause, reason = wait, f"the host says it will not change for {words(wait)}"
    wanted = min(habits.pacing.pace.every, max(habits.longest, every))
    if wanted > pause:
        pause, reason = wanted, f"the feed says that it is renewed every {words(wanted)}"
    at = _later(id, now, pause)
    open_at = _not_skipped(at, habits.pacing.pace)
    return Next(at, reason) if open_at == at else Next(open_at, f"{reason}; not in the hours that the feed excludes")


def _own(every: int, now: datetime, habits: Habits) -> tuple[float, str]:
    """The wait by what was learnt of the source, and how it is explained."""
    learnt = habits.pacing.rhythm
    if learnt is None or (learnt.count < 1 and now - learnt.since < _TOO_SOON):
        return every, f"every {words(every)}"
    pause = rhythm.wait(
        learnt,
        every,
        shortest=min(habits.shortest, every),
        longest=max(habits.longest, every),
        now=now,
        timezone=habits.timezone,
    )
    return pause, f"its own rhythm, {often(rhythm.a_day(learnt, now))}: waits {about(pause)}"


def after_failure(
    id: str, every: int, failures: int, *, now: datetime, wait: float | None = None, status: int | None = None
) -> Next:
    """failures: in a row, this one included, from 1. wait: seconds the host asks for (Retry-After)."""
    longest = max(_LONGEST, every)
    pause = min(every * 2 ** min(failures - 1, _DOUBLINGS), longest)
    if status == _GONE:
        pause = longest
    if wait and wait > pause:
        return Next(_later(id, now, wait), f"the host asks to wait {words(wait)}")
    row = "failed" if failures == 1 else f"failed {failures} times in a row"
    return Next(_later(id, now, pause), f"{row}: waits {words(pause)}")


def after_no_network(id: str, now: datetime) -> Next:
    """Our own network was down: the source is not to blame, and is read soon."""
    return Next(_later(id, now, _OWN_NETWORK), "our own network was down: tried again soon")


def _not_skipped(at: datetime, pace: Pace) -> datetime:
    """The first moment from `at` that the feed does not exclude (skipHours, skipDays); `at` where it excludes all."""
    open_at = at.astimezone(UTC)
    for _ in range(7 * 24):
        if open_at.hour not in pace.skip_hours and open_at.weekday() not in pace.skip_days:
            return open_at
        open_at = open_at.replace(minute=at.minute, second=at.second) + timedelta(hours=1)
    return at


def _later(id: str, now: datetime, wait: float) -> datetime:
    share = crc32(f"{id} {now:%Y%m%d%H}".encode()) / 2**32
    return now + timedelta(seconds=round(wait * (1 + _JITTER * share)))


def often(a_day: float) -> str:
    """How often something happens, in words."""
    if a_day >= 1.5:
        return f"about {a_day:.0f} news a day"
    days = 1 / a_day
    return "about one a day" if days < 1.5 else f"about one in {days:.0f} days"


def about(seconds: float) -> str:
    """A duration without false exactness: 40m, 3h, 2d."""
    for size, step in ((2 * 86_400, 86_400), (2 * 3600, 3600), (120, 60)):
        if seconds >= size:
            return words(round(seconds / step) * step)
    return words(seconds)


def words(seconds: float) -> str:
    """A duration as the command line writes it: 30s, 10m, 1h, 2d."""
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:.0f}s"
