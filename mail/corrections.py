"""Decide who is told that an entry changed since we told them, and say what changed.

Pure. Only significant revisions count (feeds/changes.py), each once, for people who
were sent an older wording and still read a topic that the entry is under. It stands
in their next digest of that rhythm, after the news, and is a digest of its own where
nothing was new. The surprising rule: readers of "now" get no mail for it; it comes
with their next one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from mail.cohort import Item
from state.filings import ALL
from state.filters import parse_expression
from state.records import Entry, Record, Subscription
from templates import dates
from templates.wording import Say

BACK = timedelta(days=62)  # how old a revision may be when a monthly reader hears of it
REVISED = 500  # entries that are looked at
MOST = 20  # in one mail; the others come with the next


@dataclass(frozen=True, slots=True)
class Revised:
    """An entry that changed. revision: its newest significant one."""

    entry: Entry
    revision: int


def corrections(
    person: str, rows: Sequence[Subscription], revised: Sequence[Revised], told: Mapping[tuple[str, str], int]
) -> tuple[Item, ...]:
    """What to tell one person. rows: their subscriptions that are due; told: revisions, by (subscriber, entry)."""
    found: list[Item] = []
    for one in revised:
        known = told.get((person, one.entry.id))
        if known is not None and known < one.revision and any(_brings(row, one.entry) for row in rows):
            found.append(Item(one.entry.id, one.entry.revision, "", told=known))
    return tuple(found[:MOST])


def _brings(row: Subscription, entry: Entry) -> bool:
    expression = parse_expression(row.topic)
    return (expression.topic == ALL or expression.topic in entry.topics) and expression.accepts(entry)


def what_changed(before: Record | None, after: Record, say: Say) -> str:
    """What a reader of the older wording should know. before: None where it is not kept."""
    if before is None:
        return say("It reads differently now.")
    parts: list[str] = []
    if before.title != after.title:
        parts.append(say("the title was “%(title)s”", title=before.title or say("Without a title")))
    if before.date != after.date:
        when = dates.honest(before.date, say.language)
        parts.append(say("the date was %(date)s", date=when) if when else say("it had no date"))
    if before.place != after.place:
        parts.append(say("the place was %(place)s", place=before.place) if before.place else say("it had no place"))
    said = [say("Before: %(what)s.", what="; ".join(parts))] if parts else []
    if {file.url for file in before.enclosures} != {file.url for file in after.enclosures}:
        said.append(say("It has other files now."))
    elif [file.replaced_at for file in before.enclosures] != [file.replaced_at for file in after.enclosures]:
        said.append(say("A file of it was replaced."))
    if before.summary != after.summary and not said:
        said.append(say("Its summary was rewritten."))
    return " ".join(said) or say("It reads differently now.")
