"""Count what became of editions, from our own rows: nobody is tracked, no opening or click is known.

sent … cancelled are states of messages now. bounced and complained are mails among
those sent that came back. left are people who have left since, and whose last mail
it was: the nearest that can be said without following anybody. Reads only; called by
`tidings digest show`, `digest list` and `status`. Empty slots are counted by day, rhythm
and reason as digests are planned (`note_empty`).
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from state.chunks import chunks
from state.schema import empty_slots, outbox, reports, subscribers
from state.upsert import insert

BULK = ("digest", "now", "sample")  # kinds of message


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many mails of an edition, or of a time, are in which state, came back, or were somebody's last."""

    sent: int = 0
    waiting: int = 0
    deferred: int = 0
    refused: int = 0
    held: int = 0
    in_doubt: int = 0
    suppressed: int = 0
    cancelled: int = 0
    bounced: int = 0
    complained: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class Empty:
    """So many slots of a rhythm passed on a day (UTC) without a mail, and why."""

    day: str
    every: str
    reason: str
    count: int


_FIELD = {
    "accepted": "sent",
    "queued": "waiting",
    "claimed": "waiting",
    "sending": "waiting",
    "in-doubt": "in_doubt",
}
_BACK = {"bounce": "bounced", "complaint": "complained"}


def of(db: Connection, editions: Collection[str]) -> dict[str, Numbers]:
    """What became of editions, by id. Cost: a few statements for some hundred of them."""
    found: dict[str, Counter[str]] = {name: Counter() for name in editions}
    for some in chunks(editions):
        these = outbox.c.edition.in_(some)
        for name, field, number in _counted(db, these, outbox.c.edition):
            found[name][field] += number
    return {name: Numbers(**counts) for name, counts in found.items()}


def since(db: Connection, at: datetime) -> Numbers:
    """What became of all digests that were queued from an instant on."""
    counts: Counter[str] = Counter()
    these = outbox.c.kind.in_(BULK) & (outbox.c.created_at >= at)
    for _, field, number in _counted(db, these, outbox.c.lane):
        counts[field] += number
    return Numbers(**counts)


def _counted(db: Connection, these: ColumnElement[bool], by: ColumnElement[Any]) -> list[tuple[Any, str, int]]:
    """(group, field, number) of everything that is counted of some messages."""
    states = select(by, outbox.c.state, func.count()).where(these).group_by(by, outbox.c.state)
    rows = [(group, _FIELD.get(state, state), number) for group, state, number in db.execute(states)]
    accepted = these & (outbox.c.state == "accepted")
    back = select(by, reports.c.kind, func.count(outbox.c.id.distinct())).join(outbox, outbox.c.id == reports.c.message)
    back = back.where(accepted, reports.c.kind.in_(tuple(_BACK))).group_by(by, reports.c.kind)
    rows += [(group, _BACK[kind], number) for group, kind, number in db.execute(back)]
    return rows + [(group, "left", number) for group, number in db.execute(_left(accepted, by))]


def _left(accepted: ColumnElement[bool], by: ColumnElement[Any]) -> Select[Any]:
    """People who left or were erased, by the last mail that they got."""
    later = outbox.alias()
    after = select(later.c.id).where(
        later.c.subscriber == outbox.c.subscriber,
        later.c.state == "accepted",
        later.c.kind.in_(BULK),
        later.c.id > outbox.c.id,
    )
    here = select(subscribers.c.id).where(subscribers.c.id == outbox.c.subscriber, subscribers.c.state != "left")
    return select(by, func.count()).where(accepted, ~here.exists(), ~after.exists()).group_by(by)


def note_empty(db: Connection, counts: Mapping[tuple[str, str], int], *, day: str) -> None:
    """Count slots that passed without a mail, by (rhythm, reason). The last step of a planning transaction."""
    for (every, reason), number in sorted(counts.items()):
        row = insert(db, empty_slots).values(day=day, every=every, reason=reason, count=number)
        db.execute(
            row.on_conflict_do_update(
                index_elements=["day", "every", "reason"], set_={"count": empty_slots.c.count + number}
            )
        )


def empty(db: Connection, since: str) -> tuple[Empty, ...]:
    """Slots that passed without a mail from a day on ("2026-05-10"), the newest day first."""
    rows = select(empty_slots).where(empty_slots.c.day >= since)
    rows = rows.order_by(empty_slots.c.day.desc(), empty_slots.c.every, empty_slots.c.reason)
    return tuple(Empty(*row) for row in db.execute(rows))
