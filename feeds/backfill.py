"""Read the older pages of a list, one after the other, as a baseline: what is on them mails nobody.

The first page is polled as ever: what is new there is news. Each later page is a visit of its own, claimed with its
host, after the gap, and stored in one transaction; how far it went is kept, so that whoever is interrupted loses a
page at most and the next call goes on there. Nothing else of the source changes: neither its next poll nor its rhythm,
and a page that cannot be read is no failure of it.

The surprising rule: older pages are taken without the doubts of a poll, for nothing is known of them that they could
contradict; a wall or an empty page ends the walk. Called by the command line.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from feeds.commit import Brought
from feeds.documents import Page, Reading, next_page, read
from feeds.poll import Polled, Watch, claimed, give_back, poll
from feeds.repair import Mending
from feeds.visit import Terms
from state import backfills
from state.backfills import Progress
from state.sources import Claim


@dataclass(frozen=True, slots=True)
class Backfilled:
    """What one call did. new: ids of what was found, seen: records. reason: why it ended early, or "".

    progress: how far the list was read in all; None where not even its first page was.
    """

    source: str
    new: tuple[str, ...]
    seen: int
    progress: Progress | None
    reason: str = ""


def _silent(progress: Progress) -> None:
    """For those who do not watch."""


async def backfill(
    watch: Watch,
    source_id: str,
    *,
    pages: int,
    now: datetime,
    owner: str = "",
    again: bool = False,
    told: Callable[[Progress], None] = _silent,
) -> Backfilled:
    """Read a list up to its page number `pages`, where an earlier call ended, or from the first page if `again`.

    told: is called after each page. Raises NotFound.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    new: list[str] = []
    seen, reason = 0, ""
    at = await asyncio.to_thread(_progress, watch, source_id)
    if at is None or again:
        polled = await poll(watch, source_id, now=now, owner=owner, force=True)
        new, seen, reason = [*polled.new], polled.seen, _wrong(polled)
        if reason:
            return Backfilled(source_id, tuple(new), seen, at, reason)
        at = await _keep(watch, source_id, Progress(polled.pages, len(new), polled.following, now), told)
    walked: set[str] = set()
    while at.following and at.pages < pages:
        walked.add(at.following)
        clock = now + timedelta(seconds=int(loop.time() - began))
        step = await _older(watch, source_id, at.following, now=clock, owner=owner)
        if step.reason:
            reason = f"page {at.pages + 1}: {step.reason}"
            break
        new += step.new
        seen += step.seen
        following = step.following if step.following not in walked else ""
        at = await _keep(watch, source_id, Progress(at.pages + 1, at.entries + len(step.new), following, clock), told)
    return Backfilled(source_id, tuple(new), seen, at, reason)


def _wrong(polled: Polled) -> str:
    """Why the first page does not lead on, or ""."""
    if polled.outcome in ("failed", "held"):
        return polled.reason
    return "" if polled.pages else polled.reason or "nothing was read"


async def _keep(watch: Watch, source_id: str, at: Progress, told: Callable[[Progress], None]) -> Progress:
    await asyncio.to_thread(_put, watch, source_id, at)
    told(at)
    return at


def _progress(watch: Watch, source_id: str) -> Progress | None:
    with watch.store.read() as db:
        return backfills.progress(db, source_id)


def _put(watch: Watch, source_id: str, at: Progress) -> None:
    with watch.store.write() as db:
        backfills.put(db, source_id, at)


# ---- one older page ----


async def _older(watch: Watch, source_id: str, url: str, *, now: datetime, owner: str) -> Polled:
    """Read and store one page that is not the first. reason: why it could not be."""
    taken, at, why = await claimed(watch, source_id, now=now, owner=owner, pages=1)
    if taken is None:
        return Polled(source_id, "failed", reason=why)
    claim, settings = taken.claim, watch.settings
    terms = Terms(claim.source, at, watch.mint, settings.new_entries_hold, "backfill", keep_raw=settings.keep_raw)
    mending = Mending(watch.store, watch.children, terms, taken.rule)
    polite = watch.polite(taken.robots, now=at, of=claim.source)
    began = asyncio.get_running_loop().time()
    rest: datetime | None = None
    try:
        reader = await mending.lead(replace(watch.reader, fetcher=polite))
        page = replace(mending.source, where=url, base_url="")
        reading = await read(reader, page, {}, goes_on=_no_further, limit=1, now=at)
        gap, passed = polite.gap(claim.host), asyncio.get_running_loop().time() - began
        rest = at + timedelta(seconds=passed + max(gap, reading.wait or 0 if reading.failure else 0)) if gap else None
        if why := reading.failure or _unfit(reading.pages[0]):
            return Polled(source_id, "failed", reason=why)
        return await _stored(watch, claim, reading, terms)
    finally:
        give_back(watch, claim, rest)


async def _no_further(_pages: Sequence[Page]) -> bool:
    return False


def _unfit(page: Page) -> str:
    """Why a page is none of the list, or ""."""
    if page.extraction.obstacle:
        return f"{page.url}: no list stands there, but something else ({page.extraction.obstacle})"
    return "" if page.extraction.records else f"{page.url}: no entries stand there"


async def _stored(watch: Watch, claim: Claim, reading: Reading, terms: Terms) -> Polled:
    id = claim.source.id
    plan = await watch.commit(Brought(claim, reading, terms, lambda plan: {}))
    if plan is None:
        return Polled(id, "failed", reason="another worker has taken the source over")
    new = tuple(entry.id for entry in plan.new)
    return Polled(id, "changed", new=new, seen=plan.seen, pages=1, following=next_page(reading.pages) or "")
