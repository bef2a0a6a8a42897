"""Look at what came back: bounces, complaints, wishes to leave, and mails that nobody understood."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from cli import show
from cli.app import App, agreed

if TYPE_CHECKING:
    from mail.inbox import Read
    from state.bounces import Noted
    from state.store import Store

WORDS = {
    "bounce": ("bounce", "bounces"),
    "delay": ("notice of delay", "notices of delay"),
    "complaint": ("complaint", "complaints"),
    "unsubscribe": ("wish to leave", "wishes to leave"),
    "automatic": ("automatic answer", "automatic answers"),
    "unknown": ("unknown mail", "unknown mails"),
}


@click.group()
def bounces() -> None:
    """Read mail that came back, and see what became of it."""


@bounces.command()
@click.argument("where", metavar="MAILDIR|imap://…|-", required=False)
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def read(app: App, where: str | None, as_json: bool) -> None:
    """Act on mail that came back: count bounces, stop sending after a complaint, let people leave by mail.

    Without an argument the mailbox is the one of mail.inbox, which `tidings run` reads by itself. Each mail counts
    once, however often it is read; it is marked as read, and nothing is deleted. - is one mail on standard input.

    \b
    Examples:
      tidings bounces read /var/mail/bounces
      tidings bounces read imaps://bounces:secret@mail.example.org/INBOX
      tidings bounces read - < returned.eml
    """
    where = where or app.settings.mailing.inbox
    if not where:
        raise click.UsageError("say where: MAILDIR, imaps://user:password@host/INBOX, or - (mail.inbox is not set)")
    with app.store() as store:
        done = _one(app, store) if where == "-" else _all(app, store, where)
    if as_json:
        show.emit({"read": done.kinds, "again": done.again, "reports": [_shape(one) for one in done.notes]})
        return
    for one in done.notes:
        show.line(_sentence(one))
    again = f"; {done.again} were read before" if done.again else ""
    show.line(f"read {_counted(done.kinds) or 'nothing new'}{again}")


def _all(app: App, store: Store, where: str) -> Read:
    """Everything in a mailbox, in rounds."""
    from mail.inbox import MOST, Read
    from mail.incoming import collect

    kinds: Counter[str] = Counter()
    again = 0
    notes: list[Noted] = []
    while True:
        done = collect(store, where, now=app.now())
        kinds.update(done.kinds)
        again += done.again
        notes += done.notes
        if sum(done.kinds.values()) + done.again < MOST:
            return Read(dict(kinds), again, tuple(notes))


def _one(app: App, store: Store) -> Read:
    """One mail on standard input."""
    from mail.inbox import Read, take
    from mail.reports import LARGEST

    note = take(store, sys.stdin.buffer.read(LARGEST), now=app.now())
    return Read({note.kind: 1}, 0, (note,)) if note else Read({}, 1)


@bounces.command("list")
@click.option("--unknown", is_flag=True, help="Only what nobody understood, with the beginning of its text.")
@click.option("--email", help="Only about this person.")
@click.option("--limit", type=click.IntRange(1))
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(app: App, unknown: bool, email: str | None, limit: int | None, as_json: bool) -> None:
    """List what came back, newest first, and what became of it.

    \b
    Examples:
      tidings bounces list --limit 20
      tidings bounces list --unknown
    """
    from mail import steps
    from state import bounces as kept

    with app.store() as store, store.read() as db:
        person = steps.known(db, email).id if email else None
        found = kept.reports(db, kinds=("unknown",) if unknown else (), subscriber=person, limit=limit)
        causes = kept.causes(db)
    if as_json:
        show.emit({"reports": [_shape(one) for one in found], "suppressed": causes})
        return
    if unknown:
        for one in found:
            show.line(f"{one.number}  {one.at:%Y-%m-%d %H:%M}  {one.sender}: {one.subject}")
            show.line(f"    {one.done or one.reason}")
            for line in one.excerpt.splitlines()[:5]:
                show.line(f"    > {line[:100]}")
        show.line(f"{len(found)} unknown")
        return
    show.table(
        [
            (one.number, f"{one.at:%Y-%m-%d %H:%M}", one.kind, one.recipient, one.status, one.done or one.reason)
            for one in found
        ],
        ("number", "read", "kind", "about", "status", "what became of it"),
    )
    for cause, number in sorted(causes.items()):
        show.line(f"{number} get no mail because they {cause}")


@bounces.command()
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def lift(app: App, email: str, yes: bool, as_json: bool) -> None:
    """Send to EMAIL again, which bounced too often. Who complained may ask for mail again, but gets none by this.

    \b
    Example:
      tidings bounces lift sok@example.org --yes
    """
    from mail import bounces as decided

    with app.store() as store:
        if not agreed(f"Let mail go to {email} again, or let them ask for it?", yes):
            raise click.exceptions.Exit(1)
        with store.write() as db:
            done = decided.lift(db, email, now=app.now())
    person = done.subscriber
    if as_json:
        show.emit({"subscriber": {"email": person.email, "state": person.state}})
    elif person.state == "confirmed":
        show.line(f"{person.email} gets mail again")
    else:
        show.line(f"{person.email} may ask for mail again: `tidings subscriber add {person.email} --topic T` asks them")


def _shape(one: Noted) -> dict[str, object]:
    return asdict(one)


def _sentence(one: Noted) -> str:
    about = f" about {one.recipient}" if one.recipient else ""
    status = f" ({one.status})" if one.status else ""
    return f"{WORDS[one.kind][0]}{about}{status}: {one.done or one.reason}"


def _counted(kinds: dict[str, int]) -> str:
    return ", ".join(f"{number} {WORDS[kind][number != 1]}" for kind, number in sorted(kinds.items()))
