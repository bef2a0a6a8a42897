"""What may belong together, and what is the same document in another language."""

from dataclasses import replace

import pytest

from feeds.related import NEAR, day_of, edition_key, is_edition, related
from state import relations
from state.records import Entry, Record
from state.store import Store
from tests.feeds.samples import NOW
from tests.feeds.samples import entry as made
from tests.feeds.visits import Watched, item, listed, page


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://office.example.org/en/news/12", "https://office.example.org/fr/news/12"),
        ("https://office.example.org/news/lang--en/index.htm", "https://office.example.org/news/lang--km/index.htm"),
        ("https://office.example.org/news/12?lang=en", "https://office.example.org/news/12?lang=pt-br"),
        ("https://office.example.org/files/report_en.pdf", "https://office.example.org/files/report_vi.pdf"),
        ("https://en.office.example.org/news/12", "https://th.office.example.org/news/12"),
    ],
)
def test_addresses_that_differ_in_the_language_have_one_edition_key(one: str, other: str) -> None:
    assert edition_key(one) == edition_key(other) != ""


@pytest.mark.parametrize(
    "url", ["https://office.example.org/news/12", "https://office.example.org/hq/12", "", None, "https://it.example/12"]
)
def test_an_address_without_a_mark_of_language_has_no_edition_key(url: str | None) -> None:
    assert edition_key(url) == ""


def test_other_documents_do_not_share_an_edition_key() -> None:
    assert edition_key("https://office.example.org/en/news/12") != edition_key("https://office.example.org/fr/news/13")


def test_an_edition_has_the_same_date_and_another_address() -> None:
    english = Record(title="Kilns close", url="https://office.example.org/en/12", date="2006-05-08")
    french = Record(title="Fin des briqueteries", url="https://office.example.org/fr/12", date="2006-05-08")
    assert is_edition(french, english)
    assert not is_edition(replace(french, date="2006-05-09"), english)
    assert not is_edition(replace(french, date=None), english)
    assert not is_edition(english, english)


def titled(id: str, title: str, date: str | None = "2006-05-08") -> Entry:
    return made(id, Record(title=title, date=date))


def test_alike_titles_within_some_days_are_related_and_the_same_title_comes_first() -> None:
    one = titled("a", "Workshop on safety in brick kilns in Phnom Penh")
    other = titled("b", "Workshop on safety in brick kilns in Battambang", "2006-05-12")
    same = titled("c", "Workshop on safety in brick kilns in Phnom Penh", "2005-05-08")
    far = titled("d", "Workshop on safety in brick kilns in Kampot", "2006-06-12")
    strange = titled("e", "Garment workers elect a committee")
    found = related(one, [strange, far, other, same, one])
    assert [near.entry.id for near in found] == ["c", "b"]
    assert found[0].why == "same title, 365 days apart"
    assert found[1].why.endswith("% alike, 4 days apart")


def test_without_a_title_nothing_is_related() -> None:
    assert related(titled("a", ""), [titled("b", "")]) == ()


def test_a_french_list_attaches_to_the_english_one_and_stays_its_own(store: Store) -> None:
    english = Watched(store)
    english.visit(
        page(*[replace(one, url=f"https://office.example.org/en/{n}") for n, one in enumerate(listed("abc"))])
    )
    url = "https://office.example.org/fr"
    french = Watched(store, replace(english.source, id="french", where=url), now=english.now, minted=english.minted)
    french.visit(page(*[item(f"Le {n}", f"2006-04-{28 - n}", url=f"{url}/{n}") for n in range(3)], url=url))
    khmer = Watched(store, replace(english.source, id="km", where=f"{url}2"), now=french.now, minted=english.minted)
    khmer.visit(page(item("ខ", "2006-04-28", url="https://office.example.org/km/0"), url=f"{url}2"))
    with store.read() as db:
        first, second = english.entry("a").id, english.entry("Le 0").id
        assert len(english.entries()) == 7
        assert relations.editions(db, first) == (second, english.entry("ខ").id)
        assert relations.editions(db, second) == (first, english.entry("ខ").id)


def test_entries_about_the_same_time_are_found(store: Store) -> None:
    watched = Watched(store)
    watched.visit(page(item("A", "2006-05-01"), item("B", "2006-05-09"), item("C", "2006-05-20"), item("D", None)))
    with store.read() as db:
        found = relations.around(db, day_of(watched.entry("A")), NEAR)
        assert set(found) == {watched.entry("A").id, watched.entry("B").id}
        assert relations.around(db, NOW.date(), NEAR) == (watched.entry("D").id,)
