"""How a digest reads."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from mail.cohort import Cohort, Item, Section
from mail.coverage import Coverage
from mail.edition import COMING, FULL, HEADLINES, MAX_HTML, Known, Remarks, compose, for_all, shares, shortened
from mail.message import hole
from state.records import Edition, Enclosure, Entry
from templates import links
from tests.mail.people import HARVEST, MINES, SITE, entry, source

NOW = datetime(2026, 5, 10, 8, 0, tzinfo=UTC)
TOPICS = {topic.id: topic for topic in (HARVEST, MINES)}
QUIET = Coverage(14, 9, 1, NOW - timedelta(days=4))
NOTHING = Remarks()
FILES = (
    Enclosure("https://press.example.org/report-km.pdf", "application/pdf", "km", "", 340_000),
    Enclosure("https://press.example.org/report.doc", "", "", "", None),
    Enclosure("https://press.example.org/full.pdf", "application/pdf", "en", "Full report", 1_340_000),
)


class Page(HTMLParser):
    """Start tags with their attributes, and all text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


def composed(
    *sections: tuple[str, Iterable[Entry]],
    why: str = "harvest*",
    coverage: Coverage = QUIET,
    language: str = "en",
    timezone: str = "Asia/Phnom_Penh",
    remarks: Remarks = NOTHING,
) -> Edition:
    """sections: a topic expression and its entries."""
    held = [(topic, list(entries)) for topic, entries in sections]
    parts = tuple(
        Section(topic, tuple(Item(one.id, one.revision, "" if topic == "all" else why) for one in entries))
        for topic, entries in held
    )
    known = Known({one.id: one for _, entries in held for one in entries}, TOPICS, {"press": source(NOW)})
    cohort = Cohort(parts, language, timezone, ("daily",), "2026-05-10")
    return compose(cohort, known, coverage=coverage, site=SITE, edition_id="5f0c", now=NOW, remarks=remarks)


def many(number: int, *, title: str = "Title number {}", summary: str = "") -> list[Entry]:
    return [entry(f"e{at}", now=NOW, title=title.format(at), summary=summary) for at in range(number)]


FULLY_TOLD = replace(
    entry(
        "told",
        now=NOW,
        title="Growers & unions agree",
        date="2004-07",
        kind="press-release",
        place="PHNOM PENH",
        summary="Shorter days <in the heat>.",
        enclosures=FILES,
    ),
    topics=("harvest", "mines"),
)


def test_the_subject_says_what_is_inside() -> None:
    assert composed(("harvest", [FULLY_TOLD])).subject == "1 new: Growers & unions agree"
    assert composed(("harvest", many(2)), ("mines", [FULLY_TOLD])).subject == "3 new: Title number 0"
    long = composed(("harvest", [entry("e1", now=NOW, title="A very long title " * 20)])).subject
    assert len(long) < 100
    assert long.endswith("…")


def test_the_text_part_is_written() -> None:
    text = composed(("harvest?country=KH", [FULLY_TOLD])).text
    leave = links.unsubscribe(SITE, hole("5f0c"))
    assert text == (
        "Labour news, 10 May 2026: 1 new\n"
        f"Read in the browser: {links.edition(SITE, '5f0c')}\n"
        f"Unsubscribe: {leave}\n"
        "\n"
        "\n"
        "HARVEST WORK (CAMBODIA)\n"
        "============================================================================\n"
        "\n"
        "Growers & unions agree\n"
        "  Press office - July 2004 - press release - PHNOM PENH\n"
        "  Shorter days <in the heat>.\n"
        "  https://press.example.org/told\n"
        "  Download: PDF, Khmer, 340 KB\n"
        "    https://press.example.org/report-km.pdf\n"
        "  Download: report.doc\n"
        "    https://press.example.org/report.doc\n"
        "  Download: Full report (PDF, English, 1.3 MB)\n"
        "    https://press.example.org/full.pdf\n"
        "  Because you follow Harvest work (Cambodia): “harvest…”. Also in: Mines\n"
        "\n"
        "\n"
        "--\n"
        "Checked 14 pages; 9 had nothing new; one could not be read since Wednesday.\n"
        "\n"
        "Harvest work (Cambodia) as a feed: https://news.example.org/feeds/harvest.atom?country=KH\n"
        "\n"
        "You get this mail because you subscribed to it.\n"
        f"Change topics, hours or address: {links.preferences(SITE, hole('5f0c', 'preferences'))}\n"
        f"Unsubscribe: {leave}\n"
        "\n"
        "Labour news, 1 Sample Street, Sampleton\n"
        "Questions: editor@example.org\n"
    )


