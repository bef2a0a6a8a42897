"""When a document is not believed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from feeds import suspicion
from feeds.identity import Familiar, Known, keys, link
from feeds.suspicion import Doubt, View, doubt
from state.doubts import History
from state.records import Extraction, Record
from tests.feeds.samples import entry

URL = "https://office.example.org/list"
NOW = datetime(2006, 6, 1, tzinfo=UTC)


def rec(number: int, *, date: str | None = "", url: str | None = "", title: str = "") -> Record:
    """Release number so and so; one more is a day later."""
    return Record(
        title=title or f"Release {number} of the office",
        date=f"2006-05-{number:02}" if date == "" else date,
        url=f"https://office.example.org/news/{number}" if url == "" else url,
    )


STOOD = [rec(number) for number in range(20, 10, -1)]


def judged(
    records: Sequence[Record],
    *,
    stood: Sequence[Record] = STOOD,
    method: str = "repeated",
    kind: str = "page",
    was: str = "repeated",
    looks: int = 1,
    **values: object,
) -> Doubt | None:
    """What is thought of a page with these records, where others stood before."""
    entries = {f"e{n}": entry(f"e{n}", record, source="office") for n, record in enumerate(stood)}
    owners: dict[tuple[str, str], tuple[str, ...]] = {}
    for id, one in entries.items():
        for key in keys(one.record, "office"):
            owners[key] = (*owners.get(key, ()), id)
    known = Known(owners, {i: Familiar(e, frozenset(keys(e.record, "office")), here=True) for i, e in entries.items()})
    extraction = Extraction(kind, method, records=tuple(records))
    found = link(records, known, source="office", own=[URL])
    view = View(
        "office", URL, extraction, was, len(stood), {id: one.record for id, one in entries.items()}, found.links,
        known, History((suspicion.look(Extraction(kind, was, records=tuple(stood))),) * looks), NOW,
        moved=0 if found.relaunched else found.moved,
    )  # fmt: skip
    return doubt(replace(view, **values))  # type: ignore[arg-type]


def reason(records: Sequence[Record], **values: object) -> str:
    answer = judged(records, **values)  # type: ignore[arg-type]
    return answer.reason if answer else ""


# ---- nothing there ----


def test_an_empty_page_where_entries_were_is_doubted() -> None:
    answer = judged([])
    assert answer is not None
    assert (answer.kind, answer.asks) == ("empty", None)
    assert "0 of 10" in answer.message


def test_a_page_that_was_always_empty_is_believed() -> None:
    assert judged([], stood=[]) is None


def test_a_wall_is_named_for_what_it_is() -> None:
    answer = judged([], extraction=Extraction("page", "none", obstacle="login"))
    assert answer is not None
    assert answer.kind == "quarantined"
    assert "a login page" in answer.message
    assert answer.asks is None  # there is nothing on it that could be accepted


def test_a_consent_box_above_the_list_is_no_wall() -> None:
    records = tuple(STOOD)
    assert judged(records, extraction=Extraction("page", "repeated", records=records, obstacle="consent")) is None


# ---- nothing known ----

NEWER = [rec(n, date=f"2006-06-{n - 30:02}") for n in range(40, 30, -1)]
STRANGE = [rec(n, date="2006-03-01", title=f"Service {n}") for n in range(50, 45, -1)]


def test_a_page_with_most_entries_known_is_believed() -> None:
    assert reason([rec(21), *STOOD[:-1]]) == ""


def test_newer_entries_of_the_same_shape_mean_that_we_were_away() -> None:
    assert reason(NEWER, now=datetime(2006, 6, 12, tzinfo=UTC)) == ""


@pytest.mark.parametrize(
    "seen",
    [
        {"records": STRANGE},
        {"records": NEWER, "method": "tables"},
        {"records": [replace(one, date=None) for one in NEWER]},
        {"records": NEWER, "elsewhere": 9},
    ],
    ids=["older dates", "another shape", "no dates", "known ones stand in another list"],
)
def test_a_page_on_which_nothing_is_known_is_held_for_the_admin(seen: dict[str, object]) -> None:
    answer = judged(**seen)  # type: ignore[arg-type]
    assert answer is not None
    assert (answer.kind, answer.reason) == ("quarantined", "strangers")
    assert answer.asks == "tidings source accept office"


def test_an_undated_feed_is_believed_even_if_it_had_to_be_repaired() -> None:
    before = [rec(n, date=None) for n in (1, 2, 3)]
    seen = [rec(n, date=None) for n in (4, 5)]
    assert reason(seen, stood=before, kind="feed", method="feed:repaired", was="feed:strict") == ""


def test_of_two_entries_nothing_can_be_concluded() -> None:
    assert reason([rec(1, date="2001-01-01")], stood=STOOD[:2]) == ""


# ---- part of it gone ----


def test_a_list_that_lost_most_of_its_entries_is_held() -> None:
    assert reason(STOOD[:3]) == "vanished"


def test_a_list_that_moved_on_by_most_of_its_length_is_believed() -> None:
    assert reason([*[rec(n, date=f"2006-05-{n}") for n in range(27, 20, -1)], *STOOD[:3]]) == ""


def test_a_list_that_begins_again_with_the_month_is_believed() -> None:
    assert reason([rec(32, date="2006-06-01"), rec(31, date="2006-05-31")], stood=STOOD) == ""


def test_the_pages_that_follow_count_as_well() -> None:
    links = link(STOOD[3:], Known({}, {}), source="office", own=[]).links
    there = [replace(one, entry=f"e{n + 3}") for n, one in enumerate(links)]
    assert reason(STOOD[:3], beyond=there) == ""


# ---- mixed up ----


def test_titles_with_the_links_of_their_neighbours_are_held() -> None:
    shifted = [replace(one, url=other.url, date=other.date) for one, other in pairwise(STOOD)]
    assert reason(shifted) == "crossed"


def test_known_entries_with_other_dates_are_held() -> None:
    flipped = [replace(one, date=f"2006-{int(str(one.date)[8:]) - 8:02}-05") for one in STOOD]
    assert reason(flipped) == "dates"


def test_new_entries_under_titles_that_recur_are_believed() -> None:
    weekly = [rec(40 + n, title=STOOD[n % 4].title, date=f"2006-05-{21 + n % 9}") for n in range(12)]
    assert reason([*weekly, *STOOD[4:]]) == ""


def test_one_corrected_date_is_believed() -> None:
    assert reason([replace(STOOD[0], date="2006-05-02"), *STOOD[1:]]) == ""


# ---- half a relaunch ----


def moved(record: Record) -> Record:
    return replace(record, url=str(record.url).replace("/news/", "/v2/"))


def test_a_relaunch_of_part_of_the_page_is_held() -> None:
    changed = [
        rec(n, title=f"Otherwise named {n}", url=f"https://office.example.org/v2/{n}") for n in range(15, 10, -1)
    ]
    assert reason([*[moved(one) for one in STOOD[:5]], *changed]) == "relaunching"


def test_a_relaunch_of_nearly_all_is_not_doubted_here() -> None:
    assert reason([moved(one) for one in STOOD]) == ""


def test_a_partly_moved_page_whose_other_entries_are_surely_new_is_believed() -> None:
    assert reason([rec(22), rec(21), *[moved(one) for one in STOOD[:4]], *STOOD[4:8]]) == ""


# ---- fields ----


def test_a_page_that_lost_its_dates_is_held() -> None:
    assert reason([replace(one, date=None) for one in STOOD]) == "fields"


def test_new_entries_that_lack_what_all_others_have_are_held() -> None:
    assert reason([*[rec(n, date=None) for n in (31, 32, 33)], *STOOD[:7]]) == "fields"


def test_a_single_new_entry_without_a_date_is_believed() -> None:
    assert reason([rec(31, date=None), *STOOD[:9]]) == ""


def test_a_page_that_never_had_dates_may_go_on_without() -> None:
    undated = [replace(one, date=None) for one in STOOD]
    assert reason([rec(31, date=None), rec(32, date=None), rec(33, date=None), *undated[:7]], stood=undated) == ""


# ---- order and time ----


def test_many_unknown_entries_of_long_ago_among_known_ones_are_held() -> None:
    old = [rec(n, date=f"2003-01-{n - 30}") for n in range(40, 46)]
    assert reason([*old, *STOOD[:4]]) == "older"


def test_old_entries_below_the_known_ones_are_only_more_of_the_list() -> None:
    old = [rec(n, date=f"2003-01-{n - 30}") for n in range(45, 39, -1)]
    assert reason([*STOOD, *old]) == ""


def test_new_entries_with_dates_in_the_future_are_held_where_there_were_none() -> None:
    ahead = [rec(n, date=f"2006-11-{n - 30}") for n in (43, 42, 41)]
    assert reason([*ahead, *STOOD[:7]]) == "future"


def test_a_calendar_may_announce_more() -> None:
    coming = [rec(n, date=f"2006-09-{n}") for n in range(20, 10, -1)]
    assert reason([*[rec(n, date=f"2006-10-{n - 20}") for n in (33, 32, 31)], *coming[:7]], stood=coming) == ""


@pytest.mark.parametrize(
    ("date", "new"),
    [("2006-05-21", True), ("2006-05-20", True), ("2006-05-19", False), ("2006-05", False), (None, False)],
)
def test_surely_new_is_what_is_dated_after_all_that_stood(date: str | None, new: bool) -> None:
    assert suspicion.surely_new(rec(1, date=date), STOOD, [], NOW) is new


def test_what_is_missing_of_the_last_day_could_be_the_same_renamed() -> None:
    assert not suspicion.surely_new(rec(1, date="2006-05-20"), STOOD, STOOD[:1], NOW)
    assert suspicion.surely_new(rec(1, date="2006-05-20"), STOOD, STOOD[1:], NOW)


def test_nothing_is_surely_new_that_is_dated_ahead_of_time() -> None:
    assert not suspicion.surely_new(rec(1, date="2007-01-01"), STOOD, [], NOW)
