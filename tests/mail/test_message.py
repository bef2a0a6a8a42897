"""The bytes of a mail, read back with the standard library's parser."""

import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage

import pytest

from mail import tokens
from mail.message import Envelope, Letter, assemble, hole, message_id
from mail.settings import Mailing
from state.codec import encode
from state.keys import Key, Keys
from state.records import Edition, Message, Site, Subscriber
from templates import links
from tests.mail.people import SITE

NOW = datetime(2026, 5, 10, 8, 0, tzinfo=UTC)
KEYS = Keys((Key("k1", "token", b"s" * 32, NOW),))
MAILING = Mailing(sender='"News, daily" <news@lists.example.org>', bounce_domain="bounces.example.org")
PERSON = Subscriber("sok0123456789abc", "sok@example.org", "confirmed", "UTC", "en", "09:00", 0, 1, 1, NOW)
TEXT = "Hello\n.a dot leads this line\nFrom here on\ntrailing space \n{url}\n"
HTML = (
    '<html lang="en"><body><p>{body}</p><a href="{url}">Unsubscribe</a> and <a href="{url}">again</a></body></html>\n'
)
KHMER = "អត្ថបទដ៏វែងមួយ" * 200


def edition_of(
    *, subject: str = "3 new: Work", body: str = "words " * 400, text: str = TEXT, site: Site = SITE
) -> Edition:
    url = links.unsubscribe(site, hole("5f0c"))
    said = {"text": text.replace("{url}", url), "html": HTML.replace("{url}", url).replace("{body}", body)}
    return Edition("5f0c", "en", "UTC", subject, entries=(("e1", 1),), created_at=NOW, **said)


def row(kind: str = "digest", recipient: str = PERSON.email) -> Message:
    name = message_id(SITE, PERSON.id, kind, "2026-05-10")
    return Message(7, PERSON.id, recipient, kind, "2026-05-10", "5f0c", name, 1, "claimed", 0, 1, NOW, NOW)


def made(
    edition: Edition | None = None,
    message: Message | None = None,
    *,
    payload: str = "",
    site: Site = SITE,
    settings: Mailing = MAILING,
    now: datetime = NOW,
) -> Envelope:
    if edition is None and not payload:
        edition = edition_of()
    return assemble(
        message or row(),
        edition=edition,
        payload=payload,
        keys=KEYS,
        site=site,
        settings=settings,
        now=now,
    )


