"""Be told of news instead of asking for it: subscriptions of our sources at the hubs that their feeds announce.

W3C WebSub, the subscriber's part. `decide` says what is to be done with a subscription, `tend` does it through the one
fetch function; web/websub.py hears what hubs answer and hands it to `confirmed`, `denied` and `heard`. Each request is
written down with the time of the next try before it is made, so that an ended process, or a hub that never confirms, is
nothing but a try that failed. Polling goes on, rarer while notices come (`feeds.schedule`).

The surprising rule: what a hub delivers is never read. A notice makes the source due, and the poll reads the feed where
it has always stood (docs/decisions/0019-a-notice-is-a-reason-to-poll.md).
"""

import asyncio
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias
from urllib.parse import urlencode

from sqlalchemy import Connection

from feeds.addresses import RefusedUrl, by_proxy, checked, networks
from feeds.fetch import Failed, Posted
from feeds.poll import Watch
from state import websub
from state.records import Site
from state.store import Store
from state.websub import Subscription

PATH = "/websub/"  # before the token, below site.url
LEASE = 10 * 86_400  # seconds that we ask for
LONGEST_LEASE = 90 * 86_400  # seconds that we believe in
METHODS = ("sha1", "sha256", "sha384", "sha512")
_SHORTEST_LEASE = 60
_RENEWED = 0.8  # of a lease: what is left is time for retries
_FIRST_RETRY = 300.0  # seconds, doubled with every try that is not confirmed
_LONGEST_RETRY = 86_400.0
_FAREWELLS = 5  # tries to end a subscription; then it ends by its lease
_DENIED = timedelta(days=7)  # before a hub that refused is asked again
_AT_ONCE = 20  # requests to hubs in one call
_NOTE = 300  # characters that are kept

