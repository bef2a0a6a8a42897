"""What many polls need at once: their endings in one statement, whom to wait for.

Beside state/sources.py, which keeps a source and lets one worker claim it. Called by `feeds.settling`, `feeds.poll` and
`feeds.rounds`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, or_, select, update

from state.chunks import chunks
from state.codec import decode
from state.habits import Pacing
from state.locks import holding
from state.schema_watching import hosts as host_table
from state.schema_watching import sources as table
from state.sources import Claim, free


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one poll that brought nothing to store. values: columns of the source that change."""

    claim: Claim
    values: Mapping[str, object]


def settle_all(db: Connection, settled: Sequence[Settled]) -> None:
    """`settle` many polls at once: as one statement for all that change the same columns."""
    alike: dict[tuple[str, ...], list[dict[str, object]]] = {}
    for one in sorted(settled, key=lambda one: one.claim.source.id):
        keys = {"the_id": one.claim.source.id, "the_fence": one.claim.fence}
        row = {f"new_{name}": value for name, value in one.values.items()}
        alike.setdefault(tuple(sorted(one.values)), []).append({**row, **keys})
    ours = (table.c.id == bindparam("the_id")) & (table.c.fence == bindparam("the_fence"))
    for names, rows in alike.items():
        news = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
        db.execute(update(table).where(ours).values({**news, "owner": "", "lease_until": None}), rows)


def still_held(db: Connection, claims: Collection[Claim]) -> set[str]:
    """Ids of those of the sources that nobody has claimed since; on a server their rows are held."""
    fences = {claim.source.id: claim.fence for claim in claims}
    found: set[str] = set()
    for some in chunks(sorted(fences)):
        rows = db.execute(
            select(table.c.id, table.c.fence).where(table.c.id.in_(some)).order_by(table.c.id).with_for_update()
        )
        found |= {row.id for row in rows if row.fence == fences[row.id]}
    return found


def hold(db: Connection, id: str) -> None:
    """Wait until nobody is claiming or settling a source at this moment, and keep others from it until the end."""
    db.execute(holding(db, select(table.c.id).where(table.c.id == id))).all()


def is_claimed(db: Connection, id: str, now: datetime) -> bool:
    """Whether somebody is polling a source."""
    until: datetime | None = db.scalar(select(table.c.lease_until).where(table.c.id == id))
    return until is not None and until > now


def postpone(db: Connection, host: str, until: datetime, reason: str) -> None:
    """Let all sources of a host wait at least until a time, those too that are due: it asks to be left alone."""
    t = table.c
    due = (t.host == host) & (t.state == "active") & t.lease_until.is_(None) & (t.next_poll_at < until)
    db.execute(update(table).where(due).values(next_poll_at=until, next_poll_reason=reason))


def next_claimable(db: Connection, now: datetime, ids: Sequence[str] | None = None) -> datetime | None:
    """When the first host that rests, and that nobody holds, may be read from for a source that is due; None: never.

    ids: of the sources that count, due or not.
    """
    t, h = table.c, host_table.c
    idle = or_(h.lease_until.is_(None), h.lease_until <= now)
    first = select(func.min(h.next_at)).join(table, h.host == t.host)
    first = first.where(t.state == "active", free(now), idle, h.next_at > now)
    if ids is None:
        at: datetime | None = db.scalar(first.where(t.next_poll_at <= now))
        return at
    found = [at for some in chunks(ids) if (at := db.scalar(first.where(t.id.in_(some))))]
    return min(found, default=None)


def pacing(db: Connection, id: str) -> Pacing:
    """What was learnt of a source's rhythm and whereabouts."""
    kept = db.scalar(select(table.c.pacing).where(table.c.id == id))
    return decode(kept, Pacing) if kept else Pacing()


def neighbours(db: Connection, host: str, limit: int) -> tuple[str, ...]:
    """Addresses of sources elsewhere that could be read lately, newest first; to find out whether anybody can be."""
    t = table.c
    other = select(t["where"]).where(t.state == "active", t.failures == 0, t.host != host, t.host != "")
    return tuple(db.scalars(other.order_by(t.last_polled_at.desc()).limit(limit)))
