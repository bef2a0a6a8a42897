"""JSON Feed 1.1 (jsonfeed.org/version/1.1), which feedgen lacks, from the same items as the other formats.

Pure. Called by `feeds.syndication`, which renders an entry in every form, and
by `feeds.publish`, which joins kept items to a document. Addresses that are not
absolute are left out: the format forbids them.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from feeds.items import OCTETS, Head, Item

VERSION = "https://jsonfeed.org/version/1.1"


def item(item: Item) -> bytes:
    """One entry as it stands in "items"."""
    told: dict[str, object] = {"id": item.urn, "url": _absolute(item.link), "title": item.title}
    told["content_html"] = item.html
    told["summary"] = item.text
    told["date_published"] = _instant(item.published)
    told["date_modified"] = _instant(item.updated)
    told["authors"] = [{"name": item.author or item.source_title}]
    told["tags"] = list(dict.fromkeys(category.label for category in item.categories))
    told["language"] = item.language
    told["attachments"] = [
        {
            "url": file.url,
            "mime_type": file.type or OCTETS,
            **({"title": file.title or file.language} if file.title or file.language else {}),
            **({"size_in_bytes": file.length} if file.length is not None else {}),
        }
        for file in item.enclosures
    ]
    told["_tidings"] = _tidings(item)
    return _bytes({key: value for key, value in told.items() if value or key == "content_html"})


def document(head: Head, items: Sequence[bytes]) -> bytes:
    """A whole feed: the head, and kept items joined as they are, in the order given."""
    told: dict[str, object] = {
        "version": VERSION,
        "title": head.title,
        "home_page_url": _absolute(head.page),
        "feed_url": _absolute(head.served["json"]),
        "next_url": _absolute(head.older.get("json", "")),
        "description": head.subtitle,
        "language": head.language,
        "authors": [{"name": head.author}],
        "hubs": [{"type": "WebSub", "url": head.hub}] if head.hub else [],
    }
    start = _bytes({key: value for key, value in told.items() if value})
    return start[:-1] + b',"items":[\n' + b",\n".join(items) + b"\n]}\n"


def _tidings(item: Item) -> dict[str, object]:
    """What the format has no word for, in an extension of our own (section "Extensions")."""
    languages = {file.url: file.language for file in item.enclosures if file.language}
    told = {"source": item.source_title, "source_url": item.via, "languages": languages}
    return {key: value for key, value in told.items() if value}


def _absolute(url: str) -> str:
    return url if url.startswith(("http://", "https://")) else ""


def _instant(at: datetime | None) -> str:
    return at.isoformat().replace("+00:00", "Z") if at else ""


def _bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
