"""How a page was read can be told: what was weighed, and the page with its entries marked, safe to open."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from feeds.children import Document
from feeds.explained import Explanation
from feeds.extraction import chooser, outline
from feeds.extraction.explain import WORDS, explain
from feeds.extraction.generators import anchors
from feeds.extraction.reading import page_of
from state.records import Extraction

PAGES = Path(__file__).resolve().parents[2] / "pages"
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def explained(body: bytes, url: str = "https://port.example.org/news", **select: str) -> tuple[Extraction, Explanation]:
    found, told = explain(Document(url, body, select=select), NOW)
    assert isinstance(found, Extraction)
    assert told is not None
    return found, told


def test_the_taken_way_comes_with_its_rival_and_the_terms_that_add_up_to_its_score() -> None:
    _, told = explained((PAGES / "two-lists-side-by-side.html").read_bytes())

    first, second = told.ways[:2]
    assert [first.taken, second.taken] == [True, False]
    assert first.sample[0] == "A second dredger keeps the channel open in winter"
    assert second.sample[0] == "Buoy seven is moved forty metres to the north"
    for way in told.ways:
        assert sum(way.terms.values()) == pytest.approx(way.score, abs=0.1)
        assert way.terms.keys() <= told.words.keys()
    assert told.weighed > len(told.ways)


def test_ways_that_are_equal_are_told_in_the_order_of_the_page() -> None:
    """And not in that of a set, which differs from run to run."""
    classes = "quay pier buoy mole dock berth"
    rows = "".join(
        f'<p class="{classes}"><a href="/n/{n}">The ferry leaves from pier {n}</a></p><p>{n} May 2026</p>'
        for n in range(9)
    )
    page = page_of(Document("https://port.example.org/", f'<html lang="en"><body>{rows}'.encode()), NOW)

    runs = [way.method for way in anchors.candidates(page) if way.method.startswith("run from p.")]

    assert runs == [f"run from p.{name}" for name in classes.split()]


def test_every_term_of_the_chooser_has_words() -> None:
    assert set(chooser.WEIGHTS) <= set(WORDS)


def test_it_reads_as_extract_does() -> None:
    body = (PAGES / "press-list-numbered.html").read_bytes()
    found, told = explained(body)

    assert [way.entries for way in told.ways if way.taken] == [len(found.records)]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("contact-page.html", "nothing on it repeats"),
        ("article-with-related-links.html", "as one document"),
        ("preformatted-links.html", ""),
    ],
)
def test_a_page_that_is_no_list_says_why(name: str, says: str) -> None:
    _, told = explained((PAGES / name).read_bytes())

    assert says in told.why
    assert told.why


def test_selected_items_are_not_weighed() -> None:
    _, told = explained((PAGES / "two-lists-side-by-side.html").read_bytes(), item=".release")

    assert (told.weighed, told.ways) == (0, ())
    assert "item='.release'" in told.why


def test_what_is_no_page_is_not_explained() -> None:
    feed = b'<rss version="2.0"><channel><title>F</title><item><title>One</title></item></channel></rss>'

    assert explain(Document("https://port.example.org/feed", feed), NOW)[1] is None


# ---- the outlined page ----


class Seen(HTMLParser):
    """What a browser would find in a document."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.marked: dict[str, list[str]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "hr"):
            self.open.append(dict(attrs).get("class") or "")

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for name in (self.open[-1] if self.open else "").split():
            self.marked.setdefault(name, []).append(data.strip())


def test_each_entry_has_a_numbered_box_and_each_field_its_colour() -> None:
    found, told = explained((PAGES / "press-list-numbered.html").read_bytes())
    seen = Seen(told.outline)

    assert seen.marked["number"] == [str(number) for number in range(1, len(found.records) + 1)]
    for record in found.records:
        assert record.title in seen.marked["title"]
        assert any(record.summary == text for text in seen.marked["summary"])
    assert set(outline.FIELDS) <= set(seen.marked)
    assert "EASTHAVEN" in seen.marked["place"], "apart from the date before it"
    assert seen.open == [], "every element is closed"


def test_a_table_row_has_its_number_in_a_cell() -> None:
    _, told = explained((PAGES / "joomla-table.html").read_bytes())

    assert re.search(r'<tr class="entry">\s*<td><span class="number" id="entry-1">1</span>', told.outline)


HOSTILE = """<!DOCTYPE html><html><head><title>x</title><base href="https://evil.example/">
<link rel=stylesheet href=//evil.example/s.css><meta http-equiv=refresh content="0;url=//evil.example"></head>
<body onload="steal()"><style>*{display:none}</style><script>steal()</script><svg onload=steal()></svg>
<iframe src=//evil.example></iframe><object data=x></object><form action=//evil.example><input name=p></form>
<h1 style="background:url(//evil.example/b.png)">News &lt;script&gt;</h1><ul>
<li onclick="steal()"><a href="javascript:steal()">Grain prices fall after the harvest</a> <span>5 May 2026</span></li>
<li><a href="/n/2" onmouseover=steal() ping=//evil.example>New wheel for the lower mill</a> <span>4 May 2026</span></li>
<li><a href='/n/1"><script>steal()</script>'>Open day for all schools here</a> <span>3 May 2026</span>
<img src=//evil.example/i.png alt='"><script>steal()</script>' onerror=steal()><plaintext></li></ul></body></html>"""


def test_the_outlined_page_is_safe_to_open() -> None:
    found, told = explained(HOSTILE.encode())
    seen = Seen(told.outline)

    assert len(found.records) == 3
    allowed = {
        "class",
        "id",
        "href",
        "rel",
        "target",
        "title",
        "lang",
        "dir",
        "charset",
        "name",
        "content",
        "http-equiv",
    }
    for tag, attributes in seen.tags:
        assert tag not in ("script", "iframe", "object", "form", "input", "img", "link", "base", "svg", "plaintext")
        assert set(attributes) <= allowed, (tag, attributes)
        assert (attributes.get("href") or "#entry-1").startswith(("https://", "#entry-1"))
        assert tag != "meta" or attributes.get("http-equiv") != "refresh"
    policy = next(attributes["content"] for tag, attributes in seen.tags if attributes.get("http-equiv"))
    assert (policy or "").startswith("default-src 'none'; style-src 'unsafe-inline';")


def test_a_very_long_page_is_not_drawn_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outline, "_MOST", 20_000)
    rows = "".join(
        f"<li><a href=/n/{n}>The mill writes notice number {n}</a> <i>4 May 2026</i></li>" for n in range(400)
    )
    _, told = explained(f"<!DOCTYPE html><title>Mill</title><ul>{rows}</ul>".encode())

    assert "too long to be shown whole" in told.outline
    assert len(told.outline) < 30_000
