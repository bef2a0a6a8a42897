"""Poll one source: claim it with its host, read, plan, commit once.

A claim is a lease with a fence, so that two workers never poll one source at once
and a worker that slept through its lease changes nothing. What a visit means is
decided in `feeds.plan`, what becomes of the source in `feeds.ending`; of a poll that
failed nothing is stored but that it did. Called by `feeds.rounds`, which polls what
is due, and by the command line.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from sqlalchemy import Connection

from feeds import ending, settling
from feeds import plan as planning
from feeds.browser import Browser
from feeds.children import Children
from feeds.commit import Brought, commit_all, load
from feeds.documents import PAGES, Page, Reader, Reading, next_page, read
from feeds.fetch import Fetcher
from feeds.manners import Polite
from feeds.minting import minted
from feeds.network import NEIGHBOURS, Network
from feeds.plan import Plan
from feeds.repair import Mending
from feeds.robots import LONGEST_DELAY
from feeds.settings import Polling
from feeds.settling import Ended
from feeds.together import Together
from feeds.visit import Mint, Mode, Terms
from feeds.whereabouts import BROKEN_AFTER
from state import alarms, entries, filings, hosts, polls, publications, rules, sources, websub
from state.errors import UserError
from state.filings import ALL
from state.hosts import Rest, Robots, host_of
from state.records import Site, Source, Validators
from state.rules import Rule
from state.sources import Claim
from state.store import Store
from state.websub import Push

Outcome: TypeAlias = Literal["changed", "unchanged", "not-modified", "failed", "held"]

PATIENCE = 130.0  # seconds that a poll by hand waits for its host
_BUSY = 1.0  # seconds until a host that another source is read from is looked at again
_WHOLE = timedelta(days=7)  # after which a document is fetched as a whole, whatever its validators say
_ADMIN = "admin"  # who polls when nobody else is named
_RECORDS = 500  # of the visits that are written in one transaction, so that it holds the database for a moment only


def _records(brought: Brought) -> int:
    return sum(len(page.extraction.records) for page in brought.reading.pages)


@dataclass(frozen=True, slots=True)
class Watch:
    """What watching needs, held open by the caller."""

    store: Store
    fetcher: Fetcher
    children: Children
    site: Site
    settings: Polling
    mint: Mint = field(default=minted)
    network: Network = field(default_factory=Network)
    browser: Browser | None = None  # None where none can be asked for
    _endings: Together[Ended, None] = field(default_factory=lambda: Together(settling.GROUP))
    _visits: Together[Brought, Plan | None] = field(default_factory=lambda: Together(_RECORDS, _records))

    @property
    def reader(self) -> Reader:
        return Reader(self.fetcher, self.children, self.settings.max_bytes)

    async def settle(self, ended: Ended) -> None:
        """Write what became of a poll, in the transaction of all that end now. Raises what the store raises."""
        await self._endings.do(ended, self._settled)

    def _settled(self, group: Sequence[Ended]) -> list[None]:
        self.store.unit(lambda db: settling.write(db, group))
        return [None for _ in group]

    async def commit(self, brought: Brought) -> Plan | None:
        """Plan a visit and write it, together with those that wait for it now: plans made side by side would be made
        twice. None, and nothing written, if its claim was lost.
        """
        return await self._visits.do(brought, lambda group: commit_all(self.store, group, self.site))

    def polite(self, robots: Mapping[str, Robots], *, now: datetime, of: Source | None = None) -> Polite:
        """The fetch function of one visit. robots: what is known of robots.txt, by host. of: whose pages it reads."""
        ignore_robots, browser = (of.ignore_robots, self.browser if of.browser else None) if of else (False, None)
        return Polite(self.fetcher, self.store, self.settings, now, dict(robots), ignore_robots, browser)


@dataclass(frozen=True, slots=True)
class Polled:
    """What became of a poll. new, revised: entry ids, newest first; seen: records; reason: why not, or what is odd.

    pages: documents that were read as changed. following: URL of the page of the list after them, or "".
    """

    source: str
    outcome: Outcome
    new: tuple[str, ...] = ()
    revised: tuple[str, ...] = ()
    seen: int = 0
    reason: str = ""
    pages: int = 0
    following: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A source that is ours to poll. known: validators by URL, those not worth sending without them;

    whole: URLs that are to be fetched as a whole. robots: what is known of its host's. rule: how it is read, None
    where as it was declared. push: how its hub tells of news, None where it has none.
    """

    claim: Claim
    known: Mapping[str, Validators]
    whole: frozenset[str]
    robots: Mapping[str, Robots]
    rule: Rule | None = None
    push: Push | None = None


