"""Act on what came back: find whom a report is about, count, stop sending, let people leave.

A report is believed only if it proves that it is about a mail of ours: by the
signed address it came to (VERP), the envelope id, or the Message-ID, in this
order; none of them can be guessed. What proves nothing is kept as "unknown" and
changes nothing. Each mail counts once. Called by mail/inbox.py and cli/bounces.py
on a write transaction. The surprising rules: a bounce of an address that was
changed since counts for nobody; and a complaint stands in the stop-list, so that
neither an import, an old copy of the database nor a form can undo it: the admin
lifts it, and then the person may ask for mail again.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mail import administration, bounces_policy, steps, subscriptions, tokens
from mail.answers import Reply
from mail.bounces_policy import Weight
from mail.policy import enhanced
from mail.reports import Report, Status
from mail.subscriptions import Already, Done
from state import alarms, bounces, keys, outbox, stoplist, subscribers
from state import subscriptions as rows
from state.bounces import Addressee, Noted, Refusal
from state.errors import UserError
from state.keys import Keys
from state.records import Subscriber
from state.store import Store

ALARM = "bounces"  # under which name the admin hears that servers turn us down
ALARM_FOR = timedelta(days=3)
LOOK_BACK, MOST = timedelta(days=7), 200  # refusals that are looked for, and how many in one transaction
KEEP_UNKNOWN = timedelta(days=90)
_ACTS = ("bounce", "complaint")


def take(db: Connection, report: Report, *, now: datetime) -> Noted | None:
    """Act on one mail that came back and keep it; None where it was read before."""
    if bounces.there(db, report.key):
        return None
    note = Noted(
        report.key, now, report.kind, recipient=report.recipient, status=_written(report.status), reason=report.reason,
        sender=report.sender[:300], subject=report.subject[:300],
    )  # fmt: skip
    made = _leaving(db, note, report, now) if report.kind == "unsubscribe" else _about(db, note, report, now)
    if made.kind == "unknown":
        made = replace(made, excerpt=report.excerpt)
    return made if bounces.note(db, made) else None


def _about(db: Connection, note: Noted, report: Report, now: datetime) -> Noted:
    """What follows from a report about a mail of ours."""
    whom = proven(db, report, keys.known(db, "token"), now)
    if whom is None:
        lost = report.kind in (*_ACTS, "delay")
        return replace(note, kind="unknown", done=f"a {report.kind} that names no mail of ours") if lost else note
    note = replace(note, message=whom.message, subscriber=whom.subscriber, recipient=note.recipient or whom.recipient)
    if report.kind == "unknown" and report.status and report.status[0] == 5:
        note = replace(note, kind="bounce")  # words only, but they came to the address that only a bounce comes to
    match note.kind:
        case "bounce":
            return _count(db, note, whom, report.status, now)
        case "complaint":
            return replace(note, done=complain(db, whom, now=now))
        case _:
            return note


def proven(db: Connection, report: Report, signed: Keys, now: datetime) -> Addressee | None:
    """Whom a report is about, None where it proves nothing."""
    for local in (*_locals((*report.came_to, *report.returns)), report.envid, *_locals((report.envid,))):
        number = tokens.bounced(signed, local, now=now)
        found = bounces.addressee(db, number) if number is not None else None
        if found:
            return found
    named = (f"<{report.envid.strip('<>')}>",) if report.envid else ()
    for message_id in (*named, *report.message_ids):
        found = bounces.addressee_of(db, message_id)
        if found:
            return found
    return None


def _locals(addresses: tuple[str, ...]) -> list[str]:
    return [address.rpartition("@")[0] for address in addresses]


def _written(status: Status | None) -> str:
    return ".".join(map(str, status)) if status else ""


# ---- bounces ----


def _count(db: Connection, note: Noted, whom: Addressee, status: Status | None, now: datetime) -> Noted:
    """Count a bounce; stop sending where that is one too many."""
    weight = bounces_policy.weigh(status)
    note = replace(note, weight=weight)
    person = subscribers.of_id(db, whom.subscriber)
    if weight == "ours":
        return replace(note, done="it is about us: not counted, told to the admin")
    if person is None or person.state in ("left", "suppressed"):
        return replace(note, done=f"not counted: {'erased' if person is None else person.state} already")
    if person.generation != whom.generation:
        return replace(note, done="not counted: the address was changed since")
    return replace(note, done=_counted(db, person, weight, note, now))


def _counted(db: Connection, person: Subscriber, weight: Weight, note: Noted, now: datetime) -> str:
    counted = bounces_policy.counted(bounces.score(db, person.id), weight, now)
    if not counted.over:
        bounces.put_score(db, person.id, counted.score)
        return f"counted as {weight}: score {counted.score.score:.2f} of {bounces_policy.LIMIT:g}"
    bounces.put_score(db, person.id, replace(counted.score, score=0.0, cause="bounced"))
    steps.take_back(db, person, now)
    steps.move(db, person, "suppress", now=now, by="service")
    why = f"{note.status} {note.reason}".strip() or "no reason given"
    subscribers.log(db, person.id, at=now, by="service", what=f"bounced too often, the last time: {why}")
    return "suppressed: it bounced too often"


def refused(db: Connection, *, now: datetime) -> bool:
    """Whether `count_refusals` has something to do; for a read transaction."""
    return bool(bounces.refusals(db, now - LOOK_BACK, limit=1))


def count_refusals(db: Connection, *, now: datetime) -> int:
    """Count addresses that a server turned down while we spoke to it; how many there were, at most MOST."""
    found = bounces.refusals(db, now - LOOK_BACK, limit=MOST)
    for one in found:
        whom = bounces.addressee(db, one.message)
        note = Noted(f"rcpt {one.message}", now, "bounce", message=one.message, reason=one.reply[:300])
        if whom:
            note = replace(note, subscriber=whom.subscriber, recipient=whom.recipient)
            status = _status_of(one)
            note = _count(db, replace(note, status=_written(status)), whom, status, now)
        bounces.note(db, note)
    return len(found)


def _status_of(refusal: Refusal) -> Status | None:
    """Of the server's words, which begin with its code; without an enhanced code 550 and 553 are about the address."""
    code, _, words = refusal.reply.partition(" ")
    if not code.isdecimal() or len(code) != 3:
        return None
    said = enhanced(Reply(int(code), words))
    return said or ((5, 1, 1) if code in ("550", "551", "553") else None)


