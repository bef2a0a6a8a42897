"""Write what the client says in one transaction: MAIL, RCPT, DATA and the text, by what the server offers. Pure.

Sources: RFC 5321 (commands, dot-stuffing), 1870 (SIZE), 3461 (DSN), 6152 (8BITMIME), 6531 (SMTPUTF8).
Called by `mail.smtp`, which says it phase by phase or all at once (`mail.pipelining`).
"""

import re
from collections.abc import Collection
from functools import lru_cache

from mail.answers import Envelope, Phase
from state.text import clean

_ADDRESS = re.compile(r"[^\x00-\x20\x7f-\xa0<>\u2028\u2029\ud800-\udfff]{1,254}")
_BREAKS = re.compile(rb"\r\n|\r|\n")
_XTEXT = re.compile(r"[^!-*,-<>-~]")  # what an xtext writes as +XX (RFC 3461 section 4)


def before_the_text(envelope: Envelope, offers: Collection[str]) -> list[tuple[Phase, bytes]]:
    """The commands up to DATA, without their line ends. offers: extensions of the server, in lower case."""
    utf8 = _needs_utf8(envelope)
    mail = [b"MAIL FROM:<" + _wire(envelope.mail_from, utf8) + b">"]
    recipient = [b"RCPT TO:<" + _wire(envelope.rcpt_to, utf8) + b">"]
    if "size" in offers:
        mail.append(b"SIZE=%d" % len(envelope.data))
    if not envelope.data.isascii():
        mail.append(b"BODY=8BITMIME")
    if utf8:
        mail.append(b"SMTPUTF8")
    if "dsn" in offers and envelope.mail_from:
        mail.append(b"RET=HDRS")  # a report that carries 28 kB back helps nobody
        if envelope.envid:
            mail.append(b"ENVID=" + _xtext(envelope.envid))
        recipient.append(b"NOTIFY=FAILURE")
        if envelope.rcpt_to.isascii():
            recipient.append(b"ORCPT=rfc822;" + _xtext(envelope.rcpt_to))
    return [(Phase.MAIL, b" ".join(mail)), (Phase.RCPT, b" ".join(recipient)), (Phase.DATA, b"DATA")]


def unfit(envelope: Envelope, offers: Collection[str]) -> str:
    """Why the message cannot be sent to this server, or ""."""
    if envelope.mail_from and not _plain(envelope.mail_from):
        return f"the sender {clean(envelope.mail_from)!r} is no address that a command may carry"
    if not _plain(envelope.rcpt_to):
        return f"the recipient {clean(envelope.rcpt_to)!r} is no address that a command may carry"
    if _needs_utf8(envelope) and "smtputf8" not in offers:
        return "5.6.7 the server does not take addresses beyond ASCII (SMTPUTF8)"
    if not envelope.data.isascii() and "8bitmime" not in offers:
        return "5.6.3 the server does not take 8-bit text (8BITMIME)"
    return ""


def _plain(address: str) -> bool:
    """Whether an address is nothing but an address: a space, ">" or line end would begin something else."""
    return bool(_ADDRESS.fullmatch(address)) and "@" in address


def _needs_utf8(envelope: Envelope) -> bool:
    if envelope.smtputf8 or (envelope.mail_from.isascii() and envelope.rcpt_to.isascii()):
        return envelope.smtputf8
    local_parts = (address.rpartition("@")[0] for address in (envelope.mail_from, envelope.rcpt_to))
    return not all(part.isascii() for part in local_parts)


def _wire(address: str, utf8: bool) -> bytes:
    """An address as a command carries it: without SMTPUTF8 the domain goes in its ASCII form."""
    if address.isascii() or utf8:
        return address.encode()
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{domain.encode('idna').decode()}".encode("ascii")


@lru_cache(maxsize=8)
def _xtext(text: str) -> bytes:
    return _XTEXT.sub(lambda found: f"+{ord(found[0]):02X}", text).encode("ascii")


def stuffed(data: bytes) -> bytes:
    """The text as it goes over the wire, up to but without the final dot (RFC 5321 section 4.5.2).

    Every line ends in CRLF, also where a bare CR or LF stood: servers that take such a line end for one
    could be shown a final dot where we see none (SMTP smuggling).
    """
    breaks = data.count(b"\r\n")
    if data.count(b"\n") != breaks or data.count(b"\r") != breaks:
        data = _BREAKS.sub(b"\r\n", data)
    if not data.endswith(b"\r\n"):
        data += b"\r\n"
    data = data.replace(b"\r\n.", b"\r\n..")
    return b"." + data if data.startswith(b".") else data
