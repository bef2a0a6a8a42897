"""What the admin does to digests before they go, with deliveries and other admins beside."""

from datetime import datetime, timedelta
from itertools import count

import pytest

from mail import editing
from mail.deliver import Delivery, deliver
from mail.digest import Planned, plan_due
from mail.editing import Event, act, after, edit, give_back, move, noted, paragraphs
from mail.edition import compose
from mail.message import assemble
from mail.settings import Digests, Mailing
from state import alarms, editions, outbox, waiting
from state.editions import Desk, Issue, State
from state.errors import Conflict, Misuse, NotFound, UserError
from state.records import Site
from state.store import Store
from tests.fakes.postmaster import Postmaster
from tests.mail.people import SITE, entry, file, know_topics, subscribe
from tests.mail.sending import Clock

HOUR = timedelta(hours=1)
numbers = count(1)


class Office:
    """A store with people and entries, and the admin's commands on it."""

    def __init__(self, store: Store, now: datetime) -> None:
        self.store, self.now = store, now
        with store.write() as db:
            know_topics(db, now)

    def readers(self, number: int) -> None:
        with self.store.write() as db:
            for at in range(number):
                subscribe(db, f"reader{at}@example.org", "harvest", now=self.now)

    def arrives(self, *names: str, title: str = "") -> None:
        with self.store.write() as db:
            for name in names:
                file(db, entry(name, now=self.now, title=title), "harvest", now=self.now)

    def plan(self, *, approval: bool = False, site: Site = SITE) -> Planned:
        return plan_due(
            self.store, site=site, settings=Digests(approval=approval), now=self.now, immediately=True,
            mint=lambda: f"edition{next(numbers):03}",
        )  # fmt: skip

    def digest(self, *entries: str, approval: bool = False, readers: int = 3) -> str:
        """The id of a digest that was just planned for some people."""
        self.readers(readers)
        self.arrives(*(entries or ("e1", "e2")))
        (name,) = self.plan(approval=approval).editions
        return name

    def does(self, event: Event, name: str, content: str | None = None) -> editing.Moved:
        return act(self.store, name, event, now=self.now, content=content)

    def edits(self, name: str, note: str | None = None, *drop: str) -> Issue:
        return edit(self.store, name, note=note, drop=drop, site=SITE, mailing=Mailing(), now=self.now)

    def look(self, name: str) -> Issue:
        with self.store.read() as db:
            return editions.issue(db, name)

    def alarm(self) -> str:
        with self.store.read() as db:
            return " ".join(one.message for one in alarms.alarms(db) if one.source == editing.ALARM)

    def claims(self) -> int:
        with self.store.write() as db:
            return len(outbox.claim(db, owner="worker", now=self.now, lease=60, limit=100))


@pytest.fixture
def desk(store: Store, now: datetime) -> Office:
    return Office(store, now)


# ---- what may follow what ----


@pytest.mark.parametrize(
    ("event", "state", "becomes"),
    [
        ("hold", "going", "held"),
        ("hold", "waiting", "held"),
        ("hold", "held", None),
        ("hold", "cancelled", None),
        ("release", "held", "going"),
        ("release", "going", None),
        ("release", "waiting", None),
        ("approve", "waiting", "going"),
        ("approve", "held", None),
        ("approve", "going", None),
        ("cancel", "going", "cancelled"),
        ("cancel", "waiting", "cancelled"),
        ("cancel", "held", "cancelled"),
        ("cancel", "cancelled", None),
    ],
)
def test_what_may_follow_what(event: Event, state: State, becomes: State | None) -> None:
    assert after(event, Desk(state)) == becomes


def test_a_released_digest_still_needs_its_approval() -> None:
    assert after("release", Desk("held", wants_approval=True, content="a")) == "waiting"
    assert after("release", Desk("held", wants_approval=True, content="a", approved="b")) == "waiting"
    assert after("release", Desk("held", wants_approval=True, content="a", approved="a")) == "going"


# ---- approval ----


def test_with_approval_nothing_goes_before_the_admin_says_so(desk: Office) -> None:
    name = desk.digest(approval=True)
    assert desk.look(name).desk.state == "waiting"
    assert desk.look(name).messages == {"held": 3}
    assert desk.claims() == 0
    assert desk.alarm() == "digests that do not go: 1 waiting for approval"

    done = desk.does("approve", name, desk.look(name).desk.content)

    assert (done.messages, done.gone) == (3, 0)
    assert desk.alarm() == ""
    assert desk.claims() == 3


def test_an_approval_is_for_what_was_shown(desk: Office) -> None:
    name = desk.digest(approval=True)
    shown = desk.look(name).desk.content
    desk.edits(name, "A word before.")
    with pytest.raises(Conflict, match="has changed"):
        desk.does("approve", name, shown)
    assert desk.claims() == 0
    assert desk.does("approve", name, desk.look(name).desk.content).messages == 3


