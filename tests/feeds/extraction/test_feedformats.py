"""Feeds in three tiers: strict, repaired, tolerant."""

from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import pytest

from feeds.children import Document
from feeds.extraction import extract
from feeds.extraction.feedfields import MOST
from feeds.extraction.feedformats import BEYOND, EMPTY
from state.records import Extraction, Hub, Unreadable

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
URL = "https://harbour.example/feed.xml"


def read(text: str | bytes) -> Extraction:
    found = extract(Document(URL, text if isinstance(text, bytes) else text.encode()), NOW)
    assert isinstance(found, Extraction)
    assert found.kind == "feed"
    return found


def rss(items: str, head: str = "") -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Port</title>{head}{items}</channel></rss>'


def test_rss_1_0_is_read() -> None:
    found = read(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<channel rdf:about="https://harbour.example/"><title>Port</title></channel><item rdf:about="https://harbour.example/1"><title>Crane</title>'
        "<link>https://harbour.example/1</link><dc:date>2019-05-08T10:00:00+02:00</dc:date><dc:creator>Ana</dc:creator></item></rdf:RDF>"
    )
    (record,) = found.records
    assert (record.title, record.url, record.date, record.author, record.guid) == (
        "Crane",
        "https://harbour.example/1",
        "2019-05-08",
        "Ana",
        "https://harbour.example/1",
    )


def test_atom_0_3_and_1_0_are_read() -> None:
    for namespace, field in (("http://purl.org/atom/ns#", "issued"), ("http://www.w3.org/2005/Atom", "published")):
        found = read(
            f'<feed xmlns="{namespace}" xml:lang="fr"><title>Port</title><entry xml:lang="de"><title>Der '
            f'Kran</title><id>urn:x</id><link rel="alternate" href="/1"/>'
            f'<link rel="enclosure" href="/k.pdf" type="application/pdf" hreflang="de" '
            f'length="12"/><{field}>2019-05-08T10:00:00Z</{field}><author><name>Ana</name></author></entry></feed>'
        )
        (record,) = found.records
        assert (record.title, record.url, record.language, record.published) == (
            "Der Kran",
            "https://harbour.example/1",
            "de",
            datetime(2019, 5, 8, 10, tzinfo=UTC),
        )
        assert [(file.url, file.language, file.length) for file in record.enclosures] == [
            ("https://harbour.example/k.pdf", "de", 12)
        ]


def test_a_guid_that_is_a_permalink_is_the_address() -> None:
    (record,) = read(rss("<item><title>A</title><guid>https://harbour.example/a</guid></item>")).records
    assert record.url == "https://harbour.example/a"


def test_only_the_updated_time_gives_a_less_certain_date() -> None:
    (record,) = read(
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title><updated>2019-05-08T10:00:00Z</updated></entry></feed>'
    ).records
    assert record.date == "2019-05-08"
    assert record.published is None
    assert record.confidence["date"] < 1


def test_content_is_sanitised() -> None:
    (record,) = read(
        rss(
            "<item><title>A</title><description>&lt;p "
            "onclick='x'&gt;hi&lt;script&gt;bad()&lt;/script&gt;&lt;/p&gt;</description></item>"
        )
    ).records
    assert record.content == "<p>hi</p>"
    assert record.summary == "hi"


@pytest.mark.parametrize(
    ("items", "method", "address"),
    [
        (
            "<item><title>A</title><link>https://harbour.example/?a=1&amp;b=2</link></item>",
            "feed:strict",
            "https://harbour.example/?a=1&b=2",
        ),
        (
            "<item><title>A</title><link>https://harbour.example/?a=1&b=2</link></item>",
            "feed:repaired",
            "https://harbour.example/?a=1&b=2",
        ),
        (
            "<item><title>A &nbsp; \x0bB</title><link>https://harbour.example/</link></item>",
            "feed:repaired",
            "https://harbour.example/",
        ),
        (
            "<item><dc:x>y</dc:x><title>A</title><link>https://harbour.example/</link></item>",
            "feed:repaired",
            "https://harbour.example/",
        ),
        (
            "<item><title>A<b></title><link>https://harbour.example/</link></item>",
            "feed:tolerant",
            "https://harbour.example/",
        ),
    ],
)
def test_the_strictest_tier_that_reads_a_feed_is_named(items: str, method: str, address: str) -> None:
    found = read(rss(items))
    assert found.method == method
    assert [record.url for record in found.records] == [address]


