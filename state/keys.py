"""The secrets that tokens and the stop-list are made with.

They live in the database, so that web, workers and restored machines share
them. A retired key makes nothing new, but still verifies (mail/tokens.py says
for how long).
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, Row, insert, select, update

from state.locks import hold_name, shared
from state.schema import keys

SECRET = 32  # bytes


@dataclass(frozen=True, slots=True)
class Key:
    """One secret. id: short, [a-z0-9], travels inside a token. purpose: "token" or "stoplist"."""

    id: str
    purpose: str
    secret: bytes
    created_at: datetime
    retired_at: datetime | None = None


@dataclass(frozen=True)
class Keys:
    """All keys of one purpose."""

    known: tuple[Key, ...]

    @cached_property
    def current(self) -> Key:
        """The newest one that is not retired."""
        return max((key for key in self.known if key.retired_at is None), key=lambda key: (key.created_at, key.id))

    def by_id(self, name: str) -> Key | None:
        return next((key for key in self.known if key.id == name), None)


def ensure(db: Connection, purpose: str, *, now: datetime, mint: Callable[[int], bytes] = secrets.token_bytes) -> Keys:
    """The keys of a purpose; the first one is made where there is none in use. Wants a write transaction then."""
    found = known(db, purpose)
    if any(key.retired_at is None for key in found.known):
        return found
    if shared(db):
        hold_name(db, "keys")
        found = known(db, purpose)
        if any(key.retired_at is None for key in found.known):
            return found
    row = {"id": mint(2).hex(), "purpose": purpose, "secret": mint(SECRET), "created_at": now, "retired_at": None}
    while db.scalar(select(keys.c.id).where(keys.c.id == row["id"])):
        row["id"] = mint(4).hex()
    db.execute(insert(keys).values(row))
    return known(db, purpose)


def known(db: Connection, purpose: str) -> Keys:
    """All keys of a purpose, oldest first; none in a database where nothing was signed yet."""
    rows = db.execute(select(keys).where(keys.c.purpose == purpose).order_by(keys.c.created_at, keys.c.id))
    return Keys(tuple(_key(row) for row in rows))


def rotate(db: Connection, purpose: str, *, now: datetime) -> Keys:
    """Retire the keys in use and make a new one."""
    db.execute(update(keys).where(keys.c.purpose == purpose, keys.c.retired_at.is_(None)).values(retired_at=now))
    return ensure(db, purpose, now=now)


def _key(row: Row[tuple[object, ...]]) -> Key:
    return Key(**row._mapping)