# ---- by hand ----


async def poll(watch: Watch, source_id: str, *, now: datetime, owner: str = "", force: bool = False) -> Polled:
    """Poll one source, due or not. force: parse it even if nothing changed. Raises NotFound."""
    return await _one(watch, source_id, "poll", now=now, owner=owner, force=force)


async def accept(
    watch: Watch,
    source_id: str,
    *,
    now: datetime,
    owner: str = "",
    given: Reading | None = None,
    as_new: int | None = None,
) -> Polled:
    """Answer a source's alarm: mail what a flood held back, follow a move, or take a doubtful page as a baseline.

    given: the doubtful documents as they were kept, read again now where they were not. as_new: how many of its
    newest entries are news all the same; None = none, -1 = all. Raises NotFound, and UserError where nothing waits.
    """
    with watch.store.read() as db:
        source = sources.source(db, source_id)
        standing = {alarm.kind: alarm for alarm in alarms.alarms(db, source=source_id)}
        moved = polls.pacing(db, source_id).moved
    if "flood" in standing:
        return await asyncio.to_thread(_release, watch, source.id, standing["flood"].since, now)
    if "moved" in standing and moved:
        return await asyncio.to_thread(_move, watch, source.id, moved.to)
    if given is None and not {"quarantined", "empty"} & standing.keys():
        raise UserError(f"source {source_id} has nothing to accept; `tidings status` shows what waits for an answer")
    return await _one(watch, source_id, "accept", now=now, owner=owner, force=True, given=given, as_new=as_new)


async def _one(
    watch: Watch,
    source_id: str,
    mode: Mode,
    *,
    now: datetime,
    owner: str,
    force: bool,
    limit: int = PAGES,
    given: Reading | None = None,
    as_new: int | None = None,
) -> Polled:
    """Poll a source as soon as its host is free, if that is soon."""
    taken, at, why = await claimed(watch, source_id, now=now, owner=owner, pages=limit)
    if taken is None:
        return Polled(source_id, "failed" if why else "unchanged", reason=why or "another worker is polling it now")
    return await visit(watch, taken, mode, now=at, force=force, limit=limit, given=given, as_new=as_new)


