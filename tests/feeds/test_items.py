"""What feeds say of an entry: honest dates, derived titles, safe addresses and texts."""

from datetime import UTC, datetime

import pytest

from feeds import items
from state.records import Countries, Enclosure, Entry, Record
from tests.feeds.samples import FULL, HARM, SITE, WAGES, entry, record, source


def told(made: Entry) -> items.Item:
    return items.item(made, topics={"wages": WAGES}, source=source(), site=SITE)


@pytest.mark.parametrize(
    ("date", "place", "text"),
    [
        ("2006-05-08", "", "Owners sign a pledge."),
        ("2006-05-08", "HANOI", "HANOI – Owners sign a pledge."),
        ("2004-10", "", "October 2004 – Owners sign a pledge."),
        ("2004-10", "HANOI", "October 2004, HANOI – Owners sign a pledge."),
        ("2004", "", "2004 – Owners sign a pledge."),
        (None, "", "Owners sign a pledge."),
    ],
)
def test_a_month_or_a_year_is_told_in_words(date: str | None, place: str, text: str) -> None:
    assert told(entry(told=record(date=date, place=place))).text == text


def test_an_entry_without_a_title_gets_one_from_its_text() -> None:
    long = "A survey of home workers in four provinces found that most work more than ten hours a day. " * 3
    assert told(entry(told=Record(summary="Short one."))).title == "Short one."
    assert told(entry(told=Record(summary=long))).title.endswith("…")
    assert len(told(entry(told=Record(summary=long))).title) <= 121
    assert told(entry("x", Record(display_title="Derived", summary=long))).title == "Derived"
    assert told(entry("x", Record(), url="")).title == "x"


def test_an_entry_without_an_address_links_to_its_permanent_page() -> None:
    item = told(entry("a1", url=""))
    assert (item.link, item.page) == ("https://news.example.org/entries/a1", "")


def test_a_local_folder_is_never_told() -> None:
    made = entry("a1", url="")
    item = items.item(made, topics={}, source=source(where="/home/sok/papers", kind="folder"), site=SITE)
    assert item.via == ""
    assert "/home" not in repr(item)


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://a.example/x?y=1#z", "https://a.example/x?y=1#z"),
        (" https://a.example/ \n", "https://a.example/"),
        ("https://a.example/a b.pdf", "https://a.example/a%20b.pdf"),
        ('https://a.example/"><script>', "https://a.example/%22%3E%3Cscript%3E"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("//a.example/x", ""),
        ("/relative", ""),
        ("https://", ""),
        ("http://[broken", ""),
        ("https://a.example:99999/", ""),
        ("", ""),
    ],
)
def test_only_web_addresses_are_linked(url: str, safe: str) -> None:
    assert items.web_url(url) == safe


def test_content_is_sanitised_and_its_links_are_absolute() -> None:
    assert told(FULL).content == (
        '<p>Callers get <b>advice</b> at <a href="https://office.example.org/help" rel="noopener noreferrer">'
        "the desk</a>.</p>"
    )


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        ("<p>Owners  sign <i>a pledge</i>.</p>", False),
        ("<p>Owners sign a pledge. Parents too.</p>", True),
        ("<p>  </p>", False),
        ("<script>only this</script>", False),
        ('<p>Owners sign a pledge.</p><img src="https://office.example.org/p.png">', True),
    ],
)
def test_content_that_only_repeats_the_summary_is_left_out(content: str, kept: bool) -> None:
    assert bool(told(entry(told=record(content=content))).content) is kept


def test_downloads_keep_language_and_get_a_type_from_their_name() -> None:
    files = (
        Enclosure("https://a.example/x.PDF", language="km"),
        Enclosure("doc.docx", type="not a type"),
        Enclosure("javascript:x"),
        Enclosure("https://a.example/download?id=1", language="nonsense language"),
        Enclosure("https://a.example/x.PDF", title="again"),
    )
    found = told(entry(told=record(enclosures=files))).enclosures
    assert [(file.url, file.type, file.language) for file in found] == [
        ("https://a.example/x.PDF", "application/pdf", "km"),
        (
            "https://office.example.org/news/doc.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "",
        ),
        ("https://a.example/download?id=1", "application/octet-stream", ""),
    ]


def test_categories_are_topics_countries_and_kind() -> None:
    found = [(category.term, category.scheme, category.label) for category in told(FULL).categories]
    assert found == [
        ("wages", "https://news.example.org/topics", "Wages & working time"),
        ("KH", "urn:iso:std:iso:3166", "Cambodia"),
        ("press-release", "https://news.example.org/#kinds", "Press release"),
    ]


def test_a_dateline_alone_is_no_country() -> None:
    made = entry(countries=Countries(dateline=("TH",)))
    assert told(made).categories == ()


def test_the_language_is_told_only_where_it_is_not_the_sites() -> None:
    assert told(FULL).language == "km"
    assert told(entry(told=record(language="en"))).language == ""
    assert items.item(entry(), topics={}, source=source(language="vi"), site=SITE).language == "vi"


def test_hostile_texts_become_one_clean_line() -> None:
    item = told(entry(told=record(title=HARM, summary=HARM, place=HARM, author=HARM)))
    assert item.title == "]]></title></entry><script>alert(1)</script>[31m &amp;"
    for text in (item.title, item.summary, item.lead, item.author):
        assert not set(text) & set("\r\u2028\x00\u202e\ud800\x1b\x85\x0b\ufeff")


def test_instants_are_told_to_the_second_in_utc() -> None:
    at = datetime(2026, 5, 10, 8, 0, 0, 999, tzinfo=UTC)
    assert told(entry(updated_at=at, published_at=at)).updated == at.replace(microsecond=0)
