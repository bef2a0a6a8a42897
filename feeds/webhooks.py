"""Post new entries to the addresses that the admin named, once each, however often it takes.

A message is a small batch of entries as JSON Feed has them, signed as Standard Webhooks says (headers webhook-id,
webhook-timestamp, webhook-signature: v1, HMAC-SHA256). It is frozen in its row before it is sent; until the receiver
answers 2xx the same entries go out under the same id, so that a receiver who remembers ids sees each message once even
if we were killed between its answer and our note of it. Messages of one webhook go out in order, one at a time.

Only filings that may be mailed count, from the moment the webhook was added: a baseline is not announced. Through the
one fetch function, so that no address leads into a private network. Called by the scheduler's tick.
"""

import asyncio
import base64
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from feeds.addresses import RefusedUrl, checked
from feeds.fetch import Failed, Fetcher, Posted
from feeds.minting import minted, unguessable
from state import alarms, entries, filings, publications, topics, webhooks
from state.errors import Misuse
from state.filings import ALL
from state.filters import parse_expression
from state.store import Store
from state.webhooks import Webhook

KIND = "webhook"  # of the alarm
MOST = 20  # entries in a message
_OCTETS = 256 * 1024  # of its entries, together; one larger entry goes alone
_ROUNDS = 5  # messages of one webhook in one call
_AT_ONCE = 10  # webhooks
_WITHIN = 15.0  # seconds that a receiver may take
_LEASE = 60.0  # seconds beyond what a call may take; then another worker sends the message again
_WAITS = (5, 60, 300, 1800, 7200, 18_000, 36_000)  # seconds after each attempt that failed
SUSPENDED = timedelta(days=3)  # after the first attempt that failed
_GONE = 410
_PREFIX = "whsec_"
_NOTE = 300  # characters that are kept


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one message. note: why it did not arrive, or ""."""

    webhook: str
    message: str
    entries: int
    note: str


# ---- deciding ----


def signed(secret: str, message: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of a message (Standard Webhooks, "Webhook headers")."""
    stamp = str(int(now.timestamp()))
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    mark = hmac.new(key, f"{message}.{stamp}.".encode() + body, sha256).digest()
    return {
        "Content-Type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(mark).decode()}",
    }


def payload(kind: str, items: Sequence[Mapping[str, Any]], at: datetime) -> bytes:
    """The body of a message. kind: "entries.new" or "test"; items: as JSON Feed has them."""
    told = {"type": kind, "timestamp": at.isoformat().replace("+00:00", "Z"), "data": {"items": items}}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def note(answer: Posted | Failed) -> str:
    """Why a message did not arrive, or ""."""
    if isinstance(answer, Failed):
        return answer.reason[:_NOTE]
    if 200 <= answer.status < 300:
        return ""
    return f"status {answer.status}{': ' if answer.said else ''}{answer.said}"[:_NOTE]


def after(hook: Webhook, answer: Posted | Failed, now: datetime) -> dict[str, object]:
    """The columns that change after an attempt."""
    said = note(answer)
    if not said:
        return {**_arrived(hook), "delivered": hook.delivered + 1, "delivered_at": now}
    since = hook.failing_since or now
    gone = isinstance(answer, Posted) and answer.status == _GONE
    wait = max(_WAITS[min(hook.attempts, len(_WAITS) - 1)], answer.retry_after or 0)
    return {
        "state": "suspended" if gone or now - since >= SUSPENDED else "active",
        "attempts": hook.attempts + 1,
        "next_at": now + timedelta(seconds=wait),
        "failing_since": since,
        "note": said,
    }


def _arrived(hook: Webhook) -> dict[str, object]:
    done = {"cursor_seq": hook.batch_seq, "message": "", "batch": (), "batched_at": None}
    return {**done, "attempts": 0, "next_at": None, "failing_since": None, "note": ""}


# ---- what the admin does ----


def add(db: Connection, url: str, wanted: Sequence[str], *, now: datetime) -> Webhook:
    """Post to an address from now on. wanted: topic expressions; () = everything. Raises Misuse, NotFound."""
    try:
        checked(url)
    except RefusedUrl as error:
        raise Misuse(f"{url!r} cannot be posted to: {error}; give an address like https://host.example/hook") from error
    found = [parse_expression(topic) for topic in wanted or (ALL,)]
    for one in found:
        if one.topic != ALL and topics.topic(db, one.topic).closed_at:
            raise Misuse(f"topic {one.topic} is closed; see `tidings topic list`")
    head = filings.head_seq(db)
    secret = _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    names = tuple(dict.fromkeys(str(one) for one in found))
    made = Webhook(minted()[0], url, names, secret, "active", now, head, head)
    webhooks.add(db, made)
    return made


