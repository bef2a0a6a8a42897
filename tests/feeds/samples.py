"""Sites, sources and entries in our own words, and a way to put them into a store, for tests of feeds and pages."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from feeds import syndication
from state import entries, filings, publications, sources, topics
from state.records import Countries, Enclosure, Entry, Record, Site, Source, Topic
from state.store import Store

NOW = datetime(2026, 5, 10, 8, 0, tzinfo=UTC)
SITE = Site(title="Mekong labour news", url="https://news.example.org")
WAGES = Topic("wages", "Wages & working time", any=("wage",))
HARM = "\r\n\u2028\x00\u202e\ud800]]></title></entry><script>alert(1)</script>\x1b[31m\x85\x0b\ufeff&amp;"

STORED_HARM = HARM.replace("\ud800", "")  # no store holds a lone surrogate


def source(id: str = "office", **values: object) -> Source:
    made = Source(
        id=id,
        where=f"https://{id}.example.org/list",
        kind="page",
        title="Regional labour office",
        language="en",
        timezone="Asia/Phnom_Penh",
        country="KH",
        base_url="",
        every=3600,
        state="active",
        created_at=NOW,
    )
    return replace(made, **values)  # type: ignore[arg-type]


def record(**values: object) -> Record:
    made = Record(title="Brick kilns keep children in school", date="2006-05-08", summary="Owners sign a pledge.")
    return replace(made, **values)  # type: ignore[arg-type]


def entry(id: str = "a1", told: Record | None = None, **values: object) -> Entry:
    made = Entry(
        id=id,
        urn=f"urn:uuid:00000000-0000-4000-8000-{id.encode().hex():0>12}",
        record=told or record(title=f"Brick kilns keep children in school ({id})"),
        url=f"https://office.example.org/news/{id}",
        source="office",
        countries=Countries(text=("KH",)),
        first_seen_at=NOW,
        updated_at=NOW,
        published_at=None,
        baseline=False,
        revision=1,
    )
    return replace(made, **values)  # type: ignore[arg-type]


FULL = entry(
    "full",
    record(
        title="Ten provinces <agree> & sign",
        date="2004-10",
        place="PHNOM PENH",
        kind="press-release",
        summary="Callers get advice.\nIn Khmer & Vietnamese.",
        content='<p>Callers get <b>advice</b> at <a href="/help">the desk</a>.</p><script>x</script>',
        language="km",
        author="Sok Dara",
        enclosures=(
            Enclosure("https://office.example.org/a.pdf", title="Full text", language="en", length=1234),
            Enclosure("https://office.example.org/a km.pdf", title="អត្ថបទ", language="km", type="application/pdf"),
        ),
    ),
    topics=("wages",),
)


def keep(store: Store, made: Sequence[Entry], *, under: Sequence[str] = ("all",), now: datetime = NOW) -> None:
    """File entries as a poll does: rows, filings, fragments, dirty feeds."""
    with store.write() as db:
        if not topics.topics(db):
            topics.put_topic(db, WAGES, NOW)
        if not sources.sources(db):
            sources.put(db, source())
        entries.add(db, made)
        for each in made:
            for topic in under:
                filings.file(db, each.id, topic, mailable=True, why="", now=now)
            filed = entries.entry(db, each.id)
            known = {topic.id: topic for topic in topics.topics(db)}
            kept = syndication.fragments(filed, topics=known, source=source(), site=SITE)
            publications.put_fragments(db, {each.id: kept})
        publications.mark_dirty(db, under, now)
