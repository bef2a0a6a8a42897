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


# ---- list, publication, or neither ----

PROSE = (
    "The harbour office says that the work will go on until autumn, for the ground is softer than it was said to be. "
)
RELATED = "".join(
    f'<div class="card"><h3><a href="/n/{n}">Another story of the coast, number {n}</a></h3><span>{n} May '
    f"2019</span></div>"
    for n in range(1, 6)
)
MENU = "".join(
    f'<li><a href="/s/{n}">{name}</a></li>' for n, name in enumerate(("Home", "About us", "Tariffs", "Jobs", "Press"))
)


@pytest.mark.parametrize(
    ("body", "method", "count"),
    [
        (
            f"<article><h1>The pier gets a foundation</h1><p>8 May "
            f"2019</p><p>{PROSE * 3}</p><p>{PROSE * 4}</p></article>{RELATED}",
            "publication",
            1,
        ),
        (
            f"<h1>The pier gets a foundation</h1><p>12 May "
            f"2019</p><h2>Ground</h2><p>{PROSE * 3}</p><h2>Cost</h2><p>{PROSE * 3}</p>",
            "publication",
            1,
        ),
        (
            "<h1>Blog</h1>"
            + "".join(
                f'<article><h2><a href="/b/{n}">Entry about thing {n}</a></h2><p>{n} May '
                f"2019</p><p>{PROSE * 4}</p></article>"
                for n in range(1, 5)
            ),
            "repeated",
            4,
        ),
        (
            '<h1>Sign in</h1><form><input><input type="password"></form><p><a href="/forgot">Forgot your '
            'password?</a></p><p><a href="/register">Create an account</a></p>',
            "none",
            0,
        ),
        (f"<div><ul>{MENU}</ul></div><h1>Welcome</h1><p>{PROSE}</p><div><ul>{MENU}</ul></div>", "none", 0),
        ("<h1>News</h1><div></div><p>Content is being updated.</p>", "none", 0),
    ],
    ids=["article with related news", "article in sections", "blog with full texts", "login", "menus", "emptied list"],
)
def test_a_page_is_read_as_what_it_is(body: str, method: str, count: int) -> None:
    found = read(f"<!DOCTYPE html><html><body><main>{body}</main></body></html>")
    assert (found.method, len(found.records)) == (method, count)


# ---- what only some pages have ----

TITLES = ("The crane on the east pier works", "Jackets for the whole fleet", "Terns were counted again")


def rows_of(*rows: str) -> Extraction:
    return read(f"<!DOCTYPE html><main><h1>All</h1><ul>{''.join(f'<li>{row}</li>' for row in rows)}</ul></main>")


def test_a_year_above_completes_the_day_in_the_item_and_that_is_recorded() -> None:
    items = "".join(f'<li><a href="/{n}">{title}</a>, {n + 2} May</li>' for n, title in enumerate(TITLES))
    found = read(f"<!DOCTYPE html><main><h1>Speeches</h1><h2>2019</h2><ul>{items}</ul></main>")
    assert [record.date for record in found.records] == ["2019-05-02", "2019-05-03", "2019-05-04"]
    assert {record.origin["date"] for record in found.records} == {"edge of line and heading above"}


def test_without_a_year_above_a_day_and_month_are_no_date() -> None:
    found = rows_of(*(f'<a href="/{n}">{title}</a>, {n + 2} May' for n, title in enumerate(TITLES)))
    assert [record.date for record in found.records] == [None, None, None]


def test_an_image_where_others_have_their_titles_means_no_title() -> None:
    found = rows_of(
        f'<h3><a href="/1">{TITLES[0]}</a></h3><p>It lifts forty tonnes.</p>',
        '<h3><a href="/2"><img src="f.png" alt=""></a></h3><p>A mate shows how the jackets are worn, and why.</p>',
        f'<h3><a href="/3">{TITLES[2]}</a></h3><p>There are more of them.</p>',
    )
    assert [record.title for record in found.records] == [TITLES[0], "", TITLES[2]]
    assert found.records[1].display_title == "A mate shows how the jackets are worn, and why."


def test_an_entry_of_files_leads_to_the_one_in_the_language_of_the_page() -> None:
    rows = "".join(
        f'<tr><td>{title}</td><td>May 2019</td><td><a href="/{n}_fr.pdf">French</a> <a href="/{n}_en.pdf">English'
        f"</a></td></tr>"
        for n, title in enumerate(TITLES)
    )
    found = read(f'<!DOCTYPE html><html lang="en"><main><table>{rows}</table></main></html>')
    assert [record.title for record in found.records] == list(TITLES)
    assert [record.url for record in found.records] == [f"https://harbour.example/{n}_en.pdf" for n in range(3)]


def test_a_cell_that_reaches_over_rows_gives_them_its_date() -> None:
    rows = (
        f'<tr><td rowspan="2">4 May 2019</td><td><a href="/1">{TITLES[0]}</a></td></tr>'
        f'<tr><td><a href="/2">{TITLES[1]}</a></td></tr>'
        f'<tr><td>2 May 2019</td><td><a href="/3">{TITLES[2]}</a></td></tr>'
    )
    found = read(f"<!DOCTYPE html><main><table>{rows}</table></main>")
    assert [record.date for record in found.records] == ["2019-05-04", "2019-05-04", "2019-05-02"]
    assert found.records[1].origin["date"] == "cell beside"


@pytest.mark.parametrize(
    "body",
    [
        '<p>Last updated: 4 May 2019</p><p><a href="/imprint">Imprint and privacy</a></p>',
        '<p>4 May 2019</p><p>3 May 2019</p><p><a href="/n/1">The crane on the east pier works</a></p>',
        '<p>4 May 2019</p><div><a href="/a">All about piers</a><a href="/b">All about boats</a><a href="/c">All about '
        "terns</a></div>",
    ],
    ids=["a change", "two dates", "many links"],
)
def test_a_date_near_links_is_not_yet_a_list_of_one(body: str) -> None:
    assert read(f"<!DOCTYPE html><body><main><h1>Press releases</h1>{body}</main></body>").method != "single item"


def test_a_publication_takes_the_date_its_head_declares_where_it_shows_none() -> None:
    text = "<p>The report tells what the tide did in a year, for every harbour and every month of it.</p>" * 4
    found = read(
        '<!DOCTYPE html><html><head><meta property="article:published_time" content="2019-05-04T08:00:00Z"><meta '
        f'property="og:type" content="article"></head><main><h1>The tides of a year</h1>{text}</main></html>'
    )
    assert [(record.date, record.origin["date"]) for record in found.records] == [("2019-05-04", "declared")]
