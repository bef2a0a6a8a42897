"""Signatures: what receivers verify, what a forger may not add, and the keys behind them."""

import base64
import re
import stat
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from types import SimpleNamespace

import dkim as judge
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mail import dkim, smtp
from mail.message import Envelope, Letter, assemble
from mail.server import parse_server
from mail.settings import Mailing
from state.codec import encode
from state.errors import Conflict, Misuse, UserError
from state.keys import Key, Keys
from state.records import Edition, Message, Site
from tests.fakes.postmaster import KEYWORDS, Postmaster

NOW = datetime(2026, 5, 10, 8, tzinfo=UTC)
SITE = Site(title="Überblick über die Arbeit in Kambodscha und anderswo", url="https://news.example.org")
KEYS = Keys((Key("k1", "token", b"s" * 32, NOW),))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("keys")
    dkim.create(folder / "rsa.pem", "rsa")
    dkim.create(folder / "ed.pem", "ed25519")
    return {"rsa": str(folder / "rsa.pem"), "ed25519": str(folder / "ed.pem")}


@pytest.fixture
def settings(files: dict[str, str]) -> Mailing:
    return Mailing(
        sender="News <news@example.org>",
        idempotency_header="X-Once",
        dkim_domain="example.org",
        dkim_selector="r1",
        dkim_key=files["rsa"],
        dkim_ed25519_selector="e1",
        dkim_ed25519_key=files["ed25519"],
    )


def digest(settings: Mailing, text: str = "ព័ត៌មានថ្មី\n.\nunsubscribe-e1 and preferences-e1\n") -> Envelope:
    message = Message(7, "sok", "sok@example.net", "digest", "2026-05-10", "e1", "<1@news.example.org>", 1, "claimed",
                      0, 1, NOW, None)  # fmt: skip
    html = "<!DOCTYPE html><p>Good news</p>" + f"<p>{text}</p>" * 3
    edition = Edition("e1", "km", "UTC", "Good  news  for everybody", text, html, (), NOW)
    return assemble(message, edition=edition, payload="", keys=KEYS, site=SITE, settings=settings,
                    now=NOW)  # fmt: skip


class _Edwards:
    """What the judge wants of a library for Ed25519 that is not installed here: the bare check of a signature."""

    def __init__(self, key: bytes, encoder: object) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(base64.b64decode(key))

    def verify(self, signed: bytes, signature: bytes) -> bytes:
        try:
            self._key.verify(signature, signed)
        except InvalidSignature as error:
            raise _Bad from error
        return signed


class _Bad(Exception):
    """The signature is wrong."""


@pytest.fixture(autouse=True)
def judge_knows_ed25519(monkeypatch: pytest.MonkeyPatch) -> None:
    library = SimpleNamespace(
        signing=SimpleNamespace(VerifyKey=_Edwards),
        encoding=SimpleNamespace(Base64Encoder=None),
        exceptions=SimpleNamespace(BadSignatureError=_Bad, ValueError=ValueError),
    )
    monkeypatch.setattr(judge, "nacl", library, raising=False)


def published(settings: Mailing) -> dict[bytes, bytes]:
    return {f"{one.name}.".encode(): one.record.encode() for one in dkim.signers(settings)}


def verified(mail: bytes, settings: Mailing) -> list[bool]:
    """What a receiver makes of each signature, from the top."""
    zone = published(settings)

    def ask(name: bytes, timeout: int = 5) -> bytes | None:
        return zone.get(name)

    count = len(re.findall(rb"(?m)^DKIM-Signature:", mail))
    return [judge.DKIM(mail).verify(idx=number, dnsfunc=ask) for number in range(count)]


def test_both_signatures_of_a_digest_verify(settings: Mailing) -> None:
    assert verified(digest(settings).data, settings) == [True, True]


@pytest.mark.parametrize("text", ["plain words\n", "ខ្មែរ " * 300, ".\n..\nFrom here\n \n\n\n", "x" * 5000])
def test_whatever_the_text_the_signature_holds(settings: Mailing, text: str) -> None:
    assert verified(digest(settings, text).data, settings) == [True, True]


def test_a_single_mail_is_signed_too(settings: Mailing) -> None:
    message = Message(8, "sok", "sok@example.net", "confirm", "t", None, "<2@news.example.org>", 0, "claimed", 0, 1,
                      NOW, None)  # fmt: skip
    letter = encode(Letter("Please confirm", "Yes?\n", "<p>Yes?</p>", "en"))
    mail = assemble(message, edition=None, payload=letter, keys=KEYS, site=SITE, settings=settings,
                    now=NOW)  # fmt: skip
    assert verified(mail.data, settings) == [True, True]


