"""A conversation with a mail server: every phase, every fault, and what is known about the message afterwards."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from mail import commands, smtp
from mail.answers import LATE, Answer, Broken, Phase, Reply, Unfit
from mail.server import Server, Timeouts, parse_server
from state.errors import Misuse
from tests.fakes import certificate
from tests.fakes.postmaster import KEYWORDS, Postmaster

BRISK = Timeouts(connect=0.2, command=0.2, text=0.2, dot=0.2, quit=0.2)
TEXT = b"Message-ID: <1@example.org>\r\nSubject: News\r\n\r\nGood news.\r\n"


@dataclass(frozen=True)
class Mail:
    mail_from: str = "bounce@example.org"
    rcpt_to: str = "sok@example.org"
    data: bytes = TEXT
    smtputf8: bool = False
    ready: bool = False
    envid: str = ""


PLAIN = tuple(word for word in KEYWORDS if word != "PIPELINING")


@pytest.fixture(params=[KEYWORDS, PLAIN], ids=["pipelined", "plain"])
async def postmaster(request: pytest.FixtureRequest) -> AsyncIterator[Postmaster]:
    """Both ways of sending go through the same tests."""
    async with Postmaster(keywords=request.param) as made:
        yield made


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    return certificate.make(tmp_path_factory.mktemp("tls"))


def at(postmaster: Postmaster, **more: str) -> Server:
    return replace(parse_server(postmaster.url, "opportunistic"), **more)  # type: ignore[arg-type]


async def connect(postmaster: Postmaster, timeouts: Timeouts | None = None) -> smtp.Connection:
    made = await smtp.connect(at(postmaster), timeouts=timeouts)
    assert isinstance(made, smtp.Connection), made
    return made


async def send(postmaster: Postmaster, mail: Mail = Mail(), timeouts: Timeouts | None = None) -> Answer:
    """One message over a connection of its own; or the answer that prevented the connection."""
    made = await smtp.connect(at(postmaster), timeouts=timeouts)
    if isinstance(made, Answer):
        return made
    answer = await made.send(mail)
    await made.close()
    return answer


# ---- the good way ----


async def test_a_message_is_handed_over(postmaster: Postmaster) -> None:
    answer = await send(postmaster)

    assert answer == Answer(Phase.AFTER_FINAL_DOT, Reply(250, "2.0.0 taken"))
    (entry,) = postmaster.ledger
    assert (entry.message_id, entry.mail_from, entry.rcpt_to) == (
        "<1@example.org>",
        "bounce@example.org",
        "sok@example.org",
    )
    assert postmaster.texts == [TEXT]
    assert postmaster.commands[-1] == "QUIT"


async def test_a_kept_connection_takes_one_message_after_another(postmaster: Postmaster) -> None:
    connection = await connect(postmaster)
    for number in range(3):
        answer = await connection.send(Mail(rcpt_to=f"reader{number}@example.org"))
        assert answer.phase is Phase.AFTER_FINAL_DOT
    await connection.close()

    assert [entry.rcpt_to for entry in postmaster.ledger] == [f"reader{number}@example.org" for number in range(3)]
    assert postmaster.sessions == 1
    assert "RSET" not in postmaster.commands


async def test_a_refused_message_does_not_touch_the_next_one_on_the_connection(postmaster: Postmaster) -> None:
    postmaster.answers("RCPT", "550 5.1.1 no such user")
    connection = await connect(postmaster)

    refused = await connection.send(Mail(rcpt_to="nobody@example.org"))
    taken = await connection.send(Mail())
    await connection.close()

    assert refused == Answer(Phase.RCPT, Reply(550, "5.1.1 no such user"))
    assert taken.phase is Phase.AFTER_FINAL_DOT
    assert [entry.rcpt_to for entry in postmaster.ledger] == ["sok@example.org"]
    assert postmaster.commands.index("RSET") > postmaster.commands.index("RCPT TO:<nobody@example.org>")


async def test_a_message_of_a_megabyte_arrives_whole(postmaster: Postmaster) -> None:
    text = TEXT + b"A line of text that is repeated.\r\n" * 32_000

    answer = await send(postmaster, Mail(data=text))

    assert answer.phase is Phase.AFTER_FINAL_DOT
    assert postmaster.texts == [text]


async def test_plain_aiosmtplib_sends_to_the_same_server(postmaster: Postmaster) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "news@example.org", "sok@example.org", "News"
    mail["Message-ID"] = "<plain@example.org>"
    mail.set_content("Good news.\n.\nAfter a dot.\n")

    await aiosmtplib.send(mail, hostname="127.0.0.1", port=postmaster.port)

    assert [entry.message_id for entry in postmaster.ledger] == ["<plain@example.org>"]
    assert postmaster.texts[0].endswith(b"Good news.\r\n.\r\nAfter a dot.\r\n")


async def test_a_server_that_does_not_know_ehlo_is_greeted_with_helo(postmaster: Postmaster) -> None:
    postmaster.answers("EHLO", "500 what?")

    assert (await send(postmaster)).phase is Phase.AFTER_FINAL_DOT


# ---- refusals ----

REFUSABLE = [
    ("CONNECT", Phase.GREETING),
    ("EHLO", Phase.EHLO),
    ("MAIL", Phase.MAIL),
    ("RCPT", Phase.RCPT),
    ("DATA", Phase.DATA),
    ("DOT", Phase.AFTER_FINAL_DOT),
]


@pytest.mark.parametrize(("point", "phase"), REFUSABLE)
@pytest.mark.parametrize("code", [421, 450, 550])
async def test_a_refusal_names_its_phase_and_the_servers_words(
    postmaster: Postmaster, point: str, phase: Phase, code: int
) -> None:
    postmaster.always(point, f"{code} not today")
    postmaster.always("HELO", f"{code} not today")

    assert await send(postmaster) == Answer(phase, Reply(code, "not today"))
    assert postmaster.ledger == []


@pytest.mark.parametrize("point", ["MAIL", "RCPT", "DATA", "DOT"])
async def test_a_server_that_says_421_is_left(postmaster: Postmaster, point: str) -> None:
    postmaster.answers(point, "421 4.3.2 going down")
    connection = await connect(postmaster)

    await connection.send(Mail())

    assert not connection.usable


@pytest.mark.parametrize("point", ["MAIL", "RCPT", "DATA", "DOT"])
async def test_another_refusal_keeps_the_connection(postmaster: Postmaster, point: str) -> None:
    postmaster.answers(point, "450 later")
    connection = await connect(postmaster)

    await connection.send(Mail())
    assert connection.usable

    assert (await connection.send(Mail())).phase is Phase.AFTER_FINAL_DOT
    await connection.close()


async def test_a_reply_of_several_lines_is_one(postmaster: Postmaster) -> None:
    postmaster.says("RCPT", b"550-5.7.1 we do not\r\n550-5.7.1 like\r\n550 5.7.1 you\r\n")

    assert await send(postmaster) == Answer(Phase.RCPT, Reply(550, "5.7.1 we do not 5.7.1 like 5.7.1 you"))


async def test_control_characters_in_a_reply_are_dropped(postmaster: Postmaster) -> None:
    postmaster.says("RCPT", b"550 \x1b[31mred\x07\xff\r\n")

    answer = await send(postmaster)

    assert answer.reply == Reply(550, "[31mred")


# ---- breaks ----

BREAKABLE = [
    ("CONNECT", Phase.GREETING),
    ("EHLO", Phase.EHLO),
    ("MAIL", Phase.MAIL),
    ("RCPT", Phase.RCPT),
    ("DATA", Phase.DATA),
    ("DOT", Phase.AFTER_FINAL_DOT),
    ("ACCEPTED", Phase.AFTER_FINAL_DOT),
]


@pytest.mark.parametrize(("point", "phase"), BREAKABLE)
async def test_a_drop_names_its_phase(postmaster: Postmaster, point: str, phase: Phase) -> None:
    postmaster.drops(point)

    answer = await send(postmaster)

    assert answer.phase is phase
    assert isinstance(answer.reply, Broken)
    assert len(postmaster.ledger) == (point == "ACCEPTED")


@pytest.mark.parametrize(("point", "phase"), BREAKABLE)
async def test_silence_names_its_phase_and_ends_the_connection(
    postmaster: Postmaster, point: str, phase: Phase
) -> None:
    postmaster.hangs(point)

    made = await smtp.connect(at(postmaster), timeouts=BRISK)
    answer = made if isinstance(made, Answer) else await made.send(Mail())

    assert answer.phase is phase
    assert isinstance(answer.reply, Broken)
    assert isinstance(made, Answer) or not made.usable


NONSENSE = [b"hello there\r\n", b"999 never heard of\r\n", b"\x00\x01\x02\xff\r\n", b"1\r\n", b"\r\n", b"3\r\n"]


@pytest.mark.parametrize(("point", "phase"), BREAKABLE)
@pytest.mark.parametrize("nonsense", NONSENSE)
async def test_nonsense_names_its_phase_and_ends_the_connection(
    postmaster: Postmaster, point: str, phase: Phase, nonsense: bytes
) -> None:
    postmaster.says(point, nonsense)
    postmaster.says("HELO", nonsense)

    made = await smtp.connect(at(postmaster), timeouts=BRISK)
    answer = made if isinstance(made, Answer) else await made.send(Mail())

    assert answer.phase is phase
    assert isinstance(answer.reply, Broken)
    assert isinstance(made, Answer) or not made.usable


async def test_an_endless_reply_is_cut_off(postmaster: Postmaster) -> None:
    postmaster.says("RCPT", b"250-and so on\r\n" * 10_000)

    answer = await send(postmaster)

    assert answer.phase is Phase.RCPT
    assert isinstance(answer.reply, Broken)


@pytest.mark.parametrize(
    ("point", "phase", "reply"),
    [
        ("MAIL", Phase.MAIL, "354 go on"),
        ("DATA", Phase.DATA, "250 ok"),
        ("DOT", Phase.AFTER_FINAL_DOT, "354 go on"),
    ],
)
async def test_a_reply_that_does_not_fit_its_phase_is_a_break(
    postmaster: Postmaster, point: str, phase: Phase, reply: str
) -> None:
    postmaster.answers(point, reply)

    answer = await send(postmaster)

    assert answer.phase is phase
    assert isinstance(answer.reply, Broken)
    assert postmaster.ledger == []


async def test_two_replies_to_one_command_are_a_break_so_that_no_answer_is_taken_for_a_later_one(
    postmaster: Postmaster,
) -> None:
    postmaster.says("RCPT", b"250 ok\r\n250 ok\r\n")

    answer = await send(postmaster)

    assert answer.phase in (Phase.RCPT, Phase.DATA)
    assert isinstance(answer.reply, Broken)
    assert postmaster.ledger == []


async def test_nobody_listening_is_a_break_at_connect() -> None:
    async with Postmaster() as gone:
        server = at(gone)

    answer = await smtp.connect(server)

    assert isinstance(answer, Answer)
    assert answer.phase is Phase.CONNECT
    assert isinstance(answer.reply, Broken)


async def test_a_drop_while_the_text_is_on_its_way_is_before_the_dot(postmaster: Postmaster) -> None:
    postmaster.drops("TEXT")

    answer = await send(postmaster, Mail(data=TEXT + (b"x" * 70 + b"\r\n") * 300_000))

    assert answer.phase is Phase.DATA
    assert isinstance(answer.reply, Broken)


async def test_a_server_that_does_not_take_the_text_is_left_before_the_dot(postmaster: Postmaster) -> None:
    postmaster.hangs("TEXT")
    connection = await connect(postmaster, BRISK)

    answer = await connection.send(Mail(data=TEXT + (b"x" * 70 + b"\r\n") * 300_000))

    assert answer == Answer(Phase.DATA, Broken("the server did not take the text in time"))
    assert not connection.usable


async def test_a_server_that_does_not_forget_a_refused_message_is_left(postmaster: Postmaster) -> None:
    postmaster.answers("RCPT", "550 5.1.1 no such user")
    postmaster.answers("RSET", "500 what?")
    connection = await connect(postmaster)
    await connection.send(Mail())

    answer = await connection.send(Mail())

    assert answer.phase is Phase.MAIL
    assert isinstance(answer.reply, Broken)
    assert not connection.usable


async def test_a_server_that_refuses_in_the_middle_of_the_text_is_not_shown_the_dot(postmaster: Postmaster) -> None:
    postmaster.answers("TEXT", "552 5.3.4 that is enough")

    connection = await connect(postmaster)
    answer = await connection.send(Mail(data=TEXT + (b"x" * 70 + b"\r\n") * 200_000))

    assert answer == Answer(Phase.DATA, Reply(552, "5.3.4 that is enough"))
    assert not connection.usable
    assert postmaster.ledger == []


@pytest.mark.parametrize(("point", "phase"), [("RCPT", Phase.RCPT), ("DOT", Phase.AFTER_FINAL_DOT)])
async def test_a_connection_may_be_cut_while_it_sends(postmaster: Postmaster, point: str, phase: Phase) -> None:
    hold = postmaster.holds(point)
    connection = await connect(postmaster)
    sending = asyncio.create_task(connection.send(Mail()))
    await hold.reached.wait()

    connection.abort()
    answer = await sending

    assert answer.phase in (phase, Phase.MAIL if point == "RCPT" else phase)  # the 250 to MAIL may still be unread
    assert isinstance(answer.reply, Broken)


async def test_a_claim_that_ran_out_before_data_is_not_sent(postmaster: Postmaster) -> None:
    connection = await connect(postmaster)

    answer = await connection.send(Mail(), may_finish=lambda: False)

    assert answer == Answer(Phase.DATA, Broken(LATE))
    assert not any(command == "DATA" for command in postmaster.commands)


async def test_a_claim_that_ran_out_before_the_dot_is_not_sent(postmaster: Postmaster) -> None:
    still_ours = iter([True, False])
    connection = await connect(postmaster)

    answer = await connection.send(Mail(), may_finish=lambda: next(still_ours))

    assert answer == Answer(Phase.DATA, Broken(LATE))
    assert postmaster.ledger == []


# ---- what goes over the wire ----

HOSTILE = [
    "sok@example.org\r\nRCPT TO:<victim@example.org>",
    "sok@example.org\nDATA",
    "sok@example.org\rDATA",
    "sok\x00@example.org",
    "sok@example.org> SIZE=1",
    "<sok@example.org",
    "sok @example.org",
    "sok@example.org\u2028x",
    "sok@example.org\x85x",
    "sok\udcff@example.org",
    "",
    "sok",
    "s" * 250 + "@example.org",
]


@pytest.mark.parametrize("address", HOSTILE)
async def test_an_address_that_is_more_than_an_address_is_refused_before_anything_is_said(
    postmaster: Postmaster, address: str
) -> None:
    connection = await connect(postmaster)
    said = len(postmaster.commands)

    for mail in (Mail(rcpt_to=address), Mail(mail_from=address or "x y")):
        answer = await connection.send(mail)
        assert isinstance(answer.reply, Unfit)

    assert len(postmaster.commands) == said
    assert connection.usable
    await connection.close()


async def test_the_null_sender_is_allowed(postmaster: Postmaster) -> None:
    await send(postmaster, Mail(mail_from=""))

    assert [entry.mail_from for entry in postmaster.ledger] == [""]


@pytest.mark.parametrize(
    ("data", "wire"),
    [
        (b"a\r\nb\r\n", b"a\r\nb\r\n"),
        (b"a\r\nb", b"a\r\nb\r\n"),
        (b"", b"\r\n"),
        (b".\r\n", b"..\r\n"),
        (b"a\r\n.\r\nb\r\n", b"a\r\n..\r\nb\r\n"),
        (b"a\r\n..b\r\n", b"a\r\n...b\r\n"),
        (b"a\n.\nb\n", b"a\r\n..\r\nb\r\n"),
        (b"a\r.\rb", b"a\r\n..\r\nb\r\n"),
        (b"a\n.\r\nMAIL FROM:<x>\r\n", b"a\r\n..\r\nMAIL FROM:<x>\r\n"),
        (b"a\r\n.\nMAIL FROM:<x>\n", b"a\r\n..\r\nMAIL FROM:<x>\r\n"),
        (b"a\n\r\n.\r\r\n", b"a\r\n\r\n..\r\n\r\n"),
    ],
)
def test_no_text_can_show_a_final_dot_or_a_line_end_that_is_none(data: bytes, wire: bytes) -> None:
    assert commands.stuffed(data) == wire


async def test_extensions_are_used_only_where_they_are_needed(postmaster: Postmaster) -> None:
    await send(postmaster)

    assert f"MAIL FROM:<bounce@example.org> SIZE={len(TEXT)}" in postmaster.commands


async def test_an_address_beyond_ascii_and_8_bit_text_are_announced(postmaster: Postmaster) -> None:
    await send(postmaster, Mail(rcpt_to="សុខ@example.org", data=TEXT + "ជូន\r\n".encode()))

    assert any(command.endswith(" BODY=8BITMIME SMTPUTF8") for command in postmaster.commands)
    assert [entry.rcpt_to for entry in postmaster.ledger] == ["សុខ@example.org"]


async def test_a_domain_beyond_ascii_goes_in_its_ascii_form(postmaster: Postmaster) -> None:
    await send(postmaster, Mail(rcpt_to="sok@bücher.example"))

    assert [entry.rcpt_to for entry in postmaster.ledger] == ["sok@xn--bcher-kva.example"]


@pytest.mark.parametrize(
    "mail", [Mail(rcpt_to="សុខ@example.org"), Mail(smtputf8=True), Mail(data=TEXT + "ជូន\r\n".encode())]
)
async def test_what_the_server_does_not_take_is_not_sent(mail: Mail) -> None:
    async with Postmaster(keywords=()) as plain:
        answer = await send(plain, mail)

    assert isinstance(answer.reply, Unfit)
    assert not any(command.startswith("MAIL") for command in plain.commands)


# ---- TLS and AUTH ----


async def test_tls_is_used_where_it_is_offered(trusted: tuple[ssl.SSLContext, Path]) -> None:
    async with Postmaster(tls=trusted[0]) as postmaster:
        answer = await send(postmaster)

    assert answer.phase is Phase.AFTER_FINAL_DOT
    assert [command.split()[0] for command in postmaster.commands[:3]] == ["EHLO", "STARTTLS", "EHLO"]


async def test_tls_none_does_not_use_it(trusted: tuple[ssl.SSLContext, Path]) -> None:
    async with Postmaster(tls=trusted[0]) as postmaster:
        made = await smtp.connect(at(postmaster, tls="none"))
        assert isinstance(made, smtp.Connection)
        await made.close()

    assert "STARTTLS" not in postmaster.commands


async def test_required_tls_is_checked_and_works_with_a_trusted_certificate(
    trusted: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted[1]))
    async with Postmaster(tls=trusted[0]) as postmaster:
        made = await smtp.connect(at(postmaster, tls="required"))
        assert isinstance(made, smtp.Connection), made
        assert (await made.send(Mail())).phase is Phase.AFTER_FINAL_DOT
        await made.close()


async def test_required_tls_refuses_a_certificate_that_nobody_vouches_for(
    trusted: tuple[ssl.SSLContext, Path],
) -> None:
    async with Postmaster(tls=trusted[0]) as postmaster:
        answer = await smtp.connect(at(postmaster, tls="required"))

    assert isinstance(answer, Answer)
    assert answer.phase is Phase.STARTTLS
    assert isinstance(answer.reply, Broken)
    assert not any(command.startswith("MAIL") for command in postmaster.commands)


async def test_required_tls_fails_closed_where_it_is_not_offered(postmaster: Postmaster) -> None:
    answer = await smtp.connect(at(postmaster, tls="required"))

    assert isinstance(answer, Answer)
    assert answer.phase is Phase.STARTTLS
    assert "offers no TLS" in str(answer.reply)


@pytest.mark.parametrize("tls", ["opportunistic", "required"])
async def test_tls_that_was_offered_and_is_then_refused_is_not_done_without(
    trusted: tuple[ssl.SSLContext, Path], tls: str
) -> None:
    async with Postmaster(tls=trusted[0]) as postmaster:
        postmaster.answers("STARTTLS", "454 4.7.0 TLS not available")
        answer = await smtp.connect(at(postmaster, tls=tls))

    assert answer == Answer(Phase.STARTTLS, Reply(454, "4.7.0 TLS not available"))


async def test_what_was_said_before_tls_is_not_believed_within_it(trusted: tuple[ssl.SSLContext, Path]) -> None:
    async with Postmaster(tls=trusted[0], keywords=()) as postmaster:
        postmaster.says("EHLO", b"250-postmaster.test\r\n250-SMTPUTF8\r\n250 STARTTLS\r\n")
        answer = await send(postmaster, Mail(smtputf8=True))

    assert isinstance(answer.reply, Unfit)


async def test_replies_injected_before_tls_are_not_read_within_it(trusted: tuple[ssl.SSLContext, Path]) -> None:
    async with Postmaster(tls=trusted[0]) as postmaster:
        postmaster.says("STARTTLS", b"220 go ahead\r\n250-injected\r\n250 AUTH PLAIN\r\n")
        answer = await smtp.connect(at(postmaster), timeouts=BRISK)

    assert isinstance(answer, Answer)
    assert answer.phase is Phase.STARTTLS


async def test_smtps_is_encrypted_from_the_first_byte(
    trusted: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted[1]))
    async with Postmaster(tls=trusted[0], encrypted=True) as postmaster:
        answer = await send(postmaster)

    assert answer.phase is Phase.AFTER_FINAL_DOT
    assert "STARTTLS" not in postmaster.commands


async def test_smtps_refuses_a_certificate_that_nobody_vouches_for(trusted: tuple[ssl.SSLContext, Path]) -> None:
    async with Postmaster(tls=trusted[0], encrypted=True) as postmaster:
        answer = await smtp.connect(at(postmaster))

    assert isinstance(answer, Answer)
    assert answer.phase is Phase.CONNECT


async def test_a_name_and_a_password_open_the_server(
    trusted: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted[1]))
    async with Postmaster(tls=trusted[0], users={"news": "s:e/c ret"}) as postmaster:
        made = await smtp.connect(at(postmaster, user="news", password="s:e/c ret"))
        assert isinstance(made, smtp.Connection), made
        assert (await made.send(Mail())).phase is Phase.AFTER_FINAL_DOT
        await made.close()


async def test_a_wrong_password_is_answered_at_auth() -> None:
    async with Postmaster(users={"news": "secret"}) as postmaster:
        answer = await smtp.connect(at(postmaster, tls="none", user="news", password="wrong"))

    assert answer == Answer(Phase.AUTH, Reply(535, "5.7.8 wrong name or password"))


async def test_a_server_without_auth_breaks_at_auth(postmaster: Postmaster) -> None:
    answer = await smtp.connect(at(postmaster, tls="none", user="news", password="secret"))

    assert isinstance(answer, Answer)
    assert answer.phase is Phase.AUTH


async def test_a_password_is_not_sent_in_the_clear() -> None:
    async with Postmaster(users={"news": "secret"}) as postmaster:
        answer = await smtp.connect(at(postmaster, user="news", password="secret"))

    assert isinstance(answer, Answer)
    assert answer.phase is Phase.STARTTLS
    assert not any(command.startswith("AUTH") for command in postmaster.commands)


# ---- the address of the server ----


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://127.0.0.1", Server("127.0.0.1", 25)),
        ("smtp://mail.example.org:2525", Server("mail.example.org", 2525)),
        ("smtps://mail.example.org", Server("mail.example.org", 465, encrypted=True)),
        ("smtp://news:p%40ss@mail.example.org:587/", Server("mail.example.org", 587, "news", "p@ss")),
        ("smtp://[::1]:25", Server("::1", 25)),
    ],
)
def test_the_server_is_read_from_a_url(url: str, server: Server) -> None:
    assert parse_server(url, "opportunistic") == server


@pytest.mark.parametrize(
    "url",
    ["http://mail.example.org", "mail.example.org:25", "smtp://", "smtp://a:99999", "smtp://a:b", "smtp://a/path?x=1",
     "smtp://a\nb", "smtp://a%0ab", ""],
)  # fmt: skip
def test_another_url_is_misuse_and_told_what_was_expected(url: str) -> None:
    with pytest.raises(Misuse, match=r"mail\.smtp is .*smtp://\[user:password@\]host:port"):
        parse_server(url, "opportunistic")


def test_a_password_is_not_repeated_in_an_error() -> None:
    with pytest.raises(Misuse) as caught:
        parse_server("smtp://news:secret@a:b", "opportunistic")

    assert "secret" not in str(caught.value)


def test_smtps_without_tls_is_a_contradiction() -> None:
    with pytest.raises(Misuse, match="smtps://"):
        parse_server("smtps://mail.example.org", "none")
