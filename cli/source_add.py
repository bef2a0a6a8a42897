"""Begin to watch something: `source add`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from cli import show
from cli.app import App, agreed, interactive
from cli.choosing import instead, one_list, preferring
from cli.values import Duration, drawing, selecting, selectors
from state.errors import UserError

if TYPE_CHECKING:
    from feeds.poll import Watch
    from feeds.sources import Look

ALL = -1  # --as-new without a number


@dataclass(frozen=True, slots=True)
class _Wish:
    """What the admin says of how to read it. feed: its own feed rather than the page, or the page; None = ask."""

    where: str
    kind: str
    base_url: str
    select: dict[str, str]
    feed: bool | None
    candidate: int | None
    ignore_robots: bool
    browser: bool


@click.command()
@click.argument("where", metavar="URL|FILE|FOLDER|maildir:PATH")
@click.option("--id", "source_id", help="Short name (default: from the address).")
@click.option("--every", type=Duration(), help="How often it is read (default: in its own rhythm).")
@click.option(
    "--kind",
    type=click.Choice(["auto", "page", "feed", "sitemap", "json", "text"]),
    default="auto",
    show_default=True,
)
@click.option("--base-url", default="", help="The address a local document was at; links are resolved against it.")
@selecting("Where a field stands, where the guess is wrong; see `tidings extract --help`.")
@click.option("--candidate", type=click.IntRange(1), metavar="N", help="Which list, where a page shows several.")
@preferring
@click.option(
    "--as-new",
    type=int,
    is_flag=False,
    flag_value=ALL,
    help="Treat the newest N entries (all, without N) as new instead of as a baseline.",
)
@click.option("--ignore-robots", is_flag=True, help="Read it although its host's robots.txt asks not to.")
@drawing
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def add(
    app: App, /, source_id: str | None, every: int | None, as_new: int | None, yes: bool, as_json: bool, **given: object
) -> None:
    """Watch URL, a file, a folder or the Maildir of a newsletter for new entries.

    The page may be a listing, a feed or plain text: the kind is found out. Its
    present entries are a baseline that mails nobody, unless --as-new says
    otherwise. Try it first, without storing anything: `tidings extract URL`.

    Where a page shows several lists that are about as likely, or announces a feed
    of its own, you are asked; without a terminal the likeliest list of the page
    is taken, and said.

    \b
    Examples:
      tidings source add https://example.org/news --every 2h
      tidings source add https://example.org/news --select item=.release
      tidings source add maildir:/srv/mail/mill
    """
    wish = _wish(**given)  # type: ignore[arg-type]

    async def go() -> None:
        from feeds import sources

        with app.store() as store:
            async with app.watch(store) as watch:
                look = await _looked(app, watch, wish, asks=interactive() and not yes, quiet=as_json)
                if not agreed(f"Watch {look.title or look.where}?", yes):
                    raise UserError(f"{look.where} is not watched; nothing was stored")
                added = await sources.add(watch, look, id=source_id, every=every, as_new=as_new, now=app.now())
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


def _wish(
    where: str,
    kind: str,
    base_url: str,
    select: tuple[str, ...],
    candidate: int | None,
    feed: bool | None,
    ignore_robots: bool,
    browser: bool,
) -> _Wish:
    chosen = selectors(select)
    if candidate is not None and "item" in chosen:
        raise click.UsageError("--candidate and --select item=… both say which list; give one of them")
    return _Wish(where, kind, base_url, chosen, feed, candidate, ignore_robots, browser)


async def _looked(app: App, watch: Watch, wish: _Wish, *, asks: bool, quiet: bool) -> Look:
    """What is to be watched, as far as that takes questions."""
    from feeds import sources

    look = await sources.look(
        watch,
        wish.where,
        kind=wish.kind,
        base_url=wish.base_url,
        select=wish.select,
        ignore_robots=wish.ignore_robots,
        browser=wish.browser,
        now=app.now(),
    )
    if not quiet:
        describe(look)
    other = await instead(watch, look, wish.feed, asks=asks, now=app.now())
    if other is not None:
        if not quiet:
            describe(other)
        return other
    return one_list(look, wish.candidate, asks=asks)


def _as(as_new: int | None) -> str:
    """How a first sight counts, in words."""
    if as_new is None:
        return "a baseline that mails nobody"
    return "all as new" if as_new == ALL else f"the newest {as_new} as new, the rest as a baseline"


def describe(look: Look) -> None:
    """What was found, in a few lines of progress."""
    from feeds.obstacles import told

    found = sum(len(page.extraction.records) for page in look.documents)
    several = f" in {len(look.documents)} documents" if len(look.documents) > 1 else ""
    show.progress(f"{look.kind} {look.title!r}: {found} entries{several}")
    if look.obstacle:
        show.progress(f"  beware: {told(look.obstacle, drawn=look.browser)}")
    if any(page.extraction.method == "publication" for page in look.documents) and look.kind == "page":
        show.progress("  it is one document, not a list: for new ones to be seen, watch the page that lists them")
    for page in look.documents[:3]:
        for record in page.extraction.records[:3]:
            show.progress(f"  {record.date or 'no date':<10}  {record.title or record.display_title}")
        for left in page.extraction.left_out[:3]:
            show.progress(f"  left out: {left.count} × {left.reason}, e.g. {left.sample[:60]!r}")
