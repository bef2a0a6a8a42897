"""Decide what became of a message, by the phase in which the answer came and the answer itself. Pure.

    phase             4xx        5xx
    up to AUTH        later      later, about us         (no message is touched: `mail.deliver` ends the run)
    MAIL              later      later, about us         552, 5.3.4: this message is too large → refused
    RCPT              later      refused (a bounce)      5.7.x, 503, 530–538: about us → held
    DATA, the dot     later      refused                 five in a row end the run
    broken before the dot: later          broken after the dot: in doubt

"About us" is what no recipient can help: it is shown to the admin, and when the time for trying again is over
the message is held, never refused. Called by `mail.deliver`; sources: RFC 5321 section 4.2.1, RFC 3463.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from mail.answers import Answer, Broken, Phase, Reply, Unfit

FIRST_PAUSE = 300  # seconds between the first two attempts; doubles …
LONGEST_PAUSE = 4200  # … up to this
IN_A_ROW = 5  # refusals of the text, or answers about us, one after another: more would do harm

_BEFORE_MAIL = (Phase.CONNECT, Phase.GREETING, Phase.EHLO, Phase.STARTTLS, Phase.AUTH)
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_ABOUT_US = (503, 530, 534, 535, 538)  # bad sequence, and all that concerns our AUTH (RFC 4954 section 6)


@dataclass(frozen=True, slots=True)
class Sent:
    reply: str


@dataclass(frozen=True, slots=True)
class Deferred:
    reason: str
    about_us: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The recipient's server will not take it. bounce: it is the address, not the text."""

    reason: str
    bounce: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """Kept for the admin, who releases it once the cause is gone."""

    reason: str


@dataclass(frozen=True, slots=True)
class InDoubt:
    reason: str


Outcome: TypeAlias = Sent | Deferred | Refused | Held | InDoubt


def judge(phase: Phase, reply: Reply | Broken | Unfit) -> Outcome:
    """What became of a message whose transaction ended so. The table stands at the top of this module."""
    match reply:
        case Unfit(reason):
            return Refused(reason)
        case Broken(reason) if phase is Phase.AFTER_FINAL_DOT:
            return InDoubt(reason)  # accepted or not: nobody on our side can know
        case Broken(reason):
            return Deferred(reason, about_us=phase in _BEFORE_MAIL)
        case Reply(code) if code < 400:
            return Sent(said(reply))
        case Reply(code) if code < 500:
            return Deferred(said(reply), about_us=phase in _BEFORE_MAIL)
        case Reply() if phase in (Phase.DATA, Phase.AFTER_FINAL_DOT):
            return Refused(said(reply))
        case Reply() if phase is Phase.RCPT:
            return _recipient(reply)
        case Reply(code) if phase is Phase.MAIL and (code == 552 or enhanced(reply) == (5, 3, 4)):
            return Refused(said(reply))
        case _:
            return Deferred(said(reply), about_us=True)


def _recipient(reply: Reply) -> Refused | Held:
    """A 5xx to RCPT: security and policy (5.7.x) are about us, all else about the address."""
    status = enhanced(reply)
    if reply.code in _ABOUT_US or (status is not None and status[:2] == (5, 7)) or status in ((5, 1, 7), (5, 1, 8)):
        return Held(said(reply))
    return Refused(said(reply), bounce=True)


def enhanced(reply: Reply) -> tuple[int, int, int] | None:
    """The enhanced status code at the start of a reply's text (RFC 2034), if there is one that fits its class."""
    found = _ENHANCED.match(reply.text)
    if found is None or int(found[1]) != reply.code // 100:
        return None
    return int(found[1]), int(found[2]), int(found[3])


def said(reply: Reply) -> str:
    return f"{reply.code} {reply.text}".strip()


def counts_against_us(outcome: Outcome, phase: Phase) -> bool:
    """Whether IN_A_ROW of these end a run: what concerns us, or refusals of the text rather than of an address."""
    match outcome:
        case Deferred(about_us=about_us):
            return about_us
        case Refused():
            return phase in (Phase.DATA, Phase.AFTER_FINAL_DOT)
        case Held():
            return True
        case _:
            return False


def pause(attempts: int) -> int:
    """Seconds to wait after the n-th attempt: 5, 10, 20, 40, then 70 minutes."""
    return min(FIRST_PAUSE << min(attempts - 1, 20), LONGEST_PAUSE) if attempts > 0 else 0


def next_try(attempts: int, now: datetime, give_up_after: int) -> datetime | None:
    """When to try again after the n-th attempt, None = never.

    give_up_after: seconds that were spent in waiting between attempts, so that a machine that was switched
    off for a week does not give up on its first attempt.
    """
    capped = max(0, attempts - 5)  # pauses of the longest kind so far
    spent = sum(pause(n) for n in range(1, attempts - capped)) + capped * LONGEST_PAUSE
    return None if spent >= give_up_after else now + timedelta(seconds=pause(attempts))


def final(outcome: Deferred) -> Refused | Held:
    """What a message becomes that was deferred for too long."""
    reason = f"gave up; the last answer was: {outcome.reason}"
    return Held(reason) if outcome.about_us else Refused(reason)


def server_pause(failures: int) -> int:
    """Seconds to leave a server alone that could not be reached n times in a row: 10 s, doubling up to 5 min."""
    return int(min(10 << min(failures - 1, 10), FIRST_PAUSE)) if failures > 0 else 0


def ends_connection(answer: Answer) -> bool:
    """Whether the trouble lies in a kept connection rather than in the message: it ended before MAIL was answered."""
    closing = isinstance(answer.reply, Broken) or (isinstance(answer.reply, Reply) and answer.reply.code == 421)
    return answer.phase is Phase.MAIL and closing
