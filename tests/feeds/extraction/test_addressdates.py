"""Days that addresses tell, and when they are believed."""

import pytest

from feeds.extraction import addressdates, links
from state.records import Record

SHOWN = (("/2026/05/08/", "2026-05-08"), ("/2026/05/04/", "2026-05-04"), ("/2026/04/30/", "2026-04-30"))


def entries(*more: tuple[str, str | None]) -> list[Record]:
    return [Record(title=f"Entry {folder}", url=f"https://n.example{folder}a", date=date) for folder, date in more]


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/news/2026/05/08/bridge", "2026-05-08"),
        ("/art/2026/5/8/art_41_77.html", "2026-05-08"),
        ("/202605/t20260508_88120.html", "2026-05-08"),
        ("/news/2026-05-08-bridge", "2026-05-08"),
        ("/news/2026/05/bridge", None),
        ("/news/2026/02/31/bridge", None),
        ("/2026/05/08/from-2026-05-04", None),
        ("/item/1202605081", None),
        ("/item?day=2026/05/08", None),
    ],
)
def test_an_address_tells_a_day_only_where_it_names_one_whole_one(path: str, day: str | None) -> None:
    assert links.day_of("https://n.example" + path) == day


def test_an_entry_without_a_date_takes_its_address_where_all_the_others_agree_with_theirs() -> None:
    found = addressdates.completed(entries(*SHOWN, ("/2026/05/10/", None)))

    assert [record.date for record in found] == ["2026-05-08", "2026-05-04", "2026-04-30", "2026-05-10"]
    assert found[-1].origin["date"] == "address"


@pytest.mark.parametrize(
    "known",
    [
        SHOWN[:2],  # too few to prove anything
        (*SHOWN, ("/2026/04/20/", "2026-04-19")),  # one was published a day before it was put there
        tuple((folder, None) for folder, _ in SHOWN),  # the page shows no date at all
    ],
)
def test_an_address_is_not_believed_without_proof(known: tuple[tuple[str, str | None], ...]) -> None:
    assert addressdates.completed(entries(*known, ("/2026/05/10/", None)))[-1].date is None


@pytest.mark.parametrize(
    ("shown", "day"),
    [("05-08", "2026-05-08"), ("[05-08]", "2026-05-08"), ("8.5", "2026-05-08"), ("05-09", None), ("5 min", None)],
)
def test_a_day_without_its_year_is_completed_by_an_address_that_names_the_same(shown: str, day: str | None) -> None:
    assert addressdates.agreed(["42", shown], "https://n.example/art/2026/5/8/a.html") == day
