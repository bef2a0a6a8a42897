"""What an answer means, by the phase in which it came."""

from datetime import datetime, timedelta

import pytest

from mail import policy
from mail.answers import Answer, Broken, Phase, Reply, Unfit
from mail.policy import Deferred, Held, InDoubt, Outcome, Refused, Sent, judge

BEFORE_MAIL = (Phase.CONNECT, Phase.GREETING, Phase.EHLO, Phase.STARTTLS, Phase.AUTH)
MESSAGE = (Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.AFTER_FINAL_DOT)
DAY = 86400


def test_only_an_answer_to_the_final_dot_means_sent() -> None:
    assert judge(Phase.AFTER_FINAL_DOT, Reply(250, "2.0.0 queued as 4F")) == Sent("250 2.0.0 queued as 4F")


@pytest.mark.parametrize("phase", MESSAGE)
def test_a_4xx_means_later(phase: Phase) -> None:
    assert judge(phase, Reply(451, "4.7.1 greylisted")) == Deferred("451 4.7.1 greylisted")


@pytest.mark.parametrize("phase", BEFORE_MAIL)
@pytest.mark.parametrize("reply", [Reply(554, "no"), Reply(421, "busy"), Broken("connection lost")])
def test_what_goes_wrong_before_mail_is_about_us(phase: Phase, reply: Reply | Broken) -> None:
    outcome = judge(phase, reply)

    assert isinstance(outcome, Deferred)
    assert outcome.about_us


@pytest.mark.parametrize(
    ("phase", "reply", "outcome"),
    [
        (Phase.MAIL, Reply(550, "5.7.1 you are on a list"), Deferred("550 5.7.1 you are on a list", about_us=True)),
        (Phase.MAIL, Reply(552, "too large"), Refused("552 too large")),
        (Phase.MAIL, Reply(554, "5.3.4 message too big"), Refused("554 5.3.4 message too big")),
        (Phase.RCPT, Reply(550, "5.1.1 no such user"), Refused("550 5.1.1 no such user", bounce=True)),
        (Phase.RCPT, Reply(550, "no such user"), Refused("550 no such user", bounce=True)),
        (Phase.RCPT, Reply(550, "5.7.1 relaying denied"), Held("550 5.7.1 relaying denied")),
        (Phase.RCPT, Reply(550, "5.1.8 bad sender's domain"), Held("550 5.1.8 bad sender's domain")),
        (Phase.RCPT, Reply(530, "authenticate first"), Held("530 authenticate first")),
        (Phase.RCPT, Reply(503, "wrong order"), Held("503 wrong order")),
        (Phase.DATA, Reply(554, "no valid recipients"), Refused("554 no valid recipients")),
        (Phase.AFTER_FINAL_DOT, Reply(554, "5.7.1 looks like spam"), Refused("554 5.7.1 looks like spam")),
    ],
)
def test_a_5xx_is_about_us_the_address_or_the_text(phase: Phase, reply: Reply, outcome: Outcome) -> None:
    assert judge(phase, reply) == outcome


@pytest.mark.parametrize("phase", [Phase.MAIL, Phase.RCPT, Phase.DATA])
def test_a_break_before_the_final_dot_means_later(phase: Phase) -> None:
    assert judge(phase, Broken("connection lost")) == Deferred("connection lost")


def test_a_break_after_the_final_dot_leaves_us_in_doubt() -> None:
    assert judge(Phase.AFTER_FINAL_DOT, Broken("connection lost")) == InDoubt("connection lost")


def test_a_message_that_cannot_be_sent_as_it_is_is_refused() -> None:
    assert judge(Phase.MAIL, Unfit("no address")) == Refused("no address")


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (Reply(550, "5.1.1 unknown"), (5, 1, 1)),
        (Reply(550, "unknown 5.1.1"), None),
        (Reply(550, "4.1.1 of the wrong class"), None),
        (Reply(550, "5.1.1234 too long"), None),
        (Reply(550, ""), None),
    ],
)
def test_an_enhanced_status_code_stands_at_the_start_and_fits_the_reply(
    reply: Reply, status: tuple[int, int, int] | None
) -> None:
    assert policy.enhanced(reply) == status


@pytest.mark.parametrize(
    ("outcome", "phase", "counts"),
    [
        (Deferred("", about_us=True), Phase.MAIL, True),
        (Deferred(""), Phase.RCPT, False),
        (Refused("", bounce=True), Phase.RCPT, False),
        (Refused(""), Phase.DATA, True),
        (Refused(""), Phase.AFTER_FINAL_DOT, True),
        (Held(""), Phase.RCPT, True),
        (Sent(""), Phase.AFTER_FINAL_DOT, False),
        (InDoubt(""), Phase.AFTER_FINAL_DOT, False),
    ],
)
def test_what_counts_against_us_is_what_no_single_address_explains(
    outcome: Outcome, phase: Phase, counts: bool
) -> None:
    assert policy.counts_against_us(outcome, phase) is counts


def test_pauses_double_from_five_minutes_to_seventy() -> None:
    assert [policy.pause(attempts) for attempts in range(8)] == [0, 300, 600, 1200, 2400, 4200, 4200, 4200]
    assert policy.pause(10_000) == 4200


def test_trying_ends_when_the_time_for_it_was_spent_in_waiting(now: datetime) -> None:
    attempts = next(n for n in range(1, 1000) if policy.next_try(n, now, 5 * DAY) is None)

    waited = sum(policy.pause(n) for n in range(1, attempts))
    assert 5 * DAY <= waited < 5 * DAY + policy.LONGEST_PAUSE
    assert policy.next_try(1, now, 5 * DAY) == now + timedelta(minutes=5)


def test_a_message_that_was_never_tried_before_is_not_given_up(now: datetime) -> None:
    assert policy.next_try(1, now, 1) is not None


def test_who_gives_up_refuses_but_holds_what_is_about_us() -> None:
    assert policy.final(Deferred("451 later")) == Refused("gave up; the last answer was: 451 later")
    assert policy.final(Deferred("550 no", about_us=True)) == Held("gave up; the last answer was: 550 no")


def test_a_server_in_trouble_is_left_alone_for_longer_each_time() -> None:
    assert [policy.server_pause(failures) for failures in range(8)] == [0, 10, 20, 40, 80, 160, 300, 300]
    assert policy.server_pause(10_000) == 300


@pytest.mark.parametrize(
    ("answer", "ends"),
    [
        (Answer(Phase.MAIL, Broken("lost")), True),
        (Answer(Phase.MAIL, Reply(421, "idle for too long")), True),
        (Answer(Phase.MAIL, Reply(451, "later")), False),
        (Answer(Phase.MAIL, Unfit("no address")), False),
        (Answer(Phase.RCPT, Broken("lost")), False),
    ],
)
def test_a_kept_connection_that_ends_at_mail_is_no_answer_to_the_message(answer: Answer, ends: bool) -> None:
    assert policy.ends_connection(answer) is ends
