"""What is declared is compared with what is kept, and what is kept can be declared."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cli.declaration import parse
from feeds.declared import Change, Declaration, DeclaredSource, Kept, differences, render
from state.records import Country, Source, Topic
from state.text import clean

NOW = datetime(2026, 5, 10, 8, 0, tzinfo=UTC)
MILL = Source(
    id="mill", where="https://mill.example/news", kind="page", title="Mill", language="en", timezone="UTC",
    country="PT", base_url="", every=7200, state="active", created_at=NOW, select={"title": "h3 > a"},
)  # fmt: skip
GRAIN = Topic("grain", "Grain", any=("grain*",), titles={"fr": "Blé"}, created_at=NOW)
PORTUGAL = Country("PT", ("Portugal",), ("Lisbon",))
KEPT = Kept((MILL,), (GRAIN,), (PORTUGAL,))


def declared(text: str) -> Declaration:
    return parse(text, Path("/srv/service.toml"))


def test_what_is_kept_and_written_is_as_declared() -> None:
    found = differences(declared(render(KEPT)), KEPT)

    assert found.nothing
    assert (found.same, found.undeclared, found.faults) == (3, (), ())


def test_what_a_source_does_not_say_is_left_alone_and_a_topic_is_as_the_file_has_it() -> None:
    file = Declaration((DeclaredSource("mill", MILL.where, given={"every": 3600}),), (Topic("grain", "Grain"),))

    found = differences(file, KEPT)

    assert found.changes == (
        Change("source", "mill", (("every", 7200, 3600),)),
        Change("topic", "grain", (("titles", {"fr": "Blé"}, {}), ("any", ("grain*",), ()))),
    )


def test_what_is_not_declared_is_named_but_countries_are_not() -> None:
    assert differences(Declaration(), KEPT).undeclared == (("source", "mill"), ("topic", "grain"))


def test_another_address_or_kind_is_a_fault_and_no_change() -> None:
    moved = DeclaredSource("mill", "https://mill.example/other", given={"every": 1})
    fed = DeclaredSource("mill", MILL.where, kind="feed")

    for one, says in ((moved, "is watched at"), (fed, "is read as page")):
        found = differences(Declaration((one,)), KEPT)
        assert says in found.faults[0]
        assert found.nothing


def test_a_path_is_relative_to_the_file() -> None:
    found = declared('[[source]]\nid = "a"\nwhere = "documents"\n')

    assert found.sources[0].where == "/srv/documents"


def texts() -> st.SearchStrategy[str]:
    return st.text(max_size=30).map(clean).filter(bool)


@given(title=texts(), title_fr=texts(), path=texts(), every=st.integers(1, 10**7))
def test_any_words_survive_the_file(title: str, title_fr: str, path: str, every: int) -> None:
    kept = Kept(
        (replace(MILL, kind="json", title=title, every=every, select={"title": path}),),
        (replace(GRAIN, title=title, titles={"fr": title_fr}),),
        (replace(PORTUGAL, names=("Portugal",)),),
    )

    written = render(kept)

    tomllib.loads(written)
    assert differences(declared(written), kept).nothing, written
