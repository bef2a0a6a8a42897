"""What a permanent redirect, or a document that is gone, means for a source."""

from datetime import timedelta

from feeds import whereabouts
from feeds.whereabouts import Whereabouts
from state.habits import Moved
from tests.feeds.samples import NOW, source

HERE = source(where="http://office.example.org/list")
DAY = timedelta(days=1)


def test_a_source_that_stays_is_nothing_to_remember() -> None:
    assert whereabouts.after(HERE, None, "", NOW) == Whereabouts()
    assert whereabouts.after(HERE, Moved("https://new.example/", NOW, 2), HERE.where, NOW) == Whereabouts()


def test_https_is_taken_over_at_once() -> None:
    assert whereabouts.after(HERE, None, "https://office.example.org/list", NOW) == Whereabouts(
        to="https://office.example.org/list"
    )


def moving(to: str, *days: float) -> Whereabouts:
    """The last of polls on these days that were all led to one address."""
    last = Whereabouts()
    for day in days:
        last = whereabouts.after(HERE, last.moved, to, NOW + day * DAY)
    return last


def test_another_address_of_the_host_is_taken_over_once_polls_have_shown_it_for_a_day() -> None:
    to = "https://www.office.example.org/news"
    assert moving(to, 0, 0.5) == Whereabouts(Moved(to, NOW, 2))
    assert moving(to, 0, 0.1, 0.2, 0.3).to == ""
    moved = moving(to, 0, 0.5, 1)
    assert moved.to == to
    assert moved.said
    assert moved.said.asks is None


def test_another_host_is_only_taken_over_when_the_admin_agrees() -> None:
    moved = moving("https://parked.example/", 0, 0.5, 1, 2)
    assert moved.to == ""
    assert moved.said
    assert (moved.said.kind, moved.said.asks) == ("moved", "tidings source accept office")


def test_a_redirect_that_changes_its_mind_begins_anew() -> None:
    shown = moving("https://one.example/", 0, 0.5)
    assert whereabouts.after(HERE, shown.moved, "https://two.example/", NOW + 2 * DAY).moved == Moved(
        "https://two.example/", NOW + 2 * DAY, 1
    )


def test_the_admin_is_told_of_what_lasts() -> None:
    def kind(failures: int, status: int | None = None) -> str:
        said = whereabouts.unreachable(HERE, "no", failures, status)
        return said.kind if said else ""

    assert [kind(n) for n in (1, 2, 3, 99)] == ["", "", "broken", "broken"]
    assert kind(1, 410) == "gone"
    assert [kind(n, 404) for n in (1, 3, 20)] == ["", "broken", "gone"]
    assert kind(20, 503) == "broken"
