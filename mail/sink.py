"""The built-in mail server: keeps what would be sent as files, for trying everything without a mail server.

A real SMTP server (RFC 5321) on 127.0.0.1. A mail is a file of its own, complete and on the disk before it is
accepted; its name is a number that goes on over restarts, and a slug of the recipient. Nothing is ever passed on.
Started by `cli` where `mail.smtp` is ""; `web` shows what was caught. It never reads what lies outside its folder.
"""

import asyncio
import os
import re
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from state.text import clean

MAX_BYTES = 25 * 1024 * 1024
MAX_LINE = 4096  # of a command (RFC 5321 section 4.5.3.1.4 asks for 512 and more with extensions)
MAX_RECIPIENTS = 100
IDLE = 300.0  # seconds that a client may be silent

_NAME = re.compile(r"(\d{6,})-[a-z0-9.-]*\.eml")
_PATH = re.compile(rb"(?i)(?:FROM|TO):\s*<([^>]*)>(.*)")


class Sink:
    """`async with Sink(folder) as sink`: mail for `sink.url` ends in the folder, which is made where it is missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server: asyncio.Server | None = None
        self._talking: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0, limit=64 * 1024)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in tuple(self._talking):
            task.cancel()
        await asyncio.gather(*self._talking, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talking.add(task)
        try:
            await _Session(self.folder, reader, writer).talk()
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            pass  # the client went away, or said nothing for too long: nothing was accepted
        except asyncio.CancelledError:
            pass  # the sink closes
        finally:
            self._talking.discard(task)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


class _Session:
    """One client. Commands that come together (PIPELINING) are answered in order."""

    def __init__(self, folder: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._folder = folder
        self._reader = reader
        self._writer = writer
        self._sender: bytes | None = None
        self._recipients: list[bytes] = []

    async def talk(self) -> None:
        self._say("220 sink.localhost ESMTP keeps what would be sent")
        while True:
            line = await self._line()
            if line is None:
                self._say("500 5.5.2 line too long")
                return
            verb, _, rest = line.partition(b" ")
            if verb.upper() == b"QUIT":
                self._say("221 2.0.0 bye")
                return
            if verb.upper() == b"DATA":
                if not await self._data():
                    return
            else:
                self._answer(verb.upper(), rest)

    def _answer(self, verb: bytes, rest: bytes) -> None:
        commands: dict[bytes, Callable[[bytes], None]] = {
            b"EHLO": self._ehlo,
            b"HELO": lambda _: self._say("250 sink.localhost"),
            b"MAIL": self._mail,
            b"RCPT": self._rcpt,
            b"RSET": self._rset,
            b"NOOP": lambda _: self._say("250 2.0.0 ok"),
            b"VRFY": lambda _: self._say("252 2.1.5 send it and see"),
        }
        if verb in commands:
            commands[verb](rest)
        else:
            self._say("500 5.5.2 unknown command")

    async def _line(self) -> bytes | None:
        """A command without its line end, None where it is too long. Raises IncompleteReadError at the end."""
        try:
            async with asyncio.timeout(IDLE):
                line = await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError:
            return None
        return line.rstrip(b"\r\n") if len(line) <= MAX_LINE else None

    def _say(self, *lines: str) -> None:
        self._writer.write("".join(f"{line}\r\n" for line in lines).encode())

    def _ehlo(self, _: bytes) -> None:
        self._sender, self._recipients = None, []
        extensions = ("PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")
        self._say("250-sink.localhost", *[f"250-{name}" for name in extensions], f"250 SIZE {MAX_BYTES}")

    def _mail(self, rest: bytes) -> None:
        found = _PATH.match(rest)
        if found is None:
            self._say("501 5.5.4 MAIL FROM:<address>")
            return
        size = re.search(rb"(?i)\bSIZE=(\d{1,18})\b", found[2])
        if size and int(size[1]) > MAX_BYTES:
            self._say("552 5.3.4 too large for this sink")
            return
        self._sender, self._recipients = found[1], []
        self._say("250 2.1.0 ok")

    def _rcpt(self, rest: bytes) -> None:
        found = _PATH.match(rest)
        if self._sender is None:
            self._say("503 5.5.1 MAIL comes first")
        elif found is None or not found[1]:
            self._say("501 5.1.3 RCPT TO:<address>")
        elif len(self._recipients) >= MAX_RECIPIENTS:
            self._say("452 4.5.3 too many recipients")
        else:
            self._recipients.append(found[1])
            self._say("250 2.1.5 ok")

    def _rset(self, _: bytes) -> None:
        self._sender, self._recipients = None, []
        self._say("250 2.0.0 forgotten")

    async def _data(self) -> bool:
        """Read the text and keep it; whether the conversation goes on."""
        if not self._recipients:
            self._say("503 5.5.1 RCPT comes first")
            return True
        self._say("354 end with a dot on a line of its own")
        text = await self._text()
        if text is None:
            self._say("552 5.3.4 too large for this sink")
            return False
        first, self._sender = self._recipients[0], None
        self._recipients = []
        try:
            name = await asyncio.to_thread(_keep, self._folder, text, first.decode("utf-8", "replace"))
        except OSError as error:
            self._say(f"452 4.3.1 cannot be kept: {error.strerror}")
        else:
            self._say(f"250 2.0.0 kept as {name}")
        return True

    async def _text(self) -> bytes | None:
        """Lines up to the dot, unstuffed; None where they are too large. Only CRLF ends a line, never a bare LF."""
        lines: list[bytes] = []
        size = 0
        async with asyncio.timeout(IDLE):
            while True:
                try:
                    line = await self._reader.readuntil(b"\r\n")
                except asyncio.LimitOverrunError:
                    return None
                if line == b".\r\n":
                    return b"".join(lines)
                line = line.removeprefix(b".")
                size += len(line)
                if size > MAX_BYTES:
                    return None
                lines.append(line)


# ---- files ----


def _keep(folder: Path, text: bytes, recipient: str) -> str:
    """Write one mail, whole and flushed to the disk, under the next free number. Raises OSError."""
    slug = re.sub(r"[^a-z0-9.-]+", "-", recipient.lower()).strip("-.")[:60]
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".", suffix=".part", delete=False) as file:
        part = Path(file.name)
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            name = _linked(part, folder, slug)
        finally:
            part.unlink(missing_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)  # the name, too, must survive a power cut
    finally:
        os.close(handle)
    return name


def _linked(part: Path, folder: Path, slug: str) -> str:
    """Give a finished file its name: the next number, even if several sessions or sinks ask at once."""
    number = max((_number(name) for name in os.listdir(folder)), default=0) + 1
    while True:
        lock = folder / f".{number:06}"
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            number += 1
            continue
        try:
            if any(_number(name) == number for name in os.listdir(folder)):
                number += 1
                continue
            name = f"{number:06}-{slug}.eml"
            os.rename(part, folder / name)
            return name
        finally:
            lock.unlink()


def _number(name: str) -> int:
    found = _NAME.fullmatch(name)
    return int(found[1]) if found else 0


@dataclass(frozen=True, slots=True)
class Caught:
    """One mail that was kept. name: of its file. date: of its header, else when it was kept. text, html: "" if none."""

    name: str
    to: str
    subject: str
    date: datetime
    text: str
    html: str


def caught(folder: Path) -> tuple[Caught, ...]:
    """The mails of a folder, newest first; empty where there is no such folder. Cost: reads them all."""
    if not folder.is_dir():
        return ()
    names = sorted((name for name in os.listdir(folder) if _NAME.fullmatch(name)), key=_number, reverse=True)
    return tuple(_read(folder / name) for name in names)


def _read(file: Path) -> Caught:
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return Caught(
        name=file.name,
        to=_header(mail, "To"),
        subject=_header(mail, "Subject"),
        date=_date(_header(mail, "Date")) or datetime.fromtimestamp(file.stat().st_mtime, UTC),
        text=_body(mail, "plain"),
        html=_body(mail, "html"),
    )


def _header(mail: EmailMessage, name: str) -> str:
    return clean(str(mail.get(name, "")))


def _date(written: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(written)
    except ValueError:
        return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def _body(mail: EmailMessage, kind: str) -> str:
    """The first part of a kind as text; what is not in its charset becomes a replacement mark."""
    part = mail.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    try:
        text = raw.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        text = raw.decode("utf-8", "replace")
    return text.replace("\r\n", "\n")
