"""Entries on the command line: hidden, merged, split, and shown with what changed word by word."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli import worddiff
from state import downloads, entries
from state.downloads import Download
from state.records import Enclosure
from state.store import open_store
from tests.cli.conftest import Cli

LIST = """Press releases

1. Press release

Ten provinces agree on a hotline

08 May 2006, PHNOM PENH

A number for all who see a child at work.

2. Press release

A hotline was agreed by ten provinces

08 May 2006, PHNOM PENH

One number for the whole country.

3. Press release

Kilns send all children to school

28 April 2006, TAKEO

The last kiln signs the letter.
"""


@pytest.fixture
def watched(tidings: Cli, documents: Callable[[str, str], Path]) -> Cli:
    tidings("source", "add", str(documents("list.txt", LIST)), "--id", "office", "--kind", "text", "--yes")
    return tidings


def ids(tidings: Cli) -> dict[str, str]:
    return {entry["title"]: entry["id"] for entry in tidings("entry", "list", "--json").json["entries"]}


def test_an_entry_is_hidden_and_shown_again(watched: Cli) -> None:
    id = ids(watched)["Kilns send all children to school"]
    assert f"tidings entry unhide {id}" in watched("entry", "hide", id).stdout
    assert id not in ids(watched).values()
    watched("entry", "unhide", id)
    assert id in ids(watched).values()
    shown = watched("entry", "show", id).stdout
    assert " hidden\n" in shown
    assert " shown again\n" in shown


def test_two_entries_become_one_and_two_again(watched: Cli) -> None:
    named = ids(watched)
    whole, part = named["Ten provinces agree on a hotline"], named["A hotline was agreed by ten provinces"]
    assert "0 people were told" in watched("entry", "merge", whole, part).stdout
    assert part not in ids(watched).values()
    assert watched("entry", "show", whole, "--json").json["entry"]["parts"] == [part]
    assert f"part of it: {part} A hotline was agreed" in watched("entry", "show", whole).stdout
    assert watched("entry", "show", part, "--json").json["entry"]["merged_into"] == whole
    assert part in watched("entry", "split", part).stdout
    assert part in ids(watched).values()


def test_misuse_says_what_to_do(watched: Cli) -> None:
    id = ids(watched)["Kilns send all children to school"]
    assert "into itself" in watched("entry", "merge", id, id, expect=2).stderr
    assert "nothing to split" in watched("entry", "split", id, expect=1).stderr
    assert "tidings entry list" in watched("entry", "hide", "nothing", expect=1).stderr


def test_a_revision_shows_what_changed_word_by_word(watched: Cli, documents: Callable[[str, str], Path]) -> None:
    text = LIST.replace("The last kiln signs the letter.", "The last two kilns sign the letter.")
    (watched.folder / "documents" / "list.txt").write_text(text, encoding="utf-8")
    watched("source", "poll", "office")
    shown = watched("entry", "show", ids(watched)["Kilns send all children to school"]).stdout
    assert "  summary: The last [-kiln signs-] {+two kilns sign+} the letter." in shown


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_word_diff_keeps_both_texts(old: str, new: str) -> None:
    runs = worddiff.words(old, new)
    assert "".join(text for what, text in runs if what != "new") == old
    assert "".join(text for what, text in runs if what != "gone") == new


def test_a_script_without_spaces_is_compared_by_character() -> None:
    assert worddiff.written(worddiff.words("ปี 2549", "ปี 2550"), colour=False) == "ปี 25[-49-] {+50+}"


def test_what_stays_is_shortened_away_from_the_change() -> None:
    same = "word " * 60
    written = worddiff.written(worddiff.words(f"{same}old {same}", f"{same}new {same}"), colour=False)
    assert "[-old-] {+new+}" in written
    assert len(written) < 200


def test_a_change_is_in_colour_only_where_it_is_asked_for() -> None:
    runs = worddiff.words("a", "b")
    assert worddiff.written(runs, colour=False) == "[-a-] {+b+}"
    assert "\x1b[31m" in worddiff.written(runs, colour=True)


def test_unfiled_entries_come_with_topics_that_would_take_them_in(watched: Cli) -> None:
    told = (("cranes arrive", 3, "Two more lift coal."), ("wages", 4, "Dockers vote."), ("pilots", 5, "None drowned."))
    more = "\n\n".join(
        f"{place}. Press release\n\nHarbour {what}\n\n{day:02} March 2006,\n\n{summary}"
        for place, (what, day, summary) in enumerate(told, start=1)
    )
    (watched.folder / "documents" / "harbour.txt").write_text(f"News\n\n{more}\n", encoding="utf-8")
    watched("source", "poll", "office")
    (harbour,) = [
        one for one in watched("entry", "list", "--unfiled", "--json").json["suggested"] if one["id"] == "harbour"
    ]
    assert (harbour["any"], harbour["entries"]) == (["harbour"], 3)
    written = watched("entry", "list", "--unfiled").stdout
    assert '3 of them: tidings topic add harbour --title "Harbour" --any "harbour"' in written
    watched("topic", "add", "harbour", "--title", "Harbour", "--any", "harbour")
    assert not [
        one for one in watched("entry", "list", "--unfiled", "--json").json["suggested"] if one["id"] == "harbour"
    ]


def test_trying_a_topic_says_how_many_read_it(watched: Cli) -> None:
    watched("topic", "add", "kilns", "--title", "Kilns", "--any", "kiln*")
    watched("subscriber", "add", "sok@example.org", "--topic", "kilns", "--confirmed")
    tried = watched("topic", "try", "kilns", "--any", "hotline")
    assert "2 would be added, 0 stay, 1 would no longer match" in tried.stdout
    assert "mailed to the 1 who read this topic" in tried.stdout


def test_the_admin_is_told_the_address_of_the_feed_of_alarms(watched: Cli) -> None:
    address = watched("feed", "admin").stdout
    assert "/feeds/admin-" in address
    assert watched("feed", "admin").stdout == address
    assert watched("feed", "admin", "--renew").stdout != address


def test_a_file_that_was_replaced_is_shown_with_what_the_last_look_found(watched: Cli) -> None:
    id = ids(watched)["Kilns send all children to school"]
    at = datetime(2026, 5, 11, 8, 0, tzinfo=UTC)
    one, other = Enclosure("https://office.example.org/a.pdf"), Enclosure("https://office.example.org/b.pdf")
    store = open_store(f"sqlite:///{watched.folder}/tidings.db")
    with store.write() as db:
        entry = entries.entry(db, id)
        for files in ((one, other), (replace(one, replaced_at=at), other)):
            kept = replace(entry, record=replace(entry.record, enclosures=files))
            entries.revise(db, kept, source="office", significant=False, now=at)
        downloads.watch(db, [Download(id, file.url, "office.example.org", at) for file in (one, other)])
        downloads.put(db, one.url, {"checked_at": at})
        downloads.put(db, other.url, {"checked_at": at, "note": "status 404, no such document"})
    store.close()

    shown = watched("entry", "show", id).stdout
    data = watched("entry", "show", id, "--json").json["entry"]["downloads"]

    assert f"download: {one.url}; replaced 2026-05-11 08:00; looked at 2026-05-11 08:00: as it was\n" in shown
    assert f"download: {other.url}; looked at 2026-05-11 08:00: status 404, no such document\n" in shown
    assert "{+(replaced 2026-05-11 08:00)+}" in shown
    assert [(file["url"], file["note"]) for file in data] == [
        (one.url, ""),
        (other.url, "status 404, no such document"),
    ]
    assert data[0]["replaced_at"].startswith("2026-05-11T08:00")
