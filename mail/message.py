"""Join the bytes of one mail from an edition that was encoded once, or from a single letter.

Never Jinja2, never EmailMessage: a personal mail costs joined bytes. What is
personal (the tokens of its links) is a hole in the frozen text: a marker made
from the edition's unguessable id, so that no entry's text can contain one.
`mail.deliver` calls `assemble` and puts the result on the wire. Headers:
requirements/digests.md, "Headers"; `mail.dkim` signs what goes out.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache

from mail import addresses, dkim, headers, tokens
from mail.encoding import Part, encode
from mail.settings import Mailing
from state.codec import decode
from state.keys import Keys
from state.records import Edition, Every, Message, Site
from templates import links

BULK = ("digest", "now", "sample")  # kinds of message that go to many
HOLES: tuple[tokens.Purpose, ...] = ("unsubscribe", "preferences")  # their tokens are all of one length


@dataclass(frozen=True, slots=True)
class Letter:
    """A single mail as it was written: the payload of its outbox row, as JSON.

    wishes: what a confirmation is about, (topic expression, rhythm).
    """

    subject: str
    text: str
    html: str
    language: str
    wishes: tuple[tuple[str, Every], ...] = ()


@dataclass(frozen=True, slots=True)
class Envelope:
    """What goes over the wire (mail/answers.py says what each field means)."""

    mail_from: str
    rcpt_to: str
    data: bytes
    smtputf8: bool
    ready: bool = False
    envid: str = ""


@dataclass(frozen=True, slots=True)
class _Encoded:
    """What is the same in all mails of an edition.

    static: header lines but the personal ones.
    bounces: domain of the envelope's sender. page, mailto: where one leaves, up to the token.
    """

    static: bytes
    boundary: bytes
    text: Part
    html: Part
    signers: tuple[dkim.Signer, ...]
    bounces: str
    page: str
    mailto: str
    idempotency: str


def hole(edition_id: str, purpose: tokens.Purpose = "unsubscribe") -> str:
    """What stands for a token in an edition's text and HTML."""
    return f"{purpose}-{edition_id}"


def message_id(site: Site, subscriber: str, kind: str, key: str) -> str:
    """The Message-ID of one message to one person: always the same, so that a doubled mail is seen as one."""
    digest = hashlib.sha256(f"{subscriber}\n{kind}\n{key}".encode()).hexdigest()[:32]
    return f"<{digest}@{headers.host(site)}>"


def assemble(
    message: Message,
    *,
    edition: Edition | None,
    payload: str,
    keys: Keys,
    site: Site,
    settings: Mailing,
    now: datetime,
) -> Envelope:
    """The mail of one outbox row. edition: of a digest, else None; payload: the Letter of a single mail.

    now: the Date, so that a mail that waited long in the queue does not look forged; its Message-ID never changes.
    """
    fillers = [tokens.make(keys, tokens.Token(purpose, message.subscriber, message.generation)) for purpose in HOLES]
    token = fillers[0]
    if edition is None:
        written = decode(payload, Letter)
        encoded = _encoded(
            message.message_id, written.subject, written.text, written.html, written.language, message.kind, site,
            settings, len(token),
        )  # fmt: skip
    else:
        encoded = _of_edition(edition, message.kind, site, settings, len(token))
    report = tokens.bounce(keys, message.id)  # what reports name: in VERP and in DSN
    to, smtputf8 = addresses.on_wire(message.recipient)
    personal = headers.personal(
        to=to,
        message_id=message.message_id,
        date=_date(now.replace(microsecond=0)),
        unsubscribe=encoded.page + token,
        mailto=encoded.mailto + token,
        bulk=message.kind in BULK,
        idempotency=encoded.idempotency,
    )
    body = _body(encoded, [filler.encode() for filler in fillers])
    signed = dkim.signatures(encoded.signers, personal=personal, static=encoded.static, body=body, now=now)
    data = b"".join((signed, personal, encoded.static, *body))
    return Envelope(f"{report}@{encoded.bounces}", to, data, smtputf8, ready=True, envid=report)


def _body(encoded: _Encoded, fillers: Sequence[bytes]) -> Sequence[bytes]:
    """multipart/alternative: the text first, the HTML last and so preferred (RFC 2046 5.1.4)."""
    return (
        b"--", encoded.boundary, b"\r\n", headers.part("plain", encoded.text.method), *encoded.text.fill(*fillers),
        b"\r\n--", encoded.boundary, b"\r\n", headers.part("html", encoded.html.method), *encoded.html.fill(*fillers),
        b"\r\n--", encoded.boundary, b"--\r\n",
    )  # fmt: skip


@lru_cache(maxsize=16)
def _of_edition(edition: Edition, kind: str, site: Site, settings: Mailing, length: int) -> _Encoded:
    return _encoded(
        edition.id, edition.subject, edition.text, edition.html, edition.language, kind, site, settings, length
    )


def _encoded(
    name: str,
    subject: str,
    text: str,
    html: str,
    language: str,
    kind: str,
    site: Site,
    settings: Mailing,
    length: int,
) -> _Encoded:
    """name: of the edition or the message; the boundary is made from it, so that equal editions give equal bytes."""
    boundary = "=_" + hashlib.sha256(name.encode()).hexdigest()[:32]  # "=_" stands in no encoded line (RFC 2045 6.7)
    static = headers.static(
        subject=subject,
        language=language,
        boundary=boundary,
        campaign=hashlib.sha256(name.encode()).hexdigest()[:12],
        kind=kind,
        bulk=kind in BULK,
        site=site,
        settings=settings,
    )
    holes = [hole(name, purpose) for purpose in HOLES]
    return _Encoded(
        static,
        boundary.encode(),
        encode(text, holes, length),
        encode(html, holes, length),
        dkim.signers(settings),
        headers.bounce_domain(site, settings),
        links.unsubscribe(site, ""),
        headers.mailto("", site, settings),
        settings.idempotency_header,
    )


@lru_cache(maxsize=4)
def _date(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC))
