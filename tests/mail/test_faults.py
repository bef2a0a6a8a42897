"""Every fault at every verb, on both ways of speaking: what became of the message, and that it came at most once.

One table, verb × fault → state in the outbox; each line is run with PIPELINING and without.
"""

import ssl
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from mail.deliver import Delivery, deliver
from mail.server import Timeouts
from mail.settings import Mailing
from state import outbox
from state.migrate import migrate
from state.schema import outbox as outbox_table
from state.schema import pacing
from state.store import Store, open_store
from tests.fakes import certificate
from tests.fakes.postmaster import KEYWORDS, Postmaster
from tests.mail.sending import SITE, queue, simple

NOW = datetime(2026, 5, 10, 8, tzinfo=UTC)
BRISK = Timeouts(connect=0.15, command=0.15, text=0.15, dot=0.15, quit=0.15)
PLAIN = tuple(word for word in KEYWORDS if word != "PIPELINING")
NUMBERS = count()
AGAIN = {"EHLO": "HELO", "AUTH": "AUTH"}  # what is tried next: the older greeting, another mechanism

DROP, HANG = "drop", "hang"
GARBAGE = (b"what?\r\n", b"999 odd\r\n", b"\xff\xfe\r\n")
HALF = (b"250-and", b"25")  # and then nothing more

UNTOUCHED, DOUBT = "queued", "in-doubt"
BEFORE_MAIL = ["CONNECT", "EHLO", "STARTTLS", "AUTH"]
FAULTS: list[tuple[str, str | bytes, str]] = [
    *[
        (verb, fault, UNTOUCHED)
        for verb in BEFORE_MAIL
        for fault in ("421 no", "454 no", "554 no", DROP, HANG, *GARBAGE)
    ],
    ("MAIL", "421 4.3.2 going down", "deferred"),
    ("MAIL", "451 4.3.0 later", "deferred"),
    ("MAIL", "550 5.7.1 not you", "deferred"),
    ("MAIL", "552 5.3.4 too large", "refused"),
    ("MAIL", "354 odd", "deferred"),
    ("RCPT", "421 4.3.2 going down", "deferred"),
    ("RCPT", "450 4.2.1 greylisted", "deferred"),
    ("RCPT", "452 4.2.2 full", "deferred"),
    ("RCPT", "550 5.1.1 nobody", "refused"),
    ("RCPT", "550 5.7.1 policy", "held"),
    ("RCPT", "530 5.7.0 log in first", "held"),
    ("RCPT", "354 odd", "deferred"),
    ("DATA", "421 4.3.2 going down", "deferred"),
    ("DATA", "451 4.3.0 later", "deferred"),
    ("DATA", "554 5.5.1 no", "refused"),
    ("DATA", "250 odd", "deferred"),
    ("DOT", "421 4.3.2 going down", "deferred"),
    ("DOT", "451 4.3.0 later", "deferred"),
    ("DOT", "452 4.3.1 disk full", "deferred"),
    ("DOT", "554 5.7.1 spam", "refused"),
    ("DOT", "354 odd", DOUBT),
    *[(verb, fault, "deferred") for verb in ("MAIL", "RCPT", "DATA") for fault in (DROP, HANG, *GARBAGE, *HALF)],
    *[(verb, fault, DOUBT) for verb in ("DOT", "ACCEPTED") for fault in (DROP, HANG, *GARBAGE, *HALF)],
    ("REPLIED", DROP, "accepted"),
    ("REPLIED", b"250 and again\r\n", "accepted"),
    ("REPLIED", b"garbage", "accepted"),
    ("QUIT", DROP, "accepted"),
    ("QUIT", HANG, "accepted"),
    ("QUIT", "500 what?", "accepted"),
]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One database for all lines of the table: what a line leaves is taken away after it."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('faults')}/tidings.db", create=True)
    migrate(store)
    yield store
    store.close()


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    return certificate.make(tmp_path_factory.mktemp("tls"))


@pytest.fixture(params=[KEYWORDS, PLAIN], ids=["pipelined", "plain"])
def keywords(request: pytest.FixtureRequest) -> tuple[str, ...]:
    words: tuple[str, ...] = request.param
    return words


@pytest.fixture
async def number(shelf: Store) -> AsyncIterator[int]:
    """A message that is due."""
    (made,) = queue(shelf, 1, NOW, first=next(NUMBERS))
    yield made
    with shelf.write() as db:
        db.execute(update(outbox_table).values(state="cancelled"))
        db.execute(delete(pacing))


def test_the_table_is_long_enough() -> None:
    assert len(FAULTS) >= 70
    assert len(set(FAULTS)) == len(FAULTS)


@pytest.mark.parametrize(("verb", "fault", "state"), FAULTS)
async def test_a_fault_decides_about_its_message(
    shelf: Store,
    number: int,
    trusted: tuple[ssl.SSLContext, Path],
    keywords: tuple[str, ...],
    verb: str,
    fault: str | bytes,
    state: str,
) -> None:
    tls = trusted[0] if verb == "STARTTLS" else None
    users = {"me": "secret"} if verb == "AUTH" else None
    async with Postmaster(keywords=keywords, tls=tls, users=users) as postmaster:
        happens(postmaster, verb, fault)
        if verb in AGAIN:
            happens(postmaster, AGAIN[verb], fault)
        url = postmaster.url.replace("://", "://me:secret@") if users else postmaster.url
        settings = Mailing(smtp=url, tls="opportunistic" if tls else "none", connections=1, in_doubt="hold")
        done = await deliver(Delivery(shelf, settings, SITE, simple, BRISK), clock=lambda: NOW, owner="test")

    with shelf.read() as db:
        message = outbox.message(db, number)
    assert message.state == state
    assert bool(done.trouble) == (verb in BEFORE_MAIL)
    accepted = verb in ("ACCEPTED", "REPLIED", "QUIT")
    assert len(postmaster.ledger) == accepted
    assert accepted or state != "accepted"


def happens(postmaster: Postmaster, verb: str, fault: str | bytes) -> None:
    if fault == DROP:
        postmaster.drops(verb)
    elif fault == HANG:
        postmaster.hangs(verb)
    elif isinstance(fault, bytes):
        postmaster.says(verb, fault)
    else:
        postmaster.answers(verb, fault)
