"""Follow one visit to a source: link its documents one after the other to what is known.

Pure; a `Visit` is open only inside `feeds.plan.decide`. Documents are taken in
order, and what the first one brought is known to the second: the same release on
two overlapping pages is one entry, and of two dates it keeps the finer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, TypeAlias

from feeds import arrivals, changes, identity, remarks, suspicion
from feeds.classify import countries_of, file_under
from feeds.documents import Page, Reading
from feeds.identity import Familiar, Known, Link
from feeds.suspicion import Doubt
from state.dates import PartialDate, last_day
from state.records import Countries, Country, Entry, Record, Sighting, Source, Topic
from state.sightings import Key, Standing
from state.sources import Document

Mint: TypeAlias = Callable[[], tuple[str, str]]  # a new entry's id and urn
Mode: TypeAlias = Literal["poll", "first", "backfill", "accept"]


@dataclass(frozen=True, slots=True)
class Before:
    """What the store knows that bears on a visit; equal values lead to equal plans.

    documents: of the source, by URL. standing, told, elsewhere: by URL of each page that was read:
    what stood there, what it said of each entry last (fingerprints), and which of its entries
    stand in another document too. filed: whether mailable, by (entry, topic). sources: of the
    known entries, by id. alarms: kinds that stand for the source.
    """

    known: Known
    documents: Mapping[str, Document]
    standing: Mapping[str, tuple[Standing, ...]]
    told: Mapping[str, Mapping[str, str]]
    elsewhere: Mapping[str, frozenset[str]]
    filed: Mapping[tuple[str, str], bool]
    sources: Mapping[str, Source]
    topics: tuple[Topic, ...]
    countries: tuple[Country, ...]
    alarms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which terms a visit counts.

    mode: "poll"; "first" (a baseline, of which the newest as_new entries are news: None = 0, -1 = all);
        "backfill" (later pages are baseline); "accept" (the admin believes it: a baseline, no doubts).
    hold: more new entries than this in a poll wait for the admin before they are mailed.
    """

    source: Source
    now: datetime
    mint: Mint
    hold: int
    mode: Mode = "poll"
    as_new: int | None = None


@dataclass(frozen=True, slots=True)
class Revised:
    """An entry with its new wording."""

    entry: Entry
    significant: bool


def links_of(page: Page, known: Known, before: Before, terms: Terms) -> identity.Links:
    """The records of a page, linked to what is known."""
    own, said = (page.url, page.address), before.told.get(page.url, {})
    return identity.link(page.extraction.records, known, source=terms.source.id, own=own, said=said)


def doubt_of(pages: Sequence[Page], before: Before, terms: Terms) -> Doubt | None:
    """Whether a document is to be held; at a first sight and when the admin accepts it, none is.

    pages: the document, with the pages that follow it in its list: a known entry on any of
    them shows that the list has only gone on.
    """
    if terms.mode in ("first", "accept"):
        return None
    page, last = pages[0], before.documents.get(pages[0].url)
    linked = [link.entry for one in pages for link in links_of(one, before.known, before, terms).links]
    return suspicion.doubt(
        terms.source.id,
        page.url,
        page.extraction,
        method=last.method if last else "",
        stood=[before.known.entries[one.sighting.entry].record for one in before.standing.get(page.url, ())],
        held=last.records if last else 0,
        known=sum(id is not None for id in linked),
    )


