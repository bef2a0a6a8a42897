"""Subscribing, confirming and leaving in a browser, and leaving by a mail provider's one click."""

import asyncio
import re
from datetime import datetime, timedelta

import pytest
from aiohttp import FormData
from lxml import html

from mail import preferences, subscriptions, tokens
from mail.tokens import Token
from state import editions, entries, filings, keys, outbox, subscribers, topics
from state import subscriptions as rows
from state.records import Subscriber, Topic
from state.store import Store
from tests.feeds.samples import NOW, SITE, STORED_HARM, entry
from tests.web.conftest import Server
from tests.web.looks import furnish
from web.forms import asked as read_form
from web.subscriptions import masked

EMAIL = "sok@example.org"


@pytest.fixture
def vocabulary(store: Store, now: datetime) -> Store:
    with store.write() as db:
        for name, title in (("wages", "Wages & hours"), ("children", "Child labour")):
            topics.put_topic(db, Topic(name, title, any=("x",)), now)
    return store


def person(store: Store) -> Subscriber | None:
    with store.read() as db:
        return next(iter(subscribers.listed(db)), None)


def wishes(store: Store) -> dict[str, str]:
    with store.read() as db:
        return {row.topic: row.every for row in rows.listed(db)}


def asked(store: Store) -> list[str]:
    """Tokens of the confirmation mails that wait."""
    with store.read() as db:
        return [message.key for message in outbox.messages(db) if message.kind == "confirm"]


def reader(store: Store, now: datetime, *, names: tuple[str, ...] = ("wages", "children")) -> str:
    """A confirmed subscriber; gives the token of the unsubscribe link."""
    with store.write() as db:
        made = subscriptions.subscribe(
            db, email=EMAIL, topics=names, every="daily", confirmed=True, by="admin", site=SITE, now=now
        )
        token = Token("unsubscribe", made.subscriber.id, made.subscriber.generation)
        return tokens.make(keys.ensure(db, "token", now=now), token)


def form(**values: object) -> FormData:
    told = {"email": EMAIL, "topic": ["wages"], "every": "weekly", **values}
    data = FormData()
    for name, value in told.items():
        for each in value if isinstance(value, list) else [value]:
            data.add_field(name, str(each))
    return data


# ---- asking ----


async def test_the_form_asks_and_the_button_in_the_mail_confirms(vocabulary: Store, server: Server) -> None:
    await server.start()
    answer = await server.post("/subscribe", form(topic=["wages", "children?country=KH"], every="monthly"))
    assert answer.status == 200
    assert EMAIL in answer.text
    assert server.woken == 1
    (token,) = asked(vocabulary)

    shown = await server.get(f"/confirm/{token}")
    assert (shown.status, shown.text.count("<button")) == (200, 1)
    assert "Wages &amp; hours" in shown.text
    assert "Child labour (Cambodia)" in shown.text
    assert "<form" in shown.text
    assert "action=" not in shown.text
    for _ in range(3):
        await server.get(f"/confirm/{token}")
    asking = person(vocabulary)
    assert asking is not None
    assert asking.state == "pending"

    done = await server.post(f"/confirm/{token}")
    assert done.status == 200
    confirmed = person(vocabulary)
    assert confirmed is not None
    assert confirmed.state == "confirmed"
    assert wishes(vocabulary) == {"wages": "monthly", "children?country=KH": "monthly"}
    assert (await server.post(f"/confirm/{token}")).status == 200
    assert "nothing left to do" in (await server.get(f"/confirm/{token}")).text


