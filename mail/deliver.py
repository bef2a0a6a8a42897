"""Send what is due in the outbox: claim, assemble, begin, hand over, record.

Each connection has a worker of its own: it begins a message (`mail.recording`: outcome of the last one and
beginning of the next in one durable commit), sends it (`mail.smtp`), and lets `mail.policy` judge the answer.
Whoever calls (`scheduler.tasks`, several at once if they like) does no harm: rows are claimed with lease and fence.

The surprising rule: a server that cannot be reached is no fault of a message. Its claims are given back
untouched, the run ends with the trouble it had, an alarm tells the admin, and the server is left alone for a while.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mail import dkim, policy, smtp
from mail.answers import LATE, Answer, Broken, Phase, Reply
from mail.claims import Assemble, Claims, Job
from mail.pacing import Pacer
from mail.policy import Deferred, Held, InDoubt, Outcome, Refused, Sent
from mail.recording import Dropped, Recorder
from mail.server import Server, Timeouts, parse_server
from mail.settings import Mailing
from state import alarms, outbox, pacing
from state.errors import Busy, UserError
from state.outbox import Result
from state.records import Message, Site
from state.store import Store

GRACE = 8.0  # seconds that what is on the wire may take after a stop


@dataclass(slots=True)
class Delivery:
    """The parts that are held open between runs. failures, quiet_until: the server could not be used of late."""

    store: Store
    settings: Mailing
    site: Site
    assemble: Assemble
    timeouts: Timeouts = field(default_factory=Timeouts)
    failures: int = 0
    quiet_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one run did. counts: messages by the state they were given. stale: outcomes that came too late to count.

    trouble: why the run ended early, or "".
    """

    counts: Mapping[str, int]
    stale: int = 0
    trouble: str = ""


async def deliver(
    delivery: Delivery,
    *,
    clock: Callable[[], datetime],
    owner: str,
    limit: int | None = None,
    stop: asyncio.Event | None = None,
) -> Delivered:
    """Send what is due, at most `limit` messages, until nothing is, `stop` is set, or the server is in trouble.

    After `stop` no message is begun; what is on the wire gets GRACE seconds. Raises UserError where mail cannot
    be sent at all (no server, no public address), and what the store raises when outcomes cannot be recorded.
    """
    server = _server(delivery)
    if delivery.quiet_until and clock() < delivery.quiet_until:
        return Delivered({})
    if await asyncio.to_thread(_idle, delivery.store, clock()):
        return Delivered({})
    await asyncio.to_thread(dkim.signers, delivery.settings)  # a key that cannot sign holds no message up one by one
    pacer = Pacer(await asyncio.to_thread(_paces, delivery.store))
    resend = delivery.settings.in_doubt == "resend"
    lease = delivery.timeouts.transaction + 60
    claims = Claims(
        delivery.store,
        delivery.settings,
        delivery.site,
        delivery.assemble,
        clock=clock,
        owner=owner,
        limit=limit,
        pacer=pacer,
    )
    workers = delivery.settings.connections
    try:
        async with Recorder(delivery.store, clock, lease=lease, resend=resend, workers=workers) as recorder:
            run = _Run(delivery, server, claims, recorder, clock, stop or asyncio.Event(), pacer)
            await run.work()
        if recorder.failure:
            raise recorder.failure
    except Busy:  # passes by itself
        raise
    except UserError as error:
        await asyncio.to_thread(_cannot_record, delivery.store, str(error), clock())
        raise
    await asyncio.to_thread(_conclude, delivery, run, pacer, clock())
    return Delivered(dict(run.counts + claims.counts), recorder.stale, run.trouble)


def _server(delivery: Delivery) -> Server:
    if not delivery.settings.smtp:
        raise UserError('mail.smtp is ""; set it to the server that takes our mail, like "smtp://127.0.0.1:25"')
    if not delivery.site.url:
        raise UserError(
            'site.url is ""; mail carries links to the pages of this service: set it to their public address, '
            'like "https://news.example.org", before real mail is sent'
        )
    return parse_server(delivery.settings.smtp, delivery.settings.tls)


