"""Decide whether what somebody has is still good (RFC 9110 section 13), and which encoding they read.

Pure: header values in, decisions out. Used by everything that has a validator.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_QUALITY = re.compile(r"\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*", re.IGNORECASE)


def still_good(
    etag: str, modified_at: datetime | None, *, if_none_match: str | None, if_modified_since: str | None
) -> bool:
    """Whether the answer is 304. etag: strong, with its quotes. modified_at: None where there is no such time.

    If-None-Match wins: where it is given the date is not looked at (13.1.3). Tags
    are compared weakly, so a tag that a proxy weakened still fits (13.1.2).
    """
    if if_none_match is not None:
        return if_none_match.strip() == "*" or etag in _TAG.findall(if_none_match)
    since = _date(if_modified_since)
    return bool(since and modified_at and modified_at.replace(microsecond=0) <= since)


def encoding(accepted: str | None, offered: Sequence[str]) -> str:
    """The first offered encoding among those the reader likes best; "" for none (RFC 9110 section 12.5.3)."""
    liked: dict[str, float] = {}
    for part in (accepted or "").split(","):
        name, _, parameter = part.partition(";")
        quality = _QUALITY.fullmatch(parameter)
        liked[name.strip().lower()] = 1.0 if not parameter.strip() else float(quality[1]) if quality else 0.0
    rated = [(liked.get(name, liked.get("*", 0.0)), name) for name in offered]
    best = max((quality for quality, _ in rated), default=0.0)
    plain = liked.get("identity", 0.0)
    return next((name for quality, name in rated if quality == best), "") if best > 0 and best >= plain else ""


def http_date(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC), usegmt=True)


def _date(text: str | None) -> datetime | None:
    """An HTTP date; None for what is none, which is then ignored."""
    try:
        found = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found
