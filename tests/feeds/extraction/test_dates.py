"""Date strings with the right answer, and strings that are no dates (`dates.tsv`); what every reading must keep to."""

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.dates import format_date
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from feeds.extraction import dates, datewords
from feeds.extraction.datevalues import Found, Order, Setting
from feeds.extraction.wordlist import listed

NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)
TABLE = Path(__file__).with_name("dates.tsv")


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Language, text, answer and instant of each line of the table."""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            language, text, answer, *instant = line.split("\t")
            yield language, text.replace("\\n", "\n"), answer, "".join(instant)


ROWS = sorted(set(rows()))
DATES = [row for row in ROWS if row[2] != "-"]
NO_DATES = [row[:2] for row in ROWS if row[2] == "-"]


def setting(language: str) -> Setting:
    """Of a language as the table writes it: "th", "en+mdy"."""
    name, _, order = language.partition("+")
    orders: dict[str, Order] = {"": "", "dmy": "dmy", "mdy": "mdy"}
    return Setting(NOW, tuple(dict.fromkeys((name.split("-")[0], "en"))), orders[order])


def answered(found: Found) -> str:
    if found.date is not None:
        return found.date
    return f"--{found.month:02}-{found.day:02}" if found.month and found.day and not found.ambiguous else "?"


@pytest.mark.parametrize(("language", "text", "answer", "instant"), DATES)
def test_a_date_is_read_as_exactly_as_it_is_written(language: str, text: str, answer: str, instant: str) -> None:
    surrounded, date_itself = answer.startswith("in "), answer.removeprefix("in ")

    found = dates.find(text, setting(language))

    assert [answered(one) for one in found[:1]] == [date_itself]
    assert (found[0].published.isoformat() if found[0].published else "") == instant
    assert dates.whole(text, setting(language)) == (None if surrounded else found[0])


@pytest.mark.parametrize(("language", "text"), NO_DATES)
def test_what_is_no_date_gives_none(language: str, text: str) -> None:
    assert dates.find(text, setting(language)) == ()


def test_the_table_is_as_long_as_promised_and_says_nothing_twice() -> None:
    assert len(DATES) >= 450
    assert len(NO_DATES) >= 220
    assert len({(language, text) for language, text, _, _ in ROWS}) == len(list(rows()))


def test_what_follows_a_date_is_not_part_of_it() -> None:
    text = "08 May 2006, PHNOM PENH"
    (found,) = dates.find(text, Setting(NOW))
    assert text[found.end :] == ", PHNOM PENH"


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("2006-05-08T10:20:30+02:00", "2006-05-08T10:20:30+02:00"),
        ("2006-05-08T10:20:30Z", "2006-05-08T10:20:30+00:00"),
        ("8 May 2006 14:30", "2006-05-08T14:30:00+07:00"),
        ("14:30, 8 May 2006", "2006-05-08T14:30:00+07:00"),
        ("8 May 2006 at 4:05 pm", "2006-05-08T16:05:00+07:00"),
        ("8 May 2006, 12:05 a.m.", "2006-05-08T00:05:00+07:00"),
        ("8 May 2006, 9:00-12:00", "2006-05-08T09:00:00+07:00"),
        ("8 May 2006, 9:00 -1200", "2006-05-08T09:00:00-12:00"),
        ("8 May 2006 14:30 CST", "2006-05-08T14:30:00+07:00"),
        ("9:00 - 12:00, 8 May 2006", None),
        ("8 May 2006, 25:00", None),
        ("8 May 2006", None),
        ("8 May 2006, 4.12", None),
        ("8 May 2006, 45 people", None),
        ("May 2006 14:30", None),
    ],
)
def test_a_time_is_taken_only_where_it_is_written(text: str, published: str | None) -> None:
    found = dates.find(text, Setting(NOW, ("en",), "", ZoneInfo("Asia/Phnom_Penh")))[0]
    assert (found.published.isoformat() if found.published else None) == published


def test_an_order_nobody_tells_leaves_the_year_and_nothing_more() -> None:
    (long,), (short,) = (dates.find(text, Setting(NOW)) for text in ("03/04/2006", "03/04/06"))
    assert long.ambiguous
    assert (long.date, long.published) == ("2006", None)
    assert short.date is None


def test_a_day_without_a_year_gets_it_from_its_heading_and_never_from_the_clock() -> None:
    found = dates.whole("12 March", Setting(NOW))
    assert found is not None
    assert found.date is None
    assert found.completed(2018).date == "2018-03-12"


def test_a_leap_day_is_not_completed_by_a_year_without_one() -> None:
    found = dates.whole("29 February", Setting(NOW))
    assert found is not None
    assert found.completed(2019).date is None


def test_a_month_of_another_language_needs_its_year() -> None:
    assert dates.find("5 mai", Setting(NOW, ("vi", "en"))) == ()
    assert [found.date for found in dates.find("5 mai 2006", Setting(NOW, ("vi", "en")))] == ["2006-05-05"]


def test_a_computers_zero_is_no_date() -> None:
    assert dates.find("Thu, 01 Jan 1970 00:00:00 GMT", Setting(NOW)) == ()


@given(st.text(max_size=120))
def test_no_text_whatever_is_too_much(text: str) -> None:
    for found in dates.find(text, Setting(NOW, ("th", "en"), "dmy")):
        assert 0 <= found.start < found.end <= len(text)


LANGUAGES = listed(
    "en fr pt es de it nl sv da nb fi pl cs sk hu ro bg hr ru uk be el tr ar he km th lo my vi id ms zh ja ko hi bn ca"
)
DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2030, 12, 31))
# The digits of a language: its own pages write in them what CLDR formats in Western ones.
DIGITS = {
    "km": "០១២៣៤៥៦៧៨៩",
    "th": "๐๑๒๓๔๕๖๗๘๙",
    "lo": "໐໑໒໓໔໕໖໗໘໙",
    "my": "၀၁၂၃၄၅၆၇၈၉",
    "hi": "०१२३४५६७८९",
    "bn": "০১২৩৪৫৬৭৮৯",
    "ar": "٠١٢٣٤٥٦٧٨٩",
}


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=30)
@given(day=DAYS, form=st.sampled_from(["full", "long", "medium"]))
def test_every_day_a_language_writes_in_words_is_read_back(language: str, day: date, form: str) -> None:
    for text in own_digits(language, format_date(day, form, locale=language)):
        found = dates.whole(text, Setting(NOW, (language, "en"), "dmy"))
        assert found is not None, text
        assert found.date == day.isoformat(), text


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=30)
@given(day=DAYS)
def test_every_day_a_language_writes_in_figures_is_read_back_where_the_order_is_known(language: str, day: date) -> None:
    pattern = re.sub(r"\by+", "y", Locale.parse(language).date_formats["short"].pattern)
    order: Order = "mdy" if pattern.startswith("M") else "dmy"
    for text in own_digits(language, format_date(day, pattern, locale=language)):
        found = dates.whole(text, Setting(NOW, (language, "en"), order))
        assert found is not None, text
        assert found.date == day.isoformat(), text


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=30)
@given(day=DAYS)
def test_every_month_a_language_writes_is_a_month_and_no_day(language: str, day: date) -> None:
    name = datewords.names(language, "months")["stand-alone"]["wide"][day.month]
    for text in own_digits(language, f"{name} {day.year}"):
        found = dates.whole(text, Setting(NOW, (language, "en")))
        assert found is not None, text
        assert found.date == f"{day:%Y-%m}", text


def test_reading_the_months_of_one_language_leaves_those_of_others_as_they_are() -> None:
    """In a process of its own: Babel keeps what it has read."""
    first = "from feeds.extraction.datewords import months as m; print(*m('zh'), *m('bs'))"
    last = "from feeds.extraction.datewords import months as m; b = m('bs'); print(*m('zh'), *b)"
    assert printed(first) == printed(last)


def printed(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def own_digits(language: str, text: str) -> tuple[str, ...]:
    """The text, and the same in the language's own digits where it has some."""
    own = DIGITS.get(language)
    return (text, text.translate({ord(str(digit)): own[digit] for digit in range(10)})) if own else (text,)


