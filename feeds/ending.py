"""Decide what became of a poll: the next one, what the admin is told, when the host may be asked again.

Pure: values in, an `Ended` out, which `feeds.settling` writes. Only polls that brought documents are planned elsewhere
(`feeds.plan`); for them this says which columns change beside. Called by `feeds.poll`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from feeds import rhythm, schedule, whereabouts
from feeds.documents import Reading
from feeds.fetch import Failed
from feeds.plan import Plan
from feeds.schedule import Habits, HubSays, Next
from feeds.settings import Polling
from feeds.settling import Ended
from feeds.suspicion import Doubt
from feeds.whereabouts import Whereabouts
from state.codec import encode
from state.habits import Pacing
from state.hosts import Rest
from state.records import Pace, Validators
from state.sources import Claim
from state.websub import Push

_HELD = (429, 503)  # of the host, not of the one document (RFC 6585 4, RFC 9110 15.6.4)
_TOO_OFTEN = 600.0  # seconds, where a 429 does not say how long
_ROBOTS = 3600.0  # seconds after which a refusal by robots.txt is looked at again, at least


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll that has ended. now: when it began; ended: when it did; gap: seconds that its host wants.

    known: validators before it, by URL; whole: URLs that were asked for without conditions.
    push: how its hub tells of news, None where it has none.
    """

    claim: Claim
    reading: Reading
    settings: Polling
    now: datetime
    ended: datetime
    gap: float
    failed: Failed | None
    known: Mapping[str, Validators]
    whole: frozenset[str] = frozenset()
    push: Push | None = None

    @property
    def rest(self) -> Rest:
        """The host's, after an ordinary poll."""
        until = self.ended + timedelta(seconds=self.gap) if self.gap else None
        return Rest(self.claim.host, self.claim.holder, until)


def stored(poll: Poll, plan: Plan) -> dict[str, object]:
    """The columns of a source after a poll whose documents are stored."""
    source, now = poll.claim.source, poll.now
    changed = bool(plan.new or plan.revised or plan.withdrawn or plan.returned)
    pacing = _learnt(poll, news=source.first_seen_at is not None and any(not entry.baseline for entry in plan.new))
    after = _next(poll, pacing, changed=changed)
    return {
        "first_seen_at": source.first_seen_at or now,
        "last_polled_at": now,
        "last_changed_at": now if changed else source.last_changed_at,
        "next_poll_at": after.at,
        "next_poll_reason": after.reason,
        "failures": 0,
        "error": "",
        "pacing": encode(pacing),
    }


def given_back(poll: Poll) -> Ended:
    """After a poll whose documents are stored: its host rests, and it may have moved."""
    where = _whereabouts(poll)
    return _told(poll, Ended(poll.claim, poll.now, poll.rest, cleared=("gone", "robots")), where)


def untouched(poll: Poll) -> Ended:
    """Nothing was parsed: the documents are as they were."""
    claim, now = poll.claim, poll.now
    pacing, where = claim.pacing, _whereabouts(poll)
    values: dict[str, object] = {"last_polled_at": now, "failures": 0, "error": ""}
    if pacing.rhythm is None or where.moved != pacing.moved:
        pacing = replace(pacing, rhythm=pacing.rhythm or rhythm.began(now), moved=where.moved)
        values["pacing"] = encode(pacing)
    after = _next(poll, pacing, changed=False)
    values |= {"next_poll_at": after.at, "next_poll_reason": after.reason}
    fresh = tuple(one for one in poll.reading.unchanged if one != poll.known.get(one.url))
    ended = Ended(
        claim,
        now,
        poll.rest,
        values,
        renewed=tuple(one for one in fresh if one.url not in poll.whole),
        whole=tuple(one for one in poll.reading.unchanged if one.url in poll.whole),
        cleared=("broken", "empty", "quarantined", "gone", "robots"),
    )
    return _told(poll, ended, where)