async def test_the_answer_does_not_tell_who_is_known(vocabulary: Store, server: Server, now: datetime) -> None:
    await server.start()
    unknown = await server.post("/subscribe", form(topic=["wages"], every="daily"))
    with vocabulary.write() as db:
        subscriptions.remove(db, EMAIL, by="admin", now=now)
    left = await server.post("/subscribe", form(topic=["wages"], every="daily"))
    with vocabulary.write() as db:
        subscriptions.confirm(db, asked(vocabulary)[0], now=now)
    known = await server.post("/subscribe", form(topic=["wages"], every="daily"))
    assert unknown.text == left.text == known.text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"email": "no address"}, "address"),
        ({"email": ""}, "type your email address"),
        ({"email": "a@example.org\r\nBcc: b@example.org"}, "address"),
        ({"topic": []}, "at least one topic"),
        ({"topic": ["nothing"]}, "nothing"),
        ({"topic": ["wages?colour=red"]}, "colour"),
        ({"every": "hourly"}, "hourly"),
        ({"at": "25:00"}, "25:00"),
        ({"on": "someday"}, "someday"),
        ({"on": "32"}, "32"),
        ({"timezone": "Moon/Crater"}, "Moon/Crater"),
    ],
)
async def test_what_is_to_be_mended_is_said_beside_the_form(
    vocabulary: Store, server: Server, values: dict[str, object], words: str
) -> None:
    await server.start()
    answer = await server.post("/subscribe", form(**values))
    assert answer.status == 400
    assert 'role="alert"' in answer.text
    assert words in answer.text
    assert "<form" in answer.text
    assert asked(vocabulary) == []


async def test_what_was_filled_in_stands_there_again_and_harms_nothing(vocabulary: Store, server: Server) -> None:
    await server.start()
    answer = await server.post("/subscribe", form(email=STORED_HARM, topic=["children"], every="daily"))
    assert answer.status == 400
    assert "<script" not in answer.text
    assert re.search(r'value="children" checked', answer.text)
    assert re.search(r'value="daily" checked', answer.text)
    assert not re.search(r'value="wages" checked', answer.text)


async def test_a_foreign_page_may_not_fill_in_our_form(vocabulary: Store, server: Server) -> None:
    await server.start(form_origins=("https://partner.example.org",))
    assert (await server.post("/subscribe", form(), Origin="https://evil.example")).status == 403
    assert (await server.post("/subscribe", form(), Origin="null")).status == 403
    assert asked(vocabulary) == []
    for origin in (SITE.url, "https://partner.example.org", f"http://127.0.0.1:{server.port}"):
        assert (await server.post("/subscribe", form(), Origin=origin)).status == 200


