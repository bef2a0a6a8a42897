"""The sender is killed, at chosen points and at random ones: nobody is lost, and hardly anybody gets a mail twice."""

from signal import SIGCONT, SIGKILL, SIGSTOP

import pytest

from tests.fakes.sender import kill
from tests.mail.killing import Field, rounds_of_kills
from tests.mail.sending import queue

BEFORE_THE_DOT = ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "TEXT")
AFTER_THE_DOT = ("DOT", "ACCEPTED", "REPLIED")


async def killed_at(field: Field, point: str, **more: object) -> int:
    """Kill a sender when the server stands at a point for the third time; how many connections were open."""
    times = 0 if point in ("CONNECT", "EHLO") else 2
    field.postmaster.passes(point, times)
    hold = field.postmaster.holds(point)
    child = await field.sender.start(field.order(**more))
    await hold.reached.wait()
    connections = field.postmaster.open
    kill(child)
    assert await field.sender.ended(child) == -SIGKILL
    if point == "TEXT":
        hold.drop()  # the dot may be on its way already: then the server would take the mail of a dead sender
    else:
        hold.release()
    return connections


@pytest.mark.parametrize("point", BEFORE_THE_DOT)
async def test_a_sender_that_is_killed_before_the_final_dot_loses_and_doubles_nobody(field: Field, point: str) -> None:
    people = {f"reader{number}@example.org": 1 for number in range(5)}
    queue(field.store, 5, field.now)

    await killed_at(field, point, connections=1)
    await field.finish()

    assert field.copies() == people
    assert field.states() == {"accepted": 5}


@pytest.mark.parametrize("point", AFTER_THE_DOT)
async def test_a_sender_that_is_killed_after_the_final_dot_doubles_one_mail_at_most_and_counts_it(
    field: Field, point: str
) -> None:
    queue(field.store, 5, field.now)

    await killed_at(field, point, connections=1)
    await field.finish()

    copies = field.copies()
    assert set(copies) == {f"reader{number}@example.org" for number in range(5)}
    assert {who for who, count in copies.items() if count > 1} <= field.doubted()
    assert copies.total() <= 6
    assert field.states() == {"accepted": 5}


@pytest.mark.parametrize("point", AFTER_THE_DOT)
async def test_doubts_that_are_held_are_never_sent_twice(field: Field, point: str) -> None:
    queue(field.store, 5, field.now)

    await killed_at(field, point, connections=1, in_doubt="hold")
    await field.finish(in_doubt="hold")

    copies = field.copies()
    assert set(copies.values()) == {1}
    assert set(copies) | field.doubted() == {f"reader{number}@example.org" for number in range(5)}
    assert field.states() == {"accepted": 4, "in-doubt": 1}


async def test_a_resent_mail_bears_the_same_message_id(field: Field) -> None:
    queue(field.store, 1, field.now)
    hold = field.postmaster.holds("ACCEPTED")
    child = await field.sender.start(field.order(connections=1))
    await hold.reached.wait()
    kill(child)
    await field.sender.ended(child)

    await field.finish()

    assert [entry.message_id for entry in field.postmaster.ledger] == ["<0@news.example.org>"] * 2


@pytest.mark.parametrize("seed", range(2))
async def test_kills_at_random_moments_lose_nobody_and_double_at_most_one_mail_for_each_open_connection(
    field: Field, seed: int
) -> None:
    """More rounds: `make soak`."""
    rounds = 80 if field.store.file else 10

    told = await rounds_of_kills(field, seed, people=250, kills=rounds)

    assert told.kills == rounds
    assert told.surplus <= told.doubts <= told.open_at_kills


async def test_a_sender_that_slept_through_its_lease_does_not_send(field: Field) -> None:
    queue(field.store, 1, field.now)
    hold = field.postmaster.holds("RCPT")
    sleeper = await field.sender.start(field.order(connections=1))
    await hold.reached.wait()
    kill(sleeper, SIGSTOP)
    hold.release()

    await field.finish()
    kill(sleeper, SIGCONT)
    await field.sender.ended(sleeper)

    assert list(field.copies().values()) == [1]
    assert field.states() == {"accepted": 1}
