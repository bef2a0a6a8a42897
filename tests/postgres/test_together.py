"""Several processes on one server: each row is one's only, and nothing that one decided by is changed beneath it."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from feeds.refile import refile
from mail import steps, subscriptions
from mail.digest import plan_due
from mail.settings import Digests
from mail.windows import open_windows
from state import entries, filings, keys, outbox, publications, schema, sources, subscribers, topics, windows
from state import subscriptions as rows
from state.errors import Conflict, UserError
from state.filings import Draft
from state.outbox import Recovered, Result
from state.publications import File
from state.records import Message
from state.store import Store
from tests.mail import people
from tests.mail.people import HARVEST, SITE, know_topics, subscribe
from tests.postgres.databases import Databases
from tests.postgres.side_by_side import Meanwhile, all_at_once, wait_for_waiting
from tests.state.rows import NOW, entry, source

Another = Callable[[], Store]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SOK = "sok@example.org"


# ---- sources ----


def claim_sources(store: Store, owner: str, now: datetime = NOW, limit: int = 3) -> list[tuple[str, int]]:
    with store.write() as db:
        return [(c.source.id, c.fence) for c in sources.claim_due(db, owner=owner, now=now, lease=60, limit=limit)]


def know_sources(store: Store, count: int) -> None:
    with store.write() as db:
        for number in range(count):
            sources.put(db, source(f"s{number:02}"))


def test_what_one_poller_is_claiming_another_one_does_not_wait_for(store: Store, another: Another) -> None:
    know_sources(store, 5)
    other = another()
    with store.write() as db:
        first = sources.claim_due(db, owner="one", now=NOW, lease=60, limit=3)
        second = claim_sources(other, "two", limit=5)
        assert claim_sources(other, "three", limit=5) == []
    assert [claimed.source.id for claimed in first] == ["s00", "s01", "s02"]
    assert [id for id, _ in second] == ["s03", "s04"]


def test_a_poller_who_asks_for_one_source_that_another_is_claiming_gets_none(store: Store, another: Another) -> None:
    know_sources(store, 1)
    other = another()
    with store.write() as db:
        assert sources.claim(db, "s00", owner="one", now=NOW, lease=60)
        with other.write() as beside:
            assert sources.claim(beside, "s00", owner="two", now=NOW, lease=60) is None


def test_many_pollers_take_each_source_once(store: Store, another: Another) -> None:
    know_sources(store, 30)

    def poller(one: Store, name: str) -> list[tuple[str, int]]:
        taken: list[tuple[str, int]] = []
        while some := claim_sources(one, name):
            taken += some
        return taken

    opened = [another() for _ in range(4)]
    found = all_at_once(*(lambda one=one, n=n: poller(one, f"p{n}") for n, one in enumerate(opened)))

    assert sorted(id for some in found for id, _ in some or []) == [f"s{number:02}" for number in range(30)]
    assert {fence for some in found for _, fence in some or []} == {1}


def test_who_slept_through_the_lease_settles_nothing_any_more(store: Store, another: Another) -> None:
    know_sources(store, 1)
    with store.write() as db:
        (slept,) = sources.claim_due(db, owner="one", now=NOW, lease=60, limit=1)
    with another().write() as db:
        (fresh,) = sources.claim_due(db, owner="two", now=NOW + HOUR, lease=60, limit=1)
    with store.write() as db:
        assert not sources.settle(db, slept, {"failures": 9})
        assert sources.settle(db, fresh, {"failures": 0})


# ---- the ledger ----


def test_no_lower_number_appears_after_a_higher_one(store: Store, another: Another, postgres: Databases) -> None:
    """Who filed first and commits late makes the others wait; a reader in between sees neither."""
    with store.write() as db:
        entries.add(db, [entry("a"), entry("b")])
    other = another()
    with store.write() as db:
        assert filings.file(db, "a", "all", mailable=True, why="", now=NOW) == 1

        def late() -> int:
            with other.write() as beside:
                return filings.file(beside, "b", "all", mailable=True, why="", now=NOW)

        meanwhile = Meanwhile(late)
        wait_for_waiting(postgres, store, meanwhile)
        with other.read() as reader:
            assert filings.head_seq(reader) == 0
    assert meanwhile.result() == 2


def test_readers_never_see_a_gap_that_is_filled_later(store: Store, another: Another) -> None:
    ids = [f"e{number:03}" for number in range(60)]
    with store.write() as db:
        entries.add(db, [entry(id) for id in ids])
    over = threading.Event()

    def file(one: Store, mine: list[str]) -> int:
        for id in mine:
            with one.write() as db:
                filings.file_all(db, [Draft(id, "all", True), Draft(id, "wages", True)], now=NOW)
        return 0

    def read(one: Store) -> int:
        looks = 0
        while not over.is_set():
            with one.read() as db:
                seen = sorted(db.scalars(select(schema.filings.c.seq)))
                assert seen == list(range(1, filings.head_seq(db) + 1))
            looks += 1
        return looks

    looking = another()
    reader = Meanwhile(lambda: read(looking))
    opened = [another() for _ in range(3)]
    try:
        all_at_once(*(lambda one=one, n=n: file(one, ids[n::3]) for n, one in enumerate(opened)))
    finally:
        over.set()
    assert reader.result()
    with store.read() as db:
        assert filings.head_seq(db) == 120


def test_two_who_file_the_same_file_it_once(store: Store, another: Another, postgres: Databases) -> None:
    with store.write() as db:
        entries.add(db, [entry("a")])
    other = another()
    with store.write() as db:
        filings.file(db, "a", "all", mailable=True, why="", now=NOW)

        def same() -> int:
            with other.write() as beside:
                return filings.file(beside, "a", "all", mailable=True, why="", now=NOW)

        meanwhile = Meanwhile(same)
        wait_for_waiting(postgres, store, meanwhile)
    assert meanwhile.result() == 0


def test_archives_that_are_filed_anew_by_several_at_once_come_out_right(store: Store, another: Another) -> None:
    with store.write() as db:
        sources.put(db, source("office"))
        entries.add(db, [entry(f"e{n:03}", title=f"Harvest of {n}") for n in range(40)])
        filings.file_all(db, [Draft(f"e{n:03}", "all", True) for n in range(40)], now=NOW)
        topics.put_topic(db, HARVEST, NOW)
    opened = [another() for _ in range(3)]

    done = all_at_once(*(lambda one=one: refile(one, site=SITE, now=NOW, changed=["harvest"]) for one in opened))

    added = [filing for one in done if one for filing in one.added]
    assert sorted(added) == [(f"e{n:03}", "harvest") for n in range(40)]
    with store.read() as db:
        assert filings.head_seq(db) == 80
        assert len(publications.kept(db, [f"e{n:03}" for n in range(40)], "atom")) == 40


# ---- the outbox ----


def queue(store: Store, count: int, first: int = 0) -> None:
    with store.write() as db:
        for number in range(first, first + count):
            outbox.enqueue(
                db, subscriber=f"s{number}", recipient=f"s{number}@example.org", generation=1, kind="digest", key="d",
                edition=None, message_id=f"<{number}@example.org>", lane=1, now=NOW,
            )  # fmt: skip


def claim(store: Store, *, now: datetime = NOW, limit: int = 7) -> tuple[Message, ...]:
    with store.write() as db:
        return outbox.claim(db, owner="o", now=now, lease=60, limit=limit)


def test_what_one_sender_is_claiming_another_one_passes_over(store: Store, another: Another) -> None:
    queue(store, 5)
    other = another()
    with store.write() as db:
        first = outbox.claim(db, owner="one", now=NOW, lease=60, limit=3)
        second = claim(other)
    assert [message.id for message in (*first, *second)] == [1, 2, 3, 4, 5]
    assert len(second) == 2


def test_many_senders_take_each_message_once(store: Store, another: Another) -> None:
    queue(store, 200)

    def sender(one: Store) -> list[int]:
        taken: list[int] = []
        while some := claim(one):
            taken += [message.id for message in some]
        return taken

    opened = [another() for _ in range(4)]
    found = all_at_once(*(lambda one=one: sender(one) for one in opened))

    times = Counter(number for some in found for number in some or [])
    assert times == dict.fromkeys(range(1, 201), 1)


def test_a_process_that_starts_leaves_alone_what_others_are_sending(store: Store, another: Another) -> None:
    """On SQLite it may take everything back: it holds the lock. Here that would send mails twice."""
    queue(store, 2)
    claimed = claim(store)
    with store.write() as db:
        assert outbox.begin(db, claimed[0], now=NOW, lease=600)

    with another().write() as db:
        assert outbox.recover(db, now=NOW, resend=True, everyone=True) == Recovered(0, 0, 0)
    with another().write() as db:
        assert outbox.recover(db, now=NOW + HOUR, resend=True, everyone=True) == Recovered(1, 1, 0)


def test_two_who_recover_at_once_count_a_doubt_once(store: Store, another: Another) -> None:
    queue(store, 1)
    (message,) = claim(store)
    with store.write() as db:
        assert outbox.begin(db, message, now=NOW, lease=60)
    other = another()
    with store.write() as db:
        first = outbox.recover(db, now=NOW + HOUR, resend=True)
        with other.write() as beside:
            second = outbox.recover(beside, now=NOW + HOUR, resend=True)
    assert (first, second) == (Recovered(0, 1, 0), Recovered(0, 0, 0))
    with store.read() as db:
        assert outbox.doubts(db) == 1


def test_an_outcome_that_comes_after_somebody_took_over_is_not_recorded(store: Store, another: Another) -> None:
    queue(store, 1)
    (slept,) = claim(store)
    other = another()
    with other.write() as db:
        outbox.recover(db, now=NOW + HOUR, resend=True)
    (fresh,) = claim(other, now=NOW + HOUR)
    with store.write() as db:
        assert outbox.begin(db, slept, now=NOW + HOUR, lease=60) is None
        late = [Result(slept.id, slept.fence, "accepted")]
        assert outbox.record(db, late, now=NOW + HOUR, resend_at=None) == 1
    with store.read() as db:
        assert outbox.message(db, fresh.id).state == "claimed"


def test_senders_and_an_admin_who_stops_them_never_wait_for_each_other_in_a_ring(
    store: Store, another: Another
) -> None:
    """Each takes several rows, the sender in whatever order its connections are ready."""
    queue(store, 40)
    claimed = claim(store, limit=40)
    backwards = [Result(message.id, message.fence, "queued") for message in reversed(claimed)]

    def send(one: Store) -> int:
        for _ in range(10):
            with one.write() as db:
                outbox.record(db, backwards, now=NOW, resend_at=None)
        return 0

    def stop(one: Store) -> int:
        for _ in range(10):
            with one.write() as db:
                outbox.retry(db, [message.id for message in claimed], NOW)
        return 0

    senders, admins = [another() for _ in range(2)], [another() for _ in range(2)]
    works = [lambda one=one: send(one) for one in senders] + [lambda one=one: stop(one) for one in admins]
    assert all_at_once(*works) == [0, 0, 0, 0]


def test_two_senders_share_what_an_hour_allows(store: Store, another: Another, postgres: Databases) -> None:
    queue(store, 10)
    other = another()

    def rest(one: Store) -> int:
        with one.write() as db:
            left = 6 - outbox.begun_since(db, NOW - HOUR)
            return len(outbox.claim(db, owner="o", now=NOW, lease=60, limit=left)) if left > 0 else 0

    with store.write() as db:
        outbox.begun_since(db, NOW - HOUR)
        assert len(outbox.claim(db, owner="one", now=NOW, lease=60, limit=4)) == 4
        meanwhile = Meanwhile(lambda: rest(other))
        wait_for_waiting(postgres, store, meanwhile)
    assert meanwhile.result() == 2


# ---- people ----


def arrives(store: Store, name: str, *, now: datetime) -> None:
    with store.write() as db:
        people.file(db, people.entry(name, now=now), "harvest", now=now)


def plan(store: Store, now: datetime) -> int:
    return plan_due(store, site=SITE, settings=Digests(window=0), now=now).messages


@pytest.fixture
def reader(store: Store, now: datetime) -> str:
    """Somebody who is owed an entry; their id."""
    with store.write() as db:
        know_topics(db, now)
        person = subscribe(db, SOK, "harvest", now=now).subscriber
    arrives(store, "e1", now=now + MINUTE)
    return person.id


def test_an_address_that_two_forms_bring_at_once_is_one_person(
    store: Store, another: Another, postgres: Databases, now: datetime
) -> None:
    other = another()
    with store.write() as db:
        know_topics(db, now)
    with store.write() as db:
        first = subscribe(db, SOK, "harvest", now=now).subscriber

        def second() -> str:
            with other.write() as beside:
                return subscribe(beside, SOK, "mines", now=now).subscriber.id

        meanwhile = Meanwhile(second)
        wait_for_waiting(postgres, store, meanwhile)
    assert meanwhile.result() == first.id
    with store.read() as db:
        assert {row.topic for row in rows.listed(db, subscriber=first.id)} == {"harvest", "mines"}


def test_several_who_plan_at_once_write_one_mail_for_each_period(store: Store, another: Another, now: datetime) -> None:
    with store.write() as db:
        know_topics(db, now)
        for number in range(40):
            subscribe(db, f"reader{number}@example.org", "harvest", now=now)
    arrives(store, "e1", now=now + MINUTE)
    opened = [another() for _ in range(3)]

    planned = all_at_once(*(lambda one=one: plan(one, now + HOUR) for one in opened))

    assert sum(count or 0 for count in planned) == 40
    with store.read() as db:
        assert Counter(message.subscriber for message in outbox.messages(db)).most_common(1)[0][1] == 1
        assert db.execute(select(schema.slots)).all() == []


def test_who_pauses_while_a_digest_is_planned_is_owed_it_later(
    store: Store, another: Another, postgres: Databases, reader: str, now: datetime
) -> None:
    """The planner holds the person; the pause waits, and takes back what was queued."""
    other = another()

    def pause() -> object:
        with other.write() as db:
            return subscriptions.pause(db, SOK, by="admin", now=now + HOUR)

    with store.write() as db:
        subscribers.of_ids(db, [reader])  # as the planner begins
        meanwhile = Meanwhile(pause)
        wait_for_waiting(postgres, store, meanwhile)
    meanwhile.result()
    assert plan(store, now + HOUR) == 0

    with store.write() as db:
        subscriptions.resume(db, SOK, by="admin", now=now + HOUR)
    assert plan(store, now + HOUR) == 1


@pytest.mark.parametrize("leave", [subscriptions.pause, subscriptions.remove])
def test_whoever_wins_a_planner_or_a_leaver_nothing_goes_to_who_is_gone(
    store: Store, another: Another, now: datetime, leave: Callable[..., object]
) -> None:
    addresses = [f"reader{number}@example.org" for number in range(30)]
    with store.write() as db:
        know_topics(db, now)
        for address in addresses:
            subscribe(db, address, "harvest", now=now)
    arrives(store, "e1", now=now + MINUTE)

    def go(one: Store) -> int:
        for address in addresses:
            with one.write() as db:
                leave(db, address, by="admin", now=now + HOUR)
        return 0

    leaver, planner = another(), another()
    all_at_once(lambda: go(leaver), lambda: plan(planner, now + HOUR))

    with store.read() as db:
        assert outbox.counts(db)["queued"] == 0
        written = {line.entry for line in db.execute(select(schema.sent))}
    assert written == set() or leave is subscriptions.remove


def test_a_window_that_a_planner_ends_is_opened_again_for_what_was_filed_meanwhile(
    store: Store, another: Another, reader: str, now: datetime
) -> None:
    """The planner decided by the ledger as it was; what came since found a slot that was about to end."""
    open_windows(store, window=timedelta(0))
    with store.read() as db:
        decided = filings.head_seq(db)
    arrives(store, "e2", now=now + 2 * MINUTE)
    open_windows(another(), window=timedelta(0))

    with store.write() as db:
        rows.move_slots(db, [(reader, "now", None)])
        rows.move_cursors(db, [(reader, "harvest")], decided)
    with store.read() as db:
        assert not windows.are_open(db)
    assert open_windows(store, window=timedelta(0)) == 1
    with store.read() as db:
        assert rows.slots_of(db, reader)


def test_a_compare_and_set_that_somebody_else_won_is_a_conflict(
    store: Store, another: Another, reader: str, now: datetime
) -> None:
    with store.read() as db:
        seen = subscribers.of_id(db, reader)
    assert seen
    with another().write() as db:
        subscriptions.remove(db, SOK, by="subscriber", now=now)
    with pytest.raises(Conflict, match="somebody else"), store.write() as db:
        steps.move(db, seen, "pause", now=now, by="admin")


# ---- feeds, keys, topics ----


def test_a_feed_that_was_built_from_a_later_state_is_not_put_back(store: Store, another: Another) -> None:
    with store.write() as db:
        publications.mark_dirty(db, ["all"], NOW)
        old = publications.feed(db, "all")
        publications.mark_dirty(db, ["all"], NOW)
        new = publications.feed(db, "all")
    assert old
    assert new
    with another().write() as db:
        publications.keep(db, new, [File("atom", "", b"new", '"new"', NOW)], NOW)
    with store.write() as db:
        publications.keep(db, old, [File("atom", "", b"old", '"old"', NOW)], NOW)
    with store.read() as db:
        assert publications.etags(db, "all") == {"atom": '"new"'}


def test_several_who_keep_the_same_feed_at_once_keep_it(store: Store, another: Another) -> None:
    with store.write() as db:
        publications.mark_dirty(db, ["all"], NOW)
        feed = publications.feed(db, "all")
    assert feed

    def keep(one: Store, name: str) -> int:
        for _ in range(10):
            with one.write() as db:
                made = [File(form, "", name.encode(), f'"{name}"', NOW) for form in ("atom", "rss", "json")]
                publications.keep(db, feed, made, NOW)
        return 0

    opened = [another() for _ in range(3)]
    all_at_once(*(lambda one=one, n=n: keep(one, f"of {n}") for n, one in enumerate(opened)))

    with store.read() as db:
        assert len(set(publications.etags(db, "all").values())) == 1


def test_several_who_begin_at_once_make_one_key_and_one_topic(store: Store, another: Another) -> None:
    def begin(one: Store) -> str:
        with one.write() as db:
            topics.put_topic(db, HARVEST, NOW)
            return keys.ensure(db, "token", now=NOW).current.id

    opened = [another() for _ in range(4)]
    made = all_at_once(*(lambda one=one: begin(one) for one in opened))

    assert len(set(made)) == 1
    with store.read() as db:
        assert len(keys.known(db, "token").known) == 1
        assert [topic.id for topic in topics.topics(db)] == ["harvest"]


# ---- units of work ----


def ring(one: Store, first: str, second: str, meet: threading.Barrier) -> Callable[[], int]:
    """Two rows in an order that another takes the other way round; the first time, both hold one."""
    tries = 0
    table = schema.counters

    def work() -> int:
        def unit(db: object) -> int:
            nonlocal tries
            tries += 1
            db.execute(table.update().where(table.c.name == first).values(value=table.c.value + 1))  # type: ignore[attr-defined]
            if tries == 1:
                meet.wait()
            db.execute(table.update().where(table.c.name == second).values(value=table.c.value + 1))  # type: ignore[attr-defined]
            return tries

        return one.unit(unit)

    return work


def test_a_unit_that_the_server_gave_up_is_done_again(store: Store, another: Another) -> None:
    with store.write() as db:
        db.execute(schema.counters.insert(), [{"name": "a", "value": 0}, {"name": "b", "value": 0}])
    meet = threading.Barrier(2)

    tries = all_at_once(ring(another(), "a", "b", meet), ring(another(), "b", "a", meet))

    assert max(count or 0 for count in tries) > 1
    with store.read() as db:
        assert db.scalars(select(schema.counters.c.value)).all() == [2, 2]


def test_what_is_no_unit_says_that_nothing_was_done(store: Store, another: Another) -> None:
    with store.write() as db:
        db.execute(schema.counters.insert(), [{"name": "a", "value": 0}, {"name": "b", "value": 0}])
    meet = threading.Barrier(2)
    table = schema.counters

    def both(one: Store, names: tuple[str, str]) -> str:
        try:
            with one.write() as db:
                db.execute(table.update().where(table.c.name == names[0]).values(value=1))
                meet.wait()
                db.execute(table.update().where(table.c.name == names[1]).values(value=1))
        except UserError as error:
            return str(error)
        return "done"

    first, second = another(), another()
    said = all_at_once(lambda: both(first, ("a", "b")), lambda: both(second, ("b", "a")))
    assert sorted(one or "" for one in said)[1] == "done"
    assert any("nothing was done: repeat" in (one or "") for one in said)
