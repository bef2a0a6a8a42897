"""Learn anew how a page is to be read, from the entries that are known, when it was redesigned.

A page on which the known entries are missed is read once more, led by their titles and links. That reading counts only
if it finds more of them, or as many among fewer strangers, and if it also finds on the last good page, whose bytes are
kept, at least what was found there (a canary). It is then judged as any reading. `feeds.plan` makes the selector that
it gives a rule of the source, and keeps the one before. Where selectors of the admin fail, they are tried first at
every poll, and the rule is only offered.
Called by `feeds.poll`, while a visit is read; nothing is stored here.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from feeds import commit, raw
from feeds.children import Children, Document
from feeds.documents import Page, Reader
from feeds.identity import title_key
from feeds.suspicion import GUIDED
from feeds.visit import Terms, doubt_of
from state import raw as raws
from state import sightings
from state.entries import by_ids
from state.records import Extraction, Record, Source
from state.rules import Rule
from state.store import Store

MENDABLE = frozenset(("empty", "strangers", "crossed", "vanished", "fields", "older"))
LEAST = 3  # known entries that must lead the way
SHARE = 0.5  # of the entries that stood there, found on the new page
MOST = 60  # known entries that lead


@dataclass(frozen=True, slots=True)
class Mending:
    """What mending needs during one visit. rule: how the source is read now, None where as it was declared."""

    store: Store
    children: Children
    terms: Terms
    rule: Rule | None = None

    @property
    def source(self) -> Source:
        """The source with the selectors that hold."""
        return replace(self.terms.source, select=dict(self.rule.select)) if self.rule else self.terms.source

    async def lead(self, reader: Reader) -> Reader:
        """The reader, with what this visit needs beside the source."""
        reader = replace(reader, mend=self.mended) if self.terms.mode == "poll" else reader
        if self.rule is None or not self.rule.guided:
            return reader
        stood = await asyncio.to_thread(self._stood, self.source.where)
        return replace(reader, known=known_of(stood))

    async def mended(self, document: Document, page: Page) -> Page:
        """The page, read by its known entries where it is doubtful otherwise; as it was where that does not help."""
        if page.extraction.kind != "page":
            return page
        reason, stood = await asyncio.to_thread(self._judged, page)
        missed = found_of(page.extraction, stood) < SHARE * len(stood)  # though it may be no doubt: we were away
        if len(stood) < LEAST or not (missed or reason in MENDABLE):
            return page
        guide = replace(document, select={}, known=known_of(stood))
        again = await self.children.extract(guide, now=self.terms.now)
        if not isinstance(again, Extraction) or not again.method.startswith(GUIDED):
            return page
        found, before = found_of(again, stood), found_of(page.extraction, stood)
        better = found > before or (found == before and len(again.records) < len(page.extraction.records))
        if not better or found < max(LEAST, SHARE * len(stood)):
            return page
        if not reason:  # we were away, or the list that was taken is not ours: `feeds.suspicion` holds it
            return replace(page, elsewhere=found)
        return replace(page, extraction=again) if await self._canary(guide, page.url, stood) else page

    def _judged(self, page: Page) -> tuple[str, list[Record]]:
        """The reason why a page is doubted, "" where it is not, and what stood in it before."""
        with self.store.read() as db:
            before = commit.load(db, [page], self.terms.source)
        doubt = doubt_of([page], before, self.terms)
        standing = before.standing.get(page.url, ())
        return doubt.reason if doubt else "", [before.known.entries[one.sighting.entry].record for one in standing]

    async def _canary(self, guide: Document, url: str, stood: Sequence[Record]) -> bool:
        """Whether the same way of looking finds on the last good page at least what was found there."""
        last = await asyncio.to_thread(self._last, url)
        if last is None:
            return True
        kept, body = last
        document = replace(guide, url=kept.address, body=body, content_type=kept.content_type)
        there = await self.children.extract(document, now=kept.fetched_at)
        return isinstance(there, Extraction) and found_of(there, stood) >= len(stood)

    def _last(self, url: str) -> tuple[raws.Raw, bytes] | None:
        with self.store.read() as db:
            kept = raws.last(db, self.terms.source.id).get(url)
        body = raw.read(self.store, kept) if kept else None
        return (kept, body) if kept and body is not None else None

    def _stood(self, url: str) -> list[Record]:
        with self.store.read() as db:
            page = (self.terms.source.id, url)
            standing = [one.sighting.entry for one in sightings.standing(db, [page])[page]]
            known = by_ids(db, standing)
        return [known[id].record for id in standing]


def found_of(extraction: Extraction, stood: Sequence[Record]) -> int:
    """How many of the entries that stood there are among the records, by title or link."""
    titles = {title_key(record) for record in extraction.records}
    links = {record.url for record in extraction.records if record.url}
    return sum(title_key(one) in titles or one.url in links for one in stood)


def known_of(stood: Sequence[Record]) -> tuple[tuple[str, str], ...]:
    """What leads a reading: titles and links."""
    return tuple((record.title or record.display_title, record.url or "") for record in stood[:MOST])
