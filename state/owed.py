"""What is owed to whom: mailable filings after a subscription's start and cursor, minus what was sent.

The ledger `sent` has one line per person and entry, whatever topic or rhythm it
came under, so that an entry comes once. Cursors only save looking again: with
the ledger, everything after `start_seq` is sent or owed. Called by mail/digest.py
and mail/steps.py; nothing is committed here.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, delete, select, update

from state import entries as entry_rows
from state import subscriptions as subscription_rows
from state.chunks import chunks
from state.filings import head_seq
from state.filters import Expression, parse_expression
from state.schema import counters, filings, outbox, sent, slots, subscriptions
from state.schema_watching import entries
from state.subscriptions import WINDOWS
from state.upsert import insert

_LINE = ("subscriber", "entry", "revision", "message")


@dataclass(frozen=True, slots=True)
class Owed:
    """One filing that is owed. why: the phrase that matched, "" under "all"."""

    seq: int
    entry: str
    revision: int
    why: str
    filed_at: datetime


def candidates(db: Connection, topic: str, *, since: int, head: int) -> tuple[Owed, ...]:
    """What a subscription to a topic expression brings after one number up to another, newest filing first."""
    expression = parse_expression(topic)
    rows = db.execute(_mailable(expression.topic, since).where(filings.c.seq <= head))
    return _accepted(db, expression, [Owed(row.seq, row.entry, row.revision, row.why, row.filed_at) for row in rows])


def archived(db: Connection, topic: str, *, since: datetime) -> tuple[Owed, ...]:
    """What stands under a topic expression and is as new as that, mailable or not, newest filing first.

    As new as it says: an entry of a baseline counts by its own date (DESIGN, "Feed order").
    """
    expression = parse_expression(topic)
    columns = select(filings.c.seq, filings.c.entry, entries.c.revision, filings.c.why, filings.c.filed_at)
    visible = and_(entries.c.id == filings.c.entry, entries.c.hidden_at.is_(None), entries.c.updated_at >= since)
    rows = db.execute(columns.join(entries, visible).where(filings.c.topic == expression.topic))
    return _accepted(db, expression, [Owed(row.seq, row.entry, row.revision, row.why, row.filed_at) for row in rows])


def already_sent(db: Connection, names: Sequence[str], of: Collection[str]) -> set[tuple[str, str]]:
    """Which of these entries were sent to which of these people: (subscriber, entry)."""
    found: set[tuple[str, str]] = set()
    for some in chunks(of):
        rows = db.execute(
            select(sent.c.subscriber, sent.c.entry).where(sent.c.subscriber.in_(names), sent.c.entry.in_(some))
        )
        found.update((row.subscriber, row.entry) for row in rows)
    return found


def note_sent(db: Connection, lines: Sequence[tuple[str, str, int, int]]) -> None:
    """Write the ledger: (subscriber, entry, revision, message)."""
    if lines:
        db.execute(sent.insert(), [dict(zip(_LINE, line, strict=True)) for line in lines])


def open_window(db: Connection, subscriber: str, due_at: datetime) -> None:
    """The same for one person whose rhythm became "now", or who is back: due then, if anything is owed."""
    mine = [row for row in subscription_rows.listed(db, subscriber=subscriber) if row.every == "now"]
    head = head_seq(db)
    if any(candidates(db, row.topic, since=max(row.start_seq, row.cursor_seq), head=head) for row in mine):
        row = insert(db, slots).values(subscriber=subscriber, every="now", due_at=due_at)
        db.execute(row.on_conflict_do_nothing(index_elements=["subscriber", "every"]))


def give_back(db: Connection, subscriber: str, now: datetime) -> None:
    """What was in messages that were cancelled just now (at `now`) is owed again, and due."""
    cancelled = select(outbox.c.id).where(
        outbox.c.subscriber == subscriber, outbox.c.state == "cancelled", outbox.c.updated_at == now
    )
    mine = sent.c.subscriber == subscriber
    if not db.execute(delete(sent).where(mine, sent.c.message.in_(cancelled))).rowcount:
        return
    subscription_rows.rewind(db, subscriber)
    db.execute(update(slots).where(slots.c.subscriber == subscriber).values(due_at=now))
    open_window(db, subscriber, now)


def give_back_messages(db: Connection, messages: Sequence[int], *, keep: Collection[str]) -> int:
    """What was in these messages is owed again, but for some entries; how many lines. At most a few hundred.

    The next look at what is owed to readers of "now" (mail/windows.py) looks at everything.
    """
    lines = sent.c.message.in_(messages) & sent.c.entry.not_in(keep)
    people = list(db.scalars(select(sent.c.subscriber).where(lines).distinct()))
    for name in people:
        subscription_rows.rewind(db, name)
    given = db.execute(delete(sent).where(lines)).rowcount
    db.execute(update(counters).where(counters.c.name == WINDOWS).values(value=0))
    return given


def _accepted(db: Connection, expression: Expression, found: list[Owed]) -> tuple[Owed, ...]:
    """Those that have the facets asked for, newest filing first."""
    if expression.facets:
        known = entry_rows.by_ids(db, {owed.entry for owed in found})
        found = [owed for owed in found if expression.accepts(known[owed.entry])]
    return tuple(sorted(found, key=lambda owed: -owed.seq))


def _mailable(topic: str, since: int) -> Select[Any]:
    visible = and_(entries.c.id == filings.c.entry, entries.c.hidden_at.is_(None))
    columns = select(filings.c.seq, filings.c.entry, entries.c.revision, filings.c.why, filings.c.filed_at)
    mailable = filings.c.mailable.is_(True)
    return columns.join(entries, visible).where(filings.c.topic == topic, mailable, filings.c.seq > since)


def since() -> ColumnElement[int]:
    """The filing up to which nothing is owed to a subscription."""
    later = subscriptions.c.cursor_seq > subscriptions.c.start_seq
    return case((later, subscriptions.c.cursor_seq), else_=subscriptions.c.start_seq)


def told(db: Connection, subscriber: str, entry: str) -> tuple[tuple[int, int], ...]:
    """In which messages an entry went to a person, oldest first: (revision, message)."""
    mine = (sent.c.subscriber == subscriber) & (sent.c.entry == entry)
    rows = db.execute(select(sent.c.revision, sent.c.message).where(mine).order_by(sent.c.message))
    return tuple((row.revision, row.message) for row in rows)
