"""How a source was read before, so that a way of reading can be brought back.

A rule is what was asked of the extraction: the admin's selectors, and whether it
is led by the entries that are known. A source without rows is read as it was
declared. Called by `feeds.commit` (a repair is adopted) and `feeds.answers`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from state.chunks import chunks
from state.codec import decode, encode
from state.records import Source
from state.schema_watching import rules as table


@dataclass(frozen=True, slots=True)
class Rule:
    """One way of reading. select: its selectors; declared: those that the admin had declared then.

    guided: led by known entries. method: the generator that won when it was adopted.
    retired_at: None for the one that holds.
    """

    number: int
    select: Mapping[str, str] = field(default_factory=dict)
    declared: Mapping[str, str] = field(default_factory=dict)
    guided: bool = False
    method: str = ""
    why: str = ""
    since: datetime | None = None
    retired_at: datetime | None = None


def rules(db: Connection, source: str) -> tuple[Rule, ...]:
    """All rules of a source, oldest first."""
    rows = db.execute(select(table).where(table.c.source == source).order_by(table.c.number))
    return tuple(_rule(row) for row in rows)


def present(db: Connection, source: Source) -> Rule | None:
    """The rule that holds, None where the source is read as it was declared.

    A rule that was learnt ends when the admin declares other selectors.
    """
    return next(
        (rule for rule in rules(db, source.id) if rule.retired_at is None and dict(rule.declared) == source.select),
        None,
    )


def in_force(db: Connection, sources: Collection[Source]) -> dict[str, Rule]:
    """The rules that hold, by source id; sources that are read as they were declared are left out."""
    declared = {one.id: one for one in sources}
    found: dict[str, Rule] = {}
    for some in chunks(declared):
        for row in db.execute(select(table).where(table.c.source.in_(some), table.c.retired_at.is_(None))):
            rule = _rule(row)
            if dict(rule.declared) == declared[row.source].select:
                found[row.source] = rule
    return found


def adopt(db: Connection, source: Source, rule: Rule, *, now: datetime) -> Rule:
    """Let a rule hold from now on; the one before is kept, the declared one too. Returns it with its number."""
    if not rules(db, source.id):
        declared = Rule(1, source.select, source.select, why="as it was declared", since=source.created_at)
        _insert(db, source.id, replace(declared, retired_at=now))
    there = table.c.source == source.id
    db.execute(update(table).where(there, table.c.retired_at.is_(None)).values(retired_at=now))
    last = db.scalar(select(func.max(table.c.number)).where(there)) or 0
    adopted = replace(rule, number=last + 1, declared=source.select, since=now, retired_at=None)
    _insert(db, source.id, adopted)
    return adopted


def offer(db: Connection, source: Source, rule: Rule, *, now: datetime) -> None:
    """Keep a rule that the admin may bring into force; one that says the same is not kept twice."""
    if any(dict(one.select) == dict(rule.select) and one.guided == rule.guided for one in rules(db, source.id)):
        return
    held = present(db, source)
    adopt(db, source, rule, now=now)
    last = db.scalar(select(func.max(table.c.number)).where(table.c.source == source.id))
    mine = table.c.source == source.id
    db.execute(update(table).where(mine, table.c.number == last).values(retired_at=now))
    if held is not None:
        db.execute(update(table).where(mine, table.c.number == held.number).values(retired_at=None))


def _insert(db: Connection, source: str, rule: Rule) -> None:
    values = {
        "source": source,
        "number": rule.number,
        "select": encode(dict(rule.select)),
        "declared": encode(dict(rule.declared)),
        "guided": rule.guided,
        "method": rule.method,
        "why": rule.why,
        "since": rule.since,
        "retired_at": rule.retired_at,
    }
    db.execute(table.insert().values(values))


def _rule(row: Row[Any]) -> Rule:
    select, declared = decode(row.select, dict[str, str]), decode(row.declared, dict[str, str])
    guided = bool(row.guided)
    return Rule(row.number, select, declared, guided, row.method, row.why, row.since, row.retired_at)