def parsed(envelope: Envelope) -> EmailMessage:
    found = message_from_bytes(envelope.data, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    return found


def part(message: EmailMessage, subtype: str) -> EmailMessage:
    (found,) = [each for each in message.walk() if each.get_content_type() == f"text/{subtype}"]
    assert isinstance(found, EmailMessage)
    return found


def test_every_header_of_a_digest() -> None:
    mail = parsed(made())
    token = tokens.make(KEYS, tokens.Token("unsubscribe", PERSON.id, 1))

    assert {name: str(value) for name, value in mail.items() if name != "Content-Type"} == {
        "From": '"News, daily" <news@lists.example.org>',
        "To": "sok@example.org",
        "Subject": "3 new: Work",
        "Date": "Sun, 10 May 2026 08:00:00 +0000",
        "Message-ID": row().message_id,
        "MIME-Version": "1.0",
        "List-Id": "Labour news <digests.news.example.org>",
        "List-Unsubscribe": f"<https://news.example.org/unsubscribe/{token}>, "
        f"<mailto:news@lists.example.org?subject=unsubscribe%20{token}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Help": "<https://news.example.org/>",
        "List-Owner": "<mailto:editor@example.org>",
        "List-Archive": "<https://news.example.org/>",
        "List-Post": "NO",
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
        "Feedback-ID": mail["Feedback-ID"],
        "Content-Language": "en",
    }
    assert str(mail["Feedback-ID"]).endswith(":digest:tidings:news.example.org")
    assert len(mail.get_all("To", [])) == 1
    assert row().message_id.endswith("@news.example.org>")


def test_the_envelope_names_the_message_and_not_the_reader() -> None:
    envelope = made()
    local, _, domain = envelope.mail_from.partition("@")
    assert domain == "bounces.example.org"
    assert tokens.bounced(KEYS, local, now=NOW) == 7
    assert "sok" not in envelope.mail_from
    assert (envelope.rcpt_to, envelope.smtputf8) == ("sok@example.org", False)


@pytest.mark.parametrize("body", ["words " * 400, "é " * 700, KHMER, "", "=20 = ==" * 90])
@pytest.mark.parametrize("text", [TEXT, f"{KHMER}\n{{url}}\n{KHMER}{{url}}", "{url}", "ab{url}\r\nc{url} \n.\n"])
def test_both_parts_come_back_as_written_with_the_readers_own_link(body: str, text: str) -> None:
    edition = edition_of(body=body, text=text)
    token = tokens.make(KEYS, tokens.Token("unsubscribe", PERSON.id, 1))
    mail = parsed(made(edition))

    assert mail.get_content_type() == "multipart/alternative"
    assert [each.get_content_type() for each in mail.iter_parts()] == ["text/plain", "text/html"]
    for subtype, written in (("plain", edition.text), ("html", edition.html)):
        expected = written.replace(hole("5f0c"), token).replace("\r\n", "\n")
        octets = part(mail, subtype).get_payload(decode=True)
        assert isinstance(octets, bytes)
        assert octets.decode().replace("\r\n", "\n").rstrip("\n") == expected.rstrip("\n")
        assert hole("5f0c") not in octets.decode()


@pytest.mark.parametrize("body", ["words " * 400, KHMER, "x" * 5000])
def test_no_line_is_too_long_or_bare_or_begins_with_a_dot(body: str) -> None:
    data = made(edition_of(body=body, text="." * 400 + "\n.\n..\n{url}\nFrom me")).data

    assert data.isascii()
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert b"\n" not in data.replace(b"\r\n", b"")
    head, _, rest = data.partition(b"\r\n\r\n")
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))
    for line in rest.split(b"\r\n"):
        assert len(line) <= 78
        assert not line.startswith((b".", b"From "))
        assert line == line.rstrip()


def test_each_part_is_encoded_the_shorter_way() -> None:
    mail = parsed(made(edition_of(body=KHMER)))
    assert part(mail, "plain")["Content-Transfer-Encoding"] == "quoted-printable"
    assert part(mail, "html")["Content-Transfer-Encoding"] == "base64"


def test_a_mail_is_the_same_again_but_for_its_date() -> None:
    first, again = made(), made(now=datetime(2026, 5, 12, 8, 0, tzinfo=UTC))
    assert first.data != again.data
    assert first.data.replace(b"Sun, 10 May", b"Tue, 12 May") == again.data


def test_readers_of_an_edition_differ_only_in_what_is_theirs() -> None:
    other = replace(PERSON, id="dara123456789abc", email="dara@example.org")
    one, two = made().data, made(message=replace(row(recipient=other.email), subscriber=other.id)).data
    mine, theirs = (tokens.make(KEYS, tokens.Token("unsubscribe", each.id, 1)).encode() for each in (PERSON, other))
    assert one.replace(mine, theirs).replace(b"To: sok@", b"To: dara@") == two


@pytest.mark.parametrize(
    "subject",
    [
        "Ünïcode in the subject, and enough of it that the line has to be folded, which encoded words need care for",
        "ដំណឹង: " + KHMER[:70],
        "a plain one of many words " * 5,
        "=?utf-8?q?not_an_encoded_word?=",
        "3 new: line\r\nBcc: victim@example.org",
    ],
)
def test_any_subject_is_one_header_in_short_lines(subject: str) -> None:
    envelope = made(edition_of(subject=subject))
    mail = parsed(envelope)
    assert str(mail["Subject"]).split() == subject.split()
    assert "Bcc" not in mail
    lines = envelope.data.partition(b"\r\nSubject: ")[2].partition(b"\r\nMIME-Version")[0].split(b"\r\n")
    assert len(b"Subject: " + lines[0]) <= 78
    assert all(len(line) <= 78 and line.startswith(b" ") for line in lines[1:])