def test_several_entries_have_their_headlines_on_top_of_both_parts() -> None:
    edition = composed(("harvest", many(3)), ("all", [FULLY_TOLD]))
    assert (
        "  1. Title number 0\n  2. Title number 1\n  3. Title number 2\n  4. Growers & unions agree\n" in edition.text
    )
    page = Page(edition.html)
    anchors = [str(link["href"]) for link in page.all("a") if str(link["href"]).startswith("#")]
    assert anchors == ["#e1", "#e2", "#e3", "#e4"]
    assert {each["id"] for each in page.all("div") if "id" in each} == {"e1", "e2", "e3", "e4"}


def test_the_html_part_can_be_read_by_everybody() -> None:
    html = composed(("harvest", [*many(2), FULLY_TOLD]), ("all", [entry("e9", now=NOW)])).html
    page = Page(html)
    assert html.startswith("<!DOCTYPE html>")
    (root,) = page.all("html")
    assert (root["lang"], root["dir"]) == ("en", "ltr")
    first = page.tags[[tag for tag, _ in page.tags].index("body") + 1]
    assert first[0] == "div"
    assert (first[1]["role"], first[1]["lang"], first[1]["dir"]) == ("article", "en", "ltr")
    assert all(table.get("role") == "presentation" for table in page.all("table"))
    levels = [int(tag[1]) for tag, _ in page.tags if tag in ("h1", "h2", "h3", "h4")]
    assert levels == [1, 2, 3, 3, 3, 2, 3]
    assert page.all("img") == [], "no remote content, so no alt texts are owed"
    assert {"name": "color-scheme", "content": "light dark"} in page.all("meta")
    assert "prefers-color-scheme: dark" in html
    assert all(style.startswith("margin") for style in (str(each["style"]) for each in page.all("h1"))), "inlined"
    assert "<script" not in html


def test_coming_events_of_all_topics_are_on_top_each_once_and_the_nearest_first() -> None:
    def on(name: str, date: str, kind: str = "event") -> Entry:
        return entry(name, now=NOW, title=f"Title {name}", date=date, kind=kind)

    edition = composed(
        ("harvest", [on("old", "2026-05-01"), on("late", "2026-07-01"), on("news", "2026-05-09", "report")]),
        ("mines", [on("soon", "2026-05-12"), on("today", "2026-05-10"), on("month", "2026-06")]),
    )

    coming, _, rest = edition.text.partition("COMING UP\n")[2].partition("HARVEST WORK\n")
    titles = [line.removeprefix("Title ") for line in coming.split("\n") if line.startswith("Title ")]
    assert titles == ["today", "soon", "month", "late"]
    assert [line for line in rest.split("\n") if line.startswith("Title ")] == ["Title old", "Title news"]
    assert "MINES\n" not in rest, "a topic whose entries all stand on top has no section of its own"
    assert coming.count("Because you follow Mines") == 3
    assert edition.subject == "6 new: Title today"
    assert len(edition.entries) == 6
    for feed in ("harvest", "mines"):
        assert edition.text.count(f"/feeds/{feed}.atom") == edition.html.count(f"/feeds/{feed}.atom") == 1
    page = Page(edition.html)
    assert [each["id"] for each in page.all("div") if "id" in each] == [f"e{at}" for at in range(1, 7)]
    assert "À VENIR" in composed(("all", [on("soon", "2026-05-12")]), language="fr").text


def test_more_events_than_fit_on_top_stay_under_their_topic() -> None:
    ahead = [
        entry(f"d{at}", now=NOW, title=f"Title {at:02}", date=f"2026-06-{at:02}", kind="event") for at in range(1, 15)
    ]
    edition = composed(("harvest", ahead))

    coming, _, rest = edition.text.partition("COMING UP\n")[2].partition("HARVEST WORK\n")
    assert coming.count("\nTitle ") == COMING
    assert rest.count("\nTitle ") == 14 - COMING
    assert rest.index("Title 11") < rest.index("Title 14")


def test_there_is_a_way_out_at_the_top_and_at_the_end() -> None:
    edition = composed(("harvest", [FULLY_TOLD]))
    leave = links.unsubscribe(SITE, hole("5f0c"))
    assert edition.html.count(leave) == edition.text.count(leave) == 2
    assert edition.html.index(leave) < edition.html.index("<h1")
    assert edition.html.rindex(leave) > edition.html.rindex("<h3")


