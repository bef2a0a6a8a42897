"""Write what became of polls, many in one transaction, so that one that brought nothing costs its share of a commit.

A claim that another worker took over meanwhile is left alone. What a poll with news stores is written by
`feeds.commit`; here its host is given back. Called by `feeds.poll`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from feeds.suspicion import Doubt
from state import alarms, doubts, hosts, polls, sightings, sources
from state.hosts import Rest
from state.polls import Settled
from state.records import Validators
from state.sources import Claim

GROUP = 200  # endings in one transaction
SERVICE = ""  # whose alarms are those of the service itself


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of one poll.

    values: columns of the source that change; None where they are written already. rest: when its host may be asked
    again. asked: the host itself asked for that, so that its other sources wait too. renewed: validators that changed;
    whole: those of documents that were fetched as a whole and are the same. raised, cleared: alarms of the source;
    said: one of the service; silenced: kinds of the service's that are over. to: an address it takes over, or "".
    """

    claim: Claim
    now: datetime
    rest: Rest
    values: Mapping[str, object] | None = None
    asked: bool = False
    renewed: tuple[Validators, ...] = ()
    whole: tuple[Validators, ...] = ()
    raised: tuple[Doubt, ...] = ()
    cleared: tuple[str, ...] = ()
    said: Doubt | None = None
    silenced: tuple[str, ...] = ()
    to: str = ""


def write(db: Connection, group: Sequence[Ended]) -> None:
    """Write endings of polls in one transaction."""
    held = polls.still_held(db, [ended.claim for ended in group])
    ours = sorted((e for e in group if e.claim.source.id in held), key=lambda e: e.claim.source.id)
    polls.settle_all(db, [Settled(ended.claim, ended.values) for ended in ours if ended.values is not None])
    for ended in ours:
        id = ended.claim.source.id
        sources.renew(db, id, ended.renewed)
        sightings.see_again(db, id, [one.url for one in ended.whole], now=ended.now)
        sources.renew(db, id, ended.whole, fetched_at=ended.now)
        if ended.to and sources.watching(db, ended.to) is None:
            sources.move(db, id, ended.to)
    for ended in group:
        if ended.asked and ended.rest.until:
            polls.postpone(db, ended.rest.host, ended.rest.until, ended.rest.reason)
    hosts.release(db, [ended.rest for ended in group])
    doubts.all_over(db, [ended.claim.source.id for ended in ours if "quarantined" in ended.cleared])
    _tell(db, ours)


def _tell(db: Connection, group: Sequence[Ended]) -> None:
    """Raise and clear alarms; what does not stand costs nothing."""
    standing = alarms.standing(db, [SERVICE, *(ended.claim.source.id for ended in group if ended.cleared)])
    for ended in group:
        id = ended.claim.source.id
        for of, found in ((id, ended.raised), (SERVICE, (ended.said,) if ended.said else ())):
            for doubt in found:
                alarms.raise_alarm(
                    db, source=of, kind=doubt.kind, message=doubt.message, asks=doubt.asks, now=ended.now
                )
        for of, kinds in ((id, ended.cleared), (SERVICE, ended.silenced)):
            for kind in kinds:
                if (of, kind) in standing:
                    alarms.clear_alarm(db, source=of, kind=kind)
