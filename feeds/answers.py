"""Take the admin's answers to what is held: believe it, or refuse it; bring an older way of reading back.

What is accepted are the very bytes that were held and shown (`feeds.replay.diff`), not what the site says now: the
next poll then finds what came since. What is refused is dropped, and the same content does not alarm again. Called by
the command line.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from feeds import poll, replay
from feeds.documents import Page, Reading
from feeds.poll import Polled, Watch
from state import alarms, doubts, rules, sources
from state import raw as raws
from state.errors import UserError
from state.records import Validators
from state.rules import Rule
from state.store import Store


@dataclass(frozen=True, slots=True)
class Refused:
    """What was dropped: documents that were held."""

    source: str
    documents: tuple[str, ...]


async def accept(watch: Watch, source_id: str, *, now: datetime, owner: str = "", as_new: int | None = None) -> Polled:
    """Believe what is held, or answer another alarm, as `feeds.poll.accept` does. Raises NotFound, UserError."""
    pages = await _held_pages(watch, source_id)
    done = await poll.accept(
        watch,
        source_id,
        now=now,
        owner=owner,
        given=Reading(pages=tuple(pages)) if pages else None,
        as_new=as_new,
    )
    with watch.store.write() as db:
        if done.outcome != "failed" and "flood" not in {one.kind for one in alarms.alarms(db, source=source_id)}:
            doubts.forgive(db, source_id, tuple(doubts.held(db, source_id).values()))
    return done


async def _held_pages(watch: Watch, source_id: str) -> list[Page]:
    """The held documents as they were kept, as far as they hold entries."""
    with watch.store.read() as db:
        if "flood" in {one.kind for one in alarms.alarms(db, source=source_id)}:
            return []
        source, rule = sources.source(db, source_id), rules.present(db, sources.source(db, source_id))
        held = doubts.held(db, source_id)
        kept = raws.raws(db, source_id, held=True)
    found: list[Page] = []
    for one in kept:
        if one.document in held and held[one.document].hash == one.hash:
            page = await replay.page_of(watch, source, rule.select if rule else source.select, one, now=one.fetched_at)
            if isinstance(page, Page) and page.extraction.records:
                # without validators: the next poll reads the document, whatever it says by then
                found.append(replace(page, validators=Validators(page.url, body_hash="accepted")))
    return found


def reject(store: Store, source_id: str, *, now: datetime) -> Refused:
    """Refuse what is held: it is dropped, and the same content does not alarm again. Raises NotFound, UserError."""
    with store.write() as db:
        sources.source(db, source_id)
        held = doubts.held(db, source_id)
        if not held:
            raise UserError(f"nothing of source {source_id} is held; `tidings status` shows what waits for an answer")
        doubts.reject(db, source_id, tuple(held.values()), now=now)
        doubts.drop(db, source_id, held)
        raws.drop(db, source_id, raws.raws(db, source_id, held=True))
        for kind in ("quarantined", "empty"):
            alarms.clear_alarm(db, source=source_id, kind=kind)
    return Refused(source_id, tuple(held))


def bring_back(store: Store, source_id: str, number: int, *, now: datetime) -> Rule:
    """Read a source as it was read before, from the next poll on, which reads everything anew.

    Raises NotFound, UserError for a rule that there is not.
    """
    with store.write() as db:
        source = sources.source(db, source_id)
        known = {rule.number: rule for rule in rules.rules(db, source_id)}
        if number not in known:
            there = ", ".join(str(one) for one in known) or "none"
            raise UserError(
                f"source {source_id} has no rule {number} (there is {there}); see `tidings source rules {source_id}`"
            )
        rule = rules.adopt(db, source, replace(known[number], why=f"rule {number} brought back"), now=now)
        sources.forget_documents(db, source_id)
        alarms.clear_alarm(db, source=source_id, kind="redesigned")
    return rule
