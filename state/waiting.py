"""Keep the messages of editions that do not go where they belong: held, cancelled, or let go again.

A wrong digest is stopped by one row, its edition's: `put_aside`, which every claim
calls, lets no message begin whose edition does not go, whatever happens meanwhile (a
retry, a crashed owner, an `outbox release`). Messages follow in chunks. What is on the
wire cannot be called back; it is counted. Called by mail/editing.py, mail/digest.py
and state/outbox.py; nothing is committed here.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, func, select, update

from state.locks import holding, shared
from state.schema import editions, outbox

UNBEGUN = ("queued", "deferred", "claimed")  # a claim is asked again before it is begun
CHUNK = 5_000  # messages in one statement, which keeps a transaction under 200 ms
ASIDE = "its digest does not go"
_NOT_GOING = select(editions.c.id).where(editions.c.id == outbox.c.edition, editions.c.state != "going").exists()
_BELONGS = (
    select(case((editions.c.state == "cancelled", "cancelled"), else_="held"))
    .where(editions.c.id == outbox.c.edition)
    .scalar_subquery()
)


_PUT_ASIDE = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)), outbox.c.state.in_(("queued", "deferred")), _NOT_GOING)
    .values(state=_BELONGS, next_try_at=None, reply=ASIDE, updated_at=bindparam("now"))
)


def put_aside(db: Connection, numbers: Sequence[int], now: datetime) -> int:
    """Hold or cancel those of these waiting messages whose edition does not go; how many."""
    return db.execute(_PUT_ASIDE, {"ids": numbers, "now": now}).rowcount


def settle(db: Connection, names: Collection[str], now: datetime) -> int:
    """The same for all messages of these editions, right after they were queued; how many.

    Locks the editions' rows against whoever is about to hold or cancel them.
    """
    rows = select(editions.c.id).where(editions.c.id.in_(names), editions.c.state != "going").order_by(editions.c.id)
    if shared(db):  # first, and against its change only: others may be queueing messages of it too
        held = select(editions.c.id).where(editions.c.id.in_(names)).order_by(editions.c.id)
        db.execute(held.with_for_update(read=True))
    stopped = list(db.scalars(rows))
    if not stopped:
        return 0
    these = outbox.c.edition.in_(stopped) & outbox.c.state.in_(("queued", "deferred"))
    aside = {"state": _BELONGS, "next_try_at": None, "reply": ASIDE, "updated_at": now}
    return db.execute(update(outbox).where(these).values(aside)).rowcount


def follow(db: Connection, edition: str, state: str, now: datetime, *, claimed_only: bool = False) -> int:
    """Let messages follow their edition to its state, at most CHUNK of them; how many.

    claimed_only: those that a worker has taken, which it asks about once more before it begins them.
    """
    going = state == "going"
    becomes = "queued" if going else "cancelled" if state == "cancelled" else "held"
    leaving = ("held",) if going else (*UNBEGUN, "held") if state == "cancelled" else UNBEGUN
    these = (outbox.c.edition == edition) & outbox.c.state.in_(("claimed",) if claimed_only else leaving)
    some = holding(db, select(outbox.c.id).where(these).order_by(outbox.c.id).limit(CHUNK)).scalar_subquery()
    values = {
        "state": becomes,
        "owner": "",
        "lease_until": None,
        "next_try_at": now if going else None,
        "reply": "" if going else ASIDE,
        "updated_at": now,
    }
    return db.execute(update(outbox).where(these, outbox.c.id.in_(some)).values(values)).rowcount


def cancelled(db: Connection, edition: str, *, after: int, limit: int) -> list[int]:
    """Messages of an edition that were withdrawn, by number from `after` on."""
    these = (outbox.c.edition == edition) & (outbox.c.state == "cancelled") & (outbox.c.id > after)
    return list(db.scalars(select(outbox.c.id).where(these).order_by(outbox.c.id).limit(limit)))


def begun(db: Connection, edition: str) -> int:
    """How many messages of an edition delivery has ever taken up. Locks those that wait, so that none is taken now."""
    if shared(db):
        waiting = outbox.c.state.in_(("queued", "deferred"))
        held = select(outbox.c.id).where(outbox.c.edition == edition, waiting).order_by(outbox.c.id)
        db.execute(select(func.count()).select_from(holding(db, held).subquery()))
    taken = select(func.count()).select_from(outbox).where(outbox.c.edition == edition, outbox.c.fence > 0)
    return db.execute(taken).scalar_one()


def stopped(db: Connection) -> tuple[tuple[str, str, str, str], ...]:
    """Editions with messages that wait for the admin: (id, state, subject, reason), oldest first."""
    waits = select(outbox.c.id).where(outbox.c.edition == editions.c.id, outbox.c.state == "held").exists()
    rows = db.execute(
        select(editions.c.id, editions.c.state, editions.c.subject, editions.c.reason)
        .where(editions.c.state.in_(("waiting", "held")), waits)
        .order_by(editions.c.created_at, editions.c.id)
    )
    return tuple((row.id, row.state, row.subject, row.reason) for row in rows)
