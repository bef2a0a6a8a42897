"""Find entries that changed significantly, and which wording of them people were told.

Reads only; called by mail/digest.py and mail/world.py. What follows is decided in
mail/corrections.py.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from state.chunks import chunks
from state.codec import decode
from state.records import Record
from state.schema import sent
from state.schema_watching import entries, revisions


def revised(db: Connection, since: datetime, *, limit: int) -> dict[str, int]:
    """Entries with a significant revision since then: the number of the newest one, by entry; the newest entries."""
    number = func.max(revisions.c.number)
    rows = select(revisions.c.entry, number).join(entries, entries.c.id == revisions.c.entry)
    rows = rows.where(revisions.c.significant.is_(True), revisions.c.number > 1, revisions.c.seen_at >= since)
    rows = rows.where(entries.c.hidden_at.is_(None), entries.c.withdrawn_at.is_(None)).group_by(revisions.c.entry)
    found = db.execute(rows.order_by(func.max(revisions.c.seen_at).desc(), revisions.c.entry).limit(limit))
    return {row[0]: row[1] for row in found}


def told(db: Connection, names: Sequence[str], of: Collection[str]) -> dict[tuple[str, str], int]:
    """The newest revision that people were sent of these entries, by (subscriber, entry)."""
    found: dict[tuple[str, str], int] = {}
    for some in chunks(of):
        rows = select(sent.c.subscriber, sent.c.entry, func.max(sent.c.revision))
        rows = rows.where(sent.c.subscriber.in_(names), sent.c.entry.in_(some))
        for name, entry, revision in db.execute(rows.group_by(sent.c.subscriber, sent.c.entry)):
            found[name, entry] = revision
    return found


def wordings(db: Connection, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Record]:
    """Entries as they once read, by (entry, revision); what is not kept is left out."""
    keys = set(wanted)
    found: dict[tuple[str, int], Record] = {}
    for some in chunks({entry for entry, _ in keys}):
        rows = select(revisions.c.entry, revisions.c.number, revisions.c.record).where(revisions.c.entry.in_(some))
        for entry, number, record in db.execute(rows):
            if (entry, number) in keys:
                found[entry, number] = decode(record, Record)
    return found