def test_an_ampersand_in_cdata_stays_as_it_is() -> None:
    (record,) = read(
        rss("<item><title><![CDATA[Ports & <i>piers</i>]]></title><link>https://harbour.example/?a&b</link></item>")
    ).records
    assert record.title == "Ports & piers"


def test_junk_before_the_declaration_does_no_harm() -> None:
    assert read("\n\n" + rss("<item><title>A</title></item>")).method == "feed:strict"


def test_entities_are_neither_fetched_nor_blown_up() -> None:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    text = f'<!DOCTYPE rss [<!ENTITY a0 "ha"><!ENTITY file SYSTEM "file:///etc/passwd">{levels}]>{rss("<item><title>&a11;&file;x</title></item>")[21:]}'
    found = extract(Document(URL, text.encode()), NOW)
    assert "root:" not in str(found)
    assert len(str(found)) < 10_000


def test_a_feed_in_another_encoding_is_read() -> None:
    text = rss("<item><title>Порт открыт</title></item>").replace('"1.0"', '"1.0" encoding="windows-1251"')
    assert read(text.encode("windows-1251")).records[0].title == "Порт открыт"


def test_the_next_document_of_a_paged_feed_is_named() -> None:
    found = read(
        '<feed xmlns="http://www.w3.org/2005/Atom"><link rel="next" '
        'href="?page=2"/><entry><title>A</title></entry></feed>'
    )
    assert found.next == ("https://harbour.example/feed.xml?page=2",)


def test_a_feed_no_parser_reads_is_unreadable() -> None:
    found = extract(Document(URL, b"<rss <<<<", kind="feed"), NOW)
    assert isinstance(found, Unreadable)
    assert "; " in found.reason


def test_a_day_without_a_time_is_no_midnight() -> None:
    (first, second) = read(
        rss(
            "<item><title>A</title><pubDate>2019-05-08</pubDate></item>"
            '<item xmlns:dc="http://purl.org/dc/elements/1.1/"><title>B</title><dc:date>2019-05</dc:date></item>'
        )
    ).records
    assert (first.date, first.published, first.confidence["date"]) == ("2019-05-08", None, 1.0)
    assert (second.date, second.published) == ("2019-05", None)


def test_a_date_written_as_people_do_is_understood() -> None:
    (record,) = read(rss("<item><title>A</title><pubDate>8 May 2019, 10:30</pubDate></item>")).records
    assert (record.date, record.published) == ("2019-05-08", datetime(2019, 5, 8, 10, 30, tzinfo=UTC))


