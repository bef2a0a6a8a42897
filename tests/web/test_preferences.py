"""The page behind the link in each mail, in a browser without scripts."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from lxml import html

from mail import preferences, subscriptions
from state import outbox, subscribers, topics
from state.codec import decode
from state.records import Subscriber, Topic
from state.store import Store
from tests.feeds.samples import SITE
from tests.web.conftest import Answer, Server

EMAIL = "sok@example.org"


@pytest.fixture
def path(store: Store, now: datetime) -> str:
    """The address of somebody's page: they read about wages daily."""
    with store.write() as db:
        for name, title in (("wages", "Wages & hours"), ("children", "Child labour")):
            topics.put_topic(db, Topic(name, title, any=("x",)), now)
        made = subscriptions.subscribe(
            db, email=EMAIL, topics=["wages"], every="daily", confirmed=True, by="admin", site=SITE, now=now
        )
        return f"/preferences/{preferences.link_token(db, made.subscriber, now=now)}"


@pytest.fixture
def person(store: Store) -> Callable[[], Subscriber | None]:
    def found() -> Subscriber | None:
        with store.read() as db:
            return next(iter(subscribers.listed(db)), None)

    return found


def wishes(store: Store) -> dict[str, str]:
    with store.read() as db:
        return {row.topic: row.every for row in subscriptions.show(db, EMAIL).subscriptions}


def filled_in(page: Answer, do: str = "save") -> dict[str, str]:
    """What a browser would post if nothing were changed."""
    for form in html.fromstring(page.text).forms:
        if ("do", do) in form.form_values():
            return dict(form.form_values())
    raise AssertionError(f"no form for {do}")


async def test_the_page_shows_what_is_chosen_and_whose_it_is(server: Server, path: str) -> None:
    page = await (await server.start()).get(path)
    assert page.status == 200
    assert filled_in(page) == {
        "do": "save",
        "every:wages": "daily",
        "every:all": "",
        "every:children": "",
        "at": "09:00",
        "on": "mon",
        "monthday": "1",
        "timezone": "UTC",
        "language": "en",
        "note": "",
    }
    assert "s…@example.org" in page.text
    assert EMAIL not in page.text
    assert page.headers["Cache-Control"] == "no-store"


async def test_looking_changes_nothing(
    store: Store, server: Server, path: str, person: Callable[[], Subscriber]
) -> None:
    await server.start()
    before = person()
    for method in ("GET", "HEAD", "GET"):
        assert (await server.ask(method, f"{path}?do=forget&sure=yes", headers={})).status == 200
    assert person() == before
    assert wishes(store) == {"wages": "daily"}


async def test_saving_what_is_shown_changes_nothing(
    store: Store, server: Server, path: str, person: Callable[[], Subscriber]
) -> None:
    await server.start()
    before = person()
    saved = await server.post(path, filled_in(await server.get(path)))
    assert (saved.status, person(), wishes(store)) == (200, before, {"wages": "daily"})
    assert 'role="status"' in saved.text


async def test_everything_is_changed_with_one_button(
    store: Store, server: Server, path: str, person: Callable[[], Subscriber]
) -> None:
    await server.start()
    wanted = filled_in(await server.get(path)) | {
        "every:wages": "",
        "every:children": "weekly",
        "at": "07:30",
        "on": "fri",
        "monthday": "31",
        "timezone": "Asia/Phnom Penh",
        "language": "fr",
        "note": "yes",
    }
    saved = await server.post(path, wanted)
    assert saved.status == 200
    assert 'lang="fr"' in saved.text
    now = person()
    assert (now.at, now.weekday, now.monthday, now.timezone) == ("07:30", 4, 31, "Asia/Phnom_Penh")
    assert now.note == "yes"
    assert wishes(store) == {"children": "weekly"}


@pytest.mark.parametrize(
    "values",
    [
        {"at": "25:99"},
        {"note": "maybe"},
        {"timezone": "Moon"},
        {"every:nothing": "daily"},
        {"every:wages": "hourly"},
        {"monthday": "٣"},
    ],
)
async def test_what_cannot_be_is_said_above_the_form(
    store: Store, server: Server, path: str, values: dict[str, str]
) -> None:
    await server.start()
    answer = await server.post(path, {"do": "save", **values})
    assert answer.status == 400
    assert 'role="alert"' in answer.text
    assert "tidings" not in re.sub(r"<[^>]+>", "", answer.text).replace("tidings.css", "")
    assert wishes(store) == {"wages": "daily"}


async def test_taking_every_topic_away_says_that_you_left(server: Server, path: str) -> None:
    await server.start()
    assert "You have left" in (await server.post(path, {"do": "save", "every:wages": ""})).text
    assert "you have left" in (await server.get(path)).text


async def test_a_pause_of_four_weeks_and_its_end(
    server: Server, path: str, person: Callable[[], Subscriber], now: datetime
) -> None:
    await server.start()
    paused = await server.post(path, {"do": "pause"})
    assert "Paused until 7 June 2026" in paused.text
    assert person().paused_until == now + timedelta(weeks=4)
    await server.post(path, {"do": "resume"})
    assert person().state == "confirmed"


async def test_the_data_come_as_a_file_that_nobody_keeps(server: Server, path: str) -> None:
    answer = await (await server.start()).post(path, {"do": "export"})
    assert json.loads(answer.text)["email"] == EMAIL
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"].startswith("application/json")


async def test_nobody_is_deleted_who_did_not_say_so_twice(
    server: Server, path: str, person: Callable[[], Subscriber | None]
) -> None:
    await server.start()
    assert (await server.post(path, {"do": "forget"})).status == 400
    assert person() is not None
    assert "Deleted" in (await server.post(path, {"do": "forget", "sure": "yes"})).text
    assert person() is None
    assert (await server.get(path)).status == 404


@pytest.mark.parametrize("do", ["", "nonsense", "__class__"])
async def test_a_button_that_is_not_there_does_nothing(server: Server, path: str, do: str) -> None:
    assert (await (await server.start()).post(path, {"do": do})).status == 400


async def test_a_new_address_is_asked_before_anything_changes(
    store: Store, server: Server, path: str, person: Callable[[], Subscriber]
) -> None:
    await server.start()
    answer = await server.post(path, {"do": "address", "email": "dara@example.net"})
    assert "dara@example.net" in answer.text
    assert person().email == EMAIL
    with store.read() as db:
        (letter,) = [one for one in outbox.messages(db) if one.kind == "address"]
        said = decode(outbox.payload(db, letter.id), dict[str, object])["text"]
    link = str(said).partition(SITE.url)[2].split()[0]
    shown = await server.get(link)
    assert (shown.status, shown.text.count("<button")) == (200, 1)
    assert person().email == EMAIL
    assert "dara@example.net" in (await server.post(link)).text
    assert person().email == "dara@example.net"
    assert (await server.get(path)).status == 404  # links in older mails end with the old address
    assert (await server.get(link)).text.count("<button") == 0  # opened again it says what is so


async def test_a_new_address_that_is_none_is_refused(server: Server, path: str) -> None:
    answer = await (await server.start()).post(path, {"do": "address", "email": "nobody"})
    assert (answer.status, 'role="alert"' in answer.text) == (400, True)


async def test_the_link_to_leave_stands_on_the_page(server: Server, path: str) -> None:
    await server.start()
    page = html.fromstring((await server.get(path)).text)
    (link,) = [link for link in page.xpath("//main//a/@href") if "/unsubscribe/" in link]
    assert (await server.get(link)).status == 200
