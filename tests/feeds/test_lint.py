"""A feed that readers would stumble over is found out before it is published."""

import pytest

from feeds.lint import lint
from tests.feeds.samples import FULL, entry
from tests.feeds.test_syndication import feed


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_a_good_feed_has_no_complaint(form: str) -> None:
    assert lint(form, feed(form, FULL, entry("b"), entry("c"))) == ()


@pytest.mark.parametrize(
    ("form", "old", "new", "complaint"),
    [
        ("atom", b"</entry>", b"", "is no well-formed XML"),
        ("atom", b"<feed xmlns=", b"<feed xmlns:x=", "root is feed"),
        ("atom", b"<id>urn:uuid:0</id>", b"", "feed has 0 id"),
        (
            "atom",
            b"<title>Mekong &amp; more</title>",
            b"<title> </title>",
            "feed has 1 title, wanted one that is not empty",
        ),
        ("atom", b'rel="self"', b'rel="me"', "no link to itself"),
        ("atom", b"T08:00:00+00:00", b"", "has updated '2026-05-10'"),
        ("atom", b'href="https://office.example.org/news/full"', b"", "has a link without href"),
        ("atom", b"urn:uuid:00000000-0000-4000-8000-000066756c6c", b"urn:uuid:0", "occurs 2 times"),
        ("rss", b"<description>New &lt;entries&gt;</description>", b"", "channel has 0 description"),
        ("rss", b"urn:uuid:00000000-0000-4000-8000-000066756c6c", b"urn:uuid:0", "occurs 2 times"),
        ("rss", b'length="1234" ', b"", "an enclosure without url, length or type"),
        ("rss", b"Sun, 10 May 2026 08:00:00 +0000", b"10. Mai", "channel has lastBuildDate '10. Mai'"),
        ("json", b'"items":', b'"things":', "feed has no items"),
        ("json", b"version/1.1", b"version/1", "version is not"),
        ("json", b'"content_html"', b'"content"', "neither content_html nor content_text"),
        ("json", b'"mime_type":"application/pdf"', b'"mime":""', "an attachment without url or mime_type"),
        ("json", b"2026-05-10T08:00:00Z", b"2026-05-10T08:00:00", "has date_modified '2026-05-10T08:00:00'"),
        ("json", b'"items"', b"items", "is no JSON"),
        ("json", b"urn:uuid:00000000-0000-4000-8000-000066756c6c", b"", "an entry has no id"),
    ],
)
def test_what_is_wrong_is_named(form: str, old: bytes, new: bytes, complaint: str) -> None:
    twin = entry("twin", urn="urn:uuid:0")
    body = feed(form, FULL, twin)
    assert old in body
    assert any(complaint in each for each in lint(form, body.replace(old, new)))


def test_an_entity_bomb_is_refused_without_reading_it() -> None:
    bomb = b'<!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    assert lint("atom", bomb + b']><feed xmlns="http://www.w3.org/2005/Atom"><id>&j;</id></feed>') != ()
