"""Change what is said of a source: `source edit`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli import show
from cli.app import App
from cli.keys import language, zone
from cli.values import Checked, Duration, country, given_text, selecting, selectors
from state.errors import Misuse, UserError

if TYPE_CHECKING:
    from state.records import Source


@click.command()
@click.argument("source_id", metavar="ID")
@click.option("--where", metavar="URL|FILE", help="Where it is from now on, when it moved without saying so.")
@click.option("--title", type=Checked(given_text), help="The name people see.")
@click.option("--language", type=Checked(language), help="Of its entries where they do not say, e.g. km.")
@click.option("--timezone", type=Checked(zone), help="Of its dates, e.g. Asia/Phnom_Penh.")
@click.option("--country", type=Checked(country), help="What the whole page is about, e.g. KH; '' for none.")
@click.option("--every", type=Duration(), help="How often it is read, e.g. 6h.")
@click.option("--own-rhythm", "fixed", flag_value=False, default=None, help="Let it be read in its own rhythm again.")
@click.option("--ignore-robots/--respect-robots", default=None, help="Read it although robots.txt asks not to, or not.")
@click.option("--browser/--no-browser", default=None, help="Let a browser draw its pages before they are read, or not.")
@selecting("Where a field stands; FIELD= takes a selector away. See `tidings extract --help`.")
@click.option("--no-select", is_flag=True, help="Take all selectors away: everything is guessed again.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def edit(
    app: App,
    /,
    source_id: str,
    where: str | None,
    select: tuple[str, ...],
    no_select: bool,
    as_json: bool,
    **given: object,
) -> None:
    """Change what is said of a source. Its entries stay as they are.

    A language, a time zone or selectors hold from the next poll, which reads
    everything anew. Try selectors first: `tidings extract URL --select …`.

    \b
    Examples:
      tidings source edit ministry-news --title "News of the ministry" --every 2h
      tidings source edit ministry-news --select date=.posted --select title=
      tidings source edit ministry-news --where https://ministry.example.org/en/news
    """
    from feeds import browser
    from feeds import sources as watching
    from feeds.schedule import words
    from state import sources

    values = {name: value for name, value in given.items() if value is not None}
    if not (values or where is not None or select or no_select):
        raise click.UsageError("say what to change: --where, --title, --language, --timezone, --country, --every, …")
    if values.get("browser") and not browser.installed():
        raise UserError(f"source {source_id} stays as it is: {browser.MISSING}")
    with app.store() as store:
        if select or no_select:
            with store.read() as db:
                before = sources.source(db, source_id)
            values["select"] = _selectors(before, select, no_select)
        if where is not None:
            watching.move(store, source_id, where, now=app.now())
        after = watching.edit(store, source_id, values, site=app.site, now=app.now())
        app.publish(store)
    if as_json:
        show.emit({"source": show.source(after)})
    else:
        told = {**show.source(after), "every": words(after.every)}
        changed = [*(["where"] if where else []), *values]
        show.line(f"{source_id}: {', '.join(f'{name} is {told[name]!r}' for name in changed)}")


def _selectors(before: Source, select: tuple[str, ...], clear: bool) -> dict[str, str]:
    """The selectors a source shall have. Raises UsageError for what is none, Misuse for a bad one."""
    from feeds.extraction import overrides

    chosen = selectors(select, {} if clear else before.select)
    if before.kind != "json":
        try:
            overrides.check(chosen)
        except ValueError as error:
            raise Misuse(f"--select {error}; try it with `tidings extract {before.where} --select …`") from error
    return chosen
