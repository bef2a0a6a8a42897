"""Read kept responses again with today's extraction, and say what would differ from what is known.

Stores nothing. A kept document is compared with what stood in it when it was fetched, in the wording of that time: so
a change of the rules shows on real pages before anybody is mailed of it. The same comparison shows what is strange
about a document that is held. Called by the command line (`source replay`, `source diff`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from feeds import commit, raw
from feeds.children import Document
from feeds.documents import Page
from feeds.poll import Watch
from feeds.visit import Terms, links_of
from feeds.volatile import FIELDS
from state import doubts, rules, sightings, sources
from state import raw as raws
from state.doubts import Held
from state.entries import by_ids, revisions
from state.errors import UserError
from state.raw import Raw
from state.records import Extraction, Record, Source, Validators


@dataclass(frozen=True, slots=True)
class Change:
    """A field of an entry that differs. title: of the entry."""

    entry: str
    title: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A document as it is read now beside what was known of it.

    known: records that are known entries. fresh: those that are not. gone: (id, title) of entries that stood there and
    are not found. unreadable: why the document gives nothing, or "". obstacle: as in Extraction.
    """

    document: str
    fetched_at: datetime
    method: str
    method_before: str
    records: int
    known: int
    fresh: tuple[Record, ...] = ()
    gone: tuple[tuple[str, str], ...] = ()
    changed: tuple[Change, ...] = ()
    unreadable: str = ""
    obstacle: str = ""

    @property
    def same(self) -> bool:
        return not (self.fresh or self.gone or self.changed or self.unreadable)


@dataclass(frozen=True, slots=True)
class Diff:
    """What is strange about a held document. difference: None where its bytes are gone."""

    held: Held
    difference: Difference | None


async def replay(watch: Watch, source_id: str, *, pages: int, now: datetime) -> tuple[Difference, ...]:
    """Read the newest kept responses of a source again, newest first. Raises NotFound, UserError without any."""
    with watch.store.read() as db:
        source, select = _as_read(db, source_id)
        kept = raws.raws(db, source_id, held=False)[:pages]
    if not kept:
        raise UserError(
            f"of source {source_id} no responses are kept yet; `tidings source poll {source_id}` keeps the next that "
            "brings something"
        )
    return tuple([await _difference(watch, source, select, one, at=one.fetched_at, now=now) for one in kept])


async def diff(watch: Watch, source_id: str, *, now: datetime) -> tuple[Diff, ...]:
    """Compare what is held with what stood there. Raises NotFound, UserError where nothing is held."""
    with watch.store.read() as db:
        source, select = _as_read(db, source_id)
        held = doubts.held(db, source_id)
        kept = {(one.document, one.hash): one for one in raws.raws(db, source_id, held=True)}
    if not held:
        raise UserError(f"nothing of source {source_id} is held; `tidings status` shows what waits for an answer")
    found = []
    for one in held.values():
        there = kept.get((one.document, one.hash))
        shown = await _difference(watch, source, select, there, at=now, now=there.fetched_at) if there else None
        found.append(Diff(one, shown))
    return tuple(found)


def _as_read(db: Connection, source_id: str) -> tuple[Source, Mapping[str, str]]:
    source = sources.source(db, source_id)
    rule = rules.present(db, source)
    return source, rule.select if rule else source.select


async def page_of(watch: Watch, source: Source, select: Mapping[str, str], one: Raw, *, now: datetime) -> Page | str:
    """A kept response, read as of `now`; a sentence where it cannot be."""
    body = raw.read(watch.store, one)
    if body is None:
        return "its bytes are no longer there"
    kind = "auto" if source.kind == "folder" or source.where.startswith("/") else source.kind
    document = Document(one.address, body, one.content_type, kind, source.language, source.timezone, dict(select))
    extraction = await watch.children.extract(document, now=now)
    if not isinstance(extraction, Extraction):
        return extraction.reason
    validators = Validators(one.document, body_hash=one.hash)
    return Page(one.document, one.address, extraction, validators, body, one.content_type)


async def _difference(
    watch: Watch, source: Source, select: Mapping[str, str], one: Raw, *, at: datetime, now: datetime
) -> Difference:
    page = await page_of(watch, source, select, one, now=now)
    with watch.store.read() as db:
        last = sources.documents(db, source.id).get(one.document)
        before = last.method if last else ""
        if isinstance(page, str):
            return Difference(one.document, one.fetched_at, "", before, 0, 0, unreadable=page)
        return compare(db, source, page, watch, at=at, fetched_at=one.fetched_at, method_before=before)


def compare(
    db: Connection, source: Source, page: Page, watch: Watch, *, at: datetime, fetched_at: datetime, method_before: str
) -> Difference:
    """A page beside the entries that stood in its document at an instant, in their wording of then."""
    before = commit.load(db, [page], source)
    links = links_of(page, before.known, before, Terms(source, at, watch.mint, 0)).links
    stood = sightings.standing_at(db, source.id, page.url, at)
    worded = _wording(db, [*stood, *(link.entry for link in links if link.entry)], at)
    seen = {link.entry: link.record for link in reversed(links) if link.entry is not None}
    changed = [
        Change(id, worded[id].title or worded[id].display_title, name, value(worded[id]), value(record))
        for id, record in reversed(seen.items())
        for name, value in FIELDS.items()
        if id in worded and id in stood and value(record) and value(record) != value(worded[id])
    ]
    gone = [(id, worded[id].title or worded[id].display_title) for id in stood if id not in seen and id in worded]
    return Difference(
        document=page.url,
        fetched_at=fetched_at,
        method=page.extraction.method,
        method_before=method_before,
        records=len(page.extraction.records),
        known=len(seen),
        fresh=tuple(link.record for link in links if link.entry is None and link.twin is None),
        gone=tuple(gone),
        changed=tuple(changed),
        obstacle=page.extraction.obstacle,
    )


def _wording(db: Connection, ids: Sequence[str], at: datetime) -> dict[str, Record]:
    """What entries said at an instant."""
    found: dict[str, Record] = {}
    for id, entry in by_ids(db, dict.fromkeys(ids)).items():
        said = [one.record for one in revisions(db, id) if one.seen_at <= at]
        found[id] = said[-1] if said else entry.record
    return found
