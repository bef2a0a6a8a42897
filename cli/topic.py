"""Manage topics: named rules that file entries."""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import click

from cli import show
from cli.app import App, agreed
from state.errors import Conflict, UserError
from state.records import Topic


@click.group()
def topic() -> None:
    """Add, edit, try, import and remove topics."""


def _phrases(command: Callable[..., object]) -> Callable[..., object]:
    """The options that make a rule."""
    for option in (
        click.option("--none", "none", multiple=True, metavar="PHRASE", help="Look-alikes that do not count."),
        click.option("--all", "all_", multiple=True, metavar="PHRASE", help="Every one of these is needed too."),
        click.option("--any", "any_", multiple=True, metavar="PHRASE", help="One of these is enough."),
    ):
        command = option(command)
    return command


@topic.command()
@click.argument("topic_id", metavar="ID")
@click.option("--title", required=True, help="The name readers see.")
@_phrases
@click.pass_obj
def add(
    app: App, topic_id: str, title: str, any_: tuple[str, ...], all_: tuple[str, ...], none: tuple[str, ...]
) -> None:
    """Add a topic. Entries seen before are filed too, and mail nobody.

    \b
    Phrases are words in order, compared by stem. word* is a prefix, wom?n one
    letter, "a ~3 b" within three words, =WISH exact.
    Example:
      tidings topic add child-labour --title "Child labour" --any "child labour*" --any "child ~3 work*"
    """
    from state import topics

    with app.store() as store:
        with store.write() as db:
            if topic_id in {one.id for one in topics.topics(db)}:
                raise Conflict(f"topic {topic_id} is there already; change it with `tidings topic edit {topic_id}`")
            made = topics.put_topic(db, Topic(topic_id, title, any_, all_, none), app.now())
        filed = app.refile(store, [topic_id])
    show.line(f"topic {topic_id}: {_filed(filed)}; its feed is /feeds/{topic_id}.atom")
    _say_if_idle(made)


@topic.command()
@click.argument("topic_id", metavar="ID")
@click.option("--title", help="The name readers see.")
@_phrases
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def edit(
    app: App,
    topic_id: str,
    title: str | None,
    any_: tuple[str, ...],
    all_: tuple[str, ...],
    none: tuple[str, ...],
    as_json: bool,
) -> None:
    """Change the title or the rule of a topic.

    The phrases given take the place of all of their kind; '' alone leaves none. Entries
    seen before that fit now are filed, and mail nobody; what is filed stays. Try it
    first: `tidings topic try ID --any …`.

    \b
    Example:
      tidings topic edit child-labour --any "child labour*" --any "child ~3 work*" --none ''
    """
    from state import topics

    if title is None and not (any_ or all_ or none):
        raise click.UsageError("say what to change: --title, --any, --all or --none")
    with app.store() as store:
        with store.write() as db:
            before = topics.topic(db, topic_id)
            if before.closed_at:
                raise UserError(
                    f"topic {topic_id} was closed on {before.closed_at:%d %B %Y}; "
                    f"`tidings topic add {topic_id}` opens it again"
                )
            wanted = replace(
                before,
                title=before.title if title is None else title,
                any=_instead(any_, before.any),
                all=_instead(all_, before.all),
                none=_instead(none, before.none),
            )
            after = topics.put_topic(db, wanted, app.now())
        filed = app.refile(store, [topic_id])
    if as_json:
        show.emit({"topic": show.topic(after), "filed": filed})
        return
    show.line(f"topic {topic_id}: {_filed(filed)}")
    _say_if_idle(after)


def _instead(given: tuple[str, ...], before: tuple[str, ...]) -> tuple[str, ...]:
    return () if given == ("",) else given or before


def _filed(count: int) -> str:
    return f"{count} {'entry' if count == 1 else 'entries'} seen before filed"


def _say_if_idle(topic: Topic) -> None:
    if not topic.any and not topic.all:
        show.progress(f"it has no phrase that files anything; give some with `tidings topic edit {topic.id} --any …`")


@topic.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def import_(app: App, file: Path) -> None:
    """Add or update the topics and countries of a vocabulary file (JSON).

    \b
    Example:
      tidings topic import topics.json
    """
    from feeds.vocabulary import parse
    from state import topics

    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{file} is no UTF-8 text ({error}); give a vocabulary in JSON") from error
    vocabulary = parse(text, str(file))
    with app.store() as store:
        with store.write() as db:
            for one in vocabulary.topics:
                topics.put_topic(db, one, app.now())
            for country in vocabulary.countries:
                topics.put_country(db, country)
        filed = app.refile(store, [one.id for one in vocabulary.topics])
    read = f"{len(vocabulary.topics)} topics, {len(vocabulary.countries)} countries"
    show.line(f"{read}; {_filed(filed)}")


