"""The units of work: poll due sources, publish changed feeds, plan due digests, deliver the queue.

Each claims its rows itself, so that a lost or doubled call is harmless. The
worker's ticks call them; `tidings run --once` calls them in a row.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.poll import Polled, Watch, poll_due
from feeds.publish import Published, publish
from feeds.settings import Publishing
from mail.deliver import Delivered, Delivery, deliver
from mail.digest import Planned, plan_due
from mail.settings import Digests, Keeping
from mail.upkeep import end_pauses, forget_unconfirmed
from state.store import Store

_TRANSACTIONS = 200  # of looking after people, in one call


@dataclass(frozen=True, slots=True)
class Work:
    """The parts that are held open while work is done. owner: names this process in leases."""

    store: Store
    watch: Watch
    delivery: Delivery
    publishing: Publishing
    digests: Digests
    keeping: Keeping
    clock: Callable[[], datetime]
    owner: str


async def poll(work: Work) -> tuple[Polled, ...]:
    """Read every source whose time has come."""
    return await poll_due(work.watch, now=work.clock(), owner=work.owner)


async def publish_feeds(work: Work) -> Published:
    """Build the feeds that changes made dirty."""
    return await asyncio.to_thread(
        publish, work.store, site=work.watch.site, settings=work.publishing, now=work.clock()
    )


async def plan(work: Work, *, immediately: bool = False) -> Planned:
    """Put the digests that are due into the outbox. immediately: do not wait for the window of "now"."""
    return await asyncio.to_thread(
        plan_due,
        work.store,
        site=work.delivery.site,
        settings=work.digests,
        mailing=work.delivery.settings,
        now=work.clock(),
        immediately=immediately,
    )


async def look_after(work: Work) -> int:
    """Forget addresses that nobody confirmed, end pauses that are over. How many people that were."""
    return await asyncio.to_thread(_look_after, work, work.clock())


def _look_after(work: Work, now: datetime) -> int:
    before = now - timedelta(seconds=work.keeping.keep_unconfirmed)
    total = 0
    for _ in range(_TRANSACTIONS):  # what is left comes with the next call
        with work.store.write() as db:
            done = forget_unconfirmed(db, before) + end_pauses(db, now)
        total += done
        if not done:
            break
    return total


async def send(work: Work, stop: asyncio.Event | None = None) -> Delivered:
    """Deliver what is queued and due, until nothing is or `stop` is set."""
    return await deliver(work.delivery, clock=work.clock, owner=work.owner, stop=stop)


@dataclass(frozen=True, slots=True)
class Round:
    """What one full round did."""

    polled: tuple[Polled, ...]
    published: Published
    planned: Planned
    delivered: Delivered


async def once(work: Work) -> Round:
    """Everything that is due now, in the order in which one makes the next."""
    polled = await poll(work)
    published = await publish_feeds(work)
    await look_after(work)
    planned = await plan(work, immediately=True)
    return Round(polled, published, planned, await send(work))
