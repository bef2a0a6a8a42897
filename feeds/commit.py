"""Load what a visit must be judged by, and write what was decided, in one transaction.

A visit is planned on a read, so that nothing slow (topics, fragments) happens while
the database is held for writing. Visits are counted where they are written: if
another one was written meanwhile (it may have seen the same entry first), or the
topics were changed, the plan is made anew. A worker whose claim was taken over
writes nothing. Called by `feeds.poll` and `feeds.sources`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeAlias

import structlog
from sqlalchemy import Connection

from feeds import identity, raw, related, syndication
from feeds.documents import Page, Reading
from feeds.identity import Familiar, Known
from feeds.minting import unguessable
from feeds.plan import Plan, decide
from feeds.visit import Before, Terms
from state import alarms, doubts, entries, filings, publications, relations, rules, sightings, sources, topics, websub
from state import raw as raws
from state.filings import ALL
from state.raw import Raw
from state.records import Site, Source
from state.sources import Claim
from state.store import Store

Fragments: TypeAlias = Mapping[str, Mapping[str, bytes]]  # by entry id, then by form
Columns: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan with what it was based on and the fragments of the entries it touches. mark: visits before it.

    kept: the responses whose bytes were written.
    """

    mark: int
    before: Before
    plan: Plan
    fragments: Fragments
    kept: tuple[Raw, ...] = ()


def load(db: Connection, pages: Sequence[Page], source: Source) -> Before:
    """Everything the store knows that bears on these pages. Cost: one query per 500 keys of each kind."""
    urls = [page.url for page in pages]
    standing = {url: sightings.standing(db, source.id, url) for url in urls}
    records = [record for page in pages for record in page.extraction.records]
    traits = {
        page.url: tuple(identity.traits_of(record, source.id) for record in page.extraction.records) for page in pages
    }
    keys = {key for some in traits.values() for one in some for key in one.keys}
    keys |= {("edition", key) for record in records if (key := related.edition_key(record.url))}
    owners = sightings.known_by(db, keys)
    ids = {id for some in owners.values() for id in some}
    ids |= {one.sighting.entry for some in standing.values() for one in some}
    found = entries.by_ids(db, sorted(ids))
    evidence, here = sightings.evidence_of(db, found), sightings.seen_in(db, found, source.id)
    familiar = {id: Familiar(entry, evidence.get(id, frozenset()), id in here) for id, entry in found.items()}
    homes = {entry.source for entry in found.values()}
    return Before(
        known=Known(owners, familiar),
        documents=sources.documents(db, source.id),
        standing=standing,
        told={url: sightings.fingerprints(db, found, source=source.id, document=url) for url in urls},
        elsewhere={
            url: sightings.standing_elsewhere(
                db, [one.sighting.entry for one in standing[url]], source=source.id, document=url
            )
            for url in urls
        },
        filed=filings.filed(db, found),
        sources={id: sources.source(db, id) for id in sorted(homes)},
        topics=topics.topics(db),
        countries=topics.countries(db),
        alarms=frozenset(alarm.kind for alarm in alarms.alarms(db, source=source.id)),
        history=doubts.history_of(db, source.id),
        held=doubts.held(db, source.id),
        rejected=doubts.rejected(db, source.id),
        rule=rules.present(db, source),
        kept_at={url: one.fetched_at for url, one in raws.last(db, source.id).items()},
        originals=relations.originals(db, found),
        traits=traits,
    )


def prepare(db: Connection, reading: Reading, terms: Terms, site: Site) -> Prepared:
    """Plan a visit and render what it touches. Writes nothing."""
    mark = sightings.mark(db)
    before = load(db, reading.pages, terms.source)
    plan = decide(reading, before, terms)
    known = {topic.id: topic for topic in before.topics}
    homes = {**before.sources, terms.source.id: terms.source}
    touched = [*plan.new, *(one.entry for one in plan.revised)]
    rendered = syndication.all_fragments(touched, topics=known, sources=homes, site=site)
    return Prepared(mark, before, plan, rendered)


def commit(
    store: Store, claimed: Claim, reading: Reading, terms: Terms, site: Site, became: Callable[[Plan], Columns]
) -> Plan | None:
    """Plan a visit and write it with what became of the poll; None, and nothing written, if the claim was lost.

    became: from the plan to the columns of the source that change (next poll, failures …).
    """
    with store.read() as db:
        first = prepare(db, reading, terms, site)
    prepared = with_bytes(store, first, reading, terms)

    def unit(db: Connection) -> tuple[Plan, tuple[Raw, ...]] | None:
        if not sources.settle(db, claimed, became(prepared.plan)):
            return None
        fresh = renewed(db, prepared, reading, terms, site)
        if fresh is not prepared:
            sources.settle(db, claimed, became(fresh.plan))
            fresh = with_bytes(store, fresh, reading, terms)
        write(db, fresh, terms)
        return fresh.plan, _outdated(db, terms)

    done = store.unit(unit)
    if done is None:
        return None
    plan, gone = done
    if gone:
        with store.read() as db:
            raw.prune(db, store, gone, now=terms.now)
    return plan


