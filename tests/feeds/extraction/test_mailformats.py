"""Messages of newsletters: one entry each, in the message's own words, without what belongs to its recipient alone."""

from datetime import UTC, datetime
from email.message import EmailMessage
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.children import Document
from feeds.extraction import extract
from feeds.extraction.mailformats import ANSWERS, ATTACHMENTS
from state.records import Extraction, Unreadable

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
URL = "file:///srv/mail/mill/1778400000.M1P2.host"


def read(message: EmailMessage | bytes) -> Extraction:
    body = message if isinstance(message, bytes) else bytes(message)
    found = extract(Document(URL, body, "message/rfc822"), NOW)
    assert isinstance(found, Extraction), found
    assert found.kind == "mail"
    return found


def letter(html: str = "", text: str = "The looms stand still on Mondays from now on.", **headers: str) -> EmailMessage:
    made = EmailMessage()
    named = {
        "From": "Mill news <news@mill.example>",
        "Subject": "Looms stand still",
        "Message-ID": "<one@mill.example>",
    }
    named |= {"Date": "Fri, 08 May 2026 10:00:00 +0700"}
    for name, value in (named | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        if value:
            made[name] = value
    made.set_content(text)
    if html:
        made.add_alternative(html, subtype="html")
    return made


def test_a_message_is_an_entry_in_its_own_words() -> None:
    found = read(letter("<h1>Looms</h1><p>The looms &amp; the wheel stand still on Mondays.</p>"))

    (record,) = found.records
    assert (record.title, record.guid, record.url) == ("Looms stand still", "one@mill.example", None)
    assert (record.date, record.published) == ("2026-05-08", datetime.fromisoformat("2026-05-08T10:00:00+07:00"))
    assert record.author == "Mill news"
    assert record.summary.startswith("Looms The looms & the wheel")
    assert "<p>The looms &amp; the wheel" in record.content
    assert (record.language, found.title) == ("en", "Mill news")


def test_a_message_of_text_keeps_its_paragraphs_and_shows_no_markup() -> None:
    (record,) = read(letter(text="The <b>looms</b> stand still.\n\nThe wheel & the mill do not.")).records

    assert record.content == ("<p>The &lt;b&gt;looms&lt;/b&gt; stand still.</p><p>The wheel &amp; the mill do not.</p>")


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("=?utf-8?B?4Z6f4Z624Z6a4Z6W4Z+Q4Z6P4Z+M4Z6Y4Z624Z6T?=", "សារព័ត៌មាន"),
        ("=?iso-8859-1?Q?Les_m=E9tiers?=\r\n =?iso-8859-1?Q?_s'arr=EAtent?=", "Les métiers s'arrêtent"),
        ("Wages <up> & \x07down", "Wages <up> & down"),
        ("=?x-unknown?Q?=E9?= looms", "=?x-unknown?Q?=E9?= looms"),
    ],
)
def test_subjects_are_decoded(subject: str, title: str) -> None:
    raw = b"Subject: " + subject.encode() + b"\r\nMessage-ID: <a@b>\r\n\r\nThe looms stand still on Mondays.\r\n"

    assert read(raw).records[0].title == title


def test_a_subject_of_raw_octets_is_read() -> None:
    raw = "Subject: Webstühle\r\n\r\nDie Webstühle stehen still.\r\n".encode()

    assert read(raw).records[0].title == "Webstühle"


def test_a_message_without_a_date_or_subject_has_none() -> None:
    (record,) = read(letter(Date="", Subject="")).records

    assert (record.title, record.date, record.published) == ("", None, None)
    assert record.display_title == "The looms stand still on Mondays from now on."


