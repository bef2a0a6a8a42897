"""The mail to the admin about alarms: what is told, how often, and that it arrives though nobody subscribed."""

from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from mail.alarm_mail import News, compose, news, tell
from mail.deliver import Delivery, deliver
from mail.message import assemble
from mail.settings import Mailing
from state import alarms, keys, outbox
from state.alarms import Alarm
from state.records import Site
from state.store import Store
from tests.fakes.postmaster import Postmaster

NOW = datetime.fromisoformat("2026-05-10T08:00:00+00:00")
DAY = timedelta(days=1)
SITE = Site(title="Mekong labour news", url="https://news.example.org", timezone="UTC")
ADMIN = "Sok Dara <admin@example.org>"


def alarm(kind: str = "broken", message: str = "status 500", source: str = "office") -> Alarm:
    return Alarm(source, kind, NOW, message, f"tidings source show {source}")


@pytest.mark.parametrize(
    ("standing", "told", "found"),
    [
        ([], [], None),
        ([alarm()], [alarm()], None),
        ([alarm()], [], News((alarm(),), (), 0)),
        ([], [alarm()], News((), (alarm(),), 0)),
        ([alarm(message="status 503")], [alarm()], News((alarm(message="status 503"),), (), 0)),
        ([alarm(), alarm("quiet")], [alarm()], News((alarm("quiet"),), (), 1)),
    ],
)
def test_an_alarm_is_told_once_until_it_changes_and_once_when_it_is_over(
    standing: list[Alarm], told: list[Alarm], found: News | None
) -> None:
    assert news(standing, told) == found


def test_the_mail_says_where_what_since_when_and_which_command_answers() -> None:
    found = News((alarm(), alarm("delivery", "no mail can be handed over", "")), (alarm("quiet"),), 3)

    letter = compose(found, {"office": "Regional <labour> office"}, site=SITE, now=NOW)

    assert letter.subject == "Mekong labour news: 2 new alarms, 1 is over"
    first = "Regional <labour> office: broken\n  since 10 May 2026, 08:00\n  status 500\n"
    for written in (
        f"{first}  To answer: tidings source show office",
        "the service: delivery",
        "  * Regional <labour> office: quiet, since 10 May 2026",
        "3 other alarms stand as you were told before",
    ):
        assert written in letter.text
    assert "Regional &lt;labour&gt; office" in letter.html
    assert max(map(len, letter.text.splitlines())) <= 80


def test_hundreds_of_alarms_make_a_mail_that_can_still_be_read() -> None:
    many = tuple(alarm(source=f"s{number}") for number in range(300))

    letter = compose(News(many, many, 0), {}, site=SITE, now=NOW)

    assert "and 260 more" in letter.text
    assert len(letter.html) < 80_000


def stands(store: Store, kind: str = "broken", message: str = "status 500") -> None:
    with store.write() as db:
        alarms.raise_alarm(db, source="office", kind=kind, message=message, now=NOW, asks=None)


def test_one_mail_a_day_is_written_and_none_while_nothing_changes(store: Store) -> None:
    stands(store)

    assert not tell(store, "", site=SITE, now=NOW), "nobody is to be told"
    assert not tell(store, ADMIN, site=SITE, now=NOW - timedelta(minutes=1)), "before eight"
    assert tell(store, ADMIN, site=SITE, now=NOW)
    stands(store, "quiet")
    assert not tell(store, ADMIN, site=SITE, now=NOW + timedelta(hours=9)), "one has gone on that day"
    assert tell(store, ADMIN, site=SITE, now=NOW + DAY)
    assert not tell(store, ADMIN, site=SITE, now=NOW + 2 * DAY), "nothing has changed"
    with store.write() as db:
        alarms.clear_alarm(db, source="office", kind="quiet")
    assert tell(store, ADMIN, site=SITE, now=NOW + 3 * DAY)

    with store.read() as db:
        keys_of = [message.key for message in outbox.messages(db)]
    assert sorted(keys_of) == ["2026-05-10", "2026-05-11", "2026-05-13"]


def test_the_day_is_that_of_the_site(store: Store) -> None:
    stands(store)
    east = Site(title="News", url="https://news.example.org", timezone="Pacific/Auckland")

    assert tell(store, ADMIN, site=east, now=NOW + timedelta(hours=13))  # nine in the morning of the next day

    with store.read() as db:
        assert [message.key for message in outbox.messages(db)] == ["2026-05-11"]


async def test_the_mail_arrives_although_nobody_subscribed(store: Store) -> None:
    stands(store)
    with store.write() as db:
        keys.ensure(db, "token", now=NOW)
    tell(store, ADMIN, site=SITE, now=NOW)

    async with Postmaster() as postmaster:
        delivery = Delivery(store, Mailing(smtp=postmaster.url, tls="none"), SITE, assemble)
        done = await deliver(delivery, clock=lambda: NOW, owner="test")

    assert done.counts == {"accepted": 1}
    (data,) = postmaster.texts
    mail = message_from_bytes(data, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert (mail["To"], mail["Subject"]) == ("admin@example.org", "Mekong labour news: 1 new alarm")
    assert mail["List-Unsubscribe"] is None
    text = mail.get_body(("plain",))
    assert text
    assert "status 500" in text.get_content()