@pytest.mark.parametrize("keywords", [KEYWORDS, tuple(word for word in KEYWORDS if word != "PIPELINING")])
async def test_a_signature_survives_the_way_to_the_server(settings: Mailing, keywords: tuple[str, ...]) -> None:
    async with Postmaster(keywords=keywords) as postmaster:
        connection = await smtp.connect(parse_server(postmaster.url, "none"))
        assert isinstance(connection, smtp.Connection)
        await connection.send(digest(settings))
        await connection.close()

    (arrived,) = postmaster.texts
    assert verified(arrived, settings) == [True, True]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject: ", b"Subject: Buy this. "),
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click", b"List-Unsubscribe-Post: List-Unsubscribe=Two-Clicks"),
        (b"\r\nList-Unsubscribe: <https://news", b"\r\nList-Unsubscribe: <https://olds"),
        (b"\r\nFrom: ", b"\r\nFrom: forger@example.com\r\nFrom: "),
        (b"\r\nTo: ", b"\r\nTo: somebody@example.com\r\nTo: "),
        (b"\r\nDate: ", b"\r\nDate: Mon, 1 Jan 2001 00:00:00 +0000\r\nDate: "),
        (b"\r\nSubject: ", b"\r\nSubject: Buy this\r\nSubject: "),
        (b"Good news", b"Bad news!"),
    ],
)
def test_what_is_changed_or_added_on_the_way_breaks_it(settings: Mailing, old: bytes, new: bytes) -> None:
    mail = digest(settings).data
    assert old in mail

    assert not any(verified(mail.replace(old, new, 1), settings))


def test_the_signature_covers_all_our_headers_and_never_a_part_of_the_body(settings: Mailing) -> None:
    mail = message_from_bytes(digest(settings).data)
    for signature in mail.get_all("DKIM-Signature", []):
        tags = dict(tag.strip().split("=", 1) for tag in re.sub(r"\s+", "", signature).split(";"))
        signed = tags["h"].split(":")
        ours = [name.lower() for name in mail if name != "DKIM-Signature"]
        assert sorted(signed) == sorted([*ours, "from", "to", "subject", "date"])
        assert tags["c"] == "relaxed/simple"
        assert "l" not in tags
    assert [tags[tags.index("a=") : tags.index(";", tags.index("a="))] for tags in mail.get_all("DKIM-Signature", [])] \
        == ["a=rsa-sha256", "a=ed25519-sha256"]  # fmt: skip


def test_no_line_of_a_signature_is_long(settings: Mailing) -> None:
    head = digest(settings).data.partition(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 100


def test_without_a_key_nothing_is_signed() -> None:
    assert b"DKIM" not in digest(Mailing(sender="news@example.org")).data


# ---- keys ----


def test_a_key_that_is_made_belongs_to_its_owner_alone_and_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "dkim.pem"
    dkim.create(file, "rsa")

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(Conflict, match="there already"):
        dkim.create(file, "ed25519")


def test_the_key_may_stand_in_the_setting_itself(settings: Mailing, files: dict[str, str]) -> None:
    inside = replace(settings, dkim_key=Path(files["rsa"]).read_text())

    assert verified(digest(inside).data, settings) == [True, True]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"dkim_key": "nowhere.pem"}, r'mail\.dkim_key is "nowhere\.pem".*--create nowhere\.pem'),
        ({"dkim_key": "-----BEGIN nothing"}, "no private key in PEM"),
        ({"dkim_selector": ""}, r'mail\.dkim_selector is ""'),
        ({"dkim_selector": "a b"}, r"mail\.dkim_selector"),
        ({"dkim_domain": "x;y"}, r"mail\.dkim_domain"),
        ({"dkim_ed25519_selector": ""}, r'mail\.dkim_ed25519_selector is ""'),
    ],
)
def test_a_key_that_cannot_sign_is_told_with_what_to_do(settings: Mailing, change: dict[str, str], words: str) -> None:
    with pytest.raises((UserError, Misuse), match=words):
        dkim.signers(replace(settings, **change))  # type: ignore[arg-type]


def test_a_key_of_another_kind_is_refused(settings: Mailing, files: dict[str, str]) -> None:
    with pytest.raises(UserError, match="another kind of key than rsa"):
        dkim.signers(replace(settings, dkim_key=files["ed25519"]))


def test_what_the_dns_has_is_compared_with_what_signs(settings: Mailing, tmp_path: Path) -> None:
    signer, edwards = dkim.signers(settings)
    other = dkim.Signer("example.org", "r1", dkim.create(tmp_path / "other.pem", "rsa")).record

    assert dkim.mismatch(signer, (signer.record,)) == ""
    assert dkim.mismatch(signer, (signer.record.replace("k=rsa; ", "").replace("; ", ";"),)) == ""
    assert dkim.mismatch(edwards, (edwards.record,)) == ""
    assert "no key in the DNS" in dkim.mismatch(signer, ())
    assert "no key in the DNS" in dkim.mismatch(signer, ("v=spf1 -all",))
    assert "another key" in dkim.mismatch(signer, (other,))
    assert "revoked" in dkim.mismatch(signer, ("v=DKIM1; p=",))
    assert "2 keys" in dkim.mismatch(signer, (signer.record, other))
