"""Take people in from a CSV file of any length: chunk by chunk, each its own short transaction.

Called by cli/people_csv.py. New people are added many at once; those who are here
already get what the file has more, as `subscriber add` does. Nothing is
remembered of how far an import came: one that was stopped is run again, and
what is in is passed over. The surprising rule: nobody comes back by an import
who left, and no topic that somebody ended, whatever the file says; and no second
confirmation mail goes to somebody who has one to answer.
"""

import secrets
import string
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection

from mail import rhythm, steps, subscriptions
from mail.people_csv import Refused, Row, person_of
from state import filings, keys, people, stoplist, subscribers
from state.chunks import chunks
from state.people import Known, Newcomer
from state.records import Every, Site, Subscription
from state.store import Store
from state.subscribers import LogLine

CHUNK = 500  # rows that are read, and added, at once; keeps a write transaction under 200 ms
CHANGES = 40  # people who are here already that one transaction changes
MAILS = 8  # confirmation mails that one transaction writes
_DIGITS = string.digits + string.ascii_lowercase


@dataclass(frozen=True, slots=True)
class Order:
    """How an import is meant. file: how the log names it. confirmed: the admin vouches for everybody in it.

    mails: those who have to confirm are asked to.
    """

    file: str
    confirmed: bool
    mails: bool
    site: Site
    now: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """How far an import is. line: the last one that was seen to."""

    line: int = 0
    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    mailed: int = 0
    refused: int = 0


@dataclass(slots=True)
class Wanted:
    """What the rows of one address ask for together. topics: rhythm by topic expression, the last row says."""

    row: Row
    topics: dict[str, Every]
    state: str


@dataclass(slots=True)
class Decided:
    """What becomes of a chunk. new, changes, asks: by address; refused: in the order of the file.

    unchanged, merged: rows; a merged one added to what an earlier row of the same address asks for.
    """

    new: dict[str, Wanted] = field(default_factory=dict)
    changes: dict[str, Wanted] = field(default_factory=dict)
    asks: dict[str, Wanted] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    unchanged: int = 0
    merged: int = 0


def take_in(
    store: Store, read: Iterable[Row | Refused], order: Order, *, refuse: Callable[[Refused], None]
) -> Generator[Counts, None, None]:
    """Import what was read; after each chunk, how far it is. refuse: is told each row that was not taken in.

    Raises what the store raises; what was counted is in.
    """
    numbered = Ids(order.now)
    counts = Counts()
    for some in chunks(read, CHUNK):
        counts = _chunk(store, some, order, numbered, counts, refuse)
        yield counts


def _chunk(
    store: Store,
    some: Sequence[Row | Refused],
    order: Order,
    ids: "Ids",
    before: Counts,
    refuse: Callable[[Refused], None],
) -> Counts:
    good = [row for row in some if isinstance(row, Row)]
    with store.read() as db:
        decided, head = _look(db, good, order), filings.head_seq(db)
    made = [newcomer(one, ids(), head, order) for one in decided.new.values()]
    there: set[str] = set()
    if made:
        with store.write() as db:
            there = people.add_all(db, made)
    late = [one for one in made if one.person.id not in there]
    if late:  # somebody else added them just now: they are known people, and looked at as such
        late_keys = {one.email_key for one in late}
        with store.read() as db:
            again = _look(db, [row for row in good if row.address.key in late_keys], order)
        decided.changes |= again.changes
        decided.refused += again.refused
        decided.unchanged += again.unchanged
    for changed in chunks(decided.changes.values(), CHANGES):
        with store.write() as db:
            for one in changed:
                _change(db, one, order)
    refused = [row for row in some if isinstance(row, Refused)] + decided.refused
    mailed = _ask(store, decided, order)
    for row in sorted(refused, key=lambda row: row.line):
        refuse(row)
    return replace(
        before,
        line=some[-1].line,
        rows=before.rows + len(some),
        added=before.added + len(there),
        changed=before.changed + len(decided.changes) + decided.merged,
        unchanged=before.unchanged + decided.unchanged,
        mailed=before.mailed + mailed,
        refused=before.refused + len(refused),
    )


# ---- deciding ----


def _look(db: Connection, rows: Sequence[Row], order: Order) -> Decided:
    """Load who is here and who left, and decide."""
    email_keys = list(dict.fromkeys(row.address.key for row in rows))
    known = people.known(db, email_keys)
    stop, signed = stoplist.beside(db), keys.known(db, "stoplist")
    left = stop.leavers(email_keys, keys=signed)
    more = {
        (row.address.key, wish.topic)
        for row in rows
        if row.address.key in known
        for wish in row.wishes
        if wish.topic not in known[row.address.key].topics
    }
    ended = {one: event[1] for one in more if (event := stop.last(one[0], keys=signed, topic=one[1]))}
    waiting = [one.person.id for one in known.values() if one.person.state == "pending"] if order.mails else []
    asked = people.confirmations_since(db, waiting, order.now - subscriptions.CONFIRM_WITHIN)
    return decide(rows, known, left, ended, asked, order)


