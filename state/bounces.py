"""Mails that came back, and how the addresses of people have bounced lately.

A report is kept once, by the key of its mail; the score of a person is one row.
What a report proves and what follows from it is decided in mail/bounces.py and
mail/bounces_policy.py; nothing is committed here. The surprising rule: mails that
nobody understood are kept with a short excerpt and dropped after a while, all
others keep no words but the reason.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, update

from state.schema import bounce_scores, outbox, subscribers
from state.schema import reports as table
from state.upsert import insert


@dataclass(frozen=True, slots=True)
class Noted:
    """One mail that came back. number: 0 before it is stored. message, subscriber: None where it proves none."""

    key: str
    at: datetime
    kind: str
    weight: str = ""
    message: int | None = None
    subscriber: str | None = None
    recipient: str = ""
    status: str = ""
    reason: str = ""
    done: str = ""
    sender: str = ""
    subject: str = ""
    excerpt: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a message of ours went to. generation: of the address then."""

    message: int
    subscriber: str
    recipient: str
    generation: int
    kind: str


@dataclass(frozen=True, slots=True)
class Score:
    """How an address has bounced. score: as of counted_at. cause: why nothing is sent to it, "" while mail goes."""

    score: float
    counted_at: datetime
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message whose recipient the server turned down while we spoke to it."""

    message: int
    at: datetime
    reply: str


def addressee(db: Connection, message: int) -> Addressee | None:
    """Whom a message went to, None where no such message was ever begun."""
    return _addressee(db, outbox.c.id == message)


def addressee_of(db: Connection, message_id: str) -> Addressee | None:
    """The same by Message-ID ("<…>"), which nobody can guess who did not see the mail."""
    return _addressee(db, outbox.c.message_id == message_id)


def _addressee(db: Connection, which: ColumnElement[bool]) -> Addressee | None:
    columns = (outbox.c.id, outbox.c.subscriber, outbox.c.recipient, outbox.c.generation, outbox.c.kind)
    row = db.execute(select(*columns).where(which, outbox.c.fence > 0).limit(1)).first()
    return Addressee(*row) if row else None


def there(db: Connection, key: str) -> bool:
    """Whether a mail was read before."""
    return db.scalar(select(table.c.number).where(table.c.key == key)) is not None


def note(db: Connection, made: Noted) -> bool:
    """Keep a report; False where it was read before."""
    values = {name: value for name, value in asdict(made).items() if name != "number"}
    row = insert(db, table).values(values).on_conflict_do_nothing(index_elements=["key"])
    return db.scalar(row.returning(table.c.number)) is not None


def reports(
    db: Connection, *, kinds: Collection[str] = (), subscriber: str | None = None, limit: int | None = None
) -> tuple[Noted, ...]:
    """The newest first. kinds: () = all."""
    query = select(table).order_by(table.c.number.desc()).limit(limit)
    if kinds:
        query = query.where(table.c.kind.in_(kinds))
    if subscriber is not None:
        query = query.where(table.c.subscriber == subscriber)
    return tuple(_noted(row) for row in db.execute(query))


def counts(db: Connection, since: datetime) -> dict[str, int]:
    """How many came since then, by kind."""
    rows = db.execute(select(table.c.kind, func.count()).where(table.c.at >= since).group_by(table.c.kind))
    return {row[0]: row[1] for row in rows}


def about_us(db: Connection, since: datetime) -> tuple[int, Noted | None]:
    """Bounces since then whose reason is ours, not the reader's: how many, and the newest."""
    ours = (table.c.weight == "ours") & (table.c.at >= since)
    number = db.execute(select(func.count()).select_from(table).where(ours)).scalar_one()
    row = db.execute(select(table).where(ours).order_by(table.c.number.desc()).limit(1)).first()
    return number, _noted(row) if row else None


def idle(db: Connection, before: datetime) -> bool:
    """Whether `prune` has something to do."""
    return db.scalar(select(table.c.number).where(_idle(before)).limit(1)) is not None


def prune(db: Connection, before: datetime, *, limit: int) -> int:
    """Drop what nobody understood or had to, and is older than that; at most so many. How many there were."""
    some = list(db.scalars(select(table.c.number).where(_idle(before)).limit(limit)))
    return db.execute(delete(table).where(table.c.number.in_(some))).rowcount


def _idle(before: datetime) -> ColumnElement[bool]:
    return table.c.kind.in_(("unknown", "automatic", "delay")) & (table.c.at < before)


# ---- scores ----


def score(db: Connection, subscriber: str) -> Score | None:
    """How a person's address has bounced, None where it never did."""
    columns = (bounce_scores.c.score, bounce_scores.c.counted_at, bounce_scores.c.cause)
    row = db.execute(select(*columns).where(bounce_scores.c.subscriber == subscriber)).first()
    return Score(*row) if row else None


def put_score(db: Connection, subscriber: str, made: Score) -> None:
    row = insert(db, bounce_scores).values(subscriber=subscriber, **asdict(made))
    db.execute(row.on_conflict_do_update(index_elements=["subscriber"], set_=asdict(made)))


def causes(db: Connection) -> dict[str, int]:
    """How many people get nothing, by the cause: "bounced", "complained"."""
    stopped = (bounce_scores.c.cause != "") & (subscribers.c.state == "suppressed")
    joined = select(bounce_scores.c.cause, func.count()).join(
        subscribers, subscribers.c.id == bounce_scores.c.subscriber
    )
    return {row[0]: row[1] for row in db.execute(joined.where(stopped).group_by(bounce_scores.c.cause))}


# ---- refusals in the conversation with a server, which no mail tells ----


def refusals(db: Connection, since: datetime, *, limit: int) -> tuple[Refusal, ...]:
    """Messages whose recipient was turned down (RCPT) from an instant on and that no report tells, oldest first."""
    told = select(table.c.number).where(table.c.message == outbox.c.id, table.c.kind == "bounce").exists()
    these = (outbox.c.state == "refused") & (outbox.c.phase == "RCPT") & (outbox.c.updated_at >= since) & ~told
    columns = (outbox.c.id, outbox.c.updated_at, outbox.c.reply)
    rows = db.execute(select(*columns).where(these).order_by(outbox.c.updated_at, outbox.c.id).limit(limit))
    return tuple(Refusal(*row) for row in rows)


def forget(db: Connection, subscriber: str) -> None:
    """Reports about a person who is erased name nobody any more."""
    nameless = {"recipient": "", "reason": "", "sender": "", "subject": "", "excerpt": "", "subscriber": None}
    db.execute(update(table).where(table.c.subscriber == subscriber).values(nameless))
    db.execute(delete(bounce_scores).where(bounce_scores.c.subscriber == subscriber))


def _noted(row: Row[Any]) -> Noted:
    return Noted(**row._mapping)
