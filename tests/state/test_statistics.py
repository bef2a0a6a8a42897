"""What became of editions, by our own rows."""

from datetime import datetime, timedelta

from mail import subscriptions
from mail.digest import plan_due
from mail.settings import Digests
from state import bounces, departures, editions, outbox, statistics
from state.bounces import Noted
from state.outbox import Result
from state.statistics import Empty, Numbers
from state.store import Store
from tests.mail.people import SITE, entry, file, know_topics, subscribe

PEOPLE = [f"reader{number}@example.org" for number in range(8)]
DAY = timedelta(days=1)


def planned(store: Store, now: datetime, name: str) -> str:
    """The edition of a digest for everybody."""
    with store.write() as db:
        file(db, entry(name, now=now), "harvest", now=now)
    (made,) = plan_due(store, site=SITE, settings=Digests(), now=now, immediately=True).editions
    return made


def test_numbers_of_an_edition_are_states_bounces_complaints_and_last_mails(store: Store, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)
        for email in PEOPLE:
            subscribe(db, email, "harvest", now=now)
    first = planned(store, now, "e1")
    became = ("accepted", "accepted", "accepted", "accepted", "accepted", "refused", "deferred")
    with store.write() as db:
        claimed = outbox.claim(db, owner="w", now=now, lease=60, limit=7)
        results = [Result(one.id, one.fence, state) for one, state in zip(claimed, became, strict=True)]  # type: ignore[arg-type]
        outbox.record(db, results, now=now, resend_at=None)
        for number, (kind, which) in enumerate((("bounce", 0), ("bounce", 0), ("complaint", 1), ("bounce", 5))):
            bounces.note(db, Noted(str(number), now, kind, message=claimed[which].id))
        subscriptions.remove(db, claimed[1].recipient, by="subscriber", now=now)
        departures.erase(db, claimed[2].subscriber)
        assert statistics.of(db, [first])[first] == Numbers(
            sent=5, waiting=1, deferred=1, refused=1, bounced=1, complained=1, left=2
        )
        assert statistics.since(db, now) == statistics.of(db, [first])[first]
        assert statistics.since(db, now + DAY) == Numbers()

    second = planned(store, now + DAY, "e2")
    with store.write() as db:
        for one in outbox.claim(db, owner="w", now=now + DAY, lease=60, limit=20):
            outbox.record(db, [Result(one.id, one.fence, "accepted")], now=now + DAY, resend_at=None)
        subscriptions.remove(db, claimed[3].recipient, by="subscriber", now=now + DAY)
        numbers = statistics.of(db, [first, second])
    assert (numbers[first].left, numbers[second].left) == (2, 1), "who left after the second did not leave the first"


def test_slots_that_pass_without_a_mail_are_counted_with_the_reason(store: Store, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)
        for email in PEOPLE[:3]:
            subscribe(db, email, "harvest", now=now, every="daily")
        subscribe(db, PEOPLE[4], "harvest", now=now, every="weekly")
    for day in range(1, 3):
        plan_due(store, site=SITE, settings=Digests(), now=now + day * DAY + timedelta(hours=2))
    with store.read() as db:
        assert statistics.empty(db, "2026-05-12") == (Empty("2026-05-12", "daily", "nothing new", 3),)
        assert [one.count for one in statistics.empty(db, "2026-05-01")] == [3, 3, 1]


def test_only_what_was_approved_counts_as_approved(store: Store, now: datetime) -> None:
    from mail import editing

    with store.write() as db:
        know_topics(db, now)
        subscribe(db, PEOPLE[0], "harvest", now=now)
        file(db, entry("e1", now=now), "harvest", now=now)
    settings = Digests(approval=True)
    (made,) = plan_due(store, site=SITE, settings=settings, now=now, immediately=True).editions
    with store.read() as db:
        assert editions.approved_entries(db) == set()
    editing.act(store, made, "approve", now=now)
    with store.read() as db:
        assert editions.approved_entries(db) == {"e1"}
