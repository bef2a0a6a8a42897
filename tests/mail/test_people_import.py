"""Imports: nobody lost, nobody twice, nobody back who left; short transactions, whatever the file holds."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mail import administration, csv_files, people_import, subscriptions
from mail.people_csv import Reader, Refused, Row, Usual, header
from mail.people_import import Counts, Ids, Order, take_in
from state import filings, keys, outbox, people, stoplist, subscribers
from state.store import Store
from tests.mail.people import SITE, entry, file, know_topics

DAY = timedelta(days=1)
HEAD = "email,topics,every,at,on,timezone,language,state\n"


class Imports:
    """Files of people, and what became of them."""

    def __init__(self, store: Store, folder: Path, now: datetime) -> None:
        self.store = store
        self.path = folder / "people.csv"
        self.now = now
        self.refused: list[Refused] = []

    def rows(self, text: str) -> Iterator[Row | Refused]:
        self.path.write_text(text, encoding="utf-8")
        lines = csv_files.lines(self.path, csv_files.encoding_of(self.path))
        head = header(next(lines), self.path.name, Usual())
        reader = Reader(head, Usual(), open_topics=["harvest", "mines"], site=SITE, now=self.now)
        return map(reader.read, lines)

    def order(self, *, confirmed: bool = True, mails: bool = False) -> Order:
        return Order(self.path.name, confirmed, mails, SITE, self.now)

    def take(self, text: str, *, confirmed: bool = True, mails: bool = False) -> Counts:
        self.refused = []
        order = self.order(confirmed=confirmed, mails=mails)
        *_, counts = (Counts(), *take_in(self.store, self.rows(text), order, refuse=self.refused.append))
        assert counts.rows == counts.added + counts.changed + counts.unchanged + counts.refused
        assert counts.refused == len(self.refused)
        return counts

    def all(self) -> dict[str, tuple[str, dict[str, str]]]:
        """State and topics by address."""
        with self.store.read() as db:
            found = [one for page in people.pages(db) for one in page]
        return {one.email: (one.state, {row.topic: row.every for row in rows}) for one, rows in found}


@pytest.fixture
def imports(store: Store, tmp_path: Path, now: datetime) -> Imports:
    with store.write() as db:
        know_topics(db, now)
        for purpose in ("token", "stoplist"):
            keys.ensure(db, purpose, now=now)
    return Imports(store, tmp_path, now)


def test_people_of_a_file_are_as_if_the_admin_had_added_each(imports: Imports) -> None:
    counts = imports.take(HEAD + "sok@example.org,harvest;all,daily,07:30,,Asia/Phnom_Penh,km,\n")

    assert (counts.rows, counts.added) == (1, 1)
    with imports.store.read() as db:
        account = subscriptions.show(db, "sok@example.org")
    with imports.store.write() as db:
        same = subscriptions.subscribe(
            db,
            email="dara@example.org",
            topics=("harvest", "all"),
            every="daily",
            at="07:30",
            timezone="Asia/Phnom_Penh",
            language="km",
            confirmed=True,
            by="admin",
            site=SITE,
            now=imports.now,
        ).subscriber
        other = subscriptions.show(db, "dara@example.org")
    assert replace(account.subscriber, id="", email="") == replace(same, id="", email="")
    assert {(row.topic, row.every, row.start_seq) for row in account.subscriptions} == {
        (row.topic, row.every, row.start_seq) for row in other.subscriptions
    }
    assert account.due == other.due
    assert [(line.by, line.what) for line in account.log] == [
        ("admin", "import people.csv:2: added, confirmed; harvest daily; all daily")
    ]


def test_what_was_filed_before_the_import_is_not_owed(imports: Imports, now: datetime) -> None:
    with imports.store.write() as db:
        file(db, entry("old", now=now), now=now)
        head = filings.head_seq(db)
    imports.take(HEAD + "sok@example.org,all,now\n")

    with imports.store.read() as db:
        (row,) = subscriptions.show(db, "sok@example.org").subscriptions
    assert row.start_seq == head > 0


def test_a_second_import_of_the_same_file_changes_nothing(imports: Imports) -> None:
    text = HEAD + "".join(f"Reader{number}@Example.org,all;harvest,weekly\n" for number in range(1200))
    assert imports.take(text).added == 1200
    before = imports.all()

    again = imports.take(text.upper().replace("ALL;HARVEST", "all;harvest"))

    assert (again.added, again.changed, again.unchanged) == (0, 0, 1200)
    assert imports.all() == before


def test_duplicates_in_one_file_are_one_person(imports: Imports) -> None:
    counts = imports.take(
        HEAD
        + "sok@example.org,harvest,daily\nSOK@EXAMPLE.ORG,harvest,daily\nsok@EXAMPLE.org,mines,monthly\n"
        + "sok@b\u00fccher.example,all,daily\nsok@xn--bcher-kva.example,all,daily\n"
    )

    assert (counts.added, counts.changed, counts.unchanged) == (2, 1, 2)
    assert imports.all() == {
        "sok@example.org": ("confirmed", {"harvest": "daily", "mines": "monthly"}),
        "sok@b\u00fccher.example": ("confirmed", {"all": "daily"}),
    }


def test_who_is_known_gets_topics_and_rhythms_added_and_keeps_the_rest(imports: Imports) -> None:
    imports.take(HEAD + "sok@example.org,harvest;mines,daily,07:30,,,,\n")

    counts = imports.take(HEAD + "sok@example.org,harvest;all,weekly,10:00,,,,\n")

    assert counts.changed == 1
    with imports.store.read() as db:
        account = subscriptions.show(db, "sok@example.org")
    assert account.subscriber.at == "07:30"
    assert {row.topic: row.every for row in account.subscriptions} == {
        "harvest": "weekly",
        "mines": "daily",
        "all": "weekly",
    }
    assert "import people.csv:2" in [line.what for line in account.log]


def test_who_left_is_not_brought_back_by_any_file(imports: Imports) -> None:
    imports.take(HEAD + "left@example.org,all,daily\nforgotten@example.org,all,daily\n")
    with imports.store.write() as db:
        subscriptions.remove(db, "left@example.org", by="admin", now=imports.now + DAY)
        administration.forget(db, "forgotten@example.org", now=imports.now + DAY)

    for confirmed, mails in ((True, False), (False, True), (False, False)):
        counts = imports.take(
            HEAD + "LEFT@example.org,all,daily\nforgotten@example.org,all,daily,,,,,confirmed\n",
            confirmed=confirmed,
            mails=mails,
        )
        assert (counts.refused, counts.mailed) == (2, 0)
        assert [(row.line, "left on 2026-05-11" in row.reason) for row in imports.refused] == [(2, True), (3, True)]
    assert imports.all() == {"left@example.org": ("left", {})}


def test_a_topic_that_somebody_ended_does_not_come_back_by_a_file(imports: Imports) -> None:
    text = HEAD + "sok@example.org,harvest;all,daily,,,,,\n"
    imports.take(text)
    with imports.store.write() as db:
        subscriptions.unsubscribe_topic(db, "sok@example.org", "harvest", by="subscriber", now=imports.now + DAY)
    imports.now += 2 * DAY

    counts = imports.take(text)

    assert (counts.changed, counts.refused) == (0, 1)
    assert imports.refused[0].reason.startswith("left harvest on 20")
    assert imports.all()["sok@example.org"] == ("confirmed", {"all": "daily"})


def test_without_a_vouching_admin_everybody_is_pending_and_nobody_is_mailed(imports: Imports) -> None:
    counts = imports.take(HEAD + "sok@example.org,all,daily,,,,,confirmed\n", confirmed=False)

    assert (counts.added, counts.mailed) == (1, 0)
    assert imports.all()["sok@example.org"][0] == "pending"
    with imports.store.read() as db:
        assert outbox.messages(db) == ()


def test_confirmations_are_asked_once_however_often_the_import_runs(imports: Imports) -> None:
    text = HEAD + "".join(f"reader{number}@example.org,harvest;all,daily\n" for number in range(20))
    text += "reader0@example.org,mines,monthly\n"

    first = imports.take(text, confirmed=False, mails=True)
    again = imports.take(text, confirmed=False, mails=True)

    assert (first.mailed, again.mailed) == (20, 0)
    with imports.store.write() as db:
        queued = outbox.messages(db)
        assert Counter(message.recipient for message in queued).most_common(1)[0][1] == 1
        token = next(message.key for message in queued if message.recipient == "reader0@example.org")
        subscriptions.confirm(db, token, now=imports.now)
    assert imports.all()["reader0@example.org"] == (
        "confirmed",
        {"harvest": "daily", "all": "daily", "mines": "monthly"},
    )


def test_pending_people_without_a_mail_are_asked_by_the_next_import_that_may(imports: Imports) -> None:
    text = HEAD + "sok@example.org,all,daily\n"
    imports.take(text, confirmed=False)

    counts = imports.take(text, confirmed=False, mails=True)

    assert (counts.added, counts.mailed) == (0, 1)


def test_an_admin_who_vouches_later_confirms_the_pending(imports: Imports) -> None:
    text = HEAD + "sok@example.org,all,daily\n"
    imports.take(text, confirmed=False, mails=True)

    assert imports.take(text).changed == 1

    assert imports.all()["sok@example.org"] == ("confirmed", {"all": "daily"})
    with imports.store.read() as db:
        assert [message.state for message in outbox.messages(db)] == ["cancelled"]


def test_the_state_of_a_row_holds_even_where_the_admin_vouches(imports: Imports) -> None:
    counts = imports.take(
        HEAD
        + "".join(
            f"{state}@example.org,all,daily,,,,,{state}\n"
            for state in ("confirmed", "paused", "pending", "suppressed", "left")
        )
    )

    assert (counts.added, counts.refused) == (4, 1)
    assert {email: state for email, (state, _) in imports.all().items()} == {
        f"{state}@example.org": state for state in ("confirmed", "paused", "pending", "suppressed")
    }


def test_who_is_suppressed_here_stays_so(imports: Imports) -> None:
    imports.take(HEAD + "sok@example.org,all,daily,,,,,suppressed\n")

    assert imports.take(HEAD + "sok@example.org,all,daily\n").refused == 1
    assert imports.all()["sok@example.org"][0] == "suppressed"


def test_an_import_that_was_stopped_goes_on_when_it_is_run_again(imports: Imports) -> None:
    text = HEAD + "".join(f"reader{number}@example.org,all,daily\n" for number in range(3 * people_import.CHUNK))
    running = take_in(imports.store, imports.rows(text), imports.order(), refuse=imports.refused.append)
    assert next(running).added == people_import.CHUNK
    running.close()
    assert len(imports.all()) == people_import.CHUNK

    counts = imports.take(text)

    assert (counts.added, counts.unchanged) == (2 * people_import.CHUNK, people_import.CHUNK)


def test_a_fault_in_the_middle_of_a_chunk_leaves_whole_people_only(imports: Imports) -> None:
    def rows() -> Iterator[Row | Refused]:
        for number, row in enumerate(imports.rows(text)):
            if number == people_import.CHUNK + 7:
                raise KeyboardInterrupt
            yield row

    text = HEAD + "".join(f"reader{number}@example.org,all,daily\n" for number in range(2 * people_import.CHUNK))
    with pytest.raises(KeyboardInterrupt):
        for _ in take_in(imports.store, rows(), imports.order(), refuse=imports.refused.append):
            pass

    assert len(imports.all()) == people_import.CHUNK
    assert all(topics == {"all": "daily"} for _, topics in imports.all().values())


def test_two_imports_at_once_make_each_person_once(imports: Imports) -> None:
    """The other one adds the same people between the look and the write of this one."""
    text = HEAD + "sok@example.org,harvest,daily\ndara@example.org,harvest,daily\n"

    def rows() -> Iterator[Row | Refused]:
        yield from imports.rows(text)

    order = imports.order()
    with imports.store.read() as db:
        decided = people_import._look(db, [row for row in rows() if isinstance(row, Row)], order)
    imports.take(HEAD + "sok@example.org,mines,daily\n")
    ids = Ids(imports.now)
    made = [people_import.newcomer(one, ids(), 0, order) for one in decided.new.values()]
    with imports.store.write() as db:
        there = people.add_all(db, made)

    assert len(there) == 1
    assert imports.take(text).added == 0
    assert imports.all() == {
        "sok@example.org": ("confirmed", {"mines": "daily", "harvest": "daily"}),
        "dara@example.org": ("confirmed", {"harvest": "daily"}),
    }


def test_refused_rows_come_in_the_order_of_the_file(imports: Imports) -> None:
    imports.take(HEAD + "left@example.org,all,daily\n")
    with imports.store.write() as db:
        subscriptions.remove(db, "left@example.org", by="admin", now=imports.now)

    imports.take(HEAD + "nobody,all\nleft@example.org,all\nsok@example.org,nowhere\ndara@example.org,all\n")

    assert [row.line for row in imports.refused] == [2, 3, 4]


def test_ids_rise_and_are_not_guessed(now: datetime) -> None:
    ids = Ids(now)
    made = [ids() for _ in range(2000)]

    assert made == sorted(made)
    assert len({one[-9:] for one in made}) == 2000
    assert all(one.isascii() and one.isalnum() and one == one.lower() for one in made)
    assert Ids(now)() != made[0]


def test_a_big_stop_list_is_read_once_for_a_chunk(imports: Imports) -> None:
    with imports.store.write() as db:
        signed = keys.known(db, "stoplist")
        for number in range(50):
            stoplist.beside(db).append("left", f"reader{number}@example.org", keys=signed, at=imports.now)
    text = HEAD + "".join(f"reader{number}@example.org,all,daily\n" for number in range(100))

    counts = imports.take(text)

    assert (counts.added, counts.refused) == (50, 50)
    with imports.store.read() as db:
        assert subscribers.counts(db) == {"confirmed": 50}
