"""Say to the admin what was odd about a visit, and which alarms it ends.

Pure. A remark is no doubt: the visit is stored. Called by `feeds.plan`.
"""

from collections.abc import Collection, Sequence

from feeds.documents import PAGES, Page, Reading
from feeds.suspicion import Doubt
from state.doubts import Held
from state.records import Source


def relaunched(url: str, moved: int, whole: int) -> Doubt:
    """Much of a page is known under other addresses. No answer is needed."""
    said = f"{url}: {moved} of {whole} entries have new addresses; they were mapped and nobody was mailed of them"
    return Doubt("relaunched", said, None)


def believed(held: Held) -> Doubt:
    """A doubt that the next polls confirmed. No answer is needed."""
    days = (held.last_at - held.since).days
    said = f"{held.message}. It stayed so for {held.polls} polls and {days} days: taken over, nobody was mailed of it"
    return Doubt("relaunched" if held.reason == "relaunching" else "redesigned", said, None)


def redesigned(page: Page, before: str, known: int) -> Doubt:
    """Read in another way than before, and the known entries are still there. No answer is needed."""
    said = (
        f"{page.url}: built in another way ({page.extraction.method}, was {before}); {known} known entries found again"
    )
    return Doubt("redesigned", said, None)


def repaired(page: Page, source: Source, known: int) -> Doubt:
    """The page was redesigned; it is read by what the known entries show."""
    if source.select:
        said = (
            f"{page.url}: your selectors find nothing that is known; without them {known} known entries are found. "
            "It is read without them as long as they fail"
        )
        return Doubt("redesigned", said, f"tidings source rules {source.id}")
    said = f"{page.url}: redesigned; the known entries showed how to read it now ({known} found again)"
    return Doubt("redesigned", said, None)


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
    found += _stale(reading.pages[:1], source) if source.select else []
    return found


def _stale(first: Sequence[Page], source: Source) -> list[Doubt]:
    """The admin's selectors that find nothing any more in what was read: a guess stands in their place."""
    said = "; ".join(remark for page in first if page.extraction.records for remark in page.extraction.remarks)
    asks = f"tidings source edit {source.id} --select FIELD=SELECTOR"
    return [Doubt("redesigned", f"{said}; what was guessed is taken instead", asks)] if said else []


def ended(standing: Collection[str], reading: Reading, raised: Sequence[Doubt], *, news: bool) -> tuple[str, ...]:
    """Kinds of alarms that this visit ends.

    A flood stands until it is answered, a relaunch or a redesign until the next news shows that all is well.
    """
    over = {"empty", "quarantined", "broken"}
    if reading.pages:
        over |= {"bound"}
    if news:
        over |= {"relaunched", "redesigned"}
    return tuple(sorted((over & set(standing)) - {doubt.kind for doubt in raised}))
