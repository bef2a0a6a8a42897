"""Manage who gets what, and how often."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import click

from cli import calmer, show
from cli.app import App
from cli.subscriber import RHYTHM

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from state.records import Subscriber, Subscription


@click.group()
def subscription() -> None:
    """List, add, change and remove subscriptions: a person, a topic, a rhythm."""


@subscription.command("list")
@click.argument("email", required=False)
@click.option("--topic", metavar="T", help="To this topic, with any facets.")
@click.option("--limit", type=click.IntRange(1))
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(app: App, email: str | None, topic: str | None, limit: int | None, as_json: bool) -> None:
    """List subscriptions by address, of all or of EMAIL.

    \b
    Example:
      tidings subscription list --topic child-labour
    """
    with app.store() as store, store.read() as db:
        found = islice(_rows(db, email, topic), limit)
        if as_json:
            names = ("email", "topic", "every")
            show.stream("subscriptions", (dict(zip(names, row, strict=True)) for row in found))
            return
        show.table(list(found), ("email", "topic", "every"))


def _rows(db: Connection, email: str | None, topic: str | None) -> Iterator[tuple[str, str, str]]:
    """Address, topic expression, rhythm."""
    from mail import subscriptions
    from state import people

    if email is None:
        pages: Iterable[Sequence[tuple[Subscriber, tuple[Subscription, ...]]]] = people.pages(db, topic=topic)
    else:
        account = subscriptions.show(db, email)
        pages = [[(account.subscriber, account.subscriptions)]]
    for page in pages:
        for person, rows in page:
            for row in rows:
                if topic is None or row.topic.partition("?")[0] == topic:
                    yield person.email, row.topic, row.every


@subscription.command()
@click.argument("email")
@click.argument("topic")
@click.option("--every", type=RHYTHM, default="weekly", show_default=True)
@click.pass_obj
def add(app: App, email: str, topic: str, every: str) -> None:
    """Give EMAIL one more topic.

    \b
    Example:
      tidings subscription add sok@example.org "osh?country=KH" --every daily
    """
    from mail import subscriptions

    with app.store() as store, store.write() as db:
        done = subscriptions.add_topic(db, email, topic, every=every, by="admin", now=app.now())
    show.line(f"{done.subscriber.email} {_now(done)} {topic}, {every}")
    calmer.offer(app, done.subscriber.email, [topic], every)


@subscription.command()
@click.argument("email")
@click.argument("topic")
@click.option("--every", type=RHYTHM, required=True)
@click.pass_obj
def change(app: App, email: str, topic: str, every: str) -> None:
    """Change how often a topic comes.

    \b
    Example:
      tidings subscription change sok@example.org child-labour --every monthly
    """
    from mail import subscriptions

    with app.store() as store, store.write() as db:
        done = subscriptions.change_rhythm(db, email, topic, every=every, by="admin", now=app.now())
    show.line(f"{done.subscriber.email} {_now(done)} {topic}, {every}")
    calmer.offer(app, done.subscriber.email, [topic], every)


@subscription.command()
@click.argument("email")
@click.argument("topic")
@click.pass_obj
def remove(app: App, email: str, topic: str) -> None:
    """End one topic of EMAIL. Ending the last one is leaving.

    \b
    Example:
      tidings subscription remove sok@example.org child-labour
    """
    from mail import subscriptions

    with app.store() as store, store.write() as db:
        done = subscriptions.unsubscribe_topic(db, email, topic, by="admin", now=app.now())
    left = "has left" if done.subscriber.state == "left" else f"gets {topic} no longer"
    show.line(f"{done.subscriber.email} {left}")


def _now(done: object) -> str:
    from mail.subscriptions import Already

    return "had already" if isinstance(done, Already) else "gets"
