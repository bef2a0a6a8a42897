"""Note, in a file beside the database that no backup copies, how far the sending of mail has come.

The database counts notes (`counters`, "sends"); each note is committed there
first and then stands, on the disk, as a line of the file. So the file is never
ahead of its own database, also after a crash, and a database that counts less
than the file says is surely an older copy: mail has gone out that it does not
know of (docs/decisions/0011). Written by `mail.recording`, once before the first
mail of a delivery, once a minute and once at its end; read at start and at restore.

    2026-05-10T08:00:00.000000Z 3f2a9c41d2e0 57 1204      the database, the note's number, the highest message
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, func, select

from state.errors import UserError
from state.schema import counters, feeds, outbox
from state.store import Store, lies_beside
from state.upsert import insert

_COUNTER = "sends"
_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
_TAIL = 64 * 1024  # bytes at the end of the file that are looked at


@dataclass(frozen=True, slots=True)
class Note:
    """One line. database: whose it is. number: rises by one with each note. message: the highest id in the outbox."""

    at: datetime
    database: str
    number: int
    message: int


@dataclass(frozen=True, slots=True)
class Behind:
    """A database that is an older copy. since: its own last note, None where the file does not tell it any more.

    until: when mail went out last. messages: about how many it does not know of.
    """

    since: datetime | None
    until: datetime
    messages: int


@dataclass(frozen=True, slots=True)
class SendLog:
    """The file at a path; it appears with the first line."""

    path: Path

    def append(self, note: Note) -> None:
        """Write one line so that it survives a power cut. Raises UserError where the disk does not take it."""
        line = f"{note.at.astimezone(UTC):{_FORMAT}} {note.database} {note.number} {note.message}\n"
        try:
            file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                size = os.fstat(file).st_size
                torn = size and os.pread(file, 1, size - 1) != b"\n"
                os.write(file, (b"\n" if torn else b"") + line.encode())
                os.fsync(file)
            finally:
                os.close(file)
        except OSError as error:
            raise UserError(
                f"send log {self.path} cannot be written ({error.strerror}), so no mail is sent: an old copy of the "
                "database could not be told from the newest one; free the disk or give the file to this user"
            ) from error

    def notes(self, database: str) -> tuple[Note, ...]:
        """The last lines of a database, oldest first. Raises UserError."""
        return tuple(note for note in self.tail() if note.database == database)

    def tail(self) -> tuple[Note, ...]:
        """The last lines of whichever database, oldest first. Half lines are passed over. Raises UserError."""
        try:
            with self.path.open("rb") as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - _TAIL))
                text = file.read().decode("ascii", "replace")
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise UserError(
                f"send log {self.path} cannot be read ({error.strerror}); give the file to this user"
            ) from error
        found = (_read(line) for line in text.splitlines())
        return tuple(note for note in found if note)


def beside(db: Connection) -> SendLog:
    """The send log of a database."""
    return SendLog(lies_beside(db.engine, "sendlog"))


def note(store: Store, *, now: datetime) -> None:
    """Note that mail goes out from now on, or has gone out until now: committed first, then written.

    A database that `tidings init` never saw has no name yet, and gets no note.
    """
    with store.write() as db:
        name = database(db)
        if not name:
            return
        made = Note(now, name, _raise(db, by=1), _highest(db))
        log = beside(db)
    log.append(made)


def number(db: Connection) -> int:
    """How many notes this database counts; 0 where it never sent."""
    return db.scalar(select(counters.c.value).where(counters.c.name == _COUNTER)) or 0


def behind(db: Connection, log: SendLog) -> Behind | None:
    """What a database misses, None where it is as new as the log (or the log does not know it).

    Ask it first in a transaction: what another process notes after the transaction's view began is in no view.
    """
    lines = log.tail()  # before the database is looked at
    name = database(db)
    known = [note for note in lines if note.database == name]
    if not known:
        return None
    newest = max(known, key=lambda note: note.number)
    own = number(db)
    if newest.number <= own:
        return None
    since = next((note.at for note in known if note.number == own), None)
    return Behind(since, newest.at, max(0, newest.message - _highest(db)))


def settle(store: Store, log: SendLog, *, now: datetime) -> None:
    """From now on this database is the newest one: it counts beyond the log, and the log says so."""
    with store.write() as db:
        name = database(db)
        if not name:
            return
        newest = max((note.number for note in log.notes(name)), default=0)
        ahead = max(newest - number(db), 0) + 1
        made = Note(now, name, _raise(db, by=ahead), _highest(db))
    log.append(made)


def database(db: Connection) -> str:
    """What tells this database and its copies from others: of its oldest feed's id; "" before `tidings init`."""
    urn = db.scalar(select(feeds.c.urn).where(feeds.c.name == "all"))
    return urn.rpartition("-")[2] if urn else ""


def _raise(db: Connection, *, by: int) -> int:
    row = insert(db, counters).values(name=_COUNTER, value=by)
    again = row.on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + by})
    raised: int = db.execute(again.returning(counters.c.value)).scalar_one()
    return raised


def _highest(db: Connection) -> int:
    return db.scalar(select(func.max(outbox.c.id))) or 0


def _read(line: str) -> Note | None:
    match line.split(" "):
        case [at, name, number, message] if number.isdecimal() and message.isdecimal():
            try:
                return Note(datetime.strptime(at, _FORMAT).replace(tzinfo=UTC), name, int(number), int(message))
            except ValueError:
                return None
    return None
