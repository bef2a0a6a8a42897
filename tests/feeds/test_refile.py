"""Topics that change: what is known is filed, and nobody is mailed for it."""

from datetime import timedelta

import pytest

from feeds.refile import refile, try_topic
from state import entries, filings, publications, topics
from state.records import Topic
from state.store import Store
from tests.feeds.samples import NOW, SITE
from tests.feeds.visits import Watched, item, page

KILNS = Topic("kilns", "Brick kilns", any=("kiln*",))


@pytest.fixture
def office(store: Store) -> Watched:
    """Two old entries and a new one about kilns, one about wages."""
    watched = Watched(store)
    old = [
        item("Kilns close", "2006-05-08", 1),
        item("Wages rise", "2006-05-07", 2),
        item("A kiln burns", "2006-05-06", 3),
    ]
    watched.visit(page(*old))
    watched.visit(page(item("Kiln owners agree", "2006-05-15", 4), *old))
    return watched


def ids(office: Watched, *titles: str) -> tuple[str, ...]:
    return tuple(office.entry(title).id for title in titles)


def put(office: Watched, topic: Topic) -> None:
    with office.store.write() as db:
        topics.put_topic(db, topic, NOW)


def test_a_new_topic_gets_what_is_known_in_feed_order_and_mails_nobody(office: Watched) -> None:
    put(office, KILNS)
    done = refile(office.store, site=SITE, now=office.now)
    with office.store.read() as db:
        filed = [entry.title for entry in entries.entries(db, topic="kilns")]
        mailed = [
            mailable
            for (_, topic), mailable in filings.filed(db, [e.id for e in entries.entries(db)]).items()
            if topic == "kilns"
        ]
    assert filed == ["Kiln owners agree", "Kilns close", "A kiln burns"]
    assert mailed == [False, False, False]
    assert {topic for _, topic in done.added} == {"kilns"}
    assert len(done.changed) == 3


def test_refiling_again_does_nothing(office: Watched) -> None:
    put(office, KILNS)
    refile(office.store, site=SITE, now=office.now)
    again = refile(office.store, site=SITE, now=office.now + timedelta(hours=1))
    assert (again.added, again.changed) == ((), ())


def test_refiled_entries_are_rendered_with_their_topic(office: Watched) -> None:
    put(office, KILNS)
    refile(office.store, site=SITE, now=office.now)
    (kiln,) = ids(office, "Kilns close")
    with office.store.read() as db:
        assert b"kilns" in publications.kept(db, [kiln], "atom")[kiln]
        assert {"all", "kilns", "source-office"} <= {feed.name for feed in publications.dirty(db)}


def test_entries_of_a_closed_topic_lose_it_in_their_feeds_and_stay_filed(office: Watched) -> None:
    put(office, KILNS)
    refile(office.store, site=SITE, now=office.now)
    with office.store.write() as db:
        topics.close_topic(db, "kilns", office.now)
    done = refile(office.store, site=SITE, now=office.now, changed=["kilns"])
    (kiln,) = ids(office, "Kilns close")
    assert (done.added, len(done.changed)) == ((), 3)
    with office.store.read() as db:
        assert b"kilns" not in publications.kept(db, [kiln], "atom")[kiln]
        assert (kiln, "kilns") in filings.filed(db, [kiln])


def test_trying_a_topic_shows_what_it_would_do_and_writes_nothing(office: Watched) -> None:
    put(office, Topic("kilns", "Brick kilns", any=("close",)))
    refile(office.store, site=SITE, now=office.now)
    with office.store.read() as db:
        before = filings.head_seq(db)
        tried = try_topic(db, Topic("kilns", "Brick kilns", any=("owner*", "burn*")))
        assert filings.head_seq(db) == before
    assert tried.add == ids(office, "Kiln owners agree", "A kiln burns")
    assert tried.remove == ids(office, "Kilns close")
    assert tried.keep == ()
    assert tried.mail == ids(office, "Kiln owners agree")


def test_a_topic_that_does_not_exist_yet_can_be_tried(office: Watched) -> None:
    with office.store.read() as db:
        tried = try_topic(db, Topic("new", "New", any=("wage*",)))
    assert (tried.add, tried.remove) == (ids(office, "Wages rise"), ())
