"""Topics and countries in the store."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from state.errors import Misuse, NotFound
from state.records import Country, Topic
from state.schema import feeds
from state.store import Store
from state.topics import close_topic, countries, put_country, put_topic, topic, topics

BOATS = Topic("boats", "Boats", any=("fishing boat", "ferr*"), all=("=ICE",), none=("ferry tale",), titles={"km": "ទូក"})


def feed(store: Store, name: str) -> tuple[bool, bool]:
    """Whether a feed is dirty, and whether it is closed."""
    with store.read() as db:
        row = db.execute(select(feeds).where(feeds.c.name == name)).one()
    return row.dirty, row.closed_at is not None


def test_a_topic_is_given_back_as_it_was_put(store: Store, now: datetime) -> None:
    with store.write() as db:
        stored = put_topic(db, BOATS, now)
    with store.read() as db:
        assert topic(db, "boats") == stored
        assert topics(db) == (stored,)
    assert stored.created_at == now
    assert stored.titles == {"km": "ទូក"}


def test_a_new_topic_has_a_feed_that_waits_to_be_built(store: Store, now: datetime) -> None:
    with store.write() as db:
        put_topic(db, BOATS, now)
    assert feed(store, "boats") == (True, False)


def test_a_changed_topic_keeps_its_creation_and_makes_its_feed_dirty(store: Store, now: datetime) -> None:
    with store.write() as db:
        put_topic(db, BOATS, now)
        db.execute(feeds.update().values(dirty=False))
        put_topic(db, Topic("boats", "Ships", any=("ship",)), now + timedelta(days=1))
        changed = topic(db, "boats")
    assert (changed.title, changed.any, changed.created_at) == ("Ships", ("ship",), now)
    assert feed(store, "boats") == (True, False)


def test_a_closed_topic_is_listed_only_on_demand_and_its_feed_is_closed(store: Store, now: datetime) -> None:
    with store.write() as db:
        put_topic(db, BOATS, now)
        close_topic(db, "boats", now + timedelta(hours=1))
        close_topic(db, "boats", now + timedelta(hours=2))
        assert topics(db) == ()
        assert [one.closed_at for one in topics(db, closed=True)] == [now + timedelta(hours=1)]
    assert feed(store, "boats") == (False, True)


def test_putting_a_closed_topic_again_opens_it_and_its_feed(store: Store, now: datetime) -> None:
    with store.write() as db:
        put_topic(db, BOATS, now)
        close_topic(db, "boats", now)
        put_topic(db, BOATS, now)
        assert topic(db, "boats").closed_at is None
    assert feed(store, "boats") == (True, False)


def test_topics_come_in_the_order_of_their_creation(store: Store, now: datetime) -> None:
    with store.write() as db:
        put_topic(db, Topic("zebras", "Zebras"), now)
        put_topic(db, Topic("boats", "Boats"), now + timedelta(seconds=1))
        put_topic(db, Topic("apples", "Apples"), now)
        assert [one.id for one in topics(db)] == ["apples", "zebras", "boats"]


def test_an_unknown_topic_says_where_to_look(store: Store, now: datetime) -> None:
    with store.write() as db:
        with pytest.raises(NotFound, match="tidings topic list"):
            topic(db, "boats")
        with pytest.raises(NotFound, match="boats"):
            close_topic(db, "boats", now)


@pytest.mark.parametrize("name", ["all", "unfiled", "source-ports", "admin-all", "Boats", "fishing boats", "", "a/b"])
def test_reserved_and_misshapen_ids_are_refused(store: Store, now: datetime, name: str) -> None:
    with store.write() as db, pytest.raises(Misuse, match="topic id"):
        put_topic(db, Topic(name, "A title"), now)


def test_a_topic_without_a_title_or_with_an_unreadable_phrase_is_refused(store: Store, now: datetime) -> None:
    with store.write() as db:
        with pytest.raises(Misuse, match="no title"):
            put_topic(db, Topic("boats", " "), now)
        with pytest.raises(Misuse, match="topic boats: phrase"):
            put_topic(db, Topic("boats", "Boats", none=("~",)), now)
        assert topics(db, closed=True) == ()


def test_countries_are_kept_by_code(store: Store) -> None:
    khmer = Country("KH", ("Cambodia", "Cambodian*"), ("Kampot",), ())
    with store.write() as db:
        put_country(db, Country("VN", ("Viet Nam",)))
        put_country(db, Country("KH", ("Kampuchea",)))
        put_country(db, khmer)
        assert countries(db) == (khmer, Country("VN", ("Viet Nam",)))
        with pytest.raises(Misuse, match="ISO 3166"):
            put_country(db, Country("Cambodia", ()))
