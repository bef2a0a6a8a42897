"""Feeds over HTTP: validators, encodings, methods, narrowing, and real readers that read every entry."""

import asyncio
import gzip
import json
import sys
import warnings
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import brotli
import feedparser
import feedparser_sgmllib  # type: ignore[import-not-found,import-untyped,unused-ignore]
import pytest

from feeds.publish import publish
from feeds.settings import Publishing
from state import sources, topics
from state.store import Store
from tests.feeds.samples import FULL, SITE, STORED_HARM, entry, keep, record, source
from tests.web.conftest import Server

FORMS = ("atom", "rss", "json")
TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}
MADE = [
    FULL,
    entry("b"),
    entry("c", record(title=STORED_HARM, summary=STORED_HARM)),
    entry("d", record(title="", summary="Untitled.")),
]


@pytest.fixture
def published(store: Store, now: datetime) -> Store:
    keep(store, MADE)
    publish(store, site=SITE, settings=Publishing(), now=now)
    return store


@pytest.mark.parametrize("form", FORMS)
async def test_a_feed_is_served_with_its_type_and_validators(published: Store, server: Server, form: str) -> None:
    answer = await (await server.start()).get(f"/feeds/all.{form}")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == f"{TYPES[form]}; charset=utf-8"
    assert answer.headers["ETag"].startswith('"')
    assert answer.headers["Last-Modified"] == "Sun, 10 May 2026 08:00:00 GMT"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Set-Cookie" not in answer.headers
    assert "Content-Encoding" not in answer.headers


async def test_it_may_be_kept_until_the_next_poll(published: Store, server: Server, now: datetime) -> None:
    await server.start()
    for wait, seconds in ((600, 600), (5, 60), (86_400, 3600)):
        with published.write() as db:
            sources.put(db, replace(source(), next_poll_at=now + timedelta(seconds=wait)))
        answer = await server.get("/feeds/all.atom")
        assert answer.headers["Cache-Control"] == f"public, max-age={seconds}, stale-if-error=604800"


@pytest.mark.parametrize(("encoding", "unpack"), [("gzip", gzip.decompress), ("br", brotli.decompress)])
async def test_each_encoding_has_its_own_strong_tag(
    published: Store, server: Server, encoding: str, unpack: Any
) -> None:
    await server.start()
    plain = await server.get("/feeds/all.atom")
    packed = await server.get("/feeds/all.atom", Accept_Encoding=encoding)
    assert packed.headers["Content-Encoding"] == encoding
    assert unpack(packed.body) == plain.body
    assert packed.headers["ETag"] != plain.headers["ETag"]
    again = await server.get("/feeds/all.atom", Accept_Encoding=encoding, If_None_Match=packed.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    other = await server.get("/feeds/all.atom", If_None_Match=packed.headers["ETag"])
    assert other.status == 200


async def test_a_304_repeats_what_a_200_says(published: Store, server: Server) -> None:
    await server.start()
    fresh = await server.get("/feeds/all.atom")
    answer = await server.get("/feeds/all.atom", If_None_Match=f'"old", W/{fresh.headers["ETag"]}')
    assert (answer.status, answer.body) == (304, b"")
    for name in ("ETag", "Cache-Control", "Vary", "Last-Modified"):
        assert answer.headers[name] == fresh.headers[name]
    assert "Date" in answer.headers


async def test_a_tag_wins_over_a_date(published: Store, server: Server) -> None:
    await server.start()
    later = "Mon, 11 May 2026 08:00:00 GMT"
    assert (await server.get("/feeds/all.atom", If_Modified_Since=later)).status == 304
    assert (await server.get("/feeds/all.atom", If_Modified_Since=later, If_None_Match='"old"')).status == 200
    assert (await server.get("/feeds/all.atom", If_None_Match="*")).status == 304


async def test_head_says_the_same_without_the_body(published: Store, server: Server) -> None:
    await server.start()
    head = await server.ask("HEAD", "/feeds/all.json", headers={})
    whole = await server.get("/feeds/all.json")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole.body))
    assert head.headers["ETag"] == whole.headers["ETag"]


async def test_a_feed_that_nobody_published_yet_is_made(store: Store, server: Server) -> None:
    await server.start()
    first = await server.get("/feeds/all.atom")
    assert first.status == 200
    assert "Last-Modified" not in first.headers
    assert (await server.get("/feeds/all.atom", If_None_Match=first.headers["ETag"])).status == 304
    packed = await server.get("/feeds/all.atom", Accept_Encoding="gzip")
    assert gzip.decompress(packed.body) == first.body


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/nothing.atom",
        "/feeds/all.xml",
        "/feeds/all",
        "/feeds/",
        "/feeds/source-nothing.rss",
        "/feeds/ALL.atom",
        "/feeds/%00.atom",
        "/feeds/a%2Fb.atom",
        "/feeds/all.atom/",
    ],
)
async def test_an_unknown_feed_is_a_plain_404(published: Store, server: Server, path: str) -> None:
    answer = await (await server.start()).get(path)
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "ETag" not in answer.headers


