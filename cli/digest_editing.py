"""Edit, hold, release, approve and cancel digests before they go."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import show
from cli.app import App, agreed
from state.errors import UserError

if TYPE_CHECKING:
    from mail.editing import Event, Moved
    from state.editions import Issue

MOST = 65_536  # octets of a file with a note


@click.command()
@click.argument("edition_id", metavar="ID")
@click.option(
    "--note",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    metavar="FILE",
    help="Plain text (UTF-8) to stand on top; an empty file takes the note away; - is standard input.",
)
@click.option("--drop", metavar="ENTRY", multiple=True, help="Take an entry out; these readers are not owed it again.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def edit(app: App, edition_id: str, note: Path | None, drop: tuple[str, ...], as_json: bool) -> None:
    """Put a note on top of a digest, or take entries out, before any of it is sent.

    The digest is rendered anew, and what was approved before must be approved again.

    \b
    Examples:
      tidings digest edit 5f0c2d --note note.txt
      tidings digest edit 5f0c2d --drop k3v9x2mq --drop p1
    """
    from mail import editing

    if note is None and not drop:
        raise click.UsageError("say what to change: --note FILE, --drop ENTRY")
    words = _words(note) if note else None
    with app.store() as store:
        done = editing.edit(
            store,
            edition_id,
            note=words,
            drop=drop,
            site=app.mail_site,
            mailing=app.settings.mailing,
            now=app.now(),
            templates=app.settings.digests.templates,
        )
    if as_json:
        show.emit({"digest": shape(done)})
        return
    show.line(f"digest {done.edition.id} has {len(done.edition.entries)} entries now, content {done.desk.content}")
    follows(done)


def _words(file: Path) -> str:
    try:
        octets = sys.stdin.buffer.read(MOST + 1) if str(file) == "-" else file.read_bytes()
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{file} is no UTF-8 text (octet {error.start}); save the note as UTF-8 and repeat") from error
    except OSError as error:
        raise UserError(f"{file} cannot be read ({error.strerror}); give a text file with the note") from error
    if len(octets) > MOST:
        raise UserError(f"{file} has more than {MOST} octets; a note is a few lines of text")
    return text


@click.command()
@click.argument("edition_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def hold(app: App, edition_id: str, as_json: bool) -> None:
    """Stop a digest for now: what is not yet on the wire waits for `digest release`.

    \b
    Example:
      tidings digest hold 5f0c2d
    """
    _moved(_move(app, edition_id, "hold"), "held", as_json)


@click.command()
@click.argument("edition_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def release(app: App, edition_id: str, as_json: bool) -> None:
    """Let a held digest go, also one that the lint held. One that wants approval waits for that.

    \b
    Example:
      tidings digest release 5f0c2d
    """
    _moved(_move(app, edition_id, "release"), "released", as_json)


@click.command()
@click.argument("edition_id", metavar="ID")
@click.option("--content", metavar="HASH", help="Only if it is still what was shown: the content that `show` names.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def approve(app: App, edition_id: str, content: str | None, as_json: bool) -> None:
    """Let a digest go that waits for approval ([digests] approval). Edited afterwards, it waits again.

    \b
    Examples:
      tidings digest approve 5f0c2d
      tidings digest approve 5f0c2d --content 1c9a0e6b2f3d4a58
    """
    _moved(_move(app, edition_id, "approve", content), "approved", as_json)


@click.command()
@click.argument("edition_id", metavar="ID")
@click.option("--give-back", is_flag=True, help="What was in it is owed again and comes with the next digest.")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def cancel(app: App, edition_id: str, give_back: bool, yes: bool, as_json: bool) -> None:
    """Withdraw a digest: nothing of it is sent any more. What was sent cannot be called back and is counted.

    Its readers are not owed its entries again, unless --give-back says so, now or later.

    \b
    Examples:
      tidings digest cancel 5f0c2d --yes
      tidings digest cancel 5f0c2d --give-back --yes
    """
    from mail import editing
    from state import editions

    with app.store() as store:
        with store.read() as db:
            issue = editions.issue(db, edition_id)
        open_ = sum(
            count for state, count in issue.messages.items() if state in ("queued", "deferred", "held", "claimed")
        )
        done = issue.desk.state == "cancelled" and give_back
        if not done:
            if not agreed(f"Withdraw {open_} messages of “{issue.edition.subject}”?", yes):
                raise click.exceptions.Exit(1)
            moved = editing.act(store, issue.edition.id, "cancel", now=app.now())
        given = editing.give_back(store, issue.edition.id, now=app.now()) if give_back else None
        if done:
            with store.read() as db:
                moved = editing.Moved(editions.issue(db, issue.edition.id), 0, 0)
    _moved(moved, "cancelled", as_json, given_back=given)


def _move(app: App, name: str, event: Event, content: str | None = None) -> Moved:
    from mail import editing

    with app.store() as store:
        return editing.act(store, name, event, now=app.now(), content=content)


def _moved(done: Moved, what: str, as_json: bool, given_back: int | None = None) -> None:
    if as_json:
        more = {} if given_back is None else {"given_back": given_back}
        show.emit({"digest": {**shape(done.issue), "moved": done.messages, "gone": done.gone, **more}})
        return
    gone = f"; {done.gone} had been sent or were on the wire" if done.gone else ""
    show.line(f"{what} “{done.issue.edition.subject}”: {done.messages} messages{gone}")
    if given_back is not None:
        show.line(f"{given_back} lines are owed again; they come with the next digest of each reader")
    follows(done.issue)


def follows(issue: Issue) -> None:
    """What can be done next."""
    name, desk = issue.edition.id, issue.desk
    match desk.state:
        case "waiting":
            show.progress(f"it waits for approval: tidings digest approve {name} --content {desk.content}")
        case "held":
            why = f" ({desk.reason})" if desk.reason else ""
            show.progress(f"it is held{why}: tidings digest release {name}")
        case _:
            pass


def shape(one: Issue) -> dict[str, object]:
    """An edition as JSON."""
    made, desk = one.edition, one.desk
    return {
        "id": made.id,
        "subject": made.subject,
        "language": made.language,
        "timezone": made.timezone,
        "made": made.created_at,
        "entries": [name for name, _ in made.entries],
        "messages": one.messages,
        "state": desk.state,
        "reason": desk.reason,
        "content": desk.content,
        "wants_approval": desk.wants_approval,
        "approved": bool(desk.approved) and desk.approved == desk.content,
        "note": desk.note,
        "dropped": desk.dropped,
    }
