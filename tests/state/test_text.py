"""Tests of state/text.py."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.text import clean, clean_block, folded


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("a\r\nb\tc", "a b c"),
        ("line\u2028separator\u0085next\x0bvt\x0cff", "line separator next vt ff"),
        ("nul\x00 esc\x1b[31m", "nul esc[31m"),
        ("\u202eevil\u202c and \u2066isolated\u2069", "evil and isolated"),
        ("half a \ud83d pair", "half a pair"),
        ("]]> & <script>", "]]> & <script>"),
        ("e\u0301", "é"),
        ("ភ្នំពេញ", "ភ្នំពេញ"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        (None, ""),
    ],
)
def test_text_is_made_safe_where_it_comes_in(raw: str | None, safe: str) -> None:
    assert clean(raw) == safe


def test_joiners_that_spelling_needs_stay() -> None:
    assert clean("می\u200cخواهم") == "می\u200cخواهم"


def test_lines_of_a_block_stay() -> None:
    assert clean_block(" one\r\ntwo\u2029three ") == "one\ntwo\nthree"


def test_folded_text_compares_words_only() -> None:
    assert folded("  The ILO’s “Report”, №5 ") == folded("the ilo's report no5")


def test_words_that_differ_in_a_vowel_sign_stay_different() -> None:
    assert folded("កុមារ") != folded("កុមារី")
    assert folded("हिंदी") != folded("हद")


@given(st.text(st.characters(exclude_categories=())))
def test_clean_text_is_valid_xml_on_one_line(raw: str) -> None:
    safe = clean(raw)

    safe.encode()
    assert clean(safe) == safe
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in safe)


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_is_folded_as_any_other_text(text: str) -> None:
    assert folded(text) == folded(f"{text} ឬ").removesuffix("ឬ").strip()
