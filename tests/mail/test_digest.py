"""Who gets what, when, and never twice."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from mail import digest, subscriptions
from mail.digest import Planned, plan_due, preview
from mail.settings import Digests
from state import editions, entries, outbox
from state import subscriptions as rows
from state.errors import Misuse, NotFound, UserError
from state.records import Countries, Edition, Message, Site
from state.store import Store
from tests.mail.people import SITE, entry, file, know_topics, subscribe

SOK, DARA = "sok@example.org", "dara@example.org"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
numbers = count(1)


@pytest.fixture
def topics(store: Store, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)


def arrives(store: Store, name: str, *topics: str, at: datetime, **more: object) -> None:
    with store.write() as db:
        file(db, entry(name, now=at, **more), *topics, now=at)  # type: ignore[arg-type]


def plan(store: Store, now: datetime, *, immediately: bool = False, dry_run: bool = False) -> Planned:
    return plan_due(
        store,
        site=SITE,
        settings=Digests(window=600),
        now=now,
        immediately=immediately,
        dry_run=dry_run,
        mint=lambda: f"edition{next(numbers)}",
    )


def queued(store: Store) -> list[Message]:
    """Everything in the outbox, oldest first."""
    with store.read() as db:
        return [message for message in reversed(outbox.messages(db)) if message.state == "queued"]


def told(store: Store, email: str) -> list[list[str]]:
    """The entries of each mail to a person."""
    with store.read() as db:
        return [
            [name for name, _ in editions.edition(db, message.edition or "").entries]
            for message in queued(store)
            if message.recipient == email
        ]


def subscribed(store: Store, email: str, *topics: str, now: datetime, **more: object) -> None:
    with store.write() as db:
        subscribe(db, email, *topics, now=now, **more)


def test_now_waits_for_its_window_and_then_brings_everything_in_it(store: Store, now: datetime, topics: None) -> None:
    subscribed(store, SOK, "harvest", now=now)
    arrives(store, "e1", "harvest", at=now + HOUR)
    arrives(store, "e2", "harvest", at=now + HOUR + 5 * MINUTE)
    assert plan(store, now + HOUR + 9 * MINUTE).messages == 0

    assert plan(store, now + HOUR + 10 * MINUTE).messages == 1

    assert told(store, SOK) == [["e2", "e1"]]
    (message,) = queued(store)
    assert (message.kind, message.key, message.lane) == ("now", "2026-05-10T09:10:00Z.2", 1)


def test_immediately_does_not_wait_for_the_window(store: Store, now: datetime, topics: None) -> None:
    subscribed(store, SOK, "harvest", now=now)
    arrives(store, "e1", "harvest", at=now)
    assert plan(store, now, immediately=True).messages == 1
    arrives(store, "e2", "harvest", at=now)
    assert plan(store, now, immediately=True).messages == 1
    assert plan(store, now, immediately=True).messages == 0
    assert told(store, SOK) == [["e1"], ["e2"]]


def test_nothing_new_is_no_mail(store: Store, now: datetime, topics: None) -> None:
    subscribed(store, SOK, "harvest", now=now)
    subscribed(store, DARA, "harvest", now=now, every="daily")
    arrives(store, "e1", "mines", at=now)
    planned = plan(store, now + DAY)
    assert (planned.messages, planned.empty) == (0, 1)
    assert queued(store) == []
    with store.read() as db:
        assert subscriptions.show(db, DARA).due == {"daily": datetime(2026, 5, 11, 9, tzinfo=UTC)}


def test_an_entry_in_several_topics_and_rhythms_comes_once(store: Store, now: datetime, topics: None) -> None:
    subscribed(store, SOK, "all", "harvest", now=now, every="daily")
    with store.write() as db:
        subscriptions.add_topic(db, SOK, "mines", every="weekly", by="admin", now=now)
    arrives(store, "e1", "harvest", "mines", at=now + MINUTE)
    arrives(store, "e2", at=now + 2 * MINUTE)

    plan(store, datetime(2026, 5, 10, 9, tzinfo=UTC))
    plan(store, datetime(2026, 5, 11, 9, tzinfo=UTC))

    assert told(store, SOK) == [["e1", "e2"]]
    with store.read() as db:
        (issue,) = editions.issues(db)
    assert issue.edition.text.index("HARVEST WORK") < issue.edition.text.index("EVERYTHING")


def test_all_rhythms_that_are_due_make_one_mail(store: Store, now: datetime, topics: None) -> None:
    subscribed(store, SOK, "harvest", now=now, every="daily")
    with store.write() as db:
        for topic, every in (("mines", "weekly"), ("all", "now")):
            subscriptions.add_topic(db, SOK, topic, every=every, by="admin", now=now)
    arrives(store, "e1", "mines", at=datetime(2026, 5, 11, 8, 30, tzinfo=UTC))
    arrives(store, "e2", "harvest", at=datetime(2026, 5, 11, 8, 40, tzinfo=UTC))
    arrives(store, "e3", at=datetime(2026, 5, 11, 8, 45, tzinfo=UTC))

    assert plan(store, datetime(2026, 5, 11, 9, 0, tzinfo=UTC)).messages == 1

    (message,) = queued(store)
    assert (message.kind, message.key) == ("digest", "2026-05-11")
    assert told(store, SOK) == [["e2", "e1", "e3"]]
    assert plan(store, datetime(2026, 5, 11, 23, 0, tzinfo=UTC)).messages == 0


def test_slots_missed_while_the_machine_was_off_are_made_up_once(store: Store, now: datetime, topics: None) -> None:
    subscribed(store, SOK, "harvest", now=now, every="daily")
    arrives(store, "e1", "harvest", at=now + MINUTE)
    back = datetime(2026, 5, 14, 17, 0, tzinfo=UTC)

    assert plan(store, back).messages == 1
    assert plan(store, back + MINUTE).messages == 0

    assert told(store, SOK) == [["e1"]]
    with store.read() as db:
        assert subscriptions.show(db, SOK).due == {"daily": datetime(2026, 5, 15, 9, tzinfo=UTC)}


def test_what_comes_late_or_back_dated_is_not_lost(store: Store, now: datetime, topics: None) -> None:
    subscribed(store, SOK, "harvest", now=now, every="daily")
    for day in range(1, 4):
        arrives(store, f"e{day}", "harvest", at=now + (day - 1) * DAY, date="2004-10")
        plan(store, now + (day - 1) * DAY + HOUR)
    assert told(store, SOK) == [["e1"], ["e2"], ["e3"]]


def test_what_is_not_mailable_or_hidden_is_not_mailed(store: Store, now: datetime, topics: None) -> None:
    subscribed(store, SOK, "harvest", now=now)
    with store.write() as db:
        file(db, entry("old", now=now), "harvest", now=now, mailable=False)
        file(db, entry("secret", now=now), "harvest", now=now)
        entries.hide(db, "secret", now=now)
    assert plan(store, now + HOUR).messages == 0


def test_facets_narrow_what_is_owed(store: Store, now: datetime, topics: None) -> None:
    subscribed(store, SOK, "harvest?country=KH", now=now)
    with store.write() as db:
        from dataclasses import replace

        for name, code in (("kh", "KH"), ("vn", "VN")):
            file(db, replace(entry(name, now=now), countries=Countries(text=(code,))), "harvest", now=now)
    plan(store, now + HOUR)
    assert told(store, SOK) == [["kh"]]


def test_people_with_the_same_entries_language_and_zone_share_an_edition(
    store: Store, now: datetime, topics: None
) -> None:
    for name in range(5):
        subscribed(store, f"reader{name}@example.org", "harvest", now=now)
    subscribed(store, SOK, "harvest", now=now, timezone="Asia/Phnom_Penh")
    subscribed(store, DARA, "harvest", now=now, language="fr")
    arrives(store, "e1", "harvest", at=now)

    planned = plan(store, now + HOUR)

    assert (planned.messages, len(planned.editions)) == (7, 3)


def test_a_second_digest_of_one_day_waits_for_the_next_and_loses_nothing(
    store: Store, now: datetime, topics: None
) -> None:
    subscribed(store, SOK, "harvest", now=now, every="daily")
    arrives(store, "e1", "harvest", at=now)
    plan(store, datetime(2026, 5, 10, 9, tzinfo=UTC))
    arrives(store, "e2", "harvest", at=now + 2 * HOUR)
    with store.write() as db:  # the reader moved the hour to later that day
        (person,) = rows.due(db, now=now + 9 * DAY)
        rows.move_slots(db, [(person, "daily", datetime(2026, 5, 10, 18, tzinfo=UTC))])

    assert plan(store, datetime(2026, 5, 10, 18, tzinfo=UTC)).messages == 0
    assert plan(store, datetime(2026, 5, 11, 9, tzinfo=UTC)).messages == 1
    assert told(store, SOK) == [["e1"], ["e2"]]


class Crash(Exception):
    """The process ends here."""


@pytest.mark.parametrize("crash_at", range(1, 8))
def test_a_crash_at_any_transaction_loses_and_doubles_nothing(
    store: Store, now: datetime, topics: None, crash_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in range(3):
        subscribed(store, f"reader{name}@example.org", "harvest", now=now, timezone=("UTC", "Asia/Tokyo")[name % 2])
    arrives(store, "e1", "harvest", at=now)
    monkeypatch.setattr(digest, "CHUNK", 2)
    writes = count(1)
    begin = store.write

    def crashing() -> object:
        if next(writes) == crash_at:
            raise Crash
        return begin()

    with monkeypatch.context() as patch:
        patch.setattr(store, "write", crashing)
        try:
            plan(store, now + HOUR)
        except Crash:
            pass
        else:
            assert crash_at > 5, "five transactions: windows, two editions, two chunks"
    plan(store, now + HOUR)

    for name in range(3):
        assert told(store, f"reader{name}@example.org") == [["e1"]]
    with store.read() as db:
        assert len(editions.issues(db)) == 2


def test_who_changed_between_deciding_and_queueing_is_planned_anew(
    store: Store, now: datetime, topics: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribed(store, SOK, "harvest", now=now)
    subscribed(store, DARA, "harvest", now=now)
    arrives(store, "e1", "harvest", at=now)
    freeze = digest._freeze

    def leave_then_freeze(*args: object, **more: object) -> object:
        with store.write() as db:
            subscriptions.remove(db, SOK, by="admin", now=now)
        return freeze(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(digest, "_freeze", leave_then_freeze)
    assert plan(store, now + HOUR).messages == 1
    assert (told(store, SOK), told(store, DARA)) == ([], [["e1"]])


def test_a_pause_takes_queued_mail_back_and_loses_nothing(store: Store, now: datetime, topics: None) -> None:
    subscribed(store, SOK, "harvest", now=now)
    arrives(store, "e1", "harvest", at=now)
    plan(store, now + HOUR)
    with store.write() as db:
        subscriptions.pause(db, SOK, by="admin", now=now + HOUR)
    arrives(store, "e2", "harvest", at=now + DAY)
    assert queued(store) == []
    assert plan(store, now + 2 * DAY).messages == 0

    with store.write() as db:
        subscriptions.resume(db, SOK, by="admin", now=now + 3 * DAY)
    plan(store, now + 3 * DAY)
    assert told(store, SOK) == [["e2", "e1"]]


def test_leaving_one_topic_keeps_what_was_queued_of_the_others(store: Store, now: datetime, topics: None) -> None:
    subscribed(store, SOK, "harvest", "mines", now=now, every="weekly")
    arrives(store, "e1", "harvest", at=now)
    arrives(store, "e2", "mines", at=now)
    monday = datetime(2026, 5, 11, 9, tzinfo=UTC)
    plan(store, monday)
    with store.write() as db:
        subscriptions.unsubscribe_topic(db, SOK, "harvest", by="admin", now=monday + MINUTE)
    assert queued(store) == []

    for hour in range(1, 30):
        plan(store, monday + hour * HOUR)
    assert told(store, SOK) == [["e2"]]


def test_a_changed_rhythm_neither_loses_nor_repeats(store: Store, now: datetime, topics: None) -> None:
    subscribed(store, SOK, "harvest", now=now, every="weekly")
    arrives(store, "e1", "harvest", at=now)
    with store.write() as db:
        subscriptions.change_rhythm(db, SOK, "harvest", every="now", by="admin", now=now + MINUTE)
    plan(store, now + HOUR)
    with store.write() as db:
        subscriptions.change_rhythm(db, SOK, "harvest", every="daily", by="admin", now=now + HOUR)
    arrives(store, "e2", "harvest", at=now + 2 * HOUR)
    plan(store, now + 2 * DAY)
    assert told(store, SOK) == [["e1"], ["e2"]]


def test_many_people_are_planned_in_chunks_each_once(
    store: Store, now: datetime, topics: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest, "CHUNK", 7)
    monkeypatch.setattr(digest, "LEDGER", 3)
    with store.write() as db:
        for number in range(30):
            subscribe(db, f"reader{number}@example.org", "harvest", now=now, every="daily")
    arrives(store, "e1", "harvest", at=now)
    arrives(store, "e2", "harvest", at=now)
    assert plan(store, now + 2 * HOUR).messages == 30
    assert plan(store, now + 3 * HOUR).messages == 0
    assert len({message.recipient for message in queued(store)}) == 30


def test_a_dry_run_says_what_would_be_mailed_and_queues_nothing(store: Store, now: datetime, topics: None) -> None:
    subscribed(store, SOK, "harvest", now=now)
    arrives(store, "e1", "harvest", at=now, title="A dry harvest")
    for _ in range(2):
        planned = plan(store, now, immediately=True, dry_run=True)
        assert [(one.email, one.subject, one.entries) for one in planned.foreseen] == [(SOK, "1 new: A dry harvest", 1)]
    assert queued(store) == []
    assert plan(store, now, immediately=True).messages == 1


def test_without_a_public_address_nothing_is_frozen(store: Store, now: datetime) -> None:
    with pytest.raises(UserError, match=r"site\.url is not set"):
        plan_due(store, site=Site(), settings=Digests(), now=now)


def test_a_preview_shows_the_archive_whatever_was_sent(store: Store, now: datetime, topics: None) -> None:
    subscribed(store, SOK, "harvest", now=now, timezone="Asia/Tokyo")
    with store.write() as db:
        file(db, entry("before", now=now, title="Known before"), "harvest", now=now, mailable=False)
    arrives(store, "e1", "harvest", at=now, title="Already mailed")
    plan(store, now + HOUR)

    def shown(**whom: str) -> Edition:
        with store.read() as db:
            return preview(db, since=now - DAY, site=SITE, now=now + HOUR, **whom)

    for made in (shown(subscriber=SOK), shown(topic="harvest"), shown(topic="all")):
        assert {name for name, _ in made.entries} == {"before", "e1"}
        assert "Already mailed" in made.text
    assert shown(subscriber=SOK).timezone == "Asia/Tokyo"
    with store.read() as db:
        with pytest.raises(UserError, match="nothing stands under topic mines since 2026-05-09"):
            preview(db, topic="mines", since=now - DAY, site=SITE, now=now)
        with pytest.raises(NotFound, match=r"nobody@example\.org is not known"):
            preview(db, subscriber="nobody@example.org", since=now, site=SITE, now=now)
        with pytest.raises(NotFound, match="no topic 'nothing'"):
            preview(db, topic="nothing", since=now, site=SITE, now=now)
        with pytest.raises(Misuse, match="one person or one topic"):
            preview(db, since=now, site=SITE, now=now)


def test_editions_are_listed_with_what_became_of_their_messages(store: Store, now: datetime, topics: None) -> None:
    subscribed(store, SOK, "harvest", now=now)
    subscribed(store, DARA, "harvest", now=now)
    arrives(store, "e1", "harvest", at=now)
    planned = plan(store, now + HOUR)
    with store.write() as db:
        subscriptions.remove(db, DARA, by="admin", now=now + HOUR)
    with store.read() as db:
        (issue,) = editions.issues(db, limit=5)
        assert (issue.edition.id,) == planned.editions
        assert issue == editions.issue(db, issue.edition.id)
        assert issue.messages == {"queued": 1, "cancelled": 1}
        with pytest.raises(NotFound, match="digest 'x'"):
            editions.issue(db, "x")


def test_a_weekly_reader_may_hear_that_nothing_was_new(store: Store, now: datetime, topics: None) -> None:
    subscribed(store, SOK, "harvest", now=now, every="weekly")
    subscribed(store, DARA, "harvest", now=now, every="daily")
    monday = datetime(2026, 5, 11, 9, tzinfo=UTC)

    def planned(at: datetime) -> Planned:
        return plan_due(
            store, site=SITE, settings=Digests(empty_note=True), now=at, mint=lambda: f"note{next(numbers)}"
        )

    first = planned(monday)
    assert (first.messages, first.held, first.empty) == (1, 0, 1), "a daily reader is not told every day"
    assert planned(monday + HOUR).messages == 0
    (message,) = queued(store)
    assert (message.recipient, message.key) == (SOK, "2026-05-11")
    with store.read() as db:
        made = editions.edition(db, message.edition or "")
    assert (made.subject, made.entries) == ("Nothing new; 0 pages checked", ())
    assert "None of your topics had anything new" in made.text

    arrives(store, "e1", "harvest", at=monday + HOUR)
    assert planned(monday + 7 * DAY).messages == 2
    assert told(store, SOK) == [[], ["e1"]]


def test_without_the_setting_nobody_hears_of_nothing(store: Store, now: datetime, topics: None) -> None:
    subscribed(store, SOK, "harvest", now=now, every="weekly")
    assert plan(store, datetime(2026, 5, 11, 9, tzinfo=UTC)).messages == 0
