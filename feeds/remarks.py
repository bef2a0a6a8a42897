"""Say to the admin what was odd about a visit, and which alarms it ends.

Pure. A remark is no doubt: the visit is stored. Called by `feeds.plan`.
"""

from collections.abc import Collection, Sequence

from feeds.documents import PAGES, Reading
from feeds.identity import Link
from feeds.suspicion import Doubt
from state.records import Source


def relaunched(url: str, links: Sequence[Link]) -> Doubt:
    """Nearly all of a page is known under other addresses. No answer is needed."""
    known = sum(link.entry is not None for link in links)
    said = f"{url}: {known} of {len(links)} entries have new addresses; they were mapped and nobody was mailed"
    return Doubt("relaunched", said, None)


def flood(source: Source, count: int, hold: int) -> Doubt:
    """More new entries than may be mailed without a question."""
    said = f"{count} new entries at once, limits.new_entries_hold is {hold}: published, but not mailed yet"
    return Doubt("flood", said, f"tidings source accept {source.id}")


def of_reading(reading: Reading, source: Source, *, whole: bool) -> list[Doubt]:
    """What could not be read although the visit counts. whole: all that is new was to be read."""
    found: list[Doubt] = []
    if reading.bound and whole:
        said = f"all {PAGES} pages that were read end in unknown entries; older ones may be missing"
        found.append(Doubt("bound", said, f"tidings source backfill {source.id} --pages {2 * PAGES}"))
    elif reading.broken:
        said = f"a later page of the list cannot be read ({reading.broken}); entries on it may be missing"
        found.append(Doubt("bound", said, f"tidings source backfill {source.id} --pages {PAGES}"))
    if reading.unreadable:
        some = "; ".join(f"{name}: {reason}" for name, reason in reading.unreadable[:3])
        count = len(reading.unreadable)
        found.append(Doubt("broken", f"{count} document{'s' * (count > 1)} cannot be read: {some}", None))
    return found


def ended(standing: Collection[str], reading: Reading, raised: Sequence[Doubt]) -> tuple[str, ...]:
    """Kinds of alarms that this visit ends. A flood stands until it is answered, a relaunch until the next change."""
    over = {"empty", "quarantined", "broken"}
    if reading.pages:
        over |= {"relaunched", "bound"}
    return tuple(sorted((over & set(standing)) - {doubt.kind for doubt in raised}))
