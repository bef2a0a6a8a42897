"""Mint what an entry is called for ever, handed in as `Watch.mint`, so that the planning stays pure; and secrets."""

from secrets import randbits, token_urlsafe
from string import ascii_lowercase, digits
from uuid import uuid4

_LETTERS = ascii_lowercase + digits
_LENGTH = 10  # 36**10: at ten million entries a new id is taken once in 300 million
_BITS = 64  # far more than the letters take, so that none is more likely


def minted() -> tuple[str, str]:
    """A new id (for CLI, URLs and JSON) and a new urn (for feeds)."""
    rest, id = randbits(_BITS), ""
    while len(id) < _LENGTH:
        rest, letter = divmod(rest, len(_LETTERS))
        id += _LETTERS[letter]
    return id, f"urn:uuid:{uuid4()}"


def unguessable() -> str:
    """A secret that may stand in an address or sign a message: 43 letters, digits, "-" and "_"."""
    return token_urlsafe(32)
