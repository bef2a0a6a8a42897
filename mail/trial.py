"""Send one test mail and keep what the server said at every step.

The way of real mail (mail/message.py, mail/smtp.py), but past the outbox: nothing
is stored, and nothing is tried again. Called by `tidings mail test`.
"""

from dataclasses import dataclass
from datetime import datetime

from mail import headers, smtp
from mail.addresses import Address
from mail.answers import Answer, Broken, Phase, Reply, Unfit
from mail.message import Letter, assemble, message_id
from mail.server import Timeouts, parse_server
from mail.settings import Mailing
from state.codec import encode
from state.errors import UserError
from state.keys import Keys
from state.records import Message, Site

PATIENCE = Timeouts(connect=20.0, command=60.0, text=60.0, dot=120.0)  # somebody sits and waits


@dataclass(frozen=True, slots=True)
class Step:
    """What was said in one phase (RFC 5321 section 3). code: None where no usable answer came."""

    phase: str
    code: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Tried:
    """How the trial went. ended: the phase whose answer decided, as steps may follow it (RFC 2920).

    server: host:port. encryption: version of TLS, "" in the clear. sender: as in From.
    """

    accepted: bool
    ended: str
    server: str
    encryption: str
    sender: str
    message_id: str
    steps: tuple[Step, ...]


async def try_out(
    address: Address, *, settings: Mailing, site: Site, keys: Keys, now: datetime, timeouts: Timeouts = PATIENCE
) -> Tried:
    """Send one test mail. Raises UserError where mail cannot be sent at all, Misuse for a wrong `mail.smtp`."""
    if not site.url:
        raise UserError(
            'site.url is ""; mail carries links to the pages of this service: set it to their public address, '
            'like "https://news.example.org", before real mail is sent'
        )
    server = parse_server(settings.smtp, settings.tls)
    name = message_id(site, address.key, "test", now.isoformat())
    message = Message(0, "test", address.email, "test", name, None, name, 0, "sending", 0, 0, now, None)
    letter = encode(written(site, settings, now))
    envelope = assemble(message, edition=None, payload=letter, keys=keys, site=site, settings=settings, now=now)
    steps: list[Step] = []
    encryption = ""
    made = await smtp.connect(server, timeouts=timeouts, heard=lambda phase, reply: steps.append(_step(phase, reply)))
    answer = made if isinstance(made, Answer) else None
    if isinstance(made, smtp.Connection):
        encryption = made.encryption
        answer = await made.send(envelope)
        await made.close()
    assert answer is not None
    accepted = answer.phase is Phase.AFTER_FINAL_DOT and isinstance(answer.reply, Reply) and answer.reply.code < 300
    last = _step(answer.phase, answer.reply)
    if not accepted and last not in steps:  # what no server said: no connection, no TLS, a rule of ours
        steps.append(last)
    _, sender = headers.sender(site, settings)
    return Tried(accepted, answer.phase.value, f"{server.host}:{server.port}", encryption, sender, name, tuple(steps))


def written(site: Site, settings: Mailing, now: datetime) -> Letter:
    """What the test mail says. Pure."""
    _, sender = headers.sender(site, settings)
    facts = [
        f"This is a test mail of {site.title}.",
        f"It was sent by `tidings mail test` at {now:%Y-%m-%d %H:%M} UTC, from {sender}.",
        f"The pages of the service are at {site.url}.",
        "It came in the way that digests come. Nobody was subscribed to anything.",
    ]
    paragraphs = "".join(f"<p>{_escaped(fact)}</p>" for fact in facts)
    html = '<!DOCTYPE html><html lang="en" dir="ltr"><head><meta charset="utf-8"><title>Test mail</title></head>'
    return Letter("Test mail", "\n\n".join(facts) + "\n", f"{html}<body>{paragraphs}</body></html>", "en")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _step(phase: Phase, reply: Reply | Broken | Unfit) -> Step:
    if isinstance(reply, Reply):
        return Step(phase.value, reply.code, reply.text)
    return Step(phase.value, None, reply.reason)
