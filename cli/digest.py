"""Look at digests before and after they go."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import show
from cli.app import App
from cli.entry import since_when
from state.errors import UserError

if TYPE_CHECKING:
    from mail.digest import Planned
    from state.editions import Issue


@click.group()
def digest() -> None:
    """Preview, send and list digests."""


@digest.command()
@click.argument("email", required=False)
@click.option("--topic", metavar="T", help="For a reader of T instead of a person.")
@click.option(
    "--since", default="30d", show_default=True, metavar="D", help="What came since a day or a duration back."
)
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write the HTML part to a file.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def preview(app: App, email: str | None, topic: str | None, since: str, html: Path | None, as_json: bool) -> None:
    """Show what EMAIL, or a reader of a topic, would have got. Nothing is sent.

    \b
    Examples:
      tidings digest preview sok@example.org
      tidings digest preview --topic child-labour --since 90d --html digest.html
    """
    from mail.digest import preview as composed

    if (email is None) == (topic is None):
        raise click.UsageError("say for whom: EMAIL, or --topic T")
    now = app.now()
    with app.store() as store, store.read() as db:
        made = composed(db, subscriber=email, topic=topic, since=since_when(since, now) or now, site=app.site, now=now)
    if html:
        try:
            html.write_text(made.html, encoding="utf-8")
        except OSError as error:
            raise UserError(f"{html} cannot be written ({error.strerror}); give a file in a folder of yours") from error
        show.progress(f"wrote {html}")
    if as_json:
        show.emit(
            {"digest": {"subject": made.subject, "entries": [name for name, _ in made.entries], "text": made.text}}
        )
    else:
        show.line(f"Subject: {made.subject}")
        click.echo()
        click.echo(made.text)


@digest.command()
@click.option("--due", is_flag=True, help="Those whose time has come (this is what happens without options).")
@click.option("--now", "immediately", is_flag=True, help='Do not wait for the window of the rhythm "now" either.')
@click.option("--dry-run", is_flag=True, help="Only say who would get what.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def send(app: App, due: bool, immediately: bool, dry_run: bool, as_json: bool) -> None:
    """Plan and send the digests that are due, without waiting for the scheduler.

    \b
    Examples:
      tidings digest send --dry-run
      tidings digest send --now
    """
    from mail.digest import plan_due
    from scheduler.lock import only_one

    if due and immediately:
        raise click.UsageError("say one of --due and --now")
    with app.store() as store, only_one(store.file):
        app.catch_up(store)
        planned = plan_due(
            store,
            site=app.mail_site,
            settings=app.settings.digests,
            now=app.now(),
            immediately=immediately,
            dry_run=dry_run,
        )
        if dry_run:
            _foreseen(planned, as_json)
            return

        async def go() -> dict[str, int]:
            from mail.deliver import deliver

            async with app.delivery(store) as delivery:
                done = await deliver(delivery, clock=app.now, owner=app.owner)
            if done.trouble:
                raise UserError(f"the mail server could not be used: {done.trouble}; what is queued stays queued")
            return dict(done.counts)

        counts = asyncio.run(go())
    if as_json:
        show.emit(
            {"messages": planned.messages, "editions": planned.editions, "empty": planned.empty, "delivery": counts}
        )
        return
    outcomes = ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "nothing was due"
    show.line(f"planned {planned.messages} messages in {len(planned.editions)} editions; delivery: {outcomes}")


def _foreseen(planned: Planned, as_json: bool) -> None:
    if as_json:
        rows = [{"email": one.email, "subject": one.subject, "entries": one.entries} for one in planned.foreseen]
        show.emit({"foreseen": rows})
        return
    show.table([(one.email, one.entries, one.subject) for one in planned.foreseen], ("email", "entries", "subject"))
    show.line(f"{len(planned.foreseen)} digests would be sent; nothing was")


@digest.command("list")
@click.option("--limit", type=click.IntRange(1))
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(app: App, limit: int | None, as_json: bool) -> None:
    """List editions, newest first, and what became of their messages.

    \b
    Example:
      tidings digest list --limit 5
    """
    from state import editions

    with app.store() as store, store.read() as db:
        found = editions.issues(db, limit=limit)
    if as_json:
        show.emit({"digests": [_shape(one) for one in found]})
        return
    rows = [
        (
            one.edition.id,
            f"{one.edition.created_at:%Y-%m-%d %H:%M}",
            len(one.edition.entries),
            _states(one),
            one.edition.subject,
        )
        for one in found
    ]
    show.table(rows, ("id", "made", "entries", "messages", "subject"))


@digest.command("show")
@click.argument("edition_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def show_(app: App, edition_id: str, as_json: bool) -> None:
    """Show one edition as it was frozen.

    \b
    Example:
      tidings digest show 5f0c2d…
    """
    from state import editions

    with app.store() as store, store.read() as db:
        found = editions.issue(db, edition_id)
    if as_json:
        show.emit({"digest": {**_shape(found), "text": found.edition.text}})
        return
    show.facts([("subject", found.edition.subject), ("made", found.edition.created_at), ("messages", _states(found))])
    click.echo()
    click.echo(found.edition.text)


def _shape(one: Issue) -> dict[str, object]:
    made = one.edition
    return {
        "id": made.id,
        "subject": made.subject,
        "language": made.language,
        "timezone": made.timezone,
        "made": made.created_at,
        "entries": [name for name, _ in made.entries],
        "messages": one.messages,
    }


def _states(one: Issue) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(one.messages.items()))
