"""Any filter is a feed: what its query means, and what fits it."""

import pytest

from feeds import narrowing
from feeds.narrowing import Narrowing
from state.errors import Misuse
from state.records import Countries
from tests.feeds.samples import record


def test_values_are_put_in_one_form_and_order() -> None:
    one = narrowing.parse([("country", "kh"), ("q", " Brick  KILNS "), ("topic", "b"), ("topic", "a"), ("kind", "")])
    other = narrowing.parse([("topic", "a"), ("topic", "b"), ("q", "brick kilns"), ("country", "KH")])
    assert one == other == Narrowing(("a", "b"), ("KH",), (), (), ("brick", "kilns"))
    assert one.query == {"topic": ("a", "b"), "country": ("KH",), "q": ("brick kilns",)}


@pytest.mark.parametrize(
    "query", [[("colour", "red")], [("q", "x" * 101)], [("topic", "a")] * 21, [("country", "Cambodia")]]
)
def test_what_cannot_be_meant_is_refused(query: list[tuple[str, str]]) -> None:
    with pytest.raises(Misuse, match=r"narrowed|ISO 3166"):
        narrowing.parse(query)


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ([], True),
        ([("country", "KH")], True),
        ([("country", "VN")], False),
        ([("country", "TH")], False),
        ([("country", "VN"), ("country", "KH")], True),
        ([("q", "kiln pledge")], True),
        ([("q", "kiln"), ("q", "owners")], True),
        ([("q", "kiln wages")], False),
        ([("q", "PLÉDGE")], False),
        ([("q", "kiln"), ("country", "VN")], False),
    ],
)
def test_every_facet_and_every_word_must_fit(query: list[tuple[str, str]], fits: bool) -> None:
    countries = Countries(text=("KH",), page=("VN",), dateline=("TH",))
    assert narrowing.fits(narrowing.parse(query), countries, record()) is fits


def test_words_are_found_where_no_spaces_are_written() -> None:
    told = record(title="ការងារសមរម្យសម្រាប់កម្មករ", summary="")
    assert narrowing.fits(narrowing.parse([("q", "សមរម្យ")]), Countries(), told)


def test_a_narrowing_is_told_in_words() -> None:
    by = narrowing.parse([("topic", "wages"), ("country", "kh"), ("kind", "report"), ("q", "kiln")])
    assert narrowing.title(by, {"wages": "Wages"}) == "Wages · KH · report · “kiln”"
