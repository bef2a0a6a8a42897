"""Build the feeds that changed, look them over, store their bytes.

`publish` is called by the worker after each poll and by `tidings feed build`.
A feed is read in one transaction and kept in another, short one; a feed that
changed in between stays dirty and is built again. The surprising rule: a feed
with a complaint of `feeds.lint` is not published; its last good bytes stay
(requirements: feeds, "How"). Bytes that did not change keep their
Last-Modified, so that nobody fetches them again.
"""

import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zlib import crc32

import brotli

from feeds import build, static
from feeds.lint import lint
from feeds.settings import Publishing
from state import publications, sightings
from state.publications import Feed, File
from state.records import Site
from state.store import Store
from templates import links

_CHUNK = 100  # entries rendered in one write transaction, well under 200 ms


@dataclass(frozen=True, slots=True)
class Published:
    """What became of the feeds, by name. failed: with the reason. files: those written below static_dir."""

    built: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    files: tuple[Path, ...] = ()


def publish(
    store: Store,
    *,
    site: Site,
    settings: Publishing,
    now: datetime,
    names: Sequence[str] | None = None,
    everything: bool = False,
) -> Published:
    """Build the feeds that are dirty, or those named, and store them where they changed.

    everything: render every entry anew and build every feed (after a change of site.url or of our own code).
    Raises NotFound for a name that is no feed. A feed that cannot be published is in `failed`; the others go on.
    """
    make_missing(store, now)
    if everything:
        _render_all(store, site)
    with store.read() as db:
        wanted = publications.dirty(db) if names is None else tuple(build.open_feed(db, name) for name in names)
        closed = [feed.name for feed in publications.all_feeds(db) if feed.closed_at]
    done = Published()
    for feed in wanted:
        done = _added(done, _publish_one(store, feed, site, settings, now))
    if settings.static_dir:
        static.remove(settings.static_dir, closed)
    return done


def renew(store: Store, *, site: Site) -> bool:
    """Render every entry and build every feed anew where they were for another address, title, language or release.

    Called when a scheduler begins. Says whether it was so.
    """
    told = f"{site.url}\n{site.title}\n{site.language}\n{build.program()}"
    present = crc32(told.encode())
    with store.read() as db:
        if publications.rendered_for(db) == present:
            return False
    _render_all(store, site)
    with store.write() as db:
        publications.keep_rendered_for(db, present)
    return True


def show(store: Store, name: str, form: str, *, site: Site, settings: Publishing, now: datetime) -> bytes:
    """A feed as it is at present, whether or not it was ever published. Raises NotFound, UserError if it is closed."""
    make_missing(store, now)
    with store.read() as db:
        feed = build.open_feed(db, name)
        kept = None if feed.dirty else publications.file(db, name, form)
        return kept.body if kept else build.bodies(db, feed, [form], site=site, size=settings.size)[form]


# ---- one feed ----


def _publish_one(store: Store, feed: Feed, site: Site, settings: Publishing, now: datetime) -> Published:
    with store.read() as db:
        known = publications.etags(db, feed.name)
        bodies = build.bodies(db, feed, links.FORMS, site=site, size=settings.size)
    wrong = [f"{form}: {complaint}" for form, body in bodies.items() for complaint in lint(form, body)]
    if wrong:
        reason = "; ".join(wrong[:5])
        with store.write() as db:
            publications.keep_failure(db, feed, reason)
        return Published(failed=((feed.name, reason),))
    changed = {form: body for form, body in bodies.items() if etag(body) != known.get(form)}
    try:
        files = static.write(settings.static_dir, feed.name, bodies, now) if settings.static_dir else ()
    except OSError as error:  # the feed stays dirty and is tried again
        return Published(failed=((feed.name, f"cannot write below static_dir {settings.static_dir}: {error}"),))
    kept = [file for form, body in changed.items() for file in encoded(form, body, now)]
    with store.write() as db:
        publications.keep(db, feed, kept, now)
    if changed:
        return Published(built=(feed.name,), files=files)
    return Published(unchanged=(feed.name,), files=files)


def encoded(form: str, body: bytes, now: datetime) -> tuple[File, ...]:
    """The bytes in every encoding we serve, each with its own strong ETag; compressed once, here."""
    packed = {encoding: encode(body, encoding) for encoding in ("", "gzip", "br")}
    return tuple(File(form, encoding, data, etag(data), now) for encoding, data in packed.items())


def encode(body: bytes, encoding: str) -> bytes:
    """The bytes in a content coding of HTTP: "gzip", "br", or "" for none. Equal bytes give equal bytes."""
    if encoding == "gzip":
        return gzip.compress(body, 9, mtime=0)
    return bytes(brotli.compress(body, quality=9)) if encoding == "br" else body


def etag(body: bytes) -> str:
    """A strong validator of exactly these bytes (RFC 9110 section 8.8.3)."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


# ---- all of them ----


def make_missing(store: Store, now: datetime) -> None:
    """Give "all", every open topic and every source a feed, dirty, where they have none yet."""
    with store.read() as db:
        absent = publications.missing(db)
    if absent:
        with store.write() as db:
            publications.mark_dirty(db, absent, now)


def _render_all(store: Store, site: Site) -> None:
    """Render every entry anew, a chunk per transaction, and mark every feed."""
    last = ""
    while True:
        with store.write() as db:
            sightings.advance(db)
            ids = publications.entry_ids(db, last, _CHUNK)
            publications.put_fragments(db, build.rendered(db, ids, site))
        if len(ids) < _CHUNK:
            break
        last = ids[-1]
    with store.write() as db:
        publications.mark_all_dirty(db)


def _added(one: Published, other: Published) -> Published:
    return Published(
        one.built + other.built, one.unchanged + other.unchanged, one.failed + other.failed, one.files + other.files
    )
