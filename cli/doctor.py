"""Look at everything the service needs, and say what to do about what is not right."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import show
from cli.app import App
from state.errors import UserError

if TYPE_CHECKING:
    from state.checkup import Finding


@click.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def doctor(app: App, as_json: bool) -> None:
    """Check the configuration, the database and all around it; say what to do.

    Looks at: configuration, database, disk, clock, time zones, alarms, sources,
    queue, stop-list, send log, the inbox of bounces (it is opened, nothing is read),
    the mail server (it is greeted, nothing is sent) and the sender's DNS. Exit code 1 if something is broken.

    \b
    Example:
      tidings doctor
    """
    from state.checkup import worst

    found = list(_findings(app))
    if as_json:
        show.emit({"findings": [asdict(one) for one in found], "worst": worst(found)})
    else:
        for one in found:
            show.line(f"{one.level:<8}{one.area}: {one.message}")
            if one.do:
                show.line(f"        do: {one.do}")
    broken = sum(one.level == "broken" for one in found)
    if broken:
        raise UserError(f"{broken} of {len(found)} findings are broken; do what is said above, then `tidings doctor`")


def _findings(app: App) -> Iterator[Finding]:
    """Everything; a check that cannot be made is a finding too, and keeps the others going."""
    configured = list(_checked("configuration", lambda: _configuration(app)))
    yield from configured
    if any(one.message.startswith(_UNREADABLE) for one in configured):
        return  # without settings nothing else is known
    yield from _checked("database", lambda: _stored(app))
    yield from _checked("inbox", lambda: _inbox(app))
    yield from _checked("mail server", lambda: asyncio.run(_outside(app)))


_UNREADABLE = "the configuration cannot be read: "


def _checked(area: str, check: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    from state.checkup import Finding

    try:
        yield from check()
    except UserError as error:
        yield Finding(area, "broken", str(error))


def _configuration(app: App) -> Iterator[Finding]:
    """Settings that are wrong, or that will be missed."""
    from state.checkup import Finding

    try:
        settings = app.settings
    except UserError as error:
        yield Finding("configuration", "broken", f"{_UNREADABLE}{error}", "correct it; nothing else was looked at")
        return
    site, mailing = settings.site, settings.mailing
    if mailing.smtp and not site.url:
        yield Finding(
            "configuration",
            "broken",
            "site.url is empty though mail.smtp is set: real mail is refused",
            'set site.url to the public address, like "https://news.example.org"',
        )
    elif site.url.startswith("http://") and mailing.smtp:
        do = "serve the pages by HTTPS (a proxy in front), then change site.url"
        yield Finding("configuration", "warning", f"site.url is {site.url}: one-click unsubscribing wants https", do)
    if mailing.smtp and not mailing.sender:
        do = 'set mail.sender, like "News <news@example.org>"'
        yield Finding("configuration", "broken", "mail.sender is empty though mail.smtp is set", do)
    for name, value in (("site.contact", site.contact), ("site.postal_address", site.postal_address)):
        if not value and mailing.smtp:
            do = "set it: people and many laws want to know who writes"
            yield Finding("configuration", "warning", f"{name} is empty", do)
    shown = site.url or "none, links lead to this machine"
    yield Finding("configuration", "ok", f"readable; public address: {shown}")


def _stored(app: App) -> Iterator[Finding]:
    """The database and what it knows."""
    from state import checkup

    with app.store() as store:
        yield from _checked("database", lambda: checkup.database(store))
        yield from _checked("disk", lambda: checkup.disk(store, Path.cwd()))
        with store.read() as db:
            yield from _checked("clock", lambda: checkup.clock(db, app.now()))
            yield from _checked("time zones", lambda: checkup.zones(db, app.site.timezone))
            yield from _checked("sources", lambda: checkup.sources(db, app.now()))
            yield from _checked("queue", lambda: checkup.queue(db, app.now()))
        with store.read() as db:
            yield from _checked("stop-list", lambda: checkup.beside(db))


def _inbox(app: App) -> Iterator[Finding]:
    """The mailbox that bounces come to."""
    from mail.incoming import opened
    from state.checkup import Finding

    mailing = app.settings.mailing
    if not mailing.inbox:
        if mailing.smtp:
            do = "set mail.inbox to the mailbox of the bounce domain; docs/howto/bounces.md says how"
            yield Finding(
                "inbox",
                "warning",
                "mail.inbox is not set: bounces, complaints and mails that unsubscribe are not noticed",
                do,
            )
        return
    opened(mailing.inbox).close()
    yield Finding("inbox", "ok", "mail.inbox can be read")
    if mailing.smtp and not mailing.bounce_domain:
        do = "set mail.bounce_domain to the domain whose mail comes into that mailbox"
        yield Finding("inbox", "warning", "mail.bounce_domain is not set: bounces go to the sender's domain", do)


async def _outside(app: App) -> list[Finding]:
    """The mail server, and what receivers will learn of the sender."""
    from mail import senderdns
    from mail.reach import reach
    from state.checkup import Finding

    mailing = app.settings.mailing
    if not mailing.smtp:
        return [Finding("mail server", "ok", f"mail.smtp is not set: mail is kept in {app.sink_folder}")]
    found = [await reach(mailing)]
    sender = senderdns.sender_of(
        mailing.sender,
        bounce_domain=mailing.bounce_domain,
        dkim_domain=mailing.dkim_domain,
        selector=mailing.dkim_selector,
    )
    if sender:
        found += senderdns.findings(sender, await senderdns.ask(sender))
    return found
