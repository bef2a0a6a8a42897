"""A plan is written only while what it was based on still holds."""

from dataclasses import replace
from datetime import timedelta

import pytest

from feeds import commit
from feeds.commit import Brought, Prepared
from feeds.documents import Page, Reading
from feeds.visit import Terms
from state import entries, sightings, sources, topics
from state.records import Topic
from state.sources import Claim
from state.store import Store
from tests.feeds.samples import SITE
from tests.feeds.visits import Watched, item, page

MINISTRY = "https://ministry.example.org/news"
NEWS = item("Ten provinces agree on a hotline", "2006-05-15", 9)
READING = Reading(pages=(page(NEWS, item("Kilns close", "2006-05-08", 1)),))


@pytest.fixture
def office(store: Store) -> Watched:
    watched = Watched(store)
    watched.visit(page(item("Kilns close", "2006-05-08", 1)))
    return watched


@pytest.fixture
def ministry(office: Watched) -> Watched:
    """Another source, which shares nothing with the office yet."""
    other = replace(office.source, id="ministry", where=MINISTRY)
    watched = Watched(office.store, other, now=office.now, minted=office.minted)
    watched.visit(page(item("Wages rise", "2006-05-08", 2), url=MINISTRY))
    return watched


def terms(office: Watched) -> Terms:
    return Terms(office.source, office.now, lambda: next(office.minted), 200)


def prepared(office: Watched) -> Prepared:
    with office.store.read() as db:
        return commit.prepare(db, READING, terms(office), SITE)


def test_a_plan_holds_while_nothing_else_was_written(office: Watched) -> None:
    plan = prepared(office)
    with office.store.write() as db:
        assert commit.renewed(db, [plan], SITE) == [plan]


def test_an_entry_that_another_source_showed_meanwhile_is_not_made_twice(office: Watched, ministry: Watched) -> None:
    plan = prepared(office)
    assert len(plan.plan.new) == 1
    ministry.visit(page(NEWS, item("Wages rise", "2006-05-08", 2), url=MINISTRY))
    with office.store.write() as db:
        (fresh,) = commit.renewed(db, [plan], SITE)
        commit.write(db, [fresh])
    assert fresh.plan.new == ()
    with office.store.read() as db:
        (entry,) = entries.entries(db, search="hotline")
        assert {one.source for one in entries.sightings(db, entry.id)} == {"office", "ministry"}


def test_a_topic_that_was_added_meanwhile_is_not_missed(office: Watched) -> None:
    plan = prepared(office)
    with office.store.write() as db:
        topics.put_topic(db, Topic("hotlines", "Hotlines", any=("hotline",)), office.now)
    with office.store.write() as db:
        (fresh,) = commit.renewed(db, [plan], SITE)
    assert fresh.plan.new[0].topics == ("hotlines",)


def test_a_claim_that_was_taken_over_writes_nothing(office: Watched) -> None:
    with office.store.write() as db:
        slept = sources.claim(db, "office", owner="a", now=office.now, lease=0)
        assert slept
        assert sources.claim(db, "office", owner="b", now=office.now, lease=60)
    with office.store.read() as db:
        before = entries.entries(db)
    assert commit.commit(office.store, Brought(slept, READING, terms(office), lambda _plan: {}), SITE) is None
    with office.store.read() as db:
        assert entries.entries(db) == before


def test_a_visit_that_fails_half_way_leaves_nothing(office: Watched) -> None:
    plan = prepared(office)
    doomed = replace(plan, plan=replace(plan.plan, documents=(plan.plan.documents[0], None)))  # type: ignore[arg-type]
    with office.store.read() as db:
        before = (entries.entries(db), sightings.mark(db))
    with pytest.raises(AttributeError), office.store.write() as db:
        commit.write(db, commit.renewed(db, [doomed], SITE))
    with office.store.read() as db:
        assert (entries.entries(db), sightings.mark(db)) == before


