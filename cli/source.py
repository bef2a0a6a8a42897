"""Manage what is watched: the group `source`, and its commands that list, show, pause and remove.

The others each have a file: a command is added to the group at the end of this one.
"""

from __future__ import annotations

import click

from cli import show, source_add, source_answers, source_edit, source_import, source_poll
from cli.app import App, agreed
from state.errors import UserError


@click.group()
def source() -> None:
    """Add, list, poll and remove the sources that are watched."""


@source.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(app: App, as_json: bool) -> None:
    """List the sources with their state.

    \b
    Example:
      tidings source list
    """
    from state import sources

    with app.store() as store, store.read() as db:
        found = sources.sources(db)
    if as_json:
        show.emit({"sources": [show.source(one) for one in found]})
        return
    show.table(
        [
            (one.id, one.kind, one.state if not one.error else "failing", one.next_poll_at or "-", one.where)
            for one in found
        ],
        ("id", "kind", "state", "next poll", "where"),
    )


@source.command("show")
@click.argument("source_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def show_(app: App, source_id: str, as_json: bool) -> None:
    """Show one source: what it is, how its last poll went, when the next is and why.

    \b
    Example:
      tidings source show ministry-news
    """
    from feeds.documents import is_path
    from feeds.schedule import words
    from state import alarms, entries, sources, websub

    with app.store() as store, store.read() as db:
        one = sources.source(db, source_id)
        count = len(entries.entries(db, source=source_id))
        hub = websub.of_source(db, source_id)
        standing = [alarm for alarm in alarms.alarms(db) if alarm.source == source_id]
    if as_json:
        show.emit({"source": {**show.source(one), "entries": count, "hub": show.hub(hub) if hub else None}})
        return
    told = {**show.source(one), "every": words(one.every)}
    show.facts([(name, value) for name, value in told.items() if name != "select"])
    show.facts([(f"select {name}", selector) for name, selector in one.select.items()])
    show.facts([("entries", count)])
    if hub:
        show.facts((f"hub {name}" if name != "url" else "hub", value) for name, value in show.hub(hub).items())
    if one.error and not is_path(one.where):
        show.line(f"if the page moved: tidings source edit {source_id} --where URL")
    for alarm in standing:
        show.line(f"alarm: {alarm.kind} since {alarm.since:%Y-%m-%d %H:%M}: {alarm.message}")


@source.command()
@click.argument("source_id", metavar="ID")
@click.option("--yes", is_flag=True)
@click.pass_obj
def remove(app: App, source_id: str, yes: bool) -> None:
    """Stop watching a source. Its entries stay.

    \b
    Example:
      tidings source remove ministry-news --yes
    """
    from feeds import raw
    from feeds import sources as watching
    from state import sources

    with app.store() as store:
        with store.read() as db:
            one = sources.source(db, source_id)
        if not agreed(f"Stop watching {one.id} ({one.where})? Its entries and feeds stay.", yes):
            raise UserError(f"{source_id} is still watched")
        with store.write() as db:
            watching.remove(db, source_id, app.now())
        raw.forget(store, source_id)
    show.line(f"{source_id} is no longer watched; its entries stay")


@source.command()
@click.argument("source_id", metavar="ID")
@click.pass_obj
def pause(app: App, source_id: str) -> None:
    """Stop reading a source for now.

    \b
    Example:
      tidings source pause ministry-news
    """
    from feeds import sources as watching

    with app.store() as store, store.write() as db:
        watching.pause(db, source_id)
    show.line(f"{source_id} is paused; go on with `tidings source resume {source_id}`")


@source.command()
@click.argument("source_id", metavar="ID")
@click.pass_obj
def resume(app: App, source_id: str) -> None:
    """Read a paused source again.

    \b
    Example:
      tidings source resume ministry-news
    """
    from feeds import sources as watching

    with app.store() as store, store.write() as db:
        watching.resume(db, source_id, app.now())
    show.line(f"{source_id} is read again")


for command in (
    source_add.add,
    source_import.import_,
    source_edit.edit,
    source_poll.poll,
    source_poll.backfill,
    source_answers.diff,
    source_answers.accept,
    source_answers.reject,
    source_answers.replay,
    source_answers.rules,
):
    source.add_command(command)
