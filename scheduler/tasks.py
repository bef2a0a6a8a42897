"""The units of work: poll due sources, publish changed feeds, plan due digests, deliver the queue.

Each claims its rows itself, so that a lost or doubled call is harmless. The
worker's ticks call them; `tidings run --once` calls them in a row.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from feeds import downloads_watch, webhooks, websub
from feeds.downloads_watch import Looked
from feeds.poll import Polled, Watch
from feeds.publish import Published, publish
from feeds.rounds import Rounds, poll_due
from feeds.settings import Publishing
from feeds.webhooks import Told
from feeds.websub import Asked
from mail.alarm_mail import AT, tell
from mail.deliver import Delivered, Delivery, deliver
from mail.digest import Planned, plan_due
from mail.inbox import Read
from mail.incoming import look
from mail.settings import Digests, Keeping
from mail.upkeep import end_pauses, forget_unconfirmed
from mail.watchdog import GRACE, watch
from state.store import Store

_TRANSACTIONS = 200  # of looking after people, in one call


@dataclass(frozen=True, slots=True)
class Work:
    """The parts that are held open while work is done. owner: names this process in leases.

    admin: the mailbox that hears of alarms, or "". hubs: where hubs may reach us (`feeds.websub.public`), or "".
    """

    store: Store
    watch: Watch
    delivery: Delivery
    publishing: Publishing
    digests: Digests
    keeping: Keeping
    clock: Callable[[], datetime]
    owner: str
    admin: str = ""
    hubs: str = ""


async def poll(work: Work, rounds: Rounds) -> tuple[Polled, ...]:
    """Begin to read the sources whose time has come; what has been read since the last call."""
    return await rounds.tick(work.clock())


async def look_at_files(work: Work) -> tuple[Looked, ...]:
    """See whether files of entries were replaced: a few, whose time has come."""
    return await downloads_watch.check(work.watch, now=work.clock(), owner=work.owner)


async def tend_hubs(work: Work) -> tuple[Asked, ...]:
    """Keep the subscriptions at hubs, and make due what they announced."""
    return await websub.tend(work.watch, work.hubs, now=work.clock())


async def post_entries(work: Work) -> tuple[Told, ...]:
    """Post new entries to the webhooks."""
    return await webhooks.deliver(work.store, work.watch.fetcher, now=work.clock())


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


async def read_answers(work: Work, since: datetime) -> Read:
    """Act on mail that came back, and see whether digests went out in time. since: when this process began its work."""
    now = work.clock()
    await asyncio.to_thread(watch, work.store, now=now, since=since)
    return await asyncio.to_thread(look, work.store, work.delivery.settings.inbox, now=now)


async def tell_admin(work: Work, *, immediately: bool = False) -> bool:
    """Write the day's mail about alarms, if there is one. immediately: at any hour."""
    after = time(0) if immediately else AT
    return await asyncio.to_thread(tell, work.store, work.admin, site=work.delivery.site, now=work.clock(), after=after)


@dataclass(frozen=True, slots=True)
class Round:
    """What one full round did."""

    polled: tuple[Polled, ...]
    published: Published
    planned: Planned
    delivered: Delivered


async def once(work: Work) -> Round:
    """Everything that is due now, in the order in which one makes the next."""
    await tend_hubs(work)
    polled = await poll_due(work.watch, now=work.clock(), owner=work.owner)
    await look_at_files(work)
    await post_entries(work)
    published = await publish_feeds(work)
    await look_after(work)
    planned = await plan(work, immediately=True)
    await tell_admin(work, immediately=True)  # a clock may call us at night only
    delivered = await send(work)
    await read_answers(work, work.clock() - GRACE)
    return Round(polled, published, planned, delivered)
