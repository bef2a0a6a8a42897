"""Manage webhooks: addresses that new entries are posted to."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from cli import show
from cli.app import VERSION, App, agreed
from state.errors import UserError

if TYPE_CHECKING:
    from state.webhooks import Webhook


@click.group()
def webhook() -> None:
    """Add, list, test and remove addresses that new entries are posted to."""


@webhook.command()
@click.argument("url")
@click.option("--topic", "topics", multiple=True, metavar="T", help="Only this topic, with any facets; repeat it.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def add(app: App, url: str, topics: tuple[str, ...], as_json: bool) -> None:
    """Post new entries to URL from now on. Prints the secret that messages are signed with.

    \b
    Example:
      tidings webhook add https://chat.example.org/hook --topic "child-labour?country=KH"
    """
    from feeds import webhooks

    with app.store() as store, store.write() as db:
        made = webhooks.add(db, url, topics, now=app.now())
    if as_json:
        show.emit({"webhook": {**_shape(made), "secret": made.secret}})
        return
    show.line(f"{made.id} posts {', '.join(made.topics)} to {made.url}; try it: `tidings webhook test {made.id}`")
    show.line(f"secret: {made.secret}")


@webhook.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(app: App, as_json: bool) -> None:
    """List the webhooks with their state.

    \b
    Example:
      tidings webhook list
    """
    from state import webhooks

    with app.store() as store, store.read() as db:
        found = webhooks.webhooks(db)
    if as_json:
        show.emit({"webhooks": [_shape(one) for one in found]})
        return
    rows = [(one.id, _state(one), one.delivered, ", ".join(one.topics), one.url) for one in found]
    show.table(rows, ("id", "state", "messages", "topics", "url"))


@webhook.command("show")
@click.argument("webhook_id", metavar="ID")
@click.option("--secret", "with_secret", is_flag=True, help="Also what messages are signed with.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def show_(app: App, webhook_id: str, with_secret: bool, as_json: bool) -> None:
    """Show one webhook: what it gets, how the last message went, when the next attempt is.

    \b
    Example:
      tidings webhook show k3v9x0q2la
    """
    from state import webhooks

    with app.store() as store, store.read() as db:
        one = webhooks.webhook(db, webhook_id)
    shape = {**_shape(one), **({"secret": one.secret} if with_secret else {})}
    if as_json:
        show.emit({"webhook": shape})
        return
    show.facts((name, ", ".join(value) if isinstance(value, tuple) else value) for name, value in shape.items())


@webhook.command()
@click.argument("webhook_id", metavar="ID")
@click.option("--yes", is_flag=True)
@click.pass_obj
def remove(app: App, webhook_id: str, yes: bool) -> None:
    """Post there no more.

    \b
    Example:
      tidings webhook remove k3v9x0q2la --yes
    """
    from feeds import webhooks
    from state import webhooks as rows

    with app.store() as store:
        with store.read() as db:
            one = rows.webhook(db, webhook_id)
        if not agreed(f"Post nothing more to {one.url}?", yes):
            raise UserError(f"webhook {webhook_id} stays")
        with store.write() as db:
            webhooks.remove(db, webhook_id)
    show.line(f"nothing more is posted to {one.url}")


@webhook.command()
@click.argument("webhook_id", metavar="ID")
@click.pass_obj
def resume(app: App, webhook_id: str) -> None:
    """Go on with a webhook that was suspended or is waiting, where it stopped; nothing was left out.

    \b
    Example:
      tidings webhook resume k3v9x0q2la
    """
    from feeds import webhooks

    with app.store() as store, store.write() as db:
        one = webhooks.resume(db, webhook_id)
    show.line(f"{one.id} posts to {one.url} again")


@webhook.command()
@click.argument("webhook_id", metavar="ID")
@click.pass_obj
def test(app: App, webhook_id: str) -> None:
    """Send a signed message without entries now, and say how it went.

    \b
    Example:
      tidings webhook test k3v9x0q2la
    """
    from feeds import webhooks
    from feeds.fetch import Fetcher
    from state import webhooks as rows

    async def send(one: Webhook) -> str:
        async with Fetcher(app.settings.polling, VERSION) as fetcher:
            return await webhooks.test(fetcher, one, now=app.now())

    with app.store() as store, store.read() as db:
        one = rows.webhook(db, webhook_id)
    why = asyncio.run(send(one))
    if why:
        raise UserError(f"{one.url} did not take it: {why}")
    show.line(f"{one.url} took it")


def _state(one: Webhook) -> str:
    return "failing" if one.state == "active" and one.note else one.state


def _shape(one: Webhook) -> dict[str, object]:
    """Without the secret, and without how far it is in our ledger."""
    ours = ("secret", "batch", "batch_seq", "start_seq", "cursor_seq")
    return {name: value for name, value in asdict(one).items() if name not in ours} | {"under_way": len(one.batch)}
