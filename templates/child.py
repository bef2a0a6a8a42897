"""Fill one template of the admin in a process of its own: JSON in on stdin, JSON out on stdout, and it ends.

Started by templates/own.py, never imported by it. Limits itself before it reads anything: processor time, address
space, and no file may be written. In: name, source, values. Out: text, or line and wrong.
"""

import json
import os
import resource
import signal
import sys
from types import FrameType

from templates.render import Refused, TooLong, sandboxed

CPU = 2  # seconds
WALL = 4.0  # seconds, on a machine that is busy with something else; the parent waits a little longer
MEMORY = 512 * 1024**2  # bytes of address space
MOST = 1_000_000  # characters of a result


def main() -> None:
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    _limit()
    order = json.loads(sys.stdin.buffer.read())
    answer: dict[str, object]
    try:
        answer = {"text": sandboxed(order["name"], order["source"], order["values"], MOST)}
    except Refused as refused:
        answer = {"line": refused.line, "wrong": refused.wrong}
    answers.write(json.dumps(answer).encode("ascii"))
    answers.flush()


def _limit() -> None:
    """The first signal is an error in the template, which has a line; whoever goes on is killed soon after."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + CPU
    signal.signal(signal.SIGXCPU, _time_is_up)
    signal.signal(signal.SIGALRM, _time_is_up)
    signal.setitimer(signal.ITIMER_REAL, WALL)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _time_is_up(_number: int, _frame: FrameType | None) -> None:
    raise TooLong


if __name__ == "__main__":
    main()
