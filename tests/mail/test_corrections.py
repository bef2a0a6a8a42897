"""Who is told that an entry changed, and what is said about it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from mail import corrections, editing, subscriptions
from mail.corrections import what_changed
from mail.digest import Planned, plan_due
from mail.settings import Digests, Mailing
from state import editions, entries, outbox
from state.records import Enclosure, Record
from state.store import Store
from templates.wording import words
from tests.mail.people import SITE, entry, file, know_topics, subscribe
from tests.mail.test_edition import NOW, composed

SOK, DARA = "sok@example.org", "dara@example.org"
DAY = timedelta(days=1)
MORNING = datetime(2026, 5, 11, 9, tzinfo=UTC)
numbers = count(1)


@pytest.fixture
def told(store: Store, now: datetime) -> Store:
    """Sok reads daily about the harvest and was told of e1; Dara came later."""
    with store.write() as db:
        know_topics(db, now)
        subscribe(db, SOK, "harvest", now=now, every="daily")
        file(db, entry("e1", now=now, title="Talks on Monday", date="2026-05-18"), "harvest", now=now)
    assert plan(store, MORNING).messages == 1
    with store.write() as db:
        subscribe(db, DARA, "harvest", now=MORNING, every="daily")
    return store


def plan(store: Store, now: datetime) -> Planned:
    return plan_due(store, site=SITE, settings=Digests(), now=now, mint=lambda: f"changes{next(numbers):03}")


def revise(store: Store, at: datetime, *, significant: bool = True, **record: object) -> None:
    with store.write() as db:
        held = entries.entry(db, "e1")
        reads = replace(held, record=replace(held.record, **record))  # type: ignore[arg-type]
        entries.revise(db, reads, source="press", significant=significant, now=at)


def texts(store: Store, made: Planned) -> list[str]:
    with store.read() as db:
        return [editions.edition(db, name).text for name in made.editions]


def test_who_was_told_hears_of_a_significant_change_once_in_the_next_digest(told: Store) -> None:
    revise(told, MORNING, title="Talks on Tuesday", date="2026-05-19")

    made = plan(told, MORNING + DAY)

    (text,) = texts(told, made)
    assert made.messages == 1, "Dara was never told of it"
    with told.read() as db:
        assert editions.issue(db, made.editions[0]).desk.reason == ""
    assert "CHANGED SINCE WE TOLD YOU" in text
    assert "the title was “Talks on Monday”; the date was 18 May 2026" in " ".join(text.split())
    with told.read() as db:
        (issue, _) = editions.issues(db)
        assert issue.edition.subject == "1 changed: Talks on Tuesday"
        assert {one.recipient for one in outbox.messages(db, limit=1)} == {SOK}
    assert plan(told, MORNING + 2 * DAY).messages == 0, "told once"


def test_each_revision_is_told_once(told: Store) -> None:
    revise(told, MORNING, title="Talks on Tuesday")
    assert plan(told, MORNING + DAY).messages == 1
    revise(told, MORNING + DAY, title="Talks on Wednesday")
    made = plan(told, MORNING + 2 * DAY)
    assert "the title was “Talks on Tuesday”" in texts(told, made)[0]


def test_a_change_stands_after_the_news_and_the_subject_speaks_of_these(told: Store) -> None:
    revise(told, MORNING, title="Talks on Tuesday")
    with told.write() as db:
        file(db, entry("e2", now=MORNING, title="A new agreement"), "harvest", now=MORNING)
    made = plan(told, MORNING + DAY)
    with told.read() as db:
        subjects = {editions.edition(db, name).subject for name in made.editions}
        both = next(
            editions.edition(db, name) for name in made.editions if len(editions.edition(db, name).entries) == 2
        )
    assert subjects == {"1 new: A new agreement"}
    assert both.text.index("A new agreement") < both.text.index("CHANGED SINCE") < both.text.index("Talks on Tuesday")


@pytest.mark.parametrize("why", ["small", "dropped", "hidden", "old"])
def test_a_change_is_not_told(told: Store, why: str) -> None:
    at = MORNING - corrections.BACK - DAY if why == "old" else MORNING
    revise(told, at, title="Talks on Tuesday", significant=why != "small")
    with told.write() as db:
        if why == "dropped":
            subscribe(db, SOK, "mines", now=MORNING, every="daily")
            subscriptions.unsubscribe_topic(db, SOK, "harvest", by="admin", now=MORNING)
        if why == "hidden":
            entries.hide(db, "e1", now=MORNING)
    assert plan(told, MORNING + DAY).messages == 0


def test_readers_of_now_hear_of_it_with_their_next_mail(store: Store, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)
        subscribe(db, SOK, "harvest", now=now)
        file(db, entry("e1", now=now, title="Talks on Monday"), "harvest", now=now)
    assert plan(store, now + DAY).messages == 1
    revise(store, now + DAY, title="Talks on Tuesday")
    assert plan(store, now + 2 * DAY).messages == 0
    with store.write() as db:
        file(db, entry("e2", now=now), "harvest", now=now + 2 * DAY)
    assert "Talks on Tuesday" in texts(store, plan(store, now + 3 * DAY))[0]


def test_a_change_can_be_dropped_by_the_admin(told: Store) -> None:
    revise(told, MORNING, title="Talks on Tuesday")
    with told.write() as db:
        file(db, entry("e2", now=MORNING), "harvest", now=MORNING)
    made = plan(told, MORNING + DAY)
    with told.read() as db:
        both = next(name for name in made.editions if len(editions.edition(db, name).entries) == 2)
    done = editing.edit(told, both, note=None, drop=["e1"], site=SITE, mailing=Mailing(), now=MORNING + DAY)
    assert [name for name, _ in done.edition.entries] == ["e2"]


BEFORE = Record(title="Talks", date="2026-05", place="Dhaka", summary="About pay.")


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ({"title": "Talks end"}, "Before: the title was “Talks”."),
        ({"date": "2026-06-01"}, "Before: the date was May 2026."),
        ({"place": "Khulna"}, "Before: the place was Dhaka."),
        ({"summary": "About hours."}, "Its summary was rewritten."),
        ({"enclosures": (Enclosure("https://press.example.org/a.pdf"),)}, "It has other files now."),
        ({"title": "Talks end", "summary": "About hours."}, "Before: the title was “Talks”."),
        ({}, "It reads differently now."),
    ],
)
def test_what_changed_is_said_in_a_sentence(after: dict[str, object], said: str) -> None:
    assert what_changed(BEFORE, replace(BEFORE, **after), words("en")) == said  # type: ignore[arg-type]


def test_what_was_there_for_the_first_time_is_said_too() -> None:
    said = what_changed(Record(), BEFORE, words("en"))
    assert said == "Before: the title was “Without a title”; it had no date; it had no place."
    assert what_changed(None, BEFORE, words("en")) == "It reads differently now."


def test_coming_events_stand_on_top_and_other_dates_ahead_lead_their_topic() -> None:
    made = composed(
        (
            "harvest",
            [
                entry("e1", now=NOW, title="News of today", date="2026-05-10"),
                entry("e2", now=NOW, title="Later event", date="2026-07-01", kind="event"),
                entry("e3", now=NOW, title="Past event", date="2026-05-09", kind="event"),
                entry("e4", now=NOW, title="Event of today", date="2026-05-10", kind="event"),
                entry("e5", now=NOW, title="Deadline", date="2026-06"),
                entry("e6", now=NOW, title="No date"),
            ],
        )
    )
    order = ["Event of today", "Later event", "Deadline", "News of today", "Past event", "No date"]
    assert sorted(order, key=made.html.index) == order
    assert made.subject == "6 new: Event of today"


def test_readers_hear_of_a_file_that_was_replaced(store: Store, now: datetime) -> None:
    report = Enclosure("https://press.example.org/report.pdf")
    with store.write() as db:
        know_topics(db, now)
        subscribe(db, SOK, "harvest", now=now, every="daily")
        file(db, entry("e1", now=now, title="The report", enclosures=(report,)), "harvest", now=now)
    assert plan(store, MORNING).messages == 1
    revise(store, MORNING, enclosures=(replace(report, replaced_at=MORNING),))

    made = plan(store, MORNING + DAY)

    assert "A file of it was replaced." in texts(store, made)[0]
