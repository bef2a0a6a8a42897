"""What receivers ask the DNS about our mail."""

from pathlib import Path

import pytest

from mail import dkim
from mail.senderdns import Sender, Unreachable, ask, findings, sender_of, texts
from tests.fakes.nameserver import Nameserver

SENDER = Sender("news.example.org", "bounces.example.org", "tidings", "example.org")
GOOD = {
    ("org", "NS"): ("a.example.net.",),
    ("bounces.example.org", "TXT"): ('"some other text"', '"v=spf1 ip4:192.0.2.1 -all"'),
    ("bounces.example.org", "MX"): ("10 mx.example.org.",),
    ("_dmarc.example.org", "TXT"): ('"v=DMARC1; p=reject"',),
    ("tidings._domainkey.example.org", "TXT"): ('"v=DKIM1; k=rsa; " "p=MIIB"',),
}


async def found(zone: dict[tuple[str, str], tuple[str, ...]], sender: Sender = SENDER) -> dict[str, tuple[str, str]]:
    """Level and message, by what it is about."""
    with Nameserver(zone) as server:
        answers = await ask(sender, nameservers=["127.0.0.1"], port=server.port)
    return {one.message.split()[0].rstrip(":"): (one.level, one.message) for one in findings(sender, answers)}


async def test_a_domain_with_everything_is_fine() -> None:
    said = await found(GOOD)

    assert {name: level for name, (level, _) in said.items()} == dict.fromkeys(("SPF", "DMARC", "MX", "DKIM"), "ok")
    assert "p=reject" in said["DMARC"][1], "the policy of the domain above counts"


async def test_a_domain_with_nothing_is_told_what_to_publish() -> None:
    with Nameserver({("bounces.example.org", "A"): ("192.0.2.1",), ("org", "NS"): ("a.example.net.",)}) as server:
        answers = await ask(SENDER, nameservers=["127.0.0.1"], port=server.port)
    said = findings(SENDER, answers)

    assert [one.level for one in said] == ["warning", "warning", "ok", "broken"]
    assert "v=spf1" in said[0].do
    assert "_dmarc.news.example.org" in said[1].do


@pytest.mark.parametrize(
    ("key", "records", "about", "level"),
    [
        (("bounces.example.org", "TXT"), ('"v=spf1 -all"', '"v=spf1 mx -all"'), "SPF", "broken"),
        (("bounces.example.org", "TXT"), ('"v=spf1 +all"',), "SPF", "warning"),
        (("bounces.example.org", "TXT"), ('"V=SPF1 mx ~all"',), "SPF", "ok"),
        (("bounces.example.org", "MX"), ("0 .",), "MX", "broken"),
        (("bounces.example.org", "MX"), (), "MX", "broken"),
        (("_dmarc.news.example.org", "TXT"), ('"v=DMARC1; p=none"', '"v=DMARC1; p=reject"'), "DMARC", "broken"),
        (("tidings._domainkey.example.org", "TXT"), ('"v=DKIM1; p="',), "DKIM", "broken"),
        (("tidings._domainkey.example.org", "TXT"), (), "DKIM", "broken"),
    ],
)
async def test_what_is_wrong_is_told(key: tuple[str, str], records: tuple[str, ...], about: str, level: str) -> None:
    said = await found({**GOOD, key: records})

    assert said[about][0] == level, said[about]


async def test_a_name_server_that_is_silent_is_no_fault_of_the_domain() -> None:
    answers = {name: Unreachable("timed out") for name in SENDER.questions()}

    (one,) = findings(SENDER, answers)

    assert one.level == "warning"
    assert "could not be reached" in one.message


async def test_nobody_listening_is_an_answer_too() -> None:
    with Nameserver({}) as server:
        port = server.port
    answers = await ask(Sender("example.org", "example.org"), nameservers=["127.0.0.1"], port=port, lifetime=0.3)

    assert all(isinstance(one, Unreachable) for one in answers.values())


async def test_a_name_server_that_knows_nothing_of_the_world_is_not_believed() -> None:
    said = await found({("localhost", "A"): ("127.0.0.1",)})

    assert said["the"][0] == "warning"
    assert "does not know .org" in said["the"][1]


def test_the_sender_of_a_mailbox() -> None:
    assert sender_of("News <news@Example.ORG>") == Sender("example.org", "example.org", "", "example.org")
    assert sender_of("n@a.org", bounce_domain="b.org", selector="s") == Sender("a.org", "b.org", "s", "a.org")
    assert sender_of("") is None


async def test_the_key_that_the_dns_has_is_read_whole(tmp_path: Path) -> None:
    signer = dkim.Signer("example.org", "news", dkim.create(tmp_path / "k.pem", "rsa"))
    halves = f'"{signer.record[:200]}" "{signer.record[200:]}"'
    with Nameserver({(signer.name, "TXT"): (halves,)}) as server:
        published = await texts(signer.name, nameservers=["127.0.0.1"], port=server.port)

    assert published == (signer.record,)
    assert dkim.mismatch(signer, published) == ""


async def test_a_key_that_is_missing_is_told_from_a_name_server_that_knows_nothing() -> None:
    name = "news._domainkey.example.org"
    with Nameserver({("org", "NS"): ("a.example.net.",)}) as server:
        assert await texts(name, nameservers=["127.0.0.1"], port=server.port) == ()
    with Nameserver({}) as server:
        assert isinstance(await texts(name, nameservers=["127.0.0.1"], port=server.port), Unreachable)
