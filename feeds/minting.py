"""Mint what an entry is called for ever. Handed in as `Watch.mint`, so that the planning stays pure."""

from secrets import choice
from string import ascii_lowercase, digits
from uuid import uuid4

_LENGTH = 10  # 36**10: at ten million entries a new id is taken once in 300 million


def minted() -> tuple[str, str]:
    """A new id (for CLI, URLs and JSON) and a new urn (for feeds)."""
    return "".join(choice(ascii_lowercase + digits) for _ in range(_LENGTH)), f"urn:uuid:{uuid4()}"
