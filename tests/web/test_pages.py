"""Pages for people: what stands on them, what finds the feeds, and what hostile texts cannot do."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from lxml import html

from feeds.publish import publish
from feeds.settings import Publishing
from state import curation, downloads, entries, publications
from state.downloads import Download
from state.store import Store
from tests.feeds.samples import FULL, SITE, STORED_HARM, entry, keep, record
from tests.web.conftest import Server


@pytest.fixture
def filled(store: Store, now: datetime) -> Store:
    keep(store, [entry("a1", record(title="First")), entry("a2", record(title="", summary="No title here."))])
    keep(store, [FULL], under=("all", "wages"), now=now + timedelta(hours=2))
    return store


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.fromstring(page).text_content())


async def test_the_front_page_names_topics_with_count_and_last_change(filled: Store, server: Server) -> None:
    answer = await (await server.start()).get("/")
    told = text_of(answer.text)
    assert "Everything 3 entrieslast on 10 May 2026, 10:00" in told
    assert "Wages & working time 1 entrylast on" in told
    assert "First" in told


async def test_every_feed_is_found_from_its_page(filled: Store, server: Server) -> None:
    await server.start()
    for path, name in (
        ("/", "wages"),
        ("/", "all"),
        ("/topics/wages", "wages"),
        ("/topics/source-office", "source-office"),
    ):
        tree = html.fromstring((await server.get(path)).text)
        found = {(link.get("type"), link.get("href")) for link in tree.iterfind(".//link[@rel='alternate']")}
        assert {
            ("application/atom+xml", f"https://news.example.org/feeds/{name}.atom"),
            ("application/rss+xml", f"https://news.example.org/feeds/{name}.rss"),
            ("application/feed+json", f"https://news.example.org/feeds/{name}.json"),
        } <= found


async def test_titles_are_read_in_their_own_direction(store: Store, server: Server) -> None:
    keep(store, [entry("a1", record(title="وزارة العمل (2026)"))])
    await server.start()
    for path, level in (("/", "h3"), ("/topics/all", "h2"), ("/entries/a1", "h1")):
        (title,) = [
            one for one in html.fromstring((await server.get(path)).text).iter(level) if "2026" in one.text_content()
        ]
        assert title.get("dir") == "auto"


@pytest.mark.parametrize(
    ("contact", "url"),
    [("help@example.org", "mailto:help@example.org"), ("https://example.org/help", "https://example.org/help")],
)
async def test_whom_to_ask_can_be_clicked(store: Store, server: Server, contact: str, url: str) -> None:
    page = html.fromstring((await (await server.start(site=replace(SITE, contact=contact))).get("/")).text)
    (link,) = page.xpath("//footer//a[contains(., 'Questions')]")
    assert link.get("href") == url


async def test_an_empty_service_has_a_front_page_too(store: Store, server: Server) -> None:
    answer = await (await server.start()).get("/")
    assert answer.status == 200
    assert "Nothing has been found yet" in answer.text


async def test_a_topic_page_lists_the_newest_and_goes_on(store: Store, server: Server) -> None:
    keep(store, [entry(f"e{number}", record(title=f"Entry {number}")) for number in range(45)])
    await server.start()
    first = html.fromstring((await server.get("/topics/all")).text)
    titles = [heading.text_content() for heading in first.iterfind(".//article/h2")]
    (onward,) = first.xpath("//a[@rel='next']/@href")
    second = html.fromstring((await server.get(onward)).text)
    titles += [heading.text_content() for heading in second.iterfind(".//article/h2")]
    assert titles == [f"Entry {number}" for number in reversed(range(45))]
    assert not second.xpath("//a[@rel='next']")


async def test_an_entry_page_tells_all_that_is_known(filled: Store, server: Server, now: datetime) -> None:
    with filled.write() as db:
        before = entries.entry(db, "full")
        changed = replace(before, record=replace(before.record, title="Eleven provinces sign", date="2004-11"))
        entries.revise(db, changed, source="office", significant=True, now=now + timedelta(days=1))
    answer = await (await server.start()).get("/entries/full")
    told = text_of(answer.text)
    for words in (
        "Eleven provinces sign",
        "November 2004",
        "PHNOM PENH",
        "Press release",
        "Cambodia",
        "Full text (English)",
        "អត្ថបទ (Khmer)",
        "11 May 2026, 08:00: changed: title, date; before: “Ten provinces <agree> & sign”",
        FULL.urn,
    ):
        assert words in told
    assert 'lang="km"' in answer.text
    assert 'href="https://office.example.org/a%20km.pdf"' in answer.text
    assert '<a href="https://office.example.org/help" rel="noopener noreferrer">' in answer.text


async def test_a_download_says_when_it_was_replaced_and_that_it_could_not_be_read(
    filled: Store, server: Server, now: datetime
) -> None:
    later = now + timedelta(days=1)
    with filled.write() as db:
        before = entries.entry(db, "full")
        full, khmer = before.record.enclosures
        files = (replace(full, replaced_at=later), khmer)
        changed = replace(before, record=replace(before.record, enclosures=files))
        entries.revise(db, changed, source="office", significant=False, now=later)
        downloads.watch(db, [Download("full", khmer.url, "office.example.org", now, next_at=later)])
        downloads.put(db, khmer.url, {"checked_at": later, "note": "status 404"})
    answer = await (await server.start()).get("/entries/full")
    told = text_of(answer.text)
    for words in (
        "Full text (English) replaced on 11 May 2026, 08:00",
        "អត្ថបទ (Khmer) could not be read on 11 May 2026, 08:00",
        "11 May 2026, 08:00: changed: downloads",
    ):
        assert words in told


async def test_an_untitled_entry_says_so(filled: Store, server: Server) -> None:
    answer = await (await server.start()).get("/entries/a2")
    assert "gives this entry no title" in answer.text
    assert "No title here." in answer.text


async def test_a_withdrawn_entry_stays_and_says_so(filled: Store, server: Server, now: datetime) -> None:
    with filled.write() as db:
        entries.withdraw(db, ["a1"], now=now)
    answer = await (await server.start()).get("/entries/a1")
    assert "No longer listed at its source since 10 May 2026" in answer.text


async def test_the_page_of_a_part_leads_to_the_whole(filled: Store, server: Server, now: datetime) -> None:
    with filled.write() as db:
        curation.put_into(db, ["a1"], "full", now=now)
    await server.start()
    answer = await server.get("/entries/a1")
    assert answer.status == 302
    assert answer.headers["Location"].endswith("/entries/full")


async def test_a_hidden_entry_is_shown_nowhere(filled: Store, server: Server, now: datetime) -> None:
    with filled.write() as db:
        entries.hide(db, "a1", now=now)
    await server.start()
    assert (await server.get("/entries/a1")).status == 404
    for path in ("/", "/topics/all", "/topics/source-office"):
        assert "First" not in (await server.get(path)).text


@pytest.mark.parametrize("path", ["/", "/topics/all", "/entries/bad"])
async def test_hostile_texts_harm_no_page(store: Store, server: Server, path: str) -> None:
    bad = record(
        title=STORED_HARM,
        summary=STORED_HARM,
        place=STORED_HARM,
        kind=STORED_HARM,
        content=f'<p onclick="x">{STORED_HARM}</p><iframe src="https://evil.example"></iframe><style>*{{}}</style>',
    )
    keep(store, [entry("bad", bad, url="javascript:alert(1)")])
    answer = await (await server.start()).get(path)
    assert answer.status == 200
    tree = html.fromstring(answer.text)
    assert not tree.xpath("//script | //iframe | //style | //@onclick | //@style")
    assert not [link for link in tree.xpath("//@href | //@src") if str(link).startswith("javascript:")]
    assert not set(answer.text) & set("\x00\u202e\u2028\x1b\x85\ufeff")
    assert "<script>alert(1)</script>" in tree.text_content()


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/topics/nothing",
        "/topics/all?before=x",
        "/topics/all?before=" + "9" * 30,
        "/entries/nothing",
        "/topics",
    ],
)
async def test_what_is_not_there_is_a_plain_404(filled: Store, server: Server, path: str) -> None:
    answer = await (await server.start()).get(path)
    assert answer.status == 404
    assert "<h1>Nothing here</h1>" in answer.text


async def test_a_feed_that_could_not_be_published_says_so_on_its_page(
    filled: Store, server: Server, now: datetime
) -> None:
    with filled.write() as db:
        publications.put_fragments(db, {"a1": {"atom": b"<entry>", "rss": b"<item>", "json": b"{"}})
    publish(filled, site=SITE, settings=Publishing(), now=now)
    answer = await (await server.start()).get("/topics/all")
    assert "could not be published" in answer.text


@pytest.mark.parametrize("path", ["/", "/topics/wages", "/entries/full", "/nothing"])
async def test_headings_landmarks_and_labels_are_in_order(filled: Store, server: Server, path: str) -> None:
    tree = html.fromstring((await (await server.start()).get(path)).text)
    levels = [int(heading.tag[1]) for heading in tree.xpath("//h1 | //h2 | //h3")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert [len(tree.xpath(f"//{mark}")) for mark in ("main", "header", "footer")] == [1, 1, 1]
    assert tree.get("lang") == "en"
    for field in tree.xpath("//input[not(@type='hidden')]"):
        assert field.xpath("ancestor::label") or tree.xpath(f"//label[@for='{field.get('id')}']")
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
