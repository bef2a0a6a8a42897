"""Decide what a host's robots.txt lets us read, and how fast (RFC 9309). The only importer of protego.

Pure. What cannot be found (4xx) forbids nothing; what cannot be reached forbids everything for a day, then what was
known last holds again. Crawl-delay and Request-rate are no part of the standard, but honoured up to two minutes.
`feeds.manners` fetches and keeps the file; state/hosts.py holds it.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from protego import Protego
from yarl import URL

from feeds.fetch import Failed, Fetched, Outcome
from state.hosts import Robots

AGENT = "tidings"  # the product token that rules name (RFC 9309 2.2.1)
LONGEST_DELAY = 120.0  # seconds between two requests, whatever is asked for
_MAX_TEXT = 500 * 1024  # bytes that are read (RFC 9309 2.5)
_KEPT = timedelta(days=1)
_UNREACHABLE = timedelta(days=1)  # for so long, nothing is read
_AGAIN = timedelta(hours=1)
_NETWORK = ("dns", "connect", "tls", "timeout")  # nobody answers: asked at each poll, for the page fails alike


def address(url: str) -> str:
    """Where the rules for a URL stand."""
    return str(URL(url).with_path("/robots.txt").with_query(None).with_fragment(None))


def learnt(outcome: Outcome, known: Robots, now: datetime) -> Robots:
    """What to keep of an attempt to read a robots.txt. known: before it."""
    if isinstance(outcome, Fetched):
        return Robots("rules", outcome.body[:_MAX_TEXT].decode("utf-8-sig", "replace").replace("\0", ""), now + _KEPT)
    if isinstance(outcome, Failed) and not _unreachable(outcome):
        return Robots("none", "", now + _KEPT)
    network = isinstance(outcome, Failed) and outcome.kind in _NETWORK
    until = now if network else now + _AGAIN
    return replace(known, state="unreachable", until=until, failing_since=known.failing_since or now)


def _unreachable(failed: Failed) -> bool:
    """A failure that says nothing of the rules: of the server or the way to it (RFC 9309 2.3.1.4)."""
    if failed.kind == "status":
        return failed.status is None or failed.status >= 500 or failed.status == 429
    return failed.kind in (*_NETWORK, "incomplete", "refused")


def refuses(known: Robots, url: str, now: datetime) -> str | None:
    """Why a URL is not read, in words for the admin; None where it may be."""
    failing = known.failing_since
    if known.state == "unreachable" and failing and now - failing < _UNREACHABLE:
        return (
            f"{url}: the robots.txt of its host cannot be read since {failing:%Y-%m-%d %H:%M} UTC, so that nothing is "
            f"read there for a day (RFC 9309); it is asked again"
        )
    if known.text and not _parsed(known.text).can_fetch(url, AGENT):
        return f"{url}: the robots.txt of its host asks not to read it"
    return None


def delay(known: Robots) -> float:
    """Seconds that a host wants between two requests, at most LONGEST_DELAY; 0 where it does not say."""
    if not known.text:
        return 0.0
    rules = _parsed(known.text)
    rate = rules.request_rate(AGENT)
    wanted = max(rules.crawl_delay(AGENT) or 0.0, rate.seconds / rate.requests if rate else 0.0)
    return min(wanted, LONGEST_DELAY)


@lru_cache(maxsize=256)
def _parsed(text: str) -> Protego:
    return Protego.parse(text)
