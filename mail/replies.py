"""Cut what a mail server says into replies, strictly (RFC 5321 section 4.2).

Pure. A reply is one or more lines of one code; all but the last carry a hyphen after it. What is not
that is `Broken`, and whoever gets it closes the connection. Used by `mail.pipelining`.
"""

import re
from functools import lru_cache

from mail.answers import Broken, Reply
from state.text import clean

LONGEST = 64 * 1024  # bytes of one reply
_LINE = re.compile(rb"([2-5][0-9][0-9])(?:([ -])(.*))?\r?", re.DOTALL)
_SHOWN = 500  # characters of a reply that are kept


class Replies:
    """What has come so far on one connection. Of no use after a `Broken`."""

    def __init__(self) -> None:
        self._rest = b""  # a line that has no end yet
        self._before: list[bytes] = []  # the lines of a reply whose last one has not come
        self._size = 0

    def feed(self, data: bytes) -> list[Reply | Broken]:
        """The replies that are complete with this, in order; a Broken is the last one."""
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = rest
        found: list[Reply | Broken] = []
        for line in lines:
            reply = self._line(line)
            if reply is not None:
                found.append(reply)
            if isinstance(reply, Broken):
                return found
        if self._size + len(rest) > LONGEST:
            found.append(Broken(f"the server said more than {LONGEST} bytes in one reply"))
        return found

    @property
    def empty(self) -> bool:
        """Whether nothing is left over."""
        return not self._rest and not self._before

    def _line(self, line: bytes) -> Reply | Broken | None:
        if not self._before and line[3:4] == b" " and len(line) < LONGEST:
            return _single(line)
        self._size += len(line) + 1
        if self._size > LONGEST:
            return Broken(f"the server said more than {LONGEST} bytes in one reply")
        shape = _LINE.fullmatch(line)
        if shape is None or (self._before and self._before[0][:3] != line[:3]):
            return _nonsense(line)
        self._before.append(line)
        if shape[2] == b"-":
            return None
        whole = b" ".join(before[4:] for before in self._before)
        self._before, self._size = [], 0
        return Reply(int(shape[1]), _words(whole))


@lru_cache(maxsize=64)
def _single(line: bytes) -> Reply | Broken:
    """A reply of one line: most are always the same."""
    shape = _LINE.fullmatch(line)
    return Reply(int(shape[1]), _words(shape[3] or b"")) if shape else _nonsense(line)


def _nonsense(line: bytes) -> Broken:
    return Broken(f"the server answered nonsense: {_words(line)}")


def _words(said: bytes) -> str:
    return clean(said[: 8 * _SHOWN].decode("utf-8", "ignore"))[:_SHOWN]
