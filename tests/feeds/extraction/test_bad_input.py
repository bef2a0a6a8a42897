"""Documents that are empty, hostile or not what they say: an answer or the reason why not, and soon."""

import string
from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.children import Document
from feeds.extraction import extract
from state.records import Extraction, Unreadable

pytestmark = pytest.mark.no_cover  # the same code again and again: counting its branches costs more than running it

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
URL = "https://harbour.example/news/"
ITEMS = "".join(
    f'<li><a href="/n/{n}">A title number {word} that is long enough</a> <span>{n + 1} May 2019</span></li>'
    for n, word in enumerate(("one", "two", "three", "four", "five"))
)


def read(body: bytes, content_type: str = "", **more: str) -> Extraction | Unreadable:
    return extract(Document(URL, body, content_type, **more), NOW)  # type: ignore[arg-type]


def titles(found: Extraction | Unreadable) -> list[str]:
    assert isinstance(found, Extraction)
    return [record.title for record in found.records]


def page(inside: str) -> bytes:
    return f"<!DOCTYPE html><html><body><main>{inside}</main></body></html>".encode()


@pytest.mark.parametrize("body", [b"", b"  \n ", b"\0\0\0\0"])
def test_an_empty_document_is_named_so(body: bytes) -> None:
    found = read(body)
    assert isinstance(found, Unreadable)
    assert "empty" in found.reason


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3 1 0 obj", "a PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG image"),
        (b"GIF89a\1\0\1\0", "a GIF image"),
        (b"PK\x03\x04\x14\0\6\0", "a zip archive"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "a gzip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "a video"),
        (bytes(range(256)) * 20, "no text"),
    ],
)
def test_a_binary_document_is_named_as_what_it_is(body: bytes, name: str) -> None:
    found = read(body)
    assert isinstance(found, Unreadable)
    assert name in found.reason
    assert "; " in found.reason  # what to do next


def test_a_page_without_a_list_has_no_entries_and_accounts_for_every_line() -> None:
    found = read(page("<h1>Closed</h1><p>We are back on Monday.</p><p><a href='/x'>Elsewhere</a></p>"))
    assert isinstance(found, Extraction)
    assert found.records == ()
    assert sum(left.count for left in found.left_out) == 3


def test_nul_bytes_do_not_hide_entries() -> None:
    assert len(titles(read(page(f"<ul>{ITEMS}</ul>".replace("title", "ti\0tle"))))) == 5


@pytest.mark.parametrize(
    ("encoding", "content_type", "declared"),
    [
        ("utf-8", "text/html; charset=iso-8859-1", "utf-8"),
        ("utf-8", "", "windows-1252"),
        ("windows-1251", "text/html; charset=windows-1251", ""),
        ("windows-1251", "text/html; charset=utf-8", "windows-1251"),
        ("koi8-r", "", "koi8-r"),
        ("utf-16", "", ""),
        ("utf-16-le", "text/html; charset=utf-16", ""),
        ("utf-8-sig", "", "iso-8859-5"),
    ],
)
def test_a_wrong_or_missing_charset_label_does_not_garble_titles(
    encoding: str, content_type: str, declared: str
) -> None:
    rows = "".join(f'<li><a href="/{n}">Порт открыл новый причал номер {n}</a> 0{n}.05.2019</li>' for n in range(1, 6))
    text = f'<!DOCTYPE html><html lang="ru"><meta charset="{declared}"><body><ul>{rows}</ul></body></html>'
    assert titles(read(text.encode(encoding), content_type))[0] == "Порт открыл новый причал номер 1"


def test_a_title_of_two_megabytes_is_no_hang() -> None:
    began = process_time()
    found = read(page(f"<ul>{ITEMS}<li><a href='/big'>{'long ' * 400_000}</a> 9 May 2019</li></ul>"))
    assert len(titles(found)) >= 5
    assert process_time() - began < 10


def test_twenty_thousand_nested_elements_are_read() -> None:
    began = process_time()
    assert len(titles(read(page("<div>" * 19_000 + f"<ul>{ITEMS}</ul>")))) == 5
    assert process_time() - began < 10


