"""Moving to another address: asked there, confirmed there, and only then."""

from datetime import datetime, timedelta

import pytest

from mail import address_change, preferences, subscriptions, tokens
from mail.address_change import Proposed, Taken
from mail.replay import replay
from mail.subscriptions import Already, Done, Expired, Unknown
from mail.tokens import Token
from state import keys, outbox, stoplist, subscribers
from state.codec import decode
from state.errors import Misuse
from state.records import Message
from state.store import Store
from tests.mail.people import SITE, entry, file, subscribe

SOK, NEW = "sok@example.org", "dara@example.net"
DAY = timedelta(days=1)


@pytest.fixture
def link(store: Store, now: datetime) -> str:
    with store.write() as db:
        made = subscribe(db, SOK, now=now, every="daily")
        return preferences.link_token(db, made.subscriber, now=now)


def letters(store: Store) -> list[Message]:
    with store.read() as db:
        return [one for one in outbox.messages(db) if one.kind == "address"]


def ask(store: Store, link: str, now: datetime, email: str = NEW) -> str:
    """Ask for a change; the token in the mail."""
    with store.write() as db:
        assert isinstance(address_change.ask(db, link, email, site=SITE, now=now), Proposed)
    with store.read() as db:
        said = decode(outbox.payload(db, letters(store)[0].id), dict[str, object])["text"]
    return str(said).partition("/address/")[2].split()[0]


def confirm(store: Store, token: str, now: datetime) -> object:
    with store.write() as db:
        return address_change.confirm(db, token, now=now)


def test_the_question_goes_to_the_new_address_and_changes_nothing(store: Store, now: datetime, link: str) -> None:
    ask(store, link, now)
    (letter,) = letters(store)
    assert (letter.recipient, letter.lane) == (NEW, 0)
    assert NEW not in letter.key
    with store.read() as db:
        assert subscriptions.show(db, SOK).subscriber.email == SOK
        assert subscribers.unsendable(db, [letter]) == {}


def test_the_question_fits_a_terminal(store: Store, now: datetime, link: str) -> None:
    ask(store, link, now)
    with store.read() as db:
        said = str(decode(outbox.payload(db, letters(store)[0].id), dict[str, object])["text"])
    assert [line for line in said.splitlines() if len(line) > 78 and "/address/" not in line] == []


def test_once_confirmed_mail_goes_to_the_new_address_only(store: Store, now: datetime, link: str) -> None:
    with store.write() as db:
        file(db, entry("e1", now=now), now=now)
        person = subscriptions.show(db, SOK).subscriber
        old = tokens.make(keys.known(db, "token"), Token("unsubscribe", person.id, person.generation))
    token = ask(store, link, now)
    done = confirm(store, token, now + DAY)
    assert isinstance(done, Done)
    assert done.subscriber.email == NEW
    with store.write() as db:
        assert subscriptions.show(db, NEW).subscriptions[0].every == "daily"
        assert isinstance(subscriptions.unsubscribe(db, old, now=now + DAY), Unknown)
        assert isinstance(preferences.read(db, link, now=now + DAY), Unknown)
        assert subscriptions.show(db, NEW).log[-1].what == f"address: {SOK} to {NEW}"
    with store.read() as db:
        assert isinstance(address_change.read(db, token, now=now + DAY), Already)
    assert isinstance(confirm(store, token, now + DAY), Already), "the link was opened once more: twice is once"
    with store.write() as db:
        subscriptions.remove(db, NEW, by="admin", now=now + DAY)
    assert isinstance(confirm(store, token, now + DAY), Unknown)


def test_what_was_queued_for_the_old_address_is_not_sent_there(store: Store, now: datetime, link: str) -> None:
    with store.write() as db:
        person = subscriptions.show(db, SOK).subscriber
        number = outbox.enqueue(
            db, subscriber=person.id, recipient=SOK, generation=1, kind="digest", key="2026-05-10", edition=None,
            message_id="<m@x>", lane=1, now=now,
        )  # fmt: skip
    confirm(store, ask(store, link, now), now)
    with store.read() as db:
        assert outbox.message(db, number or 0).state == "cancelled"


def test_an_old_copy_of_the_database_mails_nothing_to_the_old_address(store: Store, now: datetime, link: str) -> None:
    token = ask(store, link, now)
    with store.read() as db:
        person = subscriptions.show(db, SOK).subscriber
    confirm(store, token, now + DAY)
    with store.write() as db:
        assert replay(db, now=now + DAY) == 0
        subscribers.change(db, person.id, expected=["confirmed"], email=SOK, email_key=SOK, generation=1, left_at=None)
        assert replay(db, now=now + 2 * DAY) == 1
        assert subscriptions.show(db, SOK).subscriber.state == "left"


@pytest.mark.parametrize("email", ["", "nobody", SOK, "a@example.org\r\nBcc: b@example.org"])
def test_what_is_no_other_address_is_refused(store: Store, now: datetime, link: str, email: str) -> None:
    with store.write() as db, pytest.raises(Misuse):
        address_change.ask(db, link, email, site=SITE, now=now)
    assert letters(store) == []


def test_one_person_cannot_mail_the_world(store: Store, now: datetime, link: str) -> None:
    for number in range(address_change.A_DAY + 2):
        with store.write() as db:
            assert isinstance(address_change.ask(db, link, f"a{number}@example.net", site=SITE, now=now), Proposed)
    assert len(letters(store)) == address_change.A_DAY


def test_the_answer_is_the_same_for_an_address_that_is_known(store: Store, now: datetime, link: str) -> None:
    with store.write() as db:
        subscribe(db, NEW, now=now)
    token = ask(store, link, now)
    assert isinstance(confirm(store, token, now), Taken)
    with store.read() as db:
        assert subscriptions.show(db, SOK).subscriber.state == "confirmed"


def test_an_address_that_left_may_be_moved_to_by_its_owner(store: Store, now: datetime, link: str) -> None:
    with store.write() as db:
        subscribe(db, NEW, now=now)
        subscriptions.remove(db, NEW, by="admin", now=now)
    done = confirm(store, ask(store, link, now + DAY), now + DAY)
    assert isinstance(done, Done)
    with store.write() as db:
        assert [person.email for person in subscribers.listed(db)] == [NEW]
        key = subscribers.email_key(db, done.subscriber.id)
        assert stoplist.beside(db).left(key, keys=keys.known(db, "stoplist")) is None
        assert replay(db, now=now + 2 * DAY) == 0


def test_the_question_is_good_for_a_week_and_not_after_leaving(store: Store, now: datetime, link: str) -> None:
    token = ask(store, link, now)
    assert isinstance(confirm(store, token, now + 7 * DAY), Expired)
    with store.write() as db:
        subscriptions.remove(db, SOK, by="admin", now=now)
        assert isinstance(address_change.read(db, token, now=now), Expired)
    assert isinstance(confirm(store, token, now), Expired)
