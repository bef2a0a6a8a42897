"""One mailbox, or a reason in words."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from mail.addresses import domain, on_wire, parse
from state.errors import Misuse

HOSTILE = [
    "a@example.org\r\nRCPT TO:<b@example.org>",
    "a@example.org\n",
    "a\0b@example.org",
    "a@exam\rple.org",
    "a\x7f@example.org",
    "a\u2028b@example.org",
    "a\x85b@example.org",
    "a@example.org,b@example.org",
    "a@example.org b@example.org",
    "<a@example.org>",
    "A <a@example.org>",
    "a@example.org>",
    '"a b"@example.org',
    '"a\r\nb"@example.org',
    "a@[127.0.0.1]",
    "a@127.0.0.1",
    "a@example..org",
    "a..b@example.org",
    ".a@example.org",
    "a@-example.org",
    "a@example",
    "a@localhost",
    "@example.org",
    "a@",
    "a",
    "",
    "a" * 65 + "@example.org",
    "a@" + "b" * 250 + ".org",
    "a@b@example.org",
    "a\u202e@example.org",
    "a@xn--a.example.org",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_no_single_mailbox_is_refused_in_words(text: str) -> None:
    with pytest.raises(Misuse, match=r"[gG]ive one mailbox like sok@example\.org"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "email", "key"),
    [
        ("sok@example.org", "sok@example.org", "sok@example.org"),
        (" Sok.Dara+news@Example.ORG\t", "Sok.Dara+news@example.org", "sok.dara+news@example.org"),
        ("sok@BÜCHER.example.com", "sok@bücher.example.com", "sok@bücher.example.com"),
        ("sok@xn--bcher-kva.example.com", "sok@bücher.example.com", "sok@bücher.example.com"),
        ("សុខ@example.org", "សុខ@example.org", "សុខ@example.org"),
    ],
)
def test_equal_mailboxes_have_equal_keys(text: str, email: str, key: str) -> None:
    found = parse(text)
    assert (found.email, found.key) == (email, key)


@pytest.mark.parametrize(
    ("email", "wire"),
    [
        ("sok@example.org", ("sok@example.org", False)),
        ("sok@bücher.example.com", ("sok@xn--bcher-kva.example.com", False)),
        ("សុខ@bücher.example.com", ("សុខ@bücher.example.com", True)),
    ],
)
def test_only_a_local_part_beyond_ascii_needs_smtputf8(email: str, wire: tuple[str, bool]) -> None:
    assert on_wire(email) == wire


def test_the_domain_of_an_address_is_ascii() -> None:
    assert domain("a@bücher.example.com") == "xn--bcher-kva.example.com"
    assert domain("nobody") == ""


@given(st.from_regex(r"[A-Za-z0-9._+-]{1,12}@[A-Za-z0-9.-]{1,20}(\.(org|test|local|xn--p1ai|x))?", fullmatch=True))
def test_plain_addresses_are_judged_as_all_others(text: str) -> None:
    """Most addresses take a short way; it must end where the long one does."""
    try:
        expected = validate_email(text, check_deliverability=False, strict=True).normalized
    except EmailNotValidError:
        with pytest.raises(Misuse):
            parse(text)
    else:
        assert (parse(text).email, parse(text).key) == (expected, expected.casefold())
