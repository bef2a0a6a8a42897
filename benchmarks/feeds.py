"""Feeds a second: our head and kept fragments against plain feedgen building the same entries."""

import warnings
from datetime import UTC, datetime, timedelta

from feedgen.feed import FeedGenerator

from benchmarks.timing import pair
from feeds import syndication
from feeds.items import Head
from state.records import Countries, Entry, Record, Site, Source
from templates import links

SITE = Site(title="Bench", url="https://bench.example")
START = datetime(2026, 1, 1, tzinfo=UTC)


def entries(count: int) -> list[Entry]:
    return [
        Entry(
            id=f"entry{number:05}",
            urn=f"urn:uuid:00000000-0000-4000-8000-{number:012}",
            record=Record(
                title=f"Release number {number} of the river office",
                url=f"https://office.example/releases/{number}",
                summary="Water levels, closures and night work, with the names of those who can be asked. " * 3,
                language="en",
            ),
            url=f"https://office.example/releases/{number}",
            source="office",
            countries=Countries(text=("KH",)),
            first_seen_at=START + timedelta(hours=number),
            updated_at=START + timedelta(hours=number),
            published_at=START + timedelta(hours=number),
            baseline=False,
            revision=1,
            seq=number,
        )
        for number in range(count, 0, -1)
    ]


def plain_feedgen(found: list[Entry]) -> bytes:
    feed = FeedGenerator()
    feed.id("urn:uuid:00000000-0000-4000-8000-999999999999")
    feed.title("Bench")
    feed.updated(found[0].updated_at)
    feed.link(href="https://bench.example/feeds/all.atom", rel="self")
    for one in found:
        entry = feed.add_entry(order="append")
        entry.id(one.urn)
        entry.title(one.title)
        entry.link(href=one.url)
        entry.updated(one.updated_at)
        entry.published(one.published_at)
        entry.summary(one.record.summary)
    return bytes(feed.atom_str())


def head(found: list[Entry]) -> Head:
    return Head(
        urn="urn:uuid:00000000-0000-4000-8000-999999999999",
        title="Bench",
        subtitle="",
        language="en",
        updated=found[0].updated_at,
        served={form: links.feed(SITE, "all", form) for form in links.FORMS},
        page=links.home(SITE),
        style="",
        author="Bench",
        version="0",
    )


def run() -> None:
    source = Source("office", "https://office.example/", "page", "Office", "en", "UTC", "", "", 3600, "active", START)
    print("feeds a second (Atom): head and kept fragments against plain feedgen")
    for count in (20, 200, 2000):
        found = entries(count)
        kept = [syndication.fragments(one, topics={}, source=source, site=SITE)["atom"] for one in found]
        top = head(found)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ours, theirs, ratio = pair(
                lambda top=top, kept=kept: syndication.document("atom", top, kept),  # type: ignore[misc]
                lambda found=found: plain_feedgen(found),  # type: ignore[misc]
            )
        print(f"  {count:5} entries: {ours:9.0f}/s  feedgen {theirs:7.0f}/s  ratio {ratio:6.1f}")
