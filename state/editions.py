"""Frozen editions, what the admin says about them, and what single mails say.

An edition is written before the messages that point to it; its cohort's hash is
unique, so that planning again after a crash finds it instead of making another.
Every change is a compare-and-set on the content that was looked at; where its
messages are is the business of state/waiting.py.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy import Connection, Row, func, select, update

from state.codec import decode, encode
from state.errors import NotFound
from state.records import Edition
from state.schema import edition_log, editions, outbox
from state.upsert import insert

State: TypeAlias = Literal["going", "waiting", "held", "cancelled"]
_FIELDS = [editions.c[name] for name in Edition.__dataclass_fields__]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the admin's desk knows of an edition.

    state: "going"; "waiting" for approval; "held", with the reason; "cancelled".
    content: hash of what readers get. approved: the content that was approved, or "".
    plan: JSON Cohort, "" where it cannot be rendered anew. note: on top, or "". dropped: entries taken out.
    """

    state: State = "going"
    reason: str = ""
    wants_approval: bool = False
    approved: str = ""
    content: str = ""
    plan: str = ""
    note: str = ""
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Issue:
    """An edition and what became of its messages: how many are in which state."""

    edition: Edition
    messages: dict[str, int]
    desk: Desk


@dataclass(frozen=True, slots=True)
class LogLine:
    """What was done to an edition."""

    at: datetime
    what: str


def content(edition: Edition) -> str:
    """A short hash of what readers get: equal for equal content."""
    said = "\x1f".join((edition.subject, edition.text, edition.html, encode(edition.entries)))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def put(db: Connection, edition: Edition, cohort: str, desk: Desk | None = None) -> bool:
    """Keep an edition; False where its cohort has one already. desk: None = it just goes."""
    values = _values(edition) | _desk_values(desk or Desk()) | {"cohort": cohort, "content": content(edition)}
    row = insert(db, editions).values(values).on_conflict_do_nothing(index_elements=["cohort"])
    return db.scalar(row.returning(editions.c.id)) is not None


def rewrite(db: Connection, edition: Edition, desk: Desk, *, expected: str) -> bool:
    """Put other content in place of what was looked at (a content hash); False where it changed meanwhile."""
    values = _values(edition) | _desk_values(desk) | {"content": content(edition)}
    one = (editions.c.id == edition.id) & (editions.c.content == expected)
    return db.execute(update(editions).where(one).values(values)).rowcount == 1


def move(
    db: Connection,
    name: str,
    *,
    expected: tuple[State, str],
    state: State,
    reason: str = "",
    approved: str | None = None,
) -> bool:
    """Give an edition another state; expected: state and content as they were looked at; False where they changed."""
    values: dict[str, object] = {"state": state, "reason": reason}
    if approved is not None:
        values["approved"] = approved
    one = (editions.c.id == name) & (editions.c.state == expected[0]) & (editions.c.content == expected[1])
    return db.execute(update(editions).where(one).values(values)).rowcount == 1


def of_cohorts(db: Connection, cohorts: Collection[str]) -> dict[str, str]:
    """The ids of the editions there are, by cohort; at most a few hundred cohorts."""
    rows = db.execute(select(editions.c.cohort, editions.c.id).where(editions.c.cohort.in_(cohorts)))
    return {row.cohort: row.id for row in rows}


def edition(db: Connection, name: str) -> Edition:
    """By id. Raises NotFound."""
    row = db.execute(select(*_FIELDS).where(editions.c.id == name)).first()
    if row is None:
        raise NotFound(f"digest {name!r} is not known; `tidings digest list` shows them all")
    return _edition(row)


def public(db: Connection, name: str) -> Edition | None:
    """An edition whose web version readers may see: it goes, or reached somebody. None: there is no such."""
    reached = select(outbox.c.id).where(outbox.c.edition == name, outbox.c.state == "accepted").exists()
    going = (editions.c.state == "going") | reached
    row = db.execute(select(*_FIELDS).where(editions.c.id == name, going)).first()
    return _edition(row) if row else None


