"""See whether every rhythm's digests went out in time, and let an alarm stand where they did not.

Instead of synthetic subscribers every real slot is looked at: a slot of a confirmed
person that has passed and was not planned, and a digest that is queued and due and was
not begun. That needs no made-up readers in the tables and misses nobody. The alarms have
the rhythm as their source ("daily", …; "outbox" for what is queued). Called by the
scheduler's tick. The surprising rule: after a start the planner first gets GRACE to make
up what was missed.
"""

from datetime import datetime, timedelta

from state import alarms, lateness
from state.lateness import Late
from state.records import RHYTHMS
from state.store import Store

GRACE = timedelta(minutes=30)
QUEUE = "outbox"
_HEARD = (*RHYTHMS, QUEUE)


def watch(store: Store, *, now: datetime, since: datetime) -> dict[str, Late]:
    """What is late, by rhythm; alarms stand accordingly. since: from when on this process could have done it."""
    with store.read() as db:
        late: dict[str, Late] = {str(every): one for every, one in lateness.unplanned(db, now - GRACE).items()}
        queued = lateness.queued(db, now - GRACE)
        standing = {one.source: one.message for one in alarms.alarms(db) if one.kind == "delivery"}
    if queued:
        late[QUEUE] = queued
    said = {name: words(name, one) for name, one in late.items()}
    if now - since < GRACE:
        said = {name: text for name, text in said.items() if name in standing}
    ended = [name for name in _HEARD if name in standing and name not in said]
    news = {name: text for name, text in said.items() if standing.get(name) != text}
    if not (ended or news):
        return late
    with store.write() as db:
        for name in ended:
            alarms.clear_alarm(db, source=name, kind="delivery")
        for name, text in news.items():
            asks = "tidings outbox list --state queued" if name == QUEUE else "tidings digest send --dry-run"
            alarms.raise_alarm(db, source=name, kind="delivery", message=text, now=now, asks=asks)
    return late


def words(name: str, late: Late) -> str:
    """What is late, for the admin. Not how many, which changes by the minute: the alarm is told once."""
    since = f"since {late.since:%Y-%m-%d %H:%M} UTC"
    if name == QUEUE:
        return f"mails are ready and due {since}, and are not handed over"
    return f"{name} digests are due {since}, and are not made"
