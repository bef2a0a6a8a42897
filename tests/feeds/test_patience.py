"""What becomes of a doubt that goes on."""

from datetime import timedelta

import pytest

from feeds.patience import content_print, verdict
from feeds.suspicion import Doubt
from state.doubts import Held, History
from tests.feeds.samples import NOW
from tests.feeds.visits import item, page

PAGE = page(item("Kilns close", number=1))
HOUR = timedelta(hours=1)


def doubted(reason: str) -> Doubt:
    return Doubt("quarantined", f"{reason} it is", "tidings source accept office", reason)


def after(reason: str, polls: int, hours: int) -> tuple[bool, bool]:
    """(believed, told) at the last of so many polls over so many hours."""
    held: Held | None = None
    for number in range(polls):
        done = verdict(PAGE, doubted(reason), held, frozenset(), History(), NOW + number * hours * HOUR / (polls - 1))
        held = done.held
    return done.believed, done.told


@pytest.mark.parametrize(
    ("reason", "polls", "hours", "believed"),
    [
        ("vanished", 3, 24, True),
        ("vanished", 2, 48, False),
        ("vanished", 20, 19, False),
        ("relaunching", 3, 24, True),
        ("strangers", 100, 1000, False),
        ("empty", 100, 1000, False),
        ("obstacle", 100, 1000, False),
        ("crossed", 100, 1000, False),
    ],
)
def test_three_polls_and_a_day_confirm_what_can_be_taken_without_harm(
    reason: str, polls: int, hours: int, believed: bool
) -> None:
    assert after(reason, polls, hours) == (believed, True)


def test_another_reason_begins_anew_and_the_same_keeps_its_words() -> None:
    first = verdict(PAGE, doubted("vanished"), None, frozenset(), History(), NOW).held
    same = verdict(PAGE, Doubt("quarantined", "other words", None, "vanished"), first, frozenset(), History(), NOW)
    other = verdict(PAGE, doubted("fields"), first, frozenset(), History(), NOW + HOUR)
    assert (same.held.polls, same.held.message, same.held.since) == (2, "vanished it is", NOW)
    assert (other.held.polls, other.held.since) == (1, NOW + HOUR)


def test_a_page_that_flaps_is_given_as_many_polls_as_it_flapped() -> None:
    held, told = None, []
    for _ in range(4):
        done = verdict(PAGE, doubted("vanished"), held, frozenset(), History(flaps=2), NOW)
        held = done.held
        told.append(done.told)
    assert told == [False, False, True, True]


def test_what_was_refused_is_held_without_a_word() -> None:
    refused = frozenset({(PAGE.url, content_print(PAGE))})
    done = verdict(PAGE, doubted("vanished"), None, refused, History(), NOW)
    assert (done.believed, done.told) == (False, False)


def test_the_same_content_in_other_bytes_is_the_same_content() -> None:
    again, other = page(item("Kilns close", number=1)), page(item("Kilns open", number=1))
    assert content_print(PAGE) == content_print(again) != content_print(other)
    assert content_print(page()) == page().validators.body_hash