def test_what_the_admin_hides_while_a_plan_is_made_stays_hidden(office: Watched) -> None:
    reading = Reading(pages=(page(item("Kilns closed", "2006-05-08", 1)),))
    with office.store.read() as db:
        plan = commit.prepare(db, reading, terms(office), SITE)
    (id,) = [one.entry.id for one in plan.plan.revised]
    with office.store.write() as db:
        entries.hide(db, id, now=office.now)
    with office.store.write() as db:
        commit.write(db, commit.renewed(db, [plan], SITE))
    with office.store.read() as db:
        assert entries.entry(db, id).hidden_at == office.now
        assert entries.entry(db, id).title == "Kilns closed"


# ---- many visits in one transaction ----


def claimed(watched: Watched, lease: float = 60) -> Claim:
    with watched.store.write() as db:
        found = sources.claim(db, watched.source.id, owner="a", now=watched.now, lease=lease)
    assert found
    return found


def brought(watched: Watched, *shown: Page) -> Brought:
    now = {"last_polled_at": watched.now}
    return Brought(claimed(watched), Reading(pages=shown), terms(watched), lambda _plan: now)


def test_visits_to_strangers_are_written_in_one_transaction(office: Watched, ministry: Watched) -> None:
    with office.store.read() as db:
        before = sightings.mark(db)
    visits = [
        brought(office, page(NEWS, item("Kilns close", "2006-05-08", 1))),
        brought(ministry, page(item("A census", "2006-05-16", 7), url=MINISTRY)),
    ]
    plans = commit.commit_all(office.store, visits, SITE)
    assert [[entry.title for entry in plan.new] for plan in plans if plan] == [
        ["Ten provinces agree on a hotline"],
        ["A census"],
    ]
    with office.store.read() as db:
        assert sightings.mark(db) == before + 1
        assert {one.title for one in entries.entries(db)} == {
            "Ten provinces agree on a hotline", "A census", "Kilns close", "Wages rise",
        }  # fmt: skip
        assert {one.last_polled_at for one in sources.sources(db)} == {office.now, ministry.now}


def test_one_item_that_two_visits_of_a_group_show_is_one_entry(office: Watched, ministry: Watched) -> None:
    visits = [
        brought(office, page(NEWS, item("Kilns close", "2006-05-08", 1))),
        brought(ministry, page(NEWS, item("Wages rise", "2006-05-08", 2), url=MINISTRY)),
    ]
    first, second = commit.commit_all(office.store, visits, SITE)
    assert first
    assert second
    assert (len(first.new), len(second.new)) == (1, 0)
    with office.store.read() as db:
        (entry,) = entries.entries(db, search="hotline")
        assert {one.source for one in entries.sightings(db, entry.id)} == {"office", "ministry"}


def test_a_visit_whose_claim_was_lost_takes_nothing_from_the_others(office: Watched, ministry: Watched) -> None:
    slept = brought(office, page(NEWS))
    with office.store.write() as db:
        assert sources.claim(db, "office", owner="b", now=office.now + timedelta(hours=1), lease=60)
    news = brought(ministry, page(item("A census", "2006-05-16", 7), url=MINISTRY))
    lost, written = commit.commit_all(office.store, [slept, news], SITE)
    assert lost is None
    assert written
    with office.store.read() as db:
        assert not entries.entries(db, search="hotline")
        assert entries.entries(db, search="census")


def test_a_group_is_planned_anew_when_others_wrote_meanwhile(office: Watched, ministry: Watched) -> None:
    news = page(NEWS, item("Kilns close", "2006-05-08", 1))
    visits = [brought(office, news), brought(ministry, page(NEWS, url=MINISTRY))]
    with office.store.read() as db:
        plans = commit.prepare_all(db, [(one.reading, one.terms) for one in visits[:1]], SITE)
    commit.commit(office.store, visits[1], SITE)
    with office.store.write() as db:
        (fresh,) = commit.renewed(db, plans, SITE)
    assert (len(plans[0].plan.new), len(fresh.plan.new)) == (1, 0)
