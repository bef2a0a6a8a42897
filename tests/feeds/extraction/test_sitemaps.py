"""Sitemaps, plain and packed: what they say of pages, and what they do not."""

import gzip
from datetime import UTC, datetime

import pytest

from feeds.children import Document
from feeds.extraction import extract
from feeds.extraction.feedfields import display_title
from feeds.extraction.packed import MAX_UNPACKED
from state.records import Extraction, Unreadable

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
URL = "https://harbour.example/sitemap.xml"


def read(body: str | bytes, kind: str = "auto") -> Extraction | Unreadable:
    return extract(Document(URL, body if isinstance(body, bytes) else body.encode(), kind=kind), NOW)


def urls(*inside: str) -> str:
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(inside)}</urlset>'


def test_the_last_change_is_evidence_and_no_date() -> None:
    found = read(urls("<url><loc>/a</loc><lastmod>2026-05-08T10:00:00+02:00</lastmod></url>"))
    assert isinstance(found, Extraction)
    (record,) = found.records
    assert (record.date, record.published) == (None, None)
    assert record.updated == datetime.fromisoformat("2026-05-08T10:00:00+02:00")
    assert record.confidence["date"] == 0.0


def test_a_packed_sitemap_is_read() -> None:
    found = read(gzip.compress(urls("<url><loc>/a</loc></url>").encode()))
    assert isinstance(found, Extraction)
    assert (found.kind, [record.url for record in found.records]) == ("sitemap", ["https://harbour.example/a"])


def test_a_packed_bomb_is_refused_and_says_what_to_do() -> None:
    found = read(gzip.compress(b" " * (MAX_UNPACKED + 10)))
    assert isinstance(found, Unreadable)
    assert "more than" in found.reason
    assert "; give" in found.reason


def test_a_cut_archive_is_named_as_one() -> None:
    found = read(gzip.compress(urls("<url><loc>/a</loc></url>" * 50).encode())[:-9])
    assert isinstance(found, Unreadable)
    assert "gzip" in found.reason


def test_many_empty_archives_one_after_the_other_end() -> None:
    found = read(gzip.compress(b"") * 5_000)
    assert isinstance(found, Unreadable | Extraction)


@pytest.mark.parametrize("namespace", ["", ' xmlns="http://www.google.com/schemas/sitemap/0.84"', ' xmlns="https://x"'])
def test_a_wrong_namespace_does_no_harm(namespace: str) -> None:
    found = read(f"<urlset{namespace}><url><loc>/a&b=1</loc></url></urlset>")
    assert isinstance(found, Extraction)
    assert [record.url for record in found.records] == ["https://harbour.example/a&b=1"]


def test_an_index_names_its_sitemaps_and_asks_to_choose_one() -> None:
    found = read("<sitemapindex><sitemap><loc>/s/1.xml</loc></sitemap></sitemapindex>")
    assert isinstance(found, Extraction)
    assert found.next == ("https://harbour.example/s/1.xml",)
    assert "https://harbour.example/s/1.xml" in found.remarks[0]


def test_what_is_no_sitemap_is_named_when_it_was_to_be_one() -> None:
    found = read("<rss><channel><title>x</title></channel></rss>", "sitemap")
    assert isinstance(found, Unreadable)
    assert "<rss>" in found.reason


def test_an_address_that_stands_twice_or_nowhere_is_told() -> None:
    found = read(
        urls("<url><loc>/a</loc></url>", "<url><loc>/a</loc></url>", "<url><loc>mailto:x@y.example</loc></url>")
    )
    assert isinstance(found, Extraction)
    assert [(left.count, left.sample) for left in found.left_out] == [(2, "/a")]


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("https://h.example/news/a-new_bridge.html", "A new bridge"),
        ("https://h.example/%E1%9E%96%E1%9E%B8", "ពី"),
        ("https://h.example/reports/2026/index.php", "Reports 2026"),
        ("https://h.example/", "h.example"),
        ("https://h.example/12", "12"),
    ],
)
def test_an_address_is_called_by_the_words_of_its_path(address: str, title: str) -> None:
    assert display_title(address).casefold() == title.casefold()