def decide(
    rows: Sequence[Row],
    known: Mapping[str, Known],
    left: Mapping[str, datetime],
    ended: Mapping[tuple[str, str], datetime],
    asked: set[str],
    order: Order,
) -> Decided:
    """What becomes of rows. Pure.

    known, left: by the key of the address; ended: when somebody who is here left one topic, by key and topic.
    asked: ids of who has a mail to answer.
    """
    made = Decided()
    met: dict[str, Wanted] = {}
    for row in rows:
        key = row.address.key
        reason = _reason(row, known.get(key), left.get(key), order) or _ended(row, ended)
        if reason:
            made.refused.append(Refused(row.line, row.address.email, reason))
            continue
        topics: dict[str, Every] = {wish.topic: wish.every for wish in row.wishes}
        if key not in met:
            met[key] = Wanted(row, topics, (row.state or "confirmed") if order.confirmed else "pending")
            continue
        fresh = topics.items() - met[key].topics.items()
        met[key].topics.update(topics)
        made.merged += bool(fresh)
        made.unchanged += not fresh
    for key, wanted in met.items():
        here = known.get(key)
        if here is None:
            made.new[key] = wanted
        else:
            _compare(made, key, here, wanted, here.person.id in asked)
    if order.mails and not order.confirmed:
        made.asks |= made.new
    return made


def _reason(row: Row, here: Known | None, left: datetime | None, order: Order) -> str:
    """Why an address is not taken in, or ""."""
    if here is not None and here.person.state == "left":
        left = left or here.person.left_at or here.person.created_at
    if left:
        return f"left on {left:%Y-%m-%d}; only the person can come back, by confirming"
    if here is not None and here.person.state == "suppressed":
        return f"suppressed here; `tidings subscriber confirm {here.person.email}` lifts that"
    if row.state == "left" or (row.state == "suppressed" and not order.confirmed):
        return f"the file says {row.state}"
    return ""


def _ended(row: Row, ended: Mapping[tuple[str, str], datetime]) -> str:
    """Which topic of a row its person ended, or ""."""
    for wish in row.wishes:
        if at := ended.get((row.address.key, wish.topic)):
            add = f"tidings subscription add {row.address.email} {wish.topic}"
            return f"left {wish.topic} on {at:%Y-%m-%d}; if they want it again: `{add}`, or take it out of this row"
    return ""


def _compare(made: Decided, key: str, here: Known, wanted: Wanted, asked: bool) -> None:
    """What a row brings to somebody who is here: more topics, other rhythms, a consent."""
    more = any(here.topics.get(name) != every for name, every in wanted.topics.items())
    admitted = here.person.state == "pending" and wanted.state in ("confirmed", "paused")
    if more or admitted:
        made.changes[key] = wanted
    else:
        made.unchanged += 1
    if here.person.state == "pending" and wanted.state == "pending" and (more or not asked):
        made.asks[key] = wanted


# ---- doing ----


class Ids:
    """Ids that nobody guesses and that rise, so that a million new rows stand side by side in every index."""

    def __init__(self, now: datetime) -> None:
        self._head = _base36(int(now.timestamp()), 7)
        self._count = 0

    def __call__(self) -> str:
        self._count += 1
        return f"{self._head}{_base36(self._count, 5)}{_base36(secrets.randbits(46), 9)}"


def _base36(number: int, width: int) -> str:
    written = ""
    for _ in range(width):
        number, digit = divmod(number, 36)
        written = _DIGITS[digit] + written
    return written


def newcomer(wanted: Wanted, name: str, head: int, order: Order) -> Newcomer:
    """Somebody new, whole. Pure. head: the end of the ledger; what was filed until now is not owed."""
    person = person_of(wanted.row, name, wanted.state, order.now)
    rows = tuple(Subscription(name, topic, every, head, head, order.now) for topic, every in wanted.topics.items())
    rhythms: set[Every] = set(wanted.topics.values()) - {"now"}
    due = {
        every: _due(every, person.at, person.weekday, person.monthday, person.timezone, order.now) for every in rhythms
    }
    read = "; ".join(f"{topic} {every}" for topic, every in wanted.topics.items())
    said = f"import {order.file}:{wanted.row.line}: added, {wanted.state}; {read}"
    return Newcomer(person, wanted.row.address.key, rows, due, LogLine(order.now, "admin", said))


@lru_cache(maxsize=4096)
def _due(every: Every, at: str, weekday: int, monthday: int, timezone: str, now: datetime) -> datetime:
    """The first digest: the same for all who want the same."""
    return rhythm.next_due(every, at=at, weekday=weekday, monthday=monthday, timezone=timezone, after=now)


def _change(db: Connection, wanted: Wanted, order: Order) -> None:
    """What `subscriber add` does for somebody who is here. The mail that asks, if one is wanted, comes later."""
    here = people.known(db, [wanted.row.address.key]).get(wanted.row.address.key)
    if here is None or here.person.state in ("left", "suppressed"):
        return  # it was otherwise a moment ago; the next import says so
    person = here.person
    subscribers.log(db, person.id, at=order.now, by="admin", what=f"import {order.file}:{wanted.row.line}")
    if person.state == "pending" and wanted.state in ("confirmed", "paused"):
        person = steps.move(db, person, "admit", now=order.now, by="admin")
        steps.take_back(db, person, order.now)
    wishes = [steps.Wish(topic, every) for topic, every in wanted.topics.items()]
    steps.put(db, person, wishes, by="admin", now=order.now)


def _ask(store: Store, decided: Decided, order: Order) -> int:
    """Write the mails that ask for confirmation; how many."""
    mailed = 0
    for some in chunks(decided.asks.values(), MAILS):
        with store.write() as db:
            for one in some:
                mailed += _ask_one(db, one, order)
    return mailed


def _ask_one(db: Connection, wanted: Wanted, order: Order) -> bool:
    """Ask somebody who is pending about everything they have here, in one mail."""
    here = people.known(db, [wanted.row.address.key]).get(wanted.row.address.key)
    if here is None or here.person.state != "pending":
        return False
    done = subscriptions.subscribe(
        db,
        email=here.person.email,
        topics=tuple(here.topics),
        rhythms=here.topics,
        by="admin",
        site=order.site,
        now=order.now,
    )
    return done.mailed_confirmation
