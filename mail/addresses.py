"""Read mail addresses that people and files give us.

Pure: nothing is asked of DNS. What could end a line or a command is refused
before anything else looks at it (trust: SMTP command injection).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from state.errors import Misuse

# What needs no second look but at its domain: most addresses there are, well within every limit of length.
_PLAIN = re.compile(r"[A-Za-z0-9]{1,20}(?:[._+-][A-Za-z0-9]{1,20}){0,2}@([A-Za-z0-9.-]{1,150})")


@dataclass(frozen=True, slots=True)
class Address:
    """email: as it is written, with the domain in Unicode. key: for telling whether two are the same."""

    email: str
    key: str


def parse(text: str) -> Address:
    """A mailbox like "sok@example.org". Raises Misuse for anything else, saying why.

    Equal by key: case is folded in the local part too, since no provider gives
    two people addresses that differ only there; dots and +tags are kept apart.
    """
    email = text.strip(" \t")
    plain = _PLAIN.fullmatch(email)
    if plain and (name := _domain(plain[1])):
        whole = email.removesuffix(plain[1]) + name
        return Address(whole, whole.casefold())
    if any(ord(char) < 32 or ord(char) == 127 or char in "\x85\u2028\u2029" for char in email):
        raise Misuse(f"address {email!r} contains a control character; give one mailbox like sok@example.org")
    try:
        found = validate_email(email, check_deliverability=False, strict=True)
    except EmailNotValidError as error:
        raise Misuse(f"address {email!r} cannot be used: {error} Give one mailbox like sok@example.org") from error
    except UnicodeError as error:
        raise Misuse(f"address {email!r} cannot be used; give one mailbox like sok@example.org") from error
    return Address(found.normalized, found.normalized.casefold())


@lru_cache(maxsize=4096)
def _domain(name: str) -> str | None:
    """The domain as it is kept, None where it has to be looked at with its address: lists have many of one domain."""
    try:
        return validate_email(f"a@{name}", check_deliverability=False, strict=True).domain
    except (EmailNotValidError, UnicodeError):
        return None


def on_wire(email: str) -> tuple[str, bool]:
    """A stored address as SMTP and the header To take it, and whether that needs SMTPUTF8.

    The domain goes as A-labels unless the local part needs SMTPUTF8 anyway. Stored
    addresses were parsed; what could still break a line is a bug, and stopped here.
    """
    assert email.isprintable(), f"address {email!r} was never parsed"
    assert " " not in email, f"address {email!r} was never parsed"
    if email.isascii():
        return email, False
    found = validate_email(email, check_deliverability=False, strict=True)
    return found.ascii_email or found.normalized, found.ascii_email is None


def domain(mailbox: str) -> str:
    """The domain of an address, in ASCII where it can be; "" where there is none."""
    name = mailbox.rpartition("@")[2] if "@" in mailbox else ""
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name
