"""Look at the queue of mail, and answer its questions."""

from typing import get_args

import click

from cli import show
from cli.app import App
from state.errors import UserError
from state.records import Message, MessageState

STATES = get_args(MessageState)


@click.group()
def outbox() -> None:
    """List, retry and release messages: what became of every mail."""


@outbox.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only those in this state.")
@click.option("--limit", type=click.IntRange(1))
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(app: App, state: str | None, limit: int | None, as_json: bool) -> None:
    """List messages, newest first.

    \b
    Example:
      tidings outbox list --state deferred
    """
    from state import outbox as queue

    with app.store() as store, store.read() as db:
        found = queue.messages(db, state=state, limit=limit)
    if as_json:
        show.emit({"messages": [show.message(one) for one in found]})
        return
    show.table(
        [(one.id, one.state, one.kind, _key(one), one.attempts, one.recipient, one.reply) for one in found],
        ("id", "state", "kind", "key", "tries", "to", "reply"),
    )


def _key(one: Message) -> str:
    """What a list shows of a message's key: a period whole, of a confirmation's token only its beginning."""
    return one.key if len(one.key) <= 24 else f"{one.key[:12]}…"


@outbox.command("show")
@click.argument("message_id", metavar="ID", type=int)
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def show_(app: App, message_id: int, as_json: bool) -> None:
    """Show one message and what became of it.

    \b
    Example:
      tidings outbox show 12
    """
    from state import outbox as queue

    with app.store() as store, store.read() as db:
        one = queue.message(db, message_id)
    if as_json:
        show.emit({"message": show.message(one)})
        return
    show.facts(show.message(one).items())


@outbox.command()
@click.argument("ids", metavar="[ID…]", nargs=-1, type=int)
@click.option("--all", "every_one", is_flag=True, help="All that can be tried again.")
@click.pass_obj
def retry(app: App, ids: tuple[int, ...], every_one: bool) -> None:
    """Try deferred, refused or doubtful messages again, now.

    \b
    Example:
      tidings outbox retry 12 13
    """
    from state import outbox as queue

    with app.store() as store, store.write() as db:
        if bool(ids) == every_one:
            raise click.UsageError("say which: IDs, or --all")
        count = queue.retry(db, None if every_one else ids, app.now())
    if ids and not count:
        raise UserError("none of these messages can be tried again; see `tidings outbox show ID`")
    show.line(f"{_counted(count)} tried again at the next delivery")


@outbox.command()
@click.argument("ids", metavar="[ID…]", nargs=-1, type=int)
@click.option("--all", "every_one", is_flag=True, help="All that wait for you.")
@click.pass_obj
def release(app: App, ids: tuple[int, ...], every_one: bool) -> None:
    """Let held or doubtful messages go.

    \b
    Example:
      tidings outbox release 12
    """
    from state import outbox as queue

    with app.store() as store, store.write() as db:
        if bool(ids) == every_one:
            raise click.UsageError("say which: IDs, or --all")
        count = queue.release(db, None if every_one else ids, app.now())
    if ids and not count:
        raise UserError("none of these messages is held; see `tidings outbox list --state held`")
    show.line(f"{_counted(count)} sent at the next delivery")


def _counted(count: int) -> str:
    return "1 message is" if count == 1 else f"{count} messages are"
