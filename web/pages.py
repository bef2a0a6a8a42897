"""Pages for people: topics, the entries of one, and an entry with all that is known of it.

Reads only; every text comes through `feeds.items`, so that a page says of an
entry what its feeds say. "all" and "source-ID" have pages like topics do.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from aiohttp import web
from sqlalchemy import Connection

from feeds import build, items
from feeds.items import Item
from mail.estimates import Estimates
from mail.rhythm import DAILY_AT, MONTHLY_ON, WEEKDAYS, WEEKLY_ON
from state import downloads, entries, publications, sources, topics
from state.errors import NotFound
from state.records import Enclosure, Entry, Record, Revision, Site, Source, Topic
from state.text import clean
from templates import amounts, dates, links
from templates.wording import Say, kind_name, topic_title, words
from web import choices, show
from web.choices import Choice
from web.parts import PARTS, Parts

ESTIMATES = web.AppKey("estimates", Estimates)

_LATEST = 8  # entries on the front page
_PAGE = 30  # entries on a topic's page
_SUMMARY = 320  # characters of a summary in a list


@dataclass(frozen=True, slots=True)
class Row:
    """A topic on the front page. newest: when its newest entry came, None while it has none.

    pace: new entries a week, in words. rhythms: what may be chosen, each with the mails it would mean.
    """

    name: str
    title: str
    count: int
    newest: datetime | None
    pace: str
    rhythms: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as a page tells it. date: in words, as exact as it is known.

    topics: (id, title). countries: (code, name). downloads: each with its language in words, or "".
    replaced: when downloads were replaced under their addresses, by address; only those that were.
    """

    entry: Entry
    item: Item
    date: str
    place: str
    kind: str
    summary: str
    topics: tuple[tuple[str, str], ...]
    countries: tuple[tuple[str, str], ...]
    downloads: tuple[tuple[Enclosure, str], ...]
    replaced: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class Seen:
    """A place where an entry stood. url: of the document, "" where it is no public page."""

    source: str
    title: str
    url: str
    first: datetime
    last: datetime


async def front(request: web.Request) -> web.Response:
    """GET /"""
    parts = request.app[PARTS]

    def load() -> dict[str, object]:
        with parts.store.read() as db:
            return {"rows": rows(db, request, say), "latest": _told(db, parts.site, "all", _LATEST)[0]}

    say = show.saying(request)
    values = await asyncio.to_thread(load)
    return show.page(request, "front.html", {**values, **subscribe_form(parts, say)})


async def topic(request: web.Request) -> web.Response:
    """GET /topics/NAME, newest first; ?before=N goes on where the last page ended."""
    parts, name = request.app[PARTS], request.match_info["name"]
    before = request.query.get("before", "")

    def load() -> dict[str, object]:
        with parts.store.read() as db:
            feed = build.open_feed(db, name)
            told, more = _told(db, parts.site, name, _PAGE, int(before) if before else None)
            return {"feed": feed, "title": build.title(db, name, parts.site), "told": told, "more": more}

    if before and not (before.isascii() and before.isdigit() and len(before) < 18):
        return show.notice(request, 404)
    try:
        values = await asyncio.to_thread(load)
    except build.Closed:
        return show.notice(request, 410, words="This topic was closed. Its entries are still at their permanent pages.")
    return show.page(request, "topic.html", {**values, "feed_name": name, "before": before})


async def entry(request: web.Request) -> web.Response:
    """GET /entries/ID: the permanent page of an entry, with its revisions and where it was seen.

    The page of an entry that became part of another leads there.
    """
    parts, entry_id = request.app[PARTS], request.match_info["id"]

    def load() -> dict[str, object]:
        with parts.store.read() as db:
            found = entries.entry(db, entry_id)
            if found.merged_into:
                raise web.HTTPFound(links.entry(parts.site, found.merged_into))
            if found.hidden_at:
                raise NotFound(entry_id)
            (told,) = _as_told(db, parts.site, [found])
            revisions = entries.revisions(db, entry_id)
            looks = {items.web_url(url, found.url): one for url, one in downloads.of_entry(db, entry_id).items()}
            changed = _changes(revisions, parts.site)
            return {"told": told, "changes": changed, "seen": _seen(db, entry_id), "looks": looks}

    return show.page(request, "entry.html", await asyncio.to_thread(load))


