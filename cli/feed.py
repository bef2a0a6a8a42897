"""Look at feeds and build them."""

from pathlib import Path

import click

from cli import feed_check, show, source_import
from cli.app import App
from state.errors import UserError


@click.group()
def feed() -> None:
    """List, show, build and check the feeds."""


feed.add_command(feed_check.check)


@feed.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(app: App, as_json: bool) -> None:
    """List the feeds with their addresses.

    \b
    Example:
      tidings feed list
    """
    from feeds.build import title
    from feeds.publish import make_missing
    from state import publications
    from templates import links

    with app.store() as store:
        make_missing(store, app.now())
        with store.read() as db:
            counts = {name: number for name, (number, _newest) in publications.count(db).items()}
            counts |= publications.count_of_sources(db)
            rows = [
                {
                    "id": one.name,
                    "title": title(db, one.name, app.site),
                    "entries": counts.get(one.name, 0),
                    "dirty": one.dirty,
                    "built": one.built_at,
                    "closed": one.closed_at,
                    "error": one.error,
                    "urls": {form: links.feed(app.site, one.name, form) for form in links.FORMS},
                }
                for one in publications.all_feeds(db)
            ]
    if as_json:
        show.emit({"feeds": rows})
        return
    show.table(
        [
            (
                row["id"],
                row["entries"],
                f"closed {row['closed']:%Y-%m-%d}" if row["closed"] else row["error"] or row["built"] or "-",
                links.feed(app.site, str(row["id"]), "atom"),
            )
            for row in rows
        ],
        ("name", "entries", "built", "address"),
    )


@feed.command()
@click.option("--all", "everything", is_flag=True, help="All feeds, every entry rendered again.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def build(app: App, everything: bool, as_json: bool) -> None:
    """Build the feeds that have changed; with --all, all of them.

    \b
    Example:
      tidings feed build --all
    """
    from feeds.publish import publish

    with app.store() as store:
        done = publish(store, site=app.site, settings=app.settings.publishing, now=app.now(), everything=everything)
    if as_json:
        show.emit(
            {
                "built": done.built,
                "unchanged": done.unchanged,
                "failed": [{"feed": name, "reason": reason} for name, reason in done.failed],
                "files": [str(f) for f in done.files],
            }
        )
    else:
        written = f", {len(done.files)} files written" if done.files else ""
        show.line(f"feeds: {len(done.built)} changed, {len(done.unchanged)} built to the same bytes{written}")
        for name, reason in done.failed:
            show.line(f"{name} was not published, its last good bytes stay: {reason}")
    if done.failed:
        raise UserError(f"{len(done.failed)} feeds could not be published; the reasons are above")


@feed.command("show")
@click.argument("name")
@click.option("--format", "form", type=click.Choice(["atom", "rss", "json"]), default="atom", show_default=True)
@click.pass_obj
def show_(app: App, name: str, form: str) -> None:
    """Print a feed as it is served: all, a topic, or source-ID.

    \b
    Example:
      tidings feed show all --format rss
    """
    from feeds import publish

    settings = app.settings.publishing
    with app.store() as store:
        body = publish.show(store, name, form, site=app.site, settings=settings, now=app.now())
    show.deliver(body, None)


@feed.command()
@click.option("--renew", is_flag=True, help="Give it another address; the old one is gone at once.")
@click.pass_obj
def admin(app: App, renew: bool) -> None:
    """Print the address of the feed of alarms, for your own feed reader. Who knows the address can read it.

    \b
    Example:
      tidings feed admin
    """
    from feeds import admin_feed

    with app.store() as store, store.write() as db:
        where = admin_feed.address(db, site=app.site, now=app.now(), renew=renew)
    show.line(where)


@click.group()
def opml() -> None:
    """The list of all feeds, for feed readers; and lists of what to watch, from them."""


opml.add_command(source_import.opml_import)


@opml.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.pass_obj
def export(app: App, file: Path | None) -> None:
    """Write the OPML of all topics to FILE, or print it.

    \b
    Example:
      tidings opml export feeds.opml
    """
    from feeds.opml import render

    with app.store() as store, store.read() as db:
        body = render(db, app.site)
    show.deliver(body, file)
