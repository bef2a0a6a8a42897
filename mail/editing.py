"""What the admin may do to an edition before it goes: edit, hold, release, approve, cancel.

    going ──hold──▶ held ──release──▶ going, or waiting where it wants an approval it does not have
    waiting ──approve──▶ going          any of them ──cancel──▶ cancelled

Each is a compare-and-set on the state and content that were looked at, in one
transaction with a line in the edition's log and with what a worker holds of it, so that
a run under way and a second admin do no harm; from then on nothing more begins. The
other messages follow in short transactions (state/waiting.py); a crash between them is
mended by repeating the command. The surprising rules: an edition can be
edited only while delivery has taken up none of its messages, because what was sent is
not changed afterwards; and an approval is for one content: edited, it is asked for again.
What the admin dropped, or cancelled, is not owed again unless the admin says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import Connection

from mail import world
from mail.cohort import Cohort
from mail.edition import Known, Remarks, compose
from mail.proof import proof
from mail.settings import Digests, Mailing
from state import alarms, editions, owed, waiting
from state.codec import decode, encode
from state.editions import Desk, Issue, State
from state.errors import Conflict, Misuse, NotFound, UserError
from state.records import Edition, Site
from state.store import Store
from state.text import clean, clean_block
from templates import own

Event: TypeAlias = Literal["hold", "release", "approve", "cancel"]
NOTE = 5_000  # characters of a note
ALARM = "digests"  # under which name editions that wait are told
GIVEN_BACK = 500  # messages in one transaction

_FROM: dict[Event, tuple[State, ...]] = {
    "hold": ("going", "waiting"),
    "release": ("held",),
    "approve": ("waiting",),
    "cancel": ("going", "waiting", "held"),
}


@dataclass(frozen=True, slots=True)
class Moved:
    """issue: as it stands now. messages: how many moved with it. gone: how many had been sent or were on the wire."""

    issue: Issue
    messages: int
    gone: int


def after(event: Event, desk: Desk, *, left: bool = False) -> State | None:
    """The state that follows, None where that cannot happen now. Pure. left: it goes, but messages of it are held."""
    if desk.state not in _FROM[event] and not (event == "release" and desk.state == "going" and left):
        return None
    if event == "release" and desk.wants_approval and desk.approved != desk.content:
        return "waiting"
    becomes: dict[Event, State] = {"hold": "held", "release": "going", "approve": "going", "cancel": "cancelled"}
    return becomes[event]


# ---- when it is made ----


def first_look(
    made: Edition, cohort: Cohort, known: Known, settings: Digests, *, site: Site, mailing: Mailing, now: datetime
) -> Desk:
    """Whether a fresh edition may go: it must pass the lint, and be approved where that is asked for."""
    reason = _reason(made, cohort, known, site=site, mailing=mailing, now=now)
    state: State = "held" if reason else "waiting" if settings.approval else "going"
    return Desk(state, reason, settings.approval, plan=encode(cohort))


def _reason(made: Edition, cohort: Cohort, known: Known, *, site: Site, mailing: Mailing, now: datetime) -> str:
    """Why an edition is held, "" if it is not."""
    kind = "now" if cohort.rhythms == ("now",) else "digest"
    entries = [known.entries[name] for name, _ in cohort.entries]
    faults = proof(made, entries, site=site, mailing=mailing, now=now, kind=kind)
    more = f" (and {len(faults) - 3} more)" if len(faults) > 3 else ""
    return f"the lint of mails says: {'; '.join(faults[:3])}{more}" if faults else ""


def tell(db: Connection, now: datetime) -> None:
    """Let one alarm stand while editions wait for the admin, and end it when none does."""
    stopped = waiting.stopped(db)
    if not stopped:
        alarms.clear_alarm(db, source=ALARM, kind="delivery")
        return
    held = [one for one in stopped if one[1] == "held"]
    parts = []
    if held:
        name, _, subject, reason = held[0]
        parts.append(
            f"{len(held)} held, the first “{subject}”: {reason or 'by the admin'} (`tidings digest show {name}`)"
        )
    if len(held) < len(stopped):
        parts.append(f"{len(stopped) - len(held)} waiting for approval")
    message = f"digests that do not go: {'; '.join(parts)}"
    asks = f"tidings digest {'show' if held else 'approve'} {(held or stopped)[0][0]}"
    alarms.raise_alarm(db, source=ALARM, kind="delivery", message=message, now=now, asks=asks)


# ---- moving ----


def act(store: Store, name: str, event: Event, *, now: datetime, content: str | None = None) -> Moved:
    """Let an event happen to an edition and all its messages; as `move`, which raises what can be raised."""
    with store.write() as db:
        issue, messages = move(db, name, event, now=now, content=content)
    messages += _follow(store, issue, now)
    with store.read() as db:
        issue = editions.issue(db, issue.edition.id)
    return Moved(issue, messages, _gone(issue))


def move(db: Connection, name: str, event: Event, *, now: datetime, content: str | None = None) -> tuple[Issue, int]:
    """Let an event happen to an edition and to what workers have claimed of it: how many messages that was.

    content: of what was shown; None = whatever it is now. Raises NotFound; Conflict where the content is
    another one by now; UserError where it cannot happen.
    """
    issue = editions.issue(db, name)
    desk, edition = issue.desk, issue.edition
    if content is not None and content != desk.content:
        raise Conflict(
            f"digest {edition.id} has changed: its content is {desk.content} and not {content}; "
            f"look at it again with `tidings digest show {edition.id}`"
        )
    state = after(event, desk, left="held" in issue.messages)
    if state is None:
        raise UserError(_cannot(event, issue))
    approved = desk.content if event == "approve" else None
    if not editions.move(db, edition.id, expected=(desk.state, desk.content), state=state, approved=approved):
        raise Conflict(f"digest {edition.id} was changed by somebody else just now; look at it again and repeat")
    messages = 0 if state == "going" else waiting.follow(db, edition.id, state, now, claimed_only=True)
    said = f" of content {desk.content}" if event == "approve" else ""
    editions.log(db, edition.id, at=now, what=f"{event}{said}: {_gone(issue)} messages had gone")
    return editions.issue(db, edition.id), messages


def _follow(store: Store, issue: Issue, now: datetime) -> int:
    """Let the messages follow, and say to the admin what waits now; how many followed."""
    moved = 0
    while True:
        with store.write() as db:
            some = waiting.follow(db, issue.edition.id, issue.desk.state, now)
            if not some:
                tell(db, now)
        if not some:
            return moved
        moved += some


def _gone(issue: Issue) -> int:
    return sum(issue.messages.get(state, 0) for state in ("accepted", "sending", "in-doubt"))


def _cannot(event: Event, issue: Issue) -> str:
    name, desk = issue.edition.id, issue.desk
    if event == "approve" and desk.state == "held":
        why = desk.reason or "by the admin"
        return f"digest {name} is held ({why}); release it first: `tidings digest release {name}`"
    follows = {
        "going": "it goes already",
        "waiting": f"it waits for approval: `tidings digest approve {name}`",
        "held": f"it is held: `tidings digest release {name}` lets it go",
        "cancelled": "it was cancelled, and stays so",
    }[desk.state]
    return f"digest {name} is {desk.state} and cannot be {_PAST[event]}: {follows}"


_PAST: dict[Event, str] = {"hold": "held", "release": "released", "approve": "approved", "cancel": "cancelled"}


def give_back(store: Store, name: str, *, now: datetime) -> int:
    """What was in the cancelled messages of an edition is owed again, and comes with the next digest; how many lines.

    Entries that the admin dropped are not. In short transactions; it may be repeated.
    """
    with store.read() as db:
        issue = editions.issue(db, name)
    if issue.desk.state != "cancelled":
        raise UserError(f"digest {issue.edition.id} is {issue.desk.state}; only what was cancelled can be given back")
    lines, last = 0, 0
    while True:
        with store.write() as db:
            some = waiting.cancelled(db, issue.edition.id, after=last, limit=GIVEN_BACK)
            if some:
                lines += owed.give_back_messages(db, some, keep=issue.desk.dropped)
                last = max(some)
            elif lines:
                editions.log(db, issue.edition.id, at=now, what=f"given back: {lines} lines are owed again")
        if not some:
            return lines


# ---- editing ----


def edit(
    store: Store,
    name: str,
    *,
    note: str | None,
    drop: Sequence[str],
    site: Site,
    mailing: Mailing,
    now: datetime,
    templates: str = "",
) -> Issue:
    """Put a note on top (None leaves it, "" takes it away) and drop entries; the edition is rendered anew.

    templates: folder of the admin's own. Raises NotFound, Misuse, Conflict, and UserError where delivery has begun
    or a template is refused.
    """
    with store.read() as db:
        issue = editions.issue(db, name)
        _refuse_what_cannot_be_edited(issue, drop)
        cohort = decode(issue.desk.plan, Cohort)
        known = world.known(db, [cohort])
        seen = world.coverage(db, cohort.rhythms, issue.edition.created_at)
    desk = issue.desk
    words = desk.note if note is None else noted(note, issue.edition.id)
    dropped = tuple(dict.fromkeys((*desk.dropped, *drop)))
    kept = cohort.without(dropped)
    if not kept.sections and dropped:
        raise UserError(f"nothing would be left of it; cancel it instead: `tidings digest cancel {issue.edition.id}`")
    made = compose(
        kept, known, coverage=seen, site=site, edition_id=issue.edition.id, now=issue.edition.created_at,
        remarks=Remarks(paragraphs(words)), own=own.read(templates),
    )  # fmt: skip
    reason = _reason(made, kept, known, site=site, mailing=mailing, now=now)
    state, why = _anew(desk, reason)
    changed = replace(desk, note=words, dropped=dropped, approved="", state=state, reason=why)
    what = _what(issue, known, words, drop)
    with store.write() as db:
        done = _put(db, issue, made, changed, what, now)
    if done.desk.state != "going":
        _follow(store, done, now)
    with store.read() as db:
        return editions.issue(db, made.id)


def _anew(desk: Desk, reason: str) -> tuple[State, str]:
    """The state of an edition with new content, and why it is held."""
    if reason:
        return "held", reason
    if desk.state == "held":
        return "held", "edited; it passes the lint"
    return ("waiting" if desk.wants_approval else "going"), ""


def _put(db: Connection, issue: Issue, made: Edition, desk: Desk, what: str, now: datetime) -> Issue:
    begun = waiting.begun(db, made.id)
    if begun:
        raise UserError(
            f"delivery has taken up {begun} messages of digest {made.id}, so it stays as it is; "
            f"stop the rest with `tidings digest hold {made.id}` or `tidings digest cancel {made.id}`"
        )
    if not editions.rewrite(db, made, desk, expected=issue.desk.content):
        raise Conflict(f"digest {made.id} was changed by somebody else just now; look at it again and repeat")
    editions.log(db, made.id, at=now, what=what)
    return editions.issue(db, made.id)


def _refuse_what_cannot_be_edited(issue: Issue, drop: Sequence[str]) -> None:
    name, desk = issue.edition.id, issue.desk
    if desk.state == "cancelled" or not desk.plan:
        raise UserError(
            f"digest {name} is {desk.state} and cannot be edited; `tidings digest list` shows those that can"
        )
    for entry in drop:
        if entry not in {one for one, _ in decode(desk.plan, Cohort).entries}:
            raise NotFound(
                f"entry {entry!r} is not in digest {name}; `tidings digest show {name} --json` lists those that are"
            )


def noted(text: str, edition_id: str) -> str:
    """A note as it is kept: plain text, cleaned. Raises Misuse for one that is too long."""
    words = clean_block(text).replace("\t", " ")
    if len(words) > NOTE:
        raise Misuse(f"the note has {len(words)} characters; give at most {NOTE}")
    if edition_id in words:
        raise Misuse(f"the note names the digest's own id {edition_id}; leave that out, the mail links to it anyway")
    return words


def paragraphs(note: str) -> tuple[tuple[str, ...], ...]:
    """A note as lines of paragraphs; empty lines part them."""
    found: list[list[str]] = [[]]
    for line in note.split("\n"):
        if clean(line):
            found[-1].append(clean(line))
        elif found[-1]:
            found.append([])
    return tuple(tuple(lines) for lines in found if lines)


def _what(issue: Issue, known: Known, note: str, drop: Sequence[str]) -> str:
    done = [f"dropped {name} “{known.entries[name].title}”, which is not owed again" for name in dict.fromkeys(drop)]
    if note != issue.desk.note:
        done.insert(0, "note changed" if note else "note taken away")
    return f"edited: {'; '.join(done) or 'rendered anew'}"