def _idle(store: Store, now: datetime) -> bool:
    with store.read() as db:
        return outbox.idle(db, now)


def _paces(store: Store) -> dict[str, pacing.Pace]:
    with store.read() as db:
        return pacing.paces(db)


def _cannot_record(store: Store, why: str, now: datetime) -> None:
    """Leave word of a fault of the database that may be over by now; the caller raises it in any case."""
    with suppress(UserError), store.write() as db:
        said = f"sending stopped, because {why}"
        alarms.raise_alarm(db, source="", kind="delivery", message=said, now=now, asks="tidings doctor")


def _conclude(delivery: Delivery, run: "_Run", pacer: Pacer, now: datetime) -> None:
    """Remember how servers behave, and let the alarm stand or end accordingly."""
    if changed := pacer.changes():
        with delivery.store.write() as db:
            pacing.keep(db, changed, now)
    if run.trouble:
        delivery.failures += 1
        delivery.quiet_until = now + timedelta(seconds=policy.server_pause(delivery.failures))
        with delivery.store.write() as db:
            asks = "tidings outbox list"
            alarms.raise_alarm(db, source="", kind="delivery", message=run.trouble, now=now, asks=asks)
    elif run.counts["accepted"]:
        delivery.failures, delivery.quiet_until = 0, None
        with delivery.store.read() as db:
            stands = any(alarm.kind == "delivery" for alarm in alarms.alarms(db, source=""))
        if stands:
            with delivery.store.write() as db:
                alarms.clear_alarm(db, source="", kind="delivery")


