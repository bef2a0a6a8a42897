"""Try whether mail goes out."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import click

from cli import show
from cli.app import App
from state.errors import UserError

if TYPE_CHECKING:
    from mail.addresses import Address
    from mail.trial import Tried
    from state.keys import Keys


@click.group()
def mail() -> None:
    """Try whether mail goes out."""


@mail.command()
@click.argument("email")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def test(app: App, email: str, as_json: bool) -> None:
    """Send one test mail to EMAIL through the configured server, and show what the server says at each step.

    Nothing is queued or stored. Without a server (mail.smtp) the built-in sink takes the mail.

    \b
    Example:
      tidings mail test admin@example.org
    """
    from mail import addresses, administration
    from state import keys

    address = addresses.parse(email)
    with app.store() as store, store.write() as db:
        administration.refuse_who_left(db, address, app.now())
        signed = keys.ensure(db, "token", now=app.now())
    tried = asyncio.run(_try(app, address, signed))
    if as_json:
        show.emit({"test": {"email": address.email, **asdict(tried)}})
    else:
        show.table([(step.phase, step.code or "-", step.text) for step in tried.steps], ("phase", "code", "reply"))
        spoken = tried.encryption or "no encryption"
        show.line(f"server {tried.server}, {spoken}; from {tried.sender}; {tried.message_id}")
    if not tried.accepted:
        last = next((step.phase for step in tried.steps[::-1] if step.phase != "QUIT"), "CONNECT")
        raise UserError(
            f"the test mail to {address.email} was not accepted by {tried.server} ({last}); "
            "mend what it says, see [mail] in tidings.toml, and try again"
        )
    if not app.settings.mailing.smtp:
        show.progress(f"mail.smtp is not set: the built-in sink took it, as a file in {app.sink_folder}")


async def _try(app: App, address: Address, signed: Keys) -> Tried:
    """Through the configured server, else through the sink."""
    from mail.sink import Sink
    from mail.trial import try_out

    mailing = app.settings.mailing
    if mailing.smtp:
        return await try_out(address, settings=mailing, site=app.mail_site, keys=signed, now=app.now())
    async with Sink(app.sink_folder) as sink:
        caught = replace(mailing, smtp=sink.url, tls="none")
        return await try_out(address, settings=caught, site=app.mail_site, keys=signed, now=app.now())
