"""The secrets live in the database and outlive their use."""

from datetime import datetime, timedelta

from state import keys
from state.store import Store


def test_a_first_key_is_made_once_for_each_purpose(store: Store, now: datetime) -> None:
    with store.write() as db:
        assert keys.known(db, "token").known == ()
        made = keys.ensure(db, "token", now=now)
        assert keys.ensure(db, "token", now=now + timedelta(days=1)) == made
        other = keys.ensure(db, "stoplist", now=now)
    assert len(made.current.secret) == keys.SECRET
    assert made.current.secret != other.current.secret


def test_a_retired_key_stays_known_and_makes_nothing_new(store: Store, now: datetime) -> None:
    with store.write() as db:
        old = keys.ensure(db, "token", now=now).current
        new = keys.rotate(db, "token", now=now + timedelta(days=1))
    assert new.current.id != old.id
    kept = new.by_id(old.id)
    assert kept is not None
    assert (kept.secret, kept.retired_at) == (old.secret, now + timedelta(days=1))
    assert new.by_id("none") is None


def test_two_keys_never_share_an_id(store: Store, now: datetime) -> None:
    drawn = iter([b"\1\1", b"a" * 32, b"\1\1", b"b" * 32, b"\2\2\2\2"])
    with store.write() as db:
        keys.ensure(db, "token", now=now, mint=lambda _: next(drawn))
        keys.ensure(db, "stoplist", now=now, mint=lambda _: next(drawn))
        assert keys.known(db, "token").current.id == "0101"
        assert keys.known(db, "stoplist").current.id == "02020202"
