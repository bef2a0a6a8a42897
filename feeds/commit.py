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
from feeds.identity import Familiar, Known, Traits
from feeds.minting import unguessable
from feeds.plan import Plan, decide
from feeds.visit import Before, Terms
from state import (
    alarms,
    doubts,
    entries,
    filings,
    polls,
    publications,
    relations,
    rules,
    sightings,
    sources,
    topics,
    websub,
)
from state import raw as raws
from state.filings import ALL
from state.polls import Settled
from state.raw import Raw
from state.records import Site, Source
from state.sightings import Key, Place
from state.sources import Claim
from state.store import Store

Fragments: TypeAlias = Mapping[str, Mapping[str, bytes]]  # by entry id, then by form
Columns: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Brought:
    """What a poll brought, under which terms it counts, and from its plan the columns of the source that change."""

    claim: Claim
    reading: Reading
    terms: Terms
    became: Callable[[Plan], Columns]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan with what it was made of and the fragments of the entries it touches. mark: visits before it.

    kept: the responses whose bytes were written.
    """

    mark: int
    reading: Reading
    terms: Terms
    before: Before
    plan: Plan
    fragments: Fragments
    kept: tuple[Raw, ...] = ()


def load(db: Connection, pages: Sequence[Page], source: Source) -> Before:
    """Everything the store knows that bears on these pages of a source."""
    return load_all(db, [(pages, source)])[0]


def load_all(db: Connection, visits: Sequence[tuple[Sequence[Page], Source]]) -> list[Before]:
    """The same for the pages of many sources. Cost: one query per 500 keys of each kind, however many sources."""
    ids = [source.id for _, source in visits]
    traits = [
        {page.url: tuple(identity.traits_of(record, source.id) for record in page.extraction.records) for page in pages}
        for pages, source in visits
    ]
    asked = [_keys(pages, own) for (pages, _), own in zip(visits, traits, strict=True)]
    standing = sightings.standing(db, [(source.id, page.url) for pages, source in visits for page in pages])
    owners = sightings.known_by(db, set().union(*asked))
    wanted = {id for some in owners.values() for id in some}
    wanted |= {one.sighting.entry for some in standing.values() for one in some}
    found = entries.by_ids(db, sorted(wanted))
    evidence, places = sightings.evidence_of(db, found), sightings.places(db, found)
    filed, originals = filings.filed(db, found), relations.originals(db, found)
    homes = sources.by_ids(db, sorted({entry.source for entry in found.values()}))
    documents, histories = sources.all_documents(db, ids), doubts.all_histories(db, ids)
    held, rejected = doubts.all_held(db, ids), doubts.all_rejected(db, ids)
    kept_at, ruled = raws.newest(db, ids), rules.in_force(db, [source for _, source in visits])
    alarmed = alarms.standing(db, ids)
    vocabulary, countries = topics.topics(db), topics.countries(db)
    loaded: list[Before] = []
    for (pages, source), own, keys in zip(visits, traits, asked, strict=True):
        stood = {page.url: standing[source.id, page.url] for page in pages}
        owned = {key: owners[key] for key in keys if key in owners}
        mine = {id: found[id] for some in owned.values() for id in some if id in found}
        mine |= {id: found[id] for some in stood.values() for one in some if (id := one.sighting.entry) in found}
        seen = {id: places.get(id, ()) for id in mine}
        loaded.append(
            Before(
                known=Known(
                    owned,
                    {
                        id: Familiar(entry, evidence.get(id, frozenset()), any(p.source == source.id for p in seen[id]))
                        for id, entry in mine.items()
                    },
                ),
                documents=documents[source.id],
                standing=stood,
                told={page.url: _told(seen, source.id, page.url) for page in pages},
                elsewhere={page.url: _elsewhere(seen, source.id, page.url) for page in pages},
                filed={(id, topic): mailable for (id, topic), mailable in filed.items() if id in mine},
                sources={entry.source: homes[entry.source] for entry in mine.values()},
                topics=vocabulary,
                countries=countries,
                alarms=frozenset(kind for of, kind in alarmed if of == source.id),
                history=histories[source.id],
                held=held[source.id],
                rejected=rejected[source.id],
                rule=ruled.get(source.id),
                kept_at=kept_at[source.id],
                originals={id: originals[id] for id in mine if id in originals},
                traits=own,
            )
        )
    return loaded


def _keys(pages: Sequence[Page], traits: Mapping[str, Sequence[Traits]]) -> set[Key]:
    """The evidence in these pages."""
    keys = {key for some in traits.values() for one in some for key in one.keys}
    records = [record for page in pages for record in page.extraction.records]
    return keys | {("edition", key) for record in records if (key := related.edition_key(record.url))}


def _told(seen: Mapping[str, Sequence[Place]], source: str, document: str) -> dict[str, str]:
    """What a document said of entries when it named them last; also of those that left it since."""
    here = (source, document)
    return {id: p.fingerprint for id, some in seen.items() for p in some if (p.source, p.document) == here}


def _elsewhere(seen: Mapping[str, Sequence[Place]], source: str, document: str) -> frozenset[str]:
    """Entries that stand in another document than this one, of any source that is watched."""
    here = (source, document)
    return frozenset(id for id, some in seen.items() if any(p.stands and (p.source, p.document) != here for p in some))


def prepare(db: Connection, reading: Reading, terms: Terms, site: Site) -> Prepared:
    """Plan a visit and render what it touches. Writes nothing."""
    return prepare_all(db, [(reading, terms)], site)[0]


def prepare_all(db: Connection, visits: Sequence[tuple[Reading, Terms]], site: Site) -> list[Prepared]:
    """The same for visits that can be written together: the first ones, and those that share nothing with them.

    What one of them writes is then nothing that another one was planned by.
    """
    mark = sightings.mark(db)
    loaded = load_all(db, [(reading.pages, terms.source) for reading, terms in visits])
    met: set[object] = set()
    prepared: list[Prepared] = []
    for (reading, terms), before in zip(visits, loaded, strict=True):
        touched = {terms.source.id, *before.known.entries, *_keys(reading.pages, before.traits)}
        if met.isdisjoint(touched):
            met |= touched
            plan = decide(reading, before, terms)
            prepared.append(Prepared(mark, reading, terms, before, plan, _rendered(plan, before, terms, site)))
    return prepared


def _rendered(plan: Plan, before: Before, terms: Terms, site: Site) -> Fragments:
    known = {topic.id: topic for topic in before.topics}
    homes = {**before.sources, terms.source.id: terms.source}
    touched = [*plan.new, *(one.entry for one in plan.revised)]
    return syndication.all_fragments(touched, topics=known, sources=homes, site=site)


def commit(store: Store, brought: Brought, site: Site) -> Plan | None:
    """Plan a visit and write it with what became of the poll; None, and nothing written, if the claim was lost."""
    return commit_all(store, [brought], site)[0]


def commit_all(store: Store, brought: Sequence[Brought], site: Site) -> list[Plan | None]:
    """The same for many visits, of different sources, in one transaction; in two where some speak of the same."""
    plans: dict[str, Plan | None] = {}
    while left := [one for one in brought if one.claim.holder not in plans]:
        plans |= _committed(store, left, site)
    return [plans[one.claim.holder] for one in brought]


def _committed(store: Store, brought: Sequence[Brought], site: Site) -> dict[str, Plan | None]:
    """Write those that can be written together; their plans by the name of their claim."""
    of = {one.claim.source.id: one for one in reversed(brought)}  # of one source the first is planned
    with store.read() as db:
        planned = prepare_all(db, [(one.reading, one.terms) for one in brought], site)
    first = [(of[one.terms.source.id], with_bytes(store, one)) for one in planned]

    def unit(db: Connection) -> tuple[dict[str, Plan | None], tuple[Raw, ...]]:
        ours = polls.still_held(db, [came.claim for came, _ in first])
        lost: dict[str, Plan | None] = {c.claim.holder: None for c, _ in first if c.claim.source.id not in ours}
        held = [one for came, one in first if came.claim.source.id in ours]
        fresh = renewed(db, held, site)
        if fresh is not held:
            fresh = [with_bytes(store, one) for one in fresh]
        written = [(of[one.terms.source.id], one.plan) for one in fresh]
        polls.settle_all(db, [Settled(came.claim, came.became(plan)) for came, plan in written])
        write(db, fresh)
        return lost | {came.claim.holder: plan for came, plan in written}, _outdated(db, fresh)

    plans, gone = store.unit(unit)
    if gone:
        with store.read() as db:
            raw.prune(db, store, gone, now=max(one.terms.now for one in brought))
    return plans


def with_bytes(store: Store, prepared: Prepared) -> Prepared:
    """Write the bytes that the plan wants kept; the rows that name them follow with the plan.

    Where the disk does not take them the visit counts all the same: they only explain it.
    """
    terms = prepared.terms
    held = {one.document for one in prepared.plan.doubted}
    wanted = set(prepared.plan.kept)
    kept: list[Raw] = []
    try:
        for page in (page for page in prepared.reading.pages if page.url in wanted):
            name = raw.write(store, terms.source.id, page.body)
            size, doubted = len(page.body), page.url in held
            kept.append(Raw(terms.source.id, page.url, name, terms.now, page.address, page.content_type, size, doubted))
    except OSError as error:
        structlog.get_logger().warning("bytes of a poll not kept", source=terms.source.id, error=str(error))
    return replace(prepared, kept=tuple(kept))


def _outdated(db: Connection, written: Sequence[Prepared]) -> tuple[Raw, ...]:
    """Take out of the index what need not be kept any longer, of sources of which more is kept now."""
    until = {one.terms.source.id: one.terms.now - timedelta(seconds=one.terms.keep_raw) for one in written if one.kept}
    held, gone = doubts.all_held(db, until), list[Raw]()
    for source, kept in raws.of_sources(db, until).items():
        doubted = {(one.document, one.hash) for one in held[source].values()}
        over = raws.over(kept, until[source], doubted)
        raws.drop(db, source, over)
        gone += over
    return tuple(gone)


def renewed(db: Connection, prepared: Sequence[Prepared], site: Site) -> Sequence[Prepared]:
    """The plans themselves if they still hold in this transaction, else new ones, of those that go together now.

    Counts the visits: call it once.
    """
    vocabulary = topics.topics(db), topics.countries(db)
    mark = sightings.advance(db)
    if all(one.mark == mark and vocabulary == (one.before.topics, one.before.countries) for one in prepared):
        return prepared
    return prepare_all(db, [(one.reading, one.terms) for one in prepared], site)


def write(db: Connection, prepared: Sequence[Prepared]) -> None:
    """Write plans that go together. The caller's transaction is the only one that their visits have."""
    if not prepared:
        return
    visits = [(one.plan, one.terms.source.id, one.terms.now) for one in prepared]
    entries.add(db, [entry for plan, _, _ in visits for entry in plan.new])
    for plan, source, now in visits:
        for one in plan.revised:
            entries.revise(db, one.entry, source=source, significant=one.significant, now=now)
        entries.withdraw(db, plan.withdrawn, now=now)
        entries.restore(db, plan.returned)
        relations.attach(db, plan.editions, now=now)
    for now in sorted({now for _, _, now in visits}):
        plans = [plan for plan, _, at in visits if at == now]
        filings.file_all(db, [draft for plan in plans for draft in plan.filings], now=now)
        sightings.add_evidence(db, [pair for plan in plans for pair in plan.evidence], now=now)
    sightings.see(db, [one for plan, _, _ in visits for one in plan.standing])
    sources.put_documents(db, {source: plan.documents for plan, source, _ in visits})
    _remember(db, prepared)
    publications.put_fragments(db, {id: forms for one in prepared for id, forms in one.fragments.items()})
    names = {name for one in prepared for name in _changed_feeds(db, one)}
    publications.mark_dirty(db, names, max(now for _, _, now in visits))
    for plan, source, now in visits:
        for kind in plan.cleared:
            alarms.clear_alarm(db, source=source, kind=kind)
        for doubt in plan.raised:
            alarms.raise_alarm(db, source=source, kind=doubt.kind, message=doubt.message, asks=doubt.asks, now=now)


