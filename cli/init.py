"""Begin a service, and bring its database to the present shape."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import settings, show
from cli.app import App, interactive
from cli.choosing import instead, likely, offered, preferring, said
from state.errors import Conflict, UserError

if TYPE_CHECKING:
    from feeds.ownfeed import Offer
    from feeds.poll import Watch
    from feeds.proposals import Proposal
    from feeds.sources import Look
    from state.records import Record, Topic
    from state.store import Store

SAMPLES = 3  # titles that are shown of each topic


@click.command()
@click.argument("url", metavar="[URL]", required=False)
@preferring
@click.option("--yes", is_flag=True, help="Ask nothing: take what is proposed.")
@click.pass_context
def init(context: click.Context, url: str | None, feed: bool | None, yes: bool) -> None:
    """Write a commented tidings.toml and create the database.

    With URL (or a file or folder): look at the page, propose topics from its
    entries, show what the last month would have brought, and after at most three
    questions watch it. What is there already stays as it is.

    \b
    Examples:
      tidings init
      tidings init https://example.org/news
    """
    app: App = context.obj
    chosen: Path | None = context.find_root().params["config"]
    file = chosen or Path(settings.DEFAULT_FILE)
    fresh = not file.exists()
    if fresh:
        _write(file, settings.sample())
        show.line(f"wrote {file}: every key with its default")
    _database(app)
    if not url:
        show.line("next: tidings source add URL, tidings topic add ID --title T --any PHRASE, tidings run")
        return
    asyncio.run(_begin(app, url, file if fresh else None, feed, yes))


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"{file.absolute()} cannot be written ({error.strerror}); go to a folder of yours, then `tidings init`"
        ) from error


def _database(app: App) -> None:
    from state.migrate import migrate as upgrade
    from state.store import file_of, open_store, parse

    database = file_of(parse(app.state_url))
    there = database is not None and database.exists()
    store = open_store(app.state_url, create=True)
    try:
        upgrade(store)
        app.begin(store)
    finally:
        store.close()
    show.line(f"{'found' if there else 'created'} {app.shown_url}")


# ---- with a page ----


async def _begin(app: App, url: str, file: Path | None, feed: bool | None, yes: bool) -> None:
    """Look, ask, watch. file: the configuration, if it was written just now and its title is open. feed: the page's
    own feed rather than the page, or the page; None = ask.
    """
    from feeds.proposals import propose

    with app.store() as store:
        async with app.watch(store) as watch:
            look, offer = await _looked(app, watch, url, feed, asks=interactive() and not yes)
            records = [record for page in look.documents for record in page.extraction.records]
            if not records:
                raise UserError(
                    f"{url} shows no entries, so it is not watched; give the page that lists them, "
                    f"and see what was left out: `tidings extract {url}`"
                )
            proposals = propose(records, taken=_taken(store))
            _describe(look, records, proposals, app, offer)
            if not yes and not interactive():
                raise UserError(f"{url} is not watched yet; say --yes to take what is proposed")
            look, topics = _ask(look, offer, proposals, file, yes)
            await _watch(app, store, watch, look, topics)
        app.publish(store)


async def _looked(app: App, watch: Watch, url: str, feed: bool | None, *, asks: bool) -> tuple[Look, Offer | None]:
    """What is at the address (or its own feed, where that is preferred), and the feed that is to be offered."""
    from feeds import sources

    look = await sources.look(watch, url, now=app.now())
    if feed:
        return await instead(watch, look, feed, asks=False, now=app.now()) or look, None
    offer = await offered(watch, look, now=app.now()) if asks and feed is None and look.feeds else None
    return look, offer


def _taken(store: Store) -> frozenset[str]:
    from state import topics

    with store.read() as db:
        return frozenset(topic.id for topic in topics.topics(db, closed=True))


def _describe(
    look: Look, records: Sequence[Record], proposals: Sequence[Proposal], app: App, offer: Offer | None
) -> None:
    """The page, the topics, and what they would have brought."""
    from feeds.proposals import kinds, last_month

    show.line(f"{look.where}: {look.kind} {look.title!r} with {len(records)} entries")
    for feed in () if offer else look.feeds:
        show.line(f"it announces a feed of its own, which is surer to watch: {feed} (--prefer-feed takes it)")
    if offer:
        show.line(said(offer, look))
    found = ", ".join(f"{count} {kind}" for kind, count in list(kinds(records).items())[:4])
    if found:
        show.line(f"kinds: {found}; a subscription may ask for one, as all?kind=report")
    month = last_month(records, [one.topic for one in proposals], app.now())
    show.line(f"the last 30 days would have brought {_count(month.entries)}")
    if not month.entries and month.newest:
        show.line(f"  the newest is of {month.newest}")
    for number, one in enumerate(proposals, 1):
        brought = month.topics[one.topic.id]
        rule = ", ".join(one.topic.any)
        show.line(f"topic {number}: {one.topic.title} ({rule}), {one.entries} here, {_count(brought)} in 30 days")
        for record in brought[:SAMPLES]:
            show.line(f"    {record.date}  {record.title or record.display_title}")
    if not proposals:
        show.line("no topic is proposed: the entries have too few words in common; add yours with `tidings topic add`")


def _count(records: Sequence[Record]) -> str:
    return f"{len(records)} {'entry' if len(records) == 1 else 'entries'}"


def _ask(
    look: Look, offer: Offer | None, proposals: Sequence[Proposal], file: Path | None, yes: bool
) -> tuple[Look, list[Topic]]:
    """At most three questions: what is watched, and the topics that are wanted. The title goes into the new
    configuration.
    """
    if not yes:
        look = _which(look, offer)
    topics = [one.topic for one in proposals]
    if not yes and topics:
        topics = _chosen(topics)
    title = look.title
    if not yes and file:
        title = click.prompt("The name of your service", default=title, err=True)
    if file and title:
        line = f"title = {json.dumps(title, ensure_ascii=False)}"
        _write(file, settings.sample().replace('#title = "tidings"', line, 1))
        show.line(f"{file}: site.title is {title!r}")
    return look, topics


def _which(look: Look, offer: Offer | None) -> Look:
    """The page or its own feed. Raises UserError where neither is wanted."""
    refused = UserError(f"{look.where} is not watched; nothing of it was stored")
    if offer is None:
        if not click.confirm(f"Watch {look.title or look.where}?", default=True, err=True):
            raise refused
        return look
    answers = click.Choice(["page", "feed", "neither"])
    answer = click.prompt(
        "Watch the page or its feed?", type=answers, default="feed" if likely(offer, look) else "page", err=True
    )
    if answer == "neither":
        raise refused
    return offer.look if answer == "feed" else look


def _chosen(topics: Sequence[Topic]) -> list[Topic]:
    """Which of the proposals are wanted, by number."""

    def numbers(text: str) -> list[int]:
        if text.strip().lower() in ("all", "none"):
            return list(range(len(topics))) if text.strip().lower() == "all" else []
        try:
            found = [int(word) - 1 for word in text.replace(",", " ").split()]
        except ValueError:
            found = [-1]
        if not all(0 <= number < len(topics) for number in found):
            raise click.BadParameter(f"{text!r} is none of it; give numbers from 1 to {len(topics)}, all or none")
        return sorted(set(found))

    question = f"Which topics? Numbers from 1 to {len(topics)}, all or none"
    wanted: list[int] = click.prompt(question, default="all", value_proc=numbers, err=True)
    return [topics[number] for number in wanted]


async def _watch(app: App, store: Store, watch: Watch, look: Look, wanted: Sequence[Topic]) -> None:
    """Topics first, so that the first sight is filed under them."""
    from feeds import sources
    from state import topics

    with store.write() as db:
        for topic in wanted:
            topics.put_topic(db, topic, app.now())
    if wanted:
        app.refile(store, [topic.id for topic in wanted])
    try:
        added = await sources.add(watch, look, now=app.now())
    except Conflict as error:
        raise UserError(f"{error}. The topics were added: `tidings topic list`") from error
    name = added.source.id
    show.line(f"watching {name}: {len(added.new)} entries as a baseline that mails nobody, {len(wanted)} topics")
    show.line(f"next: tidings source show {name}, tidings subscriber add EMAIL --topic all, tidings run")


@click.command()
@click.pass_obj
def migrate(app: App) -> None:
    """Bring the database to the shape of this release.

    One transaction: it completes, or the database stays as it was.

    \b
    Example:
      tidings migrate
    """
    from state.migrate import migrate as upgrade
    from state.store import open_store

    store = open_store(app.state_url)
    try:
        upgrade(store)
    finally:
        store.close()
    show.line(f"{app.shown_url} has the shape of this release")
