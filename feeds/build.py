"""The bytes of a feed as the database stands: its head, and kept fragments joined in filing order.

Reads only. `feeds.publish` stores what this makes; the web asks here for feeds
that are narrowed by a query or were never published. A fragment that is missing
is rendered, not stored: the poll that writes it may be under way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from uuid import UUID, uuid5

from sqlalchemy import Connection

from feeds import narrowing, syndication
from feeds.items import Head
from feeds.narrowing import Narrowing
from state import entries, publications, sources, topics
from state.errors import NotFound, UserError
from state.publications import Feed, Member
from state.records import Site
from templates import links

_SCAN = 20_000  # filings looked through for one narrowed feed
SOURCE = "source-"


class Closed(UserError):
    """The feed was there and is no more."""


def open_feed(db: Connection, name: str) -> Feed:
    """A feed by name. Raises NotFound, or Closed."""
    feed = publications.feed(db, name)
    if feed is None:
        raise NotFound(f"no feed {name!r} here; `tidings feed list` shows the names there are")
    if feed.closed_at:
        raise Closed(f"feed {name!r} was closed on {feed.closed_at:%d %B %Y}; `tidings feed list` shows the open ones")
    return feed


def bodies(db: Connection, feed: Feed, forms: Sequence[str], *, site: Site, size: int) -> dict[str, bytes]:
    """A feed in each form. size: entries, the newest by filing. Equal states give equal bytes."""
    members = publications.members(db, feed.name, size)
    head = replace(_head(db, feed, members, site), older=_older(db, feed, site, size))
    return {form: syndication.document(form, head, _fragments(db, members, form, site)) for form in forms}


def archive(db: Connection, name: str, number: int, form: str, *, site: Site, size: int) -> bytes:
    """An archive document (RFC 5005 section 4): `size` filings that never change their place, 1 for the oldest ones.

    Only full ones are there; with the feed itself they hold every entry. The feed of a source may get an old entry
    in between, when it shows one that was seen elsewhere before. Raises NotFound, Closed.
    """
    feed = open_feed(db, name)
    whole = publications.filed(db, name) // size
    if not 1 <= number <= whole:
        raise NotFound(f"feed {name!r} has {whole} archive documents, and no {number}")
    members = publications.stretch(db, name, (number - 1) * size, size)
    head = replace(
        _head(db, feed, members, site),
        served=_archived(site, name, number),
        older=_archived(site, name, number - 1) if number > 1 else {},
        newer=_archived(site, name, number + 1) if number < whole else {},
        current={each: links.feed(site, name, each) for each in links.FORMS},
    )
    return syndication.document(form, head, _fragments(db, members, form, site))


def _older(db: Connection, feed: Feed, site: Site, size: int) -> Mapping[str, str]:
    """Where what a feed does not show any more is kept."""
    filed = publications.filed(db, feed.name)
    return _archived(site, feed.name, filed // size) if filed > size else {}


def _archived(site: Site, name: str, number: int) -> Mapping[str, str]:
    return {form: links.archive(site, name, number, form) for form in links.ARCHIVED}


def narrowed(db: Connection, name: str, by: Narrowing, form: str, *, site: Site, size: int) -> bytes:
    """A feed of what fits a query, within the feed of that name, or within the topics that the query names.

    Its id follows from that feed's and the query, so that it is as permanent. Raises NotFound for an unknown feed or
    topic, Closed. Cost: looks through at most 20,000 filings.
    """
    base = open_feed(db, name)
    known = {topic.id: topic.title for topic in topics.topics(db)} | {"all": site.title}
    for topic in by.topics:
        if topic not in known:
            raise NotFound(f"no topic {topic!r} here; `tidings topic list` shows the topics there are")
    members = _fitting(db, name, by, size)
    head, words = _head(db, base, members, site), narrowing.title(by, known)
    told = replace(
        head,
        urn=uuid5(UUID(base.urn), links.feed(Site(), name, "", by.query)).urn,
        title=f"{head.title} · {words}" if words else head.title,
        served={each: links.feed(site, name, each, by.query) for each in links.FORMS},
    )
    return syndication.document(form, told, _fragments(db, members, form, site))


def title(db: Connection, name: str, site: Site) -> str:
    """What a feed is called. Raises NotFound where there is nothing of that name."""
    if name == "all":
        return site.title
    if name.startswith(SOURCE):
        source = sources.source(db, name.removeprefix(SOURCE))
        return source.title or source.id
    return topics.topic(db, name).title


def rendered(db: Connection, ids: Sequence[str], site: Site) -> dict[str, dict[str, bytes]]:
    """Entries rendered anew: id -> form -> fragment."""
    known = {topic.id: topic for topic in topics.topics(db)}
    found = entries.by_ids(db, ids).values()
    watched = sources.by_ids(db, {entry.source for entry in found})
    return syndication.all_fragments(list(found), topics=known, sources=watched, site=site)


def _head(db: Connection, feed: Feed, members: Sequence[Member], site: Site) -> Head:
    named = title(db, feed.name, site)
    public = site.url.startswith(("http://", "https://"))
    return Head(
        urn=feed.urn,
        title=named,
        subtitle=f"New entries in “{named}”, collected by {site.title}",
        language=site.language,
        updated=max((member.updated_at for member in members), default=feed.created_at).replace(microsecond=0),
        served={form: links.feed(site, feed.name, form) for form in links.FORMS},
        page=links.home(site) if feed.name == "all" else links.topic(site, feed.name),
        style=f"{site.url}/feed.css" if public else "",
        author=site.title,
        version=program(),
    )


def _fragments(db: Connection, members: Sequence[Member], form: str, site: Site) -> list[bytes]:
    ids = [member.entry for member in members]
    kept: Mapping[str, bytes] = publications.kept(db, ids, form)
    absent = [entry for entry in ids if entry not in kept]
    if absent:
        kept = {**kept, **{entry: forms[form] for entry, forms in rendered(db, absent, site).items()}}
    return [kept[entry] for entry in ids]


def _fitting(db: Connection, name: str, by: Narrowing, limit: int) -> tuple[Member, ...]:
    found: dict[str, Member] = {}
    within = by.topics or (name,)
    walked = publications.ledger(db, within, kinds=by.kinds, languages=by.languages, limit=_SCAN)
    for member, countries, record in walked:
        if narrowing.fits(by, countries, record):
            found.setdefault(member.entry, member)
        if len(found) == limit:
            break
    return tuple(found.values())


def program() -> str:
    """Our version, as feeds name it."""
    try:
        return version("tidings")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0"
