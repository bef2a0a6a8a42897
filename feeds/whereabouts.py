"""Decide what a permanent redirect, or a document that is gone, means for a source.

Pure. https instead of http is taken over at once. Another address counts only when polls in a row have shown it for a
day: a parked domain redirects permanently too. Under another host's name the admin is asked; the source is read
through the redirect meanwhile, so that nothing is lost by waiting. Called by `feeds.ending`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from feeds.suspicion import Doubt
from state.habits import Moved
from state.hosts import host_of
from state.records import Source

BROKEN_AFTER = 3  # failures in a row before the admin is told
_POLLS = 3
_FOR = timedelta(days=1)
_GONE = 410
_MISSING = (404, 410)
_GIVEN_UP = 20  # failures in a row, weeks of them, after which a missing document is as good as gone


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """moved: what is remembered. to: the address that the source takes over now, or "". said: an alarm, or None."""

    moved: Moved | None = None
    to: str = ""
    said: Doubt | None = None


def after(source: Source, before: Moved | None, address: str, now: datetime) -> Whereabouts:
    """What a successful poll says. address: where permanent redirects alone led, or ""."""
    if not address or address == source.where:
        return Whereabouts()
    if _secured(source.where) == address:
        return Whereabouts(to=address)
    same = before is not None and before.to == address
    moved = replace(before, polls=before.polls + 1) if before and same else Moved(address, now, 1)
    if moved.polls < _POLLS or now - moved.since < _FOR:
        return Whereabouts(moved)
    if host_of(address) == host_of(source.where):
        return Whereabouts(moved, to=address, said=_said(source, address, None))
    return Whereabouts(moved, said=_said(source, address, f"tidings source accept {source.id}"))


def _secured(where: str) -> str:
    return "https:" + where[5:] if where[:5].lower() == "http:" else ""


def _said(source: Source, address: str, asks: str | None) -> Doubt:
    then = "it is read there from now on" if asks is None else "it is read through that redirect until you agree"
    return Doubt("moved", f"{source.where} says that it has moved for good to {address}; {then}", asks)


def unreachable(source: Source, reason: str, failures: int, status: int | None) -> Doubt | None:
    """What the admin is told when a source fails, None as long as it may be a passing trouble."""
    if status == _GONE or (status in _MISSING and failures >= _GIVEN_UP):
        return Doubt("gone", reason, f"tidings source remove {source.id}")
    if failures >= BROKEN_AFTER:
        return Doubt("broken", reason, f"tidings source show {source.id}")
    return None
