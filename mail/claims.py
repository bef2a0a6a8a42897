"""Keep the workers of a delivery in messages: claim what is due, and assemble its bytes before it is their turn.

Claims come in small batches, and single mails of a batch go ahead of what is left of the one before, so that a
confirmation waits for half a batch of digests at most.
A message whose bytes cannot be made is held with the reason, and the next one goes on. Used by `mail.deliver`.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy import Connection

from mail.answers import Envelope
from mail.pacing import Pacer, domain
from mail.settings import Mailing
from state import editions, keys, outbox, pacing
from state.keys import Keys
from state.outbox import Result
from state.records import Edition, Message, Site
from state.store import Store

CLAIM_LEASE = 300.0  # seconds that a message may wait between claim and begin
KEPT_EDITIONS = 16
HOUR = timedelta(hours=1)

log = structlog.get_logger()


class Assemble(Protocol):
    """Make the bytes of one mail (mail/message.py)."""

    def __call__(
        self,
        message: Message,
        *,
        edition: Edition | None,
        payload: str,
        keys: Keys,
        site: Site,
        settings: Mailing,
        now: datetime,
    ) -> Envelope: ...


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed message with its bytes. paced: it is known to be its turn."""

    message: Message
    envelope: Envelope
    paced: bool = False


class Claims:
    """What is claimed and not yet begun. limit: messages that may be claimed in all, None = any number."""

    def __init__(
        self,
        store: Store,
        settings: Mailing,
        site: Site,
        assemble: Assemble,
        *,
        clock: Callable[[], datetime],
        owner: str,
        limit: int | None,
        pacer: Pacer,
    ) -> None:
        self.counts: Counter[str] = Counter()  # messages that were settled here: held, suppressed
        self._store = store
        self._settings = settings
        self._site = site
        self._assemble = assemble
        self._clock = clock
        self._owner = owner
        self._left = limit
        self._pacer = pacer
        self._batch = max(32, 8 * settings.connections)
        self._jobs: tuple[deque[Job], ...] = tuple(deque() for _ in outbox.LANES)  # by lane
        self._filling: asyncio.Task[bool] | None = None
        self._dry = False  # nothing more is due, or may be claimed
        self._editions: dict[str, Edition] = {}

    @property
    def ready(self) -> int:
        """Messages that `next` gives without waiting."""
        return sum(len(jobs) for jobs in self._jobs)

    async def next(self) -> Job | None:
        """The next message, None where nothing more is due. Claims ahead while the workers are busy."""
        while True:
            if self._filling is None and not self._dry and self.ready < self._batch // 2:
                self._filling = asyncio.create_task(asyncio.to_thread(self._fill))
            for jobs in self._jobs:
                if jobs:
                    return jobs.popleft()
            if self._filling is None:
                return None
            await self._filled()

    def put_back(self, job: Job) -> None:
        self._jobs[job.message.lane].appendleft(job)

    def later(self, message: Message, now: datetime) -> Result | None:
        """What gives a message back whose turn has not come; None where it may go."""
        turn = self._pacer.turn(message.recipient, now) if message.lane else None
        if turn is None:
            return None
        slow = f"{domain(message.recipient)} asked us to slow down"
        return Result(message.id, message.fence, "queued", reply=slow, next_try_at=turn)

    async def close(self) -> tuple[Result, ...]:
        """End claiming; what gives the rest of the claims back."""
        self._dry = True
        if self._filling:
            await self._filled()
        return tuple(Result(job.message.id, job.message.fence, "queued") for jobs in self._jobs for job in jobs)

    async def _filled(self) -> None:
        """Wait for the filling under way, which several workers may do; raises what the store raises."""
        filling = self._filling
        assert filling is not None
        try:
            full = await asyncio.shield(filling)
        finally:
            if filling.done() and self._filling is filling:
                self._filling = None
        self._dry = self._dry or not full

    # ---- in a thread ----

    def _fill(self) -> bool:
        """Claim a batch and make it ready; whether there may be more."""
        now = self._clock()
        wanted = self._batch if self._left is None else min(self._batch, self._left)
        with self._store.write() as db:
            outbox.recover(db, now=now, resend=self._settings.in_doubt == "resend")
            pacing.keep(db, self._pacer.changes(), now)
            if self._settings.per_hour:
                wanted = min(wanted, self._settings.per_hour - outbox.begun_since(db, now - HOUR))
            claimed = (
                () if wanted <= 0 else outbox.claim(db, owner=self._owner, now=now, lease=CLAIM_LEASE, limit=wanted)
            )
        if self._left is not None:
            self._left -= len(claimed)
        settled = self._make_ready(claimed, now)
        if settled:
            with self._store.write() as db:
                outbox.record(db, settled, now=now, resend_at=None)
                pacing.keep(db, self._pacer.changes(), now)
            self.counts.update(result.state for result in settled if result.state != "queued")
            if self._left is not None:
                self._left += sum(result.state == "queued" for result in settled)
        return 0 < wanted == len(claimed)

    def _make_ready(self, claimed: Sequence[Message], now: datetime) -> list[Result]:
        """Assemble what was claimed; results for what cannot go out."""
        settled: list[Result] = []
        with self._store.read() as db:
            tokens = keys.known(db, "token")
            said = outbox.payloads(db, [message.id for message in claimed if not message.edition])
            for message in claimed:
                paced = self._pacer.paced(message.recipient)
                if later := self.later(message, now):
                    settled.append(later)
                    continue
                try:
                    envelope = self._envelope(db, message, said.get(message.id, ""), tokens, now)
                except Exception as error:  # the edge of one unit of work: this message is held, the next goes on
                    log.exception("assemble", message=message.id, subscriber=message.subscriber)
                    words = f"this mail could not be put together: {type(error).__name__}: {error}"
                    settled.append(Result(message.id, message.fence, "held", reply=words))
                else:
                    self._jobs[message.lane].append(Job(message, envelope, paced))
        return settled

    def _envelope(self, db: Connection, message: Message, payload: str, tokens: Keys, now: datetime) -> Envelope:
        return self._assemble(
            message,
            edition=self._edition(db, message.edition) if message.edition else None,
            payload=payload,
            keys=tokens,
            site=self._site,
            settings=self._settings,
            now=now,
        )

    def _edition(self, db: Connection, name: str) -> Edition:
        if name not in self._editions:
            if len(self._editions) >= KEPT_EDITIONS:
                self._editions.clear()
            self._editions[name] = editions.edition(db, name)
        return self._editions[name]
