"""Write the header lines of a mail: what is the same for all readers of an edition, and what is one person's.

Pure. Lines are ASCII of at most 78 characters where they can be folded, never
over 998 (RFC 5322 2.1.1); other scripts are encoded words (RFC 2047), except an
address whose local part is not ASCII, which only SMTPUTF8 can carry (RFC 6532).
"""

import ipaddress
from email.header import Header
from email.utils import parseaddr
from functools import lru_cache
from urllib.parse import quote, urlsplit

from mail import addresses
from mail.settings import Mailing
from state.records import Site
from state.text import clean
from templates import links

_NOWHERE = "tidings.invalid"  # RFC 2606: a site that has no public name yet sends to the built-in sink only


def host(site: Site) -> str:
    """The full domain in Message-IDs and List-Id: the site's."""
    name = urlsplit(site.url).hostname or ""
    return name if _is_domain(name) else _NOWHERE


@lru_cache(maxsize=8)
def sender(site: Site, settings: Mailing) -> tuple[str, str]:
    """Display name and address of From."""
    name, email = parseaddr(settings.sender)
    return (name or site.title, email) if email else (site.title, f"news@{host(site)}")


@lru_cache(maxsize=8)
def bounce_domain(site: Site, settings: Mailing) -> str:
    """Where bounces go: the configured domain, else the sender's."""
    return settings.bounce_domain or addresses.domain(sender(site, settings)[1])


def mailto(token: str, site: Site, settings: Mailing) -> str:
    """Where a mail unsubscribes (RFC 2369): where bounces come to if we read that, else the sender. token: plain."""
    return _mailto(site, settings) + token


@lru_cache(maxsize=8)
def _mailto(site: Site, settings: Mailing) -> str:
    read_by_us = settings.inbox and settings.bounce_domain
    where = f"unsubscribe@{settings.bounce_domain}" if read_by_us else sender(site, settings)[1]
    return f"mailto:{quote(where, safe='@+')}?subject={quote('unsubscribe ')}"


def personal(
    *, to: str, message_id: str, date: str, unsubscribe: str, mailto: str, bulk: bool, idempotency: str
) -> bytes:
    """The lines that differ from reader to reader. to: an address as it goes over the wire."""
    lines = [
        _line("To", to),
        _line("Date", date),
        _line("Message-ID", message_id),
    ]
    if bulk:
        lines += [
            f"List-Unsubscribe: <{unsubscribe}>,\r\n <{mailto}>\r\n",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
        ]
    if idempotency:
        lines.append(_line(idempotency, message_id.strip("<>").partition("@")[0]))
    return "".join(lines).encode()


def static(
    *,
    subject: str,
    language: str,
    boundary: str,
    campaign: str,
    kind: str,
    bulk: bool,
    site: Site,
    settings: Mailing,
) -> bytes:
    """The lines that all mails of an edition share, and the empty line after them."""
    lines = [_mailbox("From", *sender(site, settings)), _text("Subject", subject)]
    if settings.reply_to:
        lines.append(_mailbox("Reply-To", *parseaddr(settings.reply_to)))
    lines += [
        _line("MIME-Version", "1.0"),
        _line("Content-Language", language),
        _line("Auto-Submitted", "auto-generated"),
        _text("List-Id", site.title, f" <digests.{host(site)}>"),
        _line("List-Help", f"<{links.home(site)}>"),
    ]
    if owner := links.contact(site):
        lines.append(_line("List-Owner", f"<{owner}>"))
    if bulk:
        lines += [
            _line("List-Archive", f"<{links.home(site)}>"),
            _line("List-Post", "NO"),
            _line("Precedence", "bulk"),
            _line("Feedback-ID", f"{campaign}:{kind}:tidings:{host(site)}"),
        ]
    lines.append(f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n')
    return "".join(lines).encode()


def part(subtype: str, method: str) -> bytes:
    """The head of a body part, and the empty line after it."""
    return (f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {method}\r\n\r\n").encode()


def _line(name: str, value: str) -> str:
    """A line as it is. What came from people is on one line already; a break here would be an injection."""
    assert not {"\r", "\n"} & set(value), f"header {name} with a line break"
    return f"{name}: {value}\r\n"


def _text(name: str, value: str, then: str = "") -> str:
    """Words of people, folded; encoded (RFC 2047) where they are not ASCII. then: a token after them, as it is."""
    words = clean(value)
    plain = words.isascii() and "=?" not in words
    encoded = Header(words, None if plain else "utf-8", 76, name).encode(linesep="\r\n")
    return f"{name}: {encoded}{_fold(name, encoded, then)}\r\n"


def _mailbox(name: str, display: str, email: str) -> str:
    words = clean(display)
    ascii_email = email if not email.isascii() and not email.rpartition("@")[0].isascii() else _ascii(email)
    if not words:
        return _line(name, ascii_email)
    if not words.isascii():
        return _text(name, words, f" <{ascii_email}>")
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    quoted = f'"{escaped}"' if any(char in '()<>[]:;@\\,."' for char in words) else words
    return f"{name}: {quoted}{_fold(name, quoted, f' <{ascii_email}>')}\r\n"


def _fold(name: str, before: str, then: str) -> str:
    """What follows, on a line of its own where the line would grow over 78 characters."""
    width = len(before.rpartition("\n")[2]) + (len(name) + 2 if "\n" not in before else 0)
    return f"\r\n{then}" if then and width + len(then) > 78 else then


def _ascii(email: str) -> str:
    local, _, _ = email.rpartition("@")
    return f"{local}@{addresses.domain(email)}" if local else email


def _is_domain(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return "." in name
    return False
