"""What stood when the admin was mailed last, and whether a day's mail to the admin was written.

Called by `mail.alarm_mail`, which decides what is new.
"""

from collections.abc import Collection

from sqlalchemy import Connection, delete, select

from state.alarms import Alarm
from state.schema import alarms_told as table
from state.schema import outbox
from state.subscribers import ADMIN


def told(db: Connection) -> tuple[Alarm, ...]:
    """The alarms of the last mail, oldest first."""
    rows = db.execute(select(table).order_by(table.c.since, table.c.source, table.c.kind))
    return tuple(Alarm(r.source, r.kind, r.since, r.message, r.asks) for r in rows)


def put(db: Connection, standing: Collection[Alarm]) -> None:
    """These stood when the mail was written; what was kept before is over."""
    db.execute(delete(table))
    if standing:
        rows = [
            {"source": a.source, "kind": a.kind, "since": a.since, "message": a.message, "asks": a.asks}
            for a in standing
        ]
        db.execute(table.insert(), rows)


def is_written(db: Connection, kind: str, key: str) -> bool:
    """Whether the mail to the admin of this kind and key is in the outbox."""
    here = (outbox.c.subscriber == ADMIN) & (outbox.c.kind == kind) & (outbox.c.key == key)
    return db.scalar(select(outbox.c.id).where(here)) is not None