def failed(poll: Poll) -> Ended:
    """Nothing could be read: what is known stays, and the next attempt waits longer."""
    source, reading, failed = poll.claim.source, poll.reading, poll.failed
    failures = source.failures + 1
    status = failed.status if failed else None
    after = schedule.after_failure(source.id, source.every, failures, now=poll.now, wait=reading.wait, status=status)
    said = whereabouts.unreachable(source, reading.failure, failures, status)
    if failed and failed.kind == "robots":
        after = _after_refusal(source.id, source.every, poll.now)
        said = Doubt("robots", reading.failure, f"tidings source edit {source.id} --ignore-robots")
    rest, asked = _rest(poll)
    values = {
        "last_polled_at": poll.now,
        "next_poll_at": after.at,
        "next_poll_reason": after.reason,
        "failures": failures,
        "error": reading.failure,
    }
    cleared = ("broken",) if said and said.kind in ("gone", "robots") else ()
    return Ended(poll.claim, poll.now, rest, values, asked, raised=(said,) if said else (), cleared=cleared)


def no_network(poll: Poll) -> Ended:
    """Nobody could be reached from here: nothing is counted against the source."""
    after = schedule.after_no_network(poll.claim.source.id, poll.now)
    said = Doubt(
        "network",
        "no host can be reached from this machine; sources are read again when its network, DNS or proxy works",
        "tidings doctor",
    )
    values = {"next_poll_at": after.at, "next_poll_reason": after.reason}
    return Ended(poll.claim, poll.now, replace(poll.rest, until=None), values, said=said)


def _after_refusal(id: str, every: int, now: datetime) -> Next:
    after = schedule.after_failure(id, max(every, int(_ROBOTS)), 1, now=now)
    return Next(after.at, "robots.txt refuses: asked again")


def _rest(poll: Poll) -> tuple[Rest, bool]:
    """How long the host is left alone after a failure, and whether it asked for it."""
    failed, rest = poll.failed, poll.rest
    if failed is None or failed.status not in _HELD:
        return rest, False
    wanted = failed.retry_after if failed.retry_after is not None else _TOO_OFTEN * (failed.status == 429)
    if wanted <= poll.gap:
        return rest, False
    until = poll.ended + timedelta(seconds=wanted)
    return replace(rest, until=until, reason=f"the host asks to wait {schedule.words(wanted)}"), True


def _learnt(poll: Poll, *, news: bool) -> Pacing:
    """What is known of a source's rhythm after a poll. news: it brought some."""
    source, now = poll.claim.source, poll.now
    known = poll.claim.pacing.rhythm or rhythm.began(now)
    if news and source.last_polled_at:
        known = rhythm.observed(known, after=source.last_polled_at, now=now, timezone=source.timezone)
    pace = next((page.extraction.pace for page in poll.reading.pages), Pace())
    silent = news and _leased(poll) and not _announced(poll)
    return Pacing(known, pace, _whereabouts(poll).moved, now if silent else poll.claim.pacing.unannounced)


def _leased(poll: Poll) -> bool:
    return bool(poll.push and poll.push.lease_until and poll.push.lease_until > poll.now)


def _announced(poll: Poll) -> bool:
    """Whether the hub announced something since the poll before."""
    last, at = poll.claim.source.last_polled_at, poll.push.notified_at if poll.push else None
    return at is not None and (last is None or at > last)


def _hub(poll: Poll, pacing: Pacing, *, changed: bool) -> HubSays:
    """What a hub means for the next poll. One that was silent of news is not relied on until it speaks again."""
    if _announced(poll) and not changed:
        return "not yet"
    at = poll.push.notified_at if poll.push else None
    relied_on = at is not None and (pacing.unannounced is None or at > pacing.unannounced)
    return "tells" if relied_on and _leased(poll) else ""


def _next(poll: Poll, pacing: Pacing, *, changed: bool) -> Next:
    source, settings = poll.claim.source, poll.settings
    habits = Habits(
        pacing,
        source.fixed,
        source.timezone,
        settings.min_every,
        settings.max_every,
        _hub(poll, pacing, changed=changed),
    )
    return schedule.after_success(source.id, source.every, now=poll.now, wait=poll.reading.wait, habits=habits)


def _whereabouts(poll: Poll) -> Whereabouts:
    return whereabouts.after(poll.claim.source, poll.claim.pacing.moved, poll.reading.moved, poll.now)


def _told(poll: Poll, ended: Ended, where: Whereabouts) -> Ended:
    """An ending with what is to be said of a move; without one, the alarm is over."""
    if where.said:
        return replace(ended, to=where.to, raised=(*ended.raised, where.said))
    over = ("moved",) if poll.claim.pacing.moved and not where.moved else ()
    return replace(ended, to=where.to, cleared=(*ended.cleared, *over))
