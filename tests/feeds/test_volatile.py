"""Which texts change by themselves."""

from dataclasses import replace
from datetime import timedelta

from feeds.volatile import REST, Judged, Seen, judge, kept, masked
from state.doubts import History
from state.records import Record
from tests.feeds.samples import NOW

HOUR = timedelta(hours=1)
KNOWN = {f"e{n}": Record(title=f"Release {n}", summary=f"What was said at meeting {n}. 100 views") for n in range(10)}


class Watching:
    """One document that is looked at again and again."""

    def __init__(self) -> None:
        self.history, self.now = History(), NOW

    def look(self, said: dict[str, Record], *, after: timedelta = HOUR) -> Judged:
        self.now += after
        seen = [Seen(id, one, said.get(id, one), same=id not in said) for id, one in KNOWN.items()]
        judged = judge(self.history, seen, self.now)
        self.history = judged.history
        return judged


def views(count: int, *ids: str) -> dict[str, Record]:
    return {
        id: replace(one, summary=one.summary.replace("100", str(count)))
        for id, one in KNOWN.items()
        if not ids or id in ids
    }


def teaser(text: str, *ids: str) -> dict[str, Record]:
    return {id: replace(KNOWN[id], summary=f"{text} {text[::-1]}") for id in ids}


def test_counters_all_over_a_page_are_never_a_revision() -> None:
    watching = Watching()
    for count in (101, 1_102, 103):
        judged = watching.look(views(count))
        assert judged.settled == {id: {"summary"} for id in KNOWN}
        assert judged.wide == frozenset()


def test_a_figure_that_changes_in_one_title_is_a_revision() -> None:
    changed = {"e3": replace(KNOWN["e3"], title="Release 4")}
    assert Watching().look(changed).settled == {}


def test_a_counter_on_a_single_entry_is_learnt_at_the_third_look() -> None:
    watching = Watching()
    settled = [watching.look(views(count, "e1")).settled for count in (101, 102, 103, 104)]
    assert settled == [{}, {}, {"e1": {"summary"}}, {"e1": {"summary"}}]


def test_other_words_come_through_a_learnt_counter() -> None:
    watching = Watching()
    for count in (101, 102, 103):
        watching.look(views(count, "e1"))
    assert watching.look({"e1": replace(KNOWN["e1"], summary="The meeting was called off. 104 views")}).settled == {}


def test_a_teaser_that_rotates_in_part_of_the_page_is_learnt_for_the_whole() -> None:
    watching = Watching()
    for text, ids in (("red", ("e1", "e2", "e3")), ("green", ("e2", "e3", "e4")), ("blue", ("e5", "e6", "e7"))):
        judged = watching.look(teaser(text, *ids))
    assert judged.settled == {id: {"summary"} for id in ("e5", "e6", "e7")}


def test_what_rested_for_two_days_is_an_ordinary_text_again() -> None:
    watching = Watching()
    for text in ("red", "green", "blue"):
        judged = watching.look(teaser(text, "e1"))
    assert judged.settled == {"e1": {"summary"}}
    assert watching.look(teaser("blue", "e1")).settled == {"e1": {"summary"}}
    assert watching.look(teaser("blue", "e1"), after=REST).settled == {}


def test_a_change_of_half_the_page_is_the_pages_own() -> None:
    judged = Watching().look(teaser("longer", *list(KNOWN)[:6]))
    assert judged.settled == {}
    assert judged.wide == {"summary"}


def test_what_a_document_does_not_say_is_no_change() -> None:
    silent = {id: replace(one, summary="") for id, one in KNOWN.items()}
    judged = Watching().look(silent)
    assert (judged.settled, judged.wide, judged.history.entries) == ({}, frozenset(), {})


def test_a_document_at_rest_keeps_no_restless_texts() -> None:
    watching = Watching()
    watching.look(teaser("edited once", "e1"))
    watching.look({})
    assert watching.history.entries == {}


def test_the_known_wording_is_kept_with_what_hangs_on_it() -> None:
    known = Record(title="", display_title="What was said", date="2006-05-08")
    seen = Record(title="Now titled", date="2006-05-09", summary="New.")
    assert kept(known, seen, ("title", "date")) == replace(known, summary="New.")


def test_figures_are_masked_with_their_separators() -> None:
    assert masked("1 234 views, 5.678 likes") == masked("9 views, 12 likes")