def test_names_in_other_scripts_are_encoded() -> None:
    site = replace(SITE, title="សារព័ត៌មាន, ថ្មី")
    mail = parsed(
        made(
            site=site,
            settings=replace(MAILING, sender="Réseau <news@lists.example.org>", reply_to="Büro <b@example.org>"),
        )
    )
    assert str(mail["From"]) == "Réseau <news@lists.example.org>"
    assert str(mail["Reply-To"]) == "Büro <b@example.org>"
    assert str(mail["List-Id"]).replace(" ", "") == "សារព័ត៌មាន,ថ្មី<digests.news.example.org>"


def test_a_local_part_beyond_ascii_needs_smtputf8_and_a_domain_alone_does_not() -> None:
    abroad = made(message=row(recipient="sok@bücher.example.com"))
    assert (abroad.rcpt_to, abroad.smtputf8) == ("sok@xn--bcher-kva.example.com", False)
    assert abroad.data.isascii()

    khmer = made(message=row(recipient="សុខ@bücher.example.com"))
    assert (khmer.rcpt_to, khmer.smtputf8) == ("សុខ@bücher.example.com", True)
    assert "To: សុខ@bücher.example.com\r\n".encode() in khmer.data


def test_an_address_that_could_end_a_line_never_gets_this_far() -> None:
    with pytest.raises(AssertionError, match="never parsed"):
        made(message=row(recipient="a@example.org>\r\nRCPT TO:<b@example.org"))


def test_a_single_letter_is_no_bulk_mail() -> None:
    letter = Letter(
        "Please confirm", "Press: https://news.example.org/confirm/x\n", "<p>Press</p>\n", "fr", (("all", "daily"),)
    )
    mail = parsed(made(message=replace(row("confirm"), edition=None), payload=encode(letter)))
    assert (mail["Subject"], mail["Content-Language"]) == ("Please confirm", "fr")
    assert part(mail, "plain").get_content().splitlines() == letter.text.splitlines()
    for name in ("Precedence", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID"):
        assert name not in mail


@pytest.mark.parametrize(
    ("site", "settings", "sender", "domain"),
    [
        (Site(url="http://127.0.0.1:8000"), Mailing(), "tidings <news@tidings.invalid>", "tidings.invalid"),
        (SITE, Mailing(), "Labour news <news@news.example.org>", "news.example.org"),
        (SITE, Mailing(sender="plain@lists.example.org"), "Labour news <plain@lists.example.org>", "lists.example.org"),
    ],
)
def test_without_settings_the_site_speaks_for_itself(site: Site, settings: Mailing, sender: str, domain: str) -> None:
    envelope = made(site=site, settings=settings)
    assert str(parsed(envelope)["From"]) == sender
    assert envelope.mail_from.endswith(f"@{domain}")


def test_the_idempotency_header_carries_the_message_ids_local_part() -> None:
    mail = parsed(made(settings=replace(MAILING, idempotency_header="X-Entity-Ref")))
    assert mail["X-Entity-Ref"] == row().message_id.strip("<>").partition("@")[0]


@pytest.mark.parametrize(
    ("inbox", "domain", "address"),
    [
        ("/var/mail/returned", "bounces.example.org", "unsubscribe@bounces.example.org"),
        ("imap://me@imap.example.org", "", "news@lists.example.org"),
        ("", "bounces.example.org", "news@lists.example.org"),
    ],
)
def test_leaving_by_mail_goes_where_mail_is_read(inbox: str, domain: str, address: str) -> None:
    settings = replace(MAILING, inbox=inbox, bounce_domain=domain)
    assert f"<mailto:{address}?subject=unsubscribe%20u-k1-" in parsed(made(settings=settings))["List-Unsubscribe"]


@pytest.mark.parametrize("contact", ["https://example.org/contact", "mailto:me@example.org", "no address at all", ""])
def test_the_owner_is_a_link_or_left_out(contact: str) -> None:
    owner = parsed(made(site=replace(SITE, contact=contact)))["List-Owner"]
    assert owner == (f"<{contact}>" if ":" in contact else None)
