"""Decide how much a bounce weighs, and when an address has bounced too often. Pure.

    hard   the address is not there: 5.1.x, mailbox disabled (5.2.1), no such domain (5.4.4)       1 point
    soft   everything else that failed for good: mailbox full, gave up trying, content              ¼ point
    ours   security and policy (5.7.x), our sender's address (5.1.7, 5.1.8): told to the admin      nothing

A score loses half of itself in HALF_LIFE, and a day counts once, however many mails came back on it.
At LIMIT nothing more is sent: a reader of daily, weekly or monthly digests gets there with the third hard bounce in a
row, a full mailbox with the ninth day, or after three months of weeks. Called by mail/bounces.py; codes: RFC 3463.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, TypeAlias

from mail.reports import Status
from state.bounces import Score

Weight: TypeAlias = Literal["hard", "soft", "ours"]

HALF_LIFE = timedelta(days=60)
LIMIT = 2.0
_POINTS: dict[Weight, float] = {"hard": 1.0, "soft": 0.25, "ours": 0.0}
_SENDER = ((5, 1, 7), (5, 1, 8))
_GONE = ((5, 2, 1), (5, 4, 4))


@dataclass(frozen=True, slots=True)
class Counted:
    """score: after this bounce. over: nothing more is to be sent."""

    score: Score
    over: bool


def weigh(status: Status | None) -> Weight:
    """How much a failure for good weighs. status: None where nobody said why."""
    if status is None or status[0] != 5:
        return "soft"
    if status[1] == 7 or status in _SENDER:
        return "ours"
    return "hard" if status[1] == 1 or status in _GONE else "soft"


def eroded(before: Score | None, now: datetime) -> float:
    """What is left of a score. A clock that went back erodes nothing."""
    if before is None:
        return 0.0
    passed = max(now - before.counted_at, timedelta())
    return float(before.score * 0.5 ** (passed / HALF_LIFE))


def counted(before: Score | None, weight: Weight, now: datetime) -> Counted:
    """The score after one more bounce."""
    left = eroded(before, now)
    if _POINTS[weight] == 0 or (before is not None and before.score > 0 and _day(before.counted_at) == _day(now)):
        return Counted(before or Score(0.0, now), False)
    score = Score(left + _POINTS[weight], now)
    return Counted(score, score.score >= LIMIT)


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()
