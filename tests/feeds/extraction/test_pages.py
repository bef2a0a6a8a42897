"""Whole documents with the entries they must give: each file in tests/pages beside its expectation."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.children import Document
from feeds.extraction import extract
from state.records import Extraction, Record

PAGES = Path(__file__).resolve().parents[2] / "pages"
DOCUMENTS = sorted(file for file in PAGES.iterdir() if file.suffix != ".json")
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def told(record: Record, wanted: dict[str, object]) -> dict[str, object]:
    """What a record says of the fields an expectation names."""
    said: dict[str, object] = {
        name: getattr(record, name) for name in wanted if name not in ("enclosures", "published")
    }
    if "published" in wanted:
        said["published"] = record.published.isoformat() if record.published else None
    if "enclosures" in wanted:
        said["enclosures"] = [[file.url, file.language] for file in record.enclosures]
    return said


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.stem)
def test_a_document_gives_exactly_its_entries(file: Path) -> None:
    wanted = json.loads(file.with_suffix(".json").read_text())

    found = extract(Document(wanted["base"], file.read_bytes()), NOW)

    assert isinstance(found, Extraction)
    assert [told(record, want) for record, want in zip(found.records, wanted["entries"], strict=False)] == wanted[
        "entries"
    ]
    assert len(found.records) == len(wanted["entries"])
    if "next" in wanted:
        assert list(found.next) == wanted["next"]
    if "method" in wanted:
        assert found.method == wanted["method"]
