"""Where mail is handed over, read from `mail.smtp` and `mail.tls`, and how long we wait there. Pure."""

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias
from urllib.parse import unquote, urlsplit

from state.errors import Misuse

TlsMode: TypeAlias = Literal["opportunistic", "required", "none"]


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail goes. encrypted: TLS from the first byte (smtps)."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    encrypted: bool = False
    tls: TlsMode = "opportunistic"


def parse_server(url: str, tls: TlsMode) -> Server:
    """The server of a URL: smtp://[user:password@]host[:port] (25) or smtps://… (465). Raises Misuse."""
    shape = 'give "smtp://[user:password@]host:port" or "smtps://…"'
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Misuse(f"mail.smtp is {_shown(url)!r} ({error}); {shape}") from error
    host = parts.hostname or ""
    odd = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in ("smtp", "smtps") or not host or odd or re.search(r"[\x00-\x20\x7f]", unquote(url)):
        raise Misuse(f"mail.smtp is {_shown(url)!r}; {shape}")
    encrypted = parts.scheme == "smtps"
    if encrypted and tls == "none":
        raise Misuse('mail.smtp is smtps:// but mail.tls is "none"; give smtp://, or tls = "required"')
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(host, port or (465 if encrypted else 25), user, password, encrypted, tls)


def _shown(url: str) -> str:
    """A URL without its password."""
    return re.sub(r"(//[^/@:]*):[^/@]*@", r"\1:…@", url)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds; the sum from MAIL to the answer to the dot bounds a transaction (RFC 5321 section 4.5.3.2).

    connect: for the connection, and again for the greeting.
    """

    connect: float = 60.0
    command: float = 180.0
    text: float = 180.0
    dot: float = 600.0
    quit: float = 5.0

    @property
    def transaction(self) -> float:
        """The longest that one message can take on an open connection: RSET, MAIL, RCPT, DATA, text, dot."""
        return 4 * self.command + self.text + self.dot
