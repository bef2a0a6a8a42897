"""New or old, where a list goes on, and what is filed first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import arrivals
from state.dates import PartialDate

OLD, NEW = True, False  # known, unknown


@pytest.mark.parametrize(
    ("rows", "end"),
    [
        # nothing known: all is news
        ([("2006-05-08", NEW), ("2006-05-01", NEW)], 2),
        # above, and between, although back-dated
        ([("2006-05-15", NEW), ("2006-05-08", OLD), ("2006-03-10", NEW), ("2006-01-06", OLD)], 4),
        # below and older
        ([("2006-05-08", OLD), ("2006-05-01", OLD), ("2006-04-28", NEW), ("2006-04-20", NEW)], 2),
        # below, of the same day as the last known one
        ([("2006-05-08", OLD), ("2006-05-01", OLD), ("2006-05-01", NEW)], 2),
        # below, but newer: a list that grows at its end
        ([("2006-05-01", OLD), ("2006-05-08", OLD), ("2006-05-15", NEW)], 3),
        # without dates position decides
        ([(None, NEW), (None, OLD), (None, NEW)], 2),
        ([("2006-05-08", OLD), (None, NEW)], 1),
        # months
        ([("2006-05", OLD), ("2006-04", NEW)], 1),
        ([("2006-05", OLD), ("2006-05-20", NEW)], 1),
        ([], 0),
    ],
)
def test_what_lies_below_and_is_older_is_backfill(rows: list[tuple[PartialDate | None, bool]], end: int) -> None:
    assert arrivals.backfill_from([date for date, _ in rows], [known for _, known in rows]) == end


def test_a_known_pin_on_top_does_not_make_all_below_it_old() -> None:
    dates = ["2001-01-01", "2006-05-08", "2006-05-07", "2006-05-06"]
    assert arrivals.pinned(dates, [OLD, NEW, NEW, NEW]) == 1
    assert arrivals.backfill_from(dates, [OLD, NEW, NEW, NEW]) == 4


def test_an_undated_pin_is_a_lone_known_record_above_unknown_ones() -> None:
    assert arrivals.backfill_from([None] * 5, [OLD, NEW, NEW, NEW, NEW]) == 5
    assert arrivals.goes_on([None] * 5, [OLD, NEW, NEW, NEW, NEW])
    assert arrivals.backfill_from([None] * 7, [OLD, OLD, OLD, OLD, NEW, NEW, NEW]) == 4  # the list shows more rows
    assert arrivals.backfill_from([None] * 5, [OLD, NEW, NEW, NEW, OLD]) == 5


def test_a_list_that_ascends_has_no_pins() -> None:
    assert arrivals.pinned(["2006-05-06", "2006-05-07", "2006-05-08"], [OLD, OLD, OLD]) == 0


@pytest.mark.parametrize(
    ("known", "on"),
    [
        ([NEW, NEW, NEW], True),  # everything is new: there may be more
        ([NEW, OLD, OLD], False),
        ([NEW, OLD, NEW], False),  # ends below known ones: back-fill
        ([OLD, OLD, OLD], False),
        ([], False),
    ],
)
def test_the_next_page_is_read_when_this_one_ends_in_news(known: list[bool], on: bool) -> None:
    dates = ["2006-05-08", "2006-05-07", "2006-05-06"][: len(known)]
    assert arrivals.goes_on(dates, known) is on


def test_a_pin_does_not_end_the_walk() -> None:
    assert arrivals.goes_on(["2001-01-01", "2006-05-08", "2006-05-07", "2006-05-06"], [OLD, NEW, NEW, NEW])


def test_a_page_keeps_its_order_in_an_ordinary_poll() -> None:
    pages = [["2006-05-08", "2006-05-15"], ["2006-05-20"]]
    assert arrivals.newest_first(pages, by_date=False) == [(0, 0), (0, 1), (1, 0)]


def test_the_newest_of_several_documents_comes_first() -> None:
    months, list_ = ["2004-10", None, "2004-08"], ["2006-05-08", "2004-10-26", "2004-09-01"]
    newest = arrivals.newest_first([months, list_], by_date=True)
    assert newest == [(1, 0), (0, 0), (0, 1), (1, 1), (1, 2), (0, 2)]


def test_undated_documents_keep_their_order() -> None:
    assert arrivals.newest_first([[None, None], [None]], by_date=True) == [(0, 0), (0, 1), (1, 0)]


DATES = st.lists(st.sampled_from([None, "2006", "2006-05", "2006-05-08", "2007-01-01", "2001-02"]), max_size=8)


@given(DATES, st.data())
def test_what_stands_above_a_known_record_is_never_backfill(
    dates: list[PartialDate | None], data: st.DataObject
) -> None:
    known = [data.draw(st.booleans()) for _ in dates]
    end = arrivals.backfill_from(dates, known)
    pins = arrivals.pinned(dates, known)
    assert not any(known[max(end, pins) :])
    assert 0 <= end <= len(dates)


@given(st.lists(DATES, max_size=3), st.booleans())
def test_every_record_is_ordered_once(pages: list[list[PartialDate | None]], by_date: bool) -> None:
    places = arrivals.newest_first(pages, by_date=by_date)
    assert sorted(places) == [(page, at) for page, dates in enumerate(pages) for at in range(len(dates))]
