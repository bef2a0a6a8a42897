"""The words of an SMTP conversation as values: phases, replies, how a transaction ended.

Pure. `mail.smtp` makes them, `mail.policy` judges them, `mail.deliver` stores what was judged.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

LATE = "the claim on this message ran out before it was sent"


class Phase(Enum):
    """Where a transaction stands (RFC 5321 section 3)."""

    CONNECT = "CONNECT"
    GREETING = "GREETING"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"  # up to the final dot, which is not yet written
    AFTER_FINAL_DOT = "AFTER_FINAL_DOT"
    QUIT = "QUIT"


@dataclass(frozen=True, slots=True)
class Reply:
    """The server's words. code: 200 to 599. text: one line, with its enhanced status code (RFC 3463) if it has one."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Broken:
    """No usable reply came: a drop, a time-out, nonsense, or a rule of ours that forbids to go on."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unfit:
    """The message cannot be sent as it is; nothing of it went out."""

    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """How a transaction ended: the phase, and what came last in it."""

    phase: Phase
    reply: Reply | Broken | Unfit


class Envelope(Protocol):
    """What goes out. mail_from: "" for the null sender. data: CRLF lines, neither dot-stuffed nor ended by a dot.

    ready: data needs no dot-stuffing: CRLF is its only line end and its last octets, and no line begins with a dot.
    envid: what a delivery report is to name (RFC 3461), "" = nothing.
    """

    @property
    def mail_from(self) -> str: ...
    @property
    def rcpt_to(self) -> str: ...
    @property
    def data(self) -> bytes: ...
    @property
    def smtputf8(self) -> bool: ...
    @property
    def ready(self) -> bool: ...
    @property
    def envid(self) -> str: ...
