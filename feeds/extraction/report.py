"""An extraction as the plain JSON that `tidings extract --json` prints (DESIGN.md, "extract")."""

from state.dates import precision
from state.records import Extraction, Record


def as_json(extraction: Extraction, url: str) -> dict[str, object]:
    """Plain builtins. url: the page's address, to which the anchors of entries without a link are added."""
    return {
        "kind": extraction.kind,
        "method": extraction.method,
        "title": extraction.title,
        "language": extraction.language,
        "entries": [_entry(record, url) for record in extraction.records],
        "left_out": [
            {"reason": left.reason, "count": left.count, "sample": left.sample} for left in extraction.left_out
        ],
        "next": list(extraction.next),
        "feeds": list(extraction.feeds),
        "obstacle": extraction.obstacle or None,
        "remarks": list(extraction.remarks),
        "rivals": [
            {
                "selector": rival.selector,
                "score": rival.score,
                "entries": len(rival.records),
                "sample": [record.title or record.display_title for record in rival.records[:3]],
            }
            for rival in extraction.rivals
        ],
    }


def _entry(record: Record, url: str) -> dict[str, object]:
    return {
        "title": record.title,
        "display_title": record.title or record.display_title,
        "url": record.url or (f"{url.split('#')[0]}#{record.anchor}" if url and record.anchor else None),
        "date": record.date,
        "precision": precision(record.date) if record.date else None,
        "published": record.published.isoformat() if record.published else None,
        "place": record.place,
        "kind": record.kind,
        "summary": record.summary,
        "language": record.language,
        "enclosures": [
            {"url": file.url, "type": file.type, "language": file.language, "title": file.title}
            for file in record.enclosures
        ],
        "confidence": dict(record.confidence),
        "origin": dict(record.origin),
    }
