"""Read what a response's headers say about when to ask again.

Pure, without a clock: a date in Retry-After is held against the response's own Date, so
that neither machine's wrong clock matters. Called by `feeds.fetch`.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 86400.0  # seconds; a host that asks for more is asked again after a day

_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?(\d{1,12})", re.IGNORECASE)
_SECONDS = re.compile(r"[+-]?\d+(?:\.\d*)?")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that Retry-After asks to wait (RFC 9110 10.2.3), from 0 to LONGEST_WAIT; None where it says nothing."""
    asked = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(asked):
        return _clamped(float(asked[:20]))
    until, date = _instant(asked), _instant(headers.get("Date", ""))
    return _clamped((until - date).total_seconds()) if until and date else None


def fresh_for(headers: Mapping[str, str]) -> float | None:
    """Seconds for which Cache-Control's max-age lets the document stand (RFC 9111 4.2), clamped alike; None: unsaid."""
    lifetime = _MAX_AGE.search(headers.get("Cache-Control", ""))
    if lifetime is None:
        return None
    age = headers.get("Age", "").strip()
    return _clamped(float(lifetime[1]) - (float(age[:12]) if age.isascii() and age.isdigit() else 0.0))


def _clamped(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_WAIT)


def _instant(text: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when
