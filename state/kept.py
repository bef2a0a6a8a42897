"""What is kept of one person beside their row: mails, and the ledger of what was sent. Reads only, for their export."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from state.records import Message
from state.schema import outbox, sent

_FIELDS = [outbox.c[name] for name in Message.__dataclass_fields__]


def mails(db: Connection, name: str) -> Sequence[Message]:
    """Every mail to a person, sent or not, oldest first."""
    rows = db.execute(select(*_FIELDS).where(outbox.c.subscriber == name).order_by(outbox.c.id))
    return [Message(**row._mapping) for row in rows]


def entries_sent(db: Connection, name: str) -> Sequence[str]:
    """Ids of the entries that a person was sent."""
    rows = select(sent.c.entry).where(sent.c.subscriber == name).distinct().order_by(sent.c.entry)
    return list(db.scalars(rows))
