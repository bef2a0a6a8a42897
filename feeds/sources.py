"""Look at what could be watched, and begin to watch it.

Looking stores nothing. Adding stores the source and its first sight in one
transaction, from the very documents that were looked at: what the admin
confirmed is what is taken. A first sight is a baseline: nobody is mailed, unless
the admin says that the newest entries count as news. Called by the command line.
"""

import asyncio
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import cast

from sqlalchemy import Connection

from feeds import commit, schedule
from feeds.canonical import host, url_key
from feeds.documents import Page, Reading, is_maildir, is_path, read
from feeds.extraction.selectors import METHOD
from feeds.obstacles import told
from feeds.poll import Watch
from feeds.refile import render
from feeds.visit import Terms
from state import alarms, doubts, entries, hosts, polls, publications, raw, sources
from state.chunks import chunks
from state.errors import Conflict, Misuse, UserError
from state.hosts import Robots, host_of
from state.records import Extraction, Rival, Site, Source, SourceKind
from state.store import Store
from state.text import clean, folded
from state.topics import RESERVED, RESERVED_STARTS

ALL = -1  # as_new: every entry of the first sight is news

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_READING = ("language", "timezone", "base_url", "select", "browser")  # how documents are read depends on these
_RENDERED = 100  # entries in one transaction
_HOW = "docs/howto/newsletters.md says how"
_KINDS = ("auto", "page", "feed", "sitemap", "json", "text")


@dataclass(frozen=True, slots=True)
class Look:
    """What stands at an address. documents: with their records; a page of a list is one document.

    unreadable: (file name, reason). feeds: addresses of feeds that a page announces.
    moved: where the document says it lives from now on, or "". select: selectors by field name.
    rivals: lists of the page among which the admin may choose (`choose`), () where there is no doubt.
    obstacle: what the page seems to be although it shows entries (`feeds.obstacles`), or "".
    ignore_robots: it was read although robots.txt may refuse. browser: it was drawn before.
    """

    where: str
    kind: SourceKind
    title: str
    language: str
    documents: tuple[Page, ...]
    base_url: str = ""
    select: Mapping[str, str] = field(default_factory=dict)
    unreadable: tuple[tuple[str, str], ...] = ()
    feeds: tuple[str, ...] = ()
    moved: str = ""
    rivals: tuple[Rival, ...] = ()
    obstacle: str = ""
    ignore_robots: bool = False
    browser: bool = False


@dataclass(frozen=True, slots=True)
class Added:
    """A source with its first sight. new: ids of the entries that were unknown, newest first."""

    source: Source
    new: tuple[str, ...]
    sightings: int


# ---- looking ----


async def look(
    watch: Watch,
    where: str,
    *,
    kind: str = "auto",
    base_url: str = "",
    select: Mapping[str, str] | None = None,
    ignore_robots: bool = False,
    browser: bool = False,
    now: datetime,
) -> Look:
    """Read what could become a source: its first page, or all files of a folder.

    where: URL, or path of a file or folder. select: selectors by field name. Raises Misuse for what is
    neither, UserError for what cannot be read, has an obstacle instead of entries, or does not fit the selectors.
    """
    if kind not in _KINDS:
        raise Misuse(f"--kind is {kind!r}; give one of {', '.join(_KINDS)}")
    where = address(where)
    mail = is_path(where) and is_maildir(Path(where))
    asked = Source(
        id="", where=where, kind="mail" if mail else "page", title="", language="", timezone=watch.site.timezone,
        country="", base_url=base_url, every=watch.settings.every, state="active", created_at=now,
        select=dict(select or {}), ignore_robots=ignore_robots, browser=browser,
    )  # fmt: skip
    polite = watch.polite(await asyncio.to_thread(_robots, watch, where), now=now, of=asked)
    reader = replace(watch.reader, kind=kind, fetcher=polite)
    reading = await read(reader, asked, {}, goes_on=_never, limit=1, now=now)
    if polite.failed and polite.failed.kind == "robots":
        raise UserError(f"{where} is not watched: {reading.failure}; ask the site, or say --ignore-robots to read it")
    if reading.failure:
        raise UserError(f"{where} cannot be watched: {reading.failure.removeprefix(f'{where}: ')}")
    found = _look(asked, reading)
    _check(found)
    return found


