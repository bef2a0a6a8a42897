"""When a document is not believed."""

from feeds.suspicion import Doubt, doubt
from state.records import Extraction, Record

URL = "https://office.example.org/list"


def page(*dates: str | None, method: str = "repeated", kind: str = "page") -> Extraction:
    return Extraction(kind, method, records=tuple(Record(title=f"Item {n}", date=d) for n, d in enumerate(dates)))


STOOD = [Record(title="Kilns", date="2006-05-08"), Record(title="Wages", date="2006-05-01"), Record(title="Unions")]


def judged(seen: Extraction, *, known: int = 0, held: int = 3, stood: list[Record] = STOOD) -> Doubt | None:
    return doubt("office", URL, seen, method="repeated", stood=stood, held=held, known=known)


def test_an_empty_page_where_entries_were_is_doubted() -> None:
    answer = judged(page())
    assert answer is not None
    assert (answer.kind, answer.asks) == ("empty", None)
    assert "0 of 3" in answer.message


def test_a_page_that_was_always_empty_is_believed() -> None:
    assert judged(page(), held=0, stood=[]) is None


def test_a_page_with_one_known_entry_is_believed() -> None:
    assert judged(page("2001-01-01", None), known=1) is None


def test_newer_entries_of_the_same_shape_mean_that_we_were_away() -> None:
    assert judged(page("2006-06-01", "2006-05-20", "2006-05-08")) is None


def test_nothing_known_and_older_dates_are_held_for_the_admin() -> None:
    answer = judged(page("2006-06-01", "2006-04-01"))
    assert answer is not None
    assert answer.kind == "quarantined"
    assert answer.asks == "tidings source accept office"


def test_nothing_known_in_another_shape_is_held() -> None:
    answer = judged(page("2006-06-01", method="tables"))
    assert answer is not None
    assert answer.kind == "quarantined"


def test_nothing_known_without_dates_is_held() -> None:
    assert judged(page(None, None, None)) is not None


def test_an_undated_feed_is_believed_even_if_it_had_to_be_repaired() -> None:
    before = [Record(title=title) for title in ("a", "b", "c")]
    seen = page(None, None, method="feed:repaired", kind="feed")
    assert doubt("office", URL, seen, method="feed:strict", stood=before, held=3, known=0) is None


def test_of_two_entries_nothing_can_be_concluded() -> None:
    assert judged(page("2001-01-01"), stood=STOOD[:2]) is None