def rows(db: Connection, request: web.Request, say: Say) -> list[Row]:
    """ "all" and every open topic with what is in it, and how much mail it would mean."""
    parts, estimates = request.app[PARTS], request.app[ESTIMATES]
    estimates.refresh(db, parts.clock())
    counts = publications.count(db)
    named = [("all", topic_title(None, say.language))]
    named += [(topic.id, topic_title(topic, parts.site.language)) for topic in topics.topics(db)]
    return [
        Row(
            name,
            title,
            *counts.get(name, (0, None)),
            pace=amounts.entries(say, estimates.entries(db, name)),
            rhythms=choices.rhythms(say, estimates.of_topic(db, name, parts.site.timezone)),
        )
        for name, title in named
    ]


def subscribe_form(
    parts: Parts, say: Say, values: Mapping[str, object] | None = None, problem: str = ""
) -> dict[str, object]:
    """What the form needs: what was filled in before, and what is to be mended. own: rhythms of single topics."""
    site = parts.site
    usual: dict[str, object] = {
        "email": "",
        "topic": ["all"],
        "every": "weekly",
        "own": {},
        "at": DAILY_AT,
        "on": WEEKDAYS[WEEKLY_ON],
        "monthday": str(MONTHLY_ON),
        "timezone": site.timezone.replace("_", " "),
        "language": site.language,
    }
    return {
        "weekdays": choices.weekdays(say),
        "zones": choices.zones(),
        "tongues": choices.tongues(site.language, ""),
        "values": usual | dict(values or {}),
        "problem": problem,
    }


def _told(db: Connection, site: Site, name: str, limit: int, before: int | None = None) -> tuple[list[Told], int]:
    """A page of a feed, and the number that the next page goes on before; 0 where nothing follows."""
    members = publications.members(db, name, limit + 1, before=before)
    found = entries.by_ids(db, [member.entry for member in members[:limit]])
    told = _as_told(db, site, [found[member.entry] for member in members[:limit]])
    return told, members[limit - 1].seq if len(members) > limit else 0


def _as_told(db: Connection, site: Site, found: Sequence[Entry]) -> list[Told]:
    known = {topic.id: topic for topic in topics.topics(db)}
    watched = {name: sources.source(db, name) for name in {entry.source for entry in found}}
    return [_one(entry, known, watched[entry.source], site) for entry in found]


def _one(entry: Entry, known: dict[str, Topic], source: Source, site: Site) -> Told:
    item = items.item(entry, topics=known, source=source, site=site)
    return Told(
        entry=entry,
        item=item,
        date=dates.honest(entry.record.date, site.language),
        place=clean(entry.record.place),
        kind=_capital(kind_name(clean(entry.record.kind or ""), site.language)),
        summary=_shortened(item.summary),
        topics=tuple((name, known[name].title) for name in entry.topics if name in known),
        countries=tuple((code, items.country_label(code, site.language)) for code in entry.countries.effective),
        downloads=tuple(
            (file, dates.locale(site.language).languages.get(file.language, "")) for file in item.enclosures
        ),
        replaced={items.web_url(f.url, entry.url): f.replaced_at for f in entry.record.enclosures if f.replaced_at},
    )


def _shortened(summary: str) -> str:
    line = clean(summary)
    return line if len(line) <= _SUMMARY else line[:_SUMMARY].rsplit(" ", 1)[0].rstrip(".,;:– ") + "…"


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]


def _changes(revisions: Sequence[Revision], site: Site) -> list[tuple[datetime, str, tuple[str, ...]]]:
    """When the wording changed, the title of then where it is another, and in words what differed; newest first."""
    found = []
    say = words(site.language)
    for before, after in pairwise(revisions):
        one, other = before.record, after.record
        pairs = (
            (say("title"), one.title, other.title),
            (say("date"), dates.honest(one.date, site.language), dates.honest(other.date, site.language)),
            (say("place"), one.place, other.place),
            (say("kind"), one.kind, other.kind),
            (say("address"), one.url, other.url),
            (say("summary"), one.summary, other.summary),
            (say("text"), one.content, other.content),
            (say("downloads"), _files(one), _files(other)),
        )
        before_title = one.title if one.title != other.title else ""
        found.append((after.seen_at, before_title, tuple(name for name, old, new in pairs if old != new)))
    return found[::-1]


def _files(record: Record) -> set[tuple[str, datetime | None]]:
    """Downloads, and when each was replaced under its address."""
    return {(file.url, file.replaced_at) for file in record.enclosures}


def _seen(db: Connection, entry_id: str) -> list[Seen]:
    """A folder's files have no public address, so only their source is named."""
    found: dict[tuple[str, str], Seen] = {}
    for sighting in entries.sightings(db, entry_id):
        source = sources.source(db, sighting.source)
        url = items.web_url(sighting.document)
        seen = Seen(source.id, source.title or source.id, url, sighting.first_seen_at, sighting.last_seen_at)
        found.setdefault((source.id, url), seen)
    return list(found.values())
