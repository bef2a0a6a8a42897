"""The built-in sink: a real mail server that keeps what it takes."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from mail import sink as sinking
from mail import smtp
from mail.answers import Phase
from mail.server import parse_server
from mail.sink import Sink, caught
from tests.mail.test_smtp import Mail


@pytest.fixture
async def sink(tmp_path: Path) -> AsyncIterator[Sink]:
    async with Sink(tmp_path / "mails") as made:
        yield made


def mail(to: str = "sok@example.org", subject: str = "Good news") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "news@example.org", to, subject
    made["Date"] = "Sun, 10 May 2026 15:00:00 +0700"
    made.set_content("A line.\n.hidden\n..more\n")
    made.add_alternative("<p>A line.</p>\n", subtype="html")
    return made


async def send(sink: Sink, message: EmailMessage) -> None:
    await aiosmtplib.send(message, hostname="127.0.0.1", port=sink.port)


class Client:
    """Speaks byte by byte, where a well-behaved client would not do."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def of(cls, sink: Sink) -> "Client":
        made = cls(*await asyncio.open_connection("127.0.0.1", sink.port))
        await made.reply()
        return made

    def say(self, said: bytes) -> None:
        self._writer.write(said)

    async def reply(self) -> int:
        """The code of the next reply; 0 at the end of the connection."""
        while line := await self._reader.readline():
            if line[3:4] == b" ":
                return int(line[:3])
        return 0

    async def ask(self, line: bytes) -> int:
        self.say(line + b"\r\n")
        return await self.reply()

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


@pytest.fixture
async def client(sink: Sink) -> AsyncIterator[Client]:
    made = await Client.of(sink)
    yield made
    await made.close()


async def test_a_caught_mail_can_be_read_as_text_and_html(sink: Sink) -> None:
    await send(sink, mail(subject="News from ភ្នំពេញ"))

    (kept,) = caught(sink.folder)
    assert (kept.to, kept.subject) == ("sok@example.org", "News from ភ្នំពេញ")
    assert kept.date == datetime(2026, 5, 10, 8, 0, tzinfo=UTC)
    assert kept.text == "A line.\n.hidden\n..more\n"
    assert kept.html == "<p>A line.</p>\n"


async def test_our_own_sender_speaks_to_it(sink: Sink) -> None:
    connection = await smtp.connect(parse_server(sink.url, "none"))
    assert isinstance(connection, smtp.Connection)

    for number in range(3):
        answer = await connection.send(Mail(rcpt_to=f"reader{number}@example.org"))
        assert answer.phase is Phase.AFTER_FINAL_DOT
    await connection.close()

    assert len(caught(sink.folder)) == 3


async def test_the_newest_comes_first_and_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    for name in ("first", "second", "third"):
        async with Sink(tmp_path) as sink:
            await send(sink, mail(to=f"{name}@example.org"))

    assert [kept.name for kept in caught(tmp_path)] == [
        "000003-third-example.org.eml",
        "000002-second-example.org.eml",
        "000001-first-example.org.eml",
    ]


async def test_many_at_once_each_get_a_file(sink: Sink) -> None:
    await asyncio.gather(*[send(sink, mail(to=f"reader{number}@example.org")) for number in range(20)])

    kept = caught(sink.folder)
    assert {one.to for one in kept} == {f"reader{number}@example.org" for number in range(20)}
    assert len({one.name[:6] for one in kept}) == 20
    assert [file.name for file in sink.folder.iterdir() if file.suffix != ".eml"] == []


@pytest.mark.parametrize(
    "address",
    ["../../escape@example.org", "/etc/cron.d/x@example.org", "a" * 300 + "@example.org", "..@example.org", "-@x"],
)
async def test_no_recipient_can_name_a_file_outside_the_folder(sink: Sink, client: Client, address: str) -> None:
    assert await client.ask(b"MAIL FROM:<>") == 250
    assert await client.ask(f"RCPT TO:<{address}>".encode()) == 250
    assert await client.ask(b"DATA") == 354
    assert await client.ask(b"Subject: x\r\n\r\nx\r\n.") == 250

    (file,) = sink.folder.iterdir()
    assert file.name.startswith("000001-")
    assert len(file.name) < 90
    assert {path.name for path in sink.folder.parent.iterdir()} == {sink.folder.name}


async def test_commands_that_come_together_are_answered_in_order(sink: Sink, client: Client) -> None:
    client.say(b"EHLO me\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n")
    assert [await client.reply() for _ in range(4)] == [250, 250, 250, 354]
    client.say(b"Subject: x\r\n\r\nx\r\n.\r\nNOOP\r\nQUIT\r\n")

    assert [await client.reply() for _ in range(4)] == [250, 250, 221, 0]
    assert len(caught(sink.folder)) == 1


