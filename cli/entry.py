"""Look at entries."""

from datetime import UTC, date, datetime, timedelta

import click

from cli import show
from cli.app import App
from cli.keys import Wrong, duration


def since_when(written: str | None, now: datetime) -> datetime | None:
    """A day (2026-05-01) or a duration back from now (30d), as an instant."""
    if written is None:
        return None
    try:
        return now - timedelta(seconds=duration(written))
    except Wrong:
        pass
    try:
        return datetime.combine(date.fromisoformat(written), datetime.min.time(), UTC)
    except ValueError as error:
        raise click.BadParameter(
            f"{written!r}; give a day like 2026-05-01 or a duration like 30d", param_hint="--since"
        ) from error


@click.group()
def entry() -> None:
    """Look at the entries that were found."""


@entry.command("list")
@click.option("--topic", metavar="T", help="Filed under T.")
@click.option("--source", metavar="S", help="Seen in source S.")
@click.option("--country", metavar="CC", help="ISO 3166 code, named in the text or of the page.")
@click.option("--unfiled", is_flag=True, help="Filed under no topic.")
@click.option("--since", metavar="D", help="First seen since a day or a duration back: 2026-05-01, 30d.")
@click.option("--search", metavar="Q", help="Words in title and summary.")
@click.option("--limit", type=click.IntRange(1), help="At most so many.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(
    app: App,
    topic: str | None,
    source: str | None,
    country: str | None,
    unfiled: bool,
    since: str | None,
    search: str | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """List entries, newest filing first.

    \b
    Examples:
      tidings entry list --since 7d
      tidings entry list --topic child-labour --json
    """
    from state import entries, topics

    with app.store() as store, store.read() as db:
        if topic and topic != "all":
            topics.topic(db, topic)
        found = entries.entries(
            db,
            topic=topic,
            source=source,
            country=country,
            unfiled=unfiled,
            since=since_when(since, app.now()),
            search=search,
            limit=limit,
        )
    if as_json:
        show.emit({"entries": [show.entry(one) for one in found]})
        return
    show.table(
        [(one.id, one.record.date or "-", ",".join(one.topics) or "-", one.title) for one in found],
        ("id", "date", "topics", "title"),
    )


@entry.command("show")
@click.argument("entry_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def show_(app: App, entry_id: str, as_json: bool) -> None:
    """Show one entry: its wording, where it was seen, its revisions, where and why it is filed.

    \b
    Example:
      tidings entry show k3x9w2ab
    """
    from state import entries, filings

    with app.store() as store, store.read() as db:
        one = entries.entry(db, entry_id)
        sightings, revisions, filed = (
            entries.sightings(db, entry_id),
            entries.revisions(db, entry_id),
            filings.filings(db, entry_id),
        )
    if as_json:
        more = {
            "sightings": [show.sighting(seen) for seen in sightings],
            "revisions": [show.revision(change) for change in revisions],
            "filings": [show.filing(release) for release in filed],
        }
        show.emit({"entry": {**show.entry(one), **more}})
        return
    shape = show.entry(one)
    show.facts([(name, shape[name]) for name in shape if name not in ("enclosures", "countries", "summary")])
    show.facts([("summary", one.record.summary), ("countries", ", ".join(one.countries.effective))])
    for file in one.record.enclosures:
        show.line(f"download: {file.url} {file.type} {file.language} {file.title}")
    for seen in sightings:
        days = f"{seen.first_seen_at:%Y-%m-%d} to {seen.last_seen_at:%Y-%m-%d}"
        show.line(f"seen in {seen.source}: {seen.document} from {days} ({seen.rule})")
    for change in revisions:
        minor = "" if change.significant else " (minor)"
        show.line(f"revision {change.number} of {change.seen_at:%Y-%m-%d %H:%M}{minor}: {change.record.title}")
    for release in filed:
        mailed = "" if release.mailable else ", not mailed"
        why = f": {release.why}" if release.why else ""
        show.line(f"filed under {release.topic} as {release.seq}{mailed}{why}")
