"""Documents made to harm, each read in a real child with limits: an answer or a reason, within its time and memory.

The child may use a gigabyte of addresses and ten seconds of processor time; one that breaks a limit dies, which is what
these tests would see. Only where dying is the answer is that said.
"""

import gzip
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from feeds.children import Children, Document
from state.records import Extraction, Unreadable

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
pytestmark = pytest.mark.asyncio(loop_scope="module")  # one child for all: starting one costs most of the time
URL = "https://harbour.example/news/"
MEMORY = 1024**3
ITEMS = "".join(
    f'<li><a href="/n/{n}">A title number {word} that is long enough</a> <span>{n + 1} May 2019</span></li>'
    for n, word in enumerate(("one", "two", "three", "four", "five"))
)
LIST = f"<ul>{ITEMS}</ul>"


def page(inside: str, head: str = "") -> bytes:
    return f'<!DOCTYPE html><html lang="en"><head>{head}</head><body><main>{inside}</main></body></html>'.encode()


def ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def children() -> AsyncIterator[Children]:
    async with Children(count=1, wall=30.0, cpu=10, memory=MEMORY) as made:
        yield made


READ = {
    "an attribute bomb": page("<p " + " ".join(f"a{n}=1" for n in range(100_000)) + f">x</p>{LIST}"),
    "an attribute of a megabyte": page(f'<p title="{"x" * 1_000_000}">x</p>{LIST}'),
    "bold in bold": page("<b>" * 30_000 + LIST),
    "links in links": page("<a href=/x>" * 20_000 + LIST),
    "tables that are never closed": page("<table><tr><td>" * 5_000 + LIST),
    "misplaced ends": page("<b><p></b></p>" * 10_000 + LIST),
    "a title of two megabytes": page(LIST, f"<title>{'x ' * 1_000_000}</title>"),
    "a word of a megabyte": page(f"<p>{'x' * 1_000_000}</p>{LIST}"),
    "NUL in every word": page(LIST.replace("title", "ti\0tle")),
    "UTF-16 with a mark": page(LIST).decode().encode("utf-16"),
    "UTF-16 without a mark": page(LIST).decode().encode("utf-16-be"),
    "XHTML with a wrong declaration": b'<?xml version="1.0" encoding="utf-16"?>\r\n' + page(LIST),
    "carriage returns": page(LIST).replace(b"><", b">\r<"),
    "JSON-LD nested deeply": page(LIST, ld('{"@graph":[' * 100_000)),
    "JSON-LD with a thousand numbers of a thousand digits": page(LIST, ld(f"[{','.join(['9' * 5_000] * 300)}]")),
    "ten thousand articles in JSON-LD": page(
        LIST,
        ld(json.dumps([{"@type": "Article", "headline": f"H{n}", "url": f"/n/{n}"} for n in range(10_000)])),
    ),
    "items in items": page('<div itemscope itemtype="https://schema.org/Article"><b itemprop=name>' * 2_000 + LIST),
}


@pytest.mark.parametrize("name", READ)
async def test_a_page_made_to_harm_still_gives_its_list(name: str, children: Children) -> None:
    found = await children.extract(Document(URL, READ[name]), now=NOW)

    assert isinstance(found, Extraction), found
    assert [record.date for record in found.records] == [f"2019-05-0{day}" for day in range(1, 6)]


LONG = {
    "dates that reach over rows": "<table>"
    + "".join(
        f"<tr><td rowspan=2>{n % 28 + 1} May 2019</td><td><a href=/n/{n}>A title of some length, {n}</a></td></tr>"
        f"<tr><td><a href=/m/{n}>Another title of some length, number {n}</a></td></tr>"
        for n in range(5_000)
    )
    + "</table>",
    "numbers that lead on": "<table>"
    + "".join(f"<tr><td><a href='?page={n}'>{n % 999}</a></td><td>A title, number {n}</td></tr>" for n in range(2_000))
    + "</table>",
}


@pytest.mark.parametrize("name", LONG)
async def test_a_page_of_very_many_rows_is_read_in_its_time(name: str, children: Children) -> None:
    found = await children.extract(Document(URL, page(LONG[name])), now=NOW)

    assert isinstance(found, Extraction), found


REFUSED = {
    "two hundred thousand nested elements": (page("<div>" * 200_000), "nested"),
    "three hundred thousand links": (
        page("".join(f"<a href=/{n}>link {n}</a>" for n in range(300_000))),
        "elements; watch a page that shows only",
    ),
    "deep JSON": (b"[" * 2_000_000 + b"]" * 2_000_000, "nested"),
    "a number of two million digits": (b'{"items":[' + b"9" * 2_000_000 + b"]}", "--select"),
    "a packed page of forty megabytes": (gzip.compress(page("<p>some text</p>" * 2_500_000)), "the archive holds"),
    "a packed sitemap without end": (gzip.compress(b"<urlset>" + b" " * 60_000_000), "more than"),
    "XML nested deeply": (b"<rss>" + b"<a>" * 50_000, "no parser can read"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_cannot_be_read_in_time_is_refused_with_the_reason(name: str, children: Children) -> None:
    body, reason = REFUSED[name]

    found = await children.extract(Document(URL, body), now=NOW)

    assert isinstance(found, Unreadable)
    assert reason in found.reason


@pytest.mark.parametrize(
    "body",
    [
        b"<rss><channel><item><title>x</title></item>" + b"<author>" * 20_000,
        b"<rss><channel>" + b"<item><title>x<b></title>" * 1_000,
        b"<urlset>" + b"".join(b"<url><loc>/a/b-%d</loc></url>" % n for n in range(5_000)) + b"</urlset>",
        b'{"items":[' + b",".join(b'{"title":"T%d","url":"/%d"}' % (n, n) for n in range(5_000)) + b"]}",
        b"<!DOCTYPE urlset [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><urlset><url><loc>/&x;</loc></url></urlset>",
    ],
    ids=["authors", "unclosed items", "sitemap", "json", "external entity"],
)
async def test_feeds_sitemaps_and_json_made_to_harm_are_read(body: bytes, children: Children) -> None:
    found = await children.extract(Document(URL, body), now=NOW)

    assert isinstance(found, Extraction), found
    assert found.records
    assert "root:" not in str(found.records[:5])