def remove(db: Connection, id: str) -> None:
    """Post there no more; what is under way is forgotten. Raises NotFound."""
    webhooks.remove(db, id)
    alarms.clear_alarm(db, source=_named(id), kind=KIND)


def resume(db: Connection, id: str) -> Webhook:
    """Go on with a suspended webhook where it stopped, at once. Raises NotFound."""
    webhooks.webhook(db, id)
    webhooks.put(db, id, {"state": "active", "attempts": 0, "next_at": None, "failing_since": None})
    alarms.clear_alarm(db, source=_named(id), kind=KIND)
    return webhooks.webhook(db, id)


async def test(fetcher: Fetcher, hook: Webhook, *, now: datetime) -> str:
    """Send a message without entries, that counts for nothing. Why it did not arrive, or ""."""
    body = payload("test", (), now)
    headers = signed(hook.secret, f"test_{unguessable()}", body, now)
    return note(await fetcher.post(hook.url, body, headers, _WITHIN))


def _named(id: str) -> str:
    return f"webhook {id}"


# ---- sending ----


async def deliver(store: Store, fetcher: Fetcher, *, now: datetime) -> tuple[Told, ...]:
    """Send what is due, of many webhooks side by side."""
    told: list[Told] = []
    for _ in range(_ROUNDS):
        taken = await asyncio.to_thread(_taken, store, now)
        if not taken:
            break
        told += await asyncio.gather(*(_send(store, fetcher, hook, body, now) for hook, body in taken))
    return tuple(told)


def _taken(store: Store, now: datetime) -> list[tuple[Webhook, bytes]]:
    """Webhooks with a message to send, which is frozen now; until the lease ends nobody else sends it."""
    with store.read() as db:
        if not webhooks.due(db, now, 1):
            return []
    taken: list[tuple[Webhook, bytes]] = []
    with store.write() as db:
        for hook in webhooks.due(db, now, _AT_ONCE):
            frozen = hook.message or _freeze(db, hook, now)
            kept = webhooks.webhook(db, hook.id)
            items = _items(db, kept.batch) if frozen else []
            if frozen and not items:  # all of it was hidden since
                webhooks.put(db, hook.id, _arrived(kept))
            elif frozen:
                webhooks.put(db, hook.id, {"next_at": now + timedelta(seconds=_ROUNDS * _WITHIN + _LEASE)})
                taken.append((kept, payload("entries.new", items, kept.batched_at or now)))
    return taken


def _freeze(db: Connection, hook: Webhook, now: datetime) -> bool:
    """Make the next message of what is new; False where nothing is."""
    found, seq = webhooks.news(db, hook)
    sizes = {id: len(body) for id, body in publications.kept(db, [entry for _, entry in found], "json").items()}
    batch: list[str] = []
    octets = 0
    for place, (_, entry) in enumerate(found):
        octets += sizes.get(entry, 0)
        if batch and (len(batch) == MOST or octets > _OCTETS):
            seq = found[place - 1][0]
            break
        batch.append(entry)
    if not batch:
        webhooks.put(db, hook.id, {"cursor_seq": seq})
        return False
    message = {"message": f"msg_{unguessable()}", "batch": tuple(batch), "batch_seq": seq, "batched_at": now}
    return webhooks.put(db, hook.id, {**message, "attempts": 0})


def _items(db: Connection, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Entries as JSON Feed has them, with their id of ours and their topics; hidden ones are left out."""
    known, kept = entries.by_ids(db, ids), publications.kept(db, ids, "json")
    found: list[dict[str, Any]] = []
    for id in ids:
        if id in known and id in kept and not known[id].hidden_at:
            item = json.loads(kept[id])
            item["_tidings"] = {**item.get("_tidings", {}), "entry": id, "topics": list(known[id].topics)}
            found.append(item)
    return found


async def _send(store: Store, fetcher: Fetcher, hook: Webhook, body: bytes, now: datetime) -> Told:
    answer = await fetcher.post(hook.url, body, signed(hook.secret, hook.message, body, now), _WITHIN)
    await asyncio.to_thread(_keep, store, hook, answer, now)
    return Told(hook.id, hook.message, len(hook.batch), note(answer))


def _keep(store: Store, hook: Webhook, answer: Posted | Failed, now: datetime) -> None:
    """Note what became of a message, unless another worker has."""
    values = after(hook, answer, now)
    with store.write() as db:
        if webhooks.put(db, hook.id, values, message=hook.message) and values.get("state") == "suspended":
            since = values["failing_since"]
            said = f"webhook {hook.id} ({hook.url}) takes nothing since {since:%Y-%m-%d %H:%M} UTC: {values['note']}"
            asks = f"tidings webhook resume {hook.id}"
            alarms.raise_alarm(db, source=_named(hook.id), kind=KIND, message=said, now=now, asks=asks)
