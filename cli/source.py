"""Manage what is watched."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from cli import show
from cli.app import App, agreed
from cli.keys import Wrong, duration, language, zone
from state.errors import UserError
from state.text import clean

if TYPE_CHECKING:
    from feeds.poll import Polled
    from feeds.sources import Look

ALL = -1  # --as-new without a number


class Duration(click.ParamType[int]):
    """30s, 10m, 1h, 2d, as seconds."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return duration(value)
        except Wrong as error:
            self.fail(f"{value!r}: {error}", param, ctx)


class Checked(click.ParamType[str]):
    """What a check of cli/keys.py takes."""

    name = "text"

    def __init__(self, check: Callable[[object], str]) -> None:
        self._check = check

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return self._check(value)
        except Wrong as error:
            self.fail(f"{value!r}: {error}", param, ctx)


def given_text(value: object) -> str:
    """A title that is not empty."""
    if not clean(str(value)):
        raise Wrong("give a text that readers see")
    return clean(str(value))


def country(value: object) -> str:
    """An ISO 3166 code of two letters, or "" for none."""
    if value != "" and not re.fullmatch(r"[A-Za-z]{2}", str(value)):
        raise Wrong('give an ISO 3166 code of two letters, like "KH"')
    return str(value).upper()


@click.group()
def source() -> None:
    """Add, list, poll and remove the sources that are watched."""


