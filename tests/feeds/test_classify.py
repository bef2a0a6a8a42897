"""What a record is about: its topics and its countries."""

from dataclasses import replace
from datetime import datetime

import pytest

from feeds.classify import Atlas, Rulebook, fields_of, file_under
from feeds.territories import territories
from state.records import Countries, Country, Record, Topic

BOATS = Topic("boats", "Boats", any=("boat*",), titles={"km": "ទូក"})
FISH = Topic("fish", "Fish", any=("fish", "catch ~2 day"), all=("sea",))
WORK = Topic("work", "Work", any=("ការងារ", "work"))


def test_a_record_is_filed_under_every_topic_that_matches_with_the_phrase_that_did() -> None:
    record = Record(title="Boats at sea", summary="The catch of the day", language="en")
    assert file_under(record, (FISH, BOATS, WORK)) == (("fish", "catch ~2 day"), ("boats", "boat*"))


def test_a_record_may_be_filed_nowhere() -> None:
    assert file_under(Record(title="Trains"), (BOATS, FISH)) == ()
    assert file_under(Record(title="Boats"), ()) == ()


def test_a_record_without_a_title_is_filed_by_its_summary() -> None:
    assert file_under(Record(summary="A boat", display_title="A boat"), (BOATS,)) == (("boats", "boat*"),)


def test_a_record_is_read_in_its_own_language() -> None:
    assert file_under(Record(title="សិទ្ធិការងារ", language="km"), (WORK,)) == (("work", "ការងារ"),)


def test_closed_topics_are_passed_over(now: datetime) -> None:
    assert file_under(Record(title="Boats"), (replace(BOATS, closed_at=now), FISH)) == ()


def test_a_changed_rule_is_used_at_once() -> None:
    record = Record(title="Rafts on the river")
    assert file_under(record, (BOATS,)) == ()
    assert file_under(record, (replace(BOATS, any=("raft",)),)) == (("boats", "raft"),)


# ---- countries ----

CAMBODIA = Country("KH", ("Cambodia", "Cambodian*"), ("Kampot", "Phnom Penh"))
CHINA = Country("CN", ("China", "Chinese"), ("Inner Mongolia",))
MONGOLIA = Country("MN", ("Mongolia", "Mongolian"))
KOREA = Country("KR", ("Republic of Korea", "Korea"), none=("North Korea", "Korea Strait"))
LAOS = Country("LA", ("Lao PDR", "Lao"), ("Vientiane",))
ATLAS = (CAMBODIA, CHINA, MONGOLIA, KOREA, LAOS)


def named(title: str, summary: str = "", language: str = "en") -> tuple[str, ...]:
    return Atlas(ATLAS).countries(Record(title=title, summary=summary, language=language), "").text


@pytest.mark.parametrize(
    ("title", "codes"),
    [
        ("Floods in Cambodia", ("KH",)),
        ("Cambodians go home", ("KH",)),
        ("Cambodia’s and Laos' farmers", ("KH", "LA")),
        ("From Vientiane to Kampot", ("LA", "KH")),
        ("Chinese and Cambodian weavers meet Chinese traders", ("CN", "KH")),
        ("Herders of Inner-Mongolia", ("CN",)),
        ("Herders of Inner Mongolia and of Mongolia", ("CN", "MN")),
        ("Ships in the Korea Strait", ()),
        ("North Korea and the Republic of Korea", ("KR",)),
        ("Cups of fine china", ()),
        ("floods in cambodia", ("KH",)),
        ("FLOODS IN CAMBODIA", ("KH",)),
        ("Penh", ()),
        ("", ()),
    ],
)
def test_countries_are_named_in_the_text_by_name_or_place(title: str, codes: tuple[str, ...]) -> None:
    assert named(title) == codes


def test_title_and_summary_both_count_in_the_order_of_first_mention() -> None:
    assert named("Lao silk", "Weavers from China, Mongolia and Lao PDR") == ("LA", "CN", "MN")


def test_text_page_and_dateline_are_kept_apart() -> None:
    record = Record(title="Floods in Mongolia", place="PHNOM PENH")
    assert Atlas(ATLAS).countries(record, "la") == Countries(text=("MN",), page=("LA",), dateline=("KH",))


def test_a_dateline_alone_files_nothing_and_the_page_steps_in_where_the_text_is_silent() -> None:
    record = Record(title="Floods", place="KAMPOT")
    assert Atlas(ATLAS).countries(record, "").effective == ()
    assert Atlas(ATLAS).countries(record, "TH").effective == ("TH",)


@pytest.mark.parametrize(
    ("language", "title", "codes"),
    [
        ("en", "Rice from Cambodia and Viet Nam", ("KH", "VN")),
        ("en", "Kenya and Peru", ("KE", "PE")),
        ("en", "Miners of Papua New Guinea", ("PG",)),
        ("en", "Ports of Trinidad and Tobago", ("TT",)),
        ("en", "A road through Burma, now Myanmar", ("MM",)),
        ("en", "Democratic People's Republic of Korea", ("KP",)),
        ("en", "USA and usage", ("US",)),
        ("en", "Nothing of the kind", ()),
        ("fr", "Le riz du Cambodge et de la Côte d’Ivoire", ("KH", "CI")),
        ("ru", "Рис из Камбоджи", ("KH",)),
        ("km", "អង្ករពីកម្ពុជា", ("KH",)),
        ("th", "ข้าวจากกัมพูชาและไทย", ("KH", "TH")),
        ("zh", "柬埔寨的大米", ("KH",)),
        ("xx", "Rice from Cambodia", ("KH",)),
    ],
)
def test_without_a_vocabulary_the_names_of_the_world_are_known(
    language: str, title: str, codes: tuple[str, ...]
) -> None:
    assert Atlas(()).countries(Record(title=title, language=language), "").text == codes


def test_no_union_or_pseudo_territory_is_a_country() -> None:
    codes = {country.code for country in territories("en")}
    assert {"KH", "TT", "XK"} <= codes
    assert not {"EU", "UN", "ZZ", "XA"} & codes


def test_topics_and_countries_may_share_the_words_of_a_record() -> None:
    record = Record(title="Boats at sea off Kenya", summary="The catch of the day", place="Chad", language="en")
    fields = fields_of(record)

    assert Rulebook((FISH, BOATS)).file(record, fields) == file_under(record, (FISH, BOATS))
    assert Atlas(()).countries(record, "", fields) == Countries(text=("KE",), dateline=("TD",))
