"""Try whether mail goes out, and look after the keys that sign it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, replace
from email.utils import parseaddr
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import show
from cli.app import App
from state.errors import UserError

if TYPE_CHECKING:
    from mail.addresses import Address
    from mail.dkim import Signer
    from mail.trial import Tried
    from state.keys import Keys


@click.group()
def mail() -> None:
    """Try whether mail goes out, and look after the keys that sign it."""


@mail.command()
@click.argument("email")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def test(app: App, email: str, as_json: bool) -> None:
    """Send one test mail to EMAIL through the configured server, and show what the server says at each step.

    Nothing is queued or stored. Without a server (mail.smtp) the built-in sink takes the mail. Where a key signs
    mails (mail.dkim_key), it is compared with the one that the DNS has.

    \b
    Example:
      tidings mail test admin@example.org
    """
    from mail import addresses, administration
    from mail.dkim import signers
    from state import keys

    address = addresses.parse(email)
    signing = signers(app.settings.mailing)
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
        raise UserError(
            f"the test mail to {address.email} was not accepted by {tried.server} ({tried.ended}); "
            "mend what it says, see [mail] in tidings.toml, and try again"
        )
    if not app.settings.mailing.smtp:
        show.progress(f"mail.smtp is not set: the built-in sink took it, as a file in {app.sink_folder}")
    _compare(signing)


@mail.command()
@click.option(
    "--create",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Make a new key in FILE, which only you may read.",
)
@click.option("--ed25519", is_flag=True, help="With --create: an Ed25519 key, for a second signature.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def dkim(app: App, file: Path | None, ed25519: bool, as_json: bool) -> None:
    """Show the DNS records of the keys that sign mails, or make a key.

    \b
    Example, for the first key:
      tidings mail dkim --create dkim.pem
      then in tidings.toml: dkim_domain, dkim_selector and dkim_key = "dkim.pem"
      then publish the record, and try: tidings mail test you@example.org
    """
    from mail import dkim as signing

    mailing = app.settings.mailing
    if file:
        domain = mailing.dkim_domain or parseaddr(mailing.sender)[1].rpartition("@")[2] or "example.org"
        selector = (mailing.dkim_ed25519_selector if ed25519 else mailing.dkim_selector) or (
            "news-ed" if ed25519 else "news"
        )
        made: tuple[Signer, ...] = (
            signing.Signer(domain, selector, signing.create(file, "ed25519" if ed25519 else "rsa")),
        )
        end = "ed25519_" if ed25519 else ""
        show.progress(
            f'made {file}; in tidings.toml, section [mail]: dkim_domain = "{domain}", '
            f'dkim_{end}selector = "{selector}", dkim_{end}key = "{file}"'
        )
    elif not (made := signing.signers(mailing)):
        raise UserError(
            "no key signs mails here (mail.dkim_key is not set), so the relay must; "
            "`tidings mail dkim --create dkim.pem` makes a key and says what to set"
        )
    records = [{"name": one.name, "type": "TXT", "value": one.record} for one in made]
    if as_json:
        show.emit({"records": records})
    else:
        for record in records:
            show.line(f"{record['name']}. IN TXT {_quoted(record['value'])}")


def _quoted(value: str) -> str:
    """A TXT record as a zone file has it: strings of at most 255 octets (RFC 1035 section 3.3)."""
    return " ".join(f'"{value[at : at + 255]}"' for at in range(0, len(value), 255))


def _compare(signing: Sequence[Signer]) -> None:
    """Whether the DNS has the keys that sign. Raises UserError where it has others, or none."""
    from mail import dkim, senderdns

    for signer in signing:
        published = asyncio.run(senderdns.texts(signer.name))
        if isinstance(published, senderdns.Unreachable):
            show.progress(f"the DNS could not be asked for {signer.name}: {published.reason}")
        elif wrong := dkim.mismatch(signer, published):
            raise UserError(f"signatures will not verify: {wrong}")
        else:
            show.progress(f"DKIM: {signer.name} is published and is the {signer.algorithm} key that signs")


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
