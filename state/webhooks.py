"""Webhooks: where new entries are posted to, how far each has got in `filings`, and the message that is under way.

What is due is a place in the ledger, as for people (state/owed.py), so that nothing is owed twice or forgotten. A
message is frozen, with its id and its entries, before it is sent, and stays so until it has arrived. Decided and sent
by `feeds.webhooks`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, or_, select, update

from state import entries as entry_rows
from state.codec import decode, encode
from state.errors import NotFound
from state.filings import head_seq
from state.filters import Expression, parse_expression
from state.locks import shared
from state.records import Entry
from state.schema import filings
from state.schema import webhooks as table
from state.schema_watching import entries

_SCAN = 500  # filings in one look


@dataclass(frozen=True, slots=True)
class Webhook:
    """topics: expressions, any of which is enough. state: "active" or "suspended".

    start_seq, cursor_seq: filings up to here are not announced, are done with. message: id of what is being sent, ""
    for nothing; batch: its entries, oldest filing first; batch_seq: the cursor after it. attempts: to send it.
    next_at: not before. failing_since: when the first attempt that failed was made. note: what went wrong last, or "".
    """

    id: str
    url: str
    topics: tuple[str, ...]
    secret: str
    state: str
    created_at: datetime
    start_seq: int
    cursor_seq: int
    message: str = ""
    batch: tuple[str, ...] = ()
    batch_seq: int = 0
    batched_at: datetime | None = None
    attempts: int = 0
    next_at: datetime | None = None
    failing_since: datetime | None = None
    delivered: int = 0
    delivered_at: datetime | None = None
    note: str = ""


def add(db: Connection, made: Webhook) -> None:
    """Store a new webhook."""
    columns = ("id", "url", "secret", "state", "created_at", "start_seq", "cursor_seq")
    db.execute(table.insert().values(topics=encode(made.topics), **{name: getattr(made, name) for name in columns}))


def webhooks(db: Connection) -> tuple[Webhook, ...]:
    """All of them, the oldest first."""
    return tuple(_webhook(row) for row in db.execute(select(table).order_by(table.c.created_at, table.c.id)))


def webhook(db: Connection, id: str) -> Webhook:
    """One by its id. Raises NotFound."""
    row = db.execute(select(table).where(table.c.id == id)).one_or_none()
    if row is None:
        raise NotFound(f"no webhook {id!r} here; `tidings webhook list` shows the ids there are")
    return _webhook(row)


def remove(db: Connection, id: str) -> None:
    """Post there no more. Raises NotFound."""
    if not db.execute(delete(table).where(table.c.id == id)).rowcount:
        webhook(db, id)


def put(db: Connection, id: str, values: Mapping[str, object], *, message: str | None = None) -> bool:
    """Change columns. message: only while that is what is being sent. Returns whether it was."""
    here = table.c.id == id
    here = here if message is None else here & (table.c.message == message)
    kept = {name: encode(value) if name == "batch" else value for name, value in values.items()}
    return bool(db.execute(update(table).where(here).values(kept)).rowcount)


def due(db: Connection, now: datetime, limit: int) -> tuple[Webhook, ...]:
    """Those with something to send or to look through now; held until the end where others write too."""
    t = table.c
    open_ = (t.state == "active") & or_(t.next_at.is_(None), t.next_at <= now)
    rows = select(table).where(open_, or_(t.message != "", t.cursor_seq < head_seq(db))).order_by(t.next_at, t.id)
    rows = rows.limit(limit)
    rows = rows.with_for_update(skip_locked=True) if shared(db) else rows
    return tuple(_webhook(row) for row in db.execute(rows))


def news(db: Connection, hook: Webhook) -> tuple[tuple[tuple[int, str], ...], int]:
    """What a webhook was not told of: (filing, entry), oldest first, each entry once; and how far this looked."""
    head, wanted = head_seq(db), [parse_expression(topic) for topic in hook.topics]
    f, names = filings.c, {one.topic for one in wanted}
    visible = (entries.c.id == f.entry) & entries.c.hidden_at.is_(None)
    asked = select(f.seq, f.entry, f.topic).join(entries, visible)
    asked = asked.where(f.topic.in_(names), f.mailable.is_(True), f.seq > hook.cursor_seq, f.seq <= head)
    rows = db.execute(asked.order_by(f.seq).limit(_SCAN)).all()
    known = entry_rows.by_ids(db, {row.entry for row in rows})
    told = _told(db, hook, wanted, known)
    found: dict[str, int] = {}
    for row in rows:
        if row.entry not in told and _accepts(wanted, row.topic, known[row.entry]):
            found.setdefault(row.entry, row.seq)
    return tuple((seq, entry) for entry, seq in found.items()), rows[-1].seq if len(rows) == _SCAN else head


def _told(db: Connection, hook: Webhook, wanted: Sequence[Expression], known: Mapping[str, Entry]) -> set[str]:
    """Those of the entries that came under another of the topics before."""
    f = filings.c
    before = select(f.entry, f.topic).where(f.entry.in_(known), f.mailable.is_(True))
    rows = db.execute(before.where(f.seq > hook.start_seq, f.seq <= hook.cursor_seq))
    return {row.entry for row in rows if _accepts(wanted, row.topic, known[row.entry])}


def _accepts(wanted: Collection[Expression], topic: str, entry: Entry) -> bool:
    return any(one.topic == topic and one.accepts(entry) for one in wanted)


def _webhook(row: Row[Any]) -> Webhook:
    kept = dict(row._mapping)
    topics = decode(kept.pop("topics"), tuple[str, ...])
    batch = decode(kept.pop("batch") or "[]", tuple[str, ...])
    return Webhook(**kept, topics=topics, batch=batch)
