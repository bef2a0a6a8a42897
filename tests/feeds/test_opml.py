"""All topics in one list that readers import."""

from datetime import datetime

from lxml import etree

from feeds import opml
from state import topics
from state.records import Topic
from state.store import Store
from tests.feeds.samples import SITE, STORED_HARM


def test_everything_and_every_open_topic_is_listed(store: Store, now: datetime) -> None:
    with store.write() as db:
        for name, title in (("wages", "Wages & hours"), ("old", "Old"), ("harm", STORED_HARM)):
            topics.put_topic(db, Topic(name, title, any=("x",)), now)
        topics.close_topic(db, "old", now)
    with store.read() as db:
        body = opml.render(db, SITE)
        assert body == opml.render(db, SITE)
    root = etree.fromstring(body)
    assert root.get("version") == "2.0"
    found = {outline.get("xmlUrl"): outline.get("text") for outline in root.iter("outline")}
    assert found == {
        "https://news.example.org/feeds/all.atom": "Mekong labour news",
        "https://news.example.org/feeds/wages.atom": "Wages & hours",
        "https://news.example.org/feeds/harm.atom": "]]></title></entry><script>alert(1)</script>[31m &amp;",
    }
    assert {outline.get("type") for outline in root.iter("outline")} == {"rss"}
