"""Subscriptions at hubs (W3C WebSub): one for each source whose feed announces a hub.

A row of state/websub.py is the truth about a subscription; what is to be done with it is decided in `feeds.websub`. A
notice is a time in its row, which makes the source due: never later than its poll by the clock would be. On a server a
source is held before its row here (state/locks.py), so that `notified` and `rouse` each have their own transaction.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, or_, select, update

from state.chunks import chunks
from state.locks import shared
from state.records import Hub
from state.schema_watching import sources
from state.schema_watching import websub as table
from state.sources import free
from state.upsert import insert

SPACING = timedelta(minutes=1)  # between two polls of a source that notices ask for
REASON = "its hub announced news"


@dataclass(frozen=True, slots=True)
class Subscription:
    """active: the source is watched. announced: by the feed when it was read last. base: site.url when it was asked.

    state: "idle" (nothing was asked), "asked" (the hub has not confirmed), "subscribed", "denied", "leaving" (we asked
    to end it). attempts: requests that the hub did not confirm. next_at: when something is to be asked, None: at once
    if at all. notices: how many came, the last at notified_at. note: what went wrong last, or "".
    """

    source: str
    hub: str
    topic: str
    token: str
    secret: str
    announced: bool
    state: str
    base: str
    attempts: int
    next_at: datetime | None
    lease_until: datetime | None
    notices: int
    notified_at: datetime | None
    note: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Push:
    """What of a subscription bears on when its source is polled."""

    lease_until: datetime | None
    notified_at: datetime | None


def announce(db: Connection, source: str, hub: Hub, *, token: str, secret: str) -> None:
    """Note which hub a feed announces, "" for none. token, secret: for a subscription that is not known yet.

    Another hub or topic begins anew: the old callback is nobody's then, and the old hub ends by itself when it learns.
    """
    known = of_source(db, source)
    if known is None and not hub.url:
        return
    if known is not None and (not hub.url or (known.hub, known.topic) == (hub.url, hub.topic)):
        if known.announced is not bool(hub.url):
            put(db, source, {"announced": bool(hub.url)})
        return
    fresh = {
        "hub": hub.url,
        "topic": hub.topic,
        "token": token,
        "secret": secret,
        "announced": True,
        "state": "idle",
        "base": "",
        "attempts": 0,
        "next_at": None,
        "lease_until": None,
        "notices": 0,
        "notified_at": None,
        "note": "",
    }
    row = insert(db, table).values(source=source, **fresh)
    db.execute(row.on_conflict_do_update(index_elements=["source"], set_=fresh))


def due(db: Connection, base: str, now: datetime, limit: int) -> tuple[Subscription, ...]:
    """Subscriptions with which something may be to be done, held until the end where others write too.

    base: site.url as it is now.
    """
    t = table.c
    open_ = t.state.in_(("asked", "subscribed"))
    wanted = (sources.c.state == "active") & t.announced
    stirred = or_(
        t.next_at <= now,
        open_ & or_(~wanted, t.base != base),
        and_(t.state == "idle", or_(wanted, ~t.announced)),
        and_(t.state == "leaving", wanted),
    )
    rows = _all().where(stirred).order_by(t.next_at, t.source).limit(limit)
    rows = rows.with_for_update(skip_locked=True, of=table) if shared(db) else rows
    return tuple(_subscription(row) for row in db.execute(rows))


def of_source(db: Connection, source: str) -> Subscription | None:
    """The subscription of a source, None where its feed never announced a hub."""
    row = db.execute(_all().where(table.c.source == source)).one_or_none()
    return _subscription(row) if row else None


def of_token(db: Connection, token: str) -> Subscription | None:
    """The subscription that a callback is for."""
    row = db.execute(_all().where(table.c.token == token)).one_or_none()
    return _subscription(row) if row else None


def pushes(db: Connection, ids: Collection[str]) -> dict[str, Push]:
    """What bears on the next polls, by source; sources without a hub are left out."""
    found: dict[str, Push] = {}
    t = table.c
    for some in chunks(ids):
        for row in db.execute(select(t.source, t.lease_until, t.notified_at).where(t.source.in_(some))):
            found[row.source] = Push(row.lease_until, row.notified_at)
    return found


def put(db: Connection, source: str, values: Mapping[str, object], *, token: str | None = None) -> bool:
    """Change columns. token: only while the subscription is this one. Returns whether it was."""
    here = table.c.source == source
    here = here if token is None else here & (table.c.token == token)
    return bool(db.execute(update(table).where(here).values(**values)).rowcount)


def drop(db: Connection, source: str) -> None:
    """Forget a subscription that is over."""
    db.execute(delete(table).where(table.c.source == source))


def notified(db: Connection, token: str, now: datetime) -> None:
    """Note that the hub said that there is news."""
    db.execute(update(table).where(table.c.token == token).values(notices=table.c.notices + 1, notified_at=now))


def waiting(db: Connection, now: datetime) -> tuple[str, ...]:
    """Sources whose hub announced news since their last poll began, and that can be polled for it now.

    Not one that is being polled (it is due again afterwards), that was polled a minute ago, or that fails: its waits
    are for its host's sake.
    """
    s, t = sources.c, table.c
    rested = or_(s.last_polled_at.is_(None), s.last_polled_at <= now - SPACING)
    unheard = or_(s.last_polled_at.is_(None), t.notified_at >= s.last_polled_at)
    wanted = select(t.source).join(sources, s.id == t.source).where(t.notified_at.is_not(None), unheard, rested)
    wanted = wanted.where(s.state == "active", s.failures == 0, s.next_poll_at > now, free(now))
    return tuple(db.scalars(wanted.order_by(t.source)))


def rouse(db: Connection, ids: Collection[str], now: datetime) -> None:
    """Let sources be polled now, unless they are being polled."""
    for some in chunks(ids):
        here = sources.c.id.in_(some) & (sources.c.state == "active") & free(now) & (sources.c.next_poll_at > now)
        db.execute(update(sources).where(here).values(next_poll_at=now, next_poll_reason=REASON))


def _all() -> Select[Any]:
    return select(table, (sources.c.state == "active").label("active")).join(sources, sources.c.id == table.c.source)


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(**row._mapping)
