"""Run the service: scheduler, delivery and pages, together or apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from cli import show
from cli.app import App
from state.errors import UserError

if TYPE_CHECKING:
    from scheduler.tasks import Round, Work
    from state.store import Store


@asynccontextmanager
async def working(app: App, store: Store) -> AsyncIterator[Work]:
    """The parts that the task functions need, held open."""
    from feeds.websub import public
    from scheduler.tasks import Work

    async with app.watch(store) as watch, app.delivery(store) as delivery:
        settings = app.settings
        yield Work(
            store,
            watch,
            delivery,
            settings.publishing,
            settings.digests,
            settings.keeping,
            app.now,
            app.owner,
            settings.admin,
            public(settings.site, settings.polling.allow),
        )


@asynccontextmanager
async def serving(app: App, store: Store, port: int | None, wake: Callable[[], None]) -> AsyncIterator[str]:
    """The pages, served; gives their address."""
    from web.app import make_app, serve

    settings = app.settings.serving if port is None else replace(app.settings.serving, port=port)
    sink = app.sink_folder if app.shows_sink else None
    made = make_app(
        store,
        site=app.site,
        serving=settings,
        publishing=app.settings.publishing,
        sink=sink,
        clock=app.now,
        wake=wake,
    )
    site = await serve(made, settings.host, settings.port)
    try:
        yield f"http://{settings.host}:{site.port}"
    finally:
        await site.close()


@click.command()
@click.option("--once", is_flag=True, help="Do everything that is due now, open no port, exit.")
@click.option("--port", type=click.IntRange(0, 65535), help="Serve the pages on this port (default: web.port).")
@click.pass_obj
def run(app: App, once: bool, port: int | None) -> None:
    """Watch, publish, mail and serve pages, in one process, until Ctrl-C.

    \b
    Examples:
      tidings run
      tidings run --once      from cron, without pages; 1 where mail could not go out
    """
    from scheduler.lock import only_one

    logs()
    with app.store() as store, only_one(store.file):
        app.catch_up(store)
        app.renew(store)
        if once:
            done = asyncio.run(_once(app, store))
            account(done)
            tell(app, store, "")
            if done.delivered.trouble:
                raise UserError(f"{done.delivered.trouble}; what waits stays queued, see `tidings outbox list`")
        else:
            asyncio.run(_run(app, store, port, pages=True))


@click.command()
@click.pass_obj
def worker(app: App) -> None:
    """Watch, publish and mail, without pages, until Ctrl-C.

    \b
    Example:
      tidings worker
    """
    from scheduler.lock import only_one

    logs()
    with app.store() as store, only_one(store.file):
        app.catch_up(store)
        app.renew(store)
        asyncio.run(_run(app, store, None, pages=False))


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Serve on this port (default: web.port).")
@click.pass_obj
def web(app: App, port: int | None) -> None:
    """Serve feeds and pages, without watching and mailing, until Ctrl-C.

    \b
    Example:
      tidings web --port 8080
    """
    logs()

    async def go() -> None:
        stop = stop_event()
        with app.store() as store:
            async with serving(app, store, port, lambda: None) as address:
                show.progress(f"pages on {address}/")
                await stop.wait()

    asyncio.run(go())


async def _once(app: App, store: Store) -> Round:
    from scheduler.tasks import once

    async with working(app, store) as work:
        return await once(work)


async def _run(app: App, store: Store, port: int | None, *, pages: bool) -> None:
    from scheduler.worker import Worker

    async with working(app, store) as work:
        worker = Worker(work)
        worker.stop_on_signals()
        if not pages:
            tell(app, store, "")
            await worker.run()
            return
        async with serving(app, store, port, worker.wake) as address:
            show.progress(f"pages on {address}/, feeds on {address}/feeds/all.atom")
            if not app.settings.site.url and address != app.site.url:
                show.progress(f"links lead to {app.site.url}, not there: set web.port, or site.url")
            tell(app, store, address)
            await worker.run()


def tell(app: App, store: Store, address: str) -> None:
    """Where mail goes, and what happens next and when. address: of the pages, "" where none are served."""
    if not app.settings.mailing.smtp:
        shown = f" and shown on {address}/sink" if address and app.shows_sink else ""
        show.progress(f"mail.smtp is not set: mail is kept in {app.sink_folder}{shown}")
    for line in upcoming(app, store):
        show.progress(f"next: {line}")


def upcoming(app: App, store: Store) -> list[str]:
    """What happens next and when, in sentences."""
    from cli.upcoming import sentence
    from state import agenda

    with store.read() as db:
        coming = agenda.coming(db)
    return [sentence(one, app.now(), app.site.timezone) for one in coming]


def account(done: Round) -> None:
    """What one round did, for a person."""
    new = sum(len(one.new) for one in done.polled)
    show.line(f"polled {len(done.polled)} sources: {new} new entries; built {len(done.published.built)} feeds")
    for one in done.polled:
        if one.outcome in ("failed", "held"):
            show.progress(f"{one.source}: {one.outcome}: {one.reason}")
    none = "nothing went out" if done.delivered.trouble else "nothing was due"
    outcomes = ", ".join(f"{count} {name}" for name, count in sorted(done.delivered.counts.items())) or none
    show.line(f"planned {done.planned.messages} messages; delivery: {outcomes}")


def stop_event() -> asyncio.Event:
    """Set by SIGTERM and Ctrl-C."""
    import signal

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def logs() -> None:
    """Log lines on stderr, without colour in a pipe."""
    import logging
    import sys

    import structlog

    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=True),
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