def test_the_preheader_tells_more_than_the_subject() -> None:
    def preheader(edition: Edition) -> str:
        return edition.html.partition('class="hidden"')[2].partition(">")[2].partition("<")[0]

    assert preheader(composed(("harvest", many(3)))) == "Title number 1 · Title number 2"
    assert preheader(composed(("harvest", [FULLY_TOLD]))) == "Shorter days &lt;in the heat&gt;."


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ("2004-10-26", "26 October 2004"),
        ("2004-07", "July 2004"),
        ("2004", "2004"),
        (None, "seen by us 10 May 2026, 15:00"),
    ],
)
def test_dates_are_as_honest_as_their_source(date: str | None, said: str) -> None:
    edition = composed(("all", [entry("e1", now=NOW, date=date)]))
    assert f"  Press office - {said}\n" in edition.text
    assert f"<bdi>Press office</bdi> · <bdi>{said}</bdi><" in edition.html


def test_nothing_is_cut_silently() -> None:
    edition = composed(("harvest", many(HEADLINES + 200)), ("mines", [FULLY_TOLD]))
    titles = edition.text.count("https://press.example.org/e")
    left = HEADLINES + 200 - titles
    assert titles >= FULL
    assert left > 0
    assert f"and {left} more, on the page of this topic:\nhttps://news.example.org/topics/harvest\n" in edition.text
    assert f"and {left} more, on the page of this topic</a>" in edition.html
    assert "Growers & unions agree" in edition.text, "a small topic is not crowded out by a large one"
    assert len(edition.entries) == HEADLINES + 201, "what is only counted was told too"


@pytest.mark.parametrize("number", [1, 38, 50, 80, 300, 2000])
@pytest.mark.parametrize(
    ("title", "summary"), [("Title {}", "In short " * 30), ("ចំណងជើងវែង " * 4 + "{}", "សង្ខេប" * 100)]
)
def test_the_html_part_is_never_clipped(number: int, title: str, summary: str) -> None:
    edition = composed(("harvest", many(number, title=title, summary=summary)))
    assert len(edition.html.encode()) <= MAX_HTML
    named = [one for one in many(number, title=title) if " ".join(one.title.split()) in " ".join(edition.text.split())]
    assert len(named) == number or f"and {number - len(named)} more" in edition.text
    assert len(named) >= min(number, 38)


def test_hostile_titles_harm_neither_part() -> None:
    title = '</title><script>alert(1)</script>" onload="x {{ 7 * 7 }} unsubscribe-5f0d'
    edition = composed(("harvest", [entry("e1", now=NOW, title=title, url='https://press.example.org/"><b>')]))
    page = Page(edition.html)
    assert page.all("script") == page.all("b") == []
    assert title in edition.text
    assert edition.html.count(hole("5f0c")) == 2


def test_an_entry_without_a_title_is_named_by_its_first_words_and_not_told_twice() -> None:
    untitled = entry("e1", now=NOW)
    said = replace(
        untitled.record, title="", display_title="Officials from ten", summary="Officials from ten provinces met."
    )
    edition = composed(("all", [replace(untitled, record=said)]))
    assert edition.text.count("Officials from ten") == 1


def test_other_languages_are_marked_with_their_direction() -> None:
    arabic = entry("e1", now=NOW, title="اتفاق جديد", language="ar", summary="ملخص")
    page = Page(composed(("all", [arabic, *many(1)])).html)
    marked = [(tag, each["lang"], each["dir"]) for tag, each in page.tags if each.get("lang") == "ar"]
    assert marked == [("a", "ar", "rtl"), ("h3", "ar", "rtl"), ("p", "ar", "rtl")]


def test_a_french_reader_gets_all_of_it_in_french() -> None:
    one = replace(entry("e1", now=NOW, date="2004-07", kind="report"), topics=("harvest", "mines"))
    edition = composed(("harvest?country=KH", [one]), language="fr")
    assert edition.language == "fr"
    assert edition.subject == "1 nouveauté : Title of e1"
    assert "RÉCOLTES (CAMBODGE)" in edition.text
    assert "Press office - juillet 2004 - rapport" in edition.text
    last_line = "14 pages vérifiées; 9 sans nouveauté; une n’a pas pu être lue depuis mercredi."
    assert last_line in " ".join(edition.text.split())
    assert 'lang="fr"' in edition.html


def test_a_language_without_a_catalogue_gets_english_that_says_so() -> None:
    edition = composed(("harvest?country=KH", [entry("e1", now=NOW, date="2004-07")]), language="sv")
    assert edition.language == "en"
    assert "July 2004" in edition.text


