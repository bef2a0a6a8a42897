"""Remember who left, in a file beside the database that no backup copies.

Append-only, one line per event, on the disk (fsync) before the database commits:
an older copy of the database then brings nobody back, because `replay` says who
left since. Addresses stand in it only as keyed hashes.

    2026-05-10T08:00:00.000000Z left 4f2a 9c41…      the key's id, then the hash
"""

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeAlias

from sqlalchemy import Connection

from state.errors import UserError
from state.keys import Keys
from state.store import file_of

Event: TypeAlias = Literal["left", "confirmed"]
_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


@dataclass(frozen=True, slots=True)
class StopList:
    """The file at a path; it appears with the first line."""

    path: Path

    def append(self, event: Event, email_key: str, *, keys: Keys, at: datetime, topic: str = "") -> None:
        """Write one event so that it survives a power cut. topic: "" when they left altogether.

        Raises UserError where the disk does not take it; the caller's transaction then fails too.
        """
        key = keys.current
        line = f"{at.astimezone(UTC):{_FORMAT}} {event} {key.id} {_hash(key.secret, email_key, topic)}\n"
        new = not self.path.exists()
        try:
            file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                _write(file, _after_torn_line(file) + line.encode())
                os.fsync(file)
            finally:
                os.close(file)
            if new:
                _sync_folder(self.path.parent)
        except OSError as error:
            raise UserError(
                f"stop-list {self.path} cannot be written ({error.strerror}), so nobody can be taken off safely; "
                "free the disk or give the file to this user, then try again"
            ) from error

    def last(self, email_key: str, *, keys: Keys, topic: str = "") -> tuple[Event, datetime] | None:
        """The last event of an address (and topic), None where there is none."""
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return None
        events = _events(self.path, stat.st_size, stat.st_mtime_ns)
        found = [events.get((key.id, _hash(key.secret, email_key, topic))) for key in keys.known]
        return max((event for event in found if event), key=lambda event: event[1], default=None)

    def left(self, email_key: str, *, keys: Keys) -> datetime | None:
        """When the person of an address left for good, None where they did not or came back since."""
        event = self.last(email_key, keys=keys)
        return event[1] if event and event[0] == "left" else None

    def newest(self) -> datetime | None:
        """When somebody left last, None where nobody ever did."""
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return None
        events = _events(self.path, stat.st_size, stat.st_mtime_ns).values()
        return max((at for event, at in events if event == "left"), default=None)


def beside(db: Connection) -> StopList:
    """The stop-list of a database: beside its file, or for a server in the working directory under its name."""
    url = db.engine.url
    file = file_of(url)
    return StopList(file.with_name(f"{file.name}.stoplist") if file else Path(f"{url.database}.stoplist"))


def _hash(secret: bytes, email_key: str, topic: str) -> str:
    return hmac.digest(secret, f"{email_key}\n{topic}".encode(), hashlib.sha256).hex()[:40]


def _write(file: int, line: bytes) -> None:
    while line:
        line = line[os.write(file, line) :]


def _after_torn_line(file: int) -> bytes:
    """A line break, where a crash left half a line at the end."""
    size = os.fstat(file).st_size
    return b"\n" if size and os.pread(file, 1, size - 1) != b"\n" else b""


def _sync_folder(folder: Path) -> None:
    """So that the new file's name survives too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@lru_cache(maxsize=4)
def _events(path: Path, _size: int, _changed: int) -> Mapping[tuple[str, str], tuple[Event, datetime]]:
    """The last event by key id and hash. Half lines are passed over: their transaction was never committed."""
    found: dict[tuple[str, str], tuple[Event, datetime]] = {}
    for line in path.read_text(encoding="ascii", errors="replace").splitlines():
        match line.split(" "):
            case [at, ("left" | "confirmed") as event, key, digest] if len(digest) == 40:
                found[key, digest] = event, datetime.strptime(at, _FORMAT).replace(tzinfo=UTC)
    return found
