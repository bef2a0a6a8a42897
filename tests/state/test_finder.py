"""The finder names every group that can match, and few others."""

from hypothesis import given
from hypothesis import strategies as st

from state.finder import Finder
from state.phrases import compile_phrase
from state.words import Words

_VOCABULARY = (
    "boat",
    "boats",
    "harbour",
    "harbor",
    "organise",
    "organization",
    "WISH",
    "women",
    "woman",
    "ការងារ",
    "s",
)
_words = st.lists(st.sampled_from(_VOCABULARY), max_size=8).map(" ".join)
_phrases = st.one_of(
    st.lists(st.sampled_from(_VOCABULARY), min_size=1, max_size=2).map(" ".join),
    st.sampled_from(
        ("boat*", "harbour*", "organis*", "wom?n", "=WISH", "=WISH*", "*oat", "boat ~2 wom?n", "ការ", "?oat")
    ),
)


@given(groups=st.lists(st.lists(_phrases, max_size=3), max_size=5), title=_words, summary=_words)
def test_no_group_that_matches_is_left_out(groups: list[list[str]], title: str, summary: str) -> None:
    compiled = [[compile_phrase(phrase) for phrase in phrases] for phrases in groups]
    fields = [Words(title, "en"), Words(summary, "en")]

    named = Finder(compiled, "en").candidates(fields)

    matching = [
        number
        for number, phrases in enumerate(compiled)
        if any(phrase.found(words) for phrase in phrases for words in fields)
    ]
    assert set(matching) <= set(named)
    assert named == sorted(named)


def test_groups_whose_words_are_not_there_are_left_out() -> None:
    groups = [[compile_phrase("boat")], [compile_phrase("harbour*")], [compile_phrase("=WISH")], []]
    assert Finder(groups, "en").candidates([Words("Two boats", "en")]) == [0]


def test_without_phrases_nothing_is_named() -> None:
    assert Finder([], "en").candidates([Words("Two boats", "en")]) == []
