"""Whom we read from: who holds a host now, before when it is left alone, and what its robots.txt says.

One reader at a time holds a host, by a lease that its name (holder) proves, so that the gap between two requests holds
for all workers together. What robots.txt means is decided in `feeds.robots`. Sources are held before their hosts, hosts
in order of name (state/locks.py). Called by state/sources.py, `feeds.poll` and `feeds.manners`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row, bindparam, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from state.chunks import chunks
from state.schema_watching import hosts as table
from state.upsert import insert

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Host:
    """next_at: no request before, None where one may be made now. holder: who reads there until lease_until."""

    host: str
    holder: str
    lease_until: datetime | None
    next_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Robots:
    """What is known of a host's robots.txt. state: "rules", "none" (all is allowed), "unreachable" or "" (never asked).

    text: as it could be read last. until: when it is asked again. failing_since: since when it is unreachable.
    """

    state: str = ""
    text: str = ""
    until: datetime | None = None
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rest:
    """What becomes of a host when its holder is done. until: no request before, None: at once."""

    host: str
    holder: str
    until: datetime | None
    reason: str = ""


@lru_cache(4096)
def host_of(where: str) -> str:
    """Whom reading an address bothers: name and port, without "www."; "" for files and what is no web address."""
    try:
        parts = urlsplit(where.strip())
        scheme, port = parts.scheme.lower(), parts.port
    except ValueError:
        return ""
    name = (parts.hostname or "").rstrip(".").removeprefix("www.")
    if scheme not in _PORTS or not name:
        return ""
    name = f"[{name}]" if ":" in name else name
    return name if port in (None, _PORTS[scheme]) else f"{name}:{port}"


def free(now: datetime) -> ColumnElement[bool]:
    """The condition under which a host (of an outer join: one that was never asked) may be read from."""
    rested = or_(table.c.next_at.is_(None), table.c.next_at <= now)
    return rested & or_(table.c.lease_until.is_(None), table.c.lease_until <= now)


def hold(db: Connection, wanted: Mapping[str, str], *, now: datetime, lease: float) -> set[str]:
    """Take those of the hosts that are free; returns them. wanted: holder by host. lease: seconds."""
    rows = [{"of": host, "by": holder} for host, holder in sorted(wanted.items())]
    if not rows:
        return set()
    db.execute(insert(db, table).on_conflict_do_nothing(), [{"host": row["of"], "holder": ""} for row in rows])
    held: dict[str, Any] = {"holder": bindparam("by"), "lease_until": now + timedelta(seconds=lease), "reason": ""}
    db.execute(update(table).where(table.c.host == bindparam("of"), free(now)).values(held), rows)
    taken: set[str] = set()
    for some in chunks(wanted):
        found = db.execute(select(table.c.host, table.c.holder).where(table.c.host.in_(some)))
        taken |= {row.host for row in found if row.holder == wanted[row.host]}
    return taken


def release(db: Connection, rests: Collection[Rest]) -> None:
    """Give hosts back, each to be left alone until its time. One that another took over since stays as it is."""
    rows = [
        {"of": one.host, "by": one.holder, "until": one.until, "why": one.reason}
        for one in sorted(rests, key=lambda one: one.host)
        if one.host
    ]
    if rows:
        ours = (table.c.host == bindparam("of")) & (table.c.holder == bindparam("by"))
        given: dict[str, Any] = {"next_at": bindparam("until"), "reason": bindparam("why")}
        db.execute(update(table).where(ours).values(holder="", lease_until=None, **given), rows)


def host(db: Connection, name: str) -> Host | None:
    """One host, None where nothing is known of it."""
    row = db.execute(select(table).where(table.c.host == name)).one_or_none()
    return _host(row) if row else None


# ---- robots.txt ----


def robots(db: Connection, names: Collection[str]) -> dict[str, Robots]:
    """What is known of the robots.txt of hosts, by host; hosts that were never asked are left out."""
    t = table.c
    columns = (t.host, t.robots_state, t.robots, t.robots_until, t.robots_failing_since)
    found: dict[str, Robots] = {}
    for some in chunks(sorted(names)):
        for row in db.execute(select(*columns).where(t.host.in_(some), t.robots_state != "")):
            found[row.host] = Robots(row.robots_state, row.robots, row.robots_until, row.robots_failing_since)
    return found


def put_robots(db: Connection, name: str, known: Robots) -> None:
    """Keep what was learnt of a host's robots.txt."""
    values = {
        "robots_state": known.state,
        "robots": known.text,
        "robots_until": known.until,
        "robots_failing_since": known.failing_since,
    }
    row = insert(db, table).values(host=name, **values)
    db.execute(row.on_conflict_do_update(index_elements=["host"], set_=values))


def _host(row: Row[Any]) -> Host:
    return Host(row.host, row.holder, row.lease_until, row.next_at, row.reason)
