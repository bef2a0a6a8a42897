"""List entries; hide, merge and split them. One entry in full: `cli.entry_show`."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TypedDict

import click

from cli import entry_show, show
from cli.app import App
from cli.keys import Wrong, duration
from cli.values import Checked
from cli.values import country as country_code
from state.records import Entry

_ENOUGH = 4  # unfiled entries from which words in common say something


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
    """Look at the entries that were found; hide, merge and split them."""


entry.add_command(entry_show.show_)


@entry.command("list")
@click.option("--topic", metavar="T", help="Filed under T.")
@click.option("--source", metavar="S", help="Seen in source S.")
@click.option(
    "--country", type=Checked(country_code), metavar="CC", help="ISO 3166 code, named in the text or of the page."
)
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
    """List entries, newest filing first. With --unfiled also topics that would take several of them in.

    \b
    Examples:
      tidings entry list --since 7d
      tidings entry list --topic child-labour --json
    """
    from state import entries, sources, topics

    with app.store() as store, store.read() as db:
        if topic and topic != "all":
            topics.topic(db, topic)
        if source:
            sources.source(db, source)
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
        taken = {one.id for one in topics.topics(db, closed=True)} if unfiled else set()
    suggested = _suggested(found, taken) if unfiled else []
    if as_json:
        more = {"suggested": suggested} if unfiled else {}
        show.emit({"entries": [show.entry(one) for one in found], **more})
        return
    show.table(
        [(one.id, one.record.date or "-", ",".join(one.topics) or "-", one.title) for one in found],
        ("id", "date", "topics", "title"),
    )
    for one in suggested:
        phrases = " ".join(f'--any "{phrase}"' for phrase in one["any"])
        show.line(f'{one["entries"]} of them: tidings topic add {one["id"]} --title "{one["title"]}" {phrases}')


class _Suggestion(TypedDict):
    """A topic that unfiled entries have in common. entries: how many of them."""

    id: str
    title: str
    any: tuple[str, ...]
    entries: int


def _suggested(unfiled: Sequence[Entry], taken: set[str]) -> list[_Suggestion]:
    from feeds.proposals import propose

    found = propose([one.record for one in unfiled], taken=taken) if len(unfiled) >= _ENOUGH else ()
    return [
        {"id": one.topic.id, "title": one.topic.title, "any": one.topic.any, "entries": one.entries} for one in found
    ]


@entry.command("hide")
@click.argument("entry_id", metavar="ID")
@click.pass_obj
def hide_(app: App, entry_id: str) -> None:
    """Keep an entry out of feeds, pages and digests that are not made yet. `entry unhide` takes it back.

    \b
    Example:
      tidings entry hide k3x9w2ab
    """
    from feeds import curation

    with app.store() as store:
        curation.hide(store, entry_id, site=app.settings.site, now=app.now())
    show.line(f"{entry_id} is hidden; `tidings entry unhide {entry_id}` shows it again")


@entry.command("unhide")
@click.argument("entry_id", metavar="ID")
@click.pass_obj
def unhide_(app: App, entry_id: str) -> None:
    """Show a hidden entry again. Nobody is mailed for that who was not owed it before.

    \b
    Example:
      tidings entry unhide k3x9w2ab
    """
    from feeds import curation

    with app.store() as store:
        curation.unhide(store, entry_id, site=app.settings.site, now=app.now())
    show.line(f"{entry_id} is shown again")


@entry.command("merge")
@click.argument("whole", metavar="A")
@click.argument("part", metavar="B")
@click.pass_obj
def merge_(app: App, whole: str, part: str) -> None:
    """Make B part of A: two entries that are one piece of news. `entry split B` takes it back.

    Later sightings of B count for A, B's page leads to A, topics of B become topics of A,
    and whoever was sent B is not sent A. Nobody is mailed.

    \b
    Example:
      tidings entry merge k3x9w2ab p0qz71mc
    """
    from feeds import curation

    with app.store() as store:
        done = curation.merge(store, whole, part, site=app.settings.site, now=app.now())
    show.line(f"{', '.join(done.parts)} part of {done.whole} now; {done.told} people were told of it before")


@entry.command("split")
@click.argument("entry_id", metavar="ID")
@click.option("--seen-in", default="", metavar="N", help="The sighting that is another entry: its number or document.")
@click.option("--mail", is_flag=True, help="The new entry is news; without it nobody is mailed.")
@click.pass_obj
def split_(app: App, entry_id: str, seen_in: str, mail: bool) -> None:
    """Part what is one entry and should be two.

    A merge is taken back. Where a rule linked two documents wrongly, --seen-in says which of
    the sightings that `entry show` numbers is another entry.

    \b
    Examples:
      tidings entry split p0qz71mc
      tidings entry split k3x9w2ab --seen-in 2
    """
    from feeds import curation
    from feeds.minting import minted

    with app.store() as store:
        made = curation.split(
            store, entry_id, seen_in=seen_in, mail=mail, mint=minted, site=app.settings.site, now=app.now()
        )
    show.line(f"stands for itself now: {', '.join(made)}")
