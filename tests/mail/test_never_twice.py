"""Weeks of random life: whatever happens, each entry reaches each of its readers once."""

import random
from collections import Counter
from datetime import datetime, timedelta
from itertools import count

import pytest

from mail import subscriptions
from mail.digest import plan_due
from mail.settings import Digests
from state import editions, outbox
from state.errors import UserError
from state.records import RHYTHMS
from state.store import Store
from tests.mail.people import SITE, entry, file, know_topics, subscribe

PEOPLE = [f"reader{number}@example.org" for number in range(5)]
ZONES = ("UTC", "Asia/Tokyo", "America/Havana")
TOPICS = ("all", "harvest", "mines")


class Life:
    """A service in use, and beside it a plain account of who is owed what."""

    def __init__(self, store: Store, seed: int, now: datetime) -> None:
        self.store, self.draw, self.now = store, random.Random(seed), now
        self.names = (f"e{number}" for number in count(1))
        self.topics: dict[str, set[str]] = {email: set() for email in PEOPLE}
        self.owed: dict[str, dict[str, set[str]]] = {email: {} for email in PEOPLE}  # entry -> topics that brought it

    def step(self) -> None:
        self.now += timedelta(minutes=self.draw.choice([1, 20, 300, 2000]))
        act = self.draw.choice(
            [self.file, self.file, self.plan, self.plan, self.join, self.drop, self.change, self.pause]
        )
        act()

    def file(self) -> None:
        topics = self.draw.sample(TOPICS[1:], self.draw.randint(0, 2))
        mailable, name = self.draw.random() < 0.9, next(self.names)
        with self.store.write() as db:
            file(db, entry(name, now=self.now), *topics, now=self.now, mailable=mailable)
        for email in PEOPLE:
            brought = self.topics[email] & {"all", *topics}
            if mailable and brought:
                self.owed[email][name] = brought

    def plan(self) -> None:
        plan_due(
            self.store,
            site=SITE,
            settings=Digests(window=600),
            now=self.now,
            immediately=self.draw.random() < 0.3,
        )

    def join(self) -> None:
        email, topic = self.draw.choice(PEOPLE), self.draw.choice(TOPICS)
        with self.store.write() as db:
            zone = ZONES[PEOPLE.index(email) % 3]
            subscribe(db, email, topic, now=self.now, every=self.draw.choice(RHYTHMS), timezone=zone)
        self.topics[email].add(topic)

    def drop(self) -> None:
        email = self.draw.choice(PEOPLE)
        if len(self.topics[email]) < 2:
            return
        topic = self.draw.choice(sorted(self.topics[email]))
        with self.store.write() as db:
            subscriptions.unsubscribe_topic(db, email, topic, by="admin", now=self.now)
        self.topics[email].discard(topic)
        for brought in self.owed[email].values():
            brought.discard(topic)

    def change(self) -> None:
        email = self.draw.choice(PEOPLE)
        if self.topics[email]:
            topic = self.draw.choice(sorted(self.topics[email]))
            with self.store.write() as db:
                every = self.draw.choice(RHYTHMS)
                subscriptions.change_rhythm(db, email, topic, every=every, by="admin", now=self.now)

    def pause(self) -> None:
        try:
            with self.store.write() as db:
                done = self.draw.choice([subscriptions.pause, subscriptions.resume])
                done(db, self.draw.choice(PEOPLE), by="admin", now=self.now)
        except UserError:
            pass  # not known yet

    def deliver_some(self) -> None:
        """What was handed over cannot be taken back."""
        with self.store.write() as db:
            for message in outbox.claim(db, owner="o", now=self.now, lease=60, limit=self.draw.randint(0, 4)):
                outbox.record(db, [outbox.Result(message.id, message.fence, "accepted")], now=self.now, resend_at=None)

    def got(self) -> dict[str, list[str]]:
        """The entries in all mails that were not taken back, by person."""
        found: dict[str, list[str]] = {email: [] for email in PEOPLE}
        with self.store.read() as db:
            for message in outbox.messages(db):
                if message.state != "cancelled":
                    found[message.recipient] += [
                        name for name, _ in editions.edition(db, message.edition or "").entries
                    ]
        return found

    def settle(self) -> None:
        """Everybody is back, and time goes on until nothing is due any more."""
        for email in PEOPLE:
            if self.topics[email]:
                with self.store.write() as db:
                    subscriptions.resume(db, email, by="admin", now=self.now)
        for _ in range(40):
            self.now += timedelta(days=1)
            self.plan()


@pytest.mark.parametrize("seed", range(12))
def test_each_entry_reaches_each_of_its_readers_exactly_once(store: Store, now: datetime, seed: int) -> None:
    with store.write() as db:
        know_topics(db, now)
    life = Life(store, seed, now)
    for _ in range(120):
        life.step()
        life.deliver_some()
    life.settle()

    got = life.got()
    assert sum(map(len, got.values())) > 20, "something happened"
    for email in PEOPLE:
        twice = [name for name, number in Counter(got[email]).items() if number > 1]
        lost = [name for name, brought in life.owed[email].items() if brought and name not in got[email]]
        unasked = [name for name in got[email] if name not in life.owed[email]]
        assert (twice, lost, unasked) == ([], [], []), email
