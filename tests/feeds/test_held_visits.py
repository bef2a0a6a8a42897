"""Visits to documents that are doubted: what is kept of them, when they are told, when they are believed at last."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from feeds import raw
from feeds.documents import Page
from state import alarms, doubts, entries, rules
from state import raw as raws
from state.records import Extraction, Record, Validators
from state.store import Store
from tests.feeds.visits import LIST, Watched, item, listed, page

NAMES = ("Kilns", "Wages", "Unions", "Schools", "Mines", "Ferries", "Clinics", "Forests", "Borders", "Museums")
KNOWN = listed([f"{name} are inspected" for name in NAMES])
NEW = item("Ten provinces agree", "2006-05-15", 99)


@pytest.fixture
def office(store: Store) -> Watched:
    """A source whose baseline is the ten of NAMES."""
    watched = Watched(store)
    watched.visit(with_body(KNOWN))
    return watched


def with_body(records: Sequence[Record], body: bytes = b"", **values: object) -> Page:
    made, body = page(*records, **values), body or repr(records).encode()  # type: ignore[arg-type]
    return replace(made, body=body, validators=Validators(made.url, body_hash=raw.digest(body)))


def standing(watched: Watched) -> dict[str, str]:
    with watched.store.read() as db:
        return {alarm.kind: alarm.message for alarm in alarms.alarms(db)}


def held(watched: Watched) -> dict[str, doubts.Held]:
    with watched.store.read() as db:
        return doubts.held(db, "office")


def responses(watched: Watched) -> list[tuple[bytes | None, bool]]:
    """Bytes that are kept, newest first, and whether they are held."""
    with watched.store.read() as db:
        kept = raws.raws(db, "office")
    return [(raw.read(watched.store, one), one.held) for one in kept]


# ---- bytes ----


def test_the_bytes_of_a_first_sight_and_of_news_are_kept(office: Watched) -> None:
    office.visit(with_body([NEW, *KNOWN], b"with news"))
    assert [body for body, _ in responses(office)] == [b"with news", repr(KNOWN).encode()]


def test_a_page_that_changes_without_bringing_anything_is_kept_once_a_day(office: Watched) -> None:
    for number in range(30):
        office.visit(with_body(KNOWN, b"counter %d" % number))
    assert len(responses(office)) == 2


def test_the_bytes_of_a_held_page_are_kept_until_it_is_over(office: Watched) -> None:
    office.visit(with_body(KNOWN[:2], b"cut 1"))
    office.visit(with_body(KNOWN[:2], b"cut 2"))
    assert responses(office)[0] == (b"cut 2", True)
    assert len(responses(office)) == 2
    office.visit(with_body([NEW, *KNOWN], b"whole"))
    assert [body for body, _ in responses(office)] == [b"whole", repr(KNOWN).encode()]


def test_old_bytes_are_dropped_but_the_last_good_page_stays(office: Watched) -> None:
    office.visit(with_body([NEW, *KNOWN], b"news"))
    office.now += timedelta(days=31)
    office.visit(with_body([item("One more", "2006-06-15", 100), NEW, *KNOWN], b"more news"))
    assert [body for body, _ in responses(office)] == [b"more news"]
    assert len(list((raw.folder(office.store) / "office").iterdir())) == 1


# ---- doubts ----


def test_a_page_cut_short_changes_nothing_and_is_told(office: Watched) -> None:
    before = office.entries()
    plan = office.visit(with_body(KNOWN[:3]))
    assert plan.held
    assert office.entries() == before
    assert "7 of the 10 entries" in standing(office)["quarantined"]


def test_a_doubt_that_a_day_confirms_is_given_up_and_only_what_is_surely_new_is_mailed(office: Watched) -> None:
    old = item("Found in the archive", "2006-04-20", 98)
    for _ in range(24):
        plan = office.visit(with_body([NEW, old, *KNOWN[:2]]))
        assert plan.held
        assert len(standing(office)) == 1
    plan = office.visit(with_body([NEW, old, *KNOWN[:2]]))
    assert office.mailed(plan) == ["Ten provinces agree"]
    assert office.entry("Found in the archive").baseline
    assert held(office) == {}
    assert set(standing(office)) == {"redesigned"}


def test_a_page_that_flaps_does_not_cry_wolf(office: Watched) -> None:
    told = []
    for _ in range(4):
        office.visit(with_body(KNOWN[:2]))
        told.append("quarantined" in standing(office))
        office.visit(with_body(KNOWN))
        assert standing(office) == {}
    assert told == [True, False, False, False]


def test_a_doubt_that_stays_keeps_its_words(office: Watched) -> None:
    office.visit(with_body(KNOWN[:3]))
    before = standing(office)
    office.visit(with_body(KNOWN[:2]))
    assert standing(office) == before


def test_a_wall_with_its_own_list_is_never_believed_by_itself(office: Watched) -> None:
    strange = [item(f"Service {n}", "2001-01-01", 70 + n) for n in range(5)]
    for _ in range(100):
        assert office.visit(with_body(strange)).held
    assert len(office.entries()) == 10


def test_one_strange_document_does_not_hold_up_the_others(office: Watched) -> None:
    plan = office.visit(with_body(KNOWN[:2]), with_body([NEW], url=f"{LIST}/2"))
    assert office.mailed(plan) == ["Ten provinces agree"]
    assert set(held(office)) == {LIST}


def test_a_page_whose_entries_are_half_renamed_in_a_relaunch_is_held_and_then_mapped(office: Watched) -> None:
    moved = [replace(one, url=f"https://office.example.org/v2/{n}") for n, one in enumerate(KNOWN)]
    renamed = [replace(one, title=f"About no. {n} of the list") if n % 2 else one for n, one in enumerate(moved)]
    for _ in range(24):
        assert office.visit(with_body([NEW, *renamed])).held
    plan = office.visit(with_body([NEW, *renamed]))
    assert office.mailed(plan) == ["Ten provinces agree"]
    assert set(standing(office)) == {"relaunched"}
    assert office.entry("Kilns are inspected").url == "https://office.example.org/v2/0"


def test_what_is_new_on_the_day_of_a_relaunch_is_mailed(office: Watched) -> None:
    moved = [replace(one, url=f"https://office.example.org/v2/{n}") for n, one in enumerate(KNOWN)]
    plan = office.visit(with_body([NEW, *moved]))
    assert office.mailed(plan) == ["Ten provinces agree"]


# ---- texts that change by themselves ----


def test_counters_leave_no_revision(office: Watched) -> None:
    for count in range(5):
        plan = office.visit(with_body([replace(one, title=f"{one.title} ({count} comments)") for one in KNOWN]))
        if count:
            assert (plan.new, plan.revised, plan.filings) == ((), (), ())
    assert len(office.entries()) == 10


def test_undated_titles_with_counters_are_the_same_entries(store: Store) -> None:
    watched = Watched(store)
    for count in range(10, 14):
        rows = [replace(one, title=f"{one.title} ({count})", date=None) for one in KNOWN]
        plan = watched.visit(with_body(rows))
        assert watched.mailed(plan) == []
    assert len(watched.entries()) == 10


def test_a_page_that_words_all_its_teasers_anew_tells_nobody(office: Watched) -> None:
    before = [entry.updated_at for entry in office.entries()]
    plan = office.visit(with_body([replace(one, summary=f"At length, of {one.title}: it went well.") for one in KNOWN]))
    assert [one.significant for one in plan.revised] == [False] * 10
    assert [entry.updated_at for entry in office.entries()] == before


def test_a_teaser_that_rotates_stops_making_revisions_and_is_taken_when_it_rests(office: Watched) -> None:
    def say(text: str) -> int:
        first = replace(KNOWN[0], summary=f"{text} and {text[::-1]}, as they say in {text}")
        return len(office.visit(with_body([first, *KNOWN[1:]])).revised)

    made = [say(text) for text in ("ferries", "clinics", "museums", "borders", "forests")]
    assert made == [1, 1, 0, 0, 0]
    office.now += timedelta(days=2)
    assert say("forests") == 1
    with office.store.read() as db:
        assert len(entries.revisions(db, office.entry("Kilns are inspected").id)) == 4


# ---- another way of reading ----


def guided(selector: str) -> Page:
    return replace(
        with_body(KNOWN), extraction=Extraction("page", "guided:repeated", records=tuple(KNOWN), selector=selector)
    )


def test_a_reading_that_known_entries_led_to_becomes_a_rule(office: Watched) -> None:
    plan = office.visit(guided("main > ul > li"))
    assert plan.learnt is not None
    with office.store.read() as db:
        holds = rules.present(db, office.source)
    assert holds is not None
    assert (dict(holds.select), holds.guided) == ({"item": "main > ul > li"}, False)
    assert "10 found again" in standing(office)["redesigned"]
    assert office.visit(guided("main > ul > li")).learnt is None


def test_without_a_selector_the_known_entries_go_on_leading(office: Watched) -> None:
    office.visit(guided(""))
    with office.store.read() as db:
        holds = rules.present(db, office.source)
    assert holds is not None
    assert holds.guided


def test_where_the_admin_chose_selectors_a_rule_is_only_offered(store: Store) -> None:
    watched = Watched(store)
    watched.source = replace(watched.source, select={"item": "article"})
    watched.visit(with_body(KNOWN))
    watched.visit(guided("main > ul > li"))
    with store.read() as db:
        assert rules.present(db, watched.source) is None
        assert len(rules.rules(db, "office")) == 2
    assert "your selectors" in standing(watched)["redesigned"]