async def test_a_closed_topic_is_gone(published: Store, server: Server, now: datetime) -> None:
    await server.start()
    assert (await server.get("/feeds/wages.atom")).status == 200
    with published.write() as db:
        topics.close_topic(db, "wages", now)
    for path in ("/feeds/wages.atom", "/feeds/wages.rss", "/feeds/wages.json?q=x", "/topics/wages"):
        assert (await server.get(path)).status == 410


async def test_a_query_narrows_a_feed(published: Store, server: Server) -> None:
    await server.start()
    answer = await server.get("/feeds/all.json?q=provinces&country=kh&language=km")
    told = json.loads(answer.body)
    assert [item["id"] for item in told["items"]] == [FULL.urn]
    assert told["feed_url"] == "https://news.example.org/feeds/all.json?country=KH&language=km&q=provinces"
    again = await server.get("/feeds/all.json?language=km&q=provinces&country=kh", If_None_Match=answer.headers["ETag"])
    assert again.status == 304


@pytest.mark.parametrize(("query", "status"), [("colour=red", 400), ("topic=nothing", 404), ("q=" + "x" * 200, 400)])
async def test_a_query_that_cannot_be_meant_is_refused(
    published: Store, server: Server, query: str, status: int
) -> None:
    answer = await (await server.start()).get(f"/feeds/all.atom?{query}")
    assert answer.status == status
    assert "text/html" in answer.headers["Content-Type"]


async def test_post_is_not_for_feeds(published: Store, server: Server) -> None:
    answer = await (await server.start()).post("/feeds/all.atom", b"x")
    assert answer.status == 405
    assert "GET" in answer.headers["Allow"]


async def test_all_topics_come_as_opml(published: Store, server: Server) -> None:
    answer = await (await server.start()).get("/opml")
    assert answer.headers["Content-Type"] == "text/x-opml; charset=utf-8"
    assert b"https://news.example.org/feeds/wages.atom" in answer.body
    assert (await server.get("/opml", If_None_Match=answer.headers["ETag"])).status == 304


async def test_addresses_come_from_the_configuration_and_never_from_the_request(
    published: Store, server: Server
) -> None:
    await server.start()
    for path in ("/", "/feeds/all.atom?q=x", "/opml", "/topics/all", "/nothing"):
        answer = await server.get(path, Host="evil.example", X_Forwarded_Host="evil.example")
        assert b"evil.example" not in answer.body


async def test_everything_stands_below_the_path_of_the_site_too(published: Store, server: Server) -> None:
    await server.start(site=replace(SITE, url="https://example.org/tidings"))
    assert (await server.get("/tidings/feeds/all.atom")).body == (await server.get("/feeds/all.atom")).body
    front = await server.get("/tidings/")
    assert b'href="/tidings/style.css' in front.body
    assert b'href="/tidings/topics/all"' in front.body


# ---- real readers ----


@pytest.mark.parametrize("form", ["atom", "rss"])
async def test_feedparser_reads_every_entry_in_order(published: Store, server: Server, form: str) -> None:
    answer = await (await server.start()).get(f"/feeds/all.{form}")
    parsed = feedparser.parse(answer.body, response_headers={"content-type": answer.headers["Content-Type"]})
    assert not parsed.bozo
    assert [each.id for each in parsed.entries] == [made.urn for made in reversed(MADE)]
    assert all(each.title for each in parsed.entries)


@pytest.mark.parametrize("form", FORMS)
async def test_reader_reads_every_entry_in_order_and_then_asks_for_changes_only(
    published: Store, server: Server, form: str
) -> None:
    await server.start()
    url = f"http://127.0.0.1:{server.port}/feeds/all.{form}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the library, not ours
        found = await asyncio.to_thread(_read_with_reader, url)
    assert found == ([made.urn for made in reversed(MADE)], None)


def _read_with_reader(url: str) -> tuple[list[str], Any]:
    """Ids in the order that reader shows them, and what a second update brought."""
    # reader carries a copy of feedparser that imports sgmllib by the name it had before feedparser 6.0.13
    sys.modules.setdefault("sgmllib", feedparser_sgmllib)
    from reader import make_reader

    with make_reader(":memory:") as reader:
        reader.add_feed(url)
        updated = reader.update_feed(url)
        assert updated is not None
        assert updated.new == len(MADE)
        return [each.id for each in reader.get_entries()], reader.update_feed(url)


async def test_older_entries_are_in_archive_documents(store: Store, server: Server, now: datetime) -> None:
    keep(store, [entry(f"e{number}") for number in range(55)])
    publish(store, site=SITE, settings=Publishing(), now=now)
    await server.start()

    head = await server.get("/feeds/all.atom")
    old = await server.get("/feeds/all/archive/1.atom")
    again = await server.get("/feeds/all/archive/1.atom", If_None_Match=old.headers["ETag"])

    assert b"/feeds/all/archive/1.atom" in head.body
    assert (old.status, len(feedparser.parse(old.body).entries)) == (200, 50)
    assert old.headers["Cache-Control"].startswith("public, max-age=86400")
    assert again.status == 304
    assert (await server.get("/feeds/all/archive/1.json")).status == 200
    for missing in ("/feeds/all/archive/2.atom", "/feeds/all/archive/0.atom", "/feeds/nothing/archive/1.atom"):
        assert (await server.get(missing)).status == 404
