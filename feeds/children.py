"""Have documents read in child processes that may crash, hang or eat memory without harm to the service.

`Children` holds up to `count` processes of `feeds.child`, started when they are first needed and again after a death:
fresh interpreters, never forks of a process that holds a database open. Each reads one document at a time; one that
takes longer than `wall` is killed. What became of a document is always a value: an Extraction, or Unreadable with the
reason. Frames over pipes: header length, body length (4 bytes each, big-endian), JSON header, raw body; never
pickles. Called by `feeds.poll` and the command line.
"""

import asyncio
import os
import signal
import struct
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from feeds.explained import Explanation
from state import codec
from state.records import Extraction, Unreadable

MAX_BODY = 10 * 1024 * 1024  # bytes of a document
MAX_ANSWER = 64 * 1024 * 1024  # bytes of an answer
_HOME = str(Path(__file__).resolve().parent.parent)
LENGTHS = struct.Struct(">II")


@dataclass(frozen=True, slots=True)
class Document:
    """A document to be read.

    url: the final address the content is at; base of its links. content_type: the header verbatim, "" for
    files. kind: "auto", "page", "feed", "sitemap", "json" or "text". language: a hint, BCP 47 or "". timezone: the
    source's, for relative dates and times without offset. select: field name -> selector, the admin's overrides.
    """

    url: str
    body: bytes
    content_type: str = ""
    kind: str = "auto"
    language: str = ""
    timezone: str = "UTC"
    select: Mapping[str, str] = field(default_factory=dict)
    known: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """What a child is asked: a document without its body, the time of reading, and whether to explain itself."""

    url: str
    content_type: str
    kind: str
    language: str
    timezone: str
    select: Mapping[str, str]
    now: datetime
    known: tuple[tuple[str, str], ...] = ()
    explain: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a child answers: exactly one of the first two. explanation: of a page, if asked for."""

    extraction: Extraction | None = None
    unreadable: Unreadable | None = None
    explanation: Explanation | None = None

    @property
    def found(self) -> Extraction | Unreadable:
        return self.extraction or self.unreadable or Unreadable("the reading process gave no answer")


def frame(header: str, body: bytes = b"") -> bytes:
    """One message between parent and child."""
    text = header.encode()
    return LENGTHS.pack(len(text), len(body)) + text + body


class Children:
    """Up to `count` reading processes. wall, cpu: seconds for one document; memory: bytes of address space of a
    child.
    """

    def __init__(self, count: int = 2, wall: float = 20.0, cpu: int = 15, memory: int = 2 * 1024**3) -> None:
        self._wall = wall
        self._cpu, self._memory = cpu, memory
        self._free: list[asyncio.subprocess.Process] = []
        self._busy: set[asyncio.subprocess.Process] = set()
        self._slots = asyncio.Semaphore(count)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in (*self._free, *self._busy):
            await _ended(child)
        self._free.clear()
        self._busy.clear()

    async def extract(self, document: Document, *, now: datetime) -> Extraction | Unreadable:
        """The entries of a document, read in a child. Never raises for what the document does; cancelling kills
        the child.
        """
        return (await self._answer(document, now, explain=False)).found

    async def explain(self, document: Document, *, now: datetime) -> tuple[Extraction | Unreadable, Explanation | None]:
        """As `extract`, with what is to be said of how it was read; None for what is no page."""
        answer = await self._answer(document, now, explain=True)
        return answer.found, answer.explanation

    async def _answer(self, document: Document, now: datetime, *, explain: bool) -> Answer:
        if len(document.body) > MAX_BODY:
            return _no(
                f"the document has {len(document.body):,} bytes, more than {MAX_BODY:,}; watch a page that shows "
                f"only the newest entries"
            )
        async with self._slots:
            child = await self._child()
            self._busy.add(child)
            answer: Answer | None = None
            try:
                async with asyncio.timeout(self._wall):
                    answer = await _asked(child, document, now, explain)
            except TimeoutError:
                return _no(
                    f"reading the document took longer than {self._wall:g} seconds; look at its source, or raise "
                    f"the limit"
                )
            except (asyncio.IncompleteReadError, ConnectionError):
                return _no(await _cause(child, len(document.body), self._cpu))
            finally:
                self._busy.discard(child)
                if answer is None:
                    await _ended(child)
                else:
                    self._free.append(child)
            return answer

    async def _child(self) -> asyncio.subprocess.Process:
        while self._free:
            child = self._free.pop()
            if child.returncode is None:
                return child
            await _ended(child)
        # The package may not be installed: the child finds it where we did.
        path = os.pathsep.join(filter(None, (_HOME, os.environ.get("PYTHONPATH", ""))))
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "feeds.child",
            str(self._cpu),
            str(self._memory),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )


def _no(reason: str) -> Answer:
    return Answer(unreadable=Unreadable(reason))


async def _asked(child: asyncio.subprocess.Process, document: Document, now: datetime, explain: bool) -> Answer:
    if child.stdin is None or child.stdout is None:
        raise ConnectionError("the child has no pipes")
    order = Order(
        document.url,
        document.content_type,
        document.kind,
        document.language,
        document.timezone,
        dict(document.select),
        now,
        document.known,
        explain,
    )
    child.stdin.write(frame(codec.encode(order), document.body))
    await child.stdin.drain()
    size, _ = LENGTHS.unpack(await child.stdout.readexactly(LENGTHS.size))
    if size > MAX_ANSWER:
        raise ConnectionError("the answer is too long")
    return codec.decode(await child.stdout.readexactly(size), Answer)


async def _cause(child: asyncio.subprocess.Process, size: int, cpu: int) -> str:
    """Why a child went away, for the admin. size: bytes of the document; cpu: the seconds it had."""
    with suppress(TimeoutError):
        async with asyncio.timeout(2.0):
            await child.wait()
    code = child.returncode
    if code == -signal.SIGXCPU:
        return (
            f"reading the document ({size:,} bytes) takes more than {cpu} seconds of processor time; watch a page that "
            f"shows only the newest entries"
        )
    if code is not None and code < 0:
        return (
            f"the document made the reading process die (signal {-code}); look at its source, such markup is "
            f"broken or hostile"
        )
    return (
        f"the reading process ended while reading the document (exit {code}); look at its source, or raise its limits"
    )


async def _ended(child: asyncio.subprocess.Process) -> None:
    """Kill a child if it lives, and close its pipes."""
    with suppress(ProcessLookupError):
        child.kill()
    await child.wait()
    if child.stdin is not None:
        child.stdin.close()
        with suppress(ConnectionError):
            await child.stdin.wait_closed()