@dataclass
class Visit:
    """A visit while its documents are taken one after the other."""

    reading: Reading
    before: Before
    terms: Terms
    doubts: list[Doubt] = field(default_factory=list)
    remarks: list[Doubt] = field(default_factory=list)
    standing: list[Standing] = field(default_factory=list)
    evidence: list[tuple[str, Key]] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    seen: int = 0
    holding: bool = False

    def __post_init__(self) -> None:
        self.owners = dict(self.before.known.owners)
        self.familiar = dict(self.before.known.entries)
        self.made: dict[str, str] = {}  # id: urn of what is new
        self.rewritten: set[str] = set()
        self.quiet: set[str] = set()  # new, but on a page that only moved
        self.rows: list[list[tuple[str, PartialDate | None]]] = []  # by page: entry and date

    # ---- documents ----

    def take(self, number: int, page: Page) -> None:
        """Take one document: link its records, remember what it says, or hold it. A list is held as a whole."""
        self.rows.append([])
        self.seen += len(page.extraction.records)
        if not (self.reading.walked and number):
            following = self.reading.pages if self.reading.walked else (page,)
            doubt = doubt_of(following, self.before, self.terms)
            self.doubts += [doubt] if doubt else []
            self.holding = doubt is not None
        if self.holding:
            return
        links = links_of(page, Known(self.owners, self.familiar), self.before, self.terms)
        relaunched = links.relaunched and self.terms.mode == "poll"
        if relaunched:
            self.remarks.append(remarks.relaunched(page.url, links.links))
        for place, link, keys in _representatives(links.links, self.before.told.get(page.url, {})):
            id = self._entry_of(page, link)
            if relaunched and link.entry is None:
                self.quiet.add(id)
            if link.entry is not None:
                self._reword(page, link, relaunched)
            self._remember(id, keys)
            self.rows[-1].append((id, link.record.date))
            self.standing.append(_standing(self.terms, page, place, id, link))
        validators = page.validators
        self.documents.append(Document(validators, self.terms.now, page.extraction.method, len(links.links)))

    def _entry_of(self, page: Page, link: Link) -> str:
        """The id of a record's entry, minted where there is none."""
        if link.entry is not None:
            return link.entry
        id, urn = self.terms.mint()
        now = self.terms.now
        url = address(page, link.record)
        entry = Entry(
            id, urn, link.record, url, self.terms.source.id, Countries(), now, now, None, baseline=True, revision=1
        )
        self.made[id] = urn
        self.familiar[id] = Familiar(entry, frozenset(), here=True)
        return id

    def _reword(self, page: Page, link: Link, relaunched: bool) -> None:
        """Take over what the record says of a known entry."""
        id = link.entry or ""
        familiar = self.familiar[id]
        told = self.before.told.get(page.url, {}).get(id)
        if told == link.record.fingerprint:
            return
        if told is None and not relaunched:
            record = changes.fill(familiar.record, link.record)
        else:
            record = changes.rewrite(familiar.record, link.record)
            self.rewritten.add(id)
        self.familiar[id] = replace(familiar, entry=replace(familiar.entry, record=record))

    def _remember(self, id: str, keys: Sequence[Key]) -> None:
        familiar = self.familiar[id]
        fresh = [key for key in dict.fromkeys(keys) if key not in familiar.keys]
        for key in fresh:
            self.evidence.append((id, key))
            self.owners[key] = (*self.owners.get(key, ()), id)
        self.familiar[id] = replace(familiar, keys=familiar.keys | set(fresh), here=True)

    # ---- what is new ----

    def order(self) -> list[str]:
        """Ids of the new entries, newest first."""
        walked = self.reading.walked and self.terms.mode != "first"
        by_date = self.terms.mode == "first" or (len(self.rows) > 1 and not walked)
        dates = [[self._date(id, date) for id, date in row] for row in self.rows]
        places = arrivals.newest_first(dates, by_date=by_date)
        return list(dict.fromkeys(id for page, at in places if (id := self.rows[page][at][0]) in self.made))

    def _date(self, id: str, date: PartialDate | None) -> PartialDate | None:
        return self.familiar[id].record.date or date

    def news(self, order: Sequence[str]) -> set[str]:
        """Those of the new entries that people may be told of."""
        if self.terms.mode == "first":
            count = self.terms.as_new or 0
            return set(order if count < 0 else order[:count])
        if self.terms.mode == "accept":
            return set()
        lists = [[row for rows in self.rows for row in rows]] if self.reading.walked else self.rows
        found: set[str] = set()
        for rows in lists:
            known = [id not in self.made for id, _ in rows]
            end = arrivals.backfill_from([date for _, date in rows], known)
            if self.terms.mode == "backfill":
                end = min(end, len(self.rows[0]))
            found.update(id for id, _ in rows[:end] if id in self.made)
        return found - self.quiet

    def entry(self, id: str, *, old: bool) -> Entry:
        """A new entry, complete. old: of a baseline."""
        draft, source, now = self.familiar[id].entry, self.terms.source, self.terms.now
        record = draft.record
        return replace(
            draft,
            url=record.url or draft.url,
            countries=countries_of(record, self.before.countries, source.country),
            updated_at=changes.old_updated_at(record, source.timezone, now) if old else now,
            published_at=changes.published_at(record, source.timezone),
            baseline=old,
            topics=tuple(topic for topic, _ in file_under(record, self.before.topics)),
        )

    # ---- what is known ----

    def revised(self) -> tuple[Revised, ...]:
        """Known entries whose wording changed."""
        found: list[Revised] = []
        for id, before in self.before.known.entries.items():
            record = self.familiar[id].record
            if record.fingerprint == before.record.fingerprint:
                continue
            told = id in self.rewritten and changes.significant(before.record, record)
            found.append(Revised(self._revision(before.entry, record, told), told))
        return tuple(found)

    def _revision(self, known: Entry, record: Record, told: bool) -> Entry:
        source = self.before.sources.get(known.source, self.terms.source)
        entry = changes.reworded(known, record, timezone=source.timezone, told=told, now=self.terms.now)
        topics = [topic for topic, _ in file_under(record, self.before.topics)]
        return replace(
            entry,
            countries=countries_of(record, self.before.countries, source.country),
            topics=tuple(dict.fromkeys([*known.topics, *topics])),
        )

    def returned(self) -> tuple[str, ...]:
        """Withdrawn entries that stand in a document again."""
        here = {one.sighting.entry for one in self.standing}
        return tuple(sorted(id for id, f in self.before.known.entries.items() if id in here and f.entry.withdrawn_at))

    def withdrawn(self) -> tuple[str, ...]:
        """Entries that are missing while older ones, which stood below them, still stand on the page."""
        here = {one.sighting.entry for one in self.standing}
        found: list[str] = []
        for document in self.documents:
            url = document.validators.url
            stood = [one.sighting.entry for one in self.before.standing.get(url, ())]
            still = {one.sighting.entry for one in self.standing if one.sighting.document == url}
            found += [
                id
                for place, id in enumerate(stood)
                if id not in here
                and id not in self.before.elsewhere.get(url, ())
                and any(below in still and self._older(below, id) for below in stood[place + 1 :])
            ]
        return tuple(dict.fromkeys(found))

    def _older(self, one: str, other: str) -> bool:
        date, than = (self.before.known.entries[id].record.date for id in (one, other))
        return not date or not than or last_day(date) <= last_day(than)


