"""Look at the files of entries now and then, and note where one was replaced at the same address.

`judge` decides what a look means; `check` looks: a few files a call, of each host one, through the fetch function
that everything is read by, with its gap and robots.txt. The newest entries come first, each at growing intervals. A
replaced file is a revision of its entries, which readers hear of only where `poll.downloads` says so. A file that
cannot be read raises no alarm: it is shown with its entry.

The surprising rule: bytes that differ are asked for once more. A file that is made anew for every request differs from
itself too; it is not looked at any longer. Called by the scheduler's tick.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from feeds import changes
from feeds.fetch import Failed, Fetched, NotModified, Outcome
from feeds.manners import Polite
from feeds.poll import Watch, lease
from feeds.refile import render
from state import downloads, entries, hosts, sightings, sources
from state.downloads import Download
from state.hosts import Rest, Robots, host_of
from state.records import Entry, Record, Validators

BUDGET = 5  # files in one call
FIRST = timedelta(hours=1)  # after its entry came, a file is read for the first time
INTERVALS = (timedelta(days=1), timedelta(days=7), timedelta(days=30), timedelta(days=90))
YOUNG = timedelta(days=365)  # files of older entries are not looked at
_GONE_THROUGH = 500  # entries in one call
_REASON = 400  # characters of a reason that are kept
_TOO_OFTEN = 600.0  # seconds that a host is left alone that says 429, and no more
_STREAMED = ("audio/", "video/", "image/")  # large, and never replaced to correct a word


@dataclass(frozen=True, slots=True)
class Verdict:
    """file: what is known of it from now on. replaced: other bytes stand at its address."""

    file: Download
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """What became of one look. entries: ids of those that were revised, for the file was replaced. note: as kept."""

    url: str
    entries: tuple[str, ...] = ()
    note: str = ""


# ---- deciding ----


def watched(entry: Entry, now: datetime) -> Iterator[Download]:
    """The files of an entry that are worth looking at."""
    born = entry.published_at or entry.updated_at
    if entry.hidden_at or now - born > YOUNG:
        return
    for file in entry.record.enclosures:
        host = host_of(file.url)
        if host and not file.type.lower().startswith(_STREAMED):
            yield Download(entry.id, file.url, host, born, next_at=now + FIRST)


def in_question(known: Download, got: Outcome) -> bool:
    """Whether a file has to be asked for once more: its bytes are others than before."""
    other = isinstance(got, Fetched) and known.body_hash not in ("", got.validators.body_hash)
    return other and isinstance(got, Fetched) and not _is_no_file(got)


def judge(known: Download, got: Outcome, again: Outcome | None, now: datetime) -> Verdict:
    """What a look at a file means. again: what a second request brought, where the first was `in_question`."""
    seen = replace(known, checked_at=now, note="")
    if isinstance(got, Failed):
        said = replace(_later(seen, now), note=got.reason[:_REASON])
        return Verdict(replace(said, next_at=None) if got.kind == "too-large" else said)
    if isinstance(got, NotModified):
        return Verdict(_later(_with(seen, got.validators), now))
    if wrong := _is_no_file(got):
        return Verdict(replace(_later(seen, now), note=wrong))
    if not in_question(known, got):
        looks = known.looks if known.body_hash else 0
        return Verdict(_later(replace(_with(seen, got.validators), looks=looks), now))
    if not isinstance(again, Fetched) or _is_no_file(again):
        return Verdict(replace(seen, next_at=now + INTERVALS[0], note="it could not be read a second time"))
    if again.validators.body_hash != got.validators.body_hash:
        made = "it is made anew for every request, so that nothing can be said of it; it is not looked at any more"
        return Verdict(replace(seen, next_at=None, note=made))
    return Verdict(_later(replace(_with(seen, again.validators), looks=0), now), replaced=True)


def _later(file: Download, now: datetime) -> Download:
    return replace(file, looks=file.looks + 1, next_at=now + INTERVALS[min(file.looks, len(INTERVALS) - 1)])


def _with(file: Download, validators: Validators) -> Download:
    return replace(
        file,
        etag=validators.etag,
        last_modified=validators.last_modified,
        body_hash=validators.body_hash or file.body_hash,
    )


def _is_no_file(got: Fetched) -> str:
    """Why what came is not the file, or ""."""
    head = got.body[:512].lstrip().lower()
    if not got.body:
        return "nothing stands at its address"
    if "html" in got.content_type.partition(";")[0].lower() or head.startswith((b"<!doctype html", b"<html")):
        return "a web page stands at its address, where a file should be"
    return ""


# ---- doing ----


async def check(watch: Watch, *, now: datetime, owner: str = "", limit: int = BUDGET) -> tuple[Looked, ...]:
    """Look at files whose time has come, at most `limit`; nothing where poll.downloads is "off"."""
    if watch.settings.downloads == "off" or watch.network.down:
        return ()
    taken = await asyncio.to_thread(_take, watch, owner or "admin", now, limit)
    return tuple(await asyncio.gather(*(_guarded(watch, *one, now) for one in taken)))


def _take(watch: Watch, owner: str, now: datetime, limit: int) -> list[tuple[Download, str, dict[str, Robots]]]:
    """Files that are ours to look at, each with the name that holds its host and what is known of its robots.txt."""
    with watch.store.read() as db:
        seq, ids = downloads.filed(db, _GONE_THROUGH)
        fresh = [file for entry in entries.by_ids(db, ids).values() for file in watched(entry, now)]
        ripe = downloads.due(db, now, limit)
    if not ids and not ripe:
        return []
    with watch.store.write() as db:
        holder = f"files {owner} {now.isoformat()}"
        ours = hosts.hold(db, {host: holder for host, _ in ripe}, now=now, lease=2 * lease(watch, 1)) if ripe else set()
        if ids:
            downloads.watch(db, fresh)
            downloads.mark(db, seq)
        robots = hosts.robots(db, ours)
        mine = [(host, downloads.of_url(db, url)) for host, url in ripe if host in ours]
    return [(rows[0], holder, {host: robots[host]} if host in robots else {}) for host, rows in mine if rows]


async def _guarded(watch: Watch, file: Download, holder: str, robots: dict[str, Robots], now: datetime) -> Looked:
    """The edge of one unit of work: what goes wrong with one file keeps no other from being looked at."""
    began = asyncio.get_running_loop().time()
    polite = watch.polite(robots, now=now)
    try:
        got = await polite.fetch(file.url, Validators(file.url, file.etag, file.last_modified, file.body_hash))
        again = await polite.fetch(file.url) if in_question(file, got) else None
        verdict = judge(file, got, again, now)
    except Exception as error:
        structlog.get_logger().exception("look at a file failed", url=file.url)
        why = f"an error of this program: {type(error).__name__}: {error}"
        verdict = Verdict(replace(_later(file, now), note=why[:_REASON]))
    except BaseException:
        with watch.store.write() as db:
            hosts.release(db, [Rest(file.host, holder, None)])
        raise
    passed = asyncio.get_running_loop().time() - began
    rest = _rest(file.host, holder, polite, now + timedelta(seconds=passed))
    return await asyncio.to_thread(_store, watch, verdict, rest, now)


def _rest(host: str, holder: str, polite: Polite, ended: datetime) -> Rest:
    """How long the host is left alone: its gap, or as long as it asks for."""
    failed = polite.failed
    asked = (failed.retry_after or _TOO_OFTEN * (failed.status == 429)) if failed else 0.0
    wait, reason = max(polite.gap(host), asked), "the host asks to wait" if asked else ""
    return Rest(host, holder, ended + timedelta(seconds=wait) if wait else None, reason)


def _store(watch: Watch, verdict: Verdict, rest: Rest, now: datetime) -> Looked:
    """Keep what is known of a file, and revise the entries whose file was replaced."""
    file = verdict.file
    told = watch.settings.downloads == "announce"
    names = ("etag", "last_modified", "body_hash", "looks", "checked_at", "next_at", "note")
    with watch.store.write() as db:
        hosts.release(db, [rest])
        if verdict.replaced:
            sightings.advance(db)
        rows = downloads.of_url(db, file.url)
        known = entries.by_ids(db, [row.entry for row in rows])
        naming = {id for id, e in known.items() if file.url in {f.url for f in e.record.enclosures} and not e.hidden_at}
        for row in rows:
            if row.entry not in naming:
                downloads.drop(db, row.entry, row.url)
        downloads.put(db, file.url, {name: getattr(file, name) for name in names})
        revised = sorted(naming) if verdict.replaced else []
        for id in revised:
            entry = known[id]
            zone = sources.source(db, entry.source).timezone
            fresh = changes.reworded(entry, _noted(entry, file.url, now), timezone=zone, told=told, now=now)
            entries.revise(db, fresh, source=entry.source, significant=told, now=now)
        if revised:
            render(db, revised, site=watch.site, now=now)
    return Looked(file.url, tuple(revised), file.note)


def _noted(entry: Entry, url: str, now: datetime) -> Record:
    files = [replace(file, replaced_at=now) if file.url == url else file for file in entry.record.enclosures]
    return replace(entry.record, enclosures=tuple(files))