NOTE = Remarks((("Dear <readers>,",), ("we watch more pages", "from June on.")))


def test_the_admins_note_stands_on_top_of_both_parts_as_plain_text() -> None:
    edition = composed(("harvest", many(2)), remarks=NOTE)
    assert "Dear <readers>,\n\nwe watch more pages\nfrom June on.\n\n  1. Title number 0" in edition.text
    assert "Dear &lt;readers&gt;,</p>" in edition.html
    assert edition.html.index("from June on.") < edition.html.index("Title number 0</a>")


def test_a_sample_of_the_past_says_so_on_top() -> None:
    edition = composed(("harvest", many(2)), remarks=Remarks(past=True))
    said = "This is a sample of the past"
    assert edition.text.index(said) < edition.text.index("Title number 0")
    assert edition.html.index(said) < edition.html.index("Title number 0</a>")
    assert said not in composed(("harvest", many(2))).text


def test_the_web_version_has_nothing_personal() -> None:
    edition = composed(("harvest", [FULLY_TOLD]))
    page = for_all(edition)
    assert hole("5f0c") not in page
    assert hole("5f0c", "preferences") not in page
    assert "You get this mail" not in page
    assert "Growers &amp; unions agree" in page
    assert page.count("<p") == page.count("</p>")


@pytest.mark.parametrize(
    "url", ["ftp://press.example.org/a", "javascript:alert(1)", "https://press.example.org/" + "a" * 2000]
)
def test_what_a_mail_may_not_link_to_is_left_to_the_entrys_own_page(url: str) -> None:
    files = (Enclosure(url), Enclosure("https://press.example.org/a.pdf", "application/pdf"))
    edition = composed(("harvest", [entry("e1", now=NOW, url=url, enclosures=files)]))
    hrefs = [link["href"] for link in Page(edition.html).all("a")]
    assert url not in hrefs
    assert hrefs.count("https://news.example.org/entries/e1") == 2, "the headline, and the file that is not named"
    assert "1 more file, on the page of this entry" in edition.text


def test_of_very_many_files_some_are_named_and_the_rest_counted() -> None:
    files = tuple(Enclosure(f"https://press.example.org/{at}.pdf") for at in range(50))
    edition = composed(("harvest", [entry("e1", now=NOW, enclosures=files)]))
    assert edition.text.count("Download: ") == 8
    assert "42 more files, on the page of this entry" in edition.text


def test_an_endless_title_is_shortened_and_the_mail_stays_small() -> None:
    edition = composed(("harvest", many(300, title="word " * 2000 + "{}", summary="long " * 500)))
    assert len(edition.html.encode()) <= MAX_HTML
    assert "…" in edition.text


@pytest.mark.parametrize(
    ("coverage", "said"),
    [
        (Coverage(1, 0, 0, None), "Checked 1 page."),
        (Coverage(3, 1, 0, None), "Checked 3 pages; 1 had nothing new."),
        (Coverage(3, 0, 2, None), "Checked 3 pages; 2 could not be read."),
        (Coverage(3, 0, 1, None), "Checked 3 pages; one could not be read."),
        (Coverage(3, 2, 2, NOW - timedelta(days=40)), "2 had nothing new; 2 could not be read since 31 March 2026."),
    ],
)
def test_the_last_line_says_what_was_looked_at(coverage: Coverage, said: str) -> None:
    edition = composed(("all", many(1)), coverage=coverage)
    assert said in " ".join(edition.text.split())
    assert said in edition.html


def test_the_same_is_the_same_again() -> None:
    assert composed(("harvest", [FULLY_TOLD])) == composed(("harvest", [FULLY_TOLD]))


@pytest.mark.parametrize(
    ("sizes", "room", "given"),
    [([500, 3], 50, [47, 3]), ([10, 10], 50, [10, 10]), ([99, 99, 1], 21, [10, 10, 1]), ([], 9, []), ([5], 0, [0])],
)
def test_room_is_shared_fairly(sizes: list[int], room: int, given: list[int]) -> None:
    assert shares(sizes, room) == given


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("short", "short"),
        ("one two three four", "one two…"),
        ("x" * 30, "x" * 11 + "…"),
        ("a, bbbbbbb, cccccc", "a, bbbbbbb…"),
    ],
)
def test_text_is_shortened_between_words_and_says_so(text: str, short: str) -> None:
    assert shortened(text, 12) == short
