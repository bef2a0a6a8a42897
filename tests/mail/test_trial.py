"""One test mail through a real server: what it says at every step is kept."""

from dataclasses import replace
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from mail.addresses import parse
from mail.settings import Mailing
from mail.trial import try_out
from state.errors import Misuse, UserError
from state.keys import Key, Keys
from state.records import Site
from tests.fakes import certificate
from tests.fakes.postmaster import Postmaster
from tests.mail.people import SITE

ADDRESS = parse("admin@example.org")
SIGNED = Keys((Key("4f2a", "token", b"s" * 32, datetime.fromisoformat("2026-05-01T00:00:00Z")),))


async def test_every_reply_is_kept_in_its_phase(now: datetime) -> None:
    async with Postmaster() as postmaster:
        settings = Mailing(smtp=postmaster.url, tls="none", sender="News <news@example.org>")

        tried = await try_out(ADDRESS, settings=settings, site=SITE, keys=SIGNED, now=now)

        assert tried.accepted
        assert [step.phase for step in tried.steps] == [
            "GREETING", "EHLO", "MAIL", "RCPT", "DATA", "AFTER_FINAL_DOT", "QUIT",
        ]  # fmt: skip
        assert [step.code for step in tried.steps] == [220, 250, 250, 250, 354, 250, 221]
        assert (tried.sender, tried.encryption) == ("news@example.org", "")
        (accepted,) = postmaster.ledger
        assert (accepted.rcpt_to, accepted.message_id) == ("admin@example.org", tried.message_id)
        mail = message_from_bytes(postmaster.texts[0], policy=policy.default)
        assert mail["Subject"] == "Test mail"
        assert "test mail of Labour news" in str(mail)


@pytest.mark.parametrize(
    ("point", "reply", "phase"),
    [
        ("CONNECT", "554 5.7.1 go away", "GREETING"),
        ("MAIL", "550 5.7.1 sender refused", "MAIL"),
        ("RCPT", "550 5.1.1 no such mailbox", "RCPT"),
        ("DATA", "451 4.3.0 later", "DATA"),
        ("DOT", "554 5.6.0 spam", "AFTER_FINAL_DOT"),
    ],
)
async def test_a_refusal_ends_the_trial_where_it_came(now: datetime, point: str, reply: str, phase: str) -> None:
    async with Postmaster() as postmaster:
        postmaster.answers(point, reply)
        settings = Mailing(smtp=postmaster.url, tls="none")

        tried = await try_out(ADDRESS, settings=settings, site=SITE, keys=SIGNED, now=now)

        assert not tried.accepted
        refused = [step for step in tried.steps if step.phase == phase]
        assert (refused[-1].code, refused[-1].text) == (int(reply[:3]), reply[4:])
        assert postmaster.ledger == []


async def test_a_server_that_hangs_up_is_said(now: datetime) -> None:
    async with Postmaster() as postmaster:
        postmaster.drops("RCPT")
        settings = Mailing(smtp=postmaster.url, tls="none")

        tried = await try_out(ADDRESS, settings=settings, site=SITE, keys=SIGNED, now=now)

        assert not tried.accepted
        assert (tried.steps[-1].phase, tried.steps[-1].code) == ("RCPT", None)
        assert tried.steps[-1].text


async def test_no_server_at_all_is_said(now: datetime) -> None:
    async with Postmaster() as postmaster:
        url = postmaster.url

    tried = await try_out(ADDRESS, settings=Mailing(smtp=url, tls="none"), site=SITE, keys=SIGNED, now=now)

    assert [(step.phase, step.code) for step in tried.steps] == [("CONNECT", None)]


async def test_a_password_is_never_shown(now: datetime) -> None:
    async with Postmaster(users={"news": "other"}) as postmaster:
        url = postmaster.url.replace("//", "//news:very-secret@")

        tried = await try_out(ADDRESS, settings=Mailing(smtp=url, tls="none"), site=SITE, keys=SIGNED, now=now)

        assert not tried.accepted
        assert [step.phase for step in tried.steps][-1] == "AUTH"
        assert "very-secret" not in repr(tried)


async def test_encryption_that_is_required_and_not_offered_is_said(now: datetime) -> None:
    async with Postmaster() as postmaster:
        settings = Mailing(smtp=postmaster.url, tls="required")

        tried = await try_out(ADDRESS, settings=settings, site=SITE, keys=SIGNED, now=now)

        assert not tried.accepted
        assert tried.steps[-1].phase == "STARTTLS"
        assert "required" in tried.steps[-1].text


async def test_the_version_of_tls_is_told(now: datetime, tmp_path: Path) -> None:
    context, _ = certificate.make(tmp_path)
    async with Postmaster(tls=context) as postmaster:
        settings = Mailing(smtp=postmaster.url, tls="opportunistic")

        tried = await try_out(ADDRESS, settings=settings, site=SITE, keys=SIGNED, now=now)

        assert tried.accepted
        assert tried.encryption.startswith("TLSv1.")
        assert [step.phase for step in tried.steps][1:4] == ["EHLO", "STARTTLS", "EHLO"]


async def test_real_mail_wants_a_public_address(now: datetime) -> None:
    site: Site = replace(SITE, url="")
    with pytest.raises(UserError, match=r"site\.url"):
        await try_out(ADDRESS, settings=Mailing(smtp="smtp://127.0.0.1:9"), site=site, keys=SIGNED, now=now)
    with pytest.raises(Misuse, match=r"mail\.smtp"):
        await try_out(ADDRESS, settings=Mailing(smtp="http://x"), site=SITE, keys=SIGNED, now=now)
