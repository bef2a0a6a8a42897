"""Frozen editions, and what single mails say.

An edition is written before the messages that point to it; its cohort's hash is
unique, so that planning again after a crash finds it instead of making another.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, Row, func, select

from state.codec import decode, encode
from state.errors import NotFound
from state.records import Edition
from state.schema import editions, outbox
from state.upsert import insert

_FIELDS = [column for column in editions.c if column.name != "cohort"]


@dataclass(frozen=True, slots=True)
class Issue:
    """An edition and what became of its messages: how many are in which state."""

    edition: Edition
    messages: dict[str, int]


def put(db: Connection, edition: Edition, cohort: str) -> bool:
    """Keep an edition; False where its cohort has one already."""
    values = {column.name: getattr(edition, column.name) for column in _FIELDS}
    row = insert(db, editions).values(values | {"entries": encode(edition.entries), "cohort": cohort})
    return db.execute(row.on_conflict_do_nothing(index_elements=["cohort"])).rowcount == 1


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


def issue(db: Connection, name: str) -> Issue:
    """An edition with what became of its messages. Raises NotFound."""
    return Issue(edition(db, name), _states(db, [name]).get(name, {}))


def issues(db: Connection, *, limit: int | None = None) -> tuple[Issue, ...]:
    """Editions, newest first, with what became of their messages."""
    rows = db.execute(select(*_FIELDS).order_by(editions.c.created_at.desc(), editions.c.id).limit(limit))
    found = [_edition(row) for row in rows]
    states = _states(db, [made.id for made in found] if limit is not None else None)
    return tuple(Issue(made, states.get(made.id, {})) for made in found)


def letter(db: Connection, *, subscriber: str, kind: str, key: str) -> str | None:
    """The payload of a single mail to a person, None where none was written."""
    one = (outbox.c.subscriber == subscriber) & (outbox.c.kind == kind) & (outbox.c.key == key)
    payload: str | None = db.scalar(select(outbox.c.payload).where(one))
    return payload


def _states(db: Connection, names: Collection[str] | None) -> dict[str, dict[str, int]]:
    query = select(outbox.c.edition, outbox.c.state, func.count()).group_by(outbox.c.edition, outbox.c.state)
    query = query.where(outbox.c.edition.is_not(None) if names is None else outbox.c.edition.in_(names))
    found: dict[str, dict[str, int]] = {}
    for name, state, number in db.execute(query):
        found.setdefault(name, {})[state] = number
    return found


def _edition(row: Row[tuple[object, ...]]) -> Edition:
    values = dict(row._mapping)
    values["entries"] = decode(values["entries"], tuple[tuple[str, int], ...])
    return Edition(**values)
