"""Slow down for a domain whose servers ask for it, and speed up again when they take what we send.

`after` decides, purely: from the second 421, 450, 451 or 452 in a row (one is greylisting) there is a gap between
two mails to that domain, which doubles with each more of them and shrinks with each mail that is taken. A mail that
is not yet its turn is given back to the queue with the time of its turn, at most HORIZON ahead: then it is asked
again. Single mails (lane 0) do not wait. `Pacer` holds the paces of a run; they are stored in state/pacing.py. Used
by `mail.claims` for what it claims, and by `mail.deliver` for what was claimed before its domain asked.
"""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from mail.answers import Answer, Phase, Reply
from state.pacing import Pace

SLOW_DOWN = (421, 450, 451, 452)
FIRST_GAP, LONGEST_GAP = 1.0, 300.0  # seconds
SMALLEST_GAP = 0.25  # below it there is none
RECOVERY = 0.8  # of the gap is left after a mail that was taken
HORIZON = timedelta(minutes=15)
BURST = timedelta(seconds=30)  # turns that were missed so long ago are made up: queues are looked at now and then
_ABOUT_THE_DOMAIN = (Phase.RCPT, Phase.DATA, Phase.AFTER_FINAL_DOT)


def domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def after(pace: Pace, answer: Answer) -> Pace:
    """What an answer makes of a pace; the same pace where it says nothing about the domain."""
    reply = answer.reply
    if not isinstance(reply, Reply) or answer.phase not in _ABOUT_THE_DOMAIN:
        return pace
    if reply.code in SLOW_DOWN:
        gap = max(FIRST_GAP, min(2 * pace.gap, LONGEST_GAP)) if pace.strikes else pace.gap
        return replace(pace, gap=gap, strikes=pace.strikes + 1)
    if reply.code < 300 and not pace.free:
        gap = pace.gap * RECOVERY
        return replace(pace, gap=gap if gap >= SMALLEST_GAP else 0.0, strikes=0)
    return pace


class Pacer:
    """The paces of a run. Its two users stand in different threads."""

    def __init__(self, paces: Mapping[str, Pace]) -> None:
        self._paces = dict(paces)
        self._changed: set[str] = set()
        self._waiting: Counter[str] = Counter()  # mails that were given back, by domain: their turns lie a gap apart
        self._lock = threading.Lock()

    def answered(self, recipient: str, answer: Answer) -> None:
        """Take note of how a transaction ended."""
        if not self._paces and isinstance(answer.reply, Reply) and answer.reply.code < 300:
            return  # nobody has asked us to slow down, and nobody does now
        name = domain(recipient)
        with self._lock:
            before = self._paces.get(name) or Pace(name)
            self._put(before, after(before, answer))

    def paced(self, recipient: str) -> bool:
        """Whether mails to this address have turns."""
        pace = self._paces.get(domain(recipient)) if self._paces else None
        return pace is not None and pace.gap > 0

    def turn(self, recipient: str, now: datetime) -> datetime | None:
        """None: the mail may go now. Else when it is its turn, or when to ask again."""
        if not self._paces:
            return None
        name = domain(recipient)
        with self._lock:
            pace = self._paces.get(name)
            if pace is None or not pace.gap:
                return None
            at = pace.next_at or now
            if at <= now:
                self._put(pace, replace(pace, next_at=max(at, now - BURST) + timedelta(seconds=pace.gap)))
                return None
            ahead = self._waiting[name] * timedelta(seconds=pace.gap)
            self._waiting[name] += 1
            return min(at + ahead, now + HORIZON)

    def changes(self) -> tuple[Pace, ...]:
        """What is to be stored; said once."""
        with self._lock:
            changed = tuple(self._paces.get(name) or Pace(name) for name in self._changed)
            self._changed.clear()
        return changed

    def _put(self, before: Pace, pace: Pace) -> None:
        if pace == before:
            return
        self._changed.add(pace.domain)
        if pace.free:
            self._paces.pop(pace.domain, None)
        else:
            self._paces[pace.domain] = pace