async def test_commands_out_of_order_or_unknown_are_told_so(client: Client) -> None:
    assert await client.ask(b"RCPT TO:<b@x>") == 503
    assert await client.ask(b"DATA") == 503
    assert await client.ask(b"MAIL TO b@x") == 501
    assert await client.ask(b"MAIL FROM:<a@x>") == 250
    assert await client.ask(b"RCPT TO:<>") == 501
    assert await client.ask(b"RSET") == 250
    assert await client.ask(b"RCPT TO:<b@x>") == 503
    assert await client.ask(b"VRFY sok") == 252
    assert await client.ask(b"HELO me") == 250
    assert await client.ask(b"TURN") == 500


async def test_a_bare_line_feed_ends_no_text(sink: Sink, client: Client) -> None:
    for line in (b"MAIL FROM:<a@x>", b"RCPT TO:<b@x>", b"DATA"):
        await client.ask(line)

    client.say(b"Subject: x\r\n\r\nbefore\n.\nMAIL FROM:<smuggled@x>\n.\r\nafter\r\n.\r\n")

    assert await client.reply() == 250
    (kept,) = caught(sink.folder)
    assert kept.text.startswith("before")
    assert "after" in kept.text


async def test_what_is_announced_as_too_large_is_refused(client: Client) -> None:
    assert await client.ask(b"MAIL FROM:<a@x> SIZE=%d" % (sinking.MAX_BYTES + 1)) == 552
    assert await client.ask(b"MAIL FROM:<a@x> SIZE=%d" % sinking.MAX_BYTES) == 250


async def test_what_is_too_large_is_not_kept(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sinking, "MAX_BYTES", 1000)
    client = await Client.of(sink)
    for line in (b"MAIL FROM:<a@x>", b"RCPT TO:<b@x>", b"DATA"):
        await client.ask(line)

    client.say(b"Subject: x\r\n\r\n" + b"a line\r\n" * 200)

    assert await client.reply() == 552
    await client.close()
    assert caught(sink.folder) == ()


async def test_a_line_without_an_end_is_cut_off(client: Client) -> None:
    assert await client.ask(b"NOOP " + b"x" * 100_000) == 500
    assert await client.reply() == 0


async def test_a_client_that_goes_away_in_the_middle_leaves_nothing(sink: Sink) -> None:
    client = await Client.of(sink)
    for line in (b"MAIL FROM:<a@x>", b"RCPT TO:<b@x>", b"DATA"):
        await client.ask(line)
    client.say(b"Subject: x\r\n\r\nhalf of it\r\n")
    await client.close()

    await send(sink, mail())

    assert [kept.text[:6] for kept in caught(sink.folder)] == ["A line"]


async def test_a_sink_that_closes_does_not_wait_for_its_clients(tmp_path: Path) -> None:
    async with Sink(tmp_path) as sink:
        client = await Client.of(sink)

    assert await client.reply() == 0
    await client.close()


async def test_too_many_recipients_are_told_to_come_later(client: Client) -> None:
    await client.ask(b"MAIL FROM:<a@x>")
    codes = [await client.ask(b"RCPT TO:<b@x>") for _ in range(sinking.MAX_RECIPIENTS + 1)]

    assert codes == [250] * sinking.MAX_RECIPIENTS + [452]


async def test_a_mail_that_cannot_be_kept_is_not_accepted(sink: Sink, client: Client) -> None:
    for line in (b"MAIL FROM:<a@x>", b"RCPT TO:<b@x>", b"DATA"):
        await client.ask(line)
    sink.folder.rmdir()

    assert await client.ask(b"Subject: x\r\n\r\nx\r\n.") == 452


def test_a_folder_that_is_missing_holds_nothing(tmp_path: Path) -> None:
    assert caught(tmp_path / "nowhere") == ()


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", ""),
        (b"\xff\xfe\x00", "\ufffd\ufffd\x00"),
        (b"Subject: \xff\xfe \x1b[31m\r\n\r\nbody\r\n", "body\n"),
        (b"Subject: x\r\nContent-Type: text/plain; charset=nowhere\r\n\r\n\xe2\x82\xac\r\n", "€\n"),
        (b"Subject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\xff\r\n", "\ufffd\n"),
        (b"Date: yesterday\r\nSubject: x\r\n\r\nbody\r\n", "body\n"),
    ],
)
def test_a_mail_in_odd_shape_can_be_read_all_the_same(tmp_path: Path, raw: bytes, text: str) -> None:
    (tmp_path / "000001-x.eml").write_bytes(raw)
    (tmp_path / "notes.txt").write_text("no mail")

    (kept,) = caught(tmp_path)

    assert kept.text == text
    assert kept.subject.isprintable()
    assert kept.date.tzinfo is not None