async def claimed(
    watch: Watch, source_id: str, *, now: datetime, owner: str, pages: int
) -> tuple[Taken | None, datetime, str]:
    """A source that is ours to read, as soon as its host is free, if that is soon; and when it became ours.

    None where it cannot be had: with the reason, or "" where another worker is polling it.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    while True:
        at = now + timedelta(seconds=int(loop.time() - began))
        taken, wait, why = await asyncio.to_thread(_claimed, watch, source_id, owner or _ADMIN, at, pages)
        if taken is not None or wait is None:
            return taken, at, ""
        if loop.time() - began + wait > PATIENCE:
            return None, at, why
        await asyncio.sleep(wait)


def _claimed(
    watch: Watch, source_id: str, owner: str, now: datetime, pages: int
) -> tuple[Taken | None, float | None, str]:
    """The source, if it could be taken; else seconds until its host may be free (None: it is being polled), and why."""
    with watch.store.write() as db:
        source = sources.source(db, source_id)
        if source.state == "removed":
            raise UserError(f"source {source_id} was removed; `tidings source add` watches it again")
        polls.hold(db, source_id)  # else a claim that is not committed yet looks like a host that is busy
        claim = sources.claim(db, source_id, owner=owner, now=now, lease=lease(watch, pages))
        if claim:
            return take(db, [claim], now)[0], None, ""
        if polls.is_claimed(db, source_id, now):
            return None, None, ""
        name = host_of(source.where)
        busy = hosts.host(db, name)
    if busy and busy.next_at and busy.next_at > now:
        why = f"{name} is to be left alone until {busy.next_at:%Y-%m-%d %H:%M:%S} UTC ({busy.reason or 'its gap'})"
        return None, (busy.next_at - now).total_seconds(), f"{why}; poll it then"
    return None, _BUSY, f"{name} is being read for another source; try again later"


# ---- one visit ----


async def visit(
    watch: Watch,
    taken: Taken,
    mode: Mode,
    *,
    now: datetime,
    force: bool = False,
    limit: int = PAGES,
    given: Reading | None = None,
    as_new: int | None = None,
) -> Polled:
    """Read a claimed source, unless what it says is given, and store what came of it.

    The claim is given back, whatever happens.
    """
    claimed = taken.claim
    first = claimed.source.first_seen_at is None
    settings = watch.settings
    doing: Mode = "first" if first else mode
    terms = Terms(claimed.source, now, watch.mint, settings.new_entries_hold, doing, as_new, settings.keep_raw)
    polite = watch.polite(taken.robots, now=now, of=claimed.source)

    async def goes_on(pages: Sequence[Page]) -> bool:
        if first or mode == "accept":
            return False
        return await asyncio.to_thread(_goes_on, watch, pages, terms)

    began = asyncio.get_running_loop().time()
    try:
        known = {} if force else taken.known
        mending = Mending(watch.store, watch.children, terms, taken.rule)
        reader = await mending.lead(replace(watch.reader, fetcher=polite))
        reading = given or await read(reader, mending.source, known, goes_on=goes_on, limit=limit, now=now)
        if reading.broken and mode == "poll" and claimed.source.failures < BROKEN_AFTER - 1:
            # Stored now, the first page would end in known entries next time, and the later one be lost.
            reading = Reading(failure=f"a later page of the list: {reading.broken}", wait=reading.wait)
        ended = now + timedelta(seconds=asyncio.get_running_loop().time() - began)
        gap = polite.gap(claimed.host)
        done = ending.Poll(
            claimed, reading, watch.settings, now, ended, gap, polite.failed, taken.known, taken.whole, taken.push
        )
        return await _concluded(watch, done, terms, began)
    except BaseException:
        give_back(watch, claimed)
        raise


async def _concluded(watch: Watch, done: ending.Poll, terms: Terms, began: float) -> Polled:
    """Store what came of a poll, in its transaction or in that of many."""
    claimed, reading = done.claim, done.reading
    if reading.failure:
        down = watch.network.suspect(done.failed) and await _network_down(watch, claimed, began)
        await watch.settle(ending.no_network(done) if down else ending.failed(done))
        why = f"our own network is down: {reading.failure}" if down else reading.failure
        return Polled(claimed.source.id, "failed", reason=why)
    polled, ended = Polled(claimed.source.id, "not-modified"), ending.untouched
    if reading.pages or reading.unreadable:
        polled, ended = await _stored(watch, done, terms), ending.given_back
    await watch.settle(_reached(watch, ended(done)))
    return polled


def _reached(watch: Watch, ended: Ended) -> Ended:
    """An ending that says too, once, that our network is there."""
    return replace(ended, silenced=("network",)) if ended.claim.host and watch.network.answered() else ended


async def _network_down(watch: Watch, claimed: Claim, began: float) -> bool:
    others = await asyncio.to_thread(_neighbours, watch, claimed.host)
    return await watch.network.is_down(watch.fetcher, began, others)


def _neighbours(watch: Watch, host: str) -> tuple[str, ...]:
    with watch.store.read() as db:
        return polls.neighbours(db, host, NEIGHBOURS)


def _goes_on(watch: Watch, pages: Sequence[Page], terms: Terms) -> bool:
    with watch.store.read() as db:
        return planning.goes_on(pages, load(db, pages, terms.source), terms)


async def _stored(watch: Watch, done: ending.Poll, terms: Terms) -> Polled:
    """Store a visit that brought documents."""
    id = done.claim.source.id
    plan = await watch.commit(Brought(done.claim, done.reading, terms, lambda plan: ending.stored(done, plan)))
    if plan is None:
        return Polled(id, "unchanged", reason="another worker has taken the source over")
    return Polled(
        id,
        "changed" if _changes(plan) else "held" if plan.held else "unchanged",
        new=tuple(entry.id for entry in plan.new),
        revised=tuple(one.entry.id for one in plan.revised),
        seen=plan.seen,
        reason="; ".join([doubt.message for doubt in plan.raised] or [held.message for held in plan.doubted]),
        pages=len(done.reading.pages),
        following=next_page(done.reading.pages) or "" if done.reading.walked and done.reading.pages else "",
    )


def _changes(plan: Plan) -> bool:
    return bool(plan.new or plan.revised or plan.withdrawn or plan.returned)


# ---- the admin's answers ----


def _release(watch: Watch, source_id: str, since: datetime, now: datetime) -> Polled:
    """Mail what a flood held back: those entries get new numbers in the ledger, in their old order."""
    with watch.store.write() as db:
        held = [entry for entry in entries.entries(db, source=source_id, since=since) if not entry.baseline]
        filings.release(db, [entry.id for entry in held], now=now)
        names = {ALL, f"source-{source_id}"} | {topic for entry in held for topic in entry.topics}
        publications.mark_dirty(db, names, now)
        alarms.clear_alarm(db, source=source_id, kind="flood")
    new = tuple(entry.id for entry in held)
    return Polled(source_id, "changed", new=new, seen=len(held), reason="what a flood held back is mailed now")


def _move(watch: Watch, source_id: str, to: str) -> Polled:
    """Watch a source where it says that it lives. Raises UserError where another source is watched there."""
    with watch.store.write() as db:
        other = sources.watching(db, to)
        if other is not None and other.id != source_id:
            raise UserError(
                f"{to} is watched already, as {other.id}; `tidings source remove {source_id}` ends this one"
            )
        sources.move(db, source_id, to)
        alarms.clear_alarm(db, source=source_id, kind="moved")
    return Polled(source_id, "unchanged", reason=f"it is read at {to} from now on")


# ---- claims ----


def lease(watch: Watch, pages: int = PAGES) -> float:
    """Seconds that no poll outlasts: every page may take its whole time, after the longest gap."""
    return (watch.settings.timeout + 30 + max(LONGEST_DELAY, watch.settings.gap)) * (pages + 1)


def take(db: Connection, claims: Sequence[Claim], now: datetime) -> list[Taken]:
    """Claimed sources with what is known of their documents and hosts."""
    documents = sources.all_documents(db, [claim.source.id for claim in claims])
    robots = hosts.robots(db, {claim.host for claim in claims} - {""})
    ruled = rules.in_force(db, [claim.source for claim in claims])
    pushes = websub.pushes(db, [claim.source.id for claim in claims if claim.host])
    found = []
    for claim in claims:
        known, whole = {}, set()
        for url, last in documents[claim.source.id].items():
            validators, at = last.validators, last.fetched_at
            if claim.host and at and now - at > _WHOLE:  # a host may say "not modified" for ever
                validators = Validators(url, body_hash=validators.body_hash)
                whole.add(url)
            known[url] = validators
        theirs = {claim.host: robots[claim.host]} if claim.host in robots else {}
        id = claim.source.id
        found.append(Taken(claim, known, frozenset(whole), theirs, ruled.get(id), pushes.get(id)))
    return found


def give_back(watch: Watch, claimed: Claim, until: datetime | None = None) -> None:
    """End a claim; the poll counts for nothing. until: before when its host is left alone."""
    with watch.store.write() as db:
        sources.settle(db, claimed, {})
        hosts.release(db, [Rest(claimed.host, claimed.holder, until)])