def address(page: Page, record: Record) -> str:
    """Where a record is for good: its own link, else its place on the page."""
    return record.url or (f"{page.url}#{record.anchor}" if record.anchor else page.url)


def _representatives(links: Sequence[Link], told: Mapping[str, str]) -> list[tuple[int, Link, tuple[Key, ...]]]:
    """One record for each item of a page, with its place and the evidence of all its copies.

    Of an item and its pinned copy: the one that says what was said before, else the one with the plainer link.
    """
    copies: dict[int, list[int]] = {}
    for place, link in enumerate(links):
        copies.setdefault(place if link.twin is None else link.twin, []).append(place)
    chosen: list[tuple[int, Link, tuple[Key, ...]]] = []
    for places in copies.values():
        entry = links[places[0]].entry
        said = told.get(entry) if entry else None
        place = min(places, key=lambda p: (links[p].record.fingerprint != said, len(links[p].record.url or ""), p))
        keys = tuple(dict.fromkeys(key for p in places for key in links[p].keys))
        chosen.append((place, replace(links[place], entry=entry, rule=links[places[0]].rule), keys))
    return sorted(chosen, key=lambda one: one[0])


def _standing(terms: Terms, page: Page, place: int, id: str, link: Link) -> Standing:
    url = address(page, link.record)
    seen = Sighting(terms.source.id, page.url, id, url, place, link.rule, terms.now, terms.now)
    return Standing(seen, link.record.fingerprint)
