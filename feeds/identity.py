"""Decide which known entry each record of a document is.

Pure: no clock, network or store. An entry has evidence: keys of its links, guids,
titles and texts. A record is linked only by what is exact: the same words in the
same document, the same guid or link, or an equal title with a compatible date,
unique on both sides. Never linked:
two records of one page with different own links to one entry; by a link or guid
that differently titled records share; by the page's own address; by ordinals.
What stays in doubt becomes a new entry: a double is less harm than a loss
(DESIGN, "How nothing is lost or doubled"). Called by `feeds.plan`.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import sha256
from typing import TypeAlias

from feeds.canonical import extends, url_key
from state.dates import compatible
from state.records import Entry, Record
from state.text import folded

Key: TypeAlias = tuple[str, str]  # kind ("url", "guid", "title", "text") and key

RELAUNCH_SHARE = 0.8  # of a page's records, known by title and date under other links
RELAUNCH_LEAST = 3  # records; of fewer a share says nothing
_TELLING = 40  # letters of a summary that can stand for an entry
_ALIKE = 0.6  # similarity from which a title is an edit of another
_COUNTERS, _COUNTING = 3, 0.3  # titles with new figures under known links, and their share: counters
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Familiar:
    """An entry with all its evidence. here: it was seen in the source that is being polled."""

    entry: Entry
    keys: frozenset[Key]
    here: bool = False

    @property
    def record(self) -> Record:
        return self.entry.record


@dataclass(frozen=True, slots=True)
class Known:
    """What may concern the records of a poll. owners: ids of the entries that have a key; entries: by id."""

    owners: Mapping[Key, tuple[str, ...]]
    entries: Mapping[str, Familiar]


@dataclass(frozen=True, slots=True)
class Traits:
    """What a record is linked by, so that it is worked out once in a visit.

    keys: its evidence; title: its title's key; name: its title folded, "~" and its summary where it has none;
    text: its summary folded. fingerprint: of its wording.
    """

    keys: tuple[Key, ...]
    title: str
    name: str
    text: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Link:
    """What a record is. entry: id, None = not known. twin: place of the earlier record that says the same, or None.

    keys: the evidence that may be kept for it. rule: "words", "url", "guid", "title+date", "text" or "minted".
    """

    record: Record
    entry: str | None
    rule: str
    keys: tuple[Key, ...]
    traits: Traits
    twin: int | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """The records of one page in its order. relaunched: the page's known entries have new addresses.

    moved: how many records are known by title under other links, whether they were linked or not.
    """

    links: tuple[Link, ...]
    relaunched: bool
    moved: int = 0


def traits_of(record: Record, source: str) -> Traits:
    """What a record of a source is linked by. A guid counts within its source only."""
    text = folded(record.summary)
    name = folded(record.title) or f"~{text}"
    title = _digest(name if name != "~" else f"~{folded(record.display_title)}")
    found: list[Key] = []
    if record.guid:
        found.append(("guid", f"{source} {record.guid}"))
    if record.url:
        found.append(("url", url_key(record.url)))
    found.append(("title", title))
    if len(text) >= _TELLING:
        found.append(("text", _digest(text)))
    return Traits(tuple(found), title, name, text, record.fingerprint)


def keys(record: Record, source: str) -> tuple[Key, ...]:
    """The evidence in a record. A guid counts within its source only."""
    return traits_of(record, source).keys


def title_key(record: Record) -> str:
    """Equal for equal titles, for equal summaries where there is no title."""
    return _digest(folded(record.title) or f"~{folded(record.summary) or folded(record.display_title)}")


def link(
    records: Sequence[Record],
    known: Known,
    *,
    source: str,
    own: Iterable[str],
    said: Mapping[str, str] | None = None,
    counting: bool = False,
    traits: Sequence[Traits] = (),
) -> Links:
    """Link the records of one page.

    own: the page's own addresses, which are nobody's evidence. said: fingerprint by entry id of what
    the page said before. counting: figures in its titles are counters. traits: of the records, where they are known.
    Cost: one look-up per key; titles are compared only where they differ under one link.
    """
    traits = traits or [traits_of(record, source) for record in records]
    page = _Page(records, known, traits, frozenset(url_key(url) for url in own))
    page.fold_twins()
    page.take(page.by_words(said or {}), "words")
    page.by_address(counting or page.counts())
    strict = page.by_title(page.plausible)
    moved = dict(strict)
    moved.update(page.by_title(page.compatible, moved))
    count = page.moved(moved)
    relaunched = page.relaunched(count)
    page.take(moved if relaunched else strict, "title+date")
    page.take(page.by_text(), "text")
    return Links(page.links(), relaunched, count)


class _Page:
    """The records of one page on their way to their entries: open until linked."""

    def __init__(self, records: Sequence[Record], known: Known, traits: Sequence[Traits], own: frozenset[str]) -> None:
        self.records, self.known, self.traits = records, known, traits
        found = [tuple(key for key in one.keys if key[0] != "url" or key[1] not in own) for one in traits]
        shared = _shared(traits, found)
        self.keys = [tuple(key for key in some if key not in shared) for some in found]
        self.titles = [one.title for one in traits]
        self.texts = [one.text for one in traits]
        self.twins: dict[int, int] = {}
        self.found: dict[int, tuple[str, str]] = {}  # place: entry id, rule
        self.taken: set[str] = set()

    # ---- what can be said of records and entries ----

    def address(self, place: int) -> str:
        """The record's own link as a key, "" for none."""
        return next((key for kind, key in self.keys[place] if kind == "url"), "")

    def parted(self, place: int, familiar: Familiar) -> bool:
        """Both have links of their own, and not one in common."""
        link, links = self.address(place), {key for kind, key in familiar.keys if kind == "url"}
        return bool(link and links) and not any(extends(link, other) for other in links)

    def compatible(self, place: int, familiar: Familiar) -> bool:
        return compatible(self.records[place].date, familiar.record.date)

    def plausible(self, place: int, familiar: Familiar) -> bool:
        """Whether an equal title is enough. Undated: only where text or link do not speak against it."""
        mine, theirs = self.records[place], familiar.record
        if not compatible(mine.date, theirs.date):
            return False
        if mine.published and theirs.published and mine.published != theirs.published:
            return not self.parted(place, familiar)
        if mine.date and theirs.date:
            return True
        if self.texts[place] and self.texts[place] == folded(theirs.summary):
            return True
        return familiar.here and not self.parted(place, familiar)

    def open(self) -> list[int]:
        return [place for place in range(len(self.records)) if place not in self.found and place not in self.twins]

    def owners(self, place: int, *kinds: str) -> list[Familiar]:
        ids = [id for key in self.keys[place] if key[0] in kinds for id in self.known.owners.get(key, ())]
        return [self.known.entries[id] for id in dict.fromkeys(ids) if id not in self.taken]

    # ---- the steps ----

    def fold_twins(self) -> None:
        """A pinned copy or the same item in two boxes of a page is one record."""
        first: dict[str, list[int]] = {}
        for place, title in enumerate(self.titles):
            same = next((other for other in first.get(title, ()) if self._same(place, other)), None)
            if same is None:
                first.setdefault(title, []).append(place)
            else:
                self.twins[place] = same

    def _same(self, one: int, other: int) -> bool:
        link, also = self.address(one), self.address(other)
        if self.records[one].guid != self.records[other].guid:
            return False
        if (link and also and not extends(link, also)) or not compatible(
            self.records[one].date, self.records[other].date
        ):
            return False
        return (
            bool(link and also) or not self.texts[one] or not self.texts[other] or self.texts[one] == self.texts[other]
        )

    def by_words(self, said: Mapping[str, str]) -> dict[int, str]:
        """Word for word what this page said before: so that nothing is new for being ambiguous."""
        before: dict[str, list[Familiar]] = {}
        for id, fingerprint in said.items():
            before.setdefault(fingerprint, []).append(self.known.entries[id])
        return _unique(
            [
                (place, familiar)
                for place in self.open()
                for familiar in before.get(self.traits[place].fingerprint, ())
                if familiar.record.guid == self.records[place].guid
            ]
        )

    def counts(self) -> bool:
        """Whether so many known links have titles in which only figures are new that those are counters."""
        fresh = 0
        for place in self.open():
            titles = [one.record.title for one in self.owners(place, "url")]
            mine = self.records[place].title
            fresh += mine not in titles and any(without_figures(mine) == without_figures(one) for one in titles)
        return fresh >= _COUNTERS and fresh >= _COUNTING * len(self.records)

    def by_address(self, counting: bool) -> None:
        """Same guid or link, records with an unchanged title first. counting: figures in titles say nothing."""
        for equal in (True, False):
            for place in self.open():
                fitting = [
                    (familiar, kind)
                    for kind in ("guid", "url")
                    for familiar in self.owners(place, kind)
                    if (title_key(familiar.record) == self.titles[place]) is equal
                    and believable(self.records[place], familiar.record, counting=counting)
                ]
                if fitting:
                    familiar, kind = max(fitting, key=lambda fit: fit[0].entry.first_seen_at)
                    self.take({place: familiar.entry.id}, kind)

    def by_title(
        self, fits: Callable[[int, Familiar], bool], already: Mapping[int, str] | None = None
    ) -> dict[int, str]:
        """Equal titles and compatible dates, unique on both sides; the closest pairs are taken first."""
        pairs = self._pairs("title", fits, already or {})
        found: dict[int, str] = {}
        for date, text in ((True, True), (True, False), (False, True), (False, False)):
            close = [
                (place, familiar)
                for place, familiar in pairs
                if place not in found
                and familiar.entry.id not in found.values()
                and (not date or self.records[place].date == familiar.record.date)
                and (not text or self.texts[place] == folded(familiar.record.summary))
            ]
            found.update(_unique(close))
        return found

    def by_text(self) -> dict[int, str]:
        """A corrected title above an unchanged text, both dated alike, where neither has a link of its own."""

        def fits(place: int, familiar: Familiar) -> bool:
            mine, theirs = self.records[place], familiar.record
            linkless = not self.address(place) and not mine.guid and not any(k == "url" for k, _ in familiar.keys)
            same_day = bool(mine.date) == bool(theirs.date) and compatible(mine.date, theirs.date)
            return linkless and same_day and familiar.here and alike(mine, theirs)

        return _unique(self._pairs("text", fits, {}))

    def _pairs(
        self, kind: str, fits: Callable[[int, Familiar], bool], already: Mapping[int, str]
    ) -> list[tuple[int, Familiar]]:
        return [
            (place, familiar)
            for place in self.open()
            if place not in already
            for familiar in self.owners(place, kind)
            if familiar.entry.id not in already.values() and fits(place, familiar)
        ]

    def moved(self, found: Mapping[int, str]) -> int:
        """How many of the page are known by title, but under other links."""
        return sum(self._moved(place, self.known.entries[id]) for place, id in found.items())

    def relaunched(self, moved: int) -> bool:
        """Whether that is nearly all of the page."""
        whole = len(self.records) - len(self.twins)
        return whole >= RELAUNCH_LEAST and moved >= RELAUNCH_SHARE * whole

    def _moved(self, place: int, familiar: Familiar) -> bool:
        return familiar.here and self.parted(place, familiar)

    def take(self, found: Mapping[int, str], rule: str) -> None:
        self.found.update({place: (id, rule) for place, id in found.items()})
        self.taken.update(found.values())

    def links(self) -> tuple[Link, ...]:
        linked: list[Link] = []
        for place, record in enumerate(self.records):
            twin = self.twins.get(place)
            entry, rule = self.found.get(place if twin is None else twin, (None, "minted"))
            linked.append(Link(record, entry, rule, self.keys[place], self.traits[place], twin))
        return tuple(linked)


