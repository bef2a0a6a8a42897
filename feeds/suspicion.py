"""Decide whether a document may be believed before anything of it is stored.

Pure. A document is compared with what stood in it and with what it was like before. A doubtful one is held: what is
known stays as it is, nothing is mailed, its bytes are kept, and it is read anew at every poll. What becomes of a doubt
that goes on is decided in `feeds.patience`. The entries that are known tell more than any rule about pages: a strange
page that still shows most of them is believed. Called by `feeds.visit`, and by `feeds.repair` before a visit.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from feeds import arrivals
from feeds.canonical import url_key
from feeds.identity import Known, Link
from state.dates import compatible, first_day, last_day, precision
from state.doubts import History, Look
from state.records import Extraction, Record

GUIDED = "guided:"  # begins the method of a reading that was led by known entries
LEAST = 3  # entries that must have stood in a document before their absence says anything
SOME = 5  # entries that must have stood before the absence of half of them does
_SHORT = 0.6  # of its usual length: a page below that is short
MOVED = 0.2  # of a page's records under new addresses: part of a relaunch
_USUAL, _COLLAPSED = 0.8, 0.3  # share of the records that have a field
_OLDER = 0.3  # of a page's records, unknown and older than all that stood
_FAR = timedelta(days=7)  # ahead: a date of the future
_SLIP = 2  # days by which relative dates may move

_OBSTACLES = {
    "login": "a login page",
    "bot-wall": "a wall against robots",
    "portal": "the portal of a network",
    "error-page": "an error page",
    "app-shell": "a page that a script must fill",
    "consent": "a page that asks for consent",
    "empty": "an empty page",
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """kind: of the alarm. message: for the admin. asks: the command that answers, or None. reason: which rule spoke."""

    kind: str
    message: str
    asks: str | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """A document beside what is known of it.

    method: the generator that won when it was read last; held: how many records it had then.
    stood: the entries that stood in it, by id, in its order. links: of its own records; beyond: of the pages that
    follow it in its list. moved: how many of its records are known by title under other links. elsewhere: how many
    known entries stand in another of its lists.
    """

    source: str
    url: str
    extraction: Extraction
    method: str
    held: int
    stood: Mapping[str, Record]
    links: Sequence[Link]
    known: Known
    history: History
    now: datetime
    beyond: Sequence[Link] = ()
    moved: int = 0
    elsewhere: int = 0

    @property
    def here(self) -> set[str]:
        """Ids of the known entries on it and on the pages that follow."""
        return {link.entry for link in (*self.links, *self.beyond) if link.entry is not None}

    @property
    def gone(self) -> list[Record]:
        """What stood here and is no more."""
        here = self.here
        return [record for id, record in self.stood.items() if id not in here]

    @property
    def unknown(self) -> list[Record]:
        """Its records that are not known, without copies."""
        return [link.record for link in self.links if link.entry is None and link.twin is None]


def doubt(view: View) -> Doubt | None:
    """What is wrong with a document, or None. The first rule that speaks."""
    for reason, check in CHECKS.items():
        said = check(view)
        if said:
            kind = "empty" if reason == "empty" else "quarantined"
            asks = f"tidings source accept {view.source}" if view.extraction.records else None
            return Doubt(kind, f"{view.url}: {said}", asks, reason)
    return None


def look(extraction: Extraction) -> Look:
    """The figures of a document."""
    records = extraction.records
    count = len(records) or 1
    return Look(
        len(records),
        sum(record.date is not None for record in records) / count,
        sum(record.url is not None for record in records) / count,
        sum(bool(record.title) for record in records) / count,
    )


def surely_new(record: Record, stood: Sequence[Record], gone: Sequence[Record], now: datetime) -> bool:
    """Whether a record of a doubtful page is news all the same.

    Dated after everything that stood there, or on its last day where all of that day are still there: what is missing
    of that day could be the same, renamed. gone: those of `stood` that are not found.
    """
    if record.date is None or precision(record.date) != "day":
        return False
    newest = max((last_day(one.date) for one in stood if one.date), default=None)
    day = first_day(record.date)
    if newest is None or not newest <= day <= (now + _FAR).date():
        return False
    return day > newest or not any(one.date is None or compatible(one.date, record.date) for one in gone)


def same_shape(one: str, other: str) -> bool:
    """Whether two generators are of one kind: a feed that needed a repair is still the same feed.

    A list that was found by its known entries is read by a selector from then on.
    """
    mine, theirs = (method.partition(":")[0] for method in (one, other))
    return mine == theirs or {mine, theirs} <= {"guided", "selected"}


# ---- the rules: each says what is wrong, or "" ----


def _empty(view: View) -> str:
    if view.extraction.records or not view.held or _walled(view):
        return ""
    return f"0 of {view.held} entries found; all that is known is kept"


def _walled(view: View) -> str:
    """Not where the page behind it shows through."""
    if not view.extraction.obstacle or (view.stood and 2 * len(view.gone) < len(view.stood)):
        return ""
    if not view.stood and not view.held:
        return ""
    what = _OBSTACLES.get(view.extraction.obstacle, view.extraction.obstacle)
    return f"this is {what}, not the list; all that is known is kept"


def _strangers(view: View) -> str:
    if view.here or len(view.stood) < LEAST or not view.extraction.records or _later(view):
        return ""
    count = len(view.extraction.records)
    if view.elsewhere:
        return (
            f"none of its {count} entries is known, but {view.elsewhere} known ones stand in another list of the page"
        )
    return f"none of its {count} entries is known, and none of the {len(view.stood)} that stood there is left"


def _later(view: View) -> bool:
    """Same shape and newer dates: we were away while the list went on."""
    extraction = view.extraction
    if view.elsewhere or not same_shape(extraction.method, view.method):
        return False
    dates = [first_day(record.date) for record in extraction.records if record.date]
    before = [first_day(record.date) for record in view.stood.values() if record.date]
    if extraction.kind != "feed" and (not before or len(dates) < _USUAL * len(extraction.records)):
        return False
    return not dates or not before or min(dates) >= max(before)


def _crossed(view: View) -> str:
    """Titles that stand with the links or the dates of others, as when dates are paired with the wrong titles."""
    crossed = straight = 0
    for link in (link for link in view.links if link.record.url):
        by_title = _stood(view, "title", link.traits.title)
        by_link = _stood(view, "url", url_key(link.record.url or ""))
        if by_title and by_link:
            crossed += by_title != by_link
            straight += by_title == by_link
    if crossed >= LEAST and crossed > straight:
        return f"{crossed} known titles stand with the links of other entries"
    return ""


def _dates(view: View) -> str:
    """A title that recurs, on the page or over time, is that of many entries: its dates say nothing."""
    jumped = same = 0
    here = Counter(link.traits.title for link in view.links)
    for link in view.links:
        key = link.traits.title
        recurs = here[key] > 1 or len(view.known.owners.get(("title", key), ())) > 1
        id = "" if recurs else _stood(view, "title", key)
        mine, theirs = link.record.date, view.stood[id].date if id else None
        if mine and theirs and precision(mine) == precision(theirs) == "day":
            far = abs((first_day(mine) - first_day(theirs)).days) > _SLIP
            jumped += far
            same += not far
    if jumped >= LEAST and jumped > same:
        return f"{jumped} of {jumped + same} known entries have other dates than before"
    return ""


def _stood(view: View, kind: str, key: str) -> str:
    """The one entry that stood here and has this evidence, "" for none or several."""
    owners = [id for id in view.known.owners.get((kind, key), ()) if id in view.stood]
    return owners[0] if len(owners) == 1 else ""


def _vanished(view: View) -> str:
    """Shorter, and most of what stood there is missing."""
    stood, gone = len(view.stood), view.gone
    usual = median([one.records for one in view.history.looks] or [view.held])
    if stood < SOME or 2 * len(gone) <= stood or len(view.links) >= _SHORT * usual or _moved_on(view, gone):
        return ""
    return f"{len(gone)} of the {stood} entries that stood there are missing, and it is shorter than ever"


def _moved_on(view: View, gone: Sequence[Record]) -> bool:
    """Half of it came, and is newer than all that went, as when a list begins again with the month."""
    came = [record.date for record in view.unknown]
    went = [last_day(record.date) for record in gone if record.date]
    if 2 * len(came) < len(view.links) or not went:
        return False
    return all(one is not None and first_day(one) >= max(went) for one in came)


def _relaunching(view: View) -> str:
    whole = sum(link.twin is None for link in view.links)
    if view.moved < LEAST or view.moved < MOVED * whole:
        return ""
    stood, gone = list(view.stood.values()), view.gone
    open_ones = [one for one in view.unknown if not surely_new(one, stood, gone, view.now)]
    if not open_ones:
        return ""
    return f"{view.moved} of {whole} entries have new addresses, and {len(open_ones)} cannot be told from new ones"


def _fields(view: View) -> str:
    """A field that nearly all records had is missing from nearly all, or from all that are new."""
    now, looks = look(view.extraction), view.history.looks
    if not looks or now.records < LEAST:
        return ""
    fresh = look(Extraction("", "", records=tuple(view.unknown)))
    names = {"dated": "a date", "linked": "a link", "titled": "a title"}
    for name, what in names.items():
        if median(getattr(one, name) for one in looks) < _USUAL:
            continue
        if getattr(now, name) <= _COLLAPSED:
            return f"{_count(now.records, getattr(now, name))} of {now.records} entries have {what}; nearly all had"
        if fresh.records >= LEAST and getattr(fresh, name) <= _COLLAPSED:
            return f"{fresh.records} entries are new, and nearly none of them has {what}; nearly all others have"
    return ""


def _count(records: int, share: float) -> int:
    return round(records * share)


def _older(view: View) -> str:
    """Many unknown entries of long ago among known ones: sorted or chosen otherwise than before."""
    dates = [link.record.date for link in view.links]
    known = [link.entry is not None or link.twin is not None for link in view.links]
    oldest = min((first_day(one.date) for one in view.stood.values() if one.date), default=None)
    if oldest is None or not any(known):
        return ""
    among = view.links[: arrivals.backfill_from(dates, known)]
    old = [link for link in among if link.entry is None and link.twin is None and _before(link.record, oldest)]
    if len(old) < LEAST or len(old) < _OLDER * len(view.links):
        return ""
    return f"{len(old)} unknown entries are older than all that stood there; it may be sorted in another way"


def _before(record: Record, day: date) -> bool:
    return record.date is not None and last_day(record.date) < day


def _future(view: View) -> str:
    limit = (view.now + _FAR).date()
    dated = [record.date for record in view.unknown if record.date]
    ahead = [one for one in dated if first_day(one) > limit]
    stood = [record.date for record in view.stood.values() if record.date]
    usual = sum(first_day(one) > limit for one in stood)
    if len(ahead) < LEAST or 2 * len(ahead) < len(dated) or len(stood) < LEAST or 10 * usual > len(stood):
        return ""
    return f"{len(ahead)} new entries have dates in the future, as none had before"


CHECKS: dict[str, Callable[[View], str]] = {
    "empty": _empty,
    "obstacle": _walled,
    "strangers": _strangers,
    "crossed": _crossed,
    "dates": _dates,
    "vanished": _vanished,
    "relaunching": _relaunching,
    "fields": _fields,
    "older": _older,
    "future": _future,
}