def _check(found: Look) -> None:
    """Raise UserError where selectors find nothing, or something else stands where a list was expected."""
    remarks = [remark for page in found.documents for remark in page.extraction.remarks]
    if remarks and found.select:
        raise UserError(
            f"{found.where}: {'; '.join(remarks)}; see what is there: `tidings extract {found.where} --explain`"
        )
    if found.obstacle and not any(page.extraction.records for page in found.documents):
        raise UserError(f"{found.where} cannot be watched: {told(found.obstacle, drawn=found.browser)}")


def choose(found: Look, number: int) -> Look:
    """What was looked at with another of its lists, which is kept as the selector of its items.

    number: 1 for the one that was taken, as in `rivals`. Raises Misuse where there is no such list.
    """
    if not found.rivals:
        raise Misuse(f"{found.where} shows one list that is clearly the best; there is nothing to choose")
    if not 1 <= number <= len(found.rivals):
        raise Misuse(f"there is no list {number}; give a number from 1 to {len(found.rivals)}")
    chosen = found.rivals[number - 1]
    select = {**found.select, "item": chosen.selector} if chosen.selector else found.select
    first = found.documents[0]
    extraction = first.extraction
    if number > 1:
        extraction = replace(extraction, method=METHOD, records=chosen.records, left_out=())
    pages = (replace(first, extraction=replace(extraction, rivals=())), *found.documents[1:])
    return replace(found, documents=pages, select=select, rivals=())


def _robots(watch: Watch, where: str) -> dict[str, Robots]:
    with watch.store.read() as db:
        return hosts.robots(db, [host_of(where)])


async def _never(_pages: Sequence[Page]) -> bool:
    return False


def address(where: str) -> str:
    """A URL as it was written, or the absolute path of a file, a folder or (maildir:PATH) a Maildir. Raises Misuse."""
    where = where.strip()
    if not where:
        raise Misuse("nothing was said to be watched; give a URL, or the path of a file or folder")
    if re.match(r"https?:", where, re.IGNORECASE):
        return where
    if re.match(r"maildir:", where, re.IGNORECASE):
        return _maildir(where.partition(":")[2])
    if re.match(r"imaps?:", where, re.IGNORECASE):
        raise Misuse(f"{re.sub('//.*@', '//…@', where)} is not read itself; have its mail put into a Maildir: {_HOW}")
    if re.match(r"[a-z][a-z0-9+.-]*:", where, re.IGNORECASE):
        raise Misuse(f"{where} is no address that can be watched; give an http or https URL, or the path of a file")
    path = Path(where).expanduser().absolute()
    if not path.exists():
        raise Misuse(f"{where} is neither a URL (https://…) nor a file or folder here")
    return str(path.resolve())


def _maildir(where: str) -> str:
    folder = Path(where.removeprefix("//")).expanduser().absolute().resolve()
    if not is_maildir(folder):
        raise Misuse(f"{folder} is no Maildir: it has no new and cur; name the folder that mail is delivered to")
    return str(folder)


def _look(asked: Source, reading: Reading) -> Look:
    extractions = [page.extraction for page in reading.pages]
    folder = is_path(asked.where) and Path(asked.where).is_dir()
    first = extractions[0] if extractions else Extraction("mail", "mail")  # a Maildir before its first message
    folder_kind: SourceKind = "mail" if asked.kind == "mail" else "folder"
    name = Path(asked.where).name if is_path(asked.where) else host(asked.where) or asked.where
    languages = {extraction.language for extraction in extractions}
    return Look(
        where=asked.where,
        kind=folder_kind if folder else cast(SourceKind, first.kind),
        title=clean(name if folder else first.title or name),
        language=first.language if len(languages) == 1 else "",
        documents=reading.pages,
        base_url=asked.base_url,
        select=asked.select,
        unreadable=reading.unreadable,
        feeds=() if folder else first.feeds,
        moved=reading.moved,
        ignore_robots=asked.ignore_robots,
        browser=asked.browser,
        rivals=() if folder else first.rivals,
        obstacle="" if folder else first.obstacle,
    )


# ---- adding ----


