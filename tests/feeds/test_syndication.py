"""Atom and RSS: what feedgen drops is there, fragments join byte for byte, nothing a title holds breaks a feed."""

import json
from datetime import UTC, datetime
from typing import Any

import feedparser
import pytest
from lxml import etree

from feeds import syndication
from feeds.items import Head
from feeds.lint import lint
from state.records import Entry
from templates import links
from tests.feeds.samples import FULL, HARM, NOW, SITE, WAGES, entry, record, source

ATOM = {"a": "http://www.w3.org/2005/Atom"}
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def head(**values: Any) -> Head:
    served = {form: links.feed(SITE, "all", form) for form in links.FORMS}
    told: dict[str, Any] = {
        "urn": "urn:uuid:0",
        "title": "Mekong & more",
        "subtitle": "New <entries>",
        "language": "en",
    }
    told |= {"updated": NOW, "served": served, "page": "https://news.example.org/", "author": "Mekong"}
    return Head(**(told | {"style": "https://news.example.org/feed.css", "version": "1.2"} | values))


def kept(made: Entry) -> dict[str, bytes]:
    return syndication.fragments(made, topics={"wages": WAGES}, source=source(), site=SITE)


def feed(form: str, *made: Entry, **values: Any) -> bytes:
    return syndication.document(form, head(**values), [kept(each)[form] for each in made])


def atom(*made: Entry, **values: Any) -> Any:
    return etree.fromstring(feed("atom", *made, **values))


def rss(*made: Entry, **values: Any) -> Any:
    return etree.fromstring(feed("rss", *made, **values))


@pytest.mark.parametrize("form", links.FORMS)
def test_entries_stand_in_the_order_given(form: str) -> None:
    body = feed(form, entry("c"), entry("a"), entry("b"))
    if form == "json":
        ids = [item["id"] for item in json.loads(body)["items"]]
    else:
        parsed = feedparser.parse(body)
        assert not parsed.bozo
        ids = [item["id"] for item in parsed.entries]
    assert ids == [entry(name).urn for name in "cab"]


@pytest.mark.parametrize("form", links.FORMS)
def test_a_fragment_stands_in_the_feed_byte_for_byte(form: str) -> None:
    body = feed(form, FULL, entry("b"))
    assert kept(FULL)[form] in body
    assert kept(entry("b"))[form] in body
    assert lint(form, body) == ()


@pytest.mark.parametrize("form", links.FORMS)
def test_the_same_state_gives_the_same_bytes(form: str) -> None:
    assert feed(form, FULL, entry("b")) == feed(form, FULL, entry("b"))


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_fragment_declares_no_namespace(form: str) -> None:
    assert b"xmlns" not in kept(FULL)[form]


@pytest.mark.parametrize("form", links.FORMS)
def test_a_feed_without_entries_is_whole(form: str) -> None:
    assert lint(form, feed(form)) == ()


def test_the_links_of_an_atom_entry_keep_all_their_attributes() -> None:
    found = atom(FULL).findall("a:entry/a:link", ATOM)
    assert [dict(link.attrib) for link in found] == [
        {"href": "https://news.example.org/entries/full", "rel": "related", "type": "text/html"},
        {"href": "https://office.example.org/list", "rel": "via", "title": "Regional labour office"},
        {
            "href": "https://office.example.org/a.pdf",
            "rel": "enclosure",
            "type": "application/pdf",
            "hreflang": "en",
            "title": "Full text",
            "length": "1234",
        },
        {
            "href": "https://office.example.org/a%20km.pdf",
            "rel": "enclosure",
            "type": "application/pdf",
            "hreflang": "km",
            "title": "អត្ថបទ",
        },
        {"href": "https://office.example.org/news/full", "rel": "alternate"},
    ]


def test_an_atom_entry_tells_what_is_known() -> None:
    found = atom(FULL).find("a:entry", ATOM)
    assert found.get(XML_LANG) == "km"
    assert found.findtext("a:id", namespaces=ATOM) == FULL.urn
    assert found.findtext("a:title", namespaces=ATOM) == "Ten provinces <agree> & sign"
    assert found.findtext("a:author/a:name", namespaces=ATOM) == "Sok Dara"
    assert found.findtext("a:source/a:title", namespaces=ATOM) == "Regional labour office"
    assert found.findtext("a:summary", namespaces=ATOM) == (
        "October 2004, PHNOM PENH – Callers get advice.\nIn Khmer & Vietnamese."
    )
    content = found.find("a:content", ATOM)
    assert content.get("type") == "html"
    assert content.text.startswith("<p>October 2004, PHNOM PENH</p>\n<p>Callers get <b>advice</b>")
    assert found.find("a:published", ATOM) is None
    assert [category.get("label") for category in found.findall("a:category", ATOM)] == [
        "Wages & working time",
        "Cambodia",
        "Press release",
    ]


def test_without_an_author_the_source_is_the_author() -> None:
    assert atom(entry()).findtext("a:entry/a:author/a:name", namespaces=ATOM) == "Regional labour office"