@topic.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.pass_obj
def export(app: App, file: Path | None) -> None:
    """Write the topics and countries as `topic import` reads them to FILE, or print them.

    Sources too: `tidings export`.

    \b
    Example:
      tidings topic export topics.json
    """
    from feeds.vocabulary import Vocabulary, render
    from state import topics

    with app.store() as store, store.read() as db:
        found = Vocabulary(topics.topics(db), topics.countries(db))
    show.deliver(render(found).encode(), file)


@topic.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(app: App, as_json: bool) -> None:
    """List the topics with their number of entries.

    \b
    Example:
      tidings topic list
    """
    from state import publications, topics

    with app.store() as store, store.read() as db:
        found = topics.topics(db)
        counts = {name: count for name, (count, _) in publications.count(db).items()}
    if as_json:
        show.emit({"topics": [show.topic(one, counts.get(one.id, 0)) for one in found]})
        return
    show.table([(one.id, counts.get(one.id, 0), one.title) for one in found], ("id", "entries", "title"))


@topic.command("show")
@click.argument("topic_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def show_(app: App, topic_id: str, as_json: bool) -> None:
    """Show one topic and its rule.

    \b
    Example:
      tidings topic show child-labour
    """
    from state import topics

    with app.store() as store, store.read() as db:
        one = topics.topic(db, topic_id)
    if as_json:
        show.emit({"topic": show.topic(one)})
        return
    show.facts([("id", one.id), ("title", one.title), ("created", one.created_at), ("closed", one.closed_at)])
    for name, phrases in (("any", one.any), ("all", one.all), ("none", one.none)):
        for phrase in phrases:
            show.line(f"{name}: {phrase}")


@topic.command("try")
@click.argument("topic_id", metavar="ID")
@_phrases
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def try_(
    app: App, topic_id: str, any_: tuple[str, ...], all_: tuple[str, ...], none: tuple[str, ...], as_json: bool
) -> None:
    """Run a rule over the archive: what it would add, remove and mail. Nothing is stored.

    Phrases make a rule that is tried instead of the stored one.

    \b
    Example:
      tidings topic try child-labour --any "child labour*"
    """
    from feeds.refile import try_topic
    from state import entries, subscriptions, topics

    with app.store() as store, store.read() as db:
        asked = Topic(topic_id, topic_id, any_, all_, none)
        rule = asked if any_ or all_ or none else topics.topic(db, topic_id)
        tried = try_topic(db, rule)
        titles = {name: one.title for name, one in entries.by_ids(db, [*tried.add, *tried.keep, *tried.remove]).items()}
        readers = len({one.subscriber for one in subscriptions.listed(db, topic=topic_id)})
    if as_json:
        show.emit({**asdict(tried), "readers": readers})
        return
    show.line(f"{len(tried.add)} would be added, {len(tried.keep)} stay, {len(tried.remove)} would no longer match")
    show.line(
        f"{len(tried.mail)} of them came as news and would have been mailed to the {readers} who read this topic; "
        "refiling mails nobody"
    )
    for sign, names in (("+", tried.add), ("-", tried.remove)):
        for name in names:
            show.line(f"{sign} {name}  {titles[name]}")


@topic.command()
@click.argument("topic_id", metavar="ID")
@click.option("--yes", is_flag=True)
@click.pass_obj
def remove(app: App, topic_id: str, yes: bool) -> None:
    """Close a topic. Its feed answers 410, mail about it that has not gone out is dropped.

    \b
    Example:
      tidings topic remove hiv-aids --yes
    """
    from mail.closing import close_topic
    from state import subscriptions, topics

    with app.store() as store:
        with store.read() as db:
            one = topics.topic(db, topic_id)
            readers = len(subscriptions.listed(db, topic=topic_id))
        question = f"Close topic {one.id} ({one.title})? Its feed will answer 410, and {readers} subscriptions end."
        if not agreed(question, yes):
            raise UserError(f"topic {topic_id} stays")
        with store.write() as db:
            close_topic(db, topic_id, by="admin", now=app.now())
        app.refile(store, [topic_id])
    show.line(f"topic {topic_id} is closed")
