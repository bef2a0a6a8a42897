"""What is found on a page does not depend on how it is written: names, wrappers, other lists beside the entries."""

import random
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from feeds.children import Document
from feeds.extraction import extract
from state.records import Extraction
from tests.feeds.extraction import mutations
from tests.feeds.extraction.mutations import MUTATIONS, Mutation

pytestmark = pytest.mark.no_cover  # the same code again and again: counting its branches costs more than running it

PAGES = sorted((Path(__file__).resolve().parents[2] / "pages").glob("*.html"))
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
URL = "https://harbour.example/news/index.html"
SLICES = 2  # each mutation is tried on every second page here, and on all of them by `make bench ARGS=mutations`

Told = list[tuple[str, str | None, str | None]]

HEADED = {  # nothing but a heading element says what is title and what is text, or which date stands over what
    "article-with-comments", "article-with-related-links", "bare-document", "document-of-a-month",
    "films-some-untitled", "headings-without-links", "month-list-untitled", "publication",
    "report-with-two-languages", "resolutions-under-headings", "statement-under-h2", "year-and-month-headings",
    "press-kits", "spanish-day-headings",
}  # fmt: skip
SECTIONED = {"day-headings", "year-and-month-headings"}  # a section says where a day ends
NAMED = {"h-entry-notes", "css-in-js-cards"}  # names are the format, or tell the lines of a card apart
OVER_A_DAY = {"spanish-day-headings"}  # the credit stands over a day, not over an entry
SHORT = {"bare-document", "empty-vacancies", "json-ld-only", "teaser-of-one"}  # the other lists outweigh the page
INTERRUPTED = {"aem-list-in-links", "timeline-split-dates"}  # the advertisement stands within the text of an entry
SOUP = {
    "cards-in-links", "days-under-months", "json-ld-beside-list", "no-list", "videos-with-relative-dates",
}  # fmt: skip
LOST: dict[Mutation, set[str]] = {
    mutations.shuffled_names: NAMED,
    mutations.without_names: NAMED,
    mutations.plain_blocks: SECTIONED,
    mutations.plain_headings: HEADED,
    mutations.soup: HEADED | SECTIONED | NAMED | SOUP,
    mutations.other_lists: SHORT,
    mutations.advertised: INTERRUPTED,
    mutations.credited: OVER_A_DAY,
}
"""The pages that may be read differently after a mutation, for a reason."""


def told(markup: str) -> Told:
    found = extract(Document(URL, markup.encode()), NOW)
    assert isinstance(found, Extraction)
    return [(record.title, record.url, record.date) for record in found.records]


@cache
def unchanged(file: Path) -> tuple[str, Told]:
    return mutations.whole(file.read_text()), told(file.read_text())


@pytest.mark.parametrize("change", MUTATIONS, ids=lambda change: change.__name__)
def test_a_page_written_differently_gives_the_same_entries(change: Mutation) -> None:
    for file in PAGES[MUTATIONS.index(change) % SLICES :: SLICES]:
        if file.stem in LOST.get(change, set()):
            continue
        whole, before = unchanged(file)
        assert told(change(whole, random.Random(file.stem))) == before, file.stem


def row(shape: str, number: int, date: str) -> str:
    title = f'<a href="/n/{number}">Notice {number} to the skippers of small boats</a>'
    return {
        "list": f"<li>{title} <span>{date}</span></li>",
        "table": f"<tr><td>{title}</td><td>{date}</td></tr>",
        "cards": f"<div><h3>{title}</h3><p>{date}</p><p>What changes at the pier and from when it counts.</p></div>",
        "paragraphs": f"<p>{date} {title}</p>",
    }[shape]


@pytest.mark.parametrize("shape", ["list", "table", "cards", "paragraphs"])
@pytest.mark.parametrize("seed", range(3))
def test_entries_that_lose_their_dates_stay_without_borrowing_others(shape: str, seed: int) -> None:
    undated = set(random.Random(seed).sample(range(1, 11), 3))
    rows = "".join(row(shape, number, "" if number in undated else f"{28 - number} April 2026") for number in range(12))
    rows = f"<ul>{rows}</ul>" if shape == "list" else f"<table>{rows}</table>" if shape == "table" else rows

    found = told(f"<!DOCTYPE html><html lang=en><body><main><h1>Notices</h1>{rows}</main></body></html>")

    assert [url for _, url, _ in found] == [f"https://harbour.example/n/{number}" for number in range(12)]
    assert [date for _, _, date in found] == [
        None if number in undated else f"2026-04-{28 - number:02d}" for number in range(12)
    ]
