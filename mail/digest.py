"""Plan the digests that are due: who gets what, frozen as editions and queued as messages.

Called by the scheduler's tasks and `tidings digest`. In chunks of at most 500
subscribers: load, decide (mail/cohort.py), write the editions that are missing,
then one transaction with outbox rows, sent rows, cursors and next slots. A crash
in between loses nothing: the same cohort finds its edition, and slots that were
not moved are planned again. Whoever changed meanwhile is passed over and planned
at the next call. An edition that fails the lint, or that waits for the admin's
approval, is planned all the same: its messages are held (mail/editing.py). A template
of the admin that fails is replaced by ours (mail/house_style.py).
"""

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mail import corrections, editing, world
from mail.cohort import Cohort, Plan, decide, starts, tomorrow
from mail.corrections import Revised
from mail.edition import compose
from mail.house_style import HouseStyle
from mail.message import message_id
from mail.preview import preview
from mail.settings import Digests, Mailing
from mail.windows import open_windows
from state import corrections as revisions
from state import editions, entries, filings, keys, owed, statistics, subscribers, subscriptions, waiting
from state.errors import UserError
from state.owed import Owed
from state.queueing import Draft, enqueue_all
from state.records import Every, Site
from state.store import Store

__all__ = ["Foreseen", "Planned", "plan_due", "preview"]

