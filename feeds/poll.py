"""Poll sources: claim, read, plan, commit once.

A claim is a lease with a fence, so that two workers never poll one source at once
and a worker that slept through its lease changes nothing. What a visit means is
decided in `feeds.plan`; of a poll that failed nothing is stored but that it did.
Called by the scheduler's ticks and by the command line.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

import structlog

from feeds import plan as planning
from feeds import schedule
from feeds.canonical import host
from feeds.children import Children
from feeds.commit import Columns, commit, load
from feeds.documents import PAGES, Page, Reader, Reading, is_path, read
from feeds.fetch import Fetcher
from feeds.minting import minted
from feeds.plan import Plan
from feeds.settings import Polling
from feeds.visit import Mint, Mode, Terms
from state import alarms, entries, filings, publications, sources
from state.chunks import chunks
from state.errors import UserError
from state.filings import ALL
from state.records import Site, Validators
from state.sources import Claim
from state.store import Store

Outcome: TypeAlias = Literal["changed", "unchanged", "not-modified", "failed", "held"]

BROKEN_AFTER = 3  # failures in a row before the admin is told
_HOSTS = 8  # polled at the same time; of one host only one source
_ADMIN = "admin"  # who polls when nobody else is named


@dataclass(frozen=True, slots=True)
class Watch:
    """What watching needs, held open by the caller."""

    store: Store
    fetcher: Fetcher
    children: Children
    site: Site
    settings: Polling
    mint: Mint = field(default=minted)

    @property
    def reader(self) -> Reader:
        return Reader(self.fetcher, self.children, self.settings.max_bytes)


@dataclass(frozen=True, slots=True)
class Polled:
    """What became of a poll. new, revised: entry ids, newest first; seen: records; reason: why not, or what is odd."""

    source: str
    outcome: Outcome
    new: tuple[str, ...] = ()
    revised: tuple[str, ...] = ()
    seen: int = 0
    reason: str = ""


# ---- what to poll ----


async def poll(watch: Watch, source_id: str, *, now: datetime, owner: str = "", force: bool = False) -> Polled:
    """Poll one source, due or not. force: parse it even if nothing changed. Raises NotFound."""
    return await _one(watch, source_id, "poll", now=now, owner=owner, force=force)


async def poll_due(
    watch: Watch, *, now: datetime, owner: str = "", limit: int = 50, every: bool = False
) -> tuple[Polled, ...]:
    """Poll the active sources that are due, at most `limit`, sources of one host one after the other.

    every: all active sources, whatever their time. A source that fails in an unforeseen
    way is recorded as failed, with its traceback in the log, and the others go on.
    """
    if not every:
        claims = await asyncio.to_thread(_claim_due, watch, owner or _ADMIN, now, limit)
        return await _all(watch, claims, now)
    polled: list[Polled] = []
    for ids in chunks(await asyncio.to_thread(_active, watch), limit):
        claims = await asyncio.to_thread(_claim_some, watch, ids, owner or _ADMIN, now)
        polled += await _all(watch, claims, now)
    return tuple(polled)


async def backfill(watch: Watch, source_id: str, *, pages: int, now: datetime, owner: str = "") -> Polled:
    """Read the first pages of a list and take what is on the later ones as a baseline: nobody is mailed.

    What is new at the top is new as in any poll.
    """
    return await _one(watch, source_id, "backfill", now=now, owner=owner, force=True, limit=pages)


async def accept(watch: Watch, source_id: str, *, now: datetime, owner: str = "") -> Polled:
    """Answer a source's alarm: mail what a flood held back, or take a doubtful page as a baseline.

    Raises NotFound, and UserError where nothing waits for an answer.
    """
    with watch.store.read() as db:
        source = sources.source(db, source_id)
        standing = {alarm.kind: alarm for alarm in alarms.alarms(db, source=source_id)}
    if "flood" in standing:
        return await asyncio.to_thread(_release, watch, source.id, standing["flood"].since, now)
    if not {"quarantined", "empty"} & standing.keys():
        raise UserError(f"source {source_id} has nothing to accept; `tidings status` shows what waits for an answer")
    return await _one(watch, source_id, "accept", now=now, owner=owner, force=True)


async def _all(watch: Watch, claims: Sequence[Claim], now: datetime) -> tuple[Polled, ...]:
    """Poll claimed sources: hosts side by side, the sources of one host in turn."""
    hosts: dict[str, list[Claim]] = {}
    for claimed in claims:
        hosts.setdefault(_host(claimed.source.where), []).append(claimed)
    turn = asyncio.Semaphore(_HOSTS)

    async def serve(row: Sequence[Claim]) -> list[Polled]:
        async with turn:
            return [await _guarded(watch, claimed, now) for claimed in row]

    found = await asyncio.gather(*(serve(row) for row in hosts.values()))
    return tuple(polled for some in found for polled in some)


def _host(where: str) -> str:
    return where if is_path(where) else host(where)


async def _guarded(watch: Watch, claimed: Claim, now: datetime) -> Polled:
    """The edge of one unit of work: a fault of ours in one source must not keep the others from being polled."""
    try:
        return await _visit(watch, claimed, "poll", now=now)
    except Exception as error:
        structlog.get_logger().exception("poll failed", source=claimed.source.id)
        failed = Reading(failure=f"an error of this program: {type(error).__name__}: {error}")
        return await asyncio.to_thread(_failed, watch, claimed, failed, now)


# ---- one source ----


async def _one(
    watch: Watch, source_id: str, mode: Mode, *, now: datetime, owner: str, force: bool, limit: int = PAGES
) -> Polled:
    claimed = await asyncio.to_thread(_claim, watch, source_id, owner or _ADMIN, now, limit)
    if claimed is None:
        return Polled(source_id, "unchanged", reason="another worker is polling it now")
    return await _visit(watch, claimed, mode, now=now, force=force, limit=limit)


async def _visit(
    watch: Watch, claimed: Claim, mode: Mode, *, now: datetime, force: bool = False, limit: int = PAGES
) -> Polled:
    """Read a claimed source and store what came of it. The claim is given back, whatever happens."""
    first = claimed.source.first_seen_at is None
    terms = Terms(claimed.source, now, watch.mint, watch.settings.new_entries_hold, "first" if first else mode)

    async def goes_on(pages: Sequence[Page]) -> bool:
        if mode == "backfill":
            return True
        if first or mode == "accept":
            return False
        return await asyncio.to_thread(_goes_on, watch, pages, terms)

    try:
        known = {} if force else await asyncio.to_thread(_validators, watch, claimed)
        reading = await read(watch.reader, claimed.source, known, goes_on=goes_on, limit=limit, now=now)
        if reading.broken and mode == "poll" and claimed.source.failures < BROKEN_AFTER - 1:
            # Stored now, the first page would end in known entries next time, and the later one be lost.
            reading = Reading(failure=f"a later page of the list: {reading.broken}", wait=reading.wait)
        if reading.failure:
            return await asyncio.to_thread(_failed, watch, claimed, reading, now)
        if reading.pages or reading.unreadable:
            return await asyncio.to_thread(_stored, watch, claimed, reading, terms)
        return await asyncio.to_thread(_untouched, watch, claimed, reading, now)
    except BaseException:
        with watch.store.write() as db:
            sources.settle(db, claimed, {})
        raise


def _goes_on(watch: Watch, pages: Sequence[Page], terms: Terms) -> bool:
    with watch.store.read() as db:
        return planning.goes_on(pages, load(db, pages, terms.source), terms)


def _validators(watch: Watch, claimed: Claim) -> dict[str, Validators]:
    with watch.store.read() as db:
        return {url: one.validators for url, one in sources.documents(db, claimed.source.id).items()}


# ---- what became of it ----


def _stored(watch: Watch, claimed: Claim, reading: Reading, terms: Terms) -> Polled:
    """Store a visit that brought documents."""
    plan = commit(
        watch.store, claimed, reading, terms, watch.site, lambda plan: _success(claimed, reading, terms, plan)
    )
    if plan is None:
        return Polled(claimed.source.id, "unchanged", reason="another worker has taken the source over")
    return Polled(
        claimed.source.id,
        "changed" if _changes(plan) else "held" if plan.held else "unchanged",
        new=tuple(entry.id for entry in plan.new),
        revised=tuple(one.entry.id for one in plan.revised),
        seen=plan.seen,
        reason="; ".join(doubt.message for doubt in plan.raised),
    )


def _changes(plan: Plan) -> bool:
    return bool(plan.new or plan.revised or plan.withdrawn or plan.returned)


def _success(claimed: Claim, reading: Reading, terms: Terms, plan: Plan) -> Columns:
    """The columns of a source after a poll that was stored."""
    source, now = claimed.source, terms.now
    after = schedule.after_success(source.id, source.every, now=now, wait=reading.wait)
    return {
        "first_seen_at": source.first_seen_at or now,
        "last_polled_at": now,
        "last_changed_at": now if _changes(plan) else source.last_changed_at,
        "next_poll_at": after.at,
        "next_poll_reason": after.reason,
        "failures": 0,
        "error": "",
    }


def _untouched(watch: Watch, claimed: Claim, reading: Reading, now: datetime) -> Polled:
    """Nothing was parsed: the documents are as they were."""
    source = claimed.source
    after = schedule.after_success(source.id, source.every, now=now, wait=reading.wait)
    values = {"last_polled_at": now, "next_poll_at": after.at, "next_poll_reason": after.reason}
    with watch.store.write() as db:
        if sources.settle(db, claimed, {**values, "failures": 0, "error": ""}):
            sources.renew(db, source.id, reading.unchanged)
            for kind in ("broken", "empty", "quarantined"):
                alarms.clear_alarm(db, source=source.id, kind=kind)
    return Polled(source.id, "not-modified")


def _failed(watch: Watch, claimed: Claim, reading: Reading, now: datetime) -> Polled:
    """Nothing could be read: what is known stays, and the next attempt waits longer."""
    source, failures = claimed.source, claimed.source.failures + 1
    after = schedule.after_failure(source.id, source.every, failures, now=now, wait=reading.wait)
    values = {"last_polled_at": now, "next_poll_at": after.at, "next_poll_reason": after.reason}
    with watch.store.write() as db:
        held = sources.settle(db, claimed, {**values, "failures": failures, "error": reading.failure})
        if held and failures >= BROKEN_AFTER:
            asks = f"tidings source show {source.id}"
            alarms.raise_alarm(db, source=source.id, kind="broken", message=reading.failure, asks=asks, now=now)
    return Polled(source.id, "failed", reason=reading.failure)


def _release(watch: Watch, source_id: str, since: datetime, now: datetime) -> Polled:
    """Mail what a flood held back: those entries get new numbers in the ledger, in their old order."""
    with watch.store.write() as db:
        held = [entry for entry in entries.entries(db, source=source_id, since=since) if not entry.baseline]
        filings.release(db, [entry.id for entry in held], now=now)
        names = {ALL, f"source-{source_id}"} | {topic for entry in held for topic in entry.topics}
        publications.mark_dirty(db, names, now)
        alarms.clear_alarm(db, source=source_id, kind="flood")
    return Polled(source_id, "changed", new=tuple(entry.id for entry in held), seen=len(held))


# ---- claims ----


def _lease(watch: Watch, pages: int) -> float:
    """Seconds that no poll outlasts: every page may take its whole time."""
    return (watch.settings.timeout + 30) * (pages + 1)


def _claim(watch: Watch, source_id: str, owner: str, now: datetime, pages: int) -> Claim | None:
    with watch.store.write() as db:
        if sources.source(db, source_id).state == "removed":
            raise UserError(f"source {source_id} was removed; `tidings source add` watches it again")
        return sources.claim(db, source_id, owner=owner, now=now, lease=_lease(watch, pages))


def _claim_due(watch: Watch, owner: str, now: datetime, limit: int) -> tuple[Claim, ...]:
    with watch.store.write() as db:
        return sources.claim_due(db, owner=owner, now=now, lease=_lease(watch, PAGES), limit=limit)


def _claim_some(watch: Watch, ids: Sequence[str], owner: str, now: datetime) -> tuple[Claim, ...]:
    with watch.store.write() as db:
        return sources.claim_some(db, ids, owner=owner, now=now, lease=_lease(watch, PAGES))


def _active(watch: Watch) -> list[str]:
    with watch.store.read() as db:
        return [source.id for source in sources.sources(db, "active")]
