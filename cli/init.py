"""Begin a service, and bring its database to the present shape."""

from pathlib import Path

import click

from cli import settings, show
from cli.app import App
from state.errors import UserError


@click.command()
@click.pass_obj
def init(app: App) -> None:
    """Write a commented tidings.toml and create the database.

    What is there already stays as it is.

    \b
    Example:
      tidings init && tidings source add https://example.org/news
    """
    from state.migrate import migrate as upgrade
    from state.store import file_of, open_store, parse

    file = Path(settings.DEFAULT_FILE)
    if not file.exists():
        try:
            file.write_text(settings.sample(), encoding="utf-8")
        except OSError as error:
            raise UserError(
                f"{file.absolute()} cannot be written ({error.strerror}); go to a folder of yours, then `tidings init`"
            ) from error
        show.line(f"wrote {file}: every key with its default")
    database = file_of(parse(app.state_url))
    there = database is not None and database.exists()
    store = open_store(app.state_url, create=True)
    try:
        upgrade(store)
        app.begin(store)
    finally:
        store.close()
    show.line(f"{'found' if there else 'created'} {app.state_url}")
    show.line("next: tidings source add URL, tidings topic add ID --title T --any PHRASE, tidings run")


@click.command()
@click.pass_obj
def migrate(app: App) -> None:
    """Bring the database to the shape of this release.

    One transaction: it completes, or the database stays as it was.

    \b
    Example:
      tidings migrate
    """
    from state.migrate import migrate as upgrade
    from state.store import open_store

    store = open_store(app.state_url)
    try:
        upgrade(store)
    finally:
        store.close()
    show.line(f"{app.state_url} has the shape of this release")
