"""Copy the database to one file while the service runs, and go back to such a copy."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from cli import show
from cli.app import App, agreed, interactive
from state.errors import UserError

if TYPE_CHECKING:
    from state.store import Store

HELD = 1_000_000  # more new entries than any page has: nothing waits as a flood while we catch up


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help="Replace FILE where it exists.")
@click.pass_obj
def backup(app: App, file: Path, yes: bool) -> None:
    """Copy the whole database to FILE, also while the service runs.

    FILE is a plain SQLite database that holds addresses: keep it safe. The
    stop-list and the send log beside the database are never part of it; leave
    them where they are, and copy them on their own where the disk may be lost.

    \b
    Example:
      tidings backup tidings-2026-05-10.backup
    """
    from state import backup as copying
    from state.store import file_of, open_store, parse

    database = file_of(parse(app.state_url))
    if database is None:
        raise UserError(on_a_server("pg_dump --format=custom --file=FILE", app.state_url))
    if file.exists() and not agreed(f"Replace {file}?", yes):
        raise UserError(f"{file} exists and stays as it is; give another name, or --yes")
    open_store(app.state_url).close()  # it is there; of whatever shape: a backup comes before `tidings migrate`
    size = copying.backup(database, file)
    show.line(f"{file}: {size} bytes, checked; go back to it with `tidings restore {file}`")
    show.line("not in it: tidings.toml, keys it names, and on purpose the stop-list and the send log")


@click.command()
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--assume",
    type=click.Choice(["sent", "unsent"]),
    help="What is to become of mail that was due between the backup and now.",
)
@click.option("--yes", is_flag=True, help="Replace the database that is there.")
@click.pass_obj
def restore(app: App, file: Path | None, assume: Literal["sent", "unsent"] | None, yes: bool) -> None:
    """Go back to a backup. Who has left since does not come back.

    Where mail has gone out since the backup, you are asked what to assume: "sent"
    counts everything that was due until now as mailed, so that nobody gets
    anything twice; "unsent" mails it, perhaps again. Without FILE: answer this for
    a database that was put in place by other means (cp, pg_restore).

    The database that is replaced is kept beside the new one. End `tidings run`,
    `worker` and `web` before.

    \b
    Example:
      tidings restore tidings-2026-05-10.backup --assume sent --yes
    """
    from scheduler.lock import only_one
    from state.store import file_of, parse

    database = file_of(parse(app.state_url))
    if file and database is None:
        raise UserError(on_a_server("pg_restore --clean --if-exists --dbname=URL FILE", app.state_url))
    with only_one(database):
        if file and database:
            assume = _replace(app, file, database, assume, yes)
        elif not assume:
            raise UserError("nothing to do: give the FILE of a backup, or --assume sent or unsent for this database")
        elif assume == "sent" and not agreed("Count all mail that was due until now as sent?", yes):
            raise UserError("nothing was assumed")
        with app.store() as store:
            _go_on(app, store, assume)


def on_a_server(command: str, url: str) -> str:
    """What takes the place of our copying where the database has tools of its own."""
    from state.store import parse

    shown = parse(url).set(drivername="postgresql").render_as_string(hide_password=True)
    return (
        f"the database is on a server; use its own tool: `{command}` for {shown}. Copy tidings.toml and the keys it "
        "names too, and leave NAME.stoplist and NAME.sendlog in the working directory as they are. After a restore "
        "say what happened meanwhile: `tidings restore --assume sent` or `unsent`"
    )


def _replace(
    app: App, file: Path, database: Path, assume: Literal["sent", "unsent"] | None, yes: bool
) -> Literal["sent", "unsent"] | None:
    """Check the backup, ask what must be asked, and only then put it in place."""
    from state import backup as copying

    with copying.taken_in(file, database) as copy:
        answer = assume or _ask(copy, database)
        there = f", in place of what is in {database}" if database.exists() else ""
        if there and not agreed(f"Go back to {file}{there}? The present database is kept beside it.", yes):
            raise UserError(f"{database} stays as it is; say --yes to go back to {file}")
        if not database.with_name(f"{database.name}.stoplist").exists():
            show.progress(f"there is no stop-list beside {database}: who left after the backup cannot be known")
        kept = copying.put(copy, database, now=app.now())
    show.line(f"{database} is as it was in {file}")
    if kept:
        show.line(f"the database of before is in {kept}")
    return answer


def _ask(copy: Store, database: Path) -> Literal["sent", "unsent"] | None:
    """What to assume of mail since the copy; None where none has gone out."""
    from mail.replay import told
    from state import sendlog
    from state.sendlog import SendLog

    log = SendLog(database.with_name(f"{database.name}.sendlog"))
    with copy.read() as db:
        missed = sendlog.behind(db, log)
        known = log.notes(sendlog.database(db)) or not sendlog.number(db)
    if missed is None and known:
        return None
    why = told(missed) if missed else f"whether mail has gone out since cannot be known, {log.path} does not tell"
    if not interactive():
        raise UserError(
            f"{why}; say what to assume: --assume sent (what was due until now counts as mailed, nobody gets anything "
            "twice) or --assume unsent (it is mailed, perhaps again). Nothing was changed"
        )
    click.echo(f"{why}.", err=True)
    answer: Literal["sent", "unsent"] = click.prompt(
        "Take what was due until now for sent, or for unsent?", type=click.Choice(["sent", "unsent"]), err=True
    )
    return answer


def _go_on(app: App, store: Store, assume: Literal["sent", "unsent"] | None) -> None:
    """Let those leave who left, count as mailed what is assumed to be, and let the service start again."""
    from mail.aftermath import assume_sent
    from mail.replay import leave_again
    from state import sendlog

    with store.write() as db:
        log = sendlog.beside(db)
        left = leave_again(db, now=app.now())
    if left:
        show.line(f"{left} people and subscriptions had ended since; they are ended again")
    if assume == "sent":
        unread = asyncio.run(_read_all(app, store))
        done = assume_sent(store, now=app.now())
        show.line(f"taken for sent: {done.messages} messages that waited, and what was due to {done.people} people")
        if unread:
            show.line(f"not to be read now: {', '.join(unread)}; what they hold at their next poll mails nobody")
    if assume:
        sendlog.settle(store, log, now=app.now())
    app.publish(store)
    show.line("next: tidings doctor, tidings run")


async def _read_all(app: App, store: Store) -> list[str]:
    """Read every source, so that the ledger holds what came meanwhile; ids of those that could not be read."""
    from feeds.rounds import poll_due
    from state import sources

    async with app.watch(store) as watch:
        patient = replace(watch, settings=replace(watch.settings, new_entries_hold=HELD))
        polled = await poll_due(patient, now=app.now(), owner=app.owner, every=True)
    unread = {one.source for one in polled if one.outcome == "failed" or one.reason.startswith("another worker")}
    with store.write() as db:
        read = {one.source for one in polled} - unread
        unread |= {one.id for one in sources.sources(db)} - read  # paused ones too
        sources.forget_first_sight(db, sorted(unread))
    return sorted(unread)
