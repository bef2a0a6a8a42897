"""Feeds are built when something changed, published when they are good, and unchanged bytes keep their date."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import brotli
import feedparser
import pytest
from lxml import etree

from feeds import build, narrowing
from feeds.lint import lint
from feeds.publish import Published, etag, publish, renew, show
from feeds.settings import Publishing
from state import entries, filings, publications, sources, topics
from state.errors import NotFound
from state.publications import File
from state.records import Countries, Record, Site, Topic
from state.store import Store
from tests.feeds.samples import FULL, SITE, entry, keep, record, source

LATER = timedelta(hours=1)


def run(store: Store, now: datetime, *, site: Site = SITE, size: int = 50, **values: Any) -> Published:
    return publish(store, site=site, settings=Publishing(size=size), now=now, **values)


def files(store: Store, name: str = "all") -> dict[str, File]:
    with store.read() as db:
        found = {form: publications.file(db, name, form) for form in ("atom", "rss", "json")}
    return {form: file for form, file in found.items() if file}


def titles(store: Store, name: str = "all") -> list[str]:
    return [item["title"] for item in json.loads(files(store, name)["json"].body)["items"]]


def named(*names: str) -> Sequence[Any]:
    return [entry(name, record(title=name)) for name in names]


def test_the_newest_filing_comes_first_and_older_ones_leave(store: Store, now: datetime) -> None:
    keep(store, named("a", "b", "c"))
    run(store, now, size=2)
    assert titles(store) == ["c", "b"]


def test_each_feed_holds_its_own(store: Store, now: datetime) -> None:
    keep(store, named("a", "c"))
    keep(store, named("b"), under=("all", "wages"))
    assert set(run(store, now).built) == {"all", "source-office", "wages"}
    assert (titles(store), titles(store, "wages"), titles(store, "source-office")) == (["b", "c", "a"], ["b"], [])


def test_nothing_changed_nothing_built(store: Store, now: datetime) -> None:
    keep(store, named("a"))
    run(store, now)
    assert run(store, now + LATER) == Published()


def test_unchanged_bytes_keep_their_date(store: Store, now: datetime) -> None:
    keep(store, named("a"))
    run(store, now)
    before = files(store)
    with store.write() as db:
        publications.mark_dirty(db, ["all"], now)
    assert run(store, now + LATER).unchanged == ("all",)
    assert files(store) == before


def test_updated_is_the_newest_of_the_entries_and_never_now(store: Store, now: datetime) -> None:
    keep(store, [entry("a", updated_at=now - 3 * LATER), entry("b", updated_at=now - 5 * LATER)])
    run(store, now + LATER)
    parsed = feedparser.parse(files(store)["atom"].body)
    assert parsed.feed.updated == (now - 3 * LATER).isoformat()


def test_an_empty_feed_was_updated_when_it_was_made(store: Store, now: datetime) -> None:
    with store.write() as db:
        topics.put_topic(db, Topic("wages", "Wages", any=("wage",)), now)
    run(store, now + LATER)
    assert feedparser.parse(files(store, "wages")["atom"].body).feed.updated == now.isoformat()


def test_a_feed_keeps_its_id_wherever_it_moves(store: Store, now: datetime) -> None:
    keep(store, named("a"))
    run(store, now)
    before = feedparser.parse(files(store)["atom"].body)
    run(store, now + LATER, site=replace(SITE, url="https://moved.example.net/tidings"), everything=True)
    after = feedparser.parse(files(store)["atom"].body)
    assert (before.feed.id, before.entries[0].id) == (after.feed.id, after.entries[0].id)
    assert before.feed.id.startswith("urn:uuid:")


def test_a_move_renders_every_entry_anew(store: Store, now: datetime) -> None:
    keep(store, named(*(f"e{number}" for number in range(120))))
    run(store, now)
    run(store, now, site=replace(SITE, url="https://moved.example.net"), everything=True, size=200)
    body = files(store)["atom"].body
    assert body.count(b"https://moved.example.net/entries/") == 120
    assert b"news.example.org" not in body


def test_a_hidden_entry_leaves_at_the_next_build(store: Store, now: datetime) -> None:
    keep(store, named("a", "b"))
    run(store, now)
    with store.write() as db:
        entries.hide(db, "b", now=now)
        publications.mark_dirty(db, ["all"], now)
    assert run(store, now).built == ("all",)
    assert titles(store) == ["a"]


def test_a_bad_feed_is_not_published_and_the_last_good_bytes_stay(store: Store, now: datetime) -> None:
    keep(store, named("a"))
    keep(store, named("w"), under=("wages",))
    run(store, now)
    before = files(store)
    keep(store, named("b"))
    with store.write() as db:
        publications.put_fragments(db, {"b": {"atom": b"<entry><id>x</id>", "rss": b"<item/>", "json": b"{}"}})
        publications.mark_dirty(db, ["wages"], now)
    done = run(store, now + LATER)
    ((name, reason),) = done.failed
    assert name == "all"
    assert "no well-formed XML" in reason
    assert done.unchanged == ("wages",)
    assert files(store) == before
    with store.read() as db:
        kept = publications.feed(db, "all")
    assert kept is not None
    assert kept.error == reason


def test_a_good_build_clears_the_complaint(store: Store, now: datetime) -> None:
    keep(store, named("a"))
    with store.write() as db:
        publications.put_fragments(db, {"a": {"atom": b"<entry/>", "rss": b"<item/>", "json": b"{}"}})
    assert run(store, now).failed
    run(store, now + LATER, everything=True)
    with store.read() as db:
        kept = publications.feed(db, "all")
    assert kept is not None
    assert kept.error == ""
    assert titles(store) == ["a"]


def test_an_entry_without_fragments_is_rendered(store: Store, now: datetime) -> None:
    keep(store, named("a", "b"))
    with store.write() as db:
        publications.put_fragments(db, {"a": {"atom": b"<entry/>"}})
        publications.put_fragments(db, {"a": {"json": b'{"id":"x","title":"kept","content_html":""}'}})
    run(store, now)
    assert titles(store) == ["b", "kept"]
    assert len(feedparser.parse(files(store)["atom"].body).entries) == 2


def test_every_encoding_holds_the_same_and_has_its_own_tag(store: Store, now: datetime) -> None:
    keep(store, named("a"))
    run(store, now)
    with store.read() as db:
        plain, packed, small = (publications.file(db, "all", "rss", encoding) for encoding in ("", "gzip", "br"))
    assert plain is not None
    assert packed is not None
    assert small is not None
    assert gzip.decompress(packed.body) == brotli.decompress(small.body) == plain.body
    assert len({plain.etag, packed.etag, small.etag}) == 3
    assert plain.etag == etag(plain.body)


def test_a_removed_sources_feed_keeps_its_entries(store: Store, now: datetime) -> None:
    keep(store, named("a"))
    run(store, now)
    with store.write() as db:
        sources.remove(db, "office")
        publications.mark_dirty(db, ["all", "source-office"], now)
    assert run(store, now, everything=True).failed == ()
    assert titles(store) == ["a"]


def test_named_feeds_are_built_though_they_are_clean(store: Store, now: datetime) -> None:
    keep(store, named("a"))
    run(store, now)
    assert run(store, now, names=["wages"]).unchanged == ("wages",)
    with pytest.raises(NotFound, match="feed list"):
        run(store, now, names=["nothing"])


def test_a_feed_is_shown_before_it_was_ever_built(store: Store, now: datetime) -> None:
    keep(store, named("a", "b"))
    shown = show(store, "all", "json", site=SITE, settings=Publishing(), now=now)
    run(store, now)
    assert shown == files(store)["json"].body
    assert show(store, "all", "json", site=SITE, settings=Publishing(), now=now) == shown


def test_a_feed_is_shown_where_nothing_was_ever_filed(store: Store, now: datetime) -> None:
    assert b"<entry" not in show(store, "all", "atom", site=SITE, settings=Publishing(), now=now)
    with pytest.raises(NotFound):
        show(store, "wages", "atom", site=SITE, settings=Publishing(), now=now)


def test_a_closed_feed_is_shown_no_more(store: Store, now: datetime) -> None:
    keep(store, named("a"), under=("wages",))
    with store.write() as db:
        topics.close_topic(db, "wages", now)
    with pytest.raises(build.Closed, match="10 May 2026"):
        show(store, "wages", "atom", site=SITE, settings=Publishing(), now=now)
    assert "wages" not in run(store, now).built


# ---- narrowed ----


def narrow(store: Store, query: list[tuple[str, str]], name: str = "all", size: int = 50) -> Any:
    with store.read() as db:
        return json.loads(build.narrowed(db, name, narrowing.parse(query), "json", site=SITE, size=size))


@pytest.fixture
def mixed(store: Store, now: datetime) -> Store:
    keep(store, [entry("a", record(title="Kiln report", kind="report"))])
    keep(store, [entry("b", record(title="Wage survey", kind="survey"), countries=Countries(page=("VN",)))])
    keep(store, [entry("c", record(title="Kiln wages", language="km"))], under=("all", "wages"))
    return store


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ([("country", "KH")], ["Kiln wages", "Kiln report"]),
        ([("country", "VN")], ["Wage survey"]),
        ([("kind", "report"), ("kind", "survey")], ["Wage survey", "Kiln report"]),
        ([("language", "km")], ["Kiln wages"]),
        ([("language", "en")], ["Wage survey", "Kiln report"]),
        ([("q", "kiln")], ["Kiln wages", "Kiln report"]),
        ([("topic", "wages")], ["Kiln wages"]),
        ([("topic", "wages"), ("topic", "all")], ["Kiln wages", "Wage survey", "Kiln report"]),
        ([("topic", "wages"), ("country", "VN")], []),
    ],
)
def test_a_query_narrows_a_feed(mixed: Store, query: list[tuple[str, str]], found: list[str]) -> None:
    assert [item["title"] for item in narrow(mixed, query)["items"]] == found


def test_a_narrowed_feed_is_no_longer_than_others(mixed: Store) -> None:
    assert [item["title"] for item in narrow(mixed, [("q", "kiln")], size=1)["items"]] == ["Kiln wages"]


def test_a_narrowed_feed_has_its_own_address_title_and_lasting_id(mixed: Store) -> None:
    told = narrow(mixed, [("q", "kiln"), ("country", "kh")])
    assert told["feed_url"] == "https://news.example.org/feeds/all.json?country=KH&q=kiln"
    assert told["title"] == "Mekong labour news · KH · “kiln”"
    ids = set()
    with mixed.read() as db:
        for query in ([("q", "kiln"), ("country", "KH")], [("country", "kh"), ("q", "KILN")], [("q", "wage")]):
            body = build.narrowed(db, "all", narrowing.parse(query), "atom", site=SITE, size=9)
            ids.add(etree.fromstring(body).findtext("{http://www.w3.org/2005/Atom}id"))
    assert len(ids) == 2


def test_a_feed_within_a_topic_is_narrowed_there(mixed: Store) -> None:
    assert [item["title"] for item in narrow(mixed, [("q", "kiln")], name="wages")["items"]] == ["Kiln wages"]


def test_an_unknown_topic_in_a_query_is_said_so(mixed: Store) -> None:
    with pytest.raises(NotFound, match="topic list"):
        narrow(mixed, [("topic", "nothing")])


# ---- files ----


def test_feeds_are_written_as_files_for_any_web_server(store: Store, now: datetime, tmp_path: Path) -> None:
    keep(store, [FULL])
    settings = Publishing(static_dir=str(tmp_path / "www"))
    done = publish(store, site=SITE, settings=settings, now=now)
    plain = tmp_path / "www" / "feeds" / "all.atom"
    assert plain in done.files
    assert plain.read_bytes() == files(store)["atom"].body
    assert gzip.decompress(plain.with_name("all.atom.gz").read_bytes()) == plain.read_bytes()
    assert plain.stat().st_mtime == now.timestamp()
    assert not [path for path in plain.parent.iterdir() if path.name.startswith(".")]


def test_files_that_do_not_differ_are_left_alone(store: Store, now: datetime, tmp_path: Path) -> None:
    keep(store, [FULL])
    settings = Publishing(static_dir=str(tmp_path))
    publish(store, site=SITE, settings=settings, now=now)
    with store.write() as db:
        publications.mark_dirty(db, ["all"], now)
    assert publish(store, site=SITE, settings=settings, now=now + LATER).files == ()
    assert (tmp_path / "feeds" / "all.atom").stat().st_mtime == now.timestamp()


def test_files_of_a_closed_feed_go(store: Store, now: datetime, tmp_path: Path) -> None:
    keep(store, [FULL], under=("wages",))
    settings = Publishing(static_dir=str(tmp_path))
    publish(store, site=SITE, settings=settings, now=now)
    with store.write() as db:
        topics.close_topic(db, "wages", now)
    publish(store, site=SITE, settings=settings, now=now + LATER)
    assert not list((tmp_path / "feeds").glob("wages*"))


def test_a_folder_that_cannot_be_written_leaves_the_feed_to_be_tried_again(
    store: Store, now: datetime, tmp_path: Path
) -> None:
    keep(store, [FULL])
    (tmp_path / "file").write_text("in the way")
    done = publish(store, site=SITE, settings=Publishing(static_dir=str(tmp_path / "file")), now=now)
    assert {name for name, _ in done.failed} == {"all", "source-office", "wages"}
    assert "static_dir" in done.failed[0][1]
    assert run(store, now).built == ("all", "source-office", "wages")


def test_a_held_entry_is_in_no_feed(store: Store, now: datetime) -> None:
    keep(store, named("a"))
    with store.write() as db:
        entries.add(db, [entry("held", Record(title="held"))])
    run(store, now)
    assert titles(store) == ["a"]
    with store.write() as db:
        filings.file(db, "held", "all", mailable=True, why="", now=now)
        publications.mark_dirty(db, ["all"], now)
        sources.put(db, source())
    run(store, now)
    assert titles(store) == ["held", "a"]


# ---- another address ----


def test_entries_are_rendered_anew_once_for_another_address(store: Store, now: datetime) -> None:
    keep(store, named("a"))
    run(store, now)
    assert renew(store, site=SITE)
    assert run(store, now + LATER).built == (), "the same address: the same bytes"
    assert not renew(store, site=SITE)

    moved = replace(SITE, url="https://elsewhere.example.net/news")
    assert renew(store, site=moved)
    assert "all" in run(store, now + LATER, site=moved).built
    bodies = {form: file.body for form, file in files(store).items()}
    assert b"https://elsewhere.example.net/news/entries/a" in bodies["atom"]
    assert not any(SITE.url.encode() in body for body in bodies.values())


# ---- archive documents (RFC 5005) ----


def walked(store: Store, name: str, size: int) -> list[list[str]]:
    """Titles of a feed and of its archive documents, as a reader finds them that follows prev-archive."""
    with store.read() as db:
        feed = build.open_feed(db, name)
        found = [build.bodies(db, feed, ["atom"], site=SITE, size=size)["atom"]]
        while (older := etree.fromstring(found[-1]).find("{*}link[@rel='prev-archive']")) is not None:
            number = int(older.get("href", "").rpartition("/")[2].removesuffix(".atom"))
            found.append(build.archive(db, name, number, "atom", site=SITE, size=size))
    return [etree.fromstring(body).xpath("//*[local-name()='entry']/*[local-name()='title']/text()") for body in found]


def test_who_follows_the_archive_gets_every_entry(store: Store, now: datetime) -> None:
    keep(store, named(*"abcdefg"))
    assert walked(store, "all", 3) == [["g", "f", "e"], ["f", "e", "d"], ["c", "b", "a"]]
    assert walked(store, "all", 7) == [[*"gfedcba"]]


def test_an_archive_document_keeps_its_place_and_loses_only_what_is_hidden(store: Store, now: datetime) -> None:
    keep(store, named(*"abcdefg"))
    with store.write() as db:
        entries.hide(db, "b", now=now)
    assert walked(store, "all", 3) == [["g", "f", "e"], ["f", "e", "d"], ["c", "a"]]
    keep(store, named("h"))
    assert walked(store, "all", 3)[1:] == [["f", "e", "d"], ["c", "a"]]


def test_an_archive_document_says_what_it_is(store: Store, now: datetime) -> None:
    keep(store, named(*"abcdefghi"))
    with store.read() as db:
        atom = build.archive(db, "all", 2, "atom", site=SITE, size=3)
        own = json.loads(build.archive(db, "all", 2, "json", site=SITE, size=3))
        feed = build.open_feed(db, "all")
        with pytest.raises(NotFound, match="3 archive documents"):
            build.archive(db, "all", 4, "atom", site=SITE, size=3)
    root = etree.fromstring(atom)
    links = {link.get("rel"): link.get("href") for link in root.findall("{*}link")}
    base = f"{SITE.url}/feeds/all"
    assert links == {
        "self": f"{base}/archive/2.atom",
        "prev-archive": f"{base}/archive/1.atom",
        "next-archive": f"{base}/archive/3.atom",
        "current": f"{base}.atom",
        "alternate": f"{SITE.url}/",
    }
    assert root.find("{http://purl.org/syndication/history/1.0}archive") is not None
    assert root.findtext("{*}id") == feed.urn
    assert lint("atom", atom) == ()
    assert own["next_url"] == f"{base}/archive/1.json"
    assert len(feedparser.parse(atom).entries) == 3