def _remember(db: Connection, prepared: Sequence[Prepared]) -> None:
    """What the visits teach about their sources: histories, doubts, bytes, hubs, another way of reading."""
    doubts.put_all_histories(db, {one.terms.source.id: one.plan.histories for one in prepared})
    raws.put(db, [kept for one in prepared for kept in one.kept])
    for plan, terms in ((one.plan, one.terms) for one in prepared):
        doubts.drop(db, terms.source.id, plan.over)
        doubts.hold(db, terms.source.id, plan.doubted)
        if plan.hub is not None:
            websub.announce(db, terms.source.id, plan.hub, token=unguessable(), secret=unguessable())
        if plan.learnt:
            (rules.offer if terms.source.select else rules.adopt)(db, terms.source, plan.learnt, now=terms.now)


def _changed_feeds(db: Connection, prepared: Prepared) -> set[str]:
    """Names of the feeds that have to be built again: of new and revised entries, and of this source."""
    plan, known, source = prepared.plan, prepared.before.known.entries, prepared.terms.source.id
    revised = [one.entry for one in plan.revised]
    names = {topic for entry in [*plan.new, *revised] for topic in entry.topics}
    for homes in sightings.sources_of(db, [entry.id for entry in revised]).values():
        names |= {f"source-{home}" for home in homes}
    arrived = any(id in known and not known[id].here for id in (one.sighting.entry for one in plan.standing))
    if plan.new or arrived:
        names.add(f"source-{source}")
    return names | {ALL} if plan.new or revised else names
