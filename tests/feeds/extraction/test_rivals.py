"""Where a page shows two lists of which any may be meant, both are told; where one is clear, nothing is."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.children import Document
from feeds.extraction import charset, derived, extract, listing, page, selectors
from state.records import Extraction

PAGES = Path(__file__).resolve().parents[2] / "pages"
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
TWO = PAGES / "two-lists-side-by-side.html"
URL = "https://port.example.org/news"
SEVERAL = {TWO.name}  # pages of ours that leave a choice


def read(body: bytes, url: str = URL, **select: str) -> Extraction:
    found = extract(Document(url, body, select=select), NOW)
    assert isinstance(found, Extraction)
    return found


def test_two_lists_that_are_as_likely_are_both_told() -> None:
    found = read(TWO.read_bytes())

    assert [len(rival.records) for rival in found.rivals] == [4, 4]
    assert found.rivals[0].records == found.records
    assert found.rivals[1].records[0].title == "Buoy seven is moved forty metres to the north"


@pytest.mark.parametrize("number", [0, 1])
def test_the_selector_of_a_list_gives_that_list_and_leaves_no_doubt(number: int) -> None:
    rival = read(TWO.read_bytes()).rivals[number]

    found = read(TWO.read_bytes(), item=rival.selector)

    assert [(r.title, r.url, r.date) for r in found.records] == [(r.title, r.url, r.date) for r in rival.records]
    assert found.rivals == ()


def test_a_derived_selector_survives_new_entries_and_another_place_on_the_page() -> None:
    body = TWO.read_text()
    rival = read(body.encode()).rivals[1]
    row = '<tr><td>18 May 2026</td><td><a href="/notices/fog">Fog signal of the northern pier is silent</a></td></tr>'
    later = body.replace("<tbody>", f"<tbody>{row}").replace(
        '<div class="columns">', '<div class="columns"><p>New!</p>'
    )

    titles = [record.title for record in read(later.encode(), item=rival.selector).records]

    assert titles[0] == "Fog signal of the northern pier is silent"
    assert len(titles) == 5


@pytest.mark.parametrize("file", sorted(PAGES.glob("*.html")), ids=lambda file: file.stem)
def test_ordinary_pages_leave_no_choice(file: Path) -> None:
    base = json.loads(file.with_suffix(".json").read_text())["base"]

    assert bool(read(file.read_bytes(), base).rivals) == (file.name in SEVERAL)


@pytest.mark.parametrize("file", sorted(PAGES.glob("*.html")), ids=lambda file: file.stem)
def test_a_derived_selector_chooses_what_it_was_derived_from(file: Path) -> None:
    base = json.loads(file.with_suffix(".json").read_text())["base"]
    text, _ = charset.decode(file.read_bytes(), "")
    seen = page.read(text, base, NOW, UTC)
    for choice in listing.extract(seen, {}).choices[:10]:
        selector = derived.selector(seen.tree, choice.candidate)
        chosen = selectors.Selection(seen, selector).candidate() if selector else choice.candidate
        assert derived.overlap(chosen.items, choice.candidate.items) >= 0.9, selector