Step: TypeAlias = Literal["subscribe", "unsubscribe", "end", "forget"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a request to a hub. note: why it came to nothing, or ""."""

    source: str
    step: Step
    note: str


# ---- deciding ----


def decide(one: Subscription, base: str, now: datetime) -> Step | None:
    """What is to be done with a subscription now. base: site.url."""
    wanted = one.active and one.announced
    due = one.next_at is None or one.next_at <= now
    match one.state:
        case "idle" | "denied" if wanted:
            return "subscribe" if due else None
        case "idle":
            return None if one.announced else "forget"
        case "denied":
            return "end"
        case "leaving" if wanted:
            return "subscribe"
        case "leaving":
            last = one.attempts >= _FAREWELLS or one.lease_until is None or one.lease_until <= now
            return None if not due else "end" if last else "unsubscribe"
        case _ if not wanted:
            return "unsubscribe"
        case _:
            return "subscribe" if due or one.base != base else None


def after(one: Subscription, step: Step, base: str, now: datetime) -> dict[str, object]:
    """The columns that change before a step is made."""
    if step in ("end", "forget"):
        return {"state": "idle", "attempts": 0, "next_at": None, "lease_until": None}
    going_on = one.state in (("asked", "subscribed") if step == "subscribe" else ("leaving",))
    attempts = one.attempts + 1 if going_on else 1
    if step == "unsubscribe":
        state = "leaving"
    else:  # while a renewal is under way the old lease stands
        state = "subscribed" if one.state == "subscribed" and (one.lease_until or now) > now else "asked"
    return {"state": state, "base": base, "attempts": attempts, "next_at": now + timedelta(seconds=_retry(attempts))}


def _retry(attempts: int) -> float:
    return min(_FIRST_RETRY * (1 << min(attempts - 1, 12)), _LONGEST_RETRY)


def judged(answer: Posted | Failed) -> str:
    """Why a hub's answer is none, or ""; only what it then asks at our callback counts as a yes."""
    if isinstance(answer, Failed):
        return answer.reason[:_NOTE]
    if 200 <= answer.status < 300:
        return ""
    return f"the hub answers with status {answer.status}{': ' if answer.said else ''}{answer.said}"[:_NOTE]


def genuine(secret: str, method: str, digest: "hmac.HMAC", signed: str) -> bool:
    """Whether X-Hub-Signature is that of a body. digest: over the whole body; signed: the hexadecimal digits."""
    told = signed.strip().lower().encode("utf-8", "replace")
    return method in METHODS and bool(secret) and hmac.compare_digest(digest.hexdigest().encode(), told)


def public(site: Site, allow: tuple[str, ...]) -> str:
    """site.url as hubs may reach it; "" where unset, this machine, or a network that poll.allow does not name."""
    try:
        by_proxy(checked(site.url), networks(allow))
    except RefusedUrl:
        return ""
    return site.url


# ---- asking ----


async def tend(watch: Watch, base: str, *, now: datetime) -> tuple[Asked, ...]:
    """Subscribe, renew and unsubscribe where it is time, and make the sources due of which hubs announced news.

    base: `public`; nothing is asked of hubs without one.
    """
    asking = await asyncio.to_thread(_begun, watch.store, base, now)
    return tuple(await asyncio.gather(*(_ask(watch, one, step, base, now) for one, step in asking)))


def _begun(store: Store, base: str, now: datetime) -> list[tuple[Subscription, Step]]:
    """Write down what is going to be asked of hubs."""
    wake(store, now)
    with store.read() as db:
        if not base or not websub.due(db, base, now, 1):
            return []
    begun: list[tuple[Subscription, Step]] = []
    with store.write() as db:
        for one in websub.due(db, base, now, _AT_ONCE):
            step = decide(one, base, now)
            if step == "forget":
                websub.drop(db, one.source)
            elif step is not None:
                websub.put(db, one.source, after(one, step, base, now))
                begun += [(one, step)] if step in ("subscribe", "unsubscribe") else []
    return begun


async def _ask(watch: Watch, one: Subscription, step: Step, base: str, now: datetime) -> Asked:
    form = {
        "hub.callback": base.rstrip("/") + PATH + one.token,
        "hub.mode": step,
        "hub.topic": one.topic,
        **({"hub.lease_seconds": str(LEASE), "hub.secret": one.secret} if step == "subscribe" else {}),
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await watch.fetcher.post(one.hub, urlencode(form).encode(), headers)
    note = judged(answer)
    if note:
        await asyncio.to_thread(_failed, watch.store, one, note, now, answer.retry_after or 0.0)
    return Asked(one.source, step, note)


def _failed(store: Store, one: Subscription, note: str, now: datetime, wait: float) -> None:
    with store.write() as db:
        values: dict[str, object] = {"note": note}
        if wait > _retry(one.attempts + 1):
            values["next_at"] = now + timedelta(seconds=wait)
        websub.put(db, one.source, values, token=one.token)


# ---- hearing ----


def confirmed(db: Connection, token: str, *, mode: str, topic: str, lease: str, now: datetime) -> bool:
    """Whether we mean what a hub asks whether we meant it, and notes the answer. lease: seconds, as written."""
    one = websub.of_token(db, token)
    if one is None or one.topic != topic:
        return False
    if mode == "unsubscribe" and one.state == "leaving":
        return websub.put(db, one.source, {**after(one, "end", one.base, now), "note": ""}, token=token)
    if mode != "subscribe" or one.state not in ("asked", "subscribed"):
        return False
    named = int(lease) if lease.isascii() and lease.isdigit() and len(lease) < 16 else LEASE
    seconds = min(max(named, _SHORTEST_LEASE), LONGEST_LEASE)
    stands = {
        "state": "subscribed",
        "attempts": 0,
        "lease_until": now + timedelta(seconds=seconds),
        "next_at": now + timedelta(seconds=round(_RENEWED * seconds)),
        "note": "",
    }
    return websub.put(db, one.source, stands, token=token)


def denied(db: Connection, token: str, *, topic: str, reason: str, now: datetime) -> bool:
    """A hub will not, or no longer, tell us of a topic; it is asked again a week later."""
    one = websub.of_token(db, token)
    if one is None or one.topic != topic or one.state not in ("asked", "subscribed"):
        return False
    note = f"the hub refuses{': ' if reason else ''}{reason}"[:_NOTE]
    values = {"state": "denied", "attempts": 0, "lease_until": None, "next_at": now + _DENIED, "note": note}
    return websub.put(db, one.source, values, token=token)


def heard(store: Store, token: str, now: datetime) -> None:
    """A hub has announced news: their source is polled as soon as it may be."""
    with store.write() as db:
        websub.notified(db, token, now)
    wake(store, now)


def wake(store: Store, now: datetime) -> None:
    """Make the sources due of which hubs announced news since they were read."""
    with store.read() as db:
        ids = websub.waiting(db, now)
    if ids:
        with store.write() as db:
            websub.rouse(db, ids, now)
