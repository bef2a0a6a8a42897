"""Look at the database and what lies beside it, and say what is wrong and what to do. Changes nothing.

Each check gives findings; one that is broken keeps the service from doing its work,
a warning will hurt later or hurts others already. Called by `tidings doctor`, which
adds what only cli and mail can see (configuration, DNS, mail server).
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Column, Connection, func, select, text

from state import alarms, sendlog, stoplist
from state.schema import filings, outbox, subscriber_log, subscribers
from state.schema_watching import sources as source_table
from state.store import Store, where

Level: TypeAlias = Literal["ok", "warning", "broken"]

LITTLE, TOO_LITTLE = 1_000_000_000, 100_000_000  # bytes free on the disk
AHEAD = timedelta(minutes=5)  # that the database may be ahead of the clock
LATE = timedelta(hours=1)  # that a poll or a message may be overdue
OLD = timedelta(days=1)  # that a message may be deferred


@dataclass(frozen=True, slots=True)
class Finding:
    """area: what was looked at. message: what was found, with its value. do: what to do next, "" where nothing."""

    area: str
    level: Level
    message: str
    do: str = ""


def database(store: Store) -> Iterator[Finding]:
    """Whether it is whole and can be written, and how large it is. Cost: reads all of a SQLite file."""
    name = where(store.engine.url)
    with store.read() as db:
        if store.file is None:
            size = db.scalar(text("SELECT pg_database_size(current_database())")) or 0
        else:
            size = store.file.stat().st_size
            found = [row[0] for row in db.execute(text("PRAGMA quick_check(3)"))]
            if found != ["ok"]:
                yield Finding("database", "broken", f"{name} is damaged: {found[0]}", "go back: tidings restore FILE")
                return
    with store.write() as db:
        db.execute(text("SELECT 1"))  # the transaction alone shows whether it may be written
    yield Finding("database", "ok", f"{name} is whole, can be written, and has {_bytes(size)}")


def disk(store: Store, folder: Path) -> Iterator[Finding]:
    """Room for the database, its copy and what is kept beside it."""
    folder = store.file.absolute().parent if store.file else folder
    free = shutil.disk_usage(folder).free
    size = store.file.stat().st_size if store.file else 0
    level: Level = "broken" if free < TOO_LITTLE else "warning" if free < max(LITTLE, 2 * size) else "ok"
    do = "" if level == "ok" else "make room: a full disk stops mail, and a backup takes as much as the database"
    yield Finding("disk", level, f"{_bytes(free)} free in {folder}", do)


def clock(db: Connection, now: datetime) -> Iterator[Finding]:
    """Whether the clock went back behind what is stored."""
    columns: tuple[Column[Any], ...] = (
        source_table.c.last_polled_at,
        outbox.c.updated_at,
        subscriber_log.c.at,
        filings.c.filed_at,
    )
    newest = max((at for column in columns if (at := db.scalar(select(func.max(column))))), default=now)
    if newest > now + AHEAD:
        yield Finding(
            "clock",
            "broken",
            f"the clock says {_time(now)}, but the database already knows {_time(newest)}",
            "set the clock (NTP); until then polls and digests wait",
        )
    else:
        yield Finding("clock", "ok", f"the clock says {_time(now)}")


def zones(db: Connection, site: str) -> Iterator[Finding]:
    """Whether the time zones of all readers and sources are known to this machine."""
    named = {site, *db.scalars(select(subscribers.c.timezone).distinct())}
    named |= set(db.scalars(select(source_table.c.timezone).distinct()))
    missing = sorted(name for name in named if not _known(name))
    if missing:
        do = "install tzdata, or give them another: tidings subscriber edit EMAIL --timezone ZONE"
        yield Finding("time zones", "broken", f"not known to this machine: {', '.join(missing)}", do)
    else:
        yield Finding("time zones", "ok", f"{len(named)} in use, all known")


def sources(db: Connection, now: datetime) -> Iterator[Finding]:
    """Alarms that stand, and polls that nobody does."""
    standing = alarms.alarms(db)
    for alarm in standing:
        of = f"source {alarm.source}" if alarm.source else "the service"
        level: Level = "warning" if alarm.source else "broken"
        yield Finding("alarms", level, f"{of}: {alarm.kind} since {_time(alarm.since)}: {alarm.message}", _ask(alarm))
    t = source_table
    active = t.c.state == "active"
    late = db.scalar(select(func.count()).select_from(t).where(active, t.c.next_poll_at < now - LATE)) or 0
    count = db.scalar(select(func.count()).select_from(t).where(active)) or 0
    if late:
        yield Finding(
            "sources",
            "warning",
            f"{late} of {count} should have been read over an hour ago",
            "is `tidings run` running?",
        )
    else:
        do = "" if count else "tidings source add URL"
        yield Finding("sources", "ok", f"{count} are watched, none is overdue", do)


def queue(db: Connection, now: datetime) -> Iterator[Finding]:
    """Messages that wait for the admin, or for too long."""
    t = outbox
    looks = (
        ("in doubt", t.c.state == "in-doubt", "tidings outbox list --state in-doubt, then retry or leave them"),
        ("held", t.c.state == "held", "tidings outbox list --state held, then tidings outbox release"),
        (
            "deferred for over a day",
            (t.c.state == "deferred") & (t.c.created_at < now - OLD),
            "tidings outbox list --state deferred shows what the server says",
        ),
        (
            "due for over an hour and not sent",
            (t.c.state == "queued") & (t.c.next_try_at < now - LATE),
            "is `tidings run` running?",
        ),
    )
    clean = True
    for what, which, do in looks:
        number = db.scalar(select(func.count()).select_from(t).where(which)) or 0
        if number:
            clean = False
            yield Finding("queue", "warning", f"{number} messages are {what}", do)
    if clean:
        yield Finding("queue", "ok", "no message waits for you")


def beside(db: Connection) -> Iterator[Finding]:
    """The two files that no backup copies: who left, and what was sent. Ask it first in a transaction."""
    stop, log = stoplist.beside(db).path, sendlog.beside(db)
    missed = sendlog.behind(db, log)
    left = db.scalar(select(func.max(subscribers.c.left_at)))
    if stop.exists() and not os.access(stop, os.R_OK | os.W_OK):
        do = "give the file to the user of the service"
        yield Finding("stop-list", "broken", f"{stop} cannot be read and written by this user, so nobody can leave", do)
    elif not stop.exists() and left:
        do = "put it back beside the database, from where you copied it"
        yield Finding("stop-list", "warning", f"{stop} is missing, though somebody left on {_time(left)}", do)
    else:
        yield Finding("stop-list", "ok", f"{stop}" if stop.exists() else "nobody has left yet")
    if missed:
        yield Finding(
            "send log",
            "broken",
            f"this database is an older copy: mail went out until {_time(missed.until)} that it does not know of",
            "tidings restore --assume sent, or --assume unsent",
        )
    else:
        yield Finding("send log", "ok", f"{log.path}" if log.path.exists() else "nothing was sent yet")


def worst(findings: Iterable[Finding]) -> Level:
    """The level of the worst of them."""
    order: tuple[Level, ...] = ("ok", "warning", "broken")
    return max((one.level for one in findings), key=order.index, default="ok")


def _ask(alarm: alarms.Alarm) -> str:
    return alarm.asks or (f"tidings source show {alarm.source}" if alarm.source else "tidings outbox list")


def _known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _bytes(size: int) -> str:
    if size >= 1_000_000_000:
        return f"{size / 1_000_000_000:.1f} GB"
    return f"{size / 1_000_000:.1f} MB"