CHUNK = 500  # subscribers that are read and decided at once
UNSET = Mailing()
LEDGER, AT_ONCE = 2_000, 100  # lines of the ledger, people in one write transaction, which keeps it under 200 ms
KEPT, REFRESH = 2_000, 20  # topics whose filings are kept at most, and for how many chunks


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would be mailed to one person. entries: how many."""

    email: str
    subject: str
    entries: int


@dataclass(frozen=True, slots=True)
class Planned:
    """messages: queued. editions: ids, new or found. empty: people whose slot passed with nothing to say.

    foreseen: of a dry run only; then nothing was queued. held: messages among them that wait for the admin.
    """

    messages: int
    editions: tuple[str, ...]
    empty: int
    foreseen: tuple[Foreseen, ...] = ()
    held: int = 0


def plan_due(
    store: Store,
    *,
    site: Site,
    settings: Digests,
    mailing: Mailing = UNSET,
    now: datetime,
    immediately: bool = False,
    dry_run: bool = False,
    mint: Callable[[], str] = lambda: secrets.token_hex(16),
) -> Planned:
    """Queue every digest that is due. immediately: does not wait for the window of "now".

    dry_run: only says what would be mailed. mint: makes the unguessable ids of editions. mailing: for the lint.
    Raises UserError where links in mail would lead nowhere.
    """
    if not site.url:
        raise UserError(
            "site.url is not set, so links in mail would lead nowhere; "
            'set it in tidings.toml, e.g. url = "https://news.example.org"'
        )
    open_windows(store, window=timedelta(seconds=settings.window))
    messages = empty = held = 0
    used: dict[str, str] = {}
    foreseen: list[Foreseen] = []
    press = Press(site, settings, mailing, mint, HouseStyle(settings.templates))
    for plans in _chunks(store, settings, now, immediately):
        if dry_run:
            foreseen += _foresee(store, plans, site, now)
            continue
        made = _freeze(store, plans, press, now)
        used |= made
        for some in _batches(plans):
            queued, passed, aside = _commit(store, some, made, site, now)
            messages += queued
            empty += passed
            held += aside
    if not dry_run:
        press.style.tell(store, now)
    return Planned(messages, tuple(dict.fromkeys(used.values())), empty, tuple(foreseen), held)


# ---- who gets what ----


def _chunks(store: Store, settings: Digests, now: datetime, immediately: bool) -> Iterator[list[Plan]]:
    """The plans of everybody who is due, each person once."""
    after: tuple[datetime, str] | None = None
    brought = Brought()
    while True:
        with store.read() as db:
            due = subscriptions.due(db, now=now, immediately=immediately, after=after, limit=CHUNK)
            if not due:
                return
            plans = _decided(db, due, brought, settings, now)
        yield plans
        last = next(reversed(due))
        after = due[last][0].due_at, last


class Brought:
    """What topics bring, kept for a few chunks: the same for many people, but not the same for ever.

    revised: entries that changed lately (mail/corrections.py).
    """

    def __init__(self) -> None:
        self.revised: tuple[Revised, ...] = ()
        self._head, self._left = -1, 0
        self._found: dict[tuple[str, int], tuple[Owed, ...]] = {}

    def of(
        self, db: Connection, wanted: Iterable[tuple[str, int]], head: int, now: datetime
    ) -> dict[tuple[str, int], tuple[Owed, ...]]:
        """What stands under (topic expression, after which filing) up to the end of the ledger."""
        if head != self._head or self._left <= 0 or len(self._found) > KEPT:
            self._head, self._left, self._found = head, REFRESH, {}
            newest = revisions.revised(db, now - corrections.BACK, limit=corrections.REVISED)
            held = entries.by_ids(db, newest)
            self.revised = tuple(Revised(held[name], number) for name, number in newest.items() if name in held)
        self._left -= 1
        found = {}
        for key in wanted:
            if key not in self._found:
                self._found[key] = owed.candidates(db, key[0], since=key[1], head=head)
            found[key] = self._found[key]
        return found


def _decided(
    db: Connection, due: Mapping[str, Sequence[subscriptions.Slot]], brought: Brought, settings: Digests, now: datetime
) -> list[Plan]:
    people = subscribers.of_ids(db, list(due))
    rows = subscriptions.of_subscribers(db, list(people))
    head = filings.head_seq(db)
    ripe = {name: [row for row in rows[name] if row.every in {slot.every for slot in due[name]}] for name in people}
    brings = brought.of(db, {starts(row) for some in ripe.values() for row in some}, head, now)
    sent = owed.already_sent(db, list(people), {one.entry for some in brings.values() for one in some})
    told = revisions.told(db, list(people), [one.entry.id for one in brought.revised])
    return [
        decide(
            person,
            rows[name],
            due[name],
            brings=brings,
            sent=sent,
            head=head,
            now=now,
            empty_note=settings.empty_note,
            changed=corrections.corrections(name, ripe[name], brought.revised, told),
        )
        for name, person in people.items()
    ]


# ---- freezing and queueing ----


@dataclass(frozen=True, slots=True)
class Press:
    """What editions are made with."""

    site: Site
    settings: Digests
    mailing: Mailing
    mint: Callable[[], str]
    style: HouseStyle


def _freeze(store: Store, plans: Sequence[Plan], press: Press, now: datetime) -> dict[str, str]:
    """See that each cohort has its edition; edition ids by the cohorts' names. Rendered outside of transactions."""
    cohorts = {cohort.name: cohort for cohort in _cohorts(plans)}
    with store.read() as db:
        there = editions.of_cohorts(db, list(cohorts))
        missing = {name: cohort for name, cohort in cohorts.items() if name not in there}
        known = world.known(db, missing.values()) if missing else None
        seen = {cohort.rhythms: world.coverage(db, cohort.rhythms, now) for cohort in missing.values()}
    if known is None:
        return there
    for name, cohort in missing.items():
        seen_so = seen[cohort.rhythms]
        made = press.style.compose(cohort, known, coverage=seen_so, site=press.site, edition_id=press.mint(), now=now)
        desk = editing.first_look(made, cohort, known, press.settings, site=press.site, mailing=press.mailing, now=now)
        with store.write() as db:
            if editions.put(db, made, name, desk) and desk.state == "held":
                editions.log(db, made.id, at=now, what=f"held: {desk.reason}")
            there |= editions.of_cohorts(db, [name])
    return there


def _cohorts(plans: Sequence[Plan]) -> list[Cohort]:
    return [plan.cohort for plan in plans if plan.cohort]


