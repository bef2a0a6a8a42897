"""A plan is written only while what it was based on still holds."""

from dataclasses import replace

import pytest

from feeds import commit
from feeds.commit import Prepared
from feeds.documents import Reading
from feeds.visit import Terms
from state import entries, sightings, sources, topics
from state.records import Topic
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
        assert commit.renewed(db, plan, READING, terms(office), SITE) is plan


def test_an_entry_that_another_source_showed_meanwhile_is_not_made_twice(office: Watched, ministry: Watched) -> None:
    plan = prepared(office)
    assert len(plan.plan.new) == 1
    ministry.visit(page(NEWS, item("Wages rise", "2006-05-08", 2), url=MINISTRY))
    with office.store.write() as db:
        fresh = commit.renewed(db, plan, READING, terms(office), SITE)
        commit.write(db, fresh, terms(office))
    assert fresh.plan.new == ()
    with office.store.read() as db:
        (entry,) = entries.entries(db, search="hotline")
        assert {one.source for one in entries.sightings(db, entry.id)} == {"office", "ministry"}


def test_a_topic_that_was_added_meanwhile_is_not_missed(office: Watched) -> None:
    plan = prepared(office)
    with office.store.write() as db:
        topics.put_topic(db, Topic("hotlines", "Hotlines", any=("hotline",)), office.now)
    with office.store.write() as db:
        fresh = commit.renewed(db, plan, READING, terms(office), SITE)
    assert fresh.plan.new[0].topics == ("hotlines",)


def test_a_claim_that_was_taken_over_writes_nothing(office: Watched) -> None:
    with office.store.write() as db:
        slept = sources.claim(db, "office", owner="a", now=office.now, lease=0)
        assert slept
        assert sources.claim(db, "office", owner="b", now=office.now, lease=60)
    with office.store.read() as db:
        before = entries.entries(db)
    assert commit.commit(office.store, slept, READING, terms(office), SITE, lambda _plan: {}) is None
    with office.store.read() as db:
        assert entries.entries(db) == before


def test_a_visit_that_fails_half_way_leaves_nothing(office: Watched) -> None:
    plan = prepared(office)
    doomed = replace(plan, plan=replace(plan.plan, documents=(plan.plan.documents[0], None)))  # type: ignore[arg-type]
    with office.store.read() as db:
        before = (entries.entries(db), sightings.mark(db))
    with pytest.raises(AttributeError), office.store.write() as db:
        commit.write(db, commit.renewed(db, doomed, READING, terms(office), SITE), terms(office))
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
        commit.write(db, commit.renewed(db, plan, reading, terms(office), SITE), terms(office))
    with office.store.read() as db:
        assert entries.entry(db, id).hidden_at == office.now
        assert entries.entry(db, id).title == "Kilns closed"
