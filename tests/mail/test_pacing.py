"""A domain that asks us to slow down gets its mail slower, and faster again when it takes what we send."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from mail.answers import Answer, Broken, Phase, Reply
from mail.deliver import Delivery, deliver
from mail.pacing import HORIZON, LONGEST_GAP, Pacer, after
from mail.settings import Mailing
from state import outbox, pacing
from state.pacing import Pace
from state.store import Store
from tests.fakes.postmaster import Postmaster
from tests.mail.sending import SITE, Clock, queue, simple

NOW = datetime(2026, 5, 10, 8, tzinfo=UTC)
BUSY = Answer(Phase.RCPT, Reply(450, "4.7.1 too fast"))
TAKEN = Answer(Phase.AFTER_FINAL_DOT, Reply(250, "2.0.0 taken"))


def test_one_deferral_is_greylisting_and_slows_nothing_down() -> None:
    assert after(Pace("example.org"), BUSY).gap == 0
    assert after(after(Pace("example.org"), BUSY), TAKEN).free


def test_the_gap_doubles_up_to_a_bound_and_shrinks_until_there_is_none() -> None:
    pace, gaps = Pace("example.org"), []
    for _ in range(12):
        pace = after(pace, BUSY)
        gaps.append(pace.gap)
    assert gaps[:5] == [0, 1, 2, 4, 8]
    assert gaps[-1] == LONGEST_GAP
    taken = 0
    while not pace.free:
        pace, taken = after(pace, TAKEN), taken + 1
    assert 20 < taken < 40


@pytest.mark.parametrize("code", [421, 450, 451, 452])
@pytest.mark.parametrize("phase", [Phase.RCPT, Phase.DATA, Phase.AFTER_FINAL_DOT])
def test_what_asks_to_slow_down(code: int, phase: Phase) -> None:
    assert after(Pace("example.org"), Answer(phase, Reply(code, ""))).strikes == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(Phase.RCPT, Reply(550, "5.1.1 nobody")),
        Answer(Phase.RCPT, Broken("gone")),
        Answer(Phase.MAIL, Reply(451, "about us")),
        Answer(Phase.EHLO, Reply(421, "about us")),
    ],
)
def test_what_says_nothing_about_the_domain(answer: Answer) -> None:
    pace = Pace("example.org", 4.0, 2)
    assert after(pace, answer) is pace


def test_turns_lie_a_gap_apart_and_never_beyond_the_horizon() -> None:
    pacer = Pacer({"example.org": Pace("example.org", 300.0, 3)})

    turns = [pacer.turn("sok@Example.org", NOW) for _ in range(6)]

    assert turns == [None, *(NOW + timedelta(minutes=minutes) for minutes in (5, 10, 15)), NOW + HORIZON, NOW + HORIZON]
    assert pacer.turn("sok@example.com", NOW) is None
    assert [pace.domain for pace in pacer.changes()] == ["example.org"]
    assert pacer.changes() == ()


@pytest.fixture
async def postmaster() -> AsyncIterator[Postmaster]:
    async with Postmaster() as made:
        yield made


async def test_a_slow_domain_gets_all_its_mail_in_time_and_keeps_nobody_else_waiting(
    store: Store, postmaster: Postmaster
) -> None:
    queue(store, 20, NOW)
    clock = Clock(NOW)
    postmaster.passes("RCPT", 10)
    postmaster.answers("RCPT", *["451 4.3.2 slow down"] * 2)
    settings = Mailing(smtp=postmaster.url, tls="none", connections=1)

    async def run() -> None:
        await deliver(Delivery(store, settings, SITE, simple), clock=clock, owner="test")

    await run()
    with store.read() as db:
        (pace,) = pacing.paces(db).values()
    assert (pace.domain, pace.gap) == ("example.org", 0.8)
    assert len(postmaster.commands) < 60, "what was claimed with them is given back, all but one"
    assert len(postmaster.ledger) == 11
    queue(store, 10, NOW, first=100)
    with store.write() as db:
        pacing.keep(db, [Pace("example.org", 60.0, 2)], NOW)
    before = len(postmaster.ledger)
    await run()
    assert len(postmaster.ledger) == before + 1, "one goes, the others wait for their turn"
    for _ in range(30):
        clock.advance(60)
        await run()

    with store.read() as db:
        assert outbox.counts(db)["accepted"] == 30
        (pace,) = pacing.paces(db).values()
    assert pace.gap < 1, "it takes mail again"
    assert len({entry.rcpt_to for entry in postmaster.ledger}) == len(postmaster.ledger) == 30


async def test_a_confirmation_does_not_wait_for_a_slow_domain(store: Store, postmaster: Postmaster) -> None:
    queue(store, 5, NOW)
    queue(store, 1, NOW, first=50, lane=0)
    with store.write() as db:
        pacing.keep(db, [Pace("example.org", 300.0, 5, NOW + timedelta(minutes=10))], NOW)
    settings = Mailing(smtp=postmaster.url, tls="none", connections=1)

    await deliver(Delivery(store, settings, SITE, simple), clock=Clock(NOW), owner="test")

    assert [entry.rcpt_to for entry in postmaster.ledger] == ["reader50@example.org"]
