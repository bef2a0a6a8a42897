"""Decide what one person's digest holds, and whose digests are the same.

Pure. People with the same entries under the same topics, the same language, time
zone and period are a cohort and get one frozen edition. The rules: all due
rhythms of a person make one mail; an entry comes once, under the first topic of
theirs that brings it ("all" comes last); nothing that was sent comes again.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal, TypeAlias

from mail import rhythm
from state.codec import encode
from state.filings import ALL
from state.filters import parse_expression
from state.owed import Owed
from state.records import Every, Subscriber, Subscription
from state.subscriptions import Slot

Kind: TypeAlias = Literal["digest", "now"]
Brings: TypeAlias = Mapping[tuple[str, int], Sequence[Owed]]  # by (topic expression, after which filing)


@dataclass(frozen=True, slots=True)
class Item:
    """An entry in a digest. why: the phrase that matched, "" under "all". told: the revision they had, 0 = none."""

    entry: str
    revision: int
    why: str
    told: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """topic: a topic expression. items: newest filing first."""

    topic: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Cohort:
    """Everything that the content of an edition depends on. period: the message's key.

    changed: entries that these people were told before and that read differently now.
    """

    sections: tuple[Section, ...]
    language: str
    timezone: str
    rhythms: tuple[Every, ...]
    period: str
    changed: tuple[Item, ...] = ()

    @cached_property
    def name(self) -> str:
        """A hash: equal cohorts have equal names, in every process."""
        return hashlib.sha256(encode(self).encode()).hexdigest()

    def without(self, dropped: Collection[str]) -> "Cohort":
        """The same without some entries, and without topics that nothing is left of."""
        kept = (
            replace(section, items=tuple(item for item in section.items if item.entry not in dropped))
            for section in self.sections
        )
        changed = tuple(item for item in self.changed if item.entry not in dropped)
        return replace(self, sections=tuple(section for section in kept if section.items), changed=changed)

    @property
    def news(self) -> int:
        """How many entries are new."""
        return sum(len(section.items) for section in self.sections)

    @property
    def entries(self) -> tuple[tuple[str, int], ...]:
        """(entry, revision) in the order of the digest."""
        items = (*(item for section in self.sections for item in section.items), *self.changed)
        return tuple((item.entry, item.revision) for item in items)


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of one person's due slots. cohort: None where nothing is owed.

    due: the slots it was decided by; slots: what follows on each rhythm's, None = no slot.
    topics: the subscriptions whose cursors move to head, the end of the ledger as it was seen.
    """

    person: Subscriber
    subscriptions: tuple[Subscription, ...]
    due: tuple[Slot, ...]
    cohort: Cohort | None
    kind: Kind
    slots: tuple[tuple[Every, datetime | None], ...]
    topics: tuple[str, ...]
    head: int


def starts(row: Subscription) -> tuple[str, int]:
    """The key under which `Brings` says what a subscription brings."""
    return row.topic, max(row.start_seq, row.cursor_seq)


def decide(
    person: Subscriber,
    subscriptions: Sequence[Subscription],
    due: Sequence[Slot],
    *,
    brings: Brings,
    sent: Set[tuple[str, str]],
    head: int,
    now: datetime,
    empty_note: bool = False,
    changed: Sequence[Item] = (),
) -> Plan:
    """What one person gets now. brings: for each of their due subscriptions; sent: (subscriber, entry).

    empty_note: weekly and monthly readers who did not choose hear that nothing was new, in a cohort without sections.
    changed: mail/corrections.py.
    """
    rhythms = tuple(slot.every for slot in due)
    of_now = [row for row in subscriptions if row.every in rhythms]
    sections, first = _sections(person, of_now, brings, sent)
    kind: Kind = "now" if set(rhythms) == {"now"} else "digest"
    cohort = None
    news = {item.entry for section in sections for item in section.items}
    corrected = tuple(item for item in changed if item.entry not in news)
    if (
        sections
        or (corrected and kind == "digest")
        or (_hears(person, empty_note) and not {"weekly", "monthly"}.isdisjoint(rhythms))
    ):
        key = _key(person, due, kind, first)
        cohort = Cohort(sections, person.language, person.timezone, tuple(sorted(rhythms)), key, corrected)
    slots = tuple((every, None if every == "now" else _next(person, every, now)) for every in rhythms)
    topics = tuple(row.topic for row in of_now)
    return Plan(person, tuple(subscriptions), tuple(due), cohort, kind, slots, topics, head)


def _hears(person: Subscriber, usually: bool) -> bool:
    """Whether somebody wants to be told that nothing was new."""
    return person.note == "yes" or (not person.note and usually)


def tomorrow(plan: Plan, now: datetime) -> tuple[tuple[Every, datetime | None], ...]:
    """The slots of somebody who had a mail under this key already: one a local day, so the next day."""
    return tuple((slot.every, _next(plan.person, "daily", now)) for slot in plan.due)


def _sections(
    person: Subscriber, rows: Sequence[Subscription], brings: Brings, sent: Set[tuple[str, str]]
) -> tuple[tuple[Section, ...], int]:
    """The digest by topics, and the lowest filing number in it."""
    met: set[str] = set()
    sections: list[Section] = []
    lowest = 0
    for row in sorted(rows, key=lambda row: parse_expression(row.topic).topic == ALL):
        items = []
        for owed in brings[starts(row)]:
            if owed.entry not in met and (person.id, owed.entry) not in sent:
                met.add(owed.entry)
                items.append(Item(owed.entry, owed.revision, owed.why))
                lowest = min(lowest or owed.seq, owed.seq)
        if items:
            sections.append(Section(row.topic, tuple(items)))
    return tuple(sections), lowest


def _key(person: Subscriber, due: Sequence[Slot], kind: Kind, first: int) -> str:
    """The period's local date; for "now" the window's instant and the first filing in it."""
    last = max(slot.due_at for slot in due)
    if kind == "now":
        return f"{last.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}.{first}"
    return rhythm.period_key(max(slot.due_at for slot in due if slot.every != "now"), person.timezone)


def _next(person: Subscriber, every: Every, now: datetime) -> datetime:
    return rhythm.next_due(
        every,
        at=person.at,
        weekday=person.weekday,
        monthday=person.monthday,
        timezone=person.timezone,
        after=now,
    )
