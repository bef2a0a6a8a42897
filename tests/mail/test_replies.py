"""What a server says, cut into replies: strictly, in whatever pieces it comes."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.answers import Broken, Reply
from mail.replies import LONGEST, Replies

SAID = b"250-first\r\n250 last\r\n354 go on\r\n550-5.7.1 we\r\n550 5.7.1 know\r\n250\r\n"
HEARD = [Reply(250, "first last"), Reply(354, "go on"), Reply(550, "5.7.1 we 5.7.1 know"), Reply(250, "")]


@given(st.lists(st.integers(0, len(SAID)), max_size=8))
def test_however_it_is_cut_the_replies_are_the_same(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(SAID)]
    replies, heard = Replies(), []
    for begin, end in pairwise(edges):
        heard += replies.feed(SAID[begin:end])
    assert heard == HEARD
    assert replies.empty


@pytest.mark.parametrize(
    "said",
    [
        b"hello\r\n",
        b"25\r\n",
        b"2500 ok\r\n",
        b"250_ok\r\n",
        b"150 odd\r\n",
        b"650 odd\r\n",
        b"\r\n",
        b" 250 ok\r\n",
        b"250-one\r\n251 two\r\n",
        b"250-one\r\nand two\r\n",
        "２５０ ok\r\n".encode(),
    ],
)
def test_what_is_no_reply_is_broken_and_nothing_after_it_counts(said: bytes) -> None:
    *before, last = Replies().feed(said + b"250 ok\r\n")
    assert before == []
    assert isinstance(last, Broken)


@pytest.mark.parametrize("said", [b"250-and so on\r\n" * 5000, b"250 " + b"x" * LONGEST, b"x" * (LONGEST + 1)])
def test_a_reply_without_end_is_broken_before_it_fills_the_memory(said: bytes) -> None:
    replies = Replies()
    heard = [reply for at in range(0, len(said), 8000) for reply in replies.feed(said[at : at + 8000])]
    assert isinstance(heard[0], Broken)


def test_a_reply_that_is_not_complete_is_not_said_yet() -> None:
    replies = Replies()
    assert replies.feed(b"250-one\r\n250 tw") == []
    assert not replies.empty
    assert replies.feed(b"o\r\n") == [Reply(250, "one two")]


@given(st.binary(max_size=200))
def test_nothing_that_is_said_raises(said: bytes) -> None:
    for reply in Replies().feed(said):
        assert isinstance(reply, Broken) or 200 <= reply.code <= 599
