"""Manage who gets what, and how often."""

import click

from cli import show
from cli.app import App
from cli.subscriber import RHYTHM


@click.group()
def subscription() -> None:
    """List, add, change and remove subscriptions: a person, a topic, a rhythm."""


@subscription.command("list")
@click.argument("email", required=False)
@click.option("--topic", metavar="T", help="To this topic.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(app: App, email: str | None, topic: str | None, as_json: bool) -> None:
    """List subscriptions, of all or of EMAIL.

    \b
    Example:
      tidings subscription list --topic child-labour
    """
    from mail import subscriptions as people
    from state import subscribers, subscriptions

    with app.store() as store, store.read() as db:
        person = people.show(db, email).subscriber.id if email else None
        found = subscriptions.listed(db, subscriber=person, topic=topic)
        names = subscribers.of_ids(db, [row.subscriber for row in found])
    rows = [(names[row.subscriber].email, row.topic, row.every) for row in found]
    if as_json:
        show.emit({"subscriptions": [{"email": one, "topic": name, "every": every} for one, name, every in rows]})
        return
    show.table(rows, ("email", "topic", "every"))


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