def with_bytes(store: Store, prepared: Prepared, reading: Reading, terms: Terms) -> Prepared:
    """Write the bytes that the plan wants kept; the rows that name them follow with the plan.

    Where the disk does not take them the visit counts all the same: they only explain it.
    """
    held = {one.document for one in prepared.plan.doubted}
    wanted = set(prepared.plan.kept)
    kept: list[Raw] = []
    try:
        for page in (page for page in reading.pages if page.url in wanted):
            name = raw.write(store, terms.source.id, page.body)
            size, doubted = len(page.body), page.url in held
            kept.append(Raw(terms.source.id, page.url, name, terms.now, page.address, page.content_type, size, doubted))
    except OSError as error:
        structlog.get_logger().warning("bytes of a poll not kept", source=terms.source.id, error=str(error))
    return replace(prepared, kept=tuple(kept))


def _outdated(db: Connection, terms: Terms) -> tuple[Raw, ...]:
    """Take out of the index what need not be kept any longer."""
    before = terms.now - timedelta(seconds=terms.keep_raw)
    doubted = {(one.document, one.hash) for one in doubts.held(db, terms.source.id).values()}
    gone = raws.over(raws.raws(db, terms.source.id), before, doubted)
    raws.drop(db, terms.source.id, gone)
    return gone


def renewed(db: Connection, prepared: Prepared, reading: Reading, terms: Terms, site: Site) -> Prepared:
    """The plan itself if it still holds in this transaction, else a new one. Counts the visit: call it once."""
    vocabulary = topics.topics(db), topics.countries(db)
    if sightings.advance(db) == prepared.mark and vocabulary == (prepared.before.topics, prepared.before.countries):
        return prepared
    return prepare(db, reading, terms, site)


def write(db: Connection, prepared: Prepared, terms: Terms) -> None:
    """Write a plan. The caller's transaction is the only one that a visit has."""
    plan, source, now = prepared.plan, terms.source.id, terms.now
    entries.add(db, plan.new)
    for one in plan.revised:
        entries.revise(db, one.entry, source=source, significant=one.significant, now=now)
    filings.file_all(db, plan.filings, now=now)
    sightings.add_evidence(db, plan.evidence, now=now)
    relations.attach(db, plan.editions, now=now)
    sightings.see(db, plan.standing)
    entries.withdraw(db, plan.withdrawn, now=now)
    entries.restore(db, plan.returned)
    sources.put_documents(db, source, plan.documents)
    _remember(db, prepared, terms)
    publications.put_all_fragments(db, prepared.fragments)
    publications.mark_dirty(db, _changed_feeds(db, prepared, source), now)
    for kind in plan.cleared:
        alarms.clear_alarm(db, source=source, kind=kind)
    for doubt in plan.raised:
        alarms.raise_alarm(db, source=source, kind=doubt.kind, message=doubt.message, asks=doubt.asks, now=now)


def _remember(db: Connection, prepared: Prepared, terms: Terms) -> None:
    """What the visit teaches about the source: histories, doubts, bytes, another way of reading."""
    plan, source = prepared.plan, terms.source
    doubts.put_histories(db, source.id, plan.histories)
    doubts.drop(db, source.id, plan.over)
    doubts.hold(db, source.id, plan.doubted)
    raws.put(db, prepared.kept)
    if plan.hub is not None:
        websub.announce(db, source.id, plan.hub, token=unguessable(), secret=unguessable())
    if plan.learnt:
        (rules.offer if source.select else rules.adopt)(db, source, plan.learnt, now=terms.now)


def _changed_feeds(db: Connection, prepared: Prepared, source: str) -> set[str]:
    """Names of the feeds that have to be built again: of new and revised entries, and of this source."""
    plan, known = prepared.plan, prepared.before.known.entries
    revised = [one.entry for one in plan.revised]
    names = {topic for entry in [*plan.new, *revised] for topic in entry.topics}
    for homes in sightings.sources_of(db, [entry.id for entry in revised]).values():
        names |= {f"source-{home}" for home in homes}
    arrived = any(id in known and not known[id].here for id in (one.sighting.entry for one in plan.standing))
    if plan.new or arrived:
        names.add(f"source-{source}")
    return names | {ALL} if plan.new or revised else names
