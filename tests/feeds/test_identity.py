"""A later sighting is linked by what is exact, and never where two things could be meant."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import identity
from feeds.identity import Familiar, Known, Links, keys
from state.records import Record
from tests.feeds.samples import NOW, entry

PAGE = "https://office.example.org/list"
LONG = "Owners of forty kilns along the river sign a pledge to send all children to school."


def told(title: str = "Brick kilns keep children in school", number: int | None = None, **values: object) -> Record:
    url = f"https://office.example.org/news/{number}" if number else None
    return replace(Record(title=title, url=url, date="2006-05-08"), **values)  # type: ignore[arg-type]


def known(*records: Record, here: bool = True, source: str = "office") -> Known:
    """Entries "k0", "k1" … with the evidence of one sighting each."""
    entries: dict[str, Familiar] = {}
    owners: dict[identity.Key, tuple[str, ...]] = {}
    for number, record in enumerate(records):
        id = f"k{number}"
        found = keys(record, source)
        entries[id] = Familiar(entry(id, record), frozenset(found), here)
        for key in found:
            owners[key] = (*owners.get(key, ()), id)
    return Known(owners, entries)


def linked(records: Sequence[Record], before: Known) -> Links:
    return identity.link(records, before, source="office", own=[PAGE])


def found(records: Sequence[Record], before: Known) -> list[tuple[str | None, str]]:
    return [(link.entry, link.rule) for link in linked(records, before).links]


MINTED = (None, "minted")


# ---- what links ----


def test_the_same_link_is_the_same_entry_even_with_another_title() -> None:
    before = known(told("Sok Drara is freed", 7))
    assert found([told("Sok Dara is freed", 7)], before) == [("k0", "url")]


def test_a_link_is_compared_by_its_canonical_key() -> None:
    before = known(told(number=7))
    seen = told(url="http://www.office.example.org/news/7/?utm_source=mail")
    assert found([seen], before) == [("k0", "url")]


def test_the_same_guid_is_the_same_entry_at_another_address() -> None:
    before = known(told(number=7, guid="tag:7"))
    assert found([told("Brick kilns keep the children in school", 8, guid="tag:7")], before) == [("k0", "guid")]


def test_a_guid_of_another_source_says_nothing() -> None:
    before = known(told("Brick kilns", guid="7"), source="ministry")
    assert found([told("A vacancy for a driver", guid="7")], before) == [MINTED]


def test_an_equal_title_on_a_compatible_date_is_the_same_entry() -> None:
    before = known(told(date="2006-05"))
    assert found([told("BRICK KILNS — keep children in school!", 7)], before) == [("k0", "title+date")]


def test_an_untitled_record_is_known_by_its_text() -> None:
    before = known(told("", summary=LONG, date="2004-09"))
    assert found([told("", summary=LONG, date="2004-09")], before) == [("k0", "title+date")]


def test_the_exact_date_decides_between_entries_of_one_title() -> None:
    before = known(told("Press briefing", date="2006-05-08"), told("Press briefing", date="2006-05-15"))
    assert found([told("Press briefing", date="2006-05-15")], before) == [("k1", "title+date")]


def test_the_text_decides_between_entries_of_one_title_and_day() -> None:
    before = known(told("Media advisory", summary="On kilns."), told("Media advisory", summary="On wages."))
    seen = [told("Media advisory", summary="On wages."), told("Media advisory", summary="On kilns.")]
    assert found(seen, before) == [("k1", "title+date"), ("k0", "title+date")]


def test_a_corrected_title_above_an_unchanged_text_is_an_edit_where_nothing_has_a_link() -> None:
    for date in ("2006-05-08", None):
        before = known(told("Sok Drara is freed", summary=LONG, date=date))
        assert found([told("Sok Dara is freed", summary=LONG, date=date)], before) == [("k0", "text")]


def test_the_entry_of_another_source_is_the_same_by_title_and_date() -> None:
    before = known(told(number=7), here=False, source="ministry")
    assert found([told(url="https://elsewhere.example/a")], before) == [("k0", "title+date")]


# ---- what does not ----


def test_nothing_is_known_to_an_empty_store() -> None:
    assert found([told(number=7), told("Another", 8)], known()) == [MINTED, MINTED]


def test_two_records_with_different_links_are_two_entries_even_with_one_title_and_date() -> None:
    before = known(told("Press briefing", 7))
    assert found([told("Press briefing", 8), told("Press briefing", 7)], before) == [MINTED, ("k0", "url")]
    assert linked([told("Press briefing", 8), told("Press briefing", 9)], known()).links[1].twin is None


def test_a_title_that_stands_twice_on_the_page_links_nothing() -> None:
    before = known(told("Press briefing", 7))
    assert found([told("Press briefing", 8), told("Press briefing", 9)], before) == [MINTED, MINTED]


def test_a_title_that_two_entries_have_links_nothing() -> None:
    before = known(told("Press briefing", 7), told("Press briefing", 8))
    assert found([told("Press briefing", 9)], before) == [MINTED]


def test_an_equal_title_on_another_day_is_another_entry() -> None:
    before = known(told("Press briefing"))
    assert found([told("Press briefing", date="2006-05-15")], before) == [MINTED]


def test_an_undated_title_with_another_link_is_another_entry() -> None:
    before = known(told("Newsletter", 7, date=None))
    assert found([told("Newsletter", 8, date=None)], before) == [MINTED]


def test_an_undated_title_of_another_source_is_another_entry() -> None:
    before = known(told("Newsletter", date=None), here=False, source="ministry")
    assert found([told("Newsletter", date=None)], before) == [MINTED]


def test_an_undated_title_without_links_is_the_same_entry_in_its_source() -> None:
    before = known(told("Newsletter", date=None))
    assert found([told("Newsletter", date=None)], before) == [("k0", "title+date")]


def test_a_link_that_differently_titled_records_share_is_nobodys() -> None:
    register = "https://office.example.org/register"
    before = known(told("Course on wages", url=register))
    seen = [told("Course on kilns", url=register), told("Seminar on trade unions", url=register)]
    answer = linked(seen, before)
    assert [link.entry for link in answer.links] == [None, None]
    assert not any(key[0] == "url" for link in answer.links for key in link.keys)


def test_a_guid_that_differently_titled_records_share_is_nobodys() -> None:
    before = known(told("Course on wages", guid="0"))
    assert found([told("Kilns", guid="0"), told("Seminar", guid="0")], before) == [MINTED, MINTED]


def test_the_pages_own_address_is_nobodys_evidence() -> None:
    before = known(told("Course on wages", url=f"{PAGE}#a"))
    assert found([told("Course on kilns", url=f"{PAGE}#b")], before) == [MINTED]


def test_an_address_that_is_used_again_for_another_day_and_title_is_another_entry() -> None:
    before = known(told("Survey of garment workers", url="https://office.example.org/latest"))
    seen = told("Ten provinces agree on a hotline", url="https://office.example.org/latest", date="2006-06-01")
    assert found([seen], before) == [MINTED]


def test_a_numbered_issue_under_one_address_is_another_entry() -> None:
    before = known(told("Bulletin 12", url="https://office.example.org/latest", date=None))
    seen = told("Bulletin 13", url="https://office.example.org/latest", date=None)
    assert found([seen], before) == [MINTED]


def test_two_releases_of_one_minute_apart_are_two_entries_although_they_are_called_alike() -> None:
    morning = told("Status update", 7, published=NOW)
    noon = told("Status update", 8, published=NOW + timedelta(minutes=1))
    assert found([noon], known(morning)) == [MINTED]


def test_similar_titles_are_not_linked() -> None:
    before = known(told("New training targets construction workers", summary=LONG))
    assert found([told("New training targets construction women", 8, summary=LONG)], before) == [MINTED]


def test_an_ordinal_is_no_evidence() -> None:
    first, second = told("Course on wages"), told("Course on kilns")
    assert found([told("A third course"), first, second], known(first, second))[0] == MINTED


# ---- one page ----


def test_a_pinned_copy_with_more_parameters_is_the_same_record() -> None:
    pin = told(url="https://office.example.org/news/7?from=home&geo=KH")
    answer = linked([pin, told(number=7), told("Another", 8)], known(told(number=7)))
    assert [(link.entry, link.twin) for link in answer.links] == [("k0", None), ("k0", 0), (None, None)]


def test_the_same_record_twice_without_a_link_is_one() -> None:
    assert [link.twin for link in linked([told(), told()], known()).links] == [None, 0]


def test_equal_titles_over_different_texts_are_two_records() -> None:
    seen = [told("Media advisory", summary="On kilns."), told("Media advisory", summary="On wages.")]
    assert [link.twin for link in linked(seen, known()).links] == [None, None]


def test_equal_titles_with_different_guids_are_two_records() -> None:
    seen = [told("Status update", guid="1"), told("Status update", guid="2")]
    assert [link.twin for link in linked(seen, known()).links] == [None, None]


# ---- relaunch ----

TITLES = ("Kilns close", "Wages rise", "Unions meet", "Schools open", "Mines pause")


def test_a_page_whose_entries_all_have_new_addresses_was_relaunched() -> None:
    before = known(*(told(title, number) for number, title in enumerate(TITLES, start=1)))
    answer = linked([told(title, number) for number, title in enumerate(TITLES, start=101)], before)
    assert answer.relaunched
    assert [link.entry for link in answer.links] == ["k0", "k1", "k2", "k3", "k4"]


def test_a_relaunch_is_seen_on_an_undated_page_too() -> None:
    before = known(*(told(title, number, date=None) for number, title in enumerate(TITLES, start=1)))
    answer = linked([told(title, number, date=None) for number, title in enumerate(TITLES, start=101)], before)
    assert answer.relaunched
    assert None not in [link.entry for link in answer.links]


def test_a_page_with_half_its_addresses_changed_was_not_relaunched() -> None:
    before = known(*(told(title, number) for number, title in enumerate(TITLES, start=1)))
    seen = [told(title, number if number < 4 else 100 + number) for number, title in enumerate(TITLES, start=1)]
    assert not linked(seen, before).relaunched


def test_known_entries_of_other_sources_are_no_relaunch() -> None:
    records = [told(title, number) for number, title in enumerate(TITLES, start=1)]
    before = known(*records, here=False, source="ministry")
    assert not linked([told(title, number) for number, title in enumerate(TITLES, start=101)], before).relaunched


# ---- properties ----

RECORDS = st.lists(
    st.builds(
        Record,
        title=st.sampled_from(["", "Kilns", "Wages", "Press briefing", "Press briefing 2"]),
        url=st.sampled_from([None, PAGE, *(f"https://office.example.org/{n}" for n in range(4))]),
        guid=st.sampled_from(["", "1", "2"]),
        date=st.sampled_from([None, "2006", "2006-05", "2006-05-08", "2006-05-09"]),
        summary=st.sampled_from(["", "On kilns.", LONG]),
    ),
    max_size=7,
)


@given(RECORDS, RECORDS)
def test_no_entry_is_given_to_two_records_that_are_no_copies(seen: list[Record], before: list[Record]) -> None:
    answer = linked(seen, known(*before)).links
    given_ids = [link.entry for link in answer if link.entry and link.twin is None]
    assert len(given_ids) == len(set(given_ids))
    assert [link.record for link in answer] == seen


@given(RECORDS)
def test_a_page_that_is_seen_again_brings_nothing_unknown(seen: list[Record]) -> None:
    first = linked(seen, known())
    originals = [link for link in first.links if link.twin is None]
    entries = {
        f"k{n}": Familiar(entry(f"k{n}", link.record), frozenset(link.keys), True) for n, link in enumerate(originals)
    }
    owners: dict[identity.Key, tuple[str, ...]] = {}
    for id, familiar in entries.items():
        for key in familiar.keys:
            owners[key] = (*owners.get(key, ()), id)
    said = {id: familiar.record.fingerprint for id, familiar in entries.items()}
    again = identity.link(seen, Known(owners, entries), source="office", own=[PAGE], said=said)
    assert None not in [link.entry for link in again.links]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Sok Drara is freed", "Sok Dara is freed", True),
        ("Bulletin 12", "Bulletin 13", False),
        ("Survey of garment workers", "Ten provinces agree", False),
        ("", "", True),
    ],
)
def test_one_title_can_be_an_edit_of_another(one: str, other: str, alike: bool) -> None:
    assert identity.alike(Record(title=one), Record(title=other)) is alike
