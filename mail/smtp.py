"""Hand one message after another to a mail server, phase by phase. The only importer of aiosmtplib.

aiosmtplib opens the connection, does TLS and AUTH and speaks the single commands; the order of the commands, and
above all the knowledge of the phase in which something went wrong, is ours: its own exceptions do not tell a drop
before DATA from one after the final dot. Where the server offers PIPELINING, `mail.pipelining` takes the connection
over after AUTH. Used by `mail.deliver`; what an answer means is decided in `mail.policy`.

The surprising rule: the dot is written apart from the text, and only while the claim on the message still holds.
Whatever breaks before that was surely not accepted; whatever breaks after it may have been.

None of aiosmtplib's exceptions leave this module. A connection that broke, timed out or answered nonsense is
closed at once: a late reply must never be taken for the answer to a later command.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

import aiosmtplib

from mail import commands
from mail.answers import LATE, Answer, Broken, Envelope, Phase, Reply, Unfit
from mail.pipelining import TOO_SLOW, Pipelined
from mail.server import Server, Timeouts
from state.text import clean

Heard: TypeAlias = Callable[[Phase, Reply | Broken], None]  # is told every answer, in the phase it came in


def _nobody(_phase: Phase, _reply: Reply | Broken) -> None:
    """Nobody listens."""


# ---- a connection ----


class Connection:
    """An open, greeted and authenticated connection, for one message after another. Made by `connect`."""

    def __init__(self, client: aiosmtplib.SMTP, timeouts: Timeouts, heard: Heard = _nobody) -> None:
        self._client = client
        self._heard = heard
        self._timeouts = timeouts
        self._dirty = False  # a transaction was broken off: RSET comes first
        self._offers = frozenset(client.esmtp_extensions)
        self._pipelined = _taken_over(client, timeouts, heard)
        self.sent = 0  # transactions that were begun

    @property
    def usable(self) -> bool:
        return self._pipelined.usable if self._pipelined else self._client.is_connected

    @property
    def encryption(self) -> str:
        """The version of TLS that is spoken, "" in the clear."""
        wrapped = self._client.get_transport_info("ssl_object")
        return (wrapped.version() or "") if isinstance(wrapped, ssl.SSLObject) else ""

    async def send(self, envelope: Envelope, *, may_finish: Callable[[], bool] = lambda: True) -> Answer:
        """Send one message; the answer that ended its transaction.

        may_finish: asked before DATA and again before the dot, without a pause in between; False breaks off
            (the claim on the message ran out while we slept).
        """
        unfit = commands.unfit(envelope, self._offers)
        if unfit:
            return Answer(Phase.MAIL, Unfit(unfit))
        words = commands.before_the_text(envelope, self._offers)
        text = envelope.data if envelope.ready else commands.stuffed(envelope.data)
        if self._pipelined:
            self.sent += 1
            return await self._pipelined.transact(words, text, may_finish)
        if self._dirty and not await self._reset():
            return Answer(Phase.MAIL, Broken("the server did not forget the last message (RSET)"))
        self.sent += 1
        for phase, command in words:
            if phase is Phase.DATA and not may_finish():
                self.abort()
                return Answer(phase, Broken(LATE))
            reply = await self._say(command, seconds=self._timeouts.command)
            self._heard(phase, reply)
            if isinstance(reply, Broken) or reply.code // 100 != (3 if phase is Phase.DATA else 2):
                return Answer(phase, self._refusal(reply))
            self._dirty = True
        return await self._text(text, may_finish)

    async def _reset(self) -> bool:
        reply = await self._say(b"RSET", seconds=self._timeouts.command)
        self._dirty = not (isinstance(reply, Reply) and reply.code // 100 == 2)
        if self._dirty:
            self.abort()
        return not self._dirty

    async def _text(self, text: bytes, may_finish: Callable[[], bool]) -> Answer:
        """The text, then the dot, then the answer. A server that answers before the dot has refused."""
        protocol, transport = self._client.protocol, self._client.transport
        if protocol is None or not isinstance(transport, asyncio.WriteTransport):
            return Answer(Phase.DATA, Broken("the server closed the connection"))
        answer = asyncio.ensure_future(_settled(protocol.read_response(timeout=None)))
        try:
            async with asyncio.timeout(self._timeouts.text):
                await asyncio.sleep(0)  # the reader stands ready, and a drop that has already come is seen
                if not answer.done():
                    protocol.write(text)
                while transport.get_write_buffer_size() and not answer.done():  # noqa: ASYNC110 (asyncio has no event)
                    await asyncio.sleep(0.005)
                await asyncio.sleep(0)
        except TimeoutError:
            return await self._given_up(answer, TOO_SLOW)
        except aiosmtplib.SMTPException as error:
            return await self._given_up(answer, _words(error))
        if answer.done():
            early = self._refusal(answer.result())
            self.abort()
            return Answer(Phase.DATA, early)
        if not may_finish():
            return await self._given_up(answer, LATE)
        try:
            protocol.write(b".\r\n")
        except aiosmtplib.SMTPException as error:
            return await self._given_up(answer, _words(error))
        return await self._after_the_dot(answer)

    async def _after_the_dot(self, answer: "asyncio.Future[Reply | Broken]") -> Answer:
        try:
            async with asyncio.timeout(self._timeouts.dot):
                reply = await answer
        except TimeoutError:
            reply = Broken("no answer to the message in time")
        self._heard(Phase.AFTER_FINAL_DOT, reply)
        if isinstance(reply, Reply) and reply.code // 100 == 2:
            self._dirty = False
            return Answer(Phase.AFTER_FINAL_DOT, reply)
        return Answer(Phase.AFTER_FINAL_DOT, self._refusal(reply))

    async def _given_up(self, answer: "asyncio.Future[Reply | Broken]", reason: str) -> Answer:
        """Close before the dot was written: the server has half a message and drops it."""
        self.abort()
        await answer
        return Answer(Phase.DATA, Broken(reason))

    async def _say(self, command: bytes, *, seconds: float) -> Reply | Broken:
        reply = await _settled(self._client.execute_command(command, timeout=seconds))
        if getattr(
            self._client.protocol, "_buffer", b""
        ):  # a second reply nobody asked for would answer the next command
            reply = Broken("the server sent more than one answer")
        if isinstance(reply, Broken):
            self.abort()
        return reply

    def _refusal(self, reply: Reply | Broken) -> Reply | Broken:
        """What ends a transaction without success: a refusal keeps the connection, 421 and nonsense close it."""
        if isinstance(reply, Reply) and reply.code // 100 not in (4, 5):
            reply = Broken(f"odd answer {reply.code} {reply.text}")
        if isinstance(reply, Broken) or reply.code == 421:
            self.abort()
        return reply

    async def close(self) -> None:
        """Say QUIT and close. Never fails."""
        if self.usable and self._pipelined:
            await self._pipelined.quit()
        elif self.usable:
            self._heard(Phase.QUIT, await self._say(b"QUIT", seconds=self._timeouts.quit))
        self._client.close()

    def abort(self) -> None:
        """Close without a word. A `send` in progress ends with Broken in the phase it is in."""
        transport = self._client.transport
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()
        self._client.close()


def _taken_over(client: aiosmtplib.SMTP, timeouts: Timeouts, heard: Heard) -> Pipelined | None:
    """The connection under our own protocol, where the server offers PIPELINING; None where aiosmtplib goes on.

    Only when nothing is left unread: what came before it is answer to nothing (RFC 3207 section 4.2).
    """
    transport = client.transport
    if not client.supports_extension("pipelining") or not isinstance(transport, asyncio.Transport):
        return None
    left = getattr(client.protocol, "_buffer", b"")
    taken = Pipelined(transport, timeouts, heard)
    if left:
        taken.abort()
    return taken


async def connect(
    server: Server, *, timeouts: Timeouts | None = None, hello: str = "", heard: Heard = _nobody
) -> Connection | Answer:
    """Open a connection up to AUTH; else the answer that prevented it.

    heard: is told what the server says, from the greeting to QUIT.
    hello: our name in EHLO; "" = this host's name if it has a domain, else its address (RFC 5321 section 4.1.3).
    """
    seconds = timeouts or Timeouts()
    context = await asyncio.to_thread(_context, server)
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.encrypted,
        start_tls=False,
        tls_context=context,
        local_hostname="localhost",  # never said: without it aiosmtplib asks the DNS; `_greet` says who we are
        timeout=seconds.connect,
    )
    opened = False
    try:
        refused = await _open(client, server, heard) or await _introduce(client, server, seconds, hello, heard)
        opened = refused is None
    finally:
        if not opened:  # refused, or this task was cancelled
            client.close()
    return refused or Connection(client, seconds, heard)


async def _open(client: aiosmtplib.SMTP, server: Server, heard: Heard) -> Answer | None:
    try:
        greeting = await client.connect()
    except aiosmtplib.SMTPResponseException as error:
        return Answer(Phase.GREETING, _reply(error.code, error.message))
    except (aiosmtplib.SMTPException, OSError) as error:
        silent = isinstance(error.__cause__, (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError))
        why = Broken(f"{server.host}:{server.port}: {_words(error)}")
        return Answer(Phase.GREETING if silent else Phase.CONNECT, why)
    heard(Phase.GREETING, _reply(greeting.code, greeting.message))
    return None


async def _introduce(
    client: aiosmtplib.SMTP, server: Server, seconds: Timeouts, hello: str, heard: Heard
) -> Answer | None:
    """EHLO, STARTTLS and EHLO again, AUTH. A password is never sent in the clear unless tls is "none"."""
    name = hello or _own_name(client)
    refused = await _greet(client, name, seconds, heard)
    if refused or server.encrypted or server.tls == "none":
        return refused or await _log_in(client, server, heard)
    if client.supports_extension("starttls"):
        refused = await _encrypt(client, heard) or await _greet(client, name, seconds, heard)
    elif server.tls == "required" or server.user:
        want = 'mail.tls is "required"' if server.tls == "required" else "mail.smtp has a password"
        refused = Answer(Phase.STARTTLS, Broken(f"{server.host} offers no TLS (STARTTLS) although {want}"))
    return refused or await _log_in(client, server, heard)


async def _greet(client: aiosmtplib.SMTP, name: str, seconds: Timeouts, heard: Heard) -> Answer | None:
    """EHLO; HELO where the server does not know it (RFC 5321 section 3.2)."""
    reply = await _settled(client.ehlo(hostname=name, timeout=seconds.command))
    if isinstance(reply, Reply) and reply.code // 100 == 5 and client.is_connected:
        heard(Phase.EHLO, reply)
        reply = await _settled(client.helo(hostname=name, timeout=seconds.command))
    heard(Phase.EHLO, reply)
    return None if isinstance(reply, Reply) and reply.code == 250 else Answer(Phase.EHLO, reply)


async def _encrypt(client: aiosmtplib.SMTP, heard: Heard) -> Answer | None:
    reply = await _settled(client.starttls())
    heard(Phase.STARTTLS, reply)
    return None if isinstance(reply, Reply) and reply.code == 220 else Answer(Phase.STARTTLS, reply)


async def _log_in(client: aiosmtplib.SMTP, server: Server, heard: Heard) -> Answer | None:
    if not server.user:
        return None
    reply = await _settled(client.login(server.user, server.password))
    heard(Phase.AUTH, reply)
    return None if isinstance(reply, Reply) and reply.code == 235 else Answer(Phase.AUTH, reply)


def _context(server: Server) -> ssl.SSLContext | None:
    """Certificates are checked unless TLS is only an opportunity; an unchecked TLS still beats none (RFC 7435)."""
    if server.tls == "none":
        return None
    if server.tls == "required" or server.encrypted or server.user:
        return ssl.create_default_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _own_name(client: aiosmtplib.SMTP) -> str:
    name = socket.gethostname()
    if "." in name and name.isascii():
        return name
    own = client.get_transport_info("sockname") if client.is_connected else None
    host = str(own[0]) if own else "127.0.0.1"
    return f"[IPv6:{host}]" if ":" in host else f"[{host}]"


# ---- words and bytes ----


async def _settled(command: Coroutine[Any, Any, aiosmtplib.SMTPResponse]) -> Reply | Broken:
    """What came of a command, as a value: here aiosmtplib's exceptions end."""
    try:
        response = await command
    except aiosmtplib.SMTPResponseException as error:
        return _reply(error.code, error.message)
    except (aiosmtplib.SMTPException, OSError) as error:
        return Broken(_words(error))
    return _reply(response.code, response.message)


def _reply(code: int, text: str) -> Reply | Broken:
    said = clean(text)[:500]
    return Reply(code, said) if 200 <= code <= 599 else Broken(f"the server answered nonsense: {said}")


def _words(error: Exception) -> str:
    return clean(str(getattr(error, "message", "") or error))[:500] or type(error).__name__
