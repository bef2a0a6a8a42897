"""Look at digests before and after they go."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import digest_editing, show
from cli.app import App
from cli.digest_editing import follows, shape
from cli.entry import since_when
from state.errors import UserError

if TYPE_CHECKING:
    from mail.digest import Planned
    from state.statistics import Numbers


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
    from mail.proof import proof
    from state import entries

    if (email is None) == (topic is None):
        raise click.UsageError("say for whom: EMAIL, or --topic T")
    now = app.now()
    with app.store() as store, store.read() as db:
        made = composed(
            db,
            subscriber=email,
            topic=topic,
            since=since_when(since, now) or now,
            site=app.site,
            now=now,
            templates=app.settings.digests.templates,
        )
        held = entries.by_ids(db, [name for name, _ in made.entries])
    faults = proof(made, held.values(), site=app.site, mailing=app.settings.mailing, now=now)
    for fault in faults:
        show.progress(f"it would be held, because the lint says: {fault}")
    if html:
        try:
            html.write_text(made.html, encoding="utf-8")
        except OSError as error:
            raise UserError(f"{html} cannot be written ({error.strerror}); give a file in a folder of yours") from error
        show.progress(f"wrote {html}")
    if as_json:
        show.emit(
            {
                "digest": {
                    "subject": made.subject,
                    "entries": [name for name, _ in made.entries],
                    "text": made.text,
                    "html": made.html,
                    "faults": faults,
                }
            }
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
            mailing=app.settings.mailing,
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
            {
                "messages": planned.messages,
                "held": planned.held,
                "editions": planned.editions,
                "empty": planned.empty,
                "delivery": counts,
            }
        )
        return
    outcomes = ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "nothing was due"
    show.line(f"planned {planned.messages} messages in {len(planned.editions)} editions; delivery: {outcomes}")
    if planned.held:
        show.progress(f"{planned.held} of them wait for you: tidings digest list")


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

    The numbers come from our own rows: nobody is tracked, so nobody knows who opened what. "left" are people
    who have left since and whose last mail it was.

    \b
    Example:
      tidings digest list --limit 5
    """
    from state import editions, statistics

    with app.store() as store, store.read() as db:
        found = editions.issues(db, limit=limit)
        numbers = statistics.of(db, [one.edition.id for one in found])
    if as_json:
        show.emit({"digests": [{**shape(one), "numbers": asdict(numbers[one.edition.id])} for one in found]})
        return
    rows = [
        (
            one.edition.id,
            one.desk.state,
            f"{one.edition.created_at:%Y-%m-%d %H:%M}",
            len(one.edition.entries),
            counted(numbers[one.edition.id]),
            one.edition.subject,
        )
        for one in found
    ]
    show.table(rows, ("id", "state", "made", "entries", "messages", "subject"))


@digest.command("show")
@click.argument("edition_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def show_(app: App, edition_id: str, as_json: bool) -> None:
    """Show one edition as it was frozen, and what was done to it. The beginning of its id is enough.

    \b
    Example:
      tidings digest show 5f0c2d
    """
    from state import editions, entries, statistics

    with app.store() as store, store.read() as db:
        found = editions.issue(db, edition_id)
        numbers = statistics.of(db, [found.edition.id])[found.edition.id]
        log = editions.history(db, found.edition.id)
        titles = {name: one.title for name, one in entries.by_ids(db, [n for n, _ in found.edition.entries]).items()}
    if as_json:
        lines = [asdict(line) for line in log]
        facts = {**shape(found), "numbers": asdict(numbers)}
        show.emit({"digest": {**facts, "text": found.edition.text, "html": found.edition.html, "log": lines}})
        return
    made, desk = found.edition, found.desk
    show.facts(
        [
            ("id", made.id),
            ("subject", made.subject),
            ("made", f"{made.created_at:%Y-%m-%d %H:%M} UTC"),
            ("state", f"{desk.state} ({desk.reason})" if desk.reason else desk.state),
            ("content", desk.content),
            ("messages", counted(numbers)),
        ]
    )
    for name, _ in made.entries:
        show.line(f"  {name}  {titles.get(name, '')}")
    for line in log:
        show.line(f"{line.at:%Y-%m-%d %H:%M}  {line.what}")
    click.echo()
    click.echo(made.text)
    follows(found)


def counted(numbers: Numbers) -> str:
    """ "340 sent, 2 deferred, 1 bounced" """
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in asdict(numbers).items() if count)


for _command in (
    digest_editing.edit,
    digest_editing.hold,
    digest_editing.release,
    digest_editing.approve,
    digest_editing.cancel,
):
    digest.add_command(_command)
