"""What the client says before the text, by what the server offers."""

from dataclasses import dataclass

import pytest

from mail.answers import Phase
from mail.commands import before_the_text, stuffed, unfit
from mail.message import Envelope
from tests.mail.test_message import made

DSN = frozenset({"dsn", "size", "8bitmime"})


@dataclass(frozen=True)
class Mail:
    mail_from: str = "b-k1-7-x@example.org"
    rcpt_to: str = "sok@example.net"
    data: bytes = b"Subject: x\r\n\r\ny\r\n"
    smtputf8: bool = False
    ready: bool = False
    envid: str = "b-k1-7-x"


def said(mail: Mail | Envelope, *offers: str) -> dict[Phase, str]:
    return {phase: words.decode() for phase, words in before_the_text(mail, frozenset(offers))}


def test_reports_are_asked_for_where_the_server_can_make_them() -> None:
    words = said(Mail(), "dsn")

    assert words[Phase.MAIL] == "MAIL FROM:<b-k1-7-x@example.org> RET=HDRS ENVID=b-k1-7-x"
    assert words[Phase.RCPT] == "RCPT TO:<sok@example.net> NOTIFY=FAILURE ORCPT=rfc822;sok@example.net"
    assert said(Mail())[Phase.RCPT] == "RCPT TO:<sok@example.net>"


def test_no_report_is_asked_for_what_has_no_sender() -> None:
    assert said(Mail(mail_from=""), "dsn")[Phase.MAIL] == "MAIL FROM:<>"
    assert said(Mail(mail_from=""), "dsn")[Phase.RCPT] == "RCPT TO:<sok@example.net>"


@pytest.mark.parametrize(
    ("address", "xtext"),
    [("a+b@example.org", "a+2Bb@example.org"), ("a=b@example.org", "a+3Db@example.org"), ("a/b@x.org", "a/b@x.org")],
)
def test_what_a_parameter_cannot_carry_is_written_as_its_number(address: str, xtext: str) -> None:
    assert said(Mail(rcpt_to=address), "dsn")[Phase.RCPT].endswith(f"ORCPT=rfc822;{xtext}")


def test_an_address_beyond_ascii_is_not_said_in_ascii() -> None:
    words = said(Mail(rcpt_to="សុខ@example.org"), "dsn", "smtputf8")

    assert "ORCPT" not in words[Phase.RCPT]
    assert words[Phase.MAIL].endswith("SMTPUTF8 RET=HDRS ENVID=b-k1-7-x")


def test_a_report_names_the_message_as_its_bounce_address_does() -> None:
    envelope = made()

    assert f"ENVID={envelope.mail_from.partition('@')[0]}" in said(envelope, *DSN)[Phase.MAIL]


def test_what_we_assemble_goes_out_as_it_is() -> None:
    envelope = made()

    assert envelope.ready
    assert stuffed(envelope.data) == envelope.data


@pytest.mark.parametrize(
    "address", ["a b@example.org", "a>@example.org", "a\r\nDATA@example.org", "nobody", "a\0@x.org"]
)
def test_what_is_more_than_an_address_is_not_said(address: str) -> None:
    assert unfit(Mail(rcpt_to=address), DSN)
