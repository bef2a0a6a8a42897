"""Vocabulary files: what they may look like, and what is said where they do not."""

import json
from typing import Any

import pytest

from feeds.vocabulary import parse
from state.errors import UserError
from state.records import Country, Topic


def test_topics_and_countries_are_read_in_order() -> None:
    text = json.dumps(
        {
            "version": 1,
            "topics": [
                {"id": "boats", "name": "Boats", "name_km": "ទូក", "name_fr": "Bateaux", "group": "J", "any": ["boat*"]},
                {"id": "nets", "name": " Nets ", "all": ["net"], "none": ["net profit"], "note": "later"},
            ],
            "countries": [{"iso": "kh", "names": ["Cambodia"], "places": ["Kampot"]}, {"iso": "MN", "none": ["Inner"]}],
            "regions": "ignored",
        }
    )
    found = parse(text, "words.json")
    assert found.topics == (
        Topic("boats", "Boats", any=("boat*",), titles={"km": "ទូក", "fr": "Bateaux"}),
        Topic("nets", "Nets", all=("net",), none=("net profit",)),
    )
    assert found.countries == (Country("KH", ("Cambodia",), ("Kampot",)), Country("MN", (), (), ("Inner",)))


def test_a_file_may_have_topics_or_countries_only_and_begin_with_a_byte_order_mark() -> None:
    assert parse('\ufeff{"topics": []}', "words.json").topics == ()
    assert parse('{"countries": []}', "words.json").countries == ()


def topics(*items: Any) -> dict[str, Any]:
    return {"topics": list(items)}


@pytest.mark.parametrize(
    ("whole", "told"),
    [
        ([], 'words.json: expected an object with "topics", "countries" or both, got []'),
        ({"subjects": []}, 'words.json: expected an object with "topics"'),
        ({"topics": {"boats": 1}}, 'words.json: topics: expected a list, got {"boats": 1}'),
        (topics("boats"), 'words.json: topics[0]: expected an object, got "boats"'),
        (topics({"name": "Boats"}), "words.json: topics[0].id: expected a text, got nothing"),
        (topics({"id": "boats"}), "words.json: topics[0].name: expected a text, got nothing"),
        (topics({"id": "boats", "name": "B", "name_km": 7}), "words.json: topics[0].name_km: expected a text, got 7"),
        (topics({"id": "a", "name": "A", "any": 5}), "words.json: topics[0].any: expected a list of phrases, got 5"),
        (topics({"id": "a", "name": "A", "any": "boat"}), "topics[0].any: expected a list of phrases"),
        (topics({"id": "a", "name": "A", "none": ["x", None]}), "topics[0].none[1]: expected a phrase, got nothing"),
        (topics({"id": "a", "name": "A", "all": ["*"]}), "topics[0].all[0]: phrase '*'"),
        (topics({"id": "a", "name": "A"}, {"id": "a", "name": "A"}), "topics[1]: 'a' is there already, as topics[0]"),
        ({"countries": [{"iso": "Cambodia"}]}, "countries[0].iso: expected an ISO 3166 code of two letters"),
        ({"countries": [{"iso": "KH", "names": [["x"]]}]}, 'countries[0].names[0]: expected a phrase, got ["x"]'),
    ],
)
def test_a_misshapen_file_is_refused_with_the_place(whole: object, told: str) -> None:
    with pytest.raises(UserError) as refused:
        parse(json.dumps(whole), "words.json")
    assert told in str(refused.value)


@pytest.mark.parametrize("text", ["", "topics:\n  - boats", '{"topics": [\n{"id": }]}', "[" * 100_000])
def test_what_is_no_json_is_refused_with_its_name(text: str) -> None:
    with pytest.raises(UserError, match=r"words\.json"):
        parse(text, "words.json")


def test_broken_json_names_its_line() -> None:
    with pytest.raises(UserError, match=r"words\.json:2: no JSON"):
        parse('{"topics": [\n{"id": }]}', "words.json")
