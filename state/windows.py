"""Give everybody who reads "now" and is owed something a slot: a window after the first filing owed.

Two counters say whether that was done: "windows" is the filing up to which everybody
was looked at, "looking" the one up to which somebody is looking right now. Planners
lower the first where they end a slot that others had counted on
(`subscriptions.move_cursors`), so that everybody is looked at again; a crash leaves
the second, with the same effect. So the work may be done in small transactions, and
twice is harmless. Called by mail/windows.py; nothing is committed here.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, select

from state.filings import head_seq
from state.locks import hold_counter
from state.owed import since
from state.schema import counters, filings, slots, subscribers, subscriptions
from state.subscriptions import WINDOWS
from state.upsert import insert

LOOKING = "looking"


def are_open(db: Connection) -> bool:
    """Whether nothing was filed since everybody was looked at; cheap, for a read transaction."""
    return _value(db, WINDOWS) == head_seq(db) and _value(db, LOOKING) == 0


def begin(db: Connection) -> tuple[int, int] | None:
    """Begin to look: after which filing up to which; None where nothing was filed since."""
    hold_counter(db, WINDOWS)
    head, seen, looking = head_seq(db), _value(db, WINDOWS), _value(db, LOOKING)
    if seen == head and not looking:
        return None
    _put(db, WINDOWS, head)
    _put(db, LOOKING, head)
    return (0 if looking else seen), head


def end(db: Connection, head: int) -> None:
    """Everybody was looked at up to this filing. Somebody who looks further goes on doing so."""
    hold_counter(db, WINDOWS)
    if _value(db, LOOKING) == head:
        _put(db, LOOKING, 0)


def filed(db: Connection, after: int, head: int) -> set[str]:
    """Topics under which something that may be mailed was filed after one number up to another."""
    these = filings.c.mailable.is_(True) & (filings.c.seq > after) & (filings.c.seq <= head)
    return set(db.scalars(select(filings.c.topic).where(these).distinct()))


def read_now(db: Connection) -> dict[str, int]:
    """Topic expressions that anybody reads "now", with the lowest filing that one of them has got to."""
    rows = select(subscriptions.c.topic, func.min(since())).where(subscriptions.c.every == "now")
    return {row[0]: row[1] for row in db.execute(rows.group_by(subscriptions.c.topic))}


def waiting(db: Connection, topic: str, *, below: int, after: str, limit: int) -> list[str]:
    """Ids of people from `after` on who read a topic expression "now", are behind a filing and have no slot."""
    rows = select(subscriptions.c.subscriber).where(_waits(topic), since() < below, subscriptions.c.subscriber > after)
    return list(db.scalars(rows.order_by(subscriptions.c.subscriber).limit(limit)))


def open_for(
    db: Connection, topic: str, names: Sequence[str], owed: Sequence[tuple[int, datetime]], *, window: timedelta
) -> int:
    """Give slots to those of at most a few hundred people who still wait; how many. owed: filings, lowest first."""
    hold_counter(db, WINDOWS)
    rows = select(subscriptions.c.subscriber, since()).where(_waits(topic), subscriptions.c.subscriber.in_(names))
    numbers = [seq for seq, _ in owed]
    made = []
    for name, start in db.execute(rows):
        first = bisect_right(numbers, start)
        if first < len(owed):
            made.append({"subscriber": name, "every": "now", "due_at": owed[first][1] + window})
    if made:
        db.execute(insert(db, slots).on_conflict_do_nothing(index_elements=["subscriber", "every"]), made)
    return len(made)


def _waits(topic: str) -> ColumnElement[bool]:
    """EXISTS instead of joins: people are walked in the order of their ids, however many there are."""
    person = select(subscribers.c.id).where(
        subscribers.c.id == subscriptions.c.subscriber, subscribers.c.state == "confirmed"
    )
    slot = select(slots.c.subscriber).where(slots.c.subscriber == subscriptions.c.subscriber, slots.c.every == "now")
    mine = (subscriptions.c.every == "now") & (subscriptions.c.topic == topic)
    return mine & ~slot.exists() & person.exists()


def _value(db: Connection, name: str) -> int:
    return db.scalar(select(counters.c.value).where(counters.c.name == name)) or 0


def _put(db: Connection, name: str, value: int) -> None:
    row = insert(db, counters).values(name=name, value=value)
    db.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
