"""Read what a response's headers say: validators, when to ask again, and which hub tells of news.

Pure, without a clock: a date in Retry-After is held against the response's own Date, so
that neither machine's wrong clock matters. Called by `feeds.fetch`.
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from state.records import Hub

LONGEST_WAIT = 86400.0  # seconds; a host that asks for more is asked again after a day

_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?(\d{1,12})", re.IGNORECASE)
_NEXT_LINK = re.compile(r",(?=\s*<)")
_LONGEST_LINKS = 8000  # characters
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


def sent_back(headers: Mapping[str, str], name: str) -> str:
    """A validator, verbatim; "" for one that could not be sent back."""
    value = headers.get(name, "")
    return value if sendable(value) else ""


def last_modified(headers: Mapping[str, str]) -> str:
    """Last-Modified, verbatim; "" for one after the answer's own Date: until then nothing would count as modified."""
    value = sent_back(headers, "Last-Modified")
    at, date = _instant(value), _instant(headers.get("Date", ""))
    return "" if at and date and at > date else value


def sendable(value: str) -> bool:
    return value.isascii() and value.isprintable()


def hub(said: Iterable[str], url: str) -> Hub:
    """What Link headers announce (RFC 8288; W3C WebSub, "Discovery"): first hub, and topic. url: of the base."""
    found: dict[str, str] = {}
    for link in _NEXT_LINK.split(", ".join(said)[:_LONGEST_LINKS]):
        target, _, parameters = link.strip().removeprefix("<").partition(">")
        for parameter in parameters.split(";"):
            name, _, value = parameter.partition("=")
            relations = value.strip().strip('"').lower().split() if name.strip().lower() == "rel" else ()
            for relation in relations:
                with suppress(ValueError):
                    found.setdefault(relation, urljoin(url, target.strip()))
    return Hub(found.get("hub", ""), found.get("self", ""))


def _clamped(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_WAIT)


def _instant(text: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when