def _batches(plans: Sequence[Plan]) -> Iterator[list[Plan]]:
    """Cut so that no transaction writes too many lines of the ledger."""
    batch: list[Plan] = []
    lines = 0
    for plan in plans:
        batch.append(plan)
        lines += len(plan.cohort.entries) if plan.cohort else 1
        if lines >= LEDGER or len(batch) >= AT_ONCE:
            yield batch
            batch, lines = [], 0
    if batch:
        yield batch


def _commit(
    store: Store, plans: Sequence[Plan], made: Mapping[str, str], site: Site, now: datetime
) -> tuple[int, int, int]:
    """One transaction: messages, ledger, cursors, next slots.

    How many messages, how many empty slots, how many messages of editions that do not go.
    """
    messages, nothing, empty = 0, 0, Counter[tuple[str, str]]()
    lines: list[tuple[str, str, int, int]] = []
    slots: list[tuple[str, Every, datetime | None]] = []
    cursors: dict[int, list[tuple[str, str]]] = {}
    with store.write() as db:
        keys.ensure(db, "token", now=now)  # what delivery signs the links with
        still = list(_still_so(db, plans))
        drafts = [_draft(plan, plan.cohort, made[plan.cohort.name], site) for plan in still if plan.cohort]
        numbers = enqueue_all(db, drafts, lane=1, now=now)
        for plan in still:
            name, cohort, number = plan.person.id, plan.cohort, numbers.get(plan.person.id)
            if cohort and cohort.entries and number is None:  # this period had its message: owed comes with the next
                slots += [(name, every, at) for every, at in tomorrow(plan, now)]
                empty.update((slot.every, "had a mail that day") for slot in plan.due)
                continue
            if cohort and number is not None:
                messages += 1
                lines += [(name, entry, revision, number) for entry, revision in cohort.entries]
            else:
                nothing += 1
                empty.update((slot.every, "nothing new") for slot in plan.due)
            cursors.setdefault(plan.head, []).extend((name, topic) for topic in plan.topics)
            slots += [(name, every, at) for every, at in plan.slots]
        owed.note_sent(db, lines)
        subscriptions.move_slots(db, slots)
        for head, pairs in cursors.items():
            subscriptions.move_cursors(db, pairs, head)
        held = waiting.settle(db, {made[plan.cohort.name] for plan in plans if plan.cohort}, now)
        if held:
            editing.tell(db, now)
        statistics.note_empty(db, empty, day=f"{now:%Y-%m-%d}")
    return messages, nothing, held


def _still_so(db: Connection, plans: Sequence[Plan]) -> Iterator[Plan]:
    """Plans of people with whom nothing happened since they were decided."""
    names = [plan.person.id for plan in plans]
    people = subscribers.of_ids(db, names)
    rows = subscriptions.of_subscribers(db, names)
    slots = subscriptions.slots_of_subscribers(db, names)
    for plan in plans:
        name = plan.person.id
        if people.get(name) == plan.person and rows[name] == plan.subscriptions and slots[name] >= set(plan.due):
            yield plan


def _draft(plan: Plan, cohort: Cohort, edition: str, site: Site) -> Draft:
    person = plan.person
    return Draft(
        person.id,
        person.email,
        person.generation,
        plan.kind,
        cohort.period,
        edition,
        message_id(site, person.id, plan.kind, cohort.period),
    )


# ---- only looking ----


def _foresee(store: Store, plans: Sequence[Plan], site: Site, now: datetime) -> list[Foreseen]:
    with store.read() as db:
        known = world.known(db, _cohorts(plans))
        subjects = {
            cohort: compose(
                cohort,
                known,
                coverage=world.coverage(db, cohort.rhythms, now),
                site=site,
                edition_id="dry-run",
                now=now,
            ).subject
            for cohort in set(_cohorts(plans))
        }
    return [
        Foreseen(plan.person.email, subjects[plan.cohort], len(plan.cohort.entries)) for plan in plans if plan.cohort
    ]