async def add(
    watch: Watch,
    look: Look,
    *,
    id: str | None = None,
    every: int | None = None,
    as_new: int | None = None,
    now: datetime,
    title: str = "",
    language: str = "",
    timezone: str = "",
    country: str = "",
) -> Added:
    """Watch what was looked at.

    id: None = made from the address. every: seconds between polls, None = its own rhythm. as_new: how many of the
    newest entries are news; None = none, ALL = all. Raises Conflict where it is watched already
    or the id is taken, Misuse for a bad id, UserError where there is no entry.
    """
    if look.kind != "mail" and not any(page.extraction.records for page in look.documents):
        remarks = [remark for page in look.documents for remark in page.extraction.remarks]
        told = remarks[0] if remarks else f"see what was left out: `tidings extract {look.where}`"
        raise UserError(f"{look.where} shows no entries; {told}")
    wanted = Source(
        id=id or "",
        where=look.where,
        kind=look.kind,
        title=title or look.title,
        language=language or look.language,
        timezone=timezone or watch.site.timezone,
        country=country.upper(),
        base_url=look.base_url,
        every=every or watch.settings.every,
        fixed=bool(every),
        ignore_robots=look.ignore_robots,
        browser=look.browser,
        state="active",
        created_at=now,
        select=look.select,
    )
    return await asyncio.to_thread(_add, watch, wanted, look, as_new, now)


def _add(watch: Watch, wanted: Source, look: Look, as_new: int | None, now: datetime) -> Added:
    """Store the source with its first sight, both or neither."""
    reading = Reading(pages=look.documents, unreadable=look.unreadable)
    with watch.store.read() as db:
        source = _seen(_named(db, wanted), now)
        terms = Terms(source, now, watch.mint, watch.settings.new_entries_hold, "first", as_new)
        prepared = commit.prepare(db, reading, terms, watch.site)
    prepared = commit.with_bytes(watch.store, prepared)
    with watch.store.write() as db:
        sources.hold_all(db)
        named = replace(terms, source=_seen(_named(db, wanted), now))
        if named != terms:
            terms, prepared = named, replace(prepared, mark=-1, terms=named)
        (prepared,) = commit.renewed(db, [prepared], watch.site)
        prepared = commit.with_bytes(watch.store, prepared)  # again, should its id be another
        sources.put(db, terms.source)
        publications.mark_dirty(db, [f"source-{terms.source.id}"], now)
        commit.write(db, [prepared])
    plan = prepared.plan
    return Added(terms.source, tuple(entry.id for entry in plan.new), len(plan.standing))


def _seen(source: Source, now: datetime) -> Source:
    """The source after its first sight, which is its first poll."""
    after = schedule.after_success(source.id, source.every, now=now)
    return replace(
        source,
        first_seen_at=now,
        last_polled_at=now,
        last_changed_at=now,
        next_poll_at=after.at,
        next_poll_reason=after.reason,
    )


def _named(db: Connection, wanted: Source) -> Source:
    """The source with its id. Raises Conflict or Misuse. A removed source comes back under its old id."""
    _check_free(db, wanted.where)
    before = sources.watching(db, wanted.where)
    if before and wanted.id and wanted.id != before.id:
        raise Conflict(f"{wanted.where} was watched as {before.id} before; add it with --id {before.id}")
    if before:
        return replace(wanted, id=before.id)
    taken = sources.taken_ids(db)
    if not wanted.id:
        return replace(wanted, id=proposed_id(wanted, taken))
    check_id(wanted.id)
    if wanted.id in taken and sources.source(db, wanted.id).state != "removed":
        raise Conflict(f"source id {wanted.id!r} is taken; see `tidings source show {wanted.id}`, or give another --id")
    return wanted


def _check_free(db: Connection, where: str, *, but: str = "") -> None:
    """Raise Conflict where another source than `but` is watched there."""
    for other in sources.sources(db):
        same = other.where == where or (not is_path(where) and url_key(other.where) == url_key(where))
        if same and other.id != but:
            raise Conflict(f"{where} is watched already, as {other.id}; see `tidings source show {other.id}`")


