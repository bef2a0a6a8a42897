"""Load what a visit must be judged by, and write what was decided, in one transaction.

A visit is planned on a read, so that nothing slow (topics, fragments) happens while
the database is held for writing. Visits are counted where they are written: if
another one was written meanwhile (it may have seen the same entry first), or the
topics were changed, the plan is made anew. A worker whose claim was taken over
writes nothing. Called by `feeds.poll` and `feeds.sources`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Connection

from feeds import identity, syndication
from feeds.documents import Page, Reading
from feeds.identity import Familiar, Known
from feeds.plan import Plan, decide
from feeds.visit import Before, Terms
from state import alarms, entries, filings, publications, sightings, sources, topics
from state.filings import ALL
from state.records import Site, Source
from state.sources import Claim
from state.store import Store

Fragments: TypeAlias = Mapping[str, Mapping[str, bytes]]  # by entry id, then by form
Columns: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan with what it was based on and the fragments of the entries it touches. mark: visits before it."""

    mark: int
    before: Before
    plan: Plan
    fragments: Fragments


def load(db: Connection, pages: Sequence[Page], source: Source) -> Before:
    """Everything the store knows that bears on these pages. Cost: one query per 500 keys of each kind."""
    urls = [page.url for page in pages]
    standing = {url: sightings.standing(db, source.id, url) for url in urls}
    keys = {key for page in pages for record in page.extraction.records for key in identity.keys(record, source.id)}
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
    )


def prepare(db: Connection, reading: Reading, terms: Terms, site: Site) -> Prepared:
    """Plan a visit and render what it touches. Writes nothing."""
    mark = sightings.mark(db)
    before = load(db, reading.pages, terms.source)
    plan = decide(reading, before, terms)
    known = {topic.id: topic for topic in before.topics}
    homes = {**before.sources, terms.source.id: terms.source}
    touched = [*plan.new, *(one.entry for one in plan.revised)]
    rendered = {e.id: syndication.fragments(e, topics=known, source=homes[e.source], site=site) for e in touched}
    return Prepared(mark, before, plan, rendered)


def commit(
    store: Store, claimed: Claim, reading: Reading, terms: Terms, site: Site, became: Callable[[Plan], Columns]
) -> Plan | None:
    """Plan a visit and write it with what became of the poll; None, and nothing written, if the claim was lost.

    became: from the plan to the columns of the source that change (next poll, failures …).
    """
    with store.read() as db:
        prepared = prepare(db, reading, terms, site)

    def unit(db: Connection) -> Plan | None:
        if not sources.settle(db, claimed, became(prepared.plan)):
            return None
        fresh = renewed(db, prepared, reading, terms, site)
        if fresh is not prepared:
            sources.settle(db, claimed, became(fresh.plan))
        write(db, fresh, terms)
        return fresh.plan

    return store.unit(unit)


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
    sightings.see(db, plan.standing)
    entries.withdraw(db, plan.withdrawn, now=now)
    entries.restore(db, plan.returned)
    sources.put_documents(db, source, plan.documents)
    for id, rendered in prepared.fragments.items():
        publications.put_fragments(db, id, rendered)
    publications.mark_dirty(db, _changed_feeds(db, prepared, source), now)
    for kind in plan.cleared:
        alarms.clear_alarm(db, source=source, kind=kind)
    for doubt in plan.raised:
        alarms.raise_alarm(db, source=source, kind=doubt.kind, message=doubt.message, asks=doubt.asks, now=now)


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
