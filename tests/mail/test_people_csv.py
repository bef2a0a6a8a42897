"""Rows of people: what they ask for, why they cannot be had, and how they are written."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.csv_files import Line
from mail.people_csv import COLUMNS, OPTIONAL, Reader, Refused, Row, Usual, days, guarded, header, rows, unguarded
from mail.steps import Wish
from state.errors import Misuse, UserError
from state.records import Every, Subscriber, Subscription
from tests.mail.people import SITE
from tests.mail.test_addresses import HOSTILE

WHOLE = Line(1, 1, (*COLUMNS, *OPTIONAL))


def reader(now: datetime, *, first: Line = WHOLE, usual: Usual | None = None) -> Reader:
    wanted = usual or Usual()
    return Reader(header(first, "people.csv", wanted), wanted, open_topics=["harvest", "mines"], site=SITE, now=now)


def test_a_whole_row_is_read_as_it_says(now: datetime) -> None:
    cells = (" Sok@EXAMPLE.org", "harvest?country=kh; all", "Monthly", "07:30", "fri;15", "Asia/Phnom_Penh", "km", "")
    row = reader(now).read(Line(2, 2, cells))

    assert isinstance(row, Row)
    assert row.address.key == "sok@example.org"
    assert row.wishes == (Wish("harvest?country=KH", "monthly"), Wish("all", "monthly"))
    model = row.model
    assert (model.at, model.weekday, model.monthday) == ("07:30", 4, 15)
    assert (model.timezone, model.language) == ("Asia/Phnom_Penh", "km")


def test_what_a_row_leaves_out_is_as_usual(now: datetime) -> None:
    row = reader(now, first=Line(1, 1, ("Name", "E-Mail", "EMAIL ")), usual=Usual(("mines",), "daily")).read(
        Line(2, 2, ("Sok", "", "sok@example.org"))
    )

    assert isinstance(row, Row)
    assert row.wishes == (Wish("mines", "daily"),)
    assert (row.model.at, row.model.timezone, row.model.language) == ("09:00", "UTC", "en")


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (("a@example.org", "harvest", "hourly"), "rhythm 'hourly'"),
        (("a@example.org", "harvest", "daily", "25:00"), "hour '25:00'"),
        (("a@example.org", "harvest", "daily", "", "32"), "day '32'"),
        (("a@example.org", "harvest", "daily", "", "", "Mars/Base"), "time zone 'Mars/Base'"),
        (("a@example.org", "harvest", "daily", "", "", "", "english!"), "language 'english!'"),
        (("a@example.org", "harvest", "daily", "", "", "", "", "subscribed"), "state 'subscribed'"),
        (("a@example.org", "harvest", "", "", "", "", "", "", "maybe"), "note 'maybe'"),
        (("a@example.org", "weather"), "topic 'weather'"),
        (("a@example.org", "harvest?q=x"), "facet"),
        (("a@example.org", " ; "), "no topic"),
        (("a@example.org",), "no topic"),
        (("a@example.org", "harvest", "", "", "", "", "", "", "", "more"), "10 cells"),
        (("=cmd|' /C calc'!A0", "harvest"), "cannot be used"),
    ],
)
def test_a_row_that_cannot_be_had_says_why(now: datetime, cells: tuple[str, ...], reason: str) -> None:
    got = reader(now).read(Line(7, 7, cells))

    assert isinstance(got, Refused)
    assert got.line == 7
    assert reason in got.reason


@pytest.mark.parametrize("address", HOSTILE)
def test_a_hostile_address_is_a_refused_row(now: datetime, address: str) -> None:
    got = reader(now).read(Line(2, 2 + address.count("\n"), (address, "harvest")))

    assert isinstance(got, Refused)


def test_a_row_over_two_lines_with_a_break_in_a_cell_of_ours_is_refused(now: datetime) -> None:
    got = reader(now).read(Line(3, 4, ("sok@example.org", "harvest\ndara@example.org")))

    assert isinstance(got, Refused)
    assert "lines 3 to 4" in got.reason


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (("sok@example.org", "all"), "without a column email"),
        (("email", "every"), "no column topics"),
        (("email", "topics", "Email"), "column email twice"),
    ],
)
def test_a_first_row_that_names_too_little_is_refused(cells: tuple[str, ...], reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        header(Line(1, 1, cells), "people.csv", Usual())


@pytest.mark.parametrize(
    ("text", "found"),
    [("", (None, None)), ("fri", (4, None)), ("Monday", (0, None)), ("15", (None, 15)), ("sun;31", (6, 31))],
)
def test_days_are_weekdays_days_of_the_month_or_both(text: str, found: tuple[int | None, int | None]) -> None:
    assert days(text) == found


@pytest.mark.parametrize("text", ["0", "32", "someday", "٣", "1.5"])
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(Misuse, match="day"):
        days(text)


def person(now: datetime, **changes: object) -> Subscriber:
    made = Subscriber("p1", "sok@example.org", "confirmed", "Asia/Phnom_Penh", "km", "07:30", 0, 1, 1, now)
    return replace(made, **changes)  # type: ignore[arg-type]


def reads(now: datetime, **topics: Every) -> list[Subscription]:
    return [Subscription("p1", topic, every, 0, 0, now) for topic, every in topics.items()]


@pytest.mark.parametrize(("weekday", "monthday", "note"), [(0, 1, ""), (4, 1, "yes"), (0, 15, "no"), (6, 31, "")])
def test_what_is_written_makes_the_same_person_when_it_is_read(
    now: datetime, weekday: int, monthday: int, note: str
) -> None:
    sok = person(now, weekday=weekday, monthday=monthday, note=note)
    wanted = reads(now, harvest="weekly", mines="monthly", all="monthly")

    got = [reader(now).read(Line(2, 2, cells)) for cells in rows(sok, wanted)]

    assert all(isinstance(row, Row) for row in got)
    told = [row for row in got if isinstance(row, Row)]
    assert [wish for row in told for wish in row.wishes] == [Wish(one.topic, one.every) for one in wanted]
    for row in told:
        assert (row.model.at, row.model.weekday, row.model.monthday) == (sok.at, weekday, monthday)
        assert (row.state, row.model.note) == ("confirmed", note)


@pytest.mark.parametrize("email", ["=cmd@example.org", "+1@example.org", "-a@example.org", "'=a@example.org"])
def test_no_cell_is_a_formula(now: datetime, email: str) -> None:
    ((first, *_),) = rows(person(now, email=email), reads(now, all="daily"))

    assert first.startswith("'")
    assert unguarded(first) == email


@given(st.text())
def test_guarding_is_undone_by_reading(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell
    assert not guarded(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
