"""Decide what one visit to a source changes: the heart of watching, as one pure function.

Values in (`Reading`, `Before`, `Terms`), a value out (`Plan`); no clock, network or
store. `feeds.commit` loads what is known before and writes the plan in one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from feeds import arrivals, remarks, suspicion
from feeds.documents import Page, Reading
from feeds.suspicion import Doubt
from feeds.visit import Before, Revised, Terms, Visit, doubt_of, links_of
from state.dates import PartialDate
from state.doubts import Held, History
from state.filings import ALL, Draft
from state.records import Entry, Hub, Source
from state.relations import EditionOf
from state.rules import Rule
from state.sightings import Key, Standing
from state.sources import Document

KEEP_EVERY = timedelta(days=1)  # a document that changes all the time without bringing anything
_LONGEST_URL = 2000  # characters of a hub's or topic's; longer ones are taken for none
OLD = datetime(1970, 1, 1, tzinfo=UTC)
_Filed: TypeAlias = Mapping[str, tuple[tuple[str, str], ...]]  # by entry: topics it comes under, each with why


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written. new: newest first; filings: in the order in which they get their numbers.

    doubted: the documents that are held, told or not; over: URLs of those whose doubt ended. histories: by URL.
    kept: URLs of the pages whose bytes are worth keeping. editions: new entries that are known in another language.
    learnt: a way of reading that was found by known entries. hub: as a feed announces it, None where no feed was read.
    """

    new: tuple[Entry, ...]
    revised: tuple[Revised, ...]
    filings: tuple[Draft, ...]
    standing: tuple[Standing, ...]
    evidence: tuple[tuple[str, Key], ...]
    documents: tuple[Document, ...]
    withdrawn: tuple[str, ...]
    returned: tuple[str, ...]
    raised: tuple[Doubt, ...]
    cleared: tuple[str, ...]
    seen: int
    held: bool
    doubted: tuple[Held, ...] = ()
    over: tuple[str, ...] = ()
    histories: Mapping[str, History] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    learnt: Rule | None = None
    editions: tuple[EditionOf, ...] = ()
    hub: Hub | None = None


def decide(reading: Reading, before: Before, terms: Terms) -> Plan:
    """What a visit changes. Every record of a page that is not held is in `standing`, `new` or both."""
    visit = Visit(reading, before, terms)
    for number, page in enumerate(reading.pages):
        visit.take(number, page)
    order = visit.order()
    news = visit.news(order)
    held_back = terms.mode == "poll" and len(news) > terms.hold
    new = tuple(visit.entry(id, old=id not in news) for id in order)
    revised = visit.revised()
    raised = [*visit.doubts, *visit.remarks, *remarks.of_reading(reading, terms.source, whole=terms.mode == "poll")]
    raised += _rebuilt(reading, visit, before, terms)
    if held_back:
        raised.append(remarks.flood(terms.source, len(news), terms.hold))
    return Plan(
        new=new,
        revised=revised,
        filings=(
            *_filings(tuple(reversed(new)), set() if held_back else news, visit.filed),
            *_more_filings(revised, before, visit.filed),
        ),
        standing=tuple(visit.standing),
        evidence=tuple(visit.evidence),
        documents=tuple(visit.documents),
        withdrawn=visit.withdrawn(),
        returned=visit.returned(),
        raised=tuple(raised),
        cleared=() if terms.mode == "backfill" else remarks.ended(before.alarms, reading, raised, news=bool(news)),
        seen=visit.seen,
        held=bool(visit.held),
        doubted=tuple(visit.held),
        over=tuple(visit.over),
        histories=visit.histories,
        editions=tuple(visit.editions),
        kept=_kept(reading, visit, before, new=bool(new or revised)),
        learnt=_learnt(reading.pages, before.rule, terms.source) if terms.mode == "poll" else None,
        hub=None if visit.held or not reading.pages else _announced(reading.pages[0], terms.source),
    )


