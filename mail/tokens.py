"""Make and read the signed words in links and bounce addresses.

Pure: keys and `now` come in. A token says what it is for, whose it is, of which
generation of the address, until when, and maybe a little more, under
HMAC-SHA256 with the id of its key in it. Lower-case letters, digits and hyphens
only: programs that cut or fold links leave it whole. Anything else is
`Unknown`, never an exception.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal, TypeAlias

from state.keys import Key, Keys

Purpose: TypeAlias = Literal["confirm", "unsubscribe", "preferences", "address"]
KEY_LIFE = timedelta(days=400)  # how long links in old mails work after their key was retired
LONGEST = 1500  # characters; a link of a mail stays well under the 2,000 that every program takes

_LETTERS: dict[Purpose, str] = {"confirm": "c", "unsubscribe": "u", "preferences": "p", "address": "a"}
_LETTER = "abcdefghijklmnopqrstuvwxyz234567"  # of five bits
_PAIRS = [one + two for one in _LETTER for two in _LETTER]
_SHAPE = re.compile(r"([a-z])-([a-z0-9]+)-([a-z0-9]+)-([0-9]+)-([0-9]+)-([a-z2-7]+|0)-([a-z2-7]{26})")
_BOUNCE = re.compile(r"b-([a-z0-9]+)-([0-9]+)-([a-z2-7]{16})")


@dataclass(frozen=True, slots=True)
class Token:
    """A token that was ours. expires: instant or None (never); extra: what the maker put in."""

    purpose: Purpose
    subscriber: str
    generation: int
    expires: datetime | None = None
    extra: str = ""


@dataclass(frozen=True, slots=True)
class Expired:
    """It was ours, but its time is over."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """None of ours, or for something else."""


def make(keys: Keys, token: Token) -> str:
    """The text of a token, 40 to 1,500 characters of [a-z0-9-]."""
    key = keys.current
    expires = round(token.expires.timestamp() * 1_000_000) if token.expires else 0
    extra = _base32(token.extra.encode()) if token.extra else "0"
    said = f"{_LETTERS[token.purpose]}-{key.id}-{token.subscriber}-{token.generation}-{expires}-{extra}"
    return f"{said}-{_mac(key, said, 16)}"


def read(keys: Keys, text: str, purpose: Purpose, *, now: datetime) -> Token | Expired | Unknown:
    """What a token says, if it is ours, for this purpose and still good."""
    shape = _SHAPE.fullmatch(text) if len(text) <= LONGEST else None
    if shape is None or shape[1] != _LETTERS[purpose]:
        return Unknown()
    key = _usable(keys, shape[2], now)
    if key is None or not hmac.compare_digest(_mac(key, text.rpartition("-")[0], 16), shape[7]):
        return Unknown()
    microseconds = int(shape[5])
    expires = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=microseconds) if microseconds else None
    if expires is not None and expires <= now:
        return Expired()
    extra = "" if shape[6] == "0" else _text(shape[6])
    return Token(purpose, shape[3], int(shape[4]), expires, extra)


def bounce(keys: Keys, message: int) -> str:
    """The local part that reports about one message come back to (VERP): names the message, not the reader."""
    key = keys.current
    said = f"b-{key.id}-{message}"
    return f"{said}-{_mac(key, said, 10)}"


def bounced(keys: Keys, local: str, *, now: datetime) -> int | None:
    """The message whose bounce address this is, None for a forged or foreign one. Case is folded (RFC 5321 2.4)."""
    shape = _BOUNCE.fullmatch(local.lower()) if len(local) <= 64 else None
    key = _usable(keys, shape[1], now) if shape else None
    if (
        shape is None
        or key is None
        or not hmac.compare_digest(_mac(key, local.lower().rpartition("-")[0], 10), shape[3])
    ):
        return None
    return int(shape[2])


def _usable(keys: Keys, name: str, now: datetime) -> Key | None:
    key = keys.by_id(name)
    return key if key and (key.retired_at is None or now < key.retired_at + KEY_LIFE) else None


def _mac(key: Key, said: str, size: int) -> str:
    mac = _keyed(key.secret).copy()
    mac.update(said.encode())
    return _base32(mac.digest()[:size])


@lru_cache(maxsize=8)
def _keyed(secret: bytes) -> hmac.HMAC:
    """To be copied: taking the key in costs more than a token."""
    return hmac.new(secret, digestmod=hashlib.sha256)


def _base32(octets: bytes) -> str:
    """As in RFC 4648, in lower case and without padding; twice as fast as the library's."""
    letters = -(-8 * len(octets) // 5)
    width = letters + letters % 2
    number = int.from_bytes(octets, "big") << (5 * width - 8 * len(octets))
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(5 * width - 10, -1, -10)])[:letters]


def _text(word: str) -> str:
    """Only called on what our own MAC covers, so the word is whole."""
    return base64.b32decode(word.upper() + "=" * (-len(word) % 8)).decode()
