"""The outbox: every mail to one person as a row, and what became of it.

    queued → claimed → sending → accepted | deferred | refused | held | in-doubt
    suppressed (the person left, paused, moved)      cancelled (withdrawn before it was begun)

`mail.deliver` claims rows for a time (lease) under a number that rises with each claim (fence); whatever it
reports under an older number is not recorded. What must be durable before the final dot is only this: the row
says "sending". `begin` commits that before MAIL FROM, in one transaction with the re-check of the subscriber,
and a connection begins its next message only after the outcome of the last one is durable. So after a kill

- a row that is "claimed" was surely not sent, and is queued again;
- a row that is "sending" may have been accepted: that is a doubt, it is counted, and it is sent once more under
  the same Message-ID or kept for the admin, as `mail.in_doubt` says;
- there is at most one "sending" row, and so at most one mail too many, for each connection that was open.

A second doubt about one message is never resolved by itself. Attempts count transactions that were begun; a server
that cannot be reached costs a message nothing.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Row, bindparam, case, func, or_, select, tuple_, update

from state.chunks import chunks
from state.errors import NotFound
from state.locks import hold_name, holding, shared
from state.records import Message, MessageState
from state.schema import outbox
from state.upsert import insert
from state.waiting import put_aside

State: TypeAlias = MessageState
STATES: tuple[State, ...] = State.__args__  # type: ignore[attr-defined]
WAITING: tuple[State, ...] = ("queued", "deferred")
TAKEN: tuple[State, ...] = ("claimed", "sending")
LANES = (0, 1)  # single mails (confirmations), digests


# The statements that run for every message are built once: building them costs as much as running them.
_BEGIN = (
    update(outbox)
    .where(
        outbox.c.id.in_(bindparam("ids", expanding=True)),  # by which SQLite finds them: it does not by pairs
        tuple_(outbox.c.id, outbox.c.fence).in_(bindparam("ours", expanding=True)),
        outbox.c.state == "claimed",
        outbox.c.lease_until > bindparam("now"),
    )
    .values(
        state="sending",
        lease_until=bindparam("until"),
        attempts=outbox.c.attempts + 1,
        phase="",
        updated_at=bindparam("now"),
    )
    .returning(outbox.c.id)
)
_OURS = (outbox.c.id == bindparam("of")) & (outbox.c.fence == bindparam("under"))
_RECORD = (
    update(outbox)
    .where(_OURS, or_(*(outbox.c.state == state for state in TAKEN)))  # no IN: it cannot be run for many at once
    .values(
        state=bindparam("became"),
        phase=bindparam("phase"),
        reply=bindparam("reply"),
        next_try_at=bindparam("next_try_at"),
        owner="",
        lease_until=None,
        updated_at=bindparam("now"),
    )
)


_FIELDS = tuple(Message.__dataclass_fields__)
_DUE = (
    select(outbox.c.next_try_at, outbox.c.id)
    .where(
        outbox.c.state == bindparam("in_state"),
        outbox.c.lane == bindparam("in_lane"),
        outbox.c.next_try_at <= bindparam("now"),
    )
    .order_by(outbox.c.next_try_at, outbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)), outbox.c.state.in_(WAITING))
    .values(
        state="claimed",
        owner=bindparam("by"),
        lease_until=bindparam("until"),
        fence=outbox.c.fence + 1,
        updated_at=bindparam("now"),
    )
    .returning(*(outbox.c[name] for name in _FIELDS))
)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a claim. phase: where the answer came. reply: the server's words, or why we did not send.

    state "queued" gives the claim back: nothing was sent and nothing is held against the message.
    next_try_at: for "deferred" and "queued"; None = at once.
    """

    id: int
    fence: int
    state: State
    phase: str = ""
    reply: str = ""
    next_try_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a dead or sleeping owner left: rows given back, rows in doubt that are sent once more or kept."""

    given_back: int
    resent: int
    kept: int


def enqueue(
    db: Connection,
    *,
    subscriber: str,
    recipient: str,
    generation: int,
    kind: str,
    key: str,
    edition: str | None,
    message_id: str,
    lane: int,
    payload: str = "",
    now: datetime,
    not_before: datetime | None = None,
) -> int | None:
    """Add one message; its id, or None where UNIQUE(subscriber, kind, key) says that it is there already."""
    row = insert(db, outbox).values(
        subscriber=subscriber,
        recipient=recipient,
        generation=generation,
        kind=kind,
        key=key,
        edition=edition,
        message_id=message_id,
        lane=lane,
        payload=payload,
        state="queued",
        next_try_at=not_before or now,
        created_at=now,
        updated_at=now,
    )
    statement = row.on_conflict_do_nothing(index_elements=["subscriber", "kind", "key"]).returning(outbox.c.id)
    return db.execute(statement).scalar_one_or_none()


# ---- claims ----


def claim(db: Connection, *, owner: str, now: datetime, lease: float, limit: int) -> tuple[Message, ...]:
    """Take up to `limit` due messages for `lease` seconds: single mails first, then the longest due.

    Two workers never get the same row: on SQLite because the transaction is the only writer, on
    PostgreSQL because rows that another one has locked are skipped.
    """
    chosen = _due(db, now, limit)
    if not chosen:
        return ()
    put_aside(db, chosen, now)  # of editions that do not go
    place = {number: index for index, number in enumerate(chosen)}
    until = now + timedelta(seconds=lease)
    rows = db.execute(_CLAIM, {"ids": chosen, "by": owner, "until": until, "now": now}).all()
    return tuple(Message(*row) for row in sorted(rows, key=lambda row: place[row.id]))


def _due(db: Connection, now: datetime, limit: int) -> list[int]:
    """Ids by lane, then by the time since which they are due. Each query walks the index and stops at the limit."""
    chosen: list[int] = []
    for lane in LANES:
        found: list[tuple[datetime, int]] = []
        for state in WAITING:
            asked = {"in_state": state, "in_lane": lane, "now": now, "most": limit - len(chosen)}
            found += [(row.next_try_at, row.id) for row in db.execute(_DUE, asked)]
        chosen += [number for _, number in sorted(found)[: limit - len(chosen)]]
        if len(chosen) >= limit:
            break
    return chosen


def begin(db: Connection, message: Message, *, now: datetime, lease: float) -> datetime | None:
    """As `begin_all`, for one message: the end of its new lease, None where it may not go."""
    hold(db, [message.id])
    until, begun = begin_all(db, [message], now=now, lease=lease)
    return until if begun else None


def begin_all(
    db: Connection, messages: Sequence[Message], *, now: datetime, lease: float
) -> tuple[datetime, frozenset[int]]:
    """Note that messages go on the wire; commit before MAIL FROM. `hold` them first.

    Returns the end of the new lease, up to which a final dot may be sent, and the ids of those that may go:
    where a claim is no longer ours (it ran out, or the message was cancelled) nothing may be sent.
    """
    until = now + timedelta(seconds=lease)
    ours = [(message.id, message.fence) for message in messages]
    if not ours:
        return until, frozenset()
    ids = [message.id for message in messages]
    return until, frozenset(db.scalars(_BEGIN, {"ids": ids, "ours": ours, "now": now, "until": until}))


def record(db: Connection, results: Iterable[Result], *, now: datetime, resend_at: datetime | None) -> int:
    """Record what became of claims; how many results came too late (an older fence) and were not recorded.

    resend_at: when a first doubt is sent once more; None keeps doubts for the admin.
    """
    results = tuple(results)
    stale = len(results)
    hold(db, [result.id for result in results])
    certain = [_certain(result, now) for result in results if result.state != "in-doubt"]
    if certain:
        stale -= db.execute(_RECORD, certain).rowcount
    for result in results:
        if result.state == "in-doubt":
            ours = (outbox.c.id == result.id) & (outbox.c.fence == result.fence) & outbox.c.state.in_(TAKEN)
            stale -= _doubt(db, ours, now=now, resend_at=resend_at, phase=result.phase, reply=result.reply)
    return stale


def _certain(result: Result, now: datetime) -> dict[str, Any]:
    return {
        "of": result.id,
        "under": result.fence,
        "became": result.state,
        "phase": result.phase,
        "reply": result.reply,
        "next_try_at": (result.next_try_at or now) if result.state in WAITING else None,
        "now": now,
    }


def recover(db: Connection, *, now: datetime, resend: bool, everyone: bool = False) -> Recovered:
    """Take back what owners hold beyond their lease: unsent claims are queued, begun ones are in doubt.

    everyone: do not wait for leases. Only for the one process that holds the database's lock, at its start; on a
    server there is no such process, others may be sending, and leases are waited for all the same.
    """
    alone = everyone and not shared(db)
    over = outbox.c.lease_until <= now if not alone else outbox.c.lease_until.is_not(None)
    left = select(outbox.c.id, outbox.c.state, outbox.c.doubts).where(outbox.c.state.in_(TAKEN), over)
    found = Recovered(0, 0, 0)
    for rows in chunks(db.execute(left.order_by(outbox.c.id).with_for_update(skip_locked=True)).all()):
        waiting = outbox.c.id.in_([row.id for row in rows if row.state == "claimed"])
        begun = outbox.c.id.in_([row.id for row in rows if row.state == "sending"])
        second = sum(row.state == "sending" and row.doubts > 0 for row in rows)
        given_back = _settle(db, waiting, state="queued", now=now, next_try_at=now)
        reply = "the sender ended before the answer was recorded"
        doubts = _doubt(db, begun, now=now, resend_at=now if resend else None, phase="AFTER_FINAL_DOT", reply=reply)
        kept = second if resend else doubts
        found = Recovered(found.given_back + given_back, found.resent + doubts - kept, found.kept + kept)
    return found


def _settle(
    db: Connection,
    which: ColumnElement[bool],
    *,
    state: State | ColumnElement[str],
    now: datetime,
    next_try_at: datetime | ColumnElement[datetime | None] | None = None,
    **more: Any,
) -> int:
    """Put rows into a state in which nobody holds them."""
    _hold(db, which)
    values = {"state": state, "owner": "", "lease_until": None, "next_try_at": next_try_at, "updated_at": now, **more}
    return db.execute(update(outbox).where(which).values(values)).rowcount


def _doubt(
    db: Connection,
    which: ColumnElement[bool],
    *,
    now: datetime,
    resend_at: datetime | None,
    phase: str,
    reply: str,
) -> int:
    """Count a doubt on rows, and queue those once more whose first it is, if doubts are resent at all."""
    state: ColumnElement[str] | State = "in-doubt"
    when: ColumnElement[datetime | None] | None = None
    if resend_at is not None:
        first = outbox.c.doubts == 0
        state = case((first, "queued"), else_="in-doubt")
        when = case((first, resend_at), else_=None)
    counted = outbox.c.doubts + 1
    return _settle(db, which, state=state, now=now, next_try_at=when, doubts=counted, phase=phase, reply=reply)


def hold(db: Connection, numbers: Collection[int]) -> None:
    """Hold messages in the order in which everybody takes several of them (state/locks.py)."""
    if shared(db):
        _hold(db, outbox.c.id.in_(numbers))


def _hold(db: Connection, which: ColumnElement[bool]) -> None:
    if shared(db):
        db.execute(holding(db, select(outbox.c.id).where(which).order_by(outbox.c.id))).all()


# ---- what admin and leavers do ----


def retry(db: Connection, ids: Sequence[int] | None, now: datetime) -> int:
    """Queue deferred, refused and in-doubt messages at once; None = all deferred ones. How many there were."""
    states: tuple[State, ...] = ("deferred",) if ids is None else ("deferred", "refused", "in-doubt")
    return _requeue(db, ids, states, now)


def release(db: Connection, ids: Sequence[int] | None, now: datetime) -> int:
    """Queue held and in-doubt messages; None = all held ones. How many there were."""
    states: tuple[State, ...] = ("held",) if ids is None else ("held", "in-doubt")
    return _requeue(db, ids, states, now)


def _requeue(db: Connection, ids: Sequence[int] | None, states: tuple[State, ...], now: datetime) -> int:
    which: ColumnElement[bool] = outbox.c.state.in_(states)
    if ids is not None:
        which &= outbox.c.id.in_(ids)
    return _settle(db, which, state="queued", now=now, next_try_at=now, attempts=0)


def cancel_for(db: Connection, subscriber: str, now: datetime) -> int:
    """Withdraw every message to a person that is not yet on the wire; part of the transaction in which they leave."""
    open_states = ("queued", "claimed", "deferred", "held", "in-doubt")
    return _settle(
        db, (outbox.c.subscriber == subscriber) & outbox.c.state.in_(open_states), state="cancelled", now=now
    )


def assume_sent(db: Connection, *, now: datetime) -> int:
    """Take for accepted what waits or was taken when an older copy of the database was made; how many there were.

    What waits for the admin (held, in doubt) goes on waiting.
    """
    which = outbox.c.state.in_((*WAITING, *TAKEN))
    return _settle(db, which, state="accepted", now=now, reply="assumed to be sent, at the restore of an older copy")


# ---- looking ----


def message(db: Connection, number: int) -> Message:
    row = db.execute(select(outbox).where(outbox.c.id == number)).one_or_none()
    if row is None:
        raise NotFound(f"message {number} is not in the outbox; `tidings outbox list` names those that are")
    return _message(row)


def messages(db: Connection, state: str | None = None, limit: int | None = None) -> tuple[Message, ...]:
    """The newest first. limit: None = all."""
    query = select(outbox).order_by(outbox.c.id.desc()).limit(limit)
    if state is not None:
        query = query.where(outbox.c.state == state)
    return tuple(_message(row) for row in db.execute(query))


def payload(db: Connection, number: int) -> str:
    """What a single mail says: JSON of its kind, "" for a digest."""
    return payloads(db, [number])[number]


def payloads(db: Connection, numbers: Sequence[int]) -> dict[int, str]:
    """As `payload`, by id, for at most a few hundred messages."""
    found = db.execute(select(outbox.c.id, outbox.c.payload).where(outbox.c.id.in_(numbers)))
    return {row.id: row.payload for row in found}


def counts(db: Connection) -> dict[str, int]:
    """Messages by state; every state is named."""
    found = db.execute(select(outbox.c.state, func.count().label("number")).group_by(outbox.c.state))
    return dict.fromkeys(STATES, 0) | {row.state: row.number for row in found}


def doubts(db: Connection, number: int | None = None) -> int:
    """How often it was ever in doubt whether a mail was accepted: one message, or None = all."""
    ever = select(func.coalesce(func.sum(outbox.c.doubts), 0))
    if number is not None:
        ever = ever.where(outbox.c.id == number)
    total: int = db.execute(ever).scalar_one()
    return total


def begun_since(db: Connection, since: datetime) -> int:
    """Messages accepted since then, and those that are held by a sender now. Cost: one look at each accepted row.

    In a write transaction others who ask wait until its end, so that two do not take the same rest of an hour.
    """
    hold_name(db, "mails of an hour")
    recent = (outbox.c.state == "accepted") & (outbox.c.updated_at > since)
    held = outbox.c.state.in_(TAKEN)
    return db.execute(select(func.count()).select_from(outbox).where(recent | held)).scalar_one()


def idle(db: Connection, now: datetime) -> bool:
    """Whether there is nothing to claim and nothing to recover: a look that takes no write lock."""
    over = outbox.c.state.in_(TAKEN) & (outbox.c.lease_until <= now)
    due = outbox.c.state.in_(WAITING) & outbox.c.lane.in_(LANES) & (outbox.c.next_try_at <= now)
    return not any(db.execute(select(outbox.c.id).where(which).limit(1)).first() for which in (over, due))


def next_due(db: Connection) -> datetime | None:
    """When the next waiting message is due, None if none waits."""
    waiting = select(func.min(outbox.c.next_try_at)).where(outbox.c.state.in_(WAITING))
    earliest: datetime | None = db.execute(waiting).scalar_one()
    return earliest


def _message(row: Row[Any]) -> Message:
    return Message(**{name: getattr(row, name) for name in _FIELDS})