@source.command()
@click.argument("where", metavar="URL|FILE|FOLDER")
@click.option("--id", "source_id", help="Short name (default: from the address).")
@click.option("--every", type=Duration(), help="How often it is read (default: poll.every).")
@click.option("--kind", type=click.Choice(["auto", "page", "feed", "text"]), default="auto", show_default=True)
@click.option("--base-url", default="", help="The address a local document was at; links are resolved against it.")
@click.option(
    "--as-new",
    type=int,
    is_flag=False,
    flag_value=ALL,
    help="Treat the newest N entries (all, without N) as new instead of as a baseline.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def add(
    app: App,
    where: str,
    source_id: str | None,
    every: int | None,
    kind: str,
    base_url: str,
    as_new: int | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Watch URL, a file or a folder for new entries.

    The page may be a listing, a feed or plain text: the kind is found out. Its
    present entries are a baseline that mails nobody, unless --as-new says
    otherwise. Try it first, without storing anything: `tidings extract URL`.

    \b
    Example:
      tidings source add https://example.org/news --every 2h
    """

    async def go() -> None:
        from feeds import sources

        with app.store() as store:
            async with app.watch(store) as watch:
                look = await sources.look(watch, where, kind=kind, base_url=base_url, now=app.now())
                if not as_json:
                    _describe(look)
                if not agreed(f"Watch {look.title or where}?", yes):
                    raise UserError(f"{where} is not watched; nothing was stored")
                added = await sources.add(
                    watch, look, id=source_id, every=every or app.settings.polling.every, as_new=as_new, now=app.now()
                )
            app.publish(store)
        if as_json:
            show.emit({"source": show.source(added.source), "new": added.new, "sightings": added.sightings})
        else:
            show.line(
                f"watching {added.source.id}: {len(added.new)} entries ({added.sightings} sightings), {_as(as_new)}"
            )
            name = added.source.id
            show.line(f"next: tidings source show {name}, tidings entry list --source {name}, tidings run")

    asyncio.run(go())


def _as(as_new: int | None) -> str:
    """How a first sight counts, in words."""
    if as_new is None:
        return "a baseline that mails nobody"
    return "all as new" if as_new == ALL else f"the newest {as_new} as new, the rest as a baseline"


def _describe(look: Look) -> None:
    found = sum(len(page.extraction.records) for page in look.documents)
    show.progress(f"{look.kind} {look.title!r}: {found} entries in {len(look.documents)} documents")
    for page in look.documents[:3]:
        for record in page.extraction.records[:3]:
            show.progress(f"  {record.date or 'no date':<10}  {record.title or record.display_title}")
        for left in page.extraction.left_out[:3]:
            show.progress(f"  left out: {left.count} × {left.reason}, e.g. {left.sample[:60]!r}")


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
    from state import alarms, entries, sources

    with app.store() as store, store.read() as db:
        one = sources.source(db, source_id)
        count = len(entries.entries(db, source=source_id))
        standing = [alarm for alarm in alarms.alarms(db) if alarm.source == source_id]
    if as_json:
        show.emit({"source": {**show.source(one), "entries": count}})
        return
    show.facts([(name, value) for name, value in show.source(one).items() if name != "select"])
    show.facts([("entries", count)])
    for alarm in standing:
        show.line(f"alarm: {alarm.kind} since {alarm.since:%Y-%m-%d %H:%M}: {alarm.message}")


@source.command()
@click.argument("ids", metavar="[ID…]", nargs=-1)
@click.option("--due", is_flag=True, help="Those whose time has come.")
@click.option("--all", "every_one", is_flag=True, help="All of them, whatever their interval.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def poll(app: App, ids: tuple[str, ...], due: bool, every_one: bool, as_json: bool) -> None:
    """Read sources now and publish what is new.

    \b
    Examples:
      tidings source poll ministry-news
      tidings source poll --all
    """
    if bool(ids) + due + every_one != 1:
        raise click.UsageError("say what to poll: IDs, or --due, or --all")

    async def go() -> Sequence[Polled]:
        from feeds import poll as polling

        with app.store() as store:
            async with app.watch(store) as watch:
                if ids:
                    polled: Sequence[Polled] = [
                        await polling.poll(watch, one, now=app.now(), owner=app.owner, force=True) for one in ids
                    ]
                else:
                    polled = await polling.poll_due(watch, now=app.now(), owner=app.owner, every=every_one)
            app.publish(store)
        return polled

    results = asyncio.run(go())
    if as_json:
        show.emit(
            {
                "polled": [
                    {
                        "source": p.source,
                        "outcome": p.outcome,
                        "new": p.new,
                        "revised": p.revised,
                        "seen": p.seen,
                        "reason": p.reason,
                    }
                    for p in results
                ]
            }
        )
    else:
        for one in results:
            why = f": {one.reason}" if one.reason else ""
            found = f"{len(one.new)} new, {len(one.revised)} revised, {one.seen} seen"
            show.line(f"{one.source}: {one.outcome}, {found}{why}")
        if not results:
            show.line("nothing is due; `tidings source list` shows when it will be")
    if results and all(one.outcome == "failed" for one in results):
        raise UserError("no source could be read; see the reasons above and `tidings source show ID`")


@source.command()
@click.argument("source_id", metavar="ID")
@click.option("--pages", type=click.IntRange(1, 1000), default=10, show_default=True)
@click.pass_obj
def backfill(app: App, source_id: str, pages: int) -> None:
    """Read older pages of a list. They mail nobody.

    \b
    Example:
      tidings source backfill ministry-news --pages 20
    """

    async def go() -> Polled:
        from feeds.poll import backfill as read_older

        with app.store() as store:
            async with app.watch(store) as watch:
                done = await read_older(watch, source_id, pages=pages, now=app.now(), owner=app.owner)
            app.publish(store)
        return done

    done = asyncio.run(go())
    show.line(
        f"{done.source}: {len(done.new)} older entries, {done.seen} seen{f': {done.reason}' if done.reason else ''}"
    )


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
    from feeds import sources as watching
    from state import sources

    with app.store() as store:
        with store.read() as db:
            one = sources.source(db, source_id)
        if not agreed(f"Stop watching {one.id} ({one.where})? Its entries and feeds stay.", yes):
            raise UserError(f"{source_id} is still watched")
        with store.write() as db:
            watching.remove(db, source_id, app.now())
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


@source.command()
@click.argument("source_id", metavar="ID")
@click.option("--title", type=Checked(given_text), help="The name people see.")
@click.option("--language", type=Checked(language), help="Of its entries where they do not say, e.g. km.")
@click.option("--timezone", type=Checked(zone), help="Of its dates, e.g. Asia/Phnom_Penh.")
@click.option("--country", type=Checked(country), help="What the whole page is about, e.g. KH; '' for none.")
@click.option("--every", type=Duration(), help="How often it is read, e.g. 6h.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def edit(app: App, /, source_id: str, as_json: bool, **given: object) -> None:
    """Change what is said of a source. Its entries stay as they are.

    A language or time zone holds from the next poll, which reads everything anew.

    \b
    Example:
      tidings source edit ministry-news --title "News of the ministry" --every 2h
    """
    from feeds import sources as watching

    values = {name: value for name, value in given.items() if value is not None}
    if not values:
        raise click.UsageError("say what to change: --title, --language, --timezone, --country or --every")
    if values.get("every") == 0:
        raise click.UsageError("--every is 0; give a duration like 30m, 6h or 1d")
    with app.store() as store:
        after = watching.edit(store, source_id, values, site=app.site, now=app.now())
        app.publish(store)
    if as_json:
        show.emit({"source": show.source(after)})
    else:
        show.line(f"{source_id}: {', '.join(f'{name} is {getattr(after, name)!r}' for name in values)}")


@source.command()
@click.argument("source_id", metavar="ID")
@click.pass_obj
def accept(app: App, source_id: str) -> None:
    """Answer a source's alarm: mail what a flood held back, or take a doubtful page as a baseline.

    \b
    Example:
      tidings source accept ministry-news
    """

    async def go() -> Polled:
        from feeds.poll import accept as believe

        with app.store() as store:
            async with app.watch(store) as watch:
                done = await believe(watch, source_id, now=app.now(), owner=app.owner)
            app.publish(store)
        return done

    done = asyncio.run(go())
    show.line(f"{done.source}: accepted, {len(done.new)} entries taken as they stand, {done.seen} seen")
