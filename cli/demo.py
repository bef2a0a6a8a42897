"""The main job on shipped samples: a site that changes, feeds, subscribers, digests, pages."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import show
from cli.app import App

if TYPE_CHECKING:
    from cli.sample_site import SampleSite
    from scheduler.tasks import Work
    from state.store import Store

BETWEEN_CHANGES = 45.0  # seconds; with the polls' interval a change is mailed about a minute later
CONFIGURATION = """\
[site]
title = "Two Rivers tidings"
language = "en"
timezone = "Asia/Phnom_Penh"
contact = "desk@example.org"
postal_address = "Institute for Work on Two Rivers, Pier 1, Example Town"
[mail]
sender = "Two Rivers tidings <tidings@example.org>"
[digests]
window = "5s"
[poll]
every = "10s"
allow = ["127.0.0.0/8"]
gap = "0s"
[web]
port = {port}
static_dir = "{folder}/public"
"""
PEOPLE = (
    ("editor@example.org", ("all",), "now"),
    ("inspector@example.org", ("safety", "child-labour"), "now"),
    ("library@example.org", ("women",), "weekly"),
)


@click.command()
@click.option("--once", is_flag=True, help="One full round, then an account of what happened.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port of the pages.")
def demo(once: bool, port: int) -> None:
    """See everything at work on a sample site that changes every minute.

    A temporary folder, a sample institution with three pages and one text
    document, feeds, three subscribers, and digests caught by a local sink.

    \b
    Examples:
      tidings demo            then open http://127.0.0.1:8000/
      tidings demo --once
    """
    from cli.run import logs
    from cli.sample_site import SampleSite

    logs()
    folder = Path(tempfile.mkdtemp(prefix="tidings-demo-"))
    configuration = folder / "tidings.toml"
    configuration.write_text(CONFIGURATION.format(port=port, folder=folder), encoding="utf-8")
    # The environment of the caller must not reach the demo: it would send real mail.
    app = App(configuration, f"sqlite:///{folder}/tidings.db", environment={})
    with SampleSite() as site:
        asyncio.run(_demo(app, site, folder, once=once))


async def _demo(app: App, site: SampleSite, folder: Path, *, once: bool) -> None:
    from cli.run import working
    from state.migrate import migrate
    from state.store import open_store

    store = open_store(app.state_url, create=True)
    try:
        migrate(store)
        app.begin(store)
        async with working(app, store) as work:
            await _set_up(app, site, folder, work)
            if once:
                await _one_round(app, site, folder, work)
            else:
                await _live(app, site, store, work)
    finally:
        store.close()


async def _set_up(app: App, site: SampleSite, folder: Path, work: Work) -> None:
    """Topics, subscribers and the first sight of four sources, which mails nobody."""
    from cli.sample_site import NEWS, REPORT, RESOURCES
    from feeds import sources
    from feeds.backfill import backfill
    from feeds.vocabulary import parse
    from mail import subscriptions
    from state import topics

    vocabulary = parse(files("cli").joinpath("samples/topics.json").read_text("utf-8"), "samples/topics.json")
    with work.store.write() as db:
        for topic in vocabulary.topics:
            topics.put_topic(db, topic, app.now())
        for country in vocabulary.countries:
            topics.put_country(db, country)
        for email, wanted, every in PEOPLE:
            subscriptions.subscribe(
                db, email=email, topics=wanted, every=every, confirmed=True, by="admin", site=app.site, now=app.now()
            )
    documents = folder / "documents"
    documents.mkdir()
    with as_file(files("cli").joinpath("samples/noticeboard.txt")) as sample:
        shutil.copy(sample, documents)
    places = (
        ("news", "Two Rivers: press releases", site.url + NEWS, ""),
        ("resources", "Two Rivers: resources", site.url + RESOURCES, ""),
        ("annual-report", "Two Rivers: annual report", site.url + REPORT, ""),
        ("noticeboard", "Harbour council: notices", str(documents), f"{site.url}/notices/"),
    )
    for source_id, title, where, base_url in places:
        look = await sources.look(work.watch, where, base_url=base_url, now=app.now())
        added = await sources.add(
            work.watch, look, id=source_id, title=title, every=app.settings.polling.every, now=app.now()
        )
        show.line(f"found {len(added.new):2} entries in {source_id}: {where}")
    older = await backfill(work.watch, "news", pages=2, now=app.now(), owner=app.owner)
    show.line(f"found {len(older.new):2} more on the second page of news, which overlaps the first")


async def _one_round(app: App, site: SampleSite, folder: Path, work: Work) -> None:
    """A document changes, a feed changes, digests arrive."""
    from feeds.rounds import poll_due
    from mail.sink import caught
    from scheduler.tasks import plan, publish_feeds, send

    await publish_feeds(work)
    show.line(f"the site changed: {site.change(app.now().date())}")
    polled = await poll_due(work.watch, now=app.now(), owner=app.owner, every=True)
    for one in polled:
        show.line(f"polled {one.source}: {one.outcome}, {len(one.new)} new of {one.seen} seen")
    await publish_feeds(work)
    planned = await plan(work, immediately=True)
    delivered = await send(work)
    written = sorted((folder / "public" / "feeds").glob("*.*"))
    show.line(f"published {len({file.name.split('.')[0] for file in written})} feeds in 3 formats:")
    for file in written:
        if file.name.startswith("all.") and file.suffix != ".gz":
            show.line(f"  {file}")
    show.line(
        f"mailed {planned.messages} digests ({', '.join(f'{n} {state}' for state, n in delivered.counts.items())}):"
    )
    mails = caught(app.sink_folder)
    for mail in reversed(mails):
        show.line(f"  {app.sink_folder / mail.name}  to {mail.to}: {mail.subject}")
    _check(polled, planned.messages, len(mails), Counter(delivered.counts))
    show.line(f"everything is in {folder}")


def _check(polled: object, planned: int, kept: int, outcomes: Counter[str]) -> None:
    """A demo that did not work must not say that it did."""
    from state.errors import UserError

    if not planned or planned != kept or outcomes["accepted"] != planned:
        raise UserError(
            f"the demo planned {planned} mails and the sink holds {kept} ({dict(outcomes)}); "
            f"they should be equal and more than none; polled: {polled}"
        )


async def _live(app: App, site: SampleSite, store: Store, work: Work) -> None:
    """Serve and work until Ctrl-C, while the site changes."""
    from cli.run import serving
    from scheduler.worker import Worker

    worker = Worker(work)
    worker.stop_on_signals()

    async def changes() -> None:
        while True:
            await asyncio.sleep(BETWEEN_CHANGES)
            show.progress(f"the site changed: {site.change(app.now().date())}")

    async with serving(app, store, None, worker.wake) as address:
        show.line(f"the sample site:  {site.url}/news/")
        show.line(f"feeds and pages:  {address}/")
        show.line(f"caught digests:   {address}/sink")
        show.line(f"The site changes every {BETWEEN_CHANGES:.0f} s; a feed and a digest follow. Ctrl-C ends it.")
        changing = asyncio.create_task(changes())
        try:
            await worker.run()
        finally:
            changing.cancel()
