"""A mail server for tests: it does what it is told at any point of a conversation and keeps an exact ledger.

    async with Postmaster() as postmaster:
        postmaster.answers("RCPT", "451 4.7.1 later")      # once, then as usual again
        postmaster.drops("DOT")                            # closes when the final dot has come, nothing accepted
        hold = postmaster.holds("ACCEPTED")                # stops there until hold.release()
        ...
        postmaster.ledger                                  # what was accepted, in order

Points: CONNECT (before the greeting), the verbs EHLO HELO STARTTLS AUTH MAIL RCPT DATA RSET NOOP QUIT, TEXT (text
has begun to come), DOT (the dot has come), ACCEPTED (in the ledger, the 250 not yet sent), REPLIED (the 250 is sent).
One process of its own: `python -m tests.fakes.postmaster --ledger FILE` prints its port and writes a line of JSON for
each accepted message.
"""

import argparse
import asyncio
import base64
import binascii
import json
import re
import ssl
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

KEYWORDS = ("PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "SIZE 10485760")
_MESSAGE_ID = re.compile(rb"(?im)^message-id:\s*(<[^>\r\n]*>)")
_PATH = re.compile(rb"<([^>]*)>")


@dataclass(frozen=True, slots=True)
class Accepted:
    """One message that the server took responsibility for. at: monotonic seconds."""

    message_id: str
    mail_from: str
    rcpt_to: str
    at: float

    def line(self) -> dict[str, str | float]:
        return {"message_id": self.message_id, "mail_from": self.mail_from, "rcpt_to": self.rcpt_to, "at": self.at}


@dataclass(slots=True)
class Hold:
    """The server stands still at a point. `await reached.wait()`, then `release()` or `drop()`."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    _go_on: list[Callable[[], None]] = field(default_factory=list)
    _close: list[Callable[[], None]] = field(default_factory=list)

    def stop(self, go_on: Callable[[], None], close: Callable[[], None]) -> None:
        self._go_on.append(go_on)
        self._close.append(close)
        self.reached.set()

    def release(self) -> None:
        """Go on wherever this hold has stopped a conversation."""
        waiting, self._go_on = self._go_on, []
        for go_on in waiting:
            go_on()

    def drop(self) -> None:
        """End those conversations, and look at nothing more that they have sent."""
        for close in self._close:
            close()


@dataclass(frozen=True, slots=True)
class _Act:
    """What to do at a point: say bytes, then close; hold; or neither (say nothing more: hang)."""

    says: bytes = b""
    closes: bool = False
    hangs: bool = False
    hold: Hold | None = None


class Postmaster:
    """See the module. users: name → password for AUTH (none: AUTH is not offered). tls: offers STARTTLS with it."""

    def __init__(
        self,
        *,
        keywords: tuple[str, ...] = KEYWORDS,
        users: Mapping[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        encrypted: bool = False,
        keep_texts: bool = True,
        ledger_file: TextIO | None = None,
    ) -> None:
        self.keywords = keywords
        self.users = dict(users or {})
        self.tls = tls
        self.encrypted = encrypted
        self.ledger: list[Accepted] = []
        self.texts: list[bytes] = []  # of the accepted messages, unstuffed
        self.commands: list[str] = []  # every line that came outside of texts
        self.open = 0  # connections
        self.most_open = 0
        self.sessions = 0
        self.on_point: Callable[[str], None] | None = None  # called at every point, before anything is done there
        self._keep_texts = keep_texts
        self._ledger_file = ledger_file
        self._script: dict[str, deque[_Act]] = defaultdict(deque)
        self._always: dict[str, _Act] = {}
        self._server: asyncio.Server | None = None
        self._conversations: set[_Conversation] = set()
        self._grown = asyncio.Event()

    async def __aenter__(self) -> Self:
        context = self.tls if self.encrypted else None
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Conversation(self), "127.0.0.1", 0, ssl=context)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for conversation in tuple(self._conversations):
            conversation.drop()
        await self._server.wait_closed()
        await asyncio.sleep(0)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        return f"smtp{'s' if self.encrypted else ''}://127.0.0.1:{self.port}"

    # ---- the script ----

    def answers(self, point: str, *replies: str) -> None:
        """Say these at the next visits of a point, instead of what is usual."""
        self._script[point] += [_Act(says=reply.encode() + b"\r\n") for reply in replies]

    def always(self, point: str, reply: str) -> None:
        self._always[point] = _Act(says=reply.encode() + b"\r\n")

    def usually(self, point: str) -> None:
        """Forget what was said about a point."""
        self._always.pop(point, None)
        self._script.pop(point, None)

    def drops(self, point: str, says: bytes = b"") -> None:
        self._script[point].append(_Act(says=says, closes=True))

    def hangs(self, point: str) -> None:
        self._script[point].append(_Act(hangs=True))

    def says(self, point: str, nonsense: bytes) -> None:
        """Say bytes as they are, without a line end of ours."""
        self._script[point].append(_Act(says=nonsense))

    def passes(self, point: str, times: int) -> None:
        """Let a point pass as usual so many times, before the next thing that is said about it."""
        self._script[point] += [_Act()] * times

    def holds(self, point: str) -> Hold:
        hold = Hold()
        self._script[point].append(_Act(hold=hold))
        return hold

    def act(self, point: str) -> _Act | None:
        if self.on_point:
            self.on_point(point)
        waiting = self._script.get(point)
        return waiting.popleft() if waiting else self._always.get(point)

    # ---- the ledger ----

    def accept(self, mail_from: str, recipients: list[str], text: bytes) -> None:
        found = _MESSAGE_ID.search(text[: text.find(b"\r\n\r\n") + 2])
        message_id = found[1].decode("utf-8", "replace") if found else ""
        for recipient in recipients:
            entry = Accepted(message_id, mail_from, recipient, time.monotonic())
            self.ledger.append(entry)
            if self._ledger_file:
                self._ledger_file.write(json.dumps(entry.line()) + "\n")
                self._ledger_file.flush()
        if self._keep_texts:
            self.texts.append(text)
        self._grown.set()

    async def accepted(self, number: int) -> None:
        """Wait until so many messages have been accepted."""
        while len(self.ledger) < number:
            self._grown.clear()
            await self._grown.wait()

    def arrived(self, conversation: "_Conversation") -> None:
        self._conversations.add(conversation)
        self.sessions += 1
        self.open += 1
        self.most_open = max(self.most_open, self.open)

    def left(self, conversation: "_Conversation") -> None:
        self._conversations.discard(conversation)
        self.open -= 1


class _Conversation(asyncio.Protocol):
    """One connection. Commands that come together (PIPELINING) are answered one after another."""

    def __init__(self, postmaster: Postmaster) -> None:
        self._of = postmaster
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._still = False  # held, hung or shaking hands
        self._in_text = False
        self._text_seen = False
        self._scanned = 0
        self._login: list[str] | None = None
        self._mail_from: str | None = None
        self._recipients: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._of.arrived(self)
        self._at("CONNECT", lambda: self._say("220 postmaster.test ESMTP"))

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self._of.left(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._go_on()

    def drop(self) -> None:
        if self._transport:
            self._transport.abort()

    def _go_on(self) -> None:
        while (
            not self._still and self._transport and self._buffer and (self._text() if self._in_text else self._line())
        ):
            pass

    def _at(self, point: str, usual: Callable[[], None]) -> None:
        """Do at a point what the script says, else what is usual."""
        act = self._of.act(point)
        if act is None or act == _Act():
            usual()
        elif act.hold:
            self._still = True
            act.hold.stop(lambda: self._released(usual), self.drop)
        elif act.hangs:
            self._still = True
            if point == "TEXT" and self._transport:
                self._transport.pause_reading()  # takes no more of it
        else:
            if self._transport:
                self._transport.write(act.says)
            if act.closes and self._transport:
                self._transport.close()
                self._still = True

    def _released(self, usual: Callable[[], None]) -> None:
        self._still = False
        usual()
        self._go_on()

    def _say(self, *lines: str) -> None:
        if self._transport:
            said = [f"{line}\r\n" for line in lines]
            self._transport.write("".join(said).encode())

    # ---- commands ----

    def _line(self) -> bool:
        end = self._buffer.find(b"\n")
        if end < 0:
            return False
        line = bytes(self._buffer[: end + 1]).rstrip(b"\r\n")
        del self._buffer[: end + 1]
        self._of.commands.append(line.decode("utf-8", "replace"))
        if self._login is not None:
            self._login_line(line)
            return True
        verb = line[:4].upper().decode("ascii", "replace")
        verb = "STARTTLS" if verb == "STAR" else verb
        usual = getattr(self, f"_on_{verb.lower()}", None)
        if usual is None:
            self._say("500 5.5.2 what?")
        else:
            self._at(verb, lambda: usual(line))
        return True

    def _on_ehlo(self, line: bytes) -> None:
        offered = list(self._of.keywords)
        secure = bool(self._transport and self._transport.get_extra_info("sslcontext"))
        if self._of.tls and not secure:
            offered.append("STARTTLS")
        if self._of.users:
            offered.append("AUTH PLAIN LOGIN")
        lines = ["postmaster.test", *offered]
        self._say(*[f"250{'-' if word is not lines[-1] else ' '}{word}" for word in lines])

    def _on_helo(self, line: bytes) -> None:
        self._say("250 postmaster.test")

    def _on_starttls(self, line: bytes) -> None:
        if self._of.tls is None or self._transport is None:
            self._say("502 5.5.1 no TLS here")
            return
        self._say("220 2.0.0 go ahead")
        self._still = True
        self._buffer.clear()
        self._shaking = asyncio.ensure_future(self._shake_hands(self._transport, self._of.tls))

    async def _shake_hands(self, transport: asyncio.Transport, context: ssl.SSLContext) -> None:
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            secured = await loop.start_tls(transport, self, context, server_side=True)
            assert secured is None or isinstance(secured, asyncio.Transport)
            self._transport = secured
            self._still = False
            self._go_on()

    def _on_auth(self, line: bytes) -> None:
        words = line.decode("ascii", "replace").split()
        if len(words) == 3 and words[1].upper() == "PLAIN":
            self._checked(*_plain(words[2]))
        elif len(words) >= 2 and words[1].upper() == "LOGIN":
            self._login = [_unbase64(words[2])] if len(words) == 3 else []
            self._say("334 " + ("UGFzc3dvcmQ6" if self._login else "VXNlcm5hbWU6"))
        else:
            self._say("504 5.5.4 no such mechanism")

    def _login_line(self, line: bytes) -> None:
        assert self._login is not None
        self._login.append(_unbase64(line.decode("ascii", "replace")))
        if len(self._login) < 2:
            self._say("334 UGFzc3dvcmQ6")
            return
        name, password = self._login
        self._login = None
        self._checked(name, password)

    def _checked(self, name: str, password: str) -> None:
        right = self._of.users.get(name) == password
        self._say("235 2.7.0 welcome" if right else "535 5.7.8 wrong name or password")

    def _on_mail(self, line: bytes) -> None:
        self._mail_from, self._recipients = _path(line), []
        self._say("250 2.1.0 ok")

    def _on_rcpt(self, line: bytes) -> None:
        if self._mail_from is None:
            self._say("503 5.5.1 MAIL first")
            return
        self._recipients.append(_path(line))
        self._say("250 2.1.5 ok")

    def _on_data(self, line: bytes) -> None:
        if not self._recipients:
            self._say("503 5.5.1 RCPT first")
            return
        self._in_text, self._text_seen, self._scanned = True, False, 0
        self._say("354 go on")

    def _on_rset(self, line: bytes) -> None:
        self._mail_from, self._recipients = None, []
        self._say("250 2.0.0 forgotten")

    def _on_noop(self, line: bytes) -> None:
        self._say("250 2.0.0 ok")

    def _on_quit(self, line: bytes) -> None:
        self._say("221 2.0.0 bye")
        if self._transport:
            self._transport.close()
        self._still = True

    # ---- the text ----

    def _text(self) -> bool:
        if not self._text_seen:
            self._text_seen = True
            self._at("TEXT", lambda: None)
            return True
        if self._buffer.startswith(b".\r\n"):
            end, length = 0, 3
        else:
            end, length = self._buffer.find(b"\r\n.\r\n", max(0, self._scanned - 4)) + 2, 3
            if end < 2:
                self._scanned = len(self._buffer)
                return False
        text = bytes(self._buffer[:end])
        del self._buffer[: end + length]
        self._in_text = False
        unstuffed = text.replace(b"\r\n..", b"\r\n.") if b"\r\n.." in text else text
        self._at("DOT", lambda: self._take(unstuffed[1:] if unstuffed.startswith(b"..") else unstuffed))
        return True

    def _take(self, text: bytes) -> None:
        self._of.accept(self._mail_from or "", self._recipients, text)
        self._mail_from, self._recipients = None, []
        self._at("ACCEPTED", self._confirm)

    def _confirm(self) -> None:
        self._say("250 2.0.0 taken")
        self._at("REPLIED", lambda: None)


def _path(line: bytes) -> str:
    found = _PATH.search(line)
    return found[1].decode("utf-8", "replace") if found else ""


def _unbase64(word: str) -> str:
    try:
        return base64.b64decode(word).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _plain(word: str) -> tuple[str, str]:
    parts = _unbase64(word).split("\0")
    return (parts[1], parts[2]) if len(parts) == 3 else ("", "")


async def _serve(ledger: Path, plain: bool) -> None:
    keywords = tuple(word for word in KEYWORDS if not plain or word != "PIPELINING")
    with ledger.open("a") as file:
        async with Postmaster(keywords=keywords, keep_texts=False, ledger_file=file) as postmaster:
            print(postmaster.port, flush=True)
            await asyncio.Event().wait()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="A mail server that accepts everything and writes it down.")
    options.add_argument("--ledger", type=Path, required=True, help="file that gets a line of JSON for each message")
    options.add_argument("--plain", action="store_true", help="does not offer PIPELINING")
    given = options.parse_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(given.ledger, given.plain))