def _rebuilt(reading: Reading, visit: Visit, before: Before, terms: Terms) -> list[Doubt]:
    """Say of which documents the known entries are found in another way than before."""
    found: list[Doubt] = []
    taken = {one.validators.url for one in visit.documents}
    first = reading.pages[:1] if reading.walked else reading.pages  # later pages are read too seldom to compare
    for page in first if terms.mode == "poll" and not visit.remarks else ():
        if page.url not in taken:
            continue
        last = before.documents.get(page.url)
        known = sum(
            one.sighting.document == page.url and one.sighting.entry not in visit.made for one in visit.standing
        )
        if page.extraction.method.startswith(suspicion.GUIDED):
            found.append(remarks.repaired(page, terms.source, known))
        elif known and last and last.method and not suspicion.same_shape(page.extraction.method, last.method):
            found.append(remarks.redesigned(page, last.method, known))
    return found[:1]


def _learnt(pages: Sequence[Page], rule: Rule | None, source: Source) -> Rule | None:
    """The rule to be adopted after a visit, None where none was found or it holds already."""
    page = next((page for page in pages if page.extraction.method.startswith(suspicion.GUIDED)), None)
    if page is None:
        return None
    selector = page.extraction.selector
    select: Mapping[str, str] = {"item": selector} if selector else {}
    if rule is not None and dict(rule.select) == select and rule.guided is not bool(selector):
        return None
    return Rule(0, select, source.select, not selector, page.extraction.method, "learnt from the known entries")


def _announced(page: Page, source: Source) -> Hub | None:
    """The hub of a feed: what the headers say goes before what the feed says. Its topic is its own address."""
    if page.extraction.kind != "feed" or page.url != source.where:
        return None
    said, told = page.hub, page.extraction.hub
    url, topic = said.url or told.url, said.topic or told.topic or page.url
    return Hub(url, topic) if max(len(url), len(topic)) <= _LONGEST_URL else Hub()


def _kept(reading: Reading, visit: Visit, before: Before, *, new: bool) -> tuple[str, ...]:
    """Documents that are held, that brought something, or that were not kept for a day."""
    held = {one.document for one in visit.held}
    stale = {page.url for page in reading.pages if before.kept_at.get(page.url, OLD) <= visit.terms.now - KEEP_EVERY}
    return tuple(page.url for page in reading.pages if page.body and (new or page.url in held or page.url in stale))


def goes_on(pages: Sequence[Page], before: Before, terms: Terms) -> bool:
    """Whether the list's next page must be read too.

    Where nothing is known on a page of the same shape as ever, a later page may show that we were only away.
    """
    doubt = doubt_of(pages, before, terms)
    if doubt:
        last = before.documents.get(pages[0].url)
        same = last is not None and suspicion.same_shape(pages[0].extraction.method, last.method)
        return doubt.reason == "strangers" and same
    dates: list[PartialDate | None] = []
    known: list[bool] = []
    for page in pages:
        links = links_of(page, before.known, before, terms).links
        dates += [link.record.date for link in links]
        known += [link.entry is not None for link in links]
    return arrivals.goes_on(dates, known)


def _filings(oldest_first: Sequence[Entry], news: set[str], filed: _Filed) -> list[Draft]:
    """Under "all" and every topic that fits, the bottom of the page first."""
    drafts: list[Draft] = []
    for entry in oldest_first:
        mailable = entry.id in news
        drafts.append(Draft(entry.id, ALL, mailable))
        drafts += [Draft(entry.id, topic, mailable, why) for topic, why in filed[entry.id]]
    return drafts


def _more_filings(revised: Sequence[Revised], before: Before, filed: _Filed) -> list[Draft]:
    """Topics that a new wording comes under. Told to people only if the entry was news and the change is."""
    return [
        Draft(one.entry.id, topic, one.significant and before.filed.get((one.entry.id, ALL), False), why)
        for one in revised
        for topic, why in filed[one.entry.id]
        if (one.entry.id, topic) not in before.filed
    ]