class _Run:
    """The workers of one run and what they share."""

    def __init__(
        self,
        delivery: Delivery,
        server: Server,
        claims: Claims,
        recorder: Recorder,
        clock: Callable[[], datetime],
        stop: asyncio.Event,
        pacer: Pacer,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.trouble = ""
        self._delivery = delivery
        self._server = server
        self._claims = claims
        self._recorder = recorder
        self._clock = clock
        self._stop = stop
        self._pacer = pacer
        self._in_a_row = 0  # answers that concern us rather than one recipient
        self._failed = False  # a worker met a bug, or the store failed
        self._cut = False  # the grace after a stop is over
        self._open: set[smtp.Connection] = set()
        self._opening: set[asyncio.Task[smtp.Connection | Answer]] = set()

    @property
    def _over(self) -> bool:
        return self._stop.is_set() or self._failed or bool(self.trouble)

    async def work(self) -> None:
        """Run the workers; give back what they did not begin. Raises what the first of them raised."""
        workers = [asyncio.create_task(self._worker()) for _ in range(max(1, self._delivery.settings.connections))]
        cutter = asyncio.create_task(self._cut_after_stop(workers))
        try:
            ends = await asyncio.gather(*workers, return_exceptions=True)
        finally:
            cutter.cancel()
            self._abort()
        rest = await self._claims.close()
        if self._recorder.failure is None:
            await self._recorder.record(*rest)
        for end in ends:
            if end is not None and end is not self._recorder.failure:
                raise end

    async def _worker(self) -> None:
        try:
            await self._send_all()
        except BaseException:
            self._failed = True  # the others finish what they have begun
            raise

    async def _send_all(self) -> None:
        """One message after another over one connection."""
        connection: smtp.Connection | None = None
        result: Result | None = None  # of the last message, not yet recorded
        while not self._over:
            usable = connection is not None and connection.usable
            if result and not (usable and self._claims.ready):
                await self._recorder.record(result)
                result = None
            job = await self._claims.next()
            if job is None:
                break
            later = None if job.paced else self._claims.later(job.message, self._clock())
            if later:
                await self._recorder.record(later, *([result] if result else []))
                result = None
                continue
            if connection is None or not connection.usable:
                connection = await self._connect()
            if connection is None:
                self._claims.put_back(job)
                break
            begun = await self._recorder.begin(job.message, result)
            result = None
            if isinstance(begun, Dropped):
                self.counts["suppressed"] += bool(begun.reason)
                continue
            result, connection = await self._send(job, begun.until, connection)
        if result:
            await self._recorder.record(result)
        if connection:
            await connection.close()

    async def _send(
        self, job: Job, until: datetime, connection: smtp.Connection
    ) -> tuple[Result, smtp.Connection | None]:
        """Send one message that is begun; what became of it, and the connection for the next one."""
        dot = timedelta(seconds=self._delivery.timeouts.dot)

        def may_finish() -> bool:
            return self._clock() + dot < until  # asleep for too long: somebody else may have taken it over

        kept = connection.sent > 0
        answer = await connection.send(job.envelope, may_finish=may_finish)
        if kept and policy.ends_connection(answer) and not self._over:
            # A server may close a connection that was idle; that is no answer to this message.
            fresh = await self._connect()
            if fresh is None:
                return _given_back(job.message, answer), None
            connection = fresh
            answer = await connection.send(job.envelope, may_finish=may_finish)
        return self._judged(job.message, answer), connection

    def _judged(self, message: Message, answer: Answer) -> Result:
        unsent = isinstance(answer.reply, Broken) and answer.phase is not Phase.AFTER_FINAL_DOT
        if unsent and (self._cut or _words(answer) == LATE):
            return _given_back(message, answer)
        outcome = policy.judge(answer.phase, answer.reply)
        self._pacer.answered(message.recipient, answer)
        self._in_a_row = self._in_a_row + 1 if policy.counts_against_us(outcome, answer.phase) else self._in_a_row
        if isinstance(outcome, Sent):
            self._in_a_row = 0
        result = _result(message, answer, outcome, self._clock(), self._delivery.settings.give_up_after)
        if self._in_a_row >= policy.IN_A_ROW and not self.trouble:
            self.trouble = (
                f"{self._in_a_row} messages in a row were turned down by {self._server.host}, "
                f"the last one at {answer.phase.value}: {result.reply}"
            )
        self.counts[result.state] += 1
        return result

    async def _connect(self) -> smtp.Connection | None:
        """A new connection, or None: then either others are open, or the run is in trouble and ends."""
        opening = asyncio.create_task(smtp.connect(self._server, timeouts=self._delivery.timeouts))
        self._opening.add(opening)
        try:
            await asyncio.wait({opening})
        finally:
            opening.cancel()
            self._opening.discard(opening)
        if opening.cancelled():
            return None
        made = opening.result()
        self._open = {connection for connection in self._open if connection.usable}
        if isinstance(made, smtp.Connection):
            self._open.add(made)
            return made
        if not self._open and not self._opening:
            where = f"{self._server.host}:{self._server.port}"
            self.trouble = f"no mail can be handed to {where} ({made.phase.value}): {_words(made)}"
        return None

    async def _cut_after_stop(self, workers: Sequence[asyncio.Task[None]]) -> None:
        await self._stop.wait()
        await asyncio.wait(workers, timeout=GRACE)
        self._cut = True
        self._abort()

    def _abort(self) -> None:
        for opening in self._opening:
            opening.cancel()
        for connection in self._open:
            connection.abort()


def _given_back(message: Message, answer: Answer) -> Result:
    return Result(message.id, message.fence, "queued", answer.phase.value, _words(answer))


def _words(answer: Answer) -> str:
    return policy.said(answer.reply) if isinstance(answer.reply, Reply) else answer.reply.reason


def _result(message: Message, answer: Answer, outcome: Outcome, now: datetime, give_up_after: int) -> Result:
    """An outcome as the outbox keeps it."""

    def row(state: outbox.State, reply: str, next_try_at: datetime | None = None) -> Result:
        return Result(message.id, message.fence, state, answer.phase.value, reply, next_try_at)

    match outcome:
        case Sent(reply):
            return row("accepted", reply)
        case Refused(reason):
            return row("refused", reason)
        case Held(reason):
            return row("held", reason)
        case InDoubt(reason):
            return row("in-doubt", reason)
        case Deferred(reason):
            when = policy.next_try(message.attempts + 1, now, give_up_after)
            if when is None:
                return _result(message, answer, policy.final(outcome), now, give_up_after)
            return row("deferred", reason, when)
