"""Follow one visit to a source: link its documents one after the other to what is known.

Pure; a `Visit` is open only inside `feeds.plan.decide`. Documents are taken in
order, and what the first one brought is known to the second: the same release on
two overlapping pages is one entry, and of two dates it keeps the finer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, TypeAlias

from feeds import arrivals, changes, identity, patience, related, remarks, suspicion, volatile
from feeds.classify import Atlas, Rulebook, fields_of
from feeds.documents import Page, Reading
from feeds.identity import Familiar, Known, Link, Links, Traits
from feeds.suspicion import Doubt, View
from feeds.volatile import Judged
from state.dates import PartialDate, last_day
from state.doubts import Held, History, flapped
from state.records import Countries, Country, Entry, Record, Sighting, Source, Topic
from state.relations import EditionOf
from state.rules import Rule
from state.sightings import Key, Standing
from state.sources import Document

Mint: TypeAlias = Callable[[], tuple[str, str]]  # a new entry's id and urn
Mode: TypeAlias = Literal["poll", "first", "backfill", "accept"]
_LOOKS = 12  # of a document that its history keeps


@dataclass(frozen=True, slots=True)
class Before:
    """What the store knows that bears on a visit; equal values lead to equal plans.

    documents: of the source, by URL. standing, told, elsewhere: by URL of each page that was read:
    what stood there, what it said of each entry last (fingerprints), and which of its entries
    stand in another document too. filed: whether mailable, by (entry, topic). sources: of the
    known entries, by id. alarms: kinds that stand for the source. history, held: by document URL; rejected: what the
    admin refused, (document, print). rule: how the source is read, None where as it was declared. kept_at: when the
    newest bytes of a document were kept. originals: of the known entries that are language editions, by id.
    traits: of the records of each page, by its URL, where they are worked out already.
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
    history: Mapping[str, History] = field(default_factory=dict)
    held: Mapping[str, Held] = field(default_factory=dict)
    rejected: frozenset[tuple[str, str]] = frozenset()
    rule: Rule | None = None
    kept_at: Mapping[str, datetime] = field(default_factory=dict)
    originals: Mapping[str, str] = field(default_factory=dict)
    traits: Mapping[str, tuple[Traits, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which terms a visit counts.

    mode: "poll"; "first" (a baseline, of which the newest as_new entries are news: None = 0, -1 = all);
        "backfill" (an older page: a baseline, no doubts); "accept" (the admin believes it: a baseline, no doubts).
    hold: more new entries than this in a poll wait for the admin before they are mailed.
    keep_raw: seconds that bytes are kept.
    """

    source: Source
    now: datetime
    mint: Mint
    hold: int
    mode: Mode = "poll"
    as_new: int | None = None
    keep_raw: int = 30 * 86400


@dataclass(frozen=True, slots=True)
class Revised:
    """An entry with its new wording."""

    entry: Entry
    significant: bool


def links_of(page: Page, known: Known, before: Before, terms: Terms) -> Links:
    """The records of a page, linked to what is known."""
    own, said = (page.url, page.address), before.told.get(page.url, {})
    learnt = before.history.get(page.url, History()).fields.get("title")
    counting = learnt is not None and learnt.numbers and learnt.times >= volatile.LEARNT
    records, traits = page.extraction.records, before.traits.get(page.url, ())
    return identity.link(records, known, source=terms.source.id, own=own, said=said, counting=counting, traits=traits)


def view_of(pages: Sequence[Page], before: Before, terms: Terms, links: Links | None = None) -> View:
    """A document beside what is known of it. pages: with those that follow it in its list. links: its own, if known."""
    page, last = pages[0], before.documents.get(pages[0].url)
    own = links or links_of(page, before.known, before, terms)
    others = [links_of(one, before.known, before, terms) for one in pages[1:]]
    standing = before.standing.get(page.url, ())
    return View(
        terms.source.id,
        page.url,
        page.extraction,
        method=last.method if last else "",
        held=last.records if last else len(standing),
        stood={one.sighting.entry: before.known.entries[one.sighting.entry].record for one in standing},
        links=own.links,
        known=before.known,
        history=before.history.get(page.url, History()),
        now=terms.now,
        beyond=[link for links in others for link in links.links],
        moved=0 if own.relaunched else own.moved,
        elsewhere=page.elsewhere,
    )


def doubt_of(pages: Sequence[Page], before: Before, terms: Terms, links: Links | None = None) -> Doubt | None:
    """Whether a document is to be held; at a first sight and when the admin accepts it, none is.

    pages: the document, with the pages that follow it in its list: a known entry on any of
    them shows that the list has only gone on. links: of the document, if known.
    """
    if terms.mode in ("first", "accept", "backfill"):
        return None
    return suspicion.doubt(view_of(pages, before, terms, links))


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
    held: list[Held] = field(default_factory=list)
    over: list[str] = field(default_factory=list)  # documents whose doubt ended
    histories: dict[str, History] = field(default_factory=dict)
    editions: list[EditionOf] = field(default_factory=list)
    seen: int = 0
    holding: bool = False
    wary: bool = False  # of this page only what is surely new is news

    def __post_init__(self) -> None:
        self.owners = dict(self.before.known.owners)
        self.familiar = dict(self.before.known.entries)
        self.made: dict[str, str] = {}  # id: urn of what is new
        self.rewritten: set[str] = set()
        self.quiet: set[str] = set()  # new, but on a page that only moved or was doubted
        self.wide: dict[str, frozenset[str]] = {}  # by entry: fields that its page changed as a whole
        self.rows: list[list[tuple[str, PartialDate | None]]] = []  # by page: entry and date
        self.rulebook, self.atlas = Rulebook(self.before.topics), Atlas(self.before.countries)
        self.filed: dict[str, tuple[tuple[str, str], ...]] = {}  # by entry that is new or revised: topics and why

    # ---- documents ----

    def take(self, number: int, page: Page) -> None:
        """Take one document: link its records, remember what it says, or hold it. A list is held as a whole."""
        self.rows.append([])
        self.seen += len(page.extraction.records)
        links = links_of(page, Known(self.owners, self.familiar), self.before, self.terms)
        if not (self.reading.walked and number):
            self._judge(page, None if number else links)
        if self.holding:
            return
        relaunched = links.relaunched and self.terms.mode == "poll"
        self._note_moved(page, links)
        chosen = _representatives(links.links, self.before.told.get(page.url, {}))
        judged = self._look(page, [link for _, link, _ in chosen])
        here = {link.entry for link in links.links}
        for place, link, keys in chosen:
            id = self._entry_of(page, link)
            if link.entry is not None:
                link = self._reword(page, link, relaunched, judged)
            elif (relaunched or self.wary) and not self._surely_new(page, link.record, here):
                self.quiet.add(id)
            self._remember(id, keys, link.record.url)
            self.rows[-1].append((id, link.record.date))
            self.standing.append(_standing(self.terms, page, place, id, link))
        validators = page.validators
        self.documents.append(Document(validators, self.terms.now, page.extraction.method, len(links.links)))

    def _note_moved(self, page: Page, links: Links) -> None:
        whole = sum(link.twin is None for link in links.links)
        if self.terms.mode == "poll" and links.moved >= max(suspicion.LEAST, suspicion.MOVED * whole):
            self.remarks.append(remarks.relaunched(page.url, links.moved, whole))

    def _judge(self, page: Page, links: Links | None) -> None:
        """Whether the document is held, and what becomes of a doubt that stood. links: by what was stored, if known."""
        following = self.reading.pages if self.reading.walked else (page,)
        doubt = doubt_of(following, self.before, self.terms, links)
        stood, self.holding, self.wary = self.before.held.get(page.url), False, False
        history = self.before.history.get(page.url, History())
        if doubt is None:
            if stood is not None:
                self.over.append(page.url)
                self.histories[page.url] = history if self.terms.mode == "accept" else flapped(history)
            return
        verdict = patience.verdict(page, doubt, stood, self.before.rejected, history, self.terms.now)
        if verdict.believed:
            self.wary = True
            self.over += [page.url] if stood else []
            self.remarks.append(remarks.believed(verdict.held))
            return
        self.holding = True
        self.held.append(verdict.held)
        said = replace(doubt, message=verdict.held.message)
        self.doubts += [said] if verdict.told else []

    def _look(self, page: Page, links: Sequence[Link]) -> Judged:
        """What of the page changes by itself; the look goes into its history."""
        told = self.before.told.get(page.url, {})
        seen = [
            volatile.Seen(id, self.familiar[id].record, link.record, told[id] == link.traits.fingerprint)
            for link in links
            if (id := link.entry or "") in told and id not in self.rewritten
        ]
        history = self.histories.get(page.url) or self.before.history.get(page.url, History())
        judged = volatile.judge(history, seen, self.terms.now)
        looks = (*history.looks, suspicion.look(page.extraction))[-_LOOKS:]
        self.histories[page.url] = replace(judged.history, looks=looks)
        return judged

    def _surely_new(self, page: Page, record: Record, here: set[str | None]) -> bool:
        known = self.before.known.entries
        stood = {one.sighting.entry: known[one.sighting.entry].record for one in self.before.standing.get(page.url, ())}
        gone = [one for id, one in stood.items() if id not in here]
        return suspicion.surely_new(record, list(stood.values()), gone, self.terms.now)

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
        self._attach(id, link.record)
        self.familiar[id] = Familiar(entry, frozenset(), here=True)
        return id

    def _attach(self, id: str, record: Record) -> None:
        """Note where a new entry is another language edition of a known one."""
        owners = self.owners.get(("edition", related.edition_key(record.url)), ())
        original = related.original_of(record, [self.familiar[one].entry for one in owners])
        if original is not None:
            self.editions.append(EditionOf(id, self.before.originals.get(original.id, original.id), "url"))

    def _reword(self, page: Page, link: Link, relaunched: bool, judged: Judged) -> Link:
        """Take over what the record says of a known entry; the link with the record as it counts."""
        id = link.entry or ""
        familiar = self.familiar[id]
        told = self.before.told.get(page.url, {}).get(id)
        if told == link.traits.fingerprint:
            return link
        if told is None and not relaunched:
            record = changes.fill(familiar.record, link.record)
        else:
            settled = () if relaunched else judged.settled.get(id, ())
            said = volatile.kept(familiar.record, link.record, settled)
            link = replace(link, record=said, traits=replace(link.traits, fingerprint=said.fingerprint))
            record = changes.rewrite(familiar.record, link.record)
            self.rewritten.add(id)
            self.wide[id] = self.wide.get(id, frozenset()) | judged.wide
        self.familiar[id] = replace(familiar, entry=replace(familiar.entry, record=record))
        return link

    def _remember(self, id: str, keys: Sequence[Key], url: str | None) -> None:
        familiar = self.familiar[id]
        edition = related.edition_key(url)
        keys = [*keys, ("edition", edition)] if edition else keys
        fresh = [key for key in dict.fromkeys(keys) if key not in familiar.keys]
        for key in fresh:
            self.evidence.append((id, key))
            self.owners[key] = (*self.owners.get(key, ()), id)
        if fresh or not familiar.here:
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
        if self.terms.mode in ("first", "accept"):
            count = self.terms.as_new or 0
            return set(order if count < 0 else order[:count])
        if self.terms.mode == "backfill":
            return set()
        lists = [[row for rows in self.rows for row in rows]] if self.reading.walked else self.rows
        found: set[str] = set()
        for rows in lists:
            known = [id not in self.made for id, _ in rows]
            end = arrivals.backfill_from([date for _, date in rows], known)
            found.update(id for id, _ in rows[:end] if id in self.made)
        return found - self.quiet

    def entry(self, id: str, *, old: bool) -> Entry:
        """A new entry, complete. old: of a baseline."""
        draft, source, now = self.familiar[id].entry, self.terms.source, self.terms.now
        record = draft.record
        return replace(
            draft,
            url=record.url or draft.url,
            countries=self._classified(id, record, source.country),
            updated_at=changes.old_updated_at(record, source.timezone, now) if old else now,
            published_at=changes.published_at(record, source.timezone),
            baseline=old,
            topics=tuple(topic for topic, _ in self.filed[id]),
        )

    def _classified(self, id: str, record: Record, country: str) -> Countries:
        """The countries of an entry as it is now; its topics go into `filed`."""
        fields = fields_of(record)
        self.filed[id] = self.rulebook.file(record, fields)
        return self.atlas.countries(record, country, fields)

    # ---- what is known ----

    def revised(self) -> tuple[Revised, ...]:
        """Known entries whose wording changed."""
        found: list[Revised] = []
        for id, before in self.before.known.entries.items():
            record = self.familiar[id].record
            if record is before.record or record.fingerprint == before.record.fingerprint:
                continue
            narrow = volatile.kept(before.record, record, self.wide.get(id, ()))
            told = id in self.rewritten and changes.significant(before.record, narrow)
            found.append(Revised(self._revision(before.entry, record, told), told))
        return tuple(found)

    def _revision(self, known: Entry, record: Record, told: bool) -> Entry:
        source = self.before.sources.get(known.source, self.terms.source)
        entry = changes.reworded(known, record, timezone=source.timezone, told=told, now=self.terms.now)
        countries = self._classified(known.id, record, source.country)
        topics = [topic for topic, _ in self.filed[known.id]]
        return replace(
            entry,
            countries=countries,
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
        place = min(places, key=lambda p: (links[p].traits.fingerprint != said, len(links[p].record.url or ""), p))
        keys = tuple(dict.fromkeys(key for p in places for key in links[p].keys))
        chosen.append((place, replace(links[place], entry=entry, rule=links[places[0]].rule), keys))
    return sorted(chosen, key=lambda one: one[0])


def _standing(terms: Terms, page: Page, place: int, id: str, link: Link) -> Standing:
    url = address(page, link.record)
    seen = Sighting(terms.source.id, page.url, id, url, place, link.rule, terms.now, terms.now)
    return Standing(seen, link.traits.fingerprint)
