"""What a phrase finds in a text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.errors import Misuse
from state.phrases import compile_phrase
from state.words import Words


def finds(phrase: str, text: str, language: str = "en") -> bool:
    return compile_phrase(phrase).found(Words(text, language))


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("fishing boat", "Forty fishing boats came home"),
        ("fishing boat", "FISHING BOAT adrift"),
        ("fishing boat", "a fishing-boat, a fishing/boat"),
        ("home-based work", "home based work"),
        ("labour law", "New labor laws"),
        ("labor law", "The labour law"),
        ("organization", "two organisations"),
        ("organisation", "the organization"),
        ("programme", "a training program"),
        ("program", "training programmes"),
        ("centre", "the Center for Weaving"),
        ("behaviour", "behavior"),
        ("analyse", "she analyzes"),
        ("travelling", "traveling theatres"),
        ("labour*", "laborers on strike"),
        ("labor*", "labourers on strike"),
        ("organis*", "an organization of weavers"),
        ("organiz*", "an organisation of weavers"),
        ("enterpris*", "small enterprises"),
        ("wom?n", "Women of the delta"),
        ("wom?n", "a woman"),
        ("wom?n's day", "International Women’s Day"),
        ("wom?n's day", "women's day"),
        ("worker* right*", "Workers' rights"),
        ("worker* right*", "workers’ rights"),
        ("delta harvest", "the delta ’s harvest"),
        ("boat ~3 harbour", "a boat came into the harbour"),
        ("boat ~3 harbour", "harbours without boats"),
        ("boat ~0 harbour", "the boat harbour"),
        ("fishing boat ~2 deep harbour", "deep harbour for every fishing boat"),
        ("boat ~1 old ~1 harbour", "harbour for old and other boats, an old harbour"),
        ("=ICE", "ICE and trains"),
        ("=Fair Pay", "the Fair Pay scheme"),
        ("=ICE*", "ICES and trains"),
        ("covid 19", "COVID-19"),
    ],
)
def test_a_phrase_is_found(phrase: str, text: str) -> None:
    assert finds(phrase, text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("fishing boat", "a boat for fishing"),
        ("fishing boat", "fishing by boat"),
        ("wom?n", "womankind"),
        ("wom?n", "womn"),
        ("labour*", "elaborate"),
        ("=ICE", "ice and trains"),
        ("=ICE", "ICES"),
        ("=ICE*", "ice cream"),
        ("boat ~2 harbour", "a boat came into the harbour"),
        ("boat ~0 harbour", "boat and harbour"),
        ("boat ~3 boat", "one boat only"),
        ("boat ~1 old ~1 harbour", "old boat, big wide empty harbour"),
        ("mine", "determine"),
        ("four", "for"),
        ("hour", "hors d'oeuvre"),
    ],
)
def test_a_phrase_is_not_found(phrase: str, text: str) -> None:
    assert not finds(phrase, text)


@pytest.mark.parametrize(
    ("language", "phrase", "text"),
    [
        ("fr", "travailleur migrant", "les travailleurs migrants"),
        ("fr", "eau", "la qualité de l’eau"),
        ("es", "sindicato", "los sindicatos del puerto"),
        ("de", "Gewerkschaft", "die Gewerkschaften"),
        ("ru", "рабочий", "права рабочих"),
        ("en-GB", "boat", "boats"),
        ("xx", "boat", "boats"),
        ("km", "labour law", "ព័ត៌មាន: new labor laws"),
        ("", "boat", "boats"),
    ],
)
def test_words_are_compared_by_the_stem_of_the_texts_language(language: str, phrase: str, text: str) -> None:
    assert finds(phrase, text, language)


@pytest.mark.parametrize(
    ("language", "phrase", "text"),
    [
        ("km", "ពលកម្មកុមារ", "សិក្ខាសាលាស្តីពីពលកម្មកុមារនៅភ្នំពេញ"),
        ("km", "កម្មករ*", "សិទ្ធិកម្មករនិយោជិត"),
        ("th", "แรงงานเด็ก", "รายงานเรื่องแรงงานเด็กในภาคประมง"),
        ("lo", "ແຮງງານເດັກ", "ບົດລາຍງານແຮງງານເດັກໃໝ່"),
        ("my", "ကလေးလုပ်သား", "ကလေးလုပ်သားများအကြောင်း"),
        ("zh", "童工", "消除童工现象"),
        ("ja", "児童労働", "世界の児童労働について"),
        ("en", "童工", "A film about 童工 in the mountains"),
        ("zh", "工会 ~2 谈判", "工会要求谈判"),
    ],
)
def test_scripts_without_word_spaces_match_inside_a_run(language: str, phrase: str, text: str) -> None:
    assert finds(phrase, text, language)


def test_a_quarter_of_a_word_is_one_character_of_such_a_script() -> None:
    assert finds("工会 ~1 谈判", "工会要求进行谈判", "zh")
    assert not finds("工会 ~1 谈判", "工会要求立刻进行谈判", "zh")


def test_combining_marks_belong_to_their_word() -> None:
    assert finds("मजदूर", "बाल मजदूर की कहानी", "hi")
    assert not finds("मज", "मजदूर", "hi")


def test_spans_reach_from_the_first_to_after_the_last_word() -> None:
    words = Words("old boats in the harbour, and a boat", "en")
    assert list(compile_phrase("boat").spans(words)) == [(1, 2), (7, 8)]
    assert list(compile_phrase("boat ~2 harbour").spans(words)) == [(1, 8)]  # two that share the harbour
    assert list(compile_phrase("harbour ~2 old").spans(words)) == []


def test_blanked_words_are_found_no_more_and_the_text_itself_is_unchanged() -> None:
    words = Words("boat house boat", "en")
    blanked = words.blanked([0, 1])
    assert list(compile_phrase("boat").spans(blanked)) == [(2, 3)]
    assert not compile_phrase("hou*").found(blanked)
    assert not compile_phrase("=house").found(blanked)
    assert compile_phrase("house").found(words)


@pytest.mark.parametrize(
    ("phrase", "told"),
    [
        ("", "no word"),
        ("  ", "no word"),
        ("...", "no word"),
        ("=", "no word"),
        ("* boat", "any word"),
        ("??", "any word"),
        ("a*b*c*", "more than 2 stars"),
        ("boat ~99 harbour", "at most 50"),
        ("boat ~3 ...", "no word"),
    ],
)
def test_a_phrase_that_cannot_be_read_says_why(phrase: str, told: str) -> None:
    with pytest.raises(Misuse, match=told):
        compile_phrase(phrase)


@given(phrase=st.text(max_size=30), text=st.text(max_size=80), language=st.sampled_from(("en", "fr", "km", "")))
def test_any_phrase_is_read_or_refused_and_any_text_can_be_searched(phrase: str, text: str, language: str) -> None:
    words = Words(text, language)
    try:
        compiled = compile_phrase(phrase)
    except Misuse:
        return
    assert compiled.found(words) in (True, False)


@given(text=st.text(min_size=1, max_size=30))
def test_a_phrase_without_signs_of_the_syntax_is_found_in_itself(text: str) -> None:
    plain = re.sub(r"[*?~=]", "", text)
    try:
        phrase = compile_phrase(plain)
    except Misuse:
        return  # no word in it
    assert phrase.found(Words(plain, "en"))


def test_a_text_of_one_endless_word_and_many_repeated_ones_are_matched_in_no_time() -> None:
    assert not finds("a*a*b", "a" * 200_000)
    assert not finds("boat ~3 harbour ~3 storm", "boat harbour " * 5_000)


def test_a_word_in_several_forms_is_found_at_every_place_in_order() -> None:
    words = Words("Boats and a boat, the boat's crew: BOATS", "en")
    assert words.with_stem("boat") == [0, 3, 5, 7]
    assert words.exactly("boat") == [3, 5]
    assert words.like(re.compile("boat.*"), "boat") == [0, 3, 5, 7]