@pytest.mark.parametrize("written", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2019-99-99", "x" * 999])
def test_a_date_that_cannot_be_is_none(written: str) -> None:
    (record,) = read(rss(f"<item><title>A</title><pubDate>{written}</pubDate></item>")).records
    assert record.date is None


def test_links_are_resolved_against_every_base_above_them() -> None:
    (atom,) = read(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://port.example/a/"><entry xml:base="b/">'
        '<link href="c"/><link rel="enclosure" xml:base="d/" href="e.pdf"/></entry></feed>'
    ).records
    assert atom.url == "https://port.example/a/b/c"
    assert [file.url for file in atom.enclosures] == ["https://port.example/a/b/d/e.pdf"]
    (rss_entry,) = read(
        '<rss xml:base="https://port.example/x/"><channel><item><link>y</link></item></channel></rss>'
    ).records
    assert rss_entry.url == "https://port.example/x/y"


@pytest.mark.parametrize("guid", ["<guid>12345</guid>", '<guid isPermaLink="false">https://harbour.example/a</guid>'])
def test_a_guid_that_is_no_address_or_says_so_is_no_link(guid: str) -> None:
    (record,) = read(rss(f"<item><title>A</title>{guid}</item>")).records
    assert record.url is None
    assert record.guid


def test_what_changed_an_entry_is_kept_apart_from_its_date() -> None:
    (record,) = read(
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title><published>2019-05-08T10:00:00Z</published>'
        "<updated>2020-01-01T00:00:00Z</updated></entry></feed>"
    ).records
    assert (record.date, record.updated) == ("2019-05-08", datetime(2020, 1, 1, tzinfo=UTC))


def test_a_category_that_is_a_kind_is_the_kind() -> None:
    (record,) = read(
        rss("<item><title>Crane</title><category>Piers</category><category>Press releases</category></item>")
    ).records
    assert record.kind == "press-release"


def test_media_are_downloads_but_the_picture_beside_the_text_is_none() -> None:
    (record,) = read(
        '<rss xmlns:media="http://search.yahoo.com/mrss/"><channel><item><title>A</title>'
        '<media:group><media:content url="/film.mp4" type="video/mp4" fileSize="77" lang="fr">'
        "<media:title>Film</media:title></media:content></media:group>"
        '<media:content url="/p.jpg" medium="image"/><media:thumbnail url="/t.jpg"/></item></channel></rss>'
    ).records
    assert [(file.url, file.language, file.title, file.length) for file in record.enclosures] == [
        ("https://harbour.example/film.mp4", "fr", "Film", 77)
    ]


def test_rss_0_91_with_a_document_type_and_names_of_letters_is_read() -> None:
    found = read(
        '<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" '
        '"http://harbour.example/rss-0.91.dtd"><rss version="0.91"><channel><title>Caf&eacute;</title>'
        "<item><title>Caf&eacute; at the pier</title><link>https://harbour.example/1</link></item></channel></rss>"
    )
    assert (found.title, found.records[0].title) == ("Café", "Café at the pier")


def test_the_language_of_a_feed_may_stand_in_dublin_core() -> None:
    found = read(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><dc:language>pt</dc:language></channel>'
        "<item><title>Porto</title></item></rdf:RDF>"
    )
    assert (found.language, found.records[0].language) == ("pt", "pt")


def test_entries_beyond_the_limit_are_counted() -> None:
    found = read(rss("<item/>" * MOST + "<item><title>Again</title></item>" * 3))
    assert [(left.reason, left.count) for left in found.left_out] == [(EMPTY, MOST), (BEYOND, 3)]


def test_an_entry_without_words_is_called_by_its_address() -> None:
    (record,) = read(rss("<item><link>https://harbour.example/films/new-crane.html</link></item><item/>")).records
    assert (record.title, record.display_title) == ("", "New crane")


@pytest.mark.parametrize("quoted", ["&a11;", '<a title="&a11;">x</a>'])
def test_entities_of_entities_are_refused_before_any_parser_expands_them(quoted: str) -> None:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    text = f'<!DOCTYPE rss [<!ENTITY a0 "ha">{levels}]>{rss(f"<item><title>{quoted}x</title></item>")[21:]}'
    began = process_time()
    found = extract(Document(URL, text.encode()), NOW)
    assert "hahaha" not in str(found)
    assert process_time() - began < 2


def test_a_document_that_is_the_name_of_a_file_opens_none(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text(rss("<item><title>Not for you</title></item>"))
    assert isinstance(extract(Document(URL, str(secret).encode(), kind="feed"), NOW), Unreadable)


@pytest.mark.parametrize(
    ("text", "method"),
    [
        (
            '<feed xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="//hub.example/"/>'
            '<link rel="hub" href="/2"/>'
            '<link rel="self" href="/port.atom"/><entry><title>A</title><link rel="hub" href="/3"/></entry></feed>',
            "feed:strict",
        ),
        (
            rss(
                "<item><title>A</title></item>",
                '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="self" href="/port.atom"/><link>/</link>'
                '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="https://hub.example/"/>',
            ),
            "feed:strict",
        ),
        (
            '<feed xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="https://hub.example/"/>'
            '<link rel="self" href="/port.atom"/><entry><title>A</title><b></entry></feed',
            "feed:tolerant",
        ),
    ],
)
def test_the_hub_that_a_feed_names_is_told(text: str, method: str) -> None:
    found = read(text)

    assert found.method == method
    assert found.hub == Hub("https://hub.example/", "https://harbour.example/port.atom")


def test_most_feeds_name_no_hub() -> None:
    assert read(rss("<item><title>A</title><link>/1</link></item>")).hub == Hub()