@pytest.mark.parametrize(
    ("html", "headers", "page"),
    [
        ('<a href="https://mill.example/7?a=1&amp;b=2">View this email in your browser</a>', {}, "7?a=1&b=2"),
        ("<a href='https://mill.example/8'><span>Voir en ligne</span></a>", {}, "8"),
        ('<a href="https://mill.example/9">Im Browser ansehen</a>', {}, "9"),
        (
            '<a href="https://mill.example/1">Our browser for yarns</a>',
            {},
            "",
        ),
        (
            '<a href="javascript:x()">View online</a><a href="https://mill.example/unsub">View online</a>',
            {},
            "",
        ),
        ("<p>x</p>", {"Archived_At": "<https://lists.mill.example/m/7>"}, "https://lists.mill.example/m/7"),
        ("<p>x</p>", {"List_Archive": "<https://lists.mill.example/all>"}, ""),
    ],
)
def test_the_page_of_a_message_is_its_own_and_no_other(html: str, headers: dict[str, str], page: str) -> None:
    (record,) = read(letter(html, **headers)).records

    expected = page if page.startswith("https") or not page else f"https://mill.example/{page}"
    assert (record.url or "") == expected


def test_what_acts_what_counts_readers_and_what_ends_the_subscription_is_left_away() -> None:
    (record,) = read(
        letter(
            '<script>bad()</script><style>p{}</style><p onclick="x()">Looms</p><img src="https://t.example/1.gif">'
            '<a href="https://mill.example/u?id=7">Unsubscribe</a> <a href="https://mill.example/opt-out/7">here</a>'
            '<a href="https://mill.example/secret">leave us</a> <a href="https://mill.example/looms">All looms</a>'
            '<form action="https://mill.example/f"><input name="email"></form>',
            List_Unsubscribe="<mailto:leave@mill.example>, <https://mill.example/secret>",
        )
    ).records

    for bad in ("script", "bad()", "onclick", "img", "t.example", "u?id=7", "opt-out", "secret", "form", "input"):
        assert bad not in record.content
    assert 'href="https://mill.example/looms"' in record.content


def test_attachments_are_told_and_not_taken() -> None:
    made = letter()
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="looms.pdf")

    found = read(made)

    assert [(left.reason, left.count, left.sample) for left in found.left_out] == [(ATTACHMENTS, 1, "looms.pdf")]
    assert found.records[0].enclosures == ()


@pytest.mark.parametrize(
    "raw",
    [
        b"Auto-Submitted: auto-replied\r\nSubject: Out of office\r\n\r\nI am away.\r\n",
        b'Content-Type: multipart/report; boundary="x"\r\nSubject: Out of office\r\n\r\n--x\r\n\r\nNo.\r\n--x--\r\n',
    ],
)
def test_what_a_machine_answers_is_no_entry(raw: bytes) -> None:
    found = read(raw)

    assert found.records == ()
    assert [(left.reason, left.sample) for left in found.left_out] == [(ANSWERS, "Out of office")]


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n".join([b"Content-Type: multipart/mixed; boundary=" + b"x" * 60, b""] * 3000),
        b"Subject: " + b"=?utf-8?q?a?= " * 20_000 + b"\r\n\r\nLooms stand still.",
        b"Content-Type: text/html\r\nSubject: a\r\n\r\n" + b"<a href=x " * 200_000,
        b"Content-Type: text/html\r\nSubject: a\r\n\r\n" + b'<a href="https://a.example">' * 100_000,
        b"Content-Type: text/html; charset=no-such\r\nContent-Transfer-Encoding: base64\r\nSubject: a\r\n\r\n!!!!=",
    ],
    ids=["nested", "words", "open tags", "open links", "no charset"],
)
def test_hostile_messages_end_soon(raw: bytes) -> None:
    began = process_time()

    assert isinstance(extract(Document(URL, raw, "message/rfc822"), NOW), Extraction | Unreadable)

    assert process_time() - began < 30


@settings(max_examples=200)
@given(st.binary(max_size=400))
def test_whatever_comes_as_a_message_is_read_or_said_not_to_be(noise: bytes) -> None:
    raw = b"Subject: Looms\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + noise
    assert isinstance(extract(Document(URL, raw, "message/rfc822"), NOW), Extraction | Unreadable)
