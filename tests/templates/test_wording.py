"""Words of readers."""

from datetime import UTC, datetime

import pytest

from state.records import Topic
from templates import dates, wording

MINES = Topic("mines", "Mines", titles={"fr": "Mines et carrières", "pt": "Minas"})


@pytest.mark.parametrize(
    ("every", "said"),
    [
        ("now", "as soon as there is something new"),
        ("daily", "once a day at 07:30 (Asia/Phnom Penh time)"),
        ("weekly", "once a week, Sunday at 07:30 (Asia/Phnom Penh time)"),
        ("monthly", "once a month, on day 15 at 07:30 (Asia/Phnom Penh time)"),
    ],
)
def test_a_rhythm_in_words(every: str, said: str) -> None:
    words = {"at": "07:30", "weekday": 6, "monthday": 15, "timezone": "Asia/Phnom_Penh"}
    assert wording.how_often("en", every, **words) == said  # type: ignore[arg-type]


def test_the_last_day_of_the_month_is_called_so() -> None:
    said = wording.how_often("en", "monthly", at="09:00", weekday=0, monthday=31, timezone="UTC")
    assert said == "once a month, on its last day at 09:00 (UTC time)"


@pytest.mark.parametrize(
    ("expression", "language", "title"),
    [
        ("mines", "en", "Mines"),
        ("mines", "fr", "Mines et carrières"),
        ("mines", "pt-BR", "Minas"),
        ("mines?country=KH&kind=press-release", "en", "Mines (Cambodia, press release)"),
        ("mines?country=KH", "fr", "Mines et carrières (Cambodge)"),
        ("mines?language=km&source=press", "en", "Mines (Khmer, press)"),
        ("all", "en", "Everything"),
        ("gone", "en", "gone"),
    ],
)
def test_a_topic_with_its_facets_in_words(expression: str, language: str, title: str) -> None:
    assert wording.expression_title(expression, {"mines": MINES}, language) == title


def test_words_without_a_catalogue_are_english_and_say_so() -> None:
    assert wording.words("xx").language == wording.words("sw").language == "en"
    assert wording.words("en-GB").language == "en-GB"
    assert wording.words("").count("%(n)s page", "%(n)s pages", 2) == "2 pages"
    assert wording.words("en")("Questions: %(contact)s", contact="100%") == "Questions: 100%"


def test_scripts_have_their_direction() -> None:
    assert (wording.direction("ar"), wording.direction("km"), wording.direction("nonsense!")) == ("rtl", "ltr", "ltr")


@pytest.mark.parametrize(("octets", "said"), [(10, "1 KB"), (340_400, "340 KB"), (1_340_000, "1.3 MB"), (2e6, "2 MB")])
def test_sizes_in_words(octets: int, said: str) -> None:
    assert wording.size(int(octets), "en") == said


@pytest.mark.parametrize(
    ("days", "said"), [(0, "Sunday"), (4, "Wednesday"), (6, "Monday"), (7, "3 May 2026"), (40, "31 March 2026")]
)
def test_lately_is_a_weekday_and_longer_ago_a_date(days: int, said: str) -> None:
    now = datetime(2026, 5, 10, 8, 0, tzinfo=UTC)
    assert dates.recent(datetime.fromtimestamp(now.timestamp() - days * 86400, UTC), now) == said


def test_an_instant_is_told_in_the_readers_zone() -> None:
    at = datetime(2026, 5, 10, 20, 5, tzinfo=UTC)
    assert dates.instant(at, "Asia/Tokyo") == "11 May 2026, 05:05"
    assert dates.instant(at, "UTC", "fr") == "10 mai 2026, 20:05"
    assert dates.instant(at, "UTC", "es") == "10 de mayo de 2026, 20:05"
    assert dates.day(at, "Asia/Tokyo") == "11 May 2026"


@pytest.mark.parametrize(
    ("when", "language", "said"),
    [
        ("2004-10-26", "en", "26 October 2004"),
        ("2004-10", "en", "October 2004"),
        ("2004", "en", "2004"),
        ("2004-10-26", "fr", "26 octobre 2004"),
        ("2004-10", "fr", "octobre 2004"),
        ("2004-10-26", "es", "26 de octubre de 2004"),
        ("2004-10", "es", "octubre de 2004"),
        (None, "en", ""),
        ("2004-10-26", "no such language", "26 October 2004"),
    ],
)
def test_a_date_says_no_more_than_is_known(when: str | None, language: str, said: str) -> None:
    assert dates.honest(when, language) == said
