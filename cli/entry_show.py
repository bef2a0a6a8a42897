"""Show one entry in full: its wording, what changed in it, where it was seen, where and why it is filed."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import click

from cli import show, worddiff
from cli.app import App
from state.records import Enclosure, Entry, Filing, Revision, Sighting

if TYPE_CHECKING:
    from feeds.related import Related

if TYPE_CHECKING:
    from state.downloads import Download


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything the store knows of an entry."""

    entry: Entry
    sightings: tuple[Sighting, ...]
    revisions: tuple[Revision, ...]
    filings: tuple[Filing, ...]
    parts: tuple[Entry, ...]
    editions: tuple[Entry, ...]
    related: tuple[Related, ...]
    log: tuple[tuple[datetime, str], ...]
    files: Mapping[str, Download]


@click.command("show")
@click.argument("entry_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def show_(app: App, entry_id: str, as_json: bool) -> None:
    """Show one entry: its wording, where it was seen, its revisions, where and why it is filed.

    Of a revision it shows what changed: [-words that went-] {+words that came+}.

    \b
    Example:
      tidings entry show k3x9w2ab
    """
    known = _load(app, entry_id)
    if as_json:
        show.emit({"entry": _shape(known)})
        return
    shape = show.entry(known.entry)
    show.facts([(name, shape[name]) for name in shape if name not in ("enclosures", "countries", "summary")])
    show.facts([("summary", known.entry.record.summary), ("countries", ", ".join(known.entry.countries.effective))])
    for file in known.entry.record.enclosures:
        show.line(_download(file, known.files.get(file.url)))
    for place, seen in enumerate(known.sightings, start=1):
        days = f"{seen.first_seen_at:%Y-%m-%d} to {seen.last_seen_at:%Y-%m-%d}"
        show.line(f"seen {place}: in {seen.source}, {seen.document} from {days} ({seen.rule})")
    _changes(known.revisions)
    for release in known.filings:
        mailed = "" if release.mailable else ", not mailed"
        why = f": {release.why}" if release.why else ""
        show.line(f"filed under {release.topic} as {release.seq}{mailed}{why}")
    for other in known.editions:
        show.line(f"in another language ({other.record.language or 'unknown'}): {other.id} {other.title}")
    for near in known.related:
        show.line(f"perhaps related: {near.entry.id} {near.entry.title} ({near.why})")
    for part in known.parts:
        show.line(f"part of it: {part.id} {part.title}")
    for at, what in known.log:
        show.line(f"{at:%Y-%m-%d %H:%M} {what}")


def _load(app: App, entry_id: str) -> _Known:
    from feeds import related
    from state import curation, downloads, entries, filings, relations

    with app.store() as store, store.read() as db:
        one = entries.entry(db, entry_id)
        editions = entries.by_ids(db, relations.editions(db, entry_id))
        near = entries.by_ids(db, relations.around(db, related.day_of(one), related.NEAR))
        return _Known(
            one,
            entries.sightings(db, entry_id),
            entries.revisions(db, entry_id),
            filings.filings(db, entry_id),
            curation.parts(db, entry_id),
            tuple(editions.values()),
            related.related(one, [other for id, other in near.items() if id not in editions]),
            curation.log(db, entry_id),
            downloads.of_entry(db, entry_id),
        )


def _shape(known: _Known) -> dict[str, object]:
    return {
        **show.entry(known.entry),
        "sightings": [show.sighting(seen) for seen in known.sightings],
        "revisions": [show.revision(change) for change in known.revisions],
        "filings": [show.filing(release) for release in known.filings],
        "editions": [{"id": other.id, "language": other.record.language} for other in known.editions],
        "related": [{"id": near.entry.id, "title": near.entry.title, "why": near.why} for near in known.related],
        "parts": [part.id for part in known.parts],
        "downloads": [_looked_at(file, known.files.get(file.url)) for file in known.entry.record.enclosures],
        "log": [{"at": at, "what": what} for at, what in known.log],
    }


def _looked_at(file: Enclosure, look: Download | None) -> dict[str, object]:
    """When a file was replaced, and what the last look at it found. note: why it could not be read."""
    return {
        "url": file.url,
        "replaced_at": file.replaced_at,
        "checked_at": look.checked_at if look else None,
        "next_at": look.next_at if look else None,
        "note": look.note if look else "",
    }


def _download(file: Enclosure, look: Download | None) -> str:
    said = " ".join(part for part in (file.url, file.type, file.language, file.title) if part)
    if file.replaced_at:
        said += f"; replaced {file.replaced_at:%Y-%m-%d %H:%M}"
    if look and look.checked_at:
        said += f"; looked at {look.checked_at:%Y-%m-%d %H:%M}: {look.note or 'as it was'}"
    return f"download: {said}"


def _changes(revisions: Sequence[Revision]) -> None:
    """Every revision with what it changed against the one before."""
    for before, change in zip((None, *revisions), revisions, strict=False):
        minor = "" if change.significant else " (minor)"
        show.line(f"revision {change.number} of {change.seen_at:%Y-%m-%d %H:%M}{minor}: {change.record.title}")
        if before is None:
            continue
        for name, old, new in worddiff.fields(before.record, change.record):
            click.echo(f"  {name}: {worddiff.written(worddiff.words(old, new), colour=sys.stdout.isatty())}")
