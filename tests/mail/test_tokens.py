"""What we signed we know again; anything else is nobody's."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail import tokens
from mail.tokens import Expired, Token, Unknown
from state.keys import Key, Keys

NOW = datetime(2026, 5, 10, 8, 0, tzinfo=UTC)
OLD = Key("0ld1", "token", b"o" * 32, NOW - timedelta(days=900))
NEW = Key("4f2a", "token", b"n" * 32, NOW)
KEYS = Keys((NEW,))
TOKEN = Token("confirm", "sok0123456789abc", 3, NOW + timedelta(days=7), "a1")


def test_a_token_says_what_was_put_in() -> None:
    for token in (TOKEN, Token("unsubscribe", "a", 1), replace(TOKEN, extra="weekly child-labour?country=KH ខ្មែរ")):
        assert tokens.read(KEYS, tokens.make(KEYS, token), token.purpose, now=NOW) == token


def test_it_is_made_of_letters_that_no_program_cuts_or_folds() -> None:
    assert set(tokens.make(KEYS, replace(TOKEN, extra="?&= %"))) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_it_is_good_until_its_time_is_over() -> None:
    text = tokens.make(KEYS, TOKEN)
    assert tokens.read(KEYS, text, "confirm", now=NOW + timedelta(days=7)) == Expired()
    assert tokens.read(KEYS, text, "confirm", now=NOW + timedelta(days=6, hours=23)) == TOKEN


def test_it_is_good_for_one_purpose_only() -> None:
    text = tokens.make(KEYS, TOKEN)
    assert tokens.read(KEYS, text, "unsubscribe", now=NOW) == Unknown()
    assert tokens.read(KEYS, "u" + text[1:], "unsubscribe", now=NOW) == Unknown()


def test_a_retired_key_still_verifies_within_its_life() -> None:
    text = tokens.make(Keys((OLD,)), Token("unsubscribe", "sok", 1))
    both = Keys((replace(OLD, retired_at=NOW), NEW))
    assert tokens.make(both, TOKEN) == tokens.make(KEYS, TOKEN)
    assert tokens.read(both, text, "unsubscribe", now=NOW + timedelta(days=399)) == Token("unsubscribe", "sok", 1)
    assert tokens.read(both, text, "unsubscribe", now=NOW + timedelta(days=400)) == Unknown()
    assert tokens.read(KEYS, text, "unsubscribe", now=NOW) == Unknown()


@given(st.data())
def test_no_changed_letter_goes_unnoticed(data: st.DataObject) -> None:
    text = tokens.make(KEYS, TOKEN)
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789-").filter(lambda each: each != text[at]))
    assert tokens.read(KEYS, text[:at] + letter + text[at + 1 :], "confirm", now=NOW) == Unknown()


@given(st.text(max_size=200))
def test_any_text_is_unknown_and_never_an_error(text: str) -> None:
    assert tokens.read(KEYS, text, "confirm", now=NOW) == Unknown()
    assert tokens.bounced(KEYS, text, now=NOW) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * 1_000_000,
        "c-4f2a-sok-1-0-0-" + "a" * 10_000,
        "c-4f2a-sok-" + "9" * 1400 + "-0-0-" + "a" * 26,
        "c-4f2a-sok-1-0-0-" + "a" * 26 + "\n",
        "\0",
        "c-4f2a-sok-١-0-0-" + "a" * 26,
        "../../etc/passwd",
    ],
)
def test_hostile_tokens_are_unknown(text: str) -> None:
    assert tokens.read(KEYS, text, "confirm", now=NOW) == Unknown()


def test_a_bounce_address_names_the_message_in_any_case() -> None:
    local = tokens.bounce(KEYS, 1_234_567)
    assert len(local) <= 64
    assert tokens.bounced(KEYS, local, now=NOW) == tokens.bounced(KEYS, local.upper(), now=NOW) == 1_234_567
    assert tokens.bounced(KEYS, local.replace("1234567", "1234568"), now=NOW) is None
    assert tokens.bounced(Keys((OLD,)), local, now=NOW) is None
