"""What happens next and when, in words and for machines. Used by `status` and `run`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from state.agenda import Coming


_UNITS = (("days", 86_400), ("hours", 3600), ("minutes", 60), ("seconds", 1))


def sentence(one: Coming, now: datetime, zone: str) -> str:
    """One thing to come. zone: where the admin reads it; digests are told in the readers' own."""
    match one.what:
        case "poll":
            return f"poll of {one.source} {_when(one.at, now, zone)}"
        case "digests":
            people = "1 person" if one.people == 1 else f"{one.people} people"
            return f"digests to {people} {_when(one.at, now, one.timezone)}, if there is news for them"
        case _:
            return f"mail that waits {_when(one.at, now, zone)}"


def shape(one: Coming) -> dict[str, object]:
    """The same for machines; what does not apply is left out."""
    told: dict[str, object] = {"what": one.what, "at": one.at}
    if one.source:
        told["source"] = one.source
    if one.what == "digests":
        local = one.at.astimezone(ZoneInfo(one.timezone)).isoformat()
        told |= {"people": one.people, "timezone": one.timezone, "local": local}
    return told


def _when(at: datetime, now: datetime, zone: str) -> str:
    if at <= now:
        return "now (it is due)"
    seconds = (at - now).total_seconds()
    unit, size = next(one for one in _UNITS if seconds >= 2 * one[1] or one[1] == 1)
    wait = f"{seconds / size:.0f} {unit}"
    return f"at {at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}, in {wait}"