def check_id(id: str) -> None:
    """Raise Misuse unless this can be a source's id."""
    if not _ID.fullmatch(id) or id in RESERVED or id.startswith(RESERVED_STARTS):
        raise Misuse(
            f"source id is {id!r}; give up to 40 of a-z, 0-9 and -, none of {', '.join(RESERVED)} "
            f"and nothing that begins with {' or '.join(RESERVED_STARTS)}"
        )


def proposed_id(source: Source, taken: Collection[str]) -> str:
    """A short id from the host's or folder's name that is not taken yet."""
    words = Path(source.where).stem if is_path(source.where) else host(source.where).removeprefix("www.")
    letters = folded(words).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:30].strip("-") or "source"
    if stem in RESERVED or stem.startswith(RESERVED_STARTS):
        stem = f"on-{stem}"
    names = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


# ---- keeping ----


def edit(store: Store, id: str, values: Mapping[str, object], *, site: Site, now: datetime) -> Source:
    """Change what is said of a source (as `state.sources.edit`). Its entries show the new title at once.

    What bears on reading holds from the next poll, which reads everything anew. Raises NotFound, UserError.
    """
    with store.write() as db:
        before = _watched(db, id)
        after = sources.edit(db, id, {"fixed": True, **values} if "every" in values else values)
        if (after.every, after.fixed) != (before.every, before.fixed) and after.last_polled_at and not after.failures:
            habits = schedule.Habits(polls.pacing(db, id), after.fixed, after.timezone)
            planned = schedule.after_success(id, after.every, now=after.last_polled_at, habits=habits)
            sources.reschedule(db, id, max(planned.at, now), planned.reason)
        if after.ignore_robots and not before.ignore_robots:
            sources.reschedule(db, id, now, "robots.txt is ignored from now on")
            alarms.clear_alarm(db, source=id, kind="robots")
        if any(getattr(after, name) != getattr(before, name) for name in _READING):
            sources.forget_documents(db, id)
        publications.mark_dirty(db, [f"source-{id}"], now)
        seen = [entry.id for entry in entries.entries(db, source=id, hidden=True) if entry.source == id]
    for some in chunks(seen if after.title != before.title else (), _RENDERED):
        with store.write() as db:
            render(db, some, site=site, now=now)
    return after


def _watched(db: Connection, id: str) -> Source:
    """A source, also one that is paused. Raises NotFound, UserError for one that was removed."""
    found = sources.source(db, id)
    if found.state == "removed":
        raise UserError(f"source {id} was removed; `tidings source add {found.where} --id {id}` watches it again")
    return found


def move(store: Store, id: str, where: str, *, now: datetime) -> Source:
    """Watch a source at another address from the next poll on, at once; its entries stay what they are.

    What stands there is linked to them as after a relaunch. Raises NotFound, Misuse for what is no address or
    of another sort, Conflict where another source is watched there.
    """
    to = address(where)
    with store.write() as db:
        before = _watched(db, id)
        if is_path(to) != is_path(before.where):
            raise Misuse(f"{id} is {before.where}; a URL stays a URL and a file a file, else add another source")
        _check_free(db, to, but=id)
        sources.move(db, id, to)
        sources.forget_documents(db, id)
        sources.reschedule(db, id, now, "its address was changed")
        for kind in ("moved", "gone", "broken"):
            alarms.clear_alarm(db, source=id, kind=kind)
        publications.mark_dirty(db, [f"source-{id}"], now)
        return sources.source(db, id)


def pause(db: Connection, id: str) -> None:
    """Do not poll a source any more. Raises NotFound, UserError for one that was removed."""
    _watched(db, id)
    sources.pause(db, id)


def resume(db: Connection, id: str, now: datetime) -> None:
    """Poll a source again, first at once. Raises NotFound, UserError for one that was removed."""
    _watched(db, id)
    sources.resume(db, id, now=now)


def remove(db: Connection, id: str, now: datetime) -> None:
    """Watch a source no more; its entries and its feed stay. Raises NotFound. Its kept bytes: `feeds.raw.forget`."""
    sources.remove(db, id)
    doubts.forget(db, id)
    raw.drop(db, id, raw.raws(db, id))
    for alarm in alarms.alarms(db, source=id):
        alarms.clear_alarm(db, source=id, kind=alarm.kind)
    publications.mark_dirty(db, [f"source-{id}"], now)
