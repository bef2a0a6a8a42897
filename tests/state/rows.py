"""Sources and entries as short as a test of the store wants them."""

from dataclasses import replace
from datetime import UTC, datetime

from state.records import Countries, Entry, Record, Source

NOW = datetime(2026, 5, 10, 8, 0, tzinfo=UTC)


def source(id: str = "office", **values: object) -> Source:
    where = f"https://{id}.example.org/list"
    made = Source(id, where, "page", "Office", "en", "UTC", "", "", 3600, "active", NOW, next_poll_at=NOW)
    return replace(made, **values)  # type: ignore[arg-type]


def entry(id: str, title: str = "Ten provinces agree", summary: str = "", **values: object) -> Entry:
    made = Entry(
        id=id,
        urn=f"urn:uuid:{id}",
        record=Record(title=title, summary=summary),
        url=f"https://office.example.org/{id}",
        source="office",
        countries=Countries(),
        first_seen_at=NOW,
        updated_at=NOW,
        published_at=None,
        baseline=False,
        revision=1,
    )
    return replace(made, **values)  # type: ignore[arg-type]