def test_published_is_the_sources_own_date_in_every_form() -> None:
    made = entry(published_at=datetime(2006, 5, 8, 5, 0, tzinfo=UTC))
    assert atom(made).findtext("a:entry/a:published", namespaces=ATOM) == "2006-05-08T05:00:00+00:00"
    assert rss(made).findtext("channel/item/pubDate") == "Mon, 08 May 2006 05:00:00 +0000"
    assert json.loads(feed("json", made))["items"][0]["date_published"] == "2006-05-08T05:00:00Z"


def test_an_rss_item_has_one_enclosure_and_names_the_rest() -> None:
    item = rss(FULL).find("channel/item")
    (enclosure,) = item.findall("enclosure")
    (media,) = item.findall("{http://search.yahoo.com/mrss/}content")
    assert dict(enclosure.attrib) == {
        "url": "https://office.example.org/a.pdf",
        "length": "1234",
        "type": "application/pdf",
    }
    assert (media.get("url"), media.get("lang")) == ("https://office.example.org/a%20km.pdf", "km")
    assert media.findtext("{http://search.yahoo.com/mrss/}title") == "អត្ថបទ"


def test_an_rss_enclosure_of_unknown_length_says_zero() -> None:
    files = FULL.record.enclosures[1:]
    item = rss(entry(told=record(enclosures=files))).find("channel/item")
    assert item.find("enclosure").get("length") == "0"


def test_an_rss_item_tells_what_is_known() -> None:
    item = rss(FULL).find("channel/item")
    dc = "{http://purl.org/dc/elements/1.1/}"
    assert item.findtext("title") == "Ten provinces <agree> & sign"
    assert item.findtext("link") == "https://office.example.org/news/full"
    assert (item.findtext("guid"), item.find("guid").get("isPermaLink")) == (FULL.urn, "false")
    assert (item.findtext(f"{dc}creator"), item.findtext(f"{dc}language")) == ("Sok Dara", "km")
    assert item.findtext("description") == (
        "<p>October 2004, PHNOM PENH – Callers get advice.</p><p>In Khmer &amp; Vietnamese.</p>"
    )
    assert item.find("pubDate") is None
    assert item.find("source").get("url") == "https://news.example.org/feeds/source-office.rss"
    assert [(each.get("domain"), each.text) for each in item.findall("category")][1] == (
        "urn:iso:std:iso:3166",
        "Cambodia",
    )


def test_an_atom_head_says_where_it_is_served_and_shown() -> None:
    found = atom(FULL, hub="https://hub.example.org/")
    heads = {link.get("rel"): link.get("href") for link in found.findall("a:link", ATOM)}
    assert heads == {
        "self": "https://news.example.org/feeds/all.atom",
        "hub": "https://hub.example.org/",
        "alternate": "https://news.example.org/",
    }
    assert found.get(XML_LANG) == "en"
    assert found.find("a:generator", ATOM).get("version") == "1.2"
    assert found.findtext("a:updated", namespaces=ATOM) == "2026-05-10T08:00:00+00:00"


def test_an_rss_head_says_where_it_is_served_and_shown() -> None:
    channel = rss(FULL, hub="https://hub.example.org/").find("channel")
    heads = {link.get("rel"): link.get("href") for link in channel.findall("a:link", ATOM)}
    assert heads == {"self": "https://news.example.org/feeds/all.rss", "hub": "https://hub.example.org/"}
    assert channel.findtext("link") == "https://news.example.org/"
    assert channel.findtext("language") == "en"
    assert channel.findtext("lastBuildDate") == "Sun, 10 May 2026 08:00:00 +0000"


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_people_who_open_a_feed_get_a_style(form: str) -> None:
    body = feed(form, FULL, style="https://news.example.org/feed.css?a=1&b=2")
    assert b'<?xml-stylesheet type="text/css" href="https://news.example.org/feed.css?a=1&amp;b=2"?>' in body
    assert b"xml-stylesheet" not in feed(form, FULL, style="")


@pytest.mark.parametrize("form", links.FORMS)
def test_hostile_texts_harm_no_feed(form: str) -> None:
    harmed = record(title=HARM, summary=HARM, place=HARM, author=HARM, kind=HARM, content=f"<p>{HARM}</p>")
    body = feed(form, entry("b", harmed, url=f"https://a.example/{HARM}"), entry("c"), title="Mekong")
    assert lint(form, body) == ()
    if form == "json":
        titles = [item["title"] for item in json.loads(body)["items"]]
    else:
        titles = [item["title"] for item in feedparser.parse(body, sanitize_html=False).entries]
        assert b"<script" not in body
    assert titles[0] == "]]></title></entry><script>alert(1)</script>[31m &amp;"
    assert len(titles) == 2


def test_many_threads_render_alike() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        bodies = set(pool.map(lambda _: feed("rss", FULL), range(40)))
    assert len(bodies) == 1


def test_entries_rendered_together_give_the_bytes_that_each_gives_alone() -> None:
    made = [FULL, entry("b2", record(title=HARM, content="<p>&lt;/entry&gt; &lt;/item&gt; and </p>"))]
    made += [entry(f"c{number}", record(title=f"Barge {number}")) for number in range(60)]

    together = syndication.all_fragments(
        made, topics={"wages": WAGES}, sources={one.source: source() for one in made}, site=SITE
    )

    assert list(together) == [one.id for one in made]
    assert together == {one.id: kept(one) for one in made}
