"""Whatever a site does: nothing invented is mailed, nothing known is lost, others are served, the admin can read why.

Every kind of fault of `tests.fakes.faults` strikes a source of its own that was well before; all of one group are
polled in one round, beside a source that is well. Then the sites are well again.
"""

import asyncio
import resource
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio

from feeds import sources as watched
from feeds.children import Children
from feeds.fetch import Fetcher
from feeds.poll import Polled, Watch
from feeds.publish import publish
from feeds.rounds import poll_due
from feeds.settings import Polling, Publishing
from state import alarms, entries, filings, hosts, publications, sources
from state.hosts import Robots
from state.store import Store
from tests.fakes.faults import FAULTS, LARGEST, Fault
from tests.fakes.site import LOOPBACK, Site
from tests.feeds.samples import NOW, SITE
from tests.feeds.watching import NEW, ROWS, Row, listing

pytestmark = [pytest.mark.sqlite, pytest.mark.asyncio(loop_scope="module")]
HOUR = timedelta(hours=1)
# Long enough for a loaded machine to answer in, short enough to wait for a site that hangs.
SETTINGS = Polling(allow=LOOPBACK, timeout=5, gap=0, max_bytes=LARGEST)


@dataclass
class Struck:
    """A source with its site and what strikes it."""

    fault: Fault
    id: str
    site: Site

    def strike(self) -> None:
        self.site.greeting = self.fault.greeting
        self.site.disconnect()
        if self.fault.steps:
            self.site.says("/list", *self.fault.steps)
        if self.fault.robots:
            self.site.says("/robots.txt", *self.fault.robots)

    def mend(self) -> None:
        self.site.greeting = None
        self.site.scripts.clear()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def children() -> AsyncIterator[Children]:
    async with Children(count=1) as held:
        yield held


@pytest_asyncio.fixture(loop_scope="module")
async def watch(store: Store, children: Children) -> AsyncIterator[Watch]:
    async with Fetcher(SETTINGS, "1.0") as fetcher:
        yield Watch(store, fetcher, children, SITE, SETTINGS)


async def begun(watch: Watch, site: Site, id: str, rows: Sequence[Row] = ROWS) -> None:
    site.puts("/list", listing(rows))
    await watched.add(watch, await watched.look(watch, site.url("/list"), now=NOW), id=id, every=3600, now=NOW)


def known(store: Store, id: str) -> tuple[list[str], list[str]]:
    """Titles of the entries of a source that stand, and of those that people are told of."""
    with store.read() as db:
        found = [entry for entry in entries.entries(db, source=id) if entry.withdrawn_at is None]
        filed = filings.filed(db, [entry.id for entry in found])
    return [entry.title for entry in found], [entry.title for entry in found if filed[entry.id, "all"]]


def problem(store: Store, struck: Struck, polled: dict[str, Polled]) -> str:
    """What is wrong about how a fault was borne, "" where nothing is."""
    titles, told = known(store, struck.id)
    outcome = polled[struck.id].outcome
    with store.read() as db:
        source = sources.source(db, struck.id)
        standing = alarms.alarms(db, source=struck.id)
        file = publications.file(db, f"source-{struck.id}", "atom", "")
    if titles != [row[0] for row in ROWS] or told:
        return f"{outcome}: entries are {titles}, mailed {told}"
    if file is None or any(row[0].encode() not in file.body for row in ROWS):
        return "its feed has lost entries"
    if struck.fault.tolerated:
        return "" if outcome in ("unchanged", "not-modified") else f"{outcome}: {source.error}"
    if outcome not in ("failed", "held"):
        return f"{outcome}, although nothing could be read"
    if not (source.error or standing) or (source.next_poll_at or NOW) <= NOW + HOUR:
        return f"the admin is told nothing, or it is read again at once: {source.next_poll_at}"
    return ""


@pytest.mark.parametrize("group", FAULTS)
async def test_no_fault_of_a_site_invents_loses_or_delays_anything(store: Store, watch: Watch, group: str) -> None:
    async with AsyncExitStack() as stack:
        well = await stack.enter_async_context(Site())
        await begun(watch, well, "well")
        all_struck = [
            Struck(fault, f"s{number}", await stack.enter_async_context(Site()))
            for number, fault in enumerate(FAULTS[group])
        ]
        for one in all_struck:
            await begun(watch, one.site, one.id)
        publish(store, site=SITE, settings=Publishing(), now=NOW)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        well.puts("/list", listing([NEW, *ROWS]))
        for one in all_struck:
            await strike(store, one)

        began = asyncio.get_running_loop().time()
        polled = {one.source: one for one in await poll_due(watch, now=NOW + 2 * HOUR)}
        taken = asyncio.get_running_loop().time() - began
        publish(store, site=SITE, settings=Publishing(), now=NOW + 2 * HOUR)

        assert polled.keys() == {"well", *(one.id for one in all_struck)}
        assert (polled["well"].outcome, known(store, "well")[1]) == ("changed", [NEW[0]])
        told = {one.fault.name: why for one in all_struck if (why := problem(store, one, polled))}
        assert told == {}
        assert taken < 40  # one after another, those that hang would take longer
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 200_000  # kB
        await recover(store, watch, all_struck)


async def strike(store: Store, one: Struck) -> None:
    one.strike()
    with store.write() as db:
        hosts.put_robots(db, hosts.host_of(one.site.url()), Robots())
        if one.fault.where:
            sources.move(db, one.id, one.fault.where.format(port=one.site.port))
    if one.fault.down:
        await one.site.close()


async def recover(store: Store, watch: Watch, all_struck: Sequence[Struck]) -> None:
    """The sites are well again, and what is new there is told, once."""
    for one in all_struck:
        one.mend()
        one.site.puts("/list", listing([NEW, *ROWS]))
        if one.fault.down:
            await one.site.open()
        with store.write() as db:
            hosts.put_robots(db, hosts.host_of(one.site.url()), Robots())
            sources.move(db, one.id, one.site.url("/list"))
    await poll_due(watch, now=NOW + 80 * HOUR)
    assert {one.fault.name: known(store, one.id)[1] for one in all_struck} == {
        one.fault.name: [NEW[0]] for one in all_struck
    }
    with store.read() as db:
        assert [source.error for source in sources.sources(db) if source.error] == []
        assert alarms.alarms(db) == ()
