"""Delivery: what becomes of messages when servers, readers and databases behave as they do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from mail import deliver as delivering
from mail.answers import Envelope
from mail.deliver import Delivered, Delivery, deliver
from mail.recording import Begun, Recorder
from mail.settings import Mailing
from state import alarms, editions, outbox, subscribers
from state.errors import UserError
from state.outbox import Result
from state.records import Edition, Message, Site
from state.schema import outbox as outbox_table
from state.store import Store, open_store
from tests.fakes.postmaster import Postmaster
from tests.mail.sending import SITE, Clock, queue, simple

HOUR = 3600.0


class Post:
    """A database, a mail server, a clock, and the delivery between them."""

    def __init__(self, store: Store, postmaster: Postmaster, now: datetime) -> None:
        self.store = store
        self.postmaster = postmaster
        self.clock = Clock(now)
        settings = Mailing(smtp=postmaster.url, tls="none", connections=1)
        self.delivery = Delivery(store, settings, SITE, simple)

    def set(self, **settings: Any) -> None:
        self.delivery.settings = replace(self.delivery.settings, **settings)

    def queue(self, count: int, **more: Any) -> list[int]:
        return queue(self.store, count, self.clock(), **more)

    async def deliver(self, **more: Any) -> Delivered:
        return await deliver(self.delivery, clock=self.clock, owner="test", **more)

    def look(self, number: int) -> Message:
        with self.store.read() as db:
            return outbox.message(db, number)

    def states(self) -> dict[str, int]:
        with self.store.read() as db:
            return {state: count for state, count in outbox.counts(db).items() if count}

    def doubts(self) -> int:
        with self.store.read() as db:
            return outbox.doubts(db)

    def alarm(self) -> str:
        with self.store.read() as db:
            return " ".join(alarm.message for alarm in alarms.alarms(db, source=""))

    def readers(self) -> list[str]:
        return [entry.rcpt_to.partition("@")[0] for entry in self.postmaster.ledger]


@pytest.fixture
async def post(store: Store, now: datetime) -> AsyncIterator[Post]:
    async with Postmaster() as postmaster:
        yield Post(store, postmaster, now)


# ---- the good way ----


async def test_everybody_gets_one_mail(post: Post) -> None:
    post.queue(100)
    post.set(connections=4)

    delivered = await post.deliver()

    assert delivered == Delivered({"accepted": 100})
    assert sorted(post.readers()) == sorted(f"reader{number}" for number in range(100))
    assert 1 < post.postmaster.most_open <= 4


async def test_an_accepted_message_keeps_the_servers_words(post: Post) -> None:
    (number,) = post.queue(1)

    await post.deliver()

    row = post.look(number)
    assert (row.state, row.phase, row.reply) == ("accepted", "AFTER_FINAL_DOT", "250 2.0.0 taken")


async def test_what_was_sent_is_not_sent_again(post: Post) -> None:
    post.queue(3)
    await post.deliver()

    assert await post.deliver() == Delivered({})
    assert len(post.postmaster.ledger) == 3
    assert post.postmaster.sessions == 1


async def test_confirmations_go_ahead_of_a_large_run(post: Post) -> None:
    post.queue(40)
    post.queue(1, first=40, lane=0)

    await post.deliver()

    assert post.readers()[0] == "reader40"


async def test_a_run_may_be_limited(post: Post) -> None:
    post.queue(30)

    assert await post.deliver(limit=20) == Delivered({"accepted": 20})
    assert post.states() == {"accepted": 20, "queued": 10}


async def test_no_more_than_per_hour_are_sent_in_any_hour(post: Post) -> None:
    post.queue(8)
    post.set(per_hour=5)

    await post.deliver()
    await post.deliver()
    assert post.states() == {"accepted": 5, "queued": 3}

    post.clock.advance(HOUR + 1)
    await post.deliver()
    assert post.states() == {"accepted": 8}


async def test_two_deliveries_at_once_send_each_message_once(post: Post) -> None:
    post.queue(60)
    other = open_store(post.store.engine.url.render_as_string(hide_password=False))
    second = Delivery(other, post.delivery.settings, SITE, simple)

    both = await asyncio.gather(post.deliver(), deliver(second, clock=post.clock, owner="second"))
    other.close()

    assert sum(one.counts.get("accepted", 0) for one in both) == 60
    assert sorted(post.readers()) == sorted(f"reader{number}" for number in range(60))


# ---- refusals ----


@pytest.mark.parametrize(
    ("point", "reply", "state"),
    [
        ("MAIL", "451 4.3.0 later", "deferred"),
        ("MAIL", "550 5.7.1 you are on a list", "deferred"),
        ("RCPT", "451 4.7.1 greylisted", "deferred"),
        ("RCPT", "550 5.1.1 no such user", "refused"),
        ("RCPT", "550 5.7.1 relaying denied", "held"),
        ("DATA", "451 4.3.0 later", "deferred"),
        ("DATA", "554 5.0.0 no", "refused"),
        ("DOT", "451 4.3.0 later", "deferred"),
        ("DOT", "554 5.7.1 looks like spam", "refused"),
    ],
)
async def test_the_answer_decides_about_its_message_and_no_other(
    post: Post, point: str, reply: str, state: str
) -> None:
    first, second = post.queue(2)
    post.postmaster.answers(point, reply)

    delivered = await post.deliver()

    assert (post.look(first).state, post.look(first).reply) == (state, reply)
    assert post.look(second).state == "accepted"
    assert delivered.counts == {state: 1, "accepted": 1}


async def test_a_greylisted_message_is_tried_again_after_five_minutes(post: Post) -> None:
    (number,) = post.queue(1)
    post.postmaster.answers("RCPT", "451 4.7.1 greylisted")

    await post.deliver()
    assert post.look(number).next_try_at == post.clock() + timedelta(minutes=5)
    assert await post.deliver() == Delivered({})

    post.clock.advance(300)
    assert await post.deliver() == Delivered({"accepted": 1})
    assert post.look(number).attempts == 2


@pytest.mark.parametrize(
    ("point", "reply", "state"), [("RCPT", "451 busy", "refused"), ("MAIL", "550 we do not like you", "held")]
)
async def test_who_is_deferred_for_too_long_is_refused_or_held_if_it_is_about_us(
    post: Post, point: str, reply: str, state: str
) -> None:
    (number,) = post.queue(1)
    post.set(give_up_after=600)
    post.postmaster.always(point, reply)

    for _ in range(4):
        await post.deliver()
        post.clock.advance(HOUR)

    row = post.look(number)
    assert (row.state, row.attempts) == (state, 3)
    assert row.reply == f"gave up; the last answer was: {reply}"


async def test_five_refusals_of_the_text_in_a_row_end_the_run(post: Post) -> None:
    post.queue(20)
    post.postmaster.always("DOT", "554 5.7.1 looks like spam")

    delivered = await post.deliver()

    assert post.states() == {"refused": 5, "queued": 15}
    assert "5 messages in a row" in delivered.trouble
    assert "looks like spam" in post.alarm()


async def test_unknown_recipients_do_not_end_the_run(post: Post) -> None:
    post.queue(20)
    post.postmaster.always("RCPT", "550 5.1.1 no such user")

    delivered = await post.deliver()

    assert delivered == Delivered({"refused": 20})


# ---- trouble with the server ----


async def test_a_server_that_cannot_be_reached_costs_no_message_anything(post: Post) -> None:
    (number,) = post.queue(1)
    post.postmaster.always("CONNECT", "554 go away")

    delivered = await post.deliver()

    row = post.look(number)
    assert (row.state, row.attempts, row.next_try_at) == ("queued", 0, post.clock())
    assert "GREETING" in delivered.trouble
    assert "554 go away" in post.alarm()


async def test_a_server_in_trouble_is_left_alone_for_a_while_and_the_alarm_ends_when_it_is_well(post: Post) -> None:
    post.queue(1)
    post.postmaster.answers("CONNECT", "421 busy")
    await post.deliver()

    assert await post.deliver() == Delivered({})
    assert post.postmaster.sessions == 1

    post.clock.advance(60)
    assert await post.deliver() == Delivered({"accepted": 1})
    assert post.alarm() == ""
    assert post.delivery.failures == 0


async def test_a_server_that_takes_fewer_connections_than_allowed_gets_fewer(post: Post) -> None:
    post.queue(40)
    post.set(connections=4)
    post.postmaster.passes("CONNECT", 1)
    post.postmaster.answers("CONNECT", *["421 too many connections"] * 3)

    delivered = await post.deliver()

    assert delivered == Delivered({"accepted": 40})


async def test_a_connection_that_the_server_closed_while_it_was_kept_costs_the_next_message_nothing(
    post: Post,
) -> None:
    _, second = post.queue(2)
    post.postmaster.passes("MAIL", 1)
    post.postmaster.drops("MAIL", says=b"421 4.4.2 idle for too long\r\n")

    delivered = await post.deliver()

    assert delivered == Delivered({"accepted": 2})
    assert post.look(second).attempts == 1


async def test_a_server_that_goes_down_between_two_messages_costs_the_second_nothing(post: Post) -> None:
    _, second = post.queue(2)
    post.postmaster.passes("MAIL", 1)
    post.postmaster.drops("MAIL")
    post.postmaster.passes("CONNECT", 1)
    post.postmaster.always("CONNECT", "421 going down")

    delivered = await post.deliver()

    assert delivered.counts == {"accepted": 1}
    assert "421 going down" in delivered.trouble
    assert post.look(second).state == "queued"
    assert post.look(second).next_try_at == post.clock()


async def test_a_drop_before_the_dot_defers(post: Post) -> None:
    first, second = post.queue(2)
    post.postmaster.drops("RCPT")

    await post.deliver()

    assert post.look(first).state == "deferred"
    assert post.look(second).state == "accepted"


# ---- in doubt ----


@pytest.mark.parametrize("point", ["DOT", "ACCEPTED"])
async def test_a_drop_after_the_dot_is_a_doubt_that_is_counted_and_resent_once(post: Post, point: str) -> None:
    (number,) = post.queue(1)
    post.postmaster.drops(point)

    delivered = await post.deliver()
    assert delivered.counts == {"in-doubt": 1}
    assert (post.look(number).state, post.doubts()) == ("queued", 1)

    post.clock.advance(300)
    assert await post.deliver() == Delivered({"accepted": 1})
    assert {entry.message_id for entry in post.postmaster.ledger} == {"<0@news.example.org>"}


async def test_a_second_doubt_is_left_to_the_admin(post: Post) -> None:
    (number,) = post.queue(1)
    post.postmaster.drops("DOT")
    post.postmaster.drops("DOT")

    await post.deliver()
    post.clock.advance(300)
    await post.deliver()
    post.clock.advance(HOUR)
    await post.deliver()

    assert (post.look(number).state, post.doubts()) == ("in-doubt", 2)


async def test_doubts_may_be_held(post: Post) -> None:
    (number,) = post.queue(1)
    post.set(in_doubt="hold")
    post.postmaster.drops("ACCEPTED")

    await post.deliver()
    post.clock.advance(HOUR)
    await post.deliver()

    assert (post.look(number).state, len(post.postmaster.ledger)) == ("in-doubt", 1)


async def test_a_sender_that_sleeps_beyond_its_lease_does_not_send(post: Post) -> None:
    (number,) = post.queue(1)
    hold = post.postmaster.holds("RCPT")
    running = asyncio.create_task(post.deliver(limit=1))
    await hold.reached.wait()

    post.clock.advance(10 * HOUR)
    hold.release()
    await running

    assert post.postmaster.ledger == []
    assert (post.look(number).state, post.doubts()) == ("queued", 0)


# ---- people ----


async def test_who_left_after_the_claim_gets_no_mail(post: Post) -> None:
    _, second = post.queue(2)
    hold = post.postmaster.holds("DOT")
    running = asyncio.create_task(post.deliver())
    await hold.reached.wait()

    with post.store.write() as db:
        assert subscribers.change(db, "s1", expected=["confirmed"], state="left")
    hold.release()
    delivered = await running

    assert delivered == Delivered({"accepted": 1, "suppressed": 1})
    assert post.readers() == ["reader0"]
    assert "left" in post.look(second).reply


async def test_whose_messages_were_cancelled_after_the_claim_gets_no_mail(post: Post) -> None:
    post.queue(2)
    hold = post.postmaster.holds("DOT")
    running = asyncio.create_task(post.deliver())
    await hold.reached.wait()

    with post.store.write() as db:
        outbox.cancel_for(db, "s1", post.clock())
    hold.release()
    await running

    assert post.readers() == ["reader0"]
    assert post.states() == {"accepted": 1, "cancelled": 1}


async def test_a_changed_address_gets_no_mail_that_was_planned_for_the_old_one(post: Post) -> None:
    (number,) = post.queue(1)
    with post.store.write() as db:
        subscribers.change(db, "s0", expected=["confirmed"], email="new@example.org", generation=2)

    assert await post.deliver() == Delivered({"suppressed": 1})
    assert "address was changed" in post.look(number).reply


async def test_who_is_forgotten_gets_no_mail(post: Post) -> None:
    (number,) = post.queue(1)
    with post.store.write() as db:
        db.exec_driver_sql("DELETE FROM subscribers")

    assert await post.deliver() == Delivered({"suppressed": 1})
    assert post.look(number).reply == "no such subscriber any more"


# ---- stopping ----


async def test_a_stop_finishes_what_is_on_the_wire_and_gives_back_the_rest(post: Post) -> None:
    post.queue(10)
    stop = asyncio.Event()
    hold = post.postmaster.holds("DOT")
    running = asyncio.create_task(post.deliver(stop=stop))
    await hold.reached.wait()

    stop.set()
    hold.release()
    delivered = await running

    assert delivered == Delivered({"accepted": 1})
    assert post.states() == {"accepted": 1, "queued": 9}


@pytest.mark.parametrize(("point", "states"), [("RCPT", {"queued": 1}), ("DOT", {"in-doubt": 1})])
async def test_what_the_server_does_not_answer_after_a_stop_is_cut_off(
    post: Post, monkeypatch: pytest.MonkeyPatch, point: str, states: dict[str, int]
) -> None:
    monkeypatch.setattr(delivering, "GRACE", 0.01)
    post.queue(1)
    post.set(in_doubt="hold")
    stop = asyncio.Event()
    hold = post.postmaster.holds(point)
    running = asyncio.create_task(post.deliver(stop=stop))
    await hold.reached.wait()

    stop.set()
    await running

    assert post.states() == states


async def test_a_stop_does_not_wait_for_a_server_that_does_not_greet(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "GRACE", 0.01)
    post.queue(1)
    stop = asyncio.Event()
    hold = post.postmaster.holds("CONNECT")
    running = asyncio.create_task(post.deliver(stop=stop))
    await hold.reached.wait()

    stop.set()

    assert await running == Delivered({})
    assert post.states() == {"queued": 1}


# ---- the bytes ----


async def test_a_digest_is_put_together_from_its_edition_which_is_loaded_once(post: Post, now: datetime) -> None:
    edition = Edition("e1", "en", "UTC", "News", "text", "<p>html</p>", (("abc", 1),), now)
    with post.store.write() as db:
        editions.put(db, edition, "cohort")
    numbers = post.queue(3)
    with post.store.write() as db:
        db.execute(update(outbox_table).where(outbox_table.c.id != numbers[0]).values(edition="e1"))
    seen: list[tuple[int, Edition | None, str]] = []

    def watched(message: Message, **more: Any) -> Envelope:
        seen.append((message.id, more["edition"], more["payload"]))
        return simple(message, **more)

    post.delivery.assemble = watched
    await post.deliver()

    first, second, third = seen
    assert first == (numbers[0], None, "{}")
    assert second[1] == edition
    assert second[1] is third[1]


# ---- our own faults ----


async def test_a_mail_that_cannot_be_put_together_is_held_and_the_next_one_goes_out(post: Post) -> None:
    first, second = post.queue(2)

    def clumsy(message: Message, **more: Any) -> Envelope:
        if message.id == first:
            raise ValueError("no such template")
        return simple(message, **more)

    post.delivery.assemble = clumsy
    delivered = await post.deliver()

    assert delivered == Delivered({"held": 1, "accepted": 1})
    assert "no such template" in post.look(first).reply
    assert post.look(second).state == "accepted"


def break_recording(store: Store, state: str) -> Callable[[], None]:
    """Let the database refuse a state, as a full disk would; what mends it."""
    if store.file:
        fault = f"""CREATE TRIGGER fault BEFORE UPDATE OF state ON outbox WHEN new.state = '{state}'
                    BEGIN SELECT RAISE(ABORT, 'disk is full'); END"""
    else:
        fault = f"""CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN RAISE EXCEPTION 'disk is full' USING ERRCODE = 'disk_full'; END $$;
                    CREATE TRIGGER fault BEFORE UPDATE OF state ON outbox FOR EACH ROW WHEN (new.state = '{state}')
                    EXECUTE FUNCTION fault()"""
    with store.write() as db:
        db.exec_driver_sql(fault)

    def mend() -> None:
        with store.write() as db:
            db.exec_driver_sql("DROP TRIGGER fault" if store.file else "DROP FUNCTION fault CASCADE")

    return mend


async def test_what_cannot_be_recorded_stops_the_sending(post: Post) -> None:
    post.queue(50)
    mend = break_recording(post.store, "accepted")

    with pytest.raises(Exception, match="disk is full"):
        await post.deliver()
    assert len(post.postmaster.ledger) == 1  # one connection, one mail that nobody could write down

    mend()
    post.clock.advance(HOUR)
    await post.deliver()
    assert post.states() == {"accepted": 50}
    assert len(post.postmaster.ledger) == 51
    assert post.doubts() == 1


async def test_outcomes_that_could_not_be_recorded_are_tried_once_more_at_the_end(post: Post) -> None:
    (number,) = post.queue(1)
    recorder = Recorder(post.store, post.clock, lease=60, resend=True)
    with post.store.write() as db:
        (message,) = outbox.claim(db, owner="test", now=post.clock(), lease=60, limit=1)

    async with recorder:
        assert isinstance(await recorder.begin(message, None), Begun)
        mend = break_recording(post.store, "accepted")
        for _ in range(2):
            with pytest.raises(Exception, match="disk is full"):
                await recorder.record(Result(message.id, message.fence, "accepted"))
        mend()

    assert recorder.failure is not None
    assert post.look(number).state == "accepted"


@pytest.mark.parametrize("state", ["claimed", "sending"])
async def test_what_cannot_be_claimed_or_begun_is_not_sent(post: Post, state: str) -> None:
    post.queue(50)
    break_recording(post.store, state)

    with pytest.raises(Exception, match="disk is full"):
        await post.deliver()

    assert post.postmaster.ledger == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"smtp": ""}, r'mail\.smtp is ""'),
        ({"smtp": "imap://mail.example.org"}, r"mail\.smtp is 'imap://mail\.example\.org'"),
    ],
)
async def test_a_server_that_is_none_is_told(post: Post, change: dict[str, str], message: str) -> None:
    post.set(**change)

    with pytest.raises(UserError, match=message):
        await post.deliver()


async def test_real_mail_is_refused_without_a_public_address(post: Post) -> None:
    post.queue(1)
    post.delivery.site = Site()

    with pytest.raises(UserError, match=r'site\.url is ""'):
        await post.deliver()

    assert post.postmaster.sessions == 0
