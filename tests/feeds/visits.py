"""Visits to a source without a network: pages as an extraction gives them, planned and stored for real."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from feeds import commit
from feeds.documents import Page, Reading
from feeds.plan import Plan
from feeds.visit import Mode, Terms
from state import entries, filings, sources
from state.records import Entry, Extraction, Record, Source, Validators
from state.store import Store
from tests.feeds.samples import NOW, SITE, source

LIST = "https://office.example.org/list"


def item(title: str, date: str | None = "2006-05-08", number: int | None = None, **values: object) -> Record:
    """A record; number gives it a link of its own."""
    url = f"https://office.example.org/news/{number}" if number else None
    return replace(Record(title=title, url=url, date=date), **values)  # type: ignore[arg-type]


def page(*records: Record, url: str = LIST, method: str = "repeated", kind: str = "page") -> Page:
    return Page(url, url, Extraction(kind, method, records=records), Validators(url, body_hash=repr(records)))


def _ids() -> Iterator[tuple[str, str]]:
    return ((f"e{number}", f"urn:uuid:{number:032}") for number in count(1))


@dataclass
class Watched:
    """A source of which one visit after the other is stored, an hour apart. Entries are called e1, e2 …"""

    store: Store
    source: Source = field(default_factory=lambda: replace(source(), where=LIST, timezone="UTC", country=""))
    hold: int = 200
    now: datetime = NOW
    minted: Iterator[tuple[str, str]] = field(default_factory=_ids)

    def visit(
        self,
        *pages: Page,
        mode: Mode = "poll",
        as_new: int | None = None,
        walked: bool = False,
        reading: Reading | None = None,
    ) -> Plan:
        """Store a visit; the first one is a baseline."""
        with self.store.write() as db:
            if self.source.id not in sources.taken_ids(db):
                sources.put(db, self.source)
                mode = "first"
            claimed = sources.claim(db, self.source.id, owner="test", now=self.now, lease=60)
        assert claimed
        self.now += timedelta(hours=1)
        terms = Terms(self.source, self.now, lambda: next(self.minted), self.hold, mode, as_new)
        seen = reading or Reading(pages=pages, walked=walked)
        plan = commit.commit(
            self.store, commit.Brought(claimed, seen, terms, lambda _plan: {"last_polled_at": self.now}), SITE
        )
        assert plan
        return plan

    def entries(self) -> tuple[Entry, ...]:
        with self.store.read() as db:
            return entries.entries(db)

    def titles(self) -> list[str]:
        """In the order of the feed: newest first."""
        return [entry.title for entry in self.entries()]

    def entry(self, title: str) -> Entry:
        return next(entry for entry in self.entries() if entry.title == title)

    def mailed(self, plan: Plan) -> list[str]:
        """Titles of the new entries that people are to be told of."""
        with self.store.read() as db:
            news = [entry for entry in plan.new if filings.filed(db, [entry.id])[entry.id, "all"]]
        return [entry.title for entry in news]


def listed(titles: Sequence[str], first: int = 1, day: int = 28) -> list[Record]:
    """Records with links and descending days."""
    return [item(title, f"2006-04-{day - place:02}", first + place) for place, title in enumerate(titles)]
