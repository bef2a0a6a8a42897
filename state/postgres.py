"""What is PostgreSQL's own: how it is connected to, what of its faults a person must mend, locks with a name.

The only importer of psycopg. Called by state/store.py and state/locks.py. The
surprising rule: a NUL, which no text of PostgreSQL can hold, becomes U+FFFD on the
way in, in values and in what is asked for, so that a hostile page or path is
stored, or not found, as on SQLite.
"""

import zlib
from functools import cache
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from state.errors import UserError

LOCK_TIMEOUT = 60  # seconds a statement waits for rows that another process holds
_IDLE_TIMEOUT = 600  # seconds after which the server gives up a process that sleeps in a transaction
REPEATABLE = ("40001", "40P01")  # serialization failure, deadlock: nothing was done, and the same again may succeed


def engine(url: URL) -> Engine:
    """An engine for a server. What the URL says itself (options, timeouts) is left as it is."""
    ours = {
        "application_name": "tidings",
        "connect_timeout": 10,  # seconds
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "options": f"-c lock_timeout={LOCK_TIMEOUT}s -c idle_in_transaction_session_timeout={_IDLE_TIMEOUT}s",
    }
    made = create_engine(
        url,
        connect_args={name: value for name, value in ours.items() if name not in url.query},
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
    )
    event.listen(made, "connect", _texts_without_nul)
    return made


READING = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}  # one state, and nothing changes


def _texts_without_nul(connection: Any, _record: object) -> None:
    connection.adapters.register_dumper(str, _dumper())


@cache
def _dumper() -> type:
    from psycopg.types.string import StrDumperUnknown  # who stays with SQLite need not load psycopg

    class Dumper(StrDumperUnknown):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)

    return Dumper


def number(name: str) -> int:
    """The key of an advisory lock with a name: two 32-bit halves, the first one says that it is ours."""
    return (zlib.crc32(b"tidings") << 31) | zlib.crc32(name.encode())


# ---- faults ----

_MEND = {
    "28": "the user or password is wrong: correct them in state.url (or TIDINGS_STATE), or in the server's pg_hba.conf",
    "3D": "create it first, with `createdb -E UTF8 NAME`, then `tidings init`",
    "53300": "raise max_connections of the server, or run fewer processes",
    "53": "free or repair the server's disk or memory: what could not be recorded was not done",
    "25006": "it is read-only (a standby?): give the primary server in state.url",
    "42501": "give the user the right to create and use tables, best by making it the owner: "
    "ALTER DATABASE … OWNER TO …",
    "55P03": f"another process held the same rows for {LOCK_TIMEOUT} s: end that process or try again",
    "57P": "the server is going down or starting: nothing that was not committed was done; try again in a moment",
}
_SPOKEN = {  # faults of connecting carry no code
    "password": "28",
    "no pg_hba.conf entry": "28",
    "role ": "28",
    "database ": "3D",
    "too many": "53300",
    "starting up": "57P",
    "shutting down": "57P",
}


def explain(error: DBAPIError, name: str) -> UserError | None:
    """What a person can mend of a fault of the server, None for what is a bug of ours. name: of the database."""
    code = getattr(error.orig, "sqlstate", None) or ""
    words = " ".join(str(error.orig).split())
    if code in REPEATABLE:
        return UserError(f"{name}: another process changed the same rows at the same moment; nothing was done: repeat")
    if not code and "FATAL" in words:
        code = next((kind for spoken, kind in _SPOKEN.items() if spoken in words.split("FATAL", 1)[1]), "")
    for length in (5, 3, 2):
        if code and (mend := _MEND.get(code[:length])):
            return UserError(f"{name} cannot be used ({words}); {mend}")
    if not code and error.connection_invalidated:
        return UserError(
            f"{name}: the connection was lost ({words}); whether the last change was made is not known: "
            "look, then repeat it"
        )
    if not code and type(error.orig).__name__ == "OperationalError":
        return UserError(
            f"{name} cannot be reached ({words}); see that the server runs there and takes connections, "
            "and correct state.url (or TIDINGS_STATE) if it is elsewhere"
        )
    return None
