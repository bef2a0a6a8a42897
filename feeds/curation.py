"""Carry out what the admin decides about entries: hide, show, merge, split.

Each is logged and can be taken back; none of them mails anybody, unless a split is
told to. A merge hides the part and leaves it its evidence: later sightings still
link to it, so that two records of one page can be one entry for people without the
page being read wrongly. Whoever was sent the part counts as having been sent the
whole. Called by the command line.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from feeds import changes, identity
from feeds.canonical import url_key
from feeds.classify import file_under
from feeds.refile import render
from state import curation, entries, filings, publications, sightings, topics
from state.errors import Misuse, UserError
from state.filings import ALL, Draft
from state.records import Entry, Record, Sighting, Site
from state.store import Store


@dataclass(frozen=True, slots=True)
class Merged:
    """whole: what is left. parts: ids that are part of it now. told: people who need not be told of it again."""

    whole: str
    parts: tuple[str, ...]
    told: int


def hide(store: Store, id: str, *, site: Site, now: datetime) -> None:
    """Keep an entry out of feeds, pages and mail. Raises NotFound, and UserError where it is hidden already."""
    with store.write() as db:
        one = entries.entry(db, id)
        if one.hidden_at:
            raise UserError(f"entry {id} is hidden since {one.hidden_at:%Y-%m-%d}; `tidings entry show {id}` says more")
        entries.hide(db, id, now=now)
        curation.note(db, id, "hidden", at=now)
        _publish(db, [id], site, now)


def unhide(store: Store, id: str, *, site: Site, now: datetime) -> None:
    """Take `hide` back. Raises NotFound, and UserError for one that is not hidden or is part of another."""
    with store.write() as db:
        one = entries.entry(db, id)
        if one.merged_into:
            raise UserError(f"entry {id} is part of {one.merged_into}; `tidings entry split {id}` parts them")
        if not one.hidden_at:
            raise UserError(f"entry {id} is not hidden; `tidings entry list` shows it")
        entries.hide(db, id, now=None)
        curation.note(db, id, "shown again", at=now)
        _publish(db, [id], site, now)


# ---- merging ----


def merge(store: Store, whole: str, part: str, *, site: Site, now: datetime) -> Merged:
    """Make `part` part of `whole`. Raises NotFound, and UserError where they are one already or one is a part.

    What was merged into the part before goes with it. Topics of the part become topics of the
    whole. Cost: one look through the ledger of sent entries, in short transactions.
    """
    with store.read() as db:
        kept, gone = _mergeable(db, whole, part)
    told = _copy_told(store, gone.id, kept)
    with store.write() as db:
        kept, gone = _mergeable(db, whole, part)
        sightings.advance(db)
        ids = [gone.id, *(one.id for one in curation.parts(db, gone.id))]
        curation.put_into(db, ids, kept.id, now=now)
        filed = filings.filed(db, [kept.id, gone.id])
        drafts = [
            Draft(kept.id, topic, filed[gone.id, topic] and filed.get((kept.id, ALL), False), "merged")
            for topic in gone.topics
            if (kept.id, topic) not in filed
        ]
        filings.file_all(db, drafts, now=now)
        curation.note(db, kept.id, f"{gone.id} ({gone.title}) was merged into it", at=now)
        curation.note(db, gone.id, f"merged into {kept.id} ({kept.title})", at=now)
        _publish(db, [kept.id, *ids], site, now)
    return Merged(kept.id, tuple(ids), told + _copy_told(store, gone.id, kept))


def _mergeable(db: Connection, whole: str, part: str) -> tuple[Entry, Entry]:
    kept, gone = entries.entry(db, whole), entries.entry(db, part)
    if kept.id == gone.id:
        raise Misuse(f"{whole} cannot be merged into itself; give the entry that stays, then the other one")
    for one in (kept, gone):
        if one.merged_into:
            raise UserError(
                f"entry {one.id} is part of {one.merged_into} already; name that one, "
                f"or part them: `tidings entry split {one.id}`"
            )
    return kept, gone


def _copy_told(store: Store, part: str, whole: Entry) -> int:
    told, last = 0, ""
    while True:
        with store.write() as db:
            people = curation.people_after(db, last)
            if not people:
                return told
            told += curation.copy_sent(db, people, part, whole)
        last = people[-1]


# ---- splitting ----


def split(
    store: Store, id: str, *, seen_in: str, mail: bool, mint: Callable[[], tuple[str, str]], site: Site, now: datetime
) -> tuple[str, ...]:
    """Part what is one entry; the ids of the entries that stand for themselves now.

    Of a merged entry: the merge is taken back. Of a whole with parts, where no document is named: all its merges are.
    seen_in: the document whose record becomes an entry of its own, for entries that were linked by a rule.
    mail: the new entry counts as news. Raises NotFound, and UserError where there is nothing to part.
    """
    with store.write() as db:
        one = entries.entry(db, id)
        sightings.advance(db)
        if one.merged_into:
            return _part(db, one.merged_into, [id], site, now)
        merged = [part.id for part in curation.parts(db, id)]
        if merged and not seen_in:
            return _part(db, id, merged, site, now)
        seen = _sighting(db, one, seen_in)
        return (_cut(db, one, seen, mail=mail, minted=mint(), site=site, now=now),)


def _part(db: Connection, whole: str, ids: Sequence[str], site: Site, now: datetime) -> tuple[str, ...]:
    curation.put_into(db, ids, None, now=now)
    for id in ids:
        curation.note(db, id, f"parted from {whole}", at=now)
        curation.note(db, whole, f"{id} was parted from it", at=now)
    _publish(db, [whole, *ids], site, now)
    return tuple(ids)


def _sighting(db: Connection, one: Entry, seen_in: str) -> Sighting:
    """The sighting that is meant: by the number that `entry show` prints, or by its document."""
    found = entries.sightings(db, one.id)
    if len(found) < 2:
        raise UserError(f"entry {one.id} was seen in one document only and has no parts; there is nothing to split")
    named = [seen for place, seen in enumerate(found, start=1) if seen_in in (str(place), seen.document, seen.source)]
    if len(named) == 1:
        return named[0]
    listed = "; ".join(f"{place}: {seen.document}" for place, seen in enumerate(found, start=1))
    raise UserError(f"say which sighting of {one.id} is another entry: --seen-in NUMBER ({listed})")


def _cut(
    db: Connection, one: Entry, seen: Sighting, *, mail: bool, minted: tuple[str, str], site: Site, now: datetime
) -> str:
    """Make what was seen in a document an entry of its own; its id."""
    id, urn = minted
    record = _record(db, one, seen)
    known = topics.topics(db)
    under = file_under(record, known)
    fresh = replace(
        one,
        id=id,
        urn=urn,
        record=record,
        url=seen.url,
        source=seen.source,
        first_seen_at=seen.first_seen_at,
        updated_at=now if mail else changes.old_updated_at(record, "UTC", seen.first_seen_at),
        baseline=not mail,
        revision=1,
        topics=tuple(topic for topic, _ in under),
    )
    entries.add(db, [fresh])
    drafts = [Draft(id, ALL, mail), *(Draft(id, topic, mail, why) for topic, why in under)]
    filings.file_all(db, drafts, now=now)
    mine = identity.keys(record, seen.source)
    linking = [key for key in mine if key[0] in ("url", "guid")]
    if one.record.url and url_key(one.record.url) == url_key(seen.url):
        linking = []  # both have the same address: it leads to neither alone
    curation.drop_evidence(db, one.id, linking)
    sightings.add_evidence(db, [(id, key) for key in mine], now=now)
    curation.move_sighting(db, seen, id)
    curation.note(db, one.id, f"what {seen.document} says became {id}", at=now)
    curation.note(db, id, f"split from {one.id} ({one.title})", at=now)
    _publish(db, [one.id, id], site, now)
    return id


def _record(db: Connection, one: Entry, seen: Sighting) -> Record:
    """What the document said: the revision it brought, else today's wording at its own address."""
    places = sightings.places(db, [one.id]).get(one.id, ())
    said = next((p.fingerprint for p in places if (p.source, p.document) == (seen.source, seen.document)), None)
    for revision in entries.revisions(db, one.id):
        if revision.record.fingerprint == said:
            return revision.record
    return replace(one.record, url=seen.url if one.record.url else None, guid="")


def _publish(db: Connection, ids: Sequence[str], site: Site, now: datetime) -> None:
    """Render entries anew, and have every feed built again that shows one of them."""
    render(db, ids, site=site, now=now)
    homes = sightings.sources_of(db, ids)
    publications.mark_dirty(db, {f"source-{home}" for some in homes.values() for home in some}, now)
