"""What holds for every page: nothing is lost silently, markup that says nothing changes nothing, selectors win."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.children import Document
from feeds.extraction import extract
from feeds.extraction.report import as_json
from state.records import Extraction, Record

PAGES = Path(__file__).resolve().parents[2] / "pages"
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
URL = "https://harbour.example/news/index.html"
STABLE = [
    "press-list-numbered",
    "drupal-views",
    "wordpress-archive-fr",
    "cards-in-links",
    "table-with-two-dates",
    "definition-list",
    "month-list-untitled",
]


def read(markup: str, **select: str) -> Extraction:
    found = extract(Document(URL, markup.encode(), select=select), NOW)
    assert isinstance(found, Extraction)
    return found


def source(name: str) -> str:
    return (PAGES / f"{name}.html").read_text()


def told(found: Extraction) -> list[tuple[str, str | None, str | None]]:
    return [(record.title, record.url, record.date) for record in found.records]


def without_names(markup: str) -> str:
    return re.sub(r' (?:class|id)="[^"]*"', "", markup)


def wrapped(markup: str) -> str:
    return re.sub(r"(<(?:ul|ol|dl|table|article|main)\b.*?>)", r"<div><div>\1", markup)


def with_advertising(markup: str) -> str:
    box = '<div class="promo"><a href="/shop/1">Buy our mugs</a> <a href="/shop/2">And caps</a></div>'
    return markup.replace("</nav>", f"</nav>{box}").replace("<footer>", f"{box}<footer>")


def with_other_lists(markup: str) -> str:
    links = "".join(f'<li><a href="/topic/{n}">Topic {n}</a></li>' for n in range(12))
    return markup.replace("<footer>", f'<div class="tags"><h4>Topics</h4><ul>{links}</ul></div><footer>')


def with_credits(markup: str) -> str:
    return re.sub(
        r"(<(?:h2|h3|h5)\b[^>]*>(?=<a|New|Fishing|Survey|Night|Harbour school))", r"<p>Photo: Ana Rey</p>\1", markup
    )


@pytest.mark.parametrize("name", STABLE)
@pytest.mark.parametrize("change", [without_names, wrapped, with_advertising, with_other_lists, with_credits])
def test_what_says_nothing_changes_nothing(name: str, change: object) -> None:
    markup = source(name)
    assert told(read(change(markup))) == told(read(markup))  # type: ignore[operator]


def test_an_entry_that_lost_its_date_has_none_and_the_others_keep_theirs() -> None:
    markup = source("drupal-views")
    found = read(markup.replace("28/04/2019", ""))
    assert [record.date for record in found.records] == ["2019-05-08", "2019-05-04", None, "2019-04-13", "2019-03-30"]


@pytest.mark.parametrize("file", sorted(PAGES.glob("*.html")), ids=lambda file: file.stem)
def test_every_line_is_in_an_entry_or_accounted_for(file: Path) -> None:
    from feeds.extraction import leftout, listing, page

    read_page = page.read(file.read_text(), URL, NOW, UTC)
    found = listing.extract(read_page, {})
    if found.method in ("preformatted", "publication"):
        return
    outside = sum(left.count for left in found.left_out)
    everything = sum(left.count for left in leftout.of(read_page, ()))
    inside = everything - outside
    assert inside >= len(found.records)
    assert outside <= everything
    assert all(left.reason and left.sample for left in found.left_out)


def test_navigation_and_footer_are_named_as_such() -> None:
    reasons = {left.reason: left for left in read(source("press-list-numbered")).left_out}
    assert {"header", "footer", "sidebar", "pagination", "heading"} <= set(reasons)
    assert reasons["footer"].count == 3


def test_feeds_a_page_announces_are_told() -> None:
    found = read('<!DOCTYPE html><head><link rel="alternate" type="application/rss+xml" href="/feed"></head><p>Hello')
    assert found.feeds == ("https://harbour.example/feed",)


# ---- what the admin selects ----


def test_selected_items_are_the_entries() -> None:
    found = read(source("press-list-numbered"), item="#sidebar li")
    assert found.method == "selected"
    assert [record.title for record in found.records] == ["East (31)", "West (44)"]


def test_a_selected_field_replaces_only_that_field() -> None:
    plain, changed = read(source("drupal-views")), read(source("drupal-views"), title="p")
    assert [record.title for record in changed.records] == [record.summary for record in plain.records]
    assert [record.date for record in changed.records] == [record.date for record in plain.records]
    assert changed.records[0].origin["title"] == "selected"


def test_a_selector_that_matches_nothing_leaves_what_was_found() -> None:
    assert told(read(source("drupal-views"), date=".nowhere")) == told(read(source("drupal-views")))


# ---- next pages ----


@pytest.mark.parametrize(
    ("pager", "wanted"),
    [
        ('<a rel="next" href="?p=2">more</a>', "https://harbour.example/news/index.html?p=2"),
        ('<link rel="next" href="/news/2">', "https://harbour.example/news/2"),
        (
            '<div class="pagination"><span class="current">1</span> <a href="/news/2">2</a> <a '
            'href="/news/9">9</a></div>',
            "https://harbour.example/news/2",
        ),
        (
            '<ul class="pager"><li><a href="/news/0">Previous</a></li><li><a href="/news/2">Next</a></li></ul>',
            "https://harbour.example/news/2",
        ),
        ('<p><a href="/news/2">Weiter</a></p>', "https://harbour.example/news/2"),
        ('<p><a href="/news/2">下一页</a></p>', "https://harbour.example/news/2"),
        (
            '<div class="pager"><a class="next" href="/nextRow--10/index.html">»</a></div>',
            "https://harbour.example/nextRow--10/index.html",
        ),
        ('<a rel="next" href="https://elsewhere.example/2">next</a>', None),
        ('<a rel="next" href="index.html#top">next</a>', None),
        ('<p><a href="/about">About</a></p>', None),
    ],
)
def test_the_next_page_is_found(pager: str, wanted: str | None) -> None:
    assert list(read(f"<!DOCTYPE html><body><main><p>x</p>{pager}</main>").next) == ([wanted] if wanted else [])


# ---- records ----


@pytest.mark.parametrize(
    ("line", "date", "place"),
    [
        ("08 May 2006, PHNOM PENH", "2006-05-08", "PHNOM PENH"),
        ("8 May 2006, Geneva (Port News)", "2006-05-08", "Geneva"),
        ("26 October 2004,", "2004-10-26", ""),
        ("8 May 2006 | New Delhi", "2006-05-08", "New Delhi"),
        ("BANGKOK, 4 May 2006", "2006-05-04", "BANGKOK"),
        ("Posted on 4 May 2006", "2006-05-04", ""),
        ("4 May 2006, by the editors", "2006-05-04", ""),
    ],
)
def test_the_dateline_gives_date_and_place(line: str, date: str, place: str) -> None:
    rows = "".join(
        f'<li><h3><a href="/{n}">A title of some length, number {n}</a></h3><p>{line}</p></li>' for n in range(4)
    )
    record = read(f"<!DOCTYPE html><main><ul>{rows}</ul></main>").records[0]
    assert (record.date, record.place) == (date, place)


@pytest.mark.parametrize(
    ("title", "link", "summary", "kind"),
    [
        ("Report on the tides of the year", "/x", "", "report"),
        ("Coast Annual Report 2019", "/x", "", "report"),
        ("Household survey, outer islands", "/x", "", "survey"),
        ("Memorandum of Understanding with the other port", "/x", "", "mou"),
        ("Something new on the pier today", "/press-releases/12", "", "press-release"),
        ("Something new on the pier today", "/media/videos/12", "", "video"),
        (
            "Something new on the pier today",
            "/x",
            "Fog comes in. Coast TV reports from the pier where everybody waits for the boat.",
            "video",
        ),
        ("Something new on the pier today", "/media-centre/news/12", "", None),
    ],
)
def test_the_kind_comes_from_title_address_or_words(title: str, link: str, summary: str, kind: str | None) -> None:
    rows = "".join(f'<li><h3><a href="{link}{n}/">{title}</a></h3><p>{summary}</p></li>' for n in range(3))
    assert read(f"<!DOCTYPE html><main><ul>{rows}</ul></main>").records[0].kind == kind


def test_downloads_have_types_and_languages() -> None:
    rows = "".join(
        f'<li><h3><a href="/{n}">A title of some length, number {n}</a></h3><a href="/f{n}_EN.pdf"><img '
        f'src="c.png" alt=""></a>'
        f'<a href="/f{n}_KH.pdf">Download</a><a href="/f{n}.docx">ភាសាខ្មែរ (ខ្មែរ)</a><a href="/g{n}.pdf" '
        f'hreflang="vi">PDF</a></li>'
        for n in range(3)
    )
    files = read(f"<!DOCTYPE html><main><ul>{rows}</ul></main>").records[0].enclosures
    assert [(file.url.rsplit("/")[-1], file.language) for file in files] == [
        ("f0_EN.pdf", "en"),
        ("f0_KH.pdf", "km"),
        ("f0.docx", "km"),
        ("g0.pdf", "vi"),
    ]
    assert files[0].type == "application/pdf"


def test_languages_come_from_attributes_and_script() -> None:
    rows = (
        '<li lang="fr"><a href="/1">Un titre assez long pour la liste</a></li><li><a '
        'href="/2">កំពង់ផែថ្មីបើកដំណើរការ</a></li><li><a href="/3">A title that is long enough</a></li>'
    )
    found = read(f'<!DOCTYPE html><html lang="en"><main><ul>{rows}</ul></main>')
    assert [record.language for record in found.records] == ["fr", "km", "en"]


def test_the_report_is_plain_and_adds_anchors_to_the_page() -> None:
    extraction = Extraction(
        "page",
        "m",
        records=(
            Record(title="", display_title="D", anchor="x", date="2004-10"),
            Record(title="T", url="https://a.example/"),
        ),
    )
    told_as = as_json(extraction, URL + "#old")
    assert told_as["entries"] == [
        {
            "title": "",
            "display_title": "D",
            "url": URL + "#x",
            "date": "2004-10",
            "precision": "month",
            "published": None,
            "place": "",
            "kind": None,
            "summary": "",
            "language": "",
            "enclosures": [],
            "confidence": {},
            "origin": {},
        },
        {
            "title": "T",
            "display_title": "T",
            "url": "https://a.example/",
            "date": None,
            "precision": None,
            "published": None,
            "place": "",
            "kind": None,
            "summary": "",
            "language": "",
            "enclosures": [],
            "confidence": {},
            "origin": {},
        },
    ]
