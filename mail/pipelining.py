"""Speak SMTP on an open connection with PIPELINING (RFC 2920): MAIL, RCPT and DATA in one write.

A state machine that is driven by what arrives, so that a message costs two round trips and few turns of the
loop. It decides nothing about messages: how a transaction ended is an `Answer`, as on the path without
PIPELINING (`mail.smtp`, which makes and uses this; tests/mail/test_smtp.py runs both through the same tests).

The surprising rule: the dot is a write of its own, one turn of the loop after the last octet of the text has
left us, and only while the claim holds. A server that refuses in between, or is gone, is never shown it; what
breaks before the dot was surely not accepted.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from mail.answers import LATE, Answer, Broken, Phase, Reply
from mail.replies import Replies
from mail.server import Timeouts

GONE = Broken("the server closed the connection")
SILENT = Broken("no answer in time")
TOO_SLOW = "the server did not take the text in time"

_GOOD = {Phase.MAIL: 2, Phase.RCPT: 2, Phase.DATA: 3, Phase.AFTER_FINAL_DOT: 2, Phase.QUIT: 2}


class Pipelined(asyncio.Protocol):
    """The rest of a connection's life, after AUTH. Takes the transport over."""

    def __init__(
        self, transport: asyncio.Transport, timeouts: Timeouts, heard: Callable[[Phase, Reply | Broken], None]
    ) -> None:
        self._transport = transport
        self._timeouts = timeouts
        self._heard = heard
        self._loop = asyncio.get_running_loop()
        self._replies = Replies()
        self._awaited: deque[Phase] = deque()  # whose replies have not come
        self._failure: Answer | None = None  # the first refusal of this transaction, while later replies are awaited
        self._text = b""
        self._writing = False  # the text is on its way, the dot is not
        self._may_finish: Callable[[], bool] = bool
        self._ended: asyncio.Future[Answer] | None = None
        self._dirty = False  # a transaction was broken off: RSET comes first
        self._resetting = False
        self._deadline = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        transport.set_write_buffer_limits(high=0)  # "resume" then means that everything has left us
        transport.set_protocol(self)

    @property
    def usable(self) -> bool:
        return not self._transport.is_closing()

    # ---- what the client does ----

    def transact(
        self, commands: Sequence[tuple[Phase, bytes]], text: bytes, may_finish: Callable[[], bool]
    ) -> "asyncio.Future[Answer]":
        """Send one message; resolved with the answer that ended its transaction. One at a time.

        commands: MAIL, RCPT, DATA. text: dot-stuffed, without the dot. may_finish: see `mail.smtp.Connection.send`.
        """
        ended = self._begin([phase for phase, _ in commands])
        if not may_finish():
            self._end(Answer(Phase.DATA, Broken(LATE)), abort=True)
            return ended
        self._text, self._may_finish = text, may_finish
        words = [words for _, words in commands]
        self._resetting = self._dirty
        if self._dirty:
            words.insert(0, b"RSET")
            self._awaited.appendleft(Phase.MAIL)
        self._dirty = True
        self._wait(self._timeouts.command)
        self._transport.write(b"\r\n".join(words) + b"\r\n")
        return ended

    def quit(self) -> "asyncio.Future[Answer]":
        ended = self._begin([Phase.QUIT])
        self._wait(self._timeouts.quit)
        self._transport.write(b"QUIT\r\n")
        return ended

    def abort(self) -> None:
        """Close without a word. What is under way ends with Broken in the phase it is in."""
        self._transport.abort()

    def _begin(self, phases: Sequence[Phase]) -> "asyncio.Future[Answer]":
        assert self._ended is None, "one transaction at a time"
        self._ended = ended = self._loop.create_future()
        self._awaited.extend(phases)
        if not self.usable:
            self._break(GONE)
        return ended

    # ---- what arrives ----

    def data_received(self, data: bytes) -> None:
        if self._ended is None:  # between two messages: a farewell, or what would be taken for a later answer
            self.abort()
            return
        for reply in self._replies.feed(data):
            if self._ended is None:  # one reply more than was asked for
                self.abort()
            elif isinstance(reply, Broken):
                self._break(reply)
            else:
                self._took(reply)
        if self._ended is None and not self._replies.empty:
            self.abort()

    def _took(self, reply: Reply) -> None:
        if not self._awaited:  # the text is on its way, and the server has had enough of it
            self._end(Answer(Phase.DATA, _refusal(reply)), abort=True)
            return
        phase = self._awaited.popleft()
        if self._resetting:
            self._resetting = False
            if reply.code // 100 != 2:
                self._end(Answer(Phase.MAIL, Broken("the server did not forget the last message (RSET)")), abort=True)
            return
        self._heard(phase, reply)
        if reply.code // 100 != _GOOD[phase]:
            self._failed(phase, reply)
        elif phase in (Phase.AFTER_FINAL_DOT, Phase.QUIT):
            self._dirty = False
            self._end(Answer(phase, reply))
        elif phase is Phase.DATA and self._failure:  # it waits for a text that must not come
            self._end(self._failure, abort=True)
        elif phase is Phase.DATA:
            self._write_text()

    def _failed(self, phase: Phase, reply: Reply) -> None:
        """A refusal ends the transaction once all replies have come; 421 and nonsense end the connection."""
        refusal = _refusal(reply)
        self._failure = self._failure or Answer(phase, refusal)
        if isinstance(refusal, Broken) or reply.code == 421:
            self._end(self._failure, abort=True)
        elif not self._awaited:
            self._end(self._failure)

    def _write_text(self) -> None:
        if not self._may_finish():
            self._end(Answer(Phase.DATA, Broken(LATE)), abort=True)
            return
        self._writing = True
        self._wait(self._timeouts.text)
        self._transport.write(self._text)
        if not self._transport.get_write_buffer_size():
            self._loop.call_soon(self._finish)

    def resume_writing(self) -> None:
        if self._writing:
            self._loop.call_soon(self._finish)

    def _finish(self) -> None:
        """The dot. In the turn of the loop before this one a refusal or a drop would have been seen."""
        if not self._writing or self._transport.get_write_buffer_size():
            return
        if not self.usable:
            self._break(GONE)
        elif not self._may_finish():
            self._end(Answer(Phase.DATA, Broken(LATE)), abort=True)
        else:
            self._writing = False
            self._awaited.append(Phase.AFTER_FINAL_DOT)
            self._wait(self._timeouts.dot)
            self._transport.write(b".\r\n")

    # ---- how it ends ----

    def eof_received(self) -> bool:
        self._break(GONE)
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self._break(GONE)
        if self._alarm:
            self._alarm.cancel()

    def _break(self, why: Broken) -> None:
        """No usable reply will come any more."""
        if self._ended is None:
            self._transport.abort()
            return
        phase = self._awaited[0] if self._awaited else Phase.DATA
        if not self._failure:
            self._heard(phase, why)
        self._end(self._failure or Answer(phase, why), abort=True)

    def _end(self, answer: Answer, *, abort: bool = False) -> None:
        ended, self._ended = self._ended, None
        self._awaited.clear()
        self._failure, self._writing, self._resetting, self._text = None, False, False, b""
        if abort:
            self._transport.abort()
        if ended and not ended.done():  # its worker was cancelled
            ended.set_result(answer)

    def _wait(self, seconds: float) -> None:
        """Wait at most so long for the next step. One timer serves many: it looks at the deadline when it fires."""
        self._deadline = self._loop.time() + seconds
        if self._alarm and self._alarm.when() > self._deadline:
            self._alarm.cancel()
            self._alarm = None
        if self._alarm is None:
            self._alarm = self._loop.call_at(self._deadline, self._too_late)

    def _too_late(self) -> None:
        self._alarm = None
        if self._ended is None:
            return
        if self._loop.time() < self._deadline:
            self._alarm = self._loop.call_at(self._deadline, self._too_late)
        else:
            self._break(Broken(TOO_SLOW) if self._writing else SILENT)


def _refusal(reply: Reply) -> Reply | Broken:
    return reply if reply.code // 100 in (4, 5) else Broken(f"odd answer {reply.code} {reply.text}")
