"""What a mail that came back is taken for."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail import reports
from mail.reports import LARGEST, Status, read
from tests.mail.returned import complaint, plain, report

TOKEN = "u-4f2a-abcdefgh01234567-1-0-0-" + "a" * 26


def test_a_delivery_report_tells_address_status_and_words() -> None:
    told = read(report("b-1@bounces.example.org", envid="b-k-1-x", original="Message-ID: <m1@news.example.org>"))

    assert (told.kind, told.status, told.recipient) == ("bounce", (5, 1, 1), "sok@example.org")
    assert told.came_to == ("b-1@bounces.example.org",)
    assert (told.envid, told.message_ids) == ("b-k-1-x", ("<m1@news.example.org>",))
    assert told.reason == "550 5.1.1 no such mailbox"


@pytest.mark.parametrize(
    ("status", "diagnostic", "found"),
    [
        ("5.1.1", "", (5, 1, 1)),
        ("5.0.0", "smtp; 550 5.2.1 mailbox disabled", (5, 2, 1)),
        ("5.0.0", "smtp; 550 user unknown", (5, 1, 1)),
        ("5.0.0", "smtp; 552 the mailbox is full", (5, 2, 2)),
        ("5.0.0", "", (5, 0, 0)),
        ("5.2.2", "smtp; 452 4.2.2 full", (5, 2, 2)),
        ("4.4.7", "smtp; 451 try later", (4, 4, 7)),
        ("", "x-local; no such user here", (5, 1, 1)),
        ("", "smtp; 554 not wanted", (5, 0, 0)),
        ("", "", None),
        ("nonsense", "smtp; 550 5.7.1 refused by policy", (5, 7, 1)),
    ],
)
def test_the_most_telling_status_counts(status: str, diagnostic: str, found: Status | None) -> None:
    assert read(report(status=status, diagnostic=diagnostic)).status == found


@pytest.mark.parametrize(
    ("action", "kind"),
    [("failed", "bounce"), ("Failed (bad)", "bounce"), ("delayed", "delay"), ("delivered", "automatic"),
     ("relayed", "automatic"), ("expanded", "automatic"), ("", "automatic")],
)  # fmt: skip
def test_only_what_failed_is_a_bounce(action: str, kind: str) -> None:
    assert read(report(action=action)).kind == kind


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Hi. This is the program at mx.\n<sok@example.org>:\nno mailbox here by that name. (#5.1.1)", (5, 1, 1)),
        ("The address failed:\n  sok@example.org\n    550 unknown user", (5, 1, 1)),
        ("Delivery failed.\n552 mailbox full", (5, 2, 2)),
        ("could not be delivered", None),
    ],
)
def test_a_bounce_in_words_only_is_understood(text: str, status: Status | None) -> None:
    told = read(plain(text))
    assert (told.kind, told.status) == ("bounce", status)


def test_a_bounce_in_words_names_the_mail_that_it_quotes() -> None:
    told = read(plain("Delivery failed: 550 user unknown\n\n> Message-ID: <m1@news.example.org>\n> Subject: news"))
    assert told.message_ids == ("<m1@news.example.org>",)


@pytest.mark.parametrize(
    ("subject", "headers"),
    [
        ("Re: 3 new: harvest", {"Auto_Submitted": "auto-replied (vacation)"}),
        ("Out of office: back on Monday", {}),
        ("Automatic reply: 3 new", {}),
        ("Abwesenheitsnotiz", {}),
        ("Réponse automatique : 3 new", {}),
        ("自动回复: news", {}),
        ("Re: news", {"X_Autoreply": "yes"}),
        ("Re: news", {"Precedence": "auto_reply"}),
    ],
)
def test_an_automatic_answer_is_no_bounce_even_with_a_code_in_it(subject: str, headers: dict[str, str]) -> None:
    mail = plain("I am away. 550 5.1.1 is my room.", sender="sok@example.org", subject=subject, **headers)
    assert read(mail).kind == "automatic"


def test_a_person_who_writes_is_unknown() -> None:
    told = read(plain("Thank you for the news!", sender="Sok <sok@example.org>", subject="Re: news"))
    assert (told.kind, told.excerpt, told.sender) == ("unknown", "Thank you for the news!", "Sok <sok@example.org>")


@pytest.mark.parametrize(
    ("to", "subject"),
    [
        ("news@example.org", f"unsubscribe {TOKEN}"),
        ("news@example.org", f"Re: UNSUBSCRIBE {TOKEN.upper()}"),
        (f"{TOKEN}@example.org", "(no subject)"),
        (f"leave+{TOKEN}@example.org", ""),
    ],
)
def test_a_token_in_subject_or_address_is_a_wish_to_leave(to: str, subject: str) -> None:
    told = read(plain("", to=to, subject=subject, sender="sok@example.org"))
    assert (told.kind, told.token) == ("unsubscribe", TOKEN)


def test_a_token_in_the_text_is_no_wish_to_leave() -> None:
    quoted = f"> Unsubscribe: https://news.example.org/unsubscribe/{TOKEN}"
    assert read(plain(quoted, sender="sok@example.org", subject="Re: news")).kind == "unknown"


def test_a_complaint_names_the_mail_by_all_that_it_quotes() -> None:
    original = f"Return-Path: <b-9@bounces.example.org>\nMessage-ID: <m1@news.example.org>\nList-Unsubscribe: <https://n/{TOKEN}>"
    told = read(complaint(original=original, mail_from="b-8@bounces.example.org"))
    assert (told.kind, told.message_ids, told.token) == ("complaint", ("<m1@news.example.org>",), TOKEN)
    assert told.returns == ("b-8@bounces.example.org", "b-9@bounces.example.org")


def test_other_feedback_is_no_complaint() -> None:
    assert read(complaint(kind="not-spam")).kind == "unknown"


def test_one_mail_is_known_again_by_its_message_id_else_by_its_octets() -> None:
    first, elsewhere = report(name="<a@x.example>"), report("other@x.example", name="<a@x.example>")
    assert read(first).key == read(elsewhere).key != read(report(name="<b@x.example>")).key
    assert read(b"Subject: one\r\n\r\n").key != read(b"Subject: two\r\n\r\n").key


HOSTILE = {
    "nothing": b"",
    "one octet": b"\x00",
    "no head": b"\xff\xfe" * 5_000,
    "headers without end": b"To: " + b"a@b.c, " * 30_000,
    "spaces": b"Subject:" + b" " * 200_000 + b"x\r\n\r\n",
    "angles": b"Content-Type: text/html\r\n\r\n" + b"<" * 200_000,
    "ids": b"From: mailer-daemon@x\r\nSubject: failure\r\n\r\n" + b"Message-ID: <" * 15_000,
    "wrong charset": b'Content-Type: text/plain; charset="no-such\x00"\r\n\r\nhello',
    "wrong encoding": b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!=",
    "encoded words": b"Subject: =?utf-8?b?" + b"/" * 5_000 + b"?= =?x-none?q?a?=\r\n\r\n",
    "deep": b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (level, level) for level in range(2_000)
    ),
    "many parts": b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 20_000,
    "mails in mails": b"Content-Type: message/rfc822\r\n\r\n" * 3_000,
    "status of nothing": b"Content-Type: message/delivery-status\r\n\r\n" + b"\r\n\r\n" * 20_000,
    "status in base64": b"Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n////",
    "digits": b"From: mailer-daemon@x\r\nSubject: failure\r\n\r\n" + b"5.1." * 50_000,
    "group": b"To: friends:;\r\nFrom: =?utf-8?q?=0d=0aBcc:?= <x@y.example>\r\n\r\n",
    "lone surrogates": "Subject: \udc80\udcff\r\n\r\n".encode("utf-8", "surrogateescape"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mails_are_read_in_bounded_time_and_never_an_error(name: str) -> None:
    began = time.process_time()
    told = read(HOSTILE[name])
    assert told.kind in ("unknown", "automatic", "bounce")
    assert time.process_time() - began < 3
    assert len(told.excerpt) <= reports.EXCERPT
    assert not set("\r\n\0") & set(told.sender + told.subject + told.reason + told.recipient)


def test_what_follows_the_first_quarter_megabyte_is_not_looked_at() -> None:
    assert len(read(plain("x" * 70 + "\n" + "y\n" * LARGEST)).excerpt) <= reports.EXCERPT


@given(st.binary(max_size=300))
def test_any_octets_are_some_report(raw: bytes) -> None:
    assert read(b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n" + raw).key
    assert read(raw).key
