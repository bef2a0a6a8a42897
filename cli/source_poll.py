"""Read sources now: `source poll` and `source backfill`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

import click

from cli import show
from cli.app import App
from state.errors import UserError

if TYPE_CHECKING:
    from feeds.backfill import Backfilled
    from feeds.poll import Polled
    from state.backfills import Progress


@click.command()
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
        from feeds import rounds

        with app.store() as store:
            async with app.watch(store) as watch:
                if ids:
                    polled: Sequence[Polled] = [
                        await polling.poll(watch, one, now=app.now(), owner=app.owner, force=True) for one in ids
                    ]
                else:
                    polled = await rounds.poll_due(watch, now=app.now(), owner=app.owner, every=every_one)
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


@click.command()
@click.argument("source_id", metavar="ID")
@click.option("--pages", type=click.IntRange(1, 1000), default=10, show_default=True, help="How far into the list.")
@click.option("--from-start", is_flag=True, help="Read it again from its first page, not from where it ended.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def backfill(app: App, source_id: str, pages: int, from_start: bool, as_json: bool) -> None:
    """Read older pages of a list, up to page number PAGES. They mail nobody.

    Each page is stored as it is read. Ctrl-C ends it; the same command goes on where it ended.

    \b
    Example:
      tidings source backfill ministry-news --pages 20
    """

    async def go() -> Backfilled:
        from feeds.backfill import backfill as read_older

        with app.store() as store:
            try:
                async with app.watch(store) as watch:
                    return await read_older(
                        watch,
                        source_id,
                        pages=pages,
                        now=app.now(),
                        owner=app.owner,
                        again=from_start,
                        told=partial(_page_read, pages),
                    )
            finally:
                app.publish(store)

    try:
        done = asyncio.run(go())
    except KeyboardInterrupt as stopped:
        raise UserError(
            f"ended by Ctrl-C; what was read is kept, and `tidings source backfill {source_id} --pages {pages}` goes on"
        ) from stopped
    at = done.progress
    if as_json:
        shape = asdict(at) if at else {"pages": 0, "entries": 0, "following": "", "at": None}
        show.emit({"source": done.source, "new": done.new, "seen": done.seen, "reason": done.reason, **shape})
    else:
        show.line(f"{done.source}: {len(done.new)} older entries, {done.seen} seen; {_how_far(done)}")
    if done.reason:
        raise UserError(
            f"{source_id} was read up to page {at.pages if at else 0} of {pages}: {done.reason}; "
            "the same command tries again from there"
        )


def _page_read(pages: int, at: Progress) -> None:
    """One line a page, on a terminal over the last one."""
    words = f"page {at.pages} of {pages}, {at.entries} entries so far"
    if sys.stderr.isatty():
        last = at.pages >= pages or not at.following
        click.echo(f"\r{words}", nl=last, err=True)
    else:
        click.echo(words, err=True)


def _how_far(done: Backfilled) -> str:
    at = done.progress
    if at is None:
        return "nothing was read"
    if not at.following:
        return f"the list ends with page {at.pages}"
    return f"{at.pages} pages were read; --pages {2 * at.pages} reads on"
