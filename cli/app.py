"""What the commands share: settings, the store, the clock, and the parts built from them.

Heavy libraries are imported when they are used, so that every --help answers at once.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import settings

if TYPE_CHECKING:
    from feeds.poll import Watch
    from mail.deliver import Delivery
    from state.records import Site
    from state.store import Store

VERSION = "0.1.0"


class App:
    """The composition root of one command. config, state: as given on the command line."""

    def __init__(self, config: Path | None, state: str | None, environment: Mapping[str, str] = os.environ) -> None:
        self._config = config
        self._environment = environment
        self._state = state

    @cached_property
    def settings(self) -> settings.Settings:
        return settings.load(self._config, self._environment)

    @property
    def state_url(self) -> str:
        return self._state or self.settings.state

    @property
    def shown_url(self) -> str:
        """The database as it may be shown: without its password."""
        from state.store import parse, where

        return where(parse(self.state_url)).removeprefix("database ")

    @property
    def site(self) -> Site:
        """The site as links need it: without a public address, where `run` would serve it."""
        site, serving = self.settings.site, self.settings.serving
        return site if site.url else replace(site, url=f"http://{serving.host}:{serving.port}")

    def now(self) -> datetime:
        return datetime.now(UTC)

    @cached_property
    def owner(self) -> str:
        """Names this process in leases."""
        return f"{socket.gethostname()}:{os.getpid()}"

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The database, of exactly this release's shape."""
        from state.migrate import check
        from state.store import open_store

        made = open_store(self.state_url)
        try:
            check(made)
            yield made
        finally:
            made.close()

    @property
    def sink_folder(self) -> Path:
        """Where the built-in sink keeps what would be sent: beside the database."""
        from state.store import file_of, parse

        file = file_of(parse(self.state_url))
        return (file.with_suffix(".mails") if file else Path("tidings.mails")).absolute()

    def begin(self, store: Store) -> None:
        """What a new database needs before its first use: the keys that sign, and the feed "all"."""
        from feeds.publish import make_missing
        from state import keys

        with store.write() as db:
            for purpose in ("token", "stoplist"):
                keys.ensure(db, purpose, now=self.now())
        make_missing(store, self.now())

    def catch_up(self, store: Store) -> None:
        """Before anything is sent: let those leave again whom an older copy of the database would bring back,
        and see to the mail that an ended process had claimed. The caller holds the lock: nobody else sends.
        """
        from mail.replay import replay
        from state import outbox

        with store.write() as db:
            left = replay(db, now=self.now())
            resend = self.settings.mailing.in_doubt == "resend"
            found = outbox.recover(db, now=self.now(), resend=resend, everyone=True)
        if found.resent or found.kept:
            click.echo(
                f"tidings: of {found.resent + found.kept} mails nobody can know whether they were accepted "
                f"before the last end; {found.resent} go once more, {found.kept} wait for `tidings outbox release`",
                err=True,
            )
        if left:
            click.echo(
                f"tidings: {left} subscriptions had been ended after this database was copied; ended again", err=True
            )

    def renew(self, store: Store) -> None:
        """Have feeds name this address, also where they were made for another one."""
        from feeds.publish import renew

        renew(store, site=self.site)

    def publish(self, store: Store) -> None:
        """Build the feeds that have changed; say which could not be."""
        from feeds.publish import publish

        done = publish(store, site=self.site, settings=self.settings.publishing, now=self.now())
        for name, reason in done.failed:
            click.echo(f"tidings: feed {name} was not published, its last good bytes stay: {reason}", err=True)

    def refile(self, store: Store, changed: Collection[str]) -> int:
        """File the archive under topics that were changed, and publish. Returns the number of new filings."""
        from feeds.refile import refile

        done = refile(store, site=self.site, now=self.now(), changed=changed)
        self.publish(store)
        return len(done.added)

    @property
    def mail_site(self) -> Site:
        """The site as mail names it: real mail never carries an address that we made up."""
        return self.settings.site if self.settings.mailing.smtp else self.site

    @property
    def shows_sink(self) -> bool:
        """Caught mails hold addresses and tokens: pages show them to this machine only."""
        return not self.settings.mailing.smtp and self.settings.serving.host in ("127.0.0.1", "::1", "localhost")

    @asynccontextmanager
    async def watch(self, store: Store) -> AsyncIterator[Watch]:
        """The parts that reading documents needs."""
        from feeds.browser import Browser
        from feeds.children import Children
        from feeds.fetch import Fetcher
        from feeds.poll import Watch

        polling = self.settings.polling
        async with (
            Fetcher(polling, VERSION) as fetcher,
            Browser(polling, VERSION) as browser,
            Children() as children,
        ):
            yield Watch(store, fetcher, children, self.site, polling, browser=browser)

    @asynccontextmanager
    async def delivery(self, store: Store) -> AsyncIterator[Delivery]:
        """The parts that sending needs; without a server of its own, the sink takes the mail."""
        from mail.deliver import Delivery
        from mail.message import assemble
        from mail.sink import Sink

        mailing = self.settings.mailing
        if mailing.smtp:
            yield Delivery(store, mailing, self.mail_site, assemble)
            return
        async with Sink(self.sink_folder) as sink:
            yield Delivery(store, replace(mailing, smtp=sink.url, tls="none"), self.mail_site, assemble)


def interactive() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def agreed(question: str, yes: bool) -> bool:
    """Whether to go on: --yes, or a person who says so. Without a person the answer is no, and says how."""
    if yes:
        return True
    if not interactive():
        click.echo(f"{question} Nothing was done; say --yes to do it.", err=True)
        return False
    return click.confirm(question, err=True)