def test_deeper_markup_is_refused_before_it_is_parsed() -> None:
    began = process_time()
    found = read(page("<div>" * 200_000))
    assert isinstance(found, Unreadable)
    assert "nested" in found.reason
    assert process_time() - began < 2


def test_an_attribute_bomb_costs_no_more_than_a_page() -> None:
    bomb = "<p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">x</p>"
    began = process_time()
    assert len(titles(read(page(f"{bomb}<ul>{ITEMS}</ul>")))) == 5
    assert process_time() - began < 5


def test_ten_thousand_links_are_read_in_time() -> None:
    began = process_time()
    found = read(page("".join(f'<p><a href="/{n}">Title of item number {n}</a></p>' for n in range(10_000))))
    assert len(titles(found)) == 10_000
    assert process_time() - began < 15


def test_hostile_titles_come_out_clean() -> None:
    bad = "A&#13;&#10;title&#x2028;with &#0;evil \u202egnp.exe ]]&gt; &lt;script&gt;x&lt;/script&gt; &#xD800; in it"
    rows = "".join(f'<li><a href="/n/{n}">{bad} {n}</a> <span>{n} May 2019</span></li>' for n in range(1, 6))
    for title in titles(read(page(f"<ul>{rows}</ul>"))):
        assert title.startswith("A title with ")
        assert not set(title) & set("\r\n\u2028\u202e\0")
        assert not any("\ud800" <= sign <= "\udfff" for sign in title)
        assert "<script>x</script>" in title  # text stays text; escaping is the business of who writes markup
        title.encode()


def test_links_that_lead_nowhere_are_no_addresses() -> None:
    targets = ("javascript:open(1)", "#top", "mailto:a@example.org", "http://[broken", "data:text/html,x")
    rows = "".join(
        f'<li><a href="{target}">A title number {place} of some length</a> <span>{place} May 2019</span></li>'
        for place, target in enumerate(targets, 1)
    )
    found = read(page(f"<ul>{rows}</ul>"))
    assert isinstance(found, Extraction)
    assert [record.url for record in found.records] == [None] * 5
    assert all(record.anchor.startswith(":~:text=A%20title") for record in found.records)


def test_a_bad_selector_is_named() -> None:
    found = extract(Document(URL, page(f"<ul>{ITEMS}</ul>"), select={"item": "li[["}), NOW)
    assert isinstance(found, Unreadable)
    assert "li[[" in found.reason


def test_a_doctype_makes_a_page_of_a_text_file() -> None:
    assert len(titles(read(b"\n <!DOCTYPE html><ul>" + ITEMS.encode() + b"</ul>", kind="text"))) == 5


@settings(max_examples=150)
@given(st.binary(max_size=400))
def test_no_bytes_whatever_raise(body: bytes) -> None:
    assert isinstance(read(body), Extraction | Unreadable)


@settings(max_examples=150)
@given(
    st.lists(
        st.sampled_from(
            [
                "<ul>",
                "</ul>",
                "<li>",
                "</li>",
                "<a href='/x'>",
                "</a>",
                "<p>",
                "<table><tr><td>",
                "</table>",
                "<h2>",
                "</h2>",
                "<br>",
                "<pre>",
                "<dl><dt>",
                "<dd>",
                "8 May 2006",
                "Press release",
                "A title that is long enough",
                "<time datetime='2006-05-08'>",
                "<!--",
                "<hr>",
                "May",
                "2006",
                *string.punctuation,
            ]
        ),
        max_size=40,
    )
)
def test_no_markup_whatever_raises(parts: list[str]) -> None:
    found = read(("<!DOCTYPE html>" + " ".join(parts)).encode())
    assert isinstance(found, Extraction)
    for record in found.records:
        assert record.title or record.display_title or record.summary


@settings(max_examples=100)
@given(
    st.lists(
        st.sampled_from(
            [
                "1. ",
                "- ",
                "# ",
                "\n",
                "\n\n",
                "8 May 2006",
                "January 2005",
                "Press release",
                "Some title",
                "A long sentence that says much. " * 5,
            ]
        ),
        max_size=30,
    )
)
def test_no_text_whatever_raises(parts: list[str]) -> None:
    assert isinstance(read(("x" + "".join(parts)).encode()), Extraction)