async def test_one_client_cannot_flood_others_with_confirmations(vocabulary: Store, server: Server) -> None:
    await server.start(subscribe_per_hour=2)
    answers = [await server.post("/subscribe", form(email=f"a{n}@example.org")) for n in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "3600"
    assert len(asked(vocabulary)) == 2
    server.now += timedelta(hours=1, seconds=1)
    assert (await server.post("/subscribe", form())).status == 200


async def test_behind_a_proxy_each_reader_counts_alone(vocabulary: Store, server: Server) -> None:
    await server.start(subscribe_per_hour=1, trusted_proxies=("127.0.0.0/8",))
    for number, status in ((1, 200), (2, 200), (1, 429)):
        answer = await server.post("/subscribe", form(), X_Forwarded_For=f"10.9.9.9, 203.0.113.{number}, 127.0.0.9")
        assert answer.status == status


async def test_a_client_cannot_pretend_to_be_another(vocabulary: Store, server: Server) -> None:
    await server.start(subscribe_per_hour=1)
    for number, status in ((1, 200), (2, 429)):
        assert (await server.post("/subscribe", form(), X_Forwarded_For=f"203.0.113.{number}")).status == status


async def test_a_form_that_is_too_large_is_refused(vocabulary: Store, server: Server) -> None:
    await server.start()
    assert (await server.post("/subscribe", form(topic=["x" * 90] * 1000))).status == 413
    assert (await server.post("/subscribe", b"email=" + b"x" * 70_000)).status in (400, 413)


def test_the_day_of_a_rhythm_is_read_by_name_or_number() -> None:
    base = [("email", EMAIL), ("topic", "wages")]
    assert (read_form([*base, ("on", "Thursday")]).weekday, read_form([*base, ("on", "15")]).monthday) == (3, 15)
    assert read_form([*base, ("topic", "wages")]).topics == ("wages",)


# ---- tokens ----


@pytest.mark.parametrize("where", ["confirm", "unsubscribe"])
@pytest.mark.parametrize("token", ["x", "u-1-2-3-4-0-aaaaaaaaaaaaaaaaaaaaaaaaaa", "a" * 1900])
async def test_a_link_that_is_none_of_ours_is_a_friendly_404(
    vocabulary: Store, server: Server, where: str, token: str
) -> None:
    await server.start()
    for answer in (await server.get(f"/{where}/{token}"), await server.post(f"/{where}/{token}")):
        assert answer.status == 404
        assert "do not know this link" in answer.text


async def test_an_expired_confirmation_is_a_friendly_410(vocabulary: Store, server: Server, now: datetime) -> None:
    await server.start()
    await server.post("/subscribe", form())
    (token,) = asked(vocabulary)
    server.now = now + timedelta(days=8)
    for answer in (await server.get(f"/confirm/{token}"), await server.post(f"/confirm/{token}")):
        assert answer.status == 410
        assert "expired" in answer.text
    asking = person(vocabulary)
    assert asking is not None
    assert asking.state == "pending"


async def test_an_old_confirmation_does_not_undo_leaving(vocabulary: Store, server: Server, now: datetime) -> None:
    await server.start()
    await server.post("/subscribe", form())
    (token,) = asked(vocabulary)
    await server.post(f"/confirm/{token}")
    server.now = now + timedelta(hours=1)
    with vocabulary.write() as db:
        subscriptions.remove(db, EMAIL, by="admin", now=server.now)
    assert (await server.post(f"/confirm/{token}")).status == 410
    gone = person(vocabulary)
    assert gone is not None
    assert gone.state == "left"


async def test_a_link_signed_with_a_retired_key_still_works(vocabulary: Store, server: Server, now: datetime) -> None:
    token = reader(vocabulary, now)
    with vocabulary.write() as db:
        keys.rotate(db, "token", now=now)
    await server.start()
    server.now = now + timedelta(days=300)
    assert (await server.get(f"/unsubscribe/{token}")).status == 200


@pytest.mark.parametrize("where", ["confirm", "unsubscribe"])
async def test_pages_of_secret_addresses_are_kept_and_indexed_by_nobody(
    vocabulary: Store, server: Server, now: datetime, where: str
) -> None:
    token = reader(vocabulary, now)
    answer = await (await server.start()).get(f"/{where}/{token}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


# ---- leaving ----


async def test_looking_at_the_link_changes_nothing(vocabulary: Store, server: Server, now: datetime) -> None:
    token = reader(vocabulary, now)
    await server.start()
    for method in ("GET", "HEAD", "GET"):
        assert (await server.ask(method, f"/unsubscribe/{token}", headers={})).status == 200
    assert set(wishes(vocabulary)) == {"wages", "children"}
    assert (await server.ask("PUT", f"/unsubscribe/{token}", headers={})).status == 405


async def test_the_page_shows_one_button_for_all_and_one_for_each_topic(
    vocabulary: Store, server: Server, now: datetime
) -> None:
    token = reader(vocabulary, now)
    answer = await (await server.start()).get(f"/unsubscribe/{token}")
    assert answer.text.count("<button") == 3
    assert answer.text.index("Unsubscribe from everything") < answer.text.index("Wages &amp; hours")
    assert EMAIL not in answer.text
    assert "s…@example.org" in answer.text


@pytest.mark.parametrize("kind", ["urlencoded", "multipart", "empty", "text", "broken"])
async def test_one_click_ends_everything_without_cookie_or_redirect(
    vocabulary: Store, server: Server, now: datetime, kind: str
) -> None:
    token = reader(vocabulary, now)
    await server.start()
    multipart = FormData(default_to_multipart=True)
    multipart.add_field("List-Unsubscribe", "One-Click")
    body = {
        "urlencoded": {"List-Unsubscribe": "One-Click"},
        "multipart": multipart,
        "empty": None,
        "text": b"List-Unsubscribe=One-Click",
        "broken": b"--x\r\nnonsense",
    }[kind]
    types = {"text": {"Content_Type": "text/plain"}, "broken": {"Content_Type": "multipart/form-data; boundary=y"}}
    answer = await server.post(f"/unsubscribe/{token}", body, **types.get(kind, {}))
    assert answer.status == 200
    assert "Set-Cookie" not in answer.headers
    gone = person(vocabulary)
    assert gone is not None
    assert gone.state == "left"
    assert (await server.post(f"/unsubscribe/{token}", {"List-Unsubscribe": "One-Click"})).status == 200
    assert "nothing left to do" in (await server.get(f"/unsubscribe/{token}")).text


async def test_one_topic_can_be_ended_alone(vocabulary: Store, server: Server, now: datetime) -> None:
    token = reader(vocabulary, now)
    await server.start()
    answer = await server.post(f"/unsubscribe/{token}", {"topic": "wages"})
    assert (answer.status, set(wishes(vocabulary))) == (200, {"children"})
    assert "others go on" in answer.text
    again = await server.post(f"/unsubscribe/{token}", {"topic": "wages"})
    assert (again.status, set(wishes(vocabulary))) == (200, {"children"})
    last = await server.post(f"/unsubscribe/{token}", {"topic": "children"})
    assert "You have left" in last.text
    gone = person(vocabulary)
    assert gone is not None
    assert gone.state == "left"


async def test_a_topic_that_cannot_be_meant_ends_nothing(vocabulary: Store, server: Server, now: datetime) -> None:
    token = reader(vocabulary, now)
    await server.start()
    assert (await server.post(f"/unsubscribe/{token}", {"topic": "wages?colour=red"})).status == 400
    assert set(wishes(vocabulary)) == {"wages", "children"}


def test_an_address_is_shown_so_that_only_its_owner_knows_it() -> None:
    assert masked("sok.dara@example.org") == "s…@example.org"


# ---- what to expect, and what comes at once ----


async def test_the_form_says_how_much_mail_each_rhythm_would_mean(store: Store, server: Server) -> None:
    furnish(store)  # an entry every other day, and one more
    server.now = NOW
    page = html.fromstring((await (await server.start()).get("/")).text)
    everything, wages = page.xpath("//select[@name='every:all']")[0], page.xpath("//select[@name='every:wages']")[0]
    assert [option.text for option in everything][1:] == [
        "as it comes (about 4 mails a week)",
        "once a day (about 4 mails a week)",
        "once a week (about 1 mail a week)",
        "once a month (about 1 mail a month)",
    ]
    assert [option.get("value") for option in wages] == ["", "now", "daily", "weekly", "monthly"]
    assert "about 1 mail a week" in wages[2].text
    assert "about 4 new a week" in page.xpath("string(//form)")
    assert page.xpath("//script") == []


async def test_one_topic_may_have_a_rhythm_of_its_own(vocabulary: Store, server: Server) -> None:
    await server.start()
    data = {"topic": ["wages", "children"], "every": "weekly", "every:wages": "daily", "every:children": ""}
    await server.post("/subscribe", form(**data))
    shown = await server.get(f"/confirm/{asked(vocabulary)[0]}")
    assert "once a day at 09:00" in shown.text
    assert "once a week, Monday" in shown.text
    await server.post(f"/confirm/{asked(vocabulary)[0]}")
    assert wishes(vocabulary) == {"wages": "daily", "children": "weekly"}


async def test_hour_day_zone_and_language_are_those_of_the_form(vocabulary: Store, server: Server) -> None:
    await server.start()
    more = {"at": "18:45", "on": "thu", "monthday": "31", "timezone": "Asia/Phnom Penh", "language": "fr"}
    answer = await server.post("/subscribe", form(**more))
    assert 'lang="fr"' in answer.text
    made = person(vocabulary)
    assert made is not None
    assert (made.at, made.weekday, made.monthday) == ("18:45", 3, 31)
    assert (made.timezone, made.language) == ("Asia/Phnom_Penh", "fr")


async def test_after_confirming_the_latest_edition_and_the_way_to_change_it_come_at_once(
    store: Store, server: Server
) -> None:
    furnish(store)
    server.now = NOW
    await server.start()
    await server.post("/subscribe", form(email="late@example.org", topic=["wages", "safety"]))
    with store.read() as db:
        token = next(one.key for one in outbox.messages(db) if one.recipient == "late@example.org")
    shown = await server.get(f"/confirm/{token}")
    assert "about 1 mail a week" in shown.text
    done = await server.post(f"/confirm/{token}")
    assert "sample" in done.text
    with store.read() as db:
        (message,) = [
            one for one in outbox.messages(db) if one.recipient == "late@example.org" and one.kind == "sample"
        ]
        edition = editions.edition(db, message.edition or "")
    assert (message.state, message.lane) == ("queued", 0)
    assert len(edition.entries) == 12
    (link,) = re.findall(r'href="(/preferences/[^"]+)"', done.text)
    assert (await server.get(link)).status == 200
    await server.post(f"/confirm/{token}")
    with store.read() as db:
        assert (
            len([one for one in outbox.messages(db) if one.kind == "sample" and one.subscriber == message.subscriber])
            == 1
        )


async def test_a_firehose_is_said_to_be_one(store: Store, server: Server) -> None:
    furnish(store)
    server.now = NOW
    with store.write() as db:
        for number in range(400):
            came = NOW - timedelta(hours=3 * number)
            made = entry(f"fire{number}", first_seen_at=came, updated_at=came)
            entries.add(db, [made])
            filings.file(db, made.id, "all", mailable=True, why="", now=came)
    await server.start()
    await server.post("/subscribe", form(email="late@example.org", topic=["all"], every="now"))
    with store.read() as db:
        token = next(one.key for one in outbox.messages(db) if one.recipient == "late@example.org")
    asked = (await server.get(f"/confirm/{token}")).text
    assert "about 49 mails a week. Once a day instead of as it comes, it would be about 7 mails a week." in asked
    assert "calmer rhythm" in asked
    await server.post(f"/confirm/{token}")
    with store.read() as db:
        person = next(one for one in subscribers.listed(db) if one.email == "late@example.org")
        link = preferences.link_token(db, person, now=NOW)
    assert "it would be about 7 mails a week." in (await server.get(f"/preferences/{link}")).text


@pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)
async def test_impatient_clicks_do_what_one_does(store: Store, server: Server) -> None:
    furnish(store)
    server.now = NOW
    await server.start()
    asking = [server.post("/subscribe", form(email="late@example.org", topic=["wages"])) for _ in range(4)]
    assert [answer.status for answer in await asyncio.gather(*asking)] == [200] * 4
    with store.read() as db:
        (token,) = [one.key for one in outbox.messages(db) if one.recipient == "late@example.org"]
    agreeing = [server.post(f"/confirm/{token}") for _ in range(4)]
    assert [answer.status for answer in await asyncio.gather(*agreeing)] == [200] * 4
    with store.read() as db:
        late = [one.kind for one in outbox.messages(db) if one.recipient == "late@example.org"]
        account = subscriptions.show(db, "late@example.org")
    assert sorted(late) == ["confirm", "sample"]
    assert account.subscriber.state == "confirmed"
    assert [line.what for line in account.log].count("confirm: pending to confirmed") == 1
