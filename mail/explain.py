"""Say why an entry went to a person or did not: under which topic and rule, in which message, or what stood against it.

`why` loads, `judge` decides and is pure; nothing is changed. Called by
cli/why.py. The answer follows the same rules as mail/digest.py: mailable filings
after a subscription's start and cursor, with the facets asked for, not hidden,
minus what the person was sent. Dates have no say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import Connection

from mail import steps
from state import entries, filings, outbox, owed, subscriptions
from state.errors import NotFound
from state.filings import ALL
from state.filters import parse_expression
from state.records import Entry, Every, Filing, Message, Subscriber, Subscription

Code: TypeAlias = Literal[
    "owed", "passed", "before-start", "not-mailed", "baseline", "facets", "held", "not-filed", "no-topics"
]
Verdict: TypeAlias = Literal[
    "sent", "on-its-way", "not-delivered", "due", "waiting", "hidden", "left", "paused", "pending", "suppressed",
    "passed", "before-start", "not-mailed", "baseline", "facets", "held", "not-filed", "no-topics",
]  # fmt: skip
_NEAREST: tuple[Code, ...] = Code.__args__  # type: ignore[attr-defined]
_NOT_DELIVERED = ("refused", "suppressed", "cancelled")


@dataclass(frozen=True, slots=True)
class Reason:
    """What one subscription says. rule: the phrase that matched, "" under "all" or where it is not filed."""

    topic: str
    every: Every
    code: Code
    words: str
    rule: str = ""
    filed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mailed:
    """A message that the entry stood in. at: when its state was reached."""

    message: int
    kind: str
    key: str
    edition: str | None
    state: str
    at: datetime | None
    reply: str
    revision: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole answer. words: the verdict as a sentence. due: the next digest that could hold it, None where none."""

    email: str
    state: str
    entry: str
    title: str
    verdict: Verdict
    words: str
    due: datetime | None
    topics: tuple[Reason, ...]
    mailed: tuple[Mailed, ...]


def why(db: Connection, email: str, entry_id: str) -> Explanation:
    """Load and judge. Raises NotFound for a person or an entry that is not here."""
    person = steps.known(db, email)
    entry = entries.entry(db, entry_id)
    mailed = tuple(_mailed(db, number, revision) for revision, number in owed.told(db, person.id, entry.id))
    return judge(
        person,
        subscriptions.listed(db, subscriber=person.id),
        entry,
        filings.filings(db, entry.id),
        mailed=mailed,
        due=subscriptions.slots_of(db, person.id),
    )


def _mailed(db: Connection, number: int, revision: int) -> Mailed:
    try:
        one: Message = outbox.message(db, number)
    except NotFound:
        return Mailed(number, "digest", "", None, "accepted", None, "its row is gone from the outbox", revision)
    return Mailed(one.id, one.kind, one.key, one.edition, one.state, one.updated_at, one.reply, revision)


def judge(
    person: Subscriber,
    rows: Sequence[Subscription],
    entry: Entry,
    filed: Sequence[Filing],
    *,
    mailed: Sequence[Mailed],
    due: Mapping[Every, datetime],
) -> Explanation:
    """Why, for one person and one entry. due: the person's slots."""
    ordered = sorted(rows, key=lambda row: parse_expression(row.topic).topic == ALL)  # as in a digest
    by_topic = {filing.topic: filing for filing in filed}
    reasons = tuple(_reason(row, entry, by_topic, mailed) for row in ordered)
    next_ = min((due[one.every] for one in reasons if one.code == "owed" and one.every in due), default=None)
    verdict, words = _verdict(person, entry, reasons, mailed, next_)
    awaited = next_ if verdict == "due" else None
    return Explanation(
        person.email, person.state, entry.id, entry.title, verdict, words, awaited, reasons, tuple(mailed)
    )


def _reason(row: Subscription, entry: Entry, filed: Mapping[str, Filing], mailed: Sequence[Mailed]) -> Reason:
    expression = parse_expression(row.topic)
    filing = filed.get(expression.topic)

    def says(code: Code, words: str) -> Reason:
        if filing is None:
            return Reason(row.topic, row.every, code, words)
        return Reason(row.topic, row.every, code, words, filing.why, filing.filed_at)

    if filing is None and not filed:
        return says("held", "it is not released to any topic yet; `tidings status` says what its source waits for")
    if filing is None:
        others = ", ".join(sorted(set(filed) - {ALL})) or "no topic of its own"
        return says("not-filed", f"it is not filed under {expression.topic} (it is under {others})")
    if not expression.accepts(entry):
        return says("facets", f"it is under {expression.topic}, but not with {row.topic.partition('?')[2]}")
    if not filing.mailable and entry.baseline:
        return says("baseline", "it stood there when its source was first read, or was found later as older than that")
    if not filing.mailable:
        return says(
            "not-mailed", "it was filed without being mailed: it was seen before the topic was made, or is held"
        )
    if filing.seq <= row.start_seq:
        return says("before-start", f"it was filed before the subscription began ({_day(row.created_at)})")
    if filing.seq <= row.cursor_seq and mailed:
        return says("passed", f"it stood in message {mailed[-1].message}")
    if filing.seq <= row.cursor_seq:
        return says("passed", "a digest was made after it was filed, and it was not in it: hidden then, or sent before")
    return says("owed", "the next digest brings it")


def _verdict(
    person: Subscriber, entry: Entry, reasons: Sequence[Reason], mailed: Sequence[Mailed], due: datetime | None
) -> tuple[Verdict, str]:
    if mailed:
        return _of_message(mailed[-1], reasons)
    if person.state == "left":
        return "left", f"{person.email} left" + (f" on {_day(person.left_at)}" if person.left_at else "")
    if entry.hidden_at:
        return "hidden", f"it was hidden on {_day(entry.hidden_at)}; hidden entries are not mailed"
    nearest = min(reasons, key=lambda one: _NEAREST.index(one.code), default=None)
    if nearest is None:
        return "no-topics", f"{person.email} reads no topics"
    if nearest.code != "owed":
        return nearest.code, f"not owed: {nearest.words}"
    under = _under(nearest)
    match person.state:
        case "paused":
            return "paused", f"owed {under}, but paused; it comes after `tidings subscriber resume {person.email}`"
        case "pending":
            return "pending", f"owed {under}, but {person.email} has not confirmed yet"
        case "suppressed":
            return "suppressed", f"owed {under}, but no mail goes to {person.email}: it bounced or complained"
    if due is None:
        return "waiting", f"owed {under}; its window opens with the next run of the service"
    return "due", f"owed {under}; it comes with the digest due on {_minute(due)}"


def _of_message(one: Mailed, reasons: Sequence[Reason]) -> tuple[Verdict, str]:
    """What became of the message it stood in."""
    brought = next((reason for reason in reasons if reason.filed_at is not None), None)
    under = f" {_under(brought)}" if brought else ""
    named = f"message {one.message} ({one.kind}{' ' + one.key if one.key else ''})"
    when = f" on {_minute(one.at)}" if one.at else ""
    said = f": {one.reply}" if one.reply else ""
    if one.state == "accepted":
        return "sent", f"sent{under} in {named}, accepted{when}{said}"
    if one.state in _NOT_DELIVERED:
        return "not-delivered", f"it was in {named}, which was {one.state}{when}{said}"
    return "on-its-way", f"owed{under} and in {named}, which is {one.state}{when}{said}"


def _under(one: Reason) -> str:
    return f"under {one.topic}" + (f' (rule "{one.rule}")' if one.rule else "")


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
