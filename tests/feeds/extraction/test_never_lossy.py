"""Never lossy: every line a reader of a document sees is told by an entry, or counted in what was left out."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.children import Document
from feeds.extraction import extract
from state.records import Extraction, Record
from state.text import clean, folded

PAGES = Path(__file__).resolve().parents[2] / "pages"
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
URL = "https://harbour.example/news/index.html"
SKIPPED = re.compile(r"<(script|style|template|noscript|head)\b.*?</\1>|<!--.*?-->", re.S | re.I)
BREAKS = re.compile(
    r"</?(?:address|article|aside|blockquote|body|br|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form"
    r"|h[1-6]|header|hr|html|li|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul|caption)\b[^>]*>",
    re.I,
)
TAG = re.compile(r"<[^>]*>")


def lines_of_page(markup: str) -> list[str]:
    """The lines a reader sees, by a way of its own: no parser of ours."""
    from html import unescape

    body = BREAKS.sub("\n", SKIPPED.sub("", markup))
    return [said for line in TAG.sub("", body).split("\n") if (said := folded(clean(unescape(line))))]


def told(record: Record) -> str:
    texts = (record.title, record.summary, record.place, *(file.title for file in record.enclosures))
    return "\n".join(folded(text) for text in texts)


def silent(lines: list[str], found: Extraction) -> list[str]:
    """The lines that are in the words of no entry. Those with a figure may be its date, short ones its kind or link."""
    everything = "\n".join(told(record) for record in found.records)
    titles = [folded(record.title) for record in found.records if record.title]
    return [
        line
        for line in lines
        if line not in everything
        and not re.search(r"\d", line)
        and len(line) > 25
        and not any(title in line for title in titles)
    ]


LABEL = re.compile(r"[^\W\d_]{4,10}: ")  # of a field; what it says must be told all the same
ASIDE = re.compile(r"<(header|nav|footer|aside)\b.*?</\1>", re.S | re.I)


@pytest.mark.parametrize("around", [True, False], ids=["whole page", "main content"])
@pytest.mark.parametrize("file", sorted(PAGES.glob("*.html")), ids=lambda file: file.stem)
def test_every_line_of_a_page_is_told_or_counted(file: Path, around: bool) -> None:
    markup = file.read_text() if around else ASIDE.sub("", file.read_text())
    found = extract(Document(URL, markup.encode()), NOW)
    assert isinstance(found, Extraction)
    untold = silent(lines_of_page(markup), found)
    assert len(untold) <= sum(left.count for left in found.left_out), untold
    assert all(left.reason and left.sample and left.count > 0 for left in found.left_out)


@pytest.mark.parametrize("file", sorted(PAGES.glob("*.txt")), ids=lambda file: file.stem)
def test_every_paragraph_of_a_text_is_told_or_counted(file: Path) -> None:
    found = extract(Document("", file.read_bytes()), NOW)
    assert isinstance(found, Extraction)
    paragraphs = [part.splitlines() for part in re.split(r"\n\s*\n", file.read_text())]
    untold = [lines for lines in paragraphs if silent([folded(LABEL.sub("", line)) for line in lines], found)]
    assert len(untold) <= sum(left.count for left in found.left_out), untold


def test_what_an_item_says_beyond_its_fields_is_listed() -> None:
    rows = "".join(
        f'<li><h3><a href="/{n}">A title of some length, number {n}</a></h3><p>{n + 1} May 2019</p><p>The first '
        f"paragraph says what happened on the pier.</p><p>The second one says why it took so long.</p></li>"
        for n in range(4)
    )
    found = extract(Document(URL, f"<!DOCTYPE html><main><ul>{rows}</ul></main>".encode()), NOW)
    assert isinstance(found, Extraction)
    assert [(left.reason, left.count, left.sample) for left in found.left_out] == [
        ("more of an entry", 4, "The second one says why it took so long.")
    ]


def test_lines_beside_preformatted_text_are_listed() -> None:
    markup = (
        "<!DOCTYPE html><main><h1>Notices</h1><p>Old notices are in the cellar.</p><pre>4 May 2019\nThe pier is "
        "closed\n\n2 May 2019\nThe lamp is lit again\n\n1 May 2019\nNo ferry on Sunday\n</pre></main>"
    )
    found = extract(Document(URL, markup.encode()), NOW)
    assert isinstance(found, Extraction)
    assert found.method == "preformatted"
    assert ("other text", "Old notices are in the cellar.") in [(left.reason, left.sample) for left in found.left_out]
