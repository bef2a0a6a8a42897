"""The ledger of what was released to which topic, in commit order.

A row's number comes from a counter row that the committing transaction holds
locked, so that no lower number can appear after a higher one: who has read up
to a number has read all there is. Rows are only added; the one exception is
`release`, which gives a held filing the number and the right to be mailed that
it would have got, had it been filed only now. Written by `feeds.poll` and
`feeds.refile`; read for the order of feeds and for what is owed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from state.chunks import chunks
from state.locks import hold_counter
from state.records import Filing
from state.schema import counters
from state.schema import filings as table
from state.upsert import insert

ALL = "all"  # the topic that every entry is filed under
_COUNTER = "filings"
_FILED = select(table.c.entry, table.c.topic, table.c.mailable).where(
    table.c.entry.in_(bindparam("some", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A filing that has no number yet. why: the phrase that matched, "" under "all"."""

    entry: str
    topic: str
    mailable: bool
    why: str = ""


def file(db: Connection, entry: str, topic: str, *, mailable: bool, why: str, now: datetime) -> int:
    """File one entry; returns its number, or 0 where it is filed under the topic already."""
    made = file_all(db, [Draft(entry, topic, mailable, why)], now=now)
    return made[0].seq if made else 0


def file_all(db: Connection, drafts: Sequence[Draft], *, now: datetime) -> tuple[Filing, ...]:
    """File in the order given: the last gets the highest number. What is filed already is left as it is."""
    if not drafts:
        return ()
    hold_counter(db, _COUNTER)  # before looking: somebody else may be filing the same
    there = filed(db, {draft.entry for draft in drafts})
    fresh = [draft for draft in dict.fromkeys(drafts) if (draft.entry, draft.topic) not in there]
    if not fresh:
        return ()
    first = _take(db, len(fresh))
    made = tuple(
        Filing(seq, draft.entry, draft.topic, draft.mailable, now, draft.why)
        for seq, draft in enumerate(fresh, start=first)
    )
    db.execute(
        table.insert(),
        [
            {"seq": f.seq, "entry": f.entry, "topic": f.topic, "mailable": f.mailable, "filed_at": now, "why": f.why}
            for f in made
        ],
    )
    return made


def filed(db: Connection, entries: Iterable[str]) -> dict[tuple[str, str], bool]:
    """Whether mailable, by (entry, topic), of all filings of these entries."""
    found: dict[tuple[str, str], bool] = {}
    for some in chunks(entries):
        found.update({(entry, topic): mailable for entry, topic, mailable in db.execute(_FILED, {"some": some})})
    return found


def release(db: Connection, entries: Iterable[str], *, now: datetime) -> int:
    """Give the held filings of entries new numbers and make them mailable; returns how many.

    Their order among each other stays. Filings that are mailable already are left alone.
    """
    hold_counter(db, _COUNTER)
    held: list[int] = []
    for some in chunks(entries):
        held += db.scalars(select(table.c.seq).where(table.c.entry.in_(some), table.c.mailable.is_(False)))
    if not held:
        return 0
    first = _take(db, len(held))
    db.execute(
        update(table).where(table.c.seq == bindparam("old")).values(seq=bindparam("new"), mailable=True, filed_at=now),
        [{"old": old, "new": new} for new, old in enumerate(sorted(held), start=first)],
    )
    return len(held)


def head_seq(db: Connection) -> int:
    """The highest number given so far, 0 for an empty ledger."""
    return db.scalar(select(counters.c.value).where(counters.c.name == _COUNTER)) or 0


def filings(db: Connection, entry: str) -> tuple[Filing, ...]:
    """Where an entry is filed, in the order of filing."""
    rows = db.execute(select(table).where(table.c.entry == entry).order_by(table.c.seq))
    return tuple(Filing(row.seq, row.entry, row.topic, row.mailable, row.filed_at, row.why) for row in rows)


def _take(db: Connection, count: int) -> int:
    """Reserve numbers until the transaction ends; returns the first."""
    wanted = insert(db, counters).values(name=_COUNTER, value=count)
    taken = wanted.on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + count})
    last = db.scalar(taken.returning(counters.c.value))
    assert last is not None, "the upsert returns its row"
    return int(last) - count + 1
