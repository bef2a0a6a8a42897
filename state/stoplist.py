"""Remember who left, in a file beside the database that no backup copies.

Append-only, one line per event, on the disk (fsync) before the database commits:
an older copy of the database then brings nobody back, because `replay` says who
left since. Addresses stand in it only as keyed hashes.

    2026-05-10T08:00:00.000000Z left 4f2a 9c41…      the key's id, then the hash

"left" is also written of a single topic, "forgotten" of somebody whose data were erased, "complained" of somebody who
marked a mail as spam: until "left" follows, by which the admin lifts it, nobody asks them whether they want mail.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeAlias

from sqlalchemy import Connection

from state.errors import UserError
from state.keys import Keys
from state.store import lies_beside

Event: TypeAlias = Literal["left", "confirmed", "forgotten", "complained"]
GONE: tuple[Event, ...] = ("left", "forgotten", "complained")
_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


@dataclass(frozen=True, slots=True)
class Line:
    """One event of the file. digest: the keyed hash of an address and, where they left one topic, of that."""

    at: datetime
    event: Event
    key: str
    digest: str


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
        return event[1] if event and event[0] in GONE else None

    def complained(self, email_key: str, *, keys: Keys) -> bool:
        """Whether the person of an address marked a mail as spam, and the admin has not lifted that."""
        event = self.last(email_key, keys=keys)
        return event is not None and event[0] == "complained"

    def leavers(self, email_keys: Iterable[str], *, keys: Keys) -> dict[str, datetime]:
        """Those of many addresses whose person left for good, with the time; one look at the file for all of them."""
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return {}
        events = _events(self.path, stat.st_size, stat.st_mtime_ns)
        found: dict[str, datetime] = {}
        for email_key in email_keys:
            said = [events.get((key.id, _hash(key.secret, email_key, ""))) for key in keys.known]
            last = max((event for event in said if event), key=lambda event: event[1], default=None)
            if last and last[0] in GONE:
                found[email_key] = last[1]
        return found

    def newest(self) -> datetime | None:
        """When somebody left last, None where nobody ever did."""
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return None
        events = _events(self.path, stat.st_size, stat.st_mtime_ns).values()
        return max((at for event, at in events if event in GONE), default=None)

    def lines(self) -> Iterator[Line]:
        """Every event there is, oldest first; no address can be told from it."""
        if self.path.exists():
            with self.path.open(encoding="ascii", errors="replace") as file:
                yield from (line for text in file if (line := _line(text)))


def beside(db: Connection) -> StopList:
    """The stop-list of a database."""
    return StopList(lies_beside(db.engine, "stoplist"))


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
    with path.open(encoding="ascii", errors="replace") as file:
        for line in filter(None, map(_line, file)):
            found[line.key, line.digest] = line.event, line.at
    return found


def _line(text: str) -> Line | None:
    match text.rstrip("\n").split(" "):
        case [at, ("left" | "confirmed" | "forgotten" | "complained") as event, key, digest] if len(digest) == 40:
            return Line(datetime.strptime(at, _FORMAT).replace(tzinfo=UTC), event, key, digest)
    return None
