"""What a visit changes, stored for real: nothing is lost, nothing doubled, nobody mailed unasked."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds import commit
from feeds import plan as planning
from feeds.documents import Page, Reading
from feeds.visit import Terms
from state import alarms, entries, filings, publications, sightings, topics
from state.migrate import migrate
from state.records import Country, Enclosure, Record, Topic
from state.store import Store, open_store
from tests.feeds.visits import LIST, Watched, item, listed, page

TITLES = ("Kilns close", "Wages rise", "Unions meet", "Schools open", "Mines pause")
KNOWN = listed(TITLES)


@pytest.fixture
def office(store: Store) -> Watched:
    """A source whose baseline is the five of TITLES."""
    watched = Watched(store)
    watched.visit(page(*KNOWN))
    return watched


def standing(watched: Watched) -> dict[str, str]:
    with watched.store.read() as db:
        return {alarm.kind: alarm.message for alarm in alarms.alarms(db)}


# ---- first sight ----


def test_a_first_sight_is_a_baseline_that_mails_nobody(store: Store) -> None:
    watched = Watched(store)
    plan = watched.visit(page(*KNOWN))
    assert watched.titles() == list(TITLES)
    assert watched.mailed(plan) == []
    assert all(entry.baseline for entry in watched.entries())


def test_of_a_first_sight_the_newest_may_count_as_news(store: Store) -> None:
    watched = Watched(store)
    plan = watched.visit(page(*KNOWN), as_new=2)
    assert watched.mailed(plan) == ["Kilns close", "Wages rise"]
    assert [entry.baseline for entry in watched.entries()] == [False, False, True, True, True]


def test_all_of_a_first_sight_may_count_as_news_even_above_the_threshold(store: Store) -> None:
    watched = Watched(store, hold=2)
    assert len(watched.mailed(watched.visit(page(*KNOWN), as_new=-1))) == 5


def test_an_old_entry_has_the_end_of_its_period_as_updated_and_a_new_one_its_first_sight(office: Watched) -> None:
    office.visit(page(item("Ten provinces agree", "2006-05-15", 9), *KNOWN))
    assert office.entry("Kilns close").updated_at == datetime(2006, 4, 28, 12, tzinfo=UTC)
    assert office.entry("Ten provinces agree").updated_at == office.now
    assert office.entry("Ten provinces agree").published_at == datetime(2006, 5, 15, 12, tzinfo=UTC)


def test_the_newest_of_several_documents_is_on_top_of_the_feed(store: Store) -> None:
    watched = Watched(store)
    months = page(item("Pact signed", "2004-10"), item("Annual survey", "2004-01"), url=f"{LIST}/months")
    news = page(item("Kilns close", "2006-05-08"), item("Wages rise", "2004-10-26"), url=f"{LIST}/news")
    watched.visit(months, news)
    assert watched.titles() == ["Kilns close", "Pact signed", "Wages rise", "Annual survey"]


# ---- one item in several documents ----


def test_the_same_release_on_overlapping_pages_and_in_a_month_list_is_one_entry(store: Store) -> None:
    watched = Watched(store)
    summary = "Trainers from the northern provinces show what they have learnt so far."
    month = page(item("Home workers trained", "2004-10", summary=summary), url=f"{LIST}/0")
    day = item("Home workers trained", "2004-10-26", place="PHNOM PENH", kind="press-release", summary=summary)
    plan = watched.visit(month, page(day, url=f"{LIST}/1"), page(day, url=f"{LIST}/2"))
    (entry,) = watched.entries()
    assert (entry.record.date, entry.record.place, entry.record.kind) == ("2004-10-26", "PHNOM PENH", "press-release")
    assert entry.published_at == datetime(2004, 10, 26, 12, tzinfo=UTC)
    assert len(plan.standing) == 3
    with watched.store.read() as db:
        seen = entries.sightings(db, entry.id)
        assert [(one.document, one.rule) for one in seen] == [
            (f"{LIST}/0", "minted"),
            (f"{LIST}/1", "title+date"),
            (f"{LIST}/2", "title+date"),
        ]
        assert len(entries.revisions(db, entry.id)) == 1


def test_a_new_release_on_two_overlapping_pages_of_one_poll_is_one_entry(office: Watched) -> None:
    new = item("Ten provinces agree", "2006-05-15", 9)
    plan = office.visit(page(new, *KNOWN), page(new, url=f"{LIST}/2"))
    assert office.mailed(plan) == ["Ten provinces agree"]


def test_a_finer_date_in_a_later_document_is_kept_without_telling_readers(store: Store) -> None:
    watched = Watched(store)
    watched.visit(page(item("Home workers trained", "2004-10"), url=f"{LIST}/0"))
    before = watched.entries()[0].updated_at
    plan = watched.visit(page(item("Home workers trained", "2004-10-26", place="HANOI"), url=f"{LIST}/1"))
    (entry,) = watched.entries()
    assert (entry.record.date, entry.record.place, entry.updated_at) == ("2004-10-26", "HANOI", before)
    assert [one.significant for one in plan.revised] == [False]


def test_two_documents_that_word_it_differently_do_not_revise_each_other(store: Store) -> None:
    watched = Watched(store)
    short, long = (page(item("Kilns close", number=1, summary=s), url=f"{LIST}/{s}") for s in ("Short.", "At length."))
    watched.visit(short, long)
    for _ in range(2):
        plan = watched.visit(short, long)
        assert (plan.new, plan.revised) == ((), ())
    assert watched.entries()[0].record.summary == "Short."


def test_the_same_item_in_another_source_is_one_entry_with_two_sightings(office: Watched) -> None:
    url = "https://ministry.example.org/news"
    other = Watched(
        office.store, replace(office.source, id="ministry", where=url), now=office.now, minted=office.minted
    )
    plan = other.visit(page(*KNOWN[:2], url=url))
    assert plan.new == ()
    with office.store.read() as db:
        assert [entry.title for entry in entries.entries(db, source="ministry")] == ["Wages rise", "Kilns close"][::-1]
        made = publications.feed(db, "source-ministry")
        assert made is not None
        assert made.dirty


# ---- new, old, unchanged ----


def test_a_new_entry_on_top_is_news(office: Watched) -> None:
    plan = office.visit(page(item("Ten provinces agree", "2006-05-15", 9), *KNOWN[:4]))
    assert office.mailed(plan) == ["Ten provinces agree"]
    assert office.titles() == ["Ten provinces agree", *TITLES]
    assert plan.withdrawn == ()


def test_several_new_entries_are_filed_from_the_bottom_of_the_page(office: Watched) -> None:
    office.visit(page(item("Third", number=13), item("Second", number=12), item("First", number=11), *KNOWN))
    assert office.titles()[:3] == ["Third", "Second", "First"]


def test_a_back_dated_entry_between_known_ones_is_news(office: Watched) -> None:
    plan = office.visit(page(*KNOWN[:2], item("Agreement signed", "2006-01-10", 9), *KNOWN[2:]))
    assert office.mailed(plan) == ["Agreement signed"]


def test_older_entries_below_the_known_ones_are_backfill(office: Watched) -> None:
    plan = office.visit(page(*KNOWN, item("Old pledge", "2005-01-10", 9)))
    assert [entry.title for entry in plan.new] == ["Old pledge"]
    assert office.mailed(plan) == []
    assert office.entry("Old pledge").baseline


def test_a_page_that_says_the_same_again_changes_nothing(office: Watched) -> None:
    before = office.entries()
    plan = office.visit(page(*KNOWN))
    assert (plan.new, plan.revised, plan.filings, plan.withdrawn) == ((), (), (), ())
    assert office.entries() == before


def test_a_pinned_copy_on_top_changes_nothing(office: Watched) -> None:
    pin = replace(KNOWN[3], url=f"{KNOWN[3].url}?from=home")
    plan = office.visit(page(pin, *KNOWN))
    assert (plan.new, plan.revised) == ((), ())


def test_renumbered_items_of_a_text_are_the_same_entries(store: Store) -> None:
    watched = Watched(store)
    old = [item(title, f"2006-04-{20 - n}", anchor=f":~:text={title}") for n, title in enumerate(TITLES)]
    watched.visit(page(*old, url="file:///srv/list.txt"))
    plan = watched.visit(page(item("Hotline", "2006-05-15"), *old, url="file:///srv/list.txt"))
    assert watched.mailed(plan) == ["Hotline"]
    assert plan.revised == ()


def test_an_entry_without_a_link_is_found_at_its_place_on_the_page(store: Store) -> None:
    watched = Watched(store)
    watched.visit(page(item("Kilns close", anchor="k1"), item("Wages rise")))
    assert [entry.url for entry in watched.entries()] == [f"{LIST}#k1", LIST]


def test_a_list_walked_over_two_pages_is_one_list(office: Watched) -> None:
    first = page(*[item(f"New {n}", number=20 + n) for n in range(5)])
    second = page(item("New 5", number=25), item("New 6", number=26), *KNOWN[:3], url=f"{LIST}?page=2")
    plan = office.visit(first, second, walked=True)
    assert len(office.mailed(plan)) == 7
    assert office.titles()[:7] == [f"New {n}" for n in range(7)]


def test_a_list_of_strangers_is_held_as_a_whole(office: Watched) -> None:
    first, second = page(item("Log in", None, 20)), page(item("Register", None, 21), url=f"{LIST}?page=2")
    plan = office.visit(first, second, walked=True)
    assert plan.held
    assert plan.new == ()


def goes_on(watched: Watched, *pages: Page) -> bool:
    terms = Terms(watched.source, watched.now, lambda: next(watched.minted), 200)
    with watched.store.read() as db:
        return planning.goes_on(pages, commit.load(db, pages, watched.source), terms)


def test_the_next_page_is_read_while_a_list_ends_in_unknown_entries(office: Watched) -> None:
    news = [item(f"New {n}", f"2006-05-{20 - n}", 20 + n) for n in range(5)]
    second = page(*news[3:], *KNOWN[:1], url=f"{LIST}?page=2")
    assert goes_on(office, page(*news[:3]))
    assert not goes_on(office, page(*news[:3]), second)
    assert not goes_on(office, page(*news, *KNOWN))
    assert not goes_on(office, page(*KNOWN, item("Old pledge", "2005-01-10", 9)))


def test_a_later_page_may_show_that_an_undated_list_only_went_on(office: Watched) -> None:
    strangers = [item(f"New {n}", None, 20 + n) for n in range(5)]
    assert goes_on(office, page(*strangers))
    assert not goes_on(office, page(*strangers, method="tables"))
    assert not goes_on(office, page())


def test_a_backfill_takes_an_older_page_as_a_baseline_and_ends_no_alarm(office: Watched) -> None:
    older = page(item("Old A", "2006-05-15", 9), *KNOWN, url=f"{LIST}?page=2")
    plan = office.visit(older, mode="backfill", walked=True)
    assert office.mailed(plan) == []
    assert (len(plan.new), plan.raised, plan.cleared) == (1, (), ())


# ---- changed ----


def test_a_corrected_typo_is_a_revision_that_nobody_is_told_of(office: Watched) -> None:
    before = office.entry("Mines pause").updated_at
    fixed = replace(KNOWN[4], title="Mines paused")
    plan = office.visit(page(*KNOWN[:4], fixed))
    assert (plan.new, [one.significant for one in plan.revised]) == ((), [False])
    assert office.entry("Mines paused").updated_at == before
    assert plan.filings == ()


def test_a_rewritten_entry_moves_updated_and_mails_nobody(office: Watched) -> None:
    news = replace(KNOWN[0], title="Kilns will not be closed before the harvest, says the ministry")
    plan = office.visit(page(news, *KNOWN[1:]))
    assert [one.significant for one in plan.revised] == [True]
    assert plan.filings == ()
    changed = office.entries()[0]
    assert (changed.updated_at, changed.revision) == (office.now, 2)


def test_a_new_download_is_a_significant_revision(office: Watched) -> None:
    more = replace(KNOWN[0], enclosures=(Enclosure("https://office.example.org/1.pdf"),))
    assert [one.significant for one in office.visit(page(more, *KNOWN[1:])).revised] == [True]


def test_an_entry_that_is_missing_while_older_ones_stand_is_withdrawn_and_may_come_back(office: Watched) -> None:
    plan = office.visit(page(*KNOWN[:2], *KNOWN[3:]))
    assert [office.entry(title).id for title in ("Unions meet",)] == list(plan.withdrawn)
    assert office.entry("Unions meet").withdrawn_at == office.now
    plan = office.visit(page(*KNOWN))
    assert plan.new == ()
    assert office.entry("Unions meet").withdrawn_at is None


def test_entries_that_drop_off_the_bottom_are_not_withdrawn(office: Watched) -> None:
    plan = office.visit(page(item("Ten provinces agree", "2006-05-15", 9), *KNOWN[:2]))
    assert plan.withdrawn == ()
    assert len(office.entries()) == 6


def test_a_pin_that_is_taken_down_is_not_withdrawn(store: Store) -> None:
    watched = Watched(store)
    watched.visit(page(item("Our mandate", "2001-01-01", 99), *KNOWN))
    assert watched.visit(page(*KNOWN)).withdrawn == ()


def test_an_entry_that_still_stands_in_another_document_is_not_withdrawn(office: Watched) -> None:
    office.visit(page(KNOWN[2], url=f"{LIST}/topic"))
    assert office.visit(page(*KNOWN[:2], *KNOWN[3:])).withdrawn == ()


# ---- doubt ----


def test_an_empty_page_changes_nothing_and_tells_the_admin(office: Watched) -> None:
    before = office.entries()
    plan = office.visit(page())
    assert plan.held
    assert (plan.new, plan.withdrawn, plan.documents) == ((), (), ())
    assert office.entries() == before
    assert "0 of 5" in standing(office)["empty"]
    office.visit(page(*KNOWN))
    assert standing(office) == {}


def test_one_empty_document_does_not_hold_up_the_others(office: Watched) -> None:
    plan = office.visit(page(), page(item("Ten provinces agree", "2006-05-15", 9), url=f"{LIST}/2"))
    assert office.mailed(plan) == ["Ten provinces agree"]
    assert "empty" in standing(office)


def test_a_page_of_strangers_is_held_until_the_admin_accepts_it_as_a_baseline(office: Watched) -> None:
    strangers = page(item("Log in", None, 50), item("Forgotten password", None, 51))
    assert office.visit(strangers).held
    assert len(office.entries()) == 5
    assert "quarantined" in standing(office)
    plan = office.visit(strangers, mode="accept")
    assert office.mailed(plan) == []
    assert len(office.entries()) == 7
    assert standing(office) == {}


def test_after_a_long_absence_everything_on_the_page_is_news(office: Watched) -> None:
    plan = office.visit(page(*[item(f"News {n}", f"2006-06-{20 - n}", 60 + n) for n in range(5)]))
    assert len(office.mailed(plan)) == 5


def test_a_relaunch_maps_every_entry_and_mails_nobody(office: Watched) -> None:
    moved = [replace(record, url=f"https://office.example.org/resource/{n}") for n, record in enumerate(KNOWN)]
    ids = {entry.id for entry in office.entries()}
    plan = office.visit(page(*moved, item("A title that was edited too", "2006-04-20", 77), method="cards"))
    assert office.mailed(plan) == []
    assert ids < {entry.id for entry in office.entries()}
    assert office.entry("Kilns close").url == "https://office.example.org/resource/0"
    assert not any(one.significant for one in plan.revised)
    assert "5 of 6" in standing(office)["relaunched"]

    plan = office.visit(page(item("First after", "2006-05-20", 78), *moved, method="cards"))
    assert office.mailed(plan) == ["First after"]
    assert standing(office) == {}


def test_a_flood_is_published_but_waits_to_be_mailed(store: Store) -> None:
    watched = Watched(store, hold=3)
    watched.visit(page(*KNOWN))
    flood = [item(f"News {n}", f"2006-05-{20 - n}", 60 + n) for n in range(4)]
    plan = watched.visit(page(*flood, *KNOWN))
    assert watched.mailed(plan) == []
    assert watched.titles()[:4] == [f"News {n}" for n in range(4)]
    assert "flood" in standing(watched)
    watched.visit(page(*flood, *KNOWN))
    assert "flood" in standing(watched)  # until it is answered


def test_unreadable_documents_and_unread_pages_are_reported(office: Watched) -> None:
    office.visit(reading=Reading(pages=(page(*KNOWN),), unreadable=(("scan.pdf", "is a PDF"),), walked=True))
    assert "scan.pdf: is a PDF" in standing(office)["broken"]
    office.visit(reading=Reading(pages=(page(*KNOWN),), bound=True, walked=True))
    assert "bound" in standing(office)
    assert "broken" not in standing(office)


# ---- topics, countries, feeds ----


def test_entries_are_filed_under_their_topics_with_the_reason(store: Store) -> None:
    watched = Watched(store)
    with store.write() as db:
        topics.put_topic(db, Topic("wages", "Wages", any=("wage",)), watched.now)
        topics.put_country(db, Country("KH", ("Cambodia",), ("Phnom Penh",)))
    watched.visit(page(item("Wages rise in Cambodia", number=1), item("Kilns close", number=2, place="PHNOM PENH")))
    wages, kilns = watched.entry("Wages rise in Cambodia"), watched.entry("Kilns close")
    assert (wages.topics, wages.countries.effective) == (("wages",), ("KH",))
    assert (kilns.topics, kilns.countries.effective, kilns.countries.dateline) == ((), (), ("KH",))
    with store.read() as db:
        assert [(one.topic, one.why) for one in filings.filings(db, wages.id)] == [("all", ""), ("wages", "wage")]


def test_a_rewritten_entry_is_filed_under_the_topics_it_comes_under_now(office: Watched) -> None:
    with office.store.write() as db:
        topics.put_topic(db, Topic("trafficking", "Trafficking", any=("trafficking",)), office.now)
    office.visit(page(item("Ten provinces agree", "2006-05-15", 9), *KNOWN))
    news = item("Ten provinces agree to end trafficking of children", "2006-05-15", 9)
    old = replace(KNOWN[0], title="Kilns close for trafficking of children")
    office.visit(page(news, old, *KNOWN[1:]))
    with office.store.read() as db:
        filed = filings.filed(db, [entry.id for entry in office.entries()])
    assert filed[office.entry(news.title).id, "trafficking"] is True
    assert filed[office.entry(old.title).id, "trafficking"] is False  # it was a baseline


def test_the_feeds_of_what_changed_are_built_again_and_no_others(office: Watched) -> None:
    def clean() -> None:
        with office.store.write() as db:
            for feed in publications.all_feeds(db):
                publications.keep(db, feed, [], office.now)

    def dirty() -> list[str]:
        with office.store.read() as db:
            return [feed.name for feed in publications.dirty(db)]

    with office.store.write() as db:
        topics.put_topic(db, Topic("wages", "Wages", any=("wage",)), office.now)
        topics.put_topic(db, Topic("mines", "Mines", any=("mine",)), office.now)
    clean()
    office.visit(page(*KNOWN))
    assert dirty() == []
    office.visit(page(item("Wage talks begin", "2006-05-15", 9), *KNOWN))
    assert dirty() == ["all", "source-office", "wages"]


def test_every_entry_has_fragments_for_all_forms(office: Watched) -> None:
    with office.store.read() as db:
        for form in ("atom", "rss", "json"):
            assert len(publications.kept(db, [entry.id for entry in office.entries()], form)) == 5


# ---- properties ----

PAGES = st.lists(
    st.lists(
        st.builds(
            Record,
            title=st.sampled_from(["", "Kilns", "Wages", "Press briefing", "Press briefing 2"]),
            url=st.sampled_from([None, *(f"https://office.example.org/{n}" for n in range(3))]),
            guid=st.sampled_from(["", "1"]),
            date=st.sampled_from([None, "2006", "2006-05", "2006-05-08"]),
            summary=st.sampled_from(["", "On kilns."]),
        ),
        min_size=1,
        max_size=5,
    ),
    min_size=1,
    max_size=3,
)


@given(PAGES)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_entry_ever_vanishes_and_a_visit_repeated_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, visits: list[list[Record]]
) -> None:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('visits')}/t.db", create=True)
    migrate(store)
    watched, known = Watched(store), set[str]()
    for records in visits:
        watched.visit(page(*records))
        now_known = {entry.id for entry in watched.entries()}
        assert known <= now_known
        known = now_known
        again = watched.visit(page(*records))
        assert (again.new, again.revised, again.filings) == ((), (), ())
        with store.read() as db:
            assert len(sightings.places(db, known)) == len(known)
    store.close()