def test_a_digest_that_was_approved_and_edited_waits_again(desk: Office) -> None:
    name = desk.digest(approval=True)
    desk.does("approve", name)
    assert desk.edits(name, "A word before.").desk.state == "waiting"
    assert desk.claims() == 0
    assert desk.does("approve", name).messages == 3


def test_whoever_joins_an_approved_edition_gets_it_at_once(desk: Office) -> None:
    name = desk.digest("e1", approval=True)
    desk.does("approve", name)
    with desk.store.write() as db:
        subscribe(db, "late@example.org", "harvest", now=desk.now - HOUR)
    desk.arrives("e2")
    planned = desk.plan(approval=True)
    assert planned.held == 4, "another edition, which waits"
    assert desk.claims() == 3


def test_a_cohort_that_is_planned_in_two_parts_waits_and_goes_as_one(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mail import digest

    monkeypatch.setattr(digest, "CHUNK", 2)
    name = desk.digest(approval=True, readers=5)
    assert desk.look(name).messages == {"held": 5}


# ---- holding, releasing, cancelling ----


def test_a_held_digest_stays_and_a_released_one_goes(desk: Office) -> None:
    name = desk.digest()
    assert desk.does("hold", name).messages == 3
    assert desk.claims() == 0
    assert "1 held, the first “2 new" in desk.alarm()
    assert desk.does("release", name).messages == 3
    assert desk.alarm() == ""
    assert desk.claims() == 3


def test_a_message_that_was_claimed_but_not_begun_is_held_too(desk: Office, now: datetime) -> None:
    name = desk.digest()
    with desk.store.write() as db:
        (claimed, *_) = outbox.claim(db, owner="worker", now=now, lease=60, limit=1)
    assert desk.does("hold", name).messages == 3
    with desk.store.write() as db:
        assert outbox.begin(db, claimed, now=now, lease=60) is None, "the worker may not go on"


def test_from_the_first_commit_on_nothing_more_begins(desk: Office, now: datetime) -> None:
    """The process ends before the messages followed: what is claimed later is put aside, and repeating mends it."""
    name = desk.digest()
    with desk.store.write() as db:
        (claimed,) = outbox.claim(db, owner="worker", now=now, lease=60, limit=1)
    with desk.store.write() as db:
        move(db, name, "hold", now=now)
    with desk.store.write() as db:
        assert outbox.begin(db, claimed, now=now, lease=60) is None
    assert desk.claims() == 0
    assert desk.look(name).messages == {"held": 3}

    with desk.store.write() as db:
        move(db, name, "release", now=now)
    assert desk.look(name).messages == {"held": 3}
    assert desk.does("release", name).messages == 3


@pytest.mark.parametrize("event", ["hold", "cancel"])
def test_a_message_that_was_on_the_wire_is_not_tried_again_once_its_digest_was_stopped(
    desk: Office, now: datetime, event: Event
) -> None:
    name = desk.digest(readers=1)
    with desk.store.write() as db:
        (claimed,) = outbox.claim(db, owner="worker", now=now, lease=60, limit=1)
        assert outbox.begin(db, claimed, now=now, lease=60)
    done = desk.does(event, name)
    assert (done.messages, done.gone) == (0, 1)
    with desk.store.write() as db:
        later = [outbox.Result(claimed.id, claimed.fence, "deferred", reply="451 later", next_try_at=now)]
        outbox.record(db, later, now=now, resend_at=None)
    assert desk.claims() == 0
    assert desk.look(name).messages == {"held" if event == "hold" else "cancelled": 1}


def test_an_outbox_release_does_not_go_behind_the_admins_back(desk: Office, now: datetime) -> None:
    name = desk.digest(approval=True)
    with desk.store.write() as db:
        assert outbox.release(db, None, now) == 3
    assert desk.claims() == 0
    assert desk.look(name).messages == {"held": 3}


def test_a_cancelled_digest_is_over(desk: Office) -> None:
    name = desk.digest()
    done = desk.does("cancel", name)
    assert done.messages == 3
    assert desk.look(name).messages == {"cancelled": 3}
    assert desk.plan().messages == 0, "what was in it is not owed again"
    for event in ("hold", "release", "approve", "cancel"):
        with pytest.raises(UserError, match="is cancelled and cannot be"):
            desk.does(event, name)


def test_what_was_cancelled_can_be_given_back(desk: Office) -> None:
    name = desk.digest("e1", "e2", "e3")
    desk.edits(name, None, "e2")
    with pytest.raises(UserError, match="only what was cancelled"):
        give_back(desk.store, name, now=desk.now)
    desk.does("cancel", name)
    assert give_back(desk.store, name, now=desk.now) == 6
    assert give_back(desk.store, name, now=desk.now) == 0, "repeated, it does nothing"

    (again,) = desk.plan().editions
    assert {one for one, _ in desk.look(again).edition.entries} == {"e1", "e3"}, "what was dropped stays dropped"
    assert desk.look(again).messages == {}, "this window had its message"
    (next_,) = desk.plan().editions
    assert {one for one, _ in desk.look(next_).edition.entries} == {"e1", "e3"}
    assert desk.look(next_).messages == {"queued": 3}
    assert desk.plan().messages == 0


def test_a_reader_who_is_planned_after_the_cancelling_gets_nothing_of_it(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mail import digest

    monkeypatch.setattr(digest, "CHUNK", 1)
    desk.readers(2)
    desk.arrives("e1")
    settle = waiting.settle

    def cancelled_between(*args: object, **more: object) -> int:
        name = editions.issues(args[0])[0].edition.id  # type: ignore[arg-type]
        if editions.issue(args[0], name).desk.state == "going":  # type: ignore[arg-type]
            move(args[0], name, "cancel", now=desk.now)  # type: ignore[arg-type]
        return settle(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(waiting, "settle", cancelled_between)
    (name,) = desk.plan().editions
    assert desk.look(name).messages == {"cancelled": 2}


# ---- the lint ----


def test_an_edition_that_fails_the_lint_is_held_and_said(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from mail import house_style

    def spoilt(*args: object, **more: object) -> object:
        from dataclasses import replace

        made = compose(*args, **more)  # type: ignore[arg-type]
        return replace(made, html=made.html.replace("</h1>", '</h1><img src="https://track.example.com/1.gif">'))

    monkeypatch.setattr(house_style, "compose", spoilt)
    name = desk.digest()
    look = desk.look(name)
    assert look.desk.state == "held"
    assert "would fetch 'https://track.example.com/1.gif'" in look.desk.reason
    assert look.messages == {"held": 3}
    assert "1 held, the first" in desk.alarm()
    assert "would fetch" in desk.alarm()
    with desk.store.read() as db:
        assert "would fetch" in editions.history(db, name)[0].what

    assert desk.does("release", name).messages == 3, "the admin may let it go all the same"
    assert desk.claims() == 3


# ---- editing ----


def test_a_note_and_dropped_entries_change_what_goes_out_and_are_logged(desk: Office) -> None:
    name = desk.digest("e1", "e2", "e3")
    before = desk.look(name)
    done = desk.edits(name, "Dear readers,\n\nthis is new.", "e2")
    assert "Dear readers,\n\nthis is new.\n" in done.edition.text
    assert {one for one, _ in done.edition.entries} == {"e1", "e3"}
    assert done.edition.subject.startswith("2 new: ")
    assert done.desk.content != before.desk.content
    assert (done.desk.note, done.desk.dropped) == ("Dear readers,\n\nthis is new.", ("e2",))
    assert desk.look(name).messages == {"queued": 3}
    assert desk.plan().messages == 0, "what was dropped is not owed again"
    with desk.store.read() as db:
        (line,) = editions.history(db, name)
    assert "note changed" in line.what
    assert "dropped e2 “Title of e2”, which is not owed again" in line.what


def test_edits_add_up_and_an_empty_note_takes_it_away(desk: Office) -> None:
    name = desk.digest("e1", "e2", "e3")
    desk.edits(name, "A note.", "e1")
    done = desk.edits(name, None, "e2")
    assert (done.desk.note, done.desk.dropped) == ("A note.", ("e1", "e2"))
    done = desk.edits(name, "")
    assert done.desk.note == ""
    assert "A note." not in done.edition.text
    assert [one for one, _ in done.edition.entries] == ["e3"]


def test_an_edited_digest_that_was_held_stays_held(desk: Office) -> None:
    name = desk.digest()
    desk.does("hold", name)
    assert desk.edits(name, "A note.").desk.state == "held"
    assert desk.claims() == 0


def test_what_delivery_has_taken_up_is_not_edited(desk: Office) -> None:
    name = desk.digest()
    with desk.store.write() as db:
        outbox.claim(db, owner="worker", now=desk.now, lease=60, limit=1)
    with pytest.raises(UserError, match="delivery has taken up 1 messages"):
        desk.edits(name, "Too late.")
    assert "Too late." not in desk.look(name).edition.text


def test_two_admins_at_once_do_not_overwrite_each_other(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    name = desk.digest("e1", "e2", "e3")
    first = iter([True])

    def meanwhile(*args: object, **more: object) -> object:
        if next(first, False):
            desk.edits(name, "The other admin's note.")
        return compose(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(editing, "compose", meanwhile)
    with pytest.raises(Conflict, match="changed by somebody else"):
        desk.edits(name, "My note.")
    assert desk.look(name).desk.note == "The other admin's note."


def test_bad_edits_are_refused_and_change_nothing(desk: Office) -> None:
    name = desk.digest()
    before = desk.look(name)
    with pytest.raises(NotFound, match="is not in digest"):
        desk.edits(name, None, "nothing")
    with pytest.raises(UserError, match="nothing would be left"):
        desk.edits(name, None, "e1", "e2")
    with pytest.raises(Misuse, match="at most 5000"):
        desk.edits(name, "x" * 5001)
    with pytest.raises(NotFound, match="is not known"):
        desk.edits("elsewhere", "x")
    assert desk.look(name) == before
    desk.does("cancel", name)
    with pytest.raises(UserError, match="cannot be edited"):
        desk.edits(name, "x")


def test_a_note_is_plain_text(desk: Office) -> None:
    name = desk.digest()
    done = desk.edits(name, "<script>alert(1)</script>\r\n{{ 7 * 7 }} \u202e\x1b[31m\nhttps://elsewhere.example.com/")
    assert done.desk.state == "going", "it passes the lint"
    assert "<script>" not in done.edition.html
    assert "{{ 7 * 7 }}" in done.edition.text
    assert "\x1b" not in done.edition.text
    assert paragraphs(noted("a\r\n\r\n\r\nb\nc\n", "5f0c")) == (("a",), ("b", "c"))
    assert paragraphs("") == ()
    with pytest.raises(Misuse, match="own id"):
        noted("see preferences-5f0c", "5f0c")


def test_an_id_may_be_cut_short_where_that_says_which(desk: Office) -> None:
    name = desk.digest()
    desk.arrives("e9")
    (other,) = desk.plan().editions
    assert desk.look(name[:-1] if not other.startswith(name[:-1]) else name).edition.id == name
    with pytest.raises(NotFound, match="several digests"):
        desk.look("edition")
    with pytest.raises(NotFound, match="is not known"):
        desk.look("")
    with pytest.raises(NotFound, match="is not known"):
        desk.look("%")


def test_the_web_version_is_shown_only_of_what_goes_or_went(desk: Office) -> None:
    name = desk.digest(approval=True)

    def shown() -> bool:
        with desk.store.read() as db:
            return editions.public(db, name) is not None

    assert not shown()
    desk.does("approve", name)
    assert shown()
    desk.does("cancel", name)
    assert not shown()


# ---- with a real delivery ----


async def test_cancelling_while_a_run_is_under_way_stops_it(desk: Office) -> None:
    """The server holds the first message; the admin cancels; nothing but what was on the wire arrives."""
    name = desk.digest(readers=40)
    async with Postmaster() as postmaster:
        settings = Mailing(smtp=postmaster.url, tls="none", connections=1)
        delivery = Delivery(desk.store, settings, SITE, assemble)
        done: list[editing.Moved] = []
        postmaster.on_point = lambda point: (
            done.append(desk.does("cancel", name)) if point == "DATA" and not done else None
        )
        await deliver(delivery, clock=Clock(desk.now), owner="test")
        assert len(postmaster.ledger) == 1
    assert (done[0].messages, done[0].gone) == (39, 1)
    assert desk.look(name).messages == {"accepted": 1, "cancelled": 39}


async def test_the_edited_digest_is_what_arrives(desk: Office) -> None:
    name = desk.digest(readers=2, approval=True)
    desk.edits(name, "Words of the admin.")
    desk.does("approve", name)
    async with Postmaster(keep_texts=True) as postmaster:
        settings = Mailing(smtp=postmaster.url, tls="none", connections=1)
        await deliver(Delivery(desk.store, settings, SITE, assemble), clock=Clock(desk.now), owner="test")
        assert len(postmaster.texts) == 2
        assert all(b"Words of the admin." in text for text in postmaster.texts)


def test_a_large_digest_is_stopped_within_a_second_and_never_locks_for_long(desk: Office) -> None:
    """The first commit stops it; messages follow in chunks. (100,000 messages take as many chunks more.)"""
    from time import process_time

    from sqlalchemy import insert

    from state.schema import outbox as table

    name = desk.digest(readers=1)
    with desk.store.write() as db:
        (one,) = outbox.messages(db)
        shared = [column.name for column in table.c if column.name not in ("id", "doubts")]
        values = {column: getattr(one, column, None) for column in shared} | {
            "payload": "",
            "doubts": 0,
            "generation": 1,
        }
        db.execute(insert(table), [values | {"subscriber": f"s{at}", "edition": name} for at in range(12_000)])
    began = process_time()
    with desk.store.write() as db:
        move(db, name, "hold", now=desk.now)
    took = process_time() - began
    assert took < 1, f"{took:.2f} s"
    assert desk.claims() == 0
    done = desk.does("cancel", name)
    assert done.messages == 12_001
    assert desk.look(name).messages == {"cancelled": 12_001}
