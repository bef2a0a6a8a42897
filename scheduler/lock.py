"""Let only one scheduler run on one SQLite database.

An advisory lock on a file beside the database: the kernel drops it when the
process ends, however it ends. On a server many workers are safe by their claims
and need no lock.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from state.errors import Conflict, UserError


@contextmanager
def only_one(database: Path | None) -> Iterator[None]:
    """Hold the lock of a database file (None: a server). Raises Conflict where another process holds it."""
    if database is None:
        yield
        return
    path = database.with_name(database.name + ".lock")
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise UserError(
            f"lock file {path} cannot be opened ({error.strerror}); give this user the folder of the database"
        ) from error
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(file, 32).decode(errors="replace").strip() or "unknown"
            raise Conflict(
                f"another scheduler runs on {database} (process {holder}); "
                "end it first, or use another database with --state"
            ) from error
        os.truncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(file)
