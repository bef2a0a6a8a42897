"""File what is known under topics that were added or changed, and try a topic beforehand.

Filings are only added: an entry that was released to a topic stays in its feed
even if the rule would not choose it today. What is refiled is old and mails
nobody. Called by the command line after a topic was put or closed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from feeds import syndication
from feeds.classify import Rulebook
from state import entries, filings, publications, sightings, sources, topics
from state.chunks import chunks
from state.filings import ALL, Draft
from state.records import Entry, Site, Topic
from state.store import Store

_CHUNK = 50  # entries rendered and written in one transaction


@dataclass(frozen=True, slots=True)
class Refiled:
    """added: (entry id, topic) of the new filings. changed: entries that were rendered anew."""

    added: tuple[tuple[str, str], ...]
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """What a topic's rule would do. Ids of entries, newest first.

    add: filed anew. keep: filed already and chosen still. remove: filed, but not chosen any
    more; they stay where they are. mail: of those chosen, the ones that came as news and that
    the topic's readers would have been mailed; refiling itself mails nobody.
    """

    add: tuple[str, ...]
    keep: tuple[str, ...]
    remove: tuple[str, ...]
    mail: tuple[str, ...]


def try_topic(db: Connection, topic: Topic) -> Tried:
    """Run a topic's rule over all entries. Writes nothing. Raises Misuse for a phrase that cannot be read."""
    known = entries.entries(db)
    filed = filings.filed(db, [entry.id for entry in known])
    rule = Rulebook([replace(topic, closed_at=None)])
    chosen = [entry.id for entry in known if rule.file(entry.record)]
    there = {id for id, name in filed if name == topic.id}
    return Tried(
        add=tuple(id for id in chosen if id not in there),
        keep=tuple(id for id in chosen if id in there),
        remove=tuple(entry.id for entry in known if entry.id in there and entry.id not in set(chosen)),
        mail=tuple(id for id in chosen if filed.get((id, ALL))),
    )


def refile(store: Store, *, site: Site, now: datetime, changed: Collection[str] = ()) -> Refiled:
    """File all entries under the topics they come under today, and render those whose topics changed.

    changed: ids of topics that got another title or were closed: their entries are rendered too.
    Call it after a topic was added, changed or closed. Small transactions: an interrupted run
    is completed by the next one.
    """
    with store.read() as db:
        known = entries.entries(db, hidden=True)
        vocabulary = topics.topics(db)
        filed = filings.filed(db, [entry.id for entry in known])
    rules = Rulebook(vocabulary)
    drafts = {
        entry.id: [
            Draft(entry.id, topic, mailable=False, why=why)
            for topic, why in rules.file(entry.record)
            if (entry.id, topic) not in filed
        ]
        for entry in reversed(known)  # oldest first: the newest get the highest numbers
    }
    retold = {entry for entry, topic in filed if topic in changed}
    wanting = [id for id, some in drafts.items() if some or id in retold]
    added: list[tuple[str, str]] = []
    for ids in chunks(wanting, _CHUNK):
        with store.write() as db:
            sightings.advance(db)
            made = filings.file_all(db, [draft for id in ids for draft in drafts[id]], now=now)
            added += [(one.entry, one.topic) for one in made]
            render(db, ids, site=site, now=now)
    return Refiled(tuple(added), tuple(wanting))


def render(db: Connection, ids: Sequence[str], *, site: Site, now: datetime) -> None:
    """Render entries anew with the topics they are filed under, and have their feeds built again."""
    known = {topic.id: topic for topic in topics.topics(db)}
    found = list(entries.by_ids(db, ids).values())
    homes = sources.by_ids(db, {entry.source for entry in found})
    publications.put_fragments(db, syndication.all_fragments(found, topics=known, sources=homes, site=site))
    publications.mark_dirty(db, {name for entry in found for name in _feeds(entry)}, now)


def _feeds(entry: Entry) -> set[str]:
    return {ALL, f"source-{entry.source}", *entry.topics}
