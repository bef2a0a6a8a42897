"""JSON Feed 1.1 from the same items: absolute addresses only, attachments with a type, languages kept."""

import json
from typing import Any

import pytest

from feeds import syndication
from state.records import Entry, Site
from tests.feeds.samples import FULL, SITE, WAGES, entry, record, source
from tests.feeds.test_syndication import feed, head


def told(made: Entry, site: Site = SITE) -> dict[str, Any]:
    kept = syndication.fragments(made, topics={"wages": WAGES}, source=source(), site=site)
    found: dict[str, Any] = json.loads(kept["json"])
    return found


def test_the_head_says_where_it_is_served_and_shown() -> None:
    found = json.loads(feed("json", FULL, hub="https://hub.example.org/"))
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert found["feed_url"] == "https://news.example.org/feeds/all.json"
    assert found["home_page_url"] == "https://news.example.org/"
    assert found["hubs"] == [{"type": "WebSub", "url": "https://hub.example.org/"}]
    assert found["language"] == "en"


def test_an_item_tells_what_is_known() -> None:
    item = told(FULL)
    assert item["id"] == FULL.urn
    assert item["tags"] == ["Wages & working time", "Cambodia", "Press release"]
    assert item["language"] == "km"
    assert item["authors"] == [{"name": "Sok Dara"}]
    assert item["date_modified"] == "2026-05-10T08:00:00Z"
    assert "date_published" not in item
    assert item["attachments"][0] == {
        "url": "https://office.example.org/a.pdf",
        "mime_type": "application/pdf",
        "title": "Full text",
        "size_in_bytes": 1234,
    }
    assert item["_tidings"]["languages"]["https://office.example.org/a%20km.pdf"] == "km"


def test_an_item_without_any_text_still_has_content() -> None:
    assert told(entry(told=record(summary="")))["content_html"] == ""


@pytest.mark.parametrize("url", ["", "/tidings"])
def test_without_a_public_address_no_relative_one_is_told(url: str) -> None:
    site = Site(title="Local", url=url)
    assert "url" not in told(entry(url=""), site)
    served = {form: f"{url}/feeds/all.{form}" for form in ("atom", "rss", "json")}
    body = json.loads(syndication.document("json", head(served=served, page=f"{url}/"), []))
    assert not {"feed_url", "home_page_url"} & set(body)
