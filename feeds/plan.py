"""Decide what one visit to a source changes: the heart of watching, as one pure function.

Values in (`Reading`, `Before`, `Terms`), a value out (`Plan`); no clock, network or
store. `feeds.commit` loads what is known before and writes the plan in one transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from feeds import arrivals, remarks, suspicion
from feeds.classify import file_under
from feeds.documents import Page, Reading
from feeds.suspicion import Doubt
from feeds.visit import Before, Revised, Terms, Visit, doubt_of, links_of
from state.dates import PartialDate
from state.filings import ALL, Draft
from state.records import Entry, Topic
from state.sightings import Key, Standing
from state.sources import Document


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written. new: newest first; filings: in the order in which they get their numbers."""

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
    if held_back:
        raised.append(remarks.flood(terms.source, len(news), terms.hold))
    return Plan(
        new=new,
        revised=revised,
        filings=(
            *_filings(tuple(reversed(new)), set() if held_back else news, before.topics),
            *_more_filings(revised, before),
        ),
        standing=tuple(visit.standing),
        evidence=tuple(visit.evidence),
        documents=tuple(visit.documents),
        withdrawn=visit.withdrawn(),
        returned=visit.returned(),
        raised=tuple(raised),
        cleared=remarks.ended(before.alarms, reading, raised),
        seen=visit.seen,
        held=bool(visit.doubts),
    )


def goes_on(pages: Sequence[Page], before: Before, terms: Terms) -> bool:
    """Whether the list's next page must be read too.

    Where nothing is known on a page of the same shape as ever, a later page may show that we were only away.
    """
    doubt = doubt_of(pages, before, terms)
    if doubt:
        last = before.documents.get(pages[0].url)
        same = last is not None and suspicion.same_shape(pages[0].extraction.method, last.method)
        return doubt.kind == "quarantined" and same
    dates: list[PartialDate | None] = []
    known: list[bool] = []
    for page in pages:
        links = links_of(page, before.known, before, terms).links
        dates += [link.record.date for link in links]
        known += [link.entry is not None for link in links]
    return arrivals.goes_on(dates, known)


def _filings(oldest_first: Sequence[Entry], news: set[str], topics: Sequence[Topic]) -> list[Draft]:
    """Under "all" and every topic that fits, the bottom of the page first."""
    drafts: list[Draft] = []
    for entry in oldest_first:
        mailable = entry.id in news
        drafts.append(Draft(entry.id, ALL, mailable))
        drafts += [Draft(entry.id, topic, mailable, why) for topic, why in file_under(entry.record, topics)]
    return drafts


def _more_filings(revised: Sequence[Revised], before: Before) -> list[Draft]:
    """Topics that a new wording comes under. Told to people only if the entry was news and the change is."""
    return [
        Draft(one.entry.id, topic, one.significant and before.filed.get((one.entry.id, ALL), False), why)
        for one in revised
        for topic, why in file_under(one.entry.record, before.topics)
        if (one.entry.id, topic) not in before.filed
    ]
