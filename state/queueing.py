"""Put many messages into the outbox at once; a single one is `outbox.enqueue`. Called by mail/digest.py.

Nothing is committed here. UNIQUE(subscriber, kind, key) decides: a message that is
there already is passed over, whoever wrote it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from state.schema import outbox
from state.upsert import insert


@dataclass(frozen=True, slots=True)
class Draft:
    """A message of an edition that has no number yet."""

    subscriber: str
    recipient: str
    generation: int
    kind: str
    key: str
    edition: str
    message_id: str


def enqueue_all(db: Connection, drafts: Sequence[Draft], *, lane: int, now: datetime) -> dict[str, int]:
    """Add at most a few hundred messages to different people; their ids by subscriber, without those there already."""
    if not drafts:
        return {}
    same = {
        "lane": lane,
        "payload": "",
        "state": "queued",
        "next_try_at": now,
        "created_at": now,
        "updated_at": now,
    }
    values = [{name: getattr(draft, name) for name in Draft.__dataclass_fields__} | same for draft in drafts]
    row = insert(db, outbox).on_conflict_do_nothing(index_elements=["subscriber", "kind", "key"])
    made = db.execute(row.returning(outbox.c.subscriber, outbox.c.id), values)
    return {row.subscriber: row.id for row in made}
