"""The outbox: claims, fences, doubts, and what admin and leavers may do."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from state import outbox
from state.errors import NotFound
from state.outbox import Recovered, Result
from state.records import Message
from state.store import Store

MINUTE = timedelta(minutes=1)


def add(
    store: Store, now: datetime, name: str = "sok", *, lane: int = 1, key: str = "d", later: timedelta | None = None
) -> int | None:
    with store.write() as db:
        return outbox.enqueue(
            db,
            subscriber=name,
            recipient=f"{name}@example.org",
            generation=3,
            kind="digest",
            key=key,
            edition=None,
            message_id=f"<{name}.{key}@example.org>",
            lane=lane,
            payload='{"says": "hello"}',
            now=now,
            not_before=now + later if later is not None else None,
        )


def claim(store: Store, now: datetime, *, owner: str = "one", limit: int = 100) -> tuple[Message, ...]:
    with store.write() as db:
        return outbox.claim(db, owner=owner, now=now, lease=60, limit=limit)


def begin(store: Store, message: Message, now: datetime) -> datetime | None:
    with store.write() as db:
        return outbox.begin(db, message, now=now, lease=600)


def record(store: Store, result: Result, now: datetime, *, resend: timedelta | None = None) -> int:
    with store.write() as db:
        return outbox.record(db, [result], now=now, resend_at=now + resend if resend is not None else None)


def recover(store: Store, now: datetime, *, resend: bool = True, everyone: bool = False) -> Recovered:
    with store.write() as db:
        return outbox.recover(db, now=now, resend=resend, everyone=everyone)


def look(store: Store, number: int) -> Message:
    with store.read() as db:
        return outbox.message(db, number)


def names(messages: Sequence[Message]) -> list[str]:
    return [message.subscriber for message in messages]


def on_the_wire(store: Store, now: datetime) -> Message:
    add(store, now)
    (message,) = claim(store, now)
    assert begin(store, message, now)
    return message


# ---- queueing and claiming ----


def test_a_message_is_queued_once_per_person_kind_and_key(store: Store, now: datetime) -> None:
    first = add(store, now)

    assert first is not None
    assert add(store, now) is None
    assert add(store, now, key="another day") is not None


def test_a_claimed_message_is_not_claimed_again(store: Store, now: datetime) -> None:
    add(store, now)

    assert names(claim(store, now, owner="one")) == ["sok"]
    assert claim(store, now, owner="two") == ()


def test_a_claim_names_its_owner_its_lease_and_its_fence(store: Store, now: datetime) -> None:
    add(store, now)

    (message,) = claim(store, now, owner="one")

    assert (message.state, message.owner, message.fence) == ("claimed", "one", 1)
    assert message.lease_until == now + MINUTE


def test_confirmations_go_ahead_of_digests_and_the_longest_due_goes_first(store: Store, now: datetime) -> None:
    add(store, now, "second")
    add(store, now - MINUTE, "first")
    add(store, now, "third")
    add(store, now, "single", lane=0)

    assert names(claim(store, now, limit=3)) == ["single", "first", "second"]


def test_a_message_is_not_due_before_its_time(store: Store, now: datetime) -> None:
    add(store, now, later=MINUTE)

    assert claim(store, now) == ()
    assert names(claim(store, now + MINUTE)) == ["sok"]


def test_nothing_to_claim_and_nothing_to_recover_is_idle(store: Store, now: datetime) -> None:
    def idle(when: datetime) -> bool:
        with store.read() as db:
            return outbox.idle(db, when)

    assert idle(now)
    add(store, now, later=MINUTE)
    assert idle(now)
    assert not idle(now + MINUTE)
    claim(store, now + MINUTE)
    assert idle(now + MINUTE)
    assert not idle(now + 2 * MINUTE)


def test_the_next_due_time_is_that_of_the_earliest_waiting_message(store: Store, now: datetime) -> None:
    with store.read() as db:
        assert outbox.next_due(db) is None
    add(store, now, "later", later=5 * MINUTE)
    add(store, now, "sooner", later=MINUTE)

    with store.read() as db:
        assert outbox.next_due(db) == now + MINUTE


# ---- beginning and recording ----


def test_a_message_that_is_begun_is_on_the_wire_and_counts_as_an_attempt(store: Store, now: datetime) -> None:
    add(store, now)
    (message,) = claim(store, now)

    assert begin(store, message, now) == now + 10 * MINUTE
    assert (look(store, message.id).state, look(store, message.id).attempts) == ("sending", 1)


def test_a_message_is_begun_once(store: Store, now: datetime) -> None:
    message = on_the_wire(store, now)

    assert begin(store, message, now) is None


def test_a_claim_that_ran_out_may_not_begin(store: Store, now: datetime) -> None:
    add(store, now)
    (message,) = claim(store, now)

    assert begin(store, message, now + MINUTE) is None


def test_a_claim_that_another_one_took_over_may_not_begin(store: Store, now: datetime) -> None:
    add(store, now)
    (slept,) = claim(store, now, owner="one")
    recover(store, now + MINUTE)
    claim(store, now + MINUTE, owner="two")

    assert begin(store, slept, now + MINUTE) is None


@pytest.mark.parametrize("state", ["accepted", "refused", "held", "suppressed"])
def test_an_outcome_is_recorded_with_the_words_of_the_server(store: Store, now: datetime, state: outbox.State) -> None:
    message = on_the_wire(store, now)

    stale = record(store, Result(message.id, message.fence, state, "RCPT", "what was said"), now)

    row = look(store, message.id)
    assert (stale, row.state, row.phase, row.reply) == (0, state, "RCPT", "what was said")
    assert (row.owner, row.lease_until, row.next_try_at) == ("", None, None)


def test_a_deferred_message_is_due_at_its_next_try(store: Store, now: datetime) -> None:
    message = on_the_wire(store, now)

    record(store, Result(message.id, message.fence, "deferred", next_try_at=now + MINUTE), now)

    assert claim(store, now) == ()
    assert names(claim(store, now + MINUTE)) == ["sok"]


def test_an_outcome_with_an_older_fence_is_not_recorded_and_counted(store: Store, now: datetime) -> None:
    slept = on_the_wire(store, now)
    recover(store, now + 10 * MINUTE)
    (taken,) = claim(store, now + 10 * MINUTE, owner="two")

    stale = record(store, Result(slept.id, slept.fence, "refused"), now + 10 * MINUTE)

    assert stale == 1
    assert look(store, taken.id).state == "claimed"


def test_an_outcome_is_recorded_once(store: Store, now: datetime) -> None:
    message = on_the_wire(store, now)
    result = Result(message.id, message.fence, "accepted")

    assert record(store, result, now) == 0
    assert record(store, result, now) == 1


# ---- recovery and doubt ----


def test_a_claim_of_a_dead_sender_is_queued_again_when_its_lease_is_over(store: Store, now: datetime) -> None:
    add(store, now)
    claim(store, now)

    assert recover(store, now + MINUTE / 2) == Recovered(0, 0, 0)
    assert recover(store, now + MINUTE) == Recovered(given_back=1, resent=0, kept=0)
    assert names(claim(store, now + MINUTE)) == ["sok"]


@pytest.mark.sqlite
def test_the_holder_of_the_lock_need_not_wait_for_leases(store: Store, now: datetime) -> None:
    add(store, now)
    claim(store, now)

    assert recover(store, now, everyone=True) == Recovered(given_back=1, resent=0, kept=0)


def test_what_a_dead_sender_had_on_the_wire_is_in_doubt_and_sent_once_more(store: Store, now: datetime) -> None:
    message = on_the_wire(store, now)

    assert recover(store, now + 10 * MINUTE, resend=True) == Recovered(given_back=0, resent=1, kept=0)
    with store.read() as db:
        assert outbox.doubts(db) == 1
    (again,) = claim(store, now + 10 * MINUTE)
    assert again.message_id == message.message_id


def test_what_is_in_doubt_a_second_time_is_kept_for_the_admin(store: Store, now: datetime) -> None:
    on_the_wire(store, now)
    recover(store, now + 10 * MINUTE, resend=True)
    (again,) = claim(store, now + 10 * MINUTE)
    begin(store, again, now + 10 * MINUTE)

    assert recover(store, now + 20 * MINUTE, resend=True) == Recovered(given_back=0, resent=0, kept=1)
    assert look(store, again.id).state == "in-doubt"
    with store.read() as db:
        assert outbox.doubts(db, again.id) == 2


def test_doubts_that_are_to_be_held_are_kept_for_the_admin(store: Store, now: datetime) -> None:
    message = on_the_wire(store, now)

    assert recover(store, now + 10 * MINUTE, resend=False) == Recovered(given_back=0, resent=0, kept=1)
    assert look(store, message.id).state == "in-doubt"


@pytest.mark.parametrize(("resend", "state"), [(None, "in-doubt"), (MINUTE, "queued")])
def test_a_doubt_that_a_live_sender_reports_is_treated_likewise(
    store: Store, now: datetime, resend: timedelta | None, state: str
) -> None:
    message = on_the_wire(store, now)

    record(store, Result(message.id, message.fence, "in-doubt", "AFTER_FINAL_DOT", "lost"), now, resend=resend)

    row = look(store, message.id)
    assert (row.state, row.reply) == (state, "lost")
    assert row.next_try_at == (now + resend if resend else None)


# ---- admin and leavers ----


@pytest.mark.parametrize("state", ["deferred", "refused", "in-doubt"])
def test_the_admin_may_retry(store: Store, now: datetime, state: outbox.State) -> None:
    message = on_the_wire(store, now)
    record(store, Result(message.id, message.fence, state, next_try_at=now + MINUTE), now)

    with store.write() as db:
        assert outbox.retry(db, [message.id], now) == 1
    assert names(claim(store, now)) == ["sok"]
    assert look(store, message.id).attempts == 0


@pytest.mark.parametrize("state", ["held", "in-doubt"])
def test_the_admin_may_release(store: Store, now: datetime, state: outbox.State) -> None:
    message = on_the_wire(store, now)
    record(store, Result(message.id, message.fence, state), now)

    with store.write() as db:
        assert outbox.release(db, [message.id], now) == 1
    assert names(claim(store, now)) == ["sok"]


def test_retry_and_release_leave_accepted_messages_alone(store: Store, now: datetime) -> None:
    message = on_the_wire(store, now)
    record(store, Result(message.id, message.fence, "accepted"), now)

    with store.write() as db:
        assert outbox.retry(db, [message.id], now) == 0
        assert outbox.release(db, [message.id], now) == 0


def test_without_ids_retry_takes_all_that_are_deferred_and_release_all_that_are_held(
    store: Store, now: datetime
) -> None:
    for name, state in (("a", "deferred"), ("b", "held"), ("c", "refused")):
        add(store, now, name)
        (message,) = claim(store, now)
        begin(store, message, now)
        record(store, Result(message.id, message.fence, state, next_try_at=now + MINUTE), now)  # type: ignore[arg-type]

    with store.write() as db:
        assert outbox.retry(db, None, now) == 1
        assert outbox.release(db, None, now) == 1
    assert names(claim(store, now)) == ["a", "b"]


def test_who_leaves_gets_nothing_that_is_not_yet_on_the_wire(store: Store, now: datetime) -> None:
    add(store, now, key="on the wire")
    (sending,) = claim(store, now)
    begin(store, sending, now)
    add(store, now, key="claimed")
    (claimed,) = claim(store, now)
    add(store, now, key="queued")
    add(store, now, "dara", key="of another person")

    with store.write() as db:
        assert outbox.cancel_for(db, "sok", now) == 2

    assert begin(store, claimed, now) is None
    assert look(store, sending.id).state == "sending"
    assert names(claim(store, now)) == ["dara"]


# ---- looking ----


def test_messages_are_listed_newest_first_by_state(store: Store, now: datetime) -> None:
    add(store, now, "a")
    add(store, now, "b")
    claim(store, now)
    add(store, now, "c")

    with store.read() as db:
        assert names(outbox.messages(db)) == ["c", "b", "a"]
        assert names(outbox.messages(db, state="claimed")) == ["b", "a"]
        assert names(outbox.messages(db, limit=1)) == ["c"]


def test_every_state_is_counted(store: Store, now: datetime) -> None:
    add(store, now, "a")
    claim(store, now)
    add(store, now, "b")

    with store.read() as db:
        counts = outbox.counts(db)

    assert set(counts) == set(outbox.STATES)
    assert {state: count for state, count in counts.items() if count} == {"queued": 1, "claimed": 1}


def test_a_single_mail_keeps_what_it_says(store: Store, now: datetime) -> None:
    number = add(store, now)
    assert number is not None

    with store.read() as db:
        assert outbox.payload(db, number) == '{"says": "hello"}'


def test_what_was_begun_in_the_last_hour_is_counted(store: Store, now: datetime) -> None:
    message = on_the_wire(store, now)

    def count(since: datetime) -> int:
        with store.read() as db:
            return outbox.begun_since(db, since)

    assert count(now) == 1
    record(store, Result(message.id, message.fence, "accepted"), now)
    assert count(now - MINUTE) == 1
    assert count(now) == 0


def test_an_unknown_message_is_named_with_the_command_that_lists_them(store: Store) -> None:
    with store.read() as db, pytest.raises(NotFound, match=r"message 7 is not in the outbox.*outbox list"):
        outbox.message(db, 7)