def issue(db: Connection, name: str) -> Issue:
    """An edition with what became of its messages, by its id or the beginning of one. Raises NotFound."""
    row = db.execute(select(editions).where(editions.c.id == _whole(db, name))).one()
    return Issue(_edition(row), _states(db, [row.id]).get(row.id, {}), _desk(row))


def issues(db: Connection, *, limit: int | None = None) -> tuple[Issue, ...]:
    """Editions, newest first, with what became of their messages."""
    rows = db.execute(select(editions).order_by(editions.c.created_at.desc(), editions.c.id).limit(limit)).all()
    states = _states(db, [row.id for row in rows] if limit is not None else None)
    return tuple(Issue(_edition(row), states.get(row.id, {}), _desk(row)) for row in rows)


def approved_entries(db: Connection, *, limit: int = 100) -> set[str]:
    """Entries of the newest editions that the admin approved and that went."""
    let_go = (editions.c.approved != "") & (editions.c.approved == editions.c.content) & (editions.c.state == "going")
    rows = db.scalars(select(editions.c.entries).where(let_go).order_by(editions.c.created_at.desc()).limit(limit))
    return {entry for row in rows for entry, _ in decode(row, tuple[tuple[str, int], ...])}


def log(db: Connection, name: str, *, at: datetime, what: str) -> None:
    """Add a line to an edition's log."""
    db.execute(edition_log.insert().values(edition=name, at=at, what=what))


def history(db: Connection, name: str) -> tuple[LogLine, ...]:
    """An edition's log, oldest first."""
    rows = db.execute(select(edition_log).where(edition_log.c.edition == name).order_by(edition_log.c.number))
    return tuple(LogLine(row.at, row.what) for row in rows)


def letter(db: Connection, *, subscriber: str, kind: str, key: str) -> str | None:
    """The payload of a single mail to a person, None where none was written."""
    one = (outbox.c.subscriber == subscriber) & (outbox.c.kind == kind) & (outbox.c.key == key)
    payload: str | None = db.scalar(select(outbox.c.payload).where(one))
    return payload


def _whole(db: Connection, name: str) -> str:
    """The id that begins like this, as it is shown cut short in tables; of several none is meant."""
    if not name:
        raise NotFound("digest '' is not known; `tidings digest list` shows them all")
    begins = editions.c.id.startswith(name, autoescape=True)
    found = list(db.scalars(select(editions.c.id).where(begins).limit(2)))
    if name in found or len(found) == 1:
        return name if name in found else found[0]
    if found:
        raise NotFound(f"several digests begin with {name!r}; give more of the id, `tidings digest list` shows them")
    raise NotFound(f"digest {name!r} is not known; `tidings digest list` shows them all")


def _states(db: Connection, names: Collection[str] | None) -> dict[str, dict[str, int]]:
    query = select(outbox.c.edition, outbox.c.state, func.count()).group_by(outbox.c.edition, outbox.c.state)
    query = query.where(outbox.c.edition.is_not(None) if names is None else outbox.c.edition.in_(names))
    found: dict[str, dict[str, int]] = {}
    for name, state, number in db.execute(query):
        found.setdefault(name, {})[state] = number
    return found


def _values(made: Edition) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(made, name) for name in Edition.__dataclass_fields__}
    return values | {"entries": encode(made.entries)}


def _desk_values(desk: Desk) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(desk, name) for name in Desk.__dataclass_fields__}
    return values | {"dropped": encode(desk.dropped)}


def _edition(row: Row[Any]) -> Edition:
    values = {name: row._mapping[name] for name in Edition.__dataclass_fields__}
    values["entries"] = decode(values["entries"], tuple[tuple[str, int], ...])
    return Edition(**values)


def _desk(row: Row[Any]) -> Desk:
    values = {name: row._mapping[name] for name in Desk.__dataclass_fields__}
    values["dropped"] = decode(values["dropped"], tuple[str, ...])
    return Desk(**values)
