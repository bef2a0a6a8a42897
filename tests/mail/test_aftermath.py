"""A week-old copy of the database: what was due counts as mailed, what was not is still owed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy

import pytest

from mail import subscriptions as leaving
from mail.aftermath import assume_sent
from mail.digest import plan_due
from mail.replay import leave_again, replay
from mail.settings import Digests
from state import backup, editions, migrate, outbox, publications, sendlog, sources, subscriptions
from state.errors import UserError
from state.store import Store, open_store
from tests.mail.people import SITE, entry, file, know_topics, source, subscribe

NOW = datetime(2026, 5, 10, 8, 0, tzinfo=UTC)  # a Sunday
DAY = timedelta(days=1)
DAILY, WEEKLY, MONTHLY, AT_ONCE, LEAVER = (f"{name}@example.org" for name in ("d", "w", "m", "n", "leaver"))


class Service:
    """A database with readers of every rhythm, living day by day."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now = folder, NOW
        self.store = self._open(create=True)
        migrate.migrate(self.store)
        with self.store.write() as db:
            publications.mark_dirty(db, ["all"], NOW)
            sources.put(db, source(NOW))
            know_topics(db, NOW)
            for email, every in (
                (DAILY, "daily"),
                (WEEKLY, "weekly"),
                (MONTHLY, "monthly"),
                (AT_ONCE, "now"),
                (LEAVER, "daily"),
            ):
                subscribe(db, email, "all", now=NOW, every=every)
        self.mailed: list[tuple[str, str]] = []  # (to, entry), in every life of the database

    def _open(self, *, create: bool = False) -> Store:
        return open_store(f"sqlite:///{self.folder}/tidings.db", create=create)

    def brings(self, *names: str) -> None:
        """Entries appear."""
        with self.store.write() as db:
            for name in names:
                file(db, entry(name, now=self.now), now=self.now)

    def mails(self) -> None:
        """Everything that is due goes out, as a delivery does it."""
        plan_due(self.store, site=SITE, settings=Digests(window=0), now=self.now, immediately=True)
        sendlog.note(self.store, now=self.now)
        with self.store.write() as db:
            for message in outbox.claim(db, owner="o", now=self.now, lease=60, limit=100):
                outbox.record(db, [outbox.Result(message.id, message.fence, "accepted")], now=self.now, resend_at=None)
                names = [name for name, _ in editions.edition(db, message.edition or "").entries]
                self.mailed += [(message.recipient, name) for name in names]
        sendlog.note(self.store, now=self.now)

    def goes_back(self, copied: Path) -> None:
        """The copy takes the database's place, by hand."""
        self.store.close()
        for end in ("", "-wal", "-shm"):
            (self.folder / f"tidings.db{end}").unlink(missing_ok=True)
        copy(copied, self.folder / "tidings.db")
        self.store = self._open()


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """A week of life after a backup; then the old copy stands there again."""
    made = Service(tmp_path)
    made.brings("before")
    made.mails()
    made.brings("waits")  # seen before the backup, and due after it
    backup.backup(tmp_path / "tidings.db", tmp_path / "old.backup")
    with made.store.write() as db:
        leaving.remove(db, LEAVER, by="admin", now=made.now + timedelta(hours=1))
    for day in range(7):
        made.now = NOW + (day + 1) * DAY + timedelta(hours=4)
        made.brings(f"day{day}")
        made.mails()
    made.goes_back(tmp_path / "old.backup")
    return made


def of(service: Service, email: str) -> list[str]:
    return [name for to, name in service.mailed if to == email]


def test_the_copy_is_refused_until_somebody_answers(service: Service) -> None:
    with service.store.write() as db, pytest.raises(UserError, match="--assume sent"):
        replay(db, now=service.now)


def test_what_is_assumed_sent_comes_to_nobody_again_and_what_was_not_due_still_comes(service: Service) -> None:
    before = list(service.mailed)
    with service.store.write() as db:
        assert leave_again(db, now=service.now) == 1
    service.brings(*(f"day{day}" for day in range(7)))  # the sources are read again
    done = assume_sent(service.store, now=service.now)
    with service.store.read() as db:
        log = sendlog.beside(db)
    sendlog.settle(service.store, log, now=service.now)

    assert done.people == 3, "daily, weekly and at once"
    with service.store.write() as db:
        assert replay(db, now=service.now) == 0
    service.mails()
    assert service.mailed == before, "nothing is mailed twice"

    for day in range(40):
        service.now += DAY
        service.brings(f"later{day}")
        service.mails()
    twice = [one for one in set(service.mailed) if service.mailed.count(one) > 1]
    assert twice == []
    assert of(service, LEAVER) == [], "who left is left alone"
    later = {f"later{day}" for day in range(40)}
    assert later <= set(of(service, AT_ONCE))
    assert later - {"later39"} <= set(of(service, DAILY))
    assert {"before", "waits", *(f"day{day}" for day in range(7))} <= set(of(service, MONTHLY)), "nothing is lost"


def test_the_keys_of_the_periods_that_went_by_are_taken(service: Service) -> None:
    assume_sent(service.store, now=service.now)

    with service.store.read() as db:
        rows = subscriptions.due(db, now=service.now, immediately=True)
    assert rows == {}, "no slot of the past could give a message the key of one that has gone out"


def test_it_may_be_repeated(service: Service) -> None:
    first = assume_sent(service.store, now=service.now)
    again = assume_sent(service.store, now=service.now)

    assert (first.people, again.people) == (4, 1), "at once is always due; the others have their next slot"


def test_messages_that_waited_are_not_sent_and_those_that_were_held_go_on_waiting(service: Service) -> None:
    with service.store.write() as db:
        numbers = [
            outbox.enqueue(
                db,
                subscriber=f"s{number}",
                recipient="x@example.org",
                generation=1,
                kind="digest",
                key="k",
                edition=None,
                message_id=f"<{number}@x>",
                lane=1,
                now=NOW,
            )
            for number in range(2)
        ]
        (claimed,) = [one for one in outbox.claim(db, owner="o", now=NOW, lease=9, limit=9) if one.id == numbers[1]]
        outbox.record(db, [outbox.Result(claimed.id, claimed.fence, "held")], now=NOW, resend_at=None)

    done = assume_sent(service.store, now=service.now)

    with service.store.read() as db:
        states = {one.id: one.state for one in outbox.messages(db)}
    assert done.messages == 1
    assert [states[number] for number in numbers if number] == ["accepted", "held"]
