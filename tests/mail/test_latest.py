"""Who confirms gets the latest edition at once, and nothing of it again."""

from datetime import datetime, timedelta

import pytest

from mail import editing, latest, subscriptions
from mail.digest import plan_due
from mail.settings import Digests
from state import editions, outbox, sources
from state.records import Edition
from state.store import Store
from tests.mail.people import SITE, entry, file, know_topics, source, subscribe

SOK = "sok@example.org"
DAY = timedelta(days=1)


@pytest.fixture
def archive(store: Store, now: datetime) -> Store:
    """Two entries about the harvest, one about mines, one too old to be told where there are newer ones."""
    with store.write() as db:
        know_topics(db, now)
        sources.put(db, source(now))
        file(db, entry("old", now=now - 200 * DAY), "harvest", now=now - 200 * DAY)
        file(db, entry("h1", now=now - 9 * DAY), "harvest", now=now - 9 * DAY)
        file(db, entry("h2", now=now - 2 * DAY), "harvest", now=now - 2 * DAY, mailable=False)
        file(db, entry("m1", now=now - DAY), "mines", now=now - DAY)
    return store


def ask(store: Store, now: datetime, *topics: str, email: str = SOK) -> str:
    with store.write() as db:
        subscribe(db, email, *topics, now=now, confirmed=False, by="subscriber", every="weekly")
        return outbox.messages(db)[0].key


def agree(store: Store, token: str, now: datetime) -> Edition | None:
    """As the page does it; the edition that was queued."""
    with store.read() as db:
        made = latest.foresee(db, token, site=SITE, now=now)
    with store.write() as db:
        done = subscriptions.confirm(db, token, now=now)
        if made is None or not isinstance(done, subscriptions.Done):
            return None
        number = latest.queue(db, done.subscriber, made, site=SITE, now=now)
        assert number is not None
        return editions.edition(db, outbox.message(db, number).edition or "")


def test_the_latest_entries_of_the_topics_come_at_once(archive: Store, now: datetime) -> None:
    edition = agree(archive, ask(archive, now, "harvest"), now)
    assert edition is not None
    assert [name for name, _ in edition.entries] == ["h2", "h1"]
    assert "sample of the past" in edition.html
    assert "sample of the past" in edition.text
    with archive.read() as db:
        assert [one.state for one in outbox.messages(db) if one.kind == latest.KIND] == ["queued"]


def test_where_nothing_is_new_older_entries_come(archive: Store, now: datetime) -> None:
    later = now + 60 * DAY
    edition = agree(archive, ask(archive, later, "mines"), later)
    assert edition is not None
    assert [name for name, _ in edition.entries] == ["m1"]


def test_what_it_held_does_not_come_again(archive: Store, now: datetime) -> None:
    agree(archive, ask(archive, now, "harvest"), now)
    with archive.write() as db:
        from state import filings

        filings.release(db, ["h2"], now=now + DAY)  # a held one is let go: everybody else is owed it now
        file(db, entry("h3", now=now + DAY), "harvest", now=now + DAY)
    plan_due(archive, site=SITE, settings=Digests(), now=now + 8 * DAY)
    with archive.read() as db:
        (digest,) = [one for one in outbox.messages(db) if one.kind == "digest"]
        told = editions.edition(db, digest.edition or "").entries
    assert [name for name, _ in told] == ["h3"]


def test_two_who_confirm_the_same_share_an_edition(archive: Store, now: datetime) -> None:
    one = agree(archive, ask(archive, now, "harvest"), now)
    other = agree(archive, ask(archive, now, "harvest", email="dara@example.org"), now)
    assert one is not None
    assert one == other


def test_confirming_again_brings_nothing_again(archive: Store, now: datetime) -> None:
    token = ask(archive, now, "harvest")
    agree(archive, token, now)
    with archive.read() as db:
        assert latest.foresee(db, token, site=SITE, now=now) is None


def test_who_comes_back_is_not_told_what_they_had(archive: Store, now: datetime) -> None:
    agree(archive, ask(archive, now, "harvest"), now)
    with archive.write() as db:
        subscriptions.remove(db, SOK, by="admin", now=now + DAY)
    back = now + 2 * DAY
    edition = agree(archive, ask(archive, back, "all"), back)
    assert edition is not None
    assert [name for name, _ in edition.entries] == ["m1"]


def test_an_empty_archive_brings_nothing(store: Store, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)
    assert agree(store, ask(store, now, "harvest"), now) is None


def test_with_approval_a_sample_holds_only_what_was_approved(archive: Store, now: datetime) -> None:
    token = ask(archive, now, "harvest")
    with archive.read() as db:
        assert latest.foresee(db, token, site=SITE, now=now, approval=True) is None, "nothing was approved yet"
    with archive.write() as db:
        subscribe(db, "dara@example.org", "harvest", now=now)
        file(db, entry("h3", now=now), "harvest", now=now)
    (made,) = plan_due(archive, site=SITE, settings=Digests(approval=True), now=now, immediately=True).editions
    with archive.read() as db:
        assert latest.foresee(db, token, site=SITE, now=now, approval=True) is None, "it waits"
    editing.act(archive, made, "approve", now=now)
    with archive.read() as db:
        sample = latest.foresee(db, token, site=SITE, now=now, approval=True)
    assert sample is not None
    assert [name for name, _ in sample.edition.entries] == ["h3"]