def tell(store: Store, *, now: datetime) -> None:
    """Let an alarm stand while servers turn mail down for reasons that are ours; drop old mails that mean nothing."""
    with store.read() as db:
        number, last = bounces.about_us(db, now - ALARM_FOR)
        stands = any(one.kind == "delivery" for one in alarms.alarms(db, source=ALARM))
        old = bounces.idle(db, now - KEEP_UNKNOWN)
    if not (number or stands or old):
        return
    with store.write() as db:
        bounces.prune(db, now - KEEP_UNKNOWN, limit=MOST)
        if last is None:
            alarms.clear_alarm(db, source=ALARM, kind="delivery")
            return
        message = (
            f"{number} mails came back in {ALARM_FOR.days} days for reasons that are ours, the last: {last.reason}"
        )
        asks = "tidings bounces list"
        alarms.raise_alarm(db, source=ALARM, kind="delivery", message=message[:500], now=now, asks=asks)


# ---- complaints ----


def complain(db: Connection, whom: Addressee, *, now: datetime) -> str:
    """Stop sending to somebody who complained, at once and until the admin lifts it. What was done, in words."""
    person = subscribers.of_id(db, whom.subscriber)
    if person is None or person.generation != whom.generation:
        return "nothing: erased or readdressed since"
    had_left = person.state == "left"
    outbox.cancel_for(db, person.id, now)
    rows.remove(db, person.id)
    if person.state not in ("left", "suppressed"):
        steps.move(db, person, "suppress", now=now, by="service")
    subscribers.change(db, person.id, expected=["left", "suppressed"], left_at=now)
    subscribers.log(db, person.id, at=now, by="service", what="complained: marked a mail as spam")
    score = bounces.score(db, person.id) or bounces.Score(0.0, now)
    bounces.put_score(db, person.id, replace(score, cause="complained"))
    signed = keys.ensure(db, "stoplist", now=now)
    stoplist.beside(db).append("complained", subscribers.email_key(db, person.id), keys=signed, at=now)
    return "noted; they had left" if had_left else "suppressed until you lift it"


def lift(db: Connection, email: str, *, now: datetime) -> Done | Already:
    """Let mail go again to an address that bounced; after a complaint: let its person ask for mail again.

    Raises NotFound, UserError for somebody of whom nothing is to be lifted.
    """
    person = steps.known(db, email)
    signed = keys.ensure(db, "stoplist", now=now)
    email_key = subscribers.email_key(db, person.id)
    if stoplist.beside(db).complained(email_key, keys=signed):
        if person.state == "suppressed":
            person = steps.move(db, person, "leave", now=now, by="admin")
        subscribers.change(db, person.id, expected=["left"], left_at=now)
        subscribers.log(db, person.id, at=now, by="admin", what="complaint lifted: they may ask for mail again")
        stoplist.beside(db).append("left", email_key, keys=signed, at=now)
        return Done(person)
    if person.state != "suppressed":
        raise UserError(f"{person.email} is {person.state}; only what bounced or complained can be lifted")
    return administration.confirm(db, person.email, by="admin", now=now)


# ---- leaving by mail ----


def _leaving(db: Connection, note: Noted, report: Report, now: datetime) -> Noted:
    """Let the person of a token leave, whatever address the mail came from."""
    token = report.token
    owner = subscriptions.owner(db, token, "unsubscribe", now)
    if not isinstance(owner, tuple):
        return replace(note, kind="unknown", done="a wish to leave whose token is none of ours, or too old")
    note = replace(note, subscriber=owner[0].id, recipient=note.recipient or owner[0].email)
    topic = owner[1].extra or None
    done = subscriptions.unsubscribe(db, token, topic=topic, now=now)
    return replace(note, done="left" if isinstance(done, Done) else "they had left before")