def believable(seen: Record, known: Record, *, counting: bool = False) -> bool:
    """Whether what stands under a known address can still be the same entry, edited.

    An address that is used again (a "latest" page, a recycled number) carries another
    title and another date. counting: figures in titles say nothing.
    """
    if counting and without_figures(seen.title) == without_figures(known.title):
        return True
    if seen.date and known.date:
        return compatible(seen.date, known.date) or alike(seen, known)
    return alike(seen, known)


def without_figures(title: str) -> str:
    """A title with its figures blanked."""
    return _DIGITS.sub("0", title)


def alike(one: Record, other: Record) -> bool:
    """Whether one title can be an edit of the other: similar, and with the same numbers."""
    mine, theirs = (folded(record.title) or folded(record.summary) for record in (one, other))
    if mine == theirs:
        return True
    if Counter(_DIGITS.findall(mine)) != Counter(_DIGITS.findall(theirs)):
        return False
    return similarity(mine, theirs) >= _ALIKE


def similarity(one: str, other: str) -> float:
    """0 to 1. Only the first thousand letters are looked at: the cost is quadratic."""
    one, other = one[:1000], other[:1000]
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _shared(traits: Sequence[Traits], found: Sequence[Sequence[Key]]) -> frozenset[Key]:
    """Links and guids under which a page shows different things: evidence for none of them."""
    titles: dict[Key, set[str]] = {}
    for one, some in zip(traits, found, strict=True):
        for key in some:
            if key[0] in ("url", "guid"):
                titles.setdefault(key, set()).add(one.name)
    return frozenset(key for key, said in titles.items() if len(said) > 1 and not _one_title(said))


def _one_title(said: set[str]) -> bool:
    """Whether all are one title, some of them cut short."""
    longest = max(said, key=len)
    return all(longest.startswith(title) and len(title) > 15 for title in said if title != longest)


def _unique(pairs: Sequence[tuple[int, Familiar]]) -> dict[int, str]:
    """The pairs whose both sides occur in no other pair."""
    places = Counter(place for place, _ in pairs)
    entries = Counter(familiar.entry.id for _, familiar in pairs)
    return {p: f.entry.id for p, f in pairs if places[p] == 1 and entries[f.entry.id] == 1}


def _digest(text: str) -> str:
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]
