"""Tests of state/dates.py."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.dates import compatible, first_day, last_day, parts, precision


@pytest.mark.parametrize(
    ("when", "how", "first", "last"),
    [
        ("2004-10-26", "day", date(2004, 10, 26), date(2004, 10, 26)),
        ("2004-10", "month", date(2004, 10, 1), date(2004, 10, 31)),
        ("2004-02", "month", date(2004, 2, 1), date(2004, 2, 29)),
        ("2004", "year", date(2004, 1, 1), date(2004, 12, 31)),
    ],
)
def test_a_partial_date_knows_its_period(when: str, how: str, first: date, last: date) -> None:
    assert (precision(when), first_day(when), last_day(when)) == (how, first, last)


@pytest.mark.parametrize("wrong", ["", "04", "2004-13", "2004-02-30", "2004-1", "26.10.2004", "2004-10-26T00:00"])
def test_what_is_no_date_of_the_calendar_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"date|month|day|year"):
        parts(wrong)


@pytest.mark.parametrize(
    ("one", "other", "fits"),
    [
        ("2004-10", "2004-10-26", True),
        ("2004-10-26", "2004", True),
        ("2004-10-26", "2004-10-27", False),
        ("2004-10", "2004-11", False),
        (None, "2004", True),
    ],
)
def test_dates_are_compared_at_the_coarser_precision(one: str | None, other: str | None, fits: bool) -> None:
    assert compatible(one, other) is fits
    assert compatible(other, one) is fits


@given(st.dates())
def test_a_day_lies_in_its_month_and_year(day: date) -> None:
    iso = day.isoformat()
    assert first_day(iso[:7]) <= day <= last_day(iso[:7])
    assert first_day(iso[:4]) <= day <= last_day(iso[:4])