@given(st.text(st.characters(exclude_categories=["Nd", "Cs"]), max_size=60), st.sampled_from(LANGUAGES))
def test_a_text_without_a_digit_gives_no_date_but_a_relative_one(text: str, language: str) -> None:
    assume(not set(text) & set("〇○零元一二三四五六七八九十"))
    assert all(found.form == "relative" for found in dates.find(text, Setting(NOW, (language, "en"))))


NUMBERS_AND_WORDS = st.lists(
    st.one_of(
        st.integers(0, 99999).map(str), st.sampled_from(listed("May maj 5月 . / - , ' th of de 年 พ.ศ. ago Mon"))
    ),
    max_size=9,
)


@given(NUMBERS_AND_WORDS.map(partial(str.join, " ")), st.sampled_from(["", "dmy", "mdy"]))
def test_no_date_lies_beyond_the_years_a_document_can_have(text: str, order: Order) -> None:
    for found in dates.find(text, Setting(NOW, ("th", "en"), order)):
        assert found.year is None or 1900 <= found.year <= NOW.year + 10


@given(DAYS)
def test_every_day_written_out_is_read_back(day: date) -> None:
    for form in ("%d %B %Y", "%B %d, %Y", "%Y-%m-%d", "%A, %d %b %Y", "%d-%b-%Y"):
        found = dates.whole(day.strftime(form), Setting(NOW))
        assert found is not None
        assert found.date == str(day)
