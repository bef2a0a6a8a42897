"""The form that docs/embedding.md shows works from the page that the admin allowed, and from no other."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from lxml import html

from mail import subscriptions
from state import outbox, subscribers, topics
from state.records import Topic
from state.store import Store
from tests.web.conftest import Server

GUIDE = (Path(__file__).parents[2] / "docs" / "embedding.md").read_text(encoding="utf-8")
ORIGIN = "https://www.example.org"


@pytest.fixture
def form() -> html.FormElement:
    shown = re.search(r"```html\n(.*?)```", GUIDE, re.DOTALL)
    assert shown is not None
    made = html.fromstring(shown[1])
    assert isinstance(made, html.FormElement)
    made.fields["email"] = "sok@example.org"
    return made


@pytest.fixture
def vocabulary(store: Store, now: datetime) -> Store:
    with store.write() as db:
        topics.put_topic(db, Topic("child-labour", "Child labour", any=("x",)), now)
    return store


async def test_the_form_of_the_guide_is_taken_from_an_allowed_page(
    vocabulary: Store, server: Server, form: html.FormElement
) -> None:
    assert form.action == "https://news.example.org/subscribe"
    assert f'form_origins = ["{ORIGIN}"]' in GUIDE
    await server.start(form_origins=(ORIGIN,))
    answer = await server.ask(
        "POST",
        "/subscribe",
        headers={"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"},
        data=list(form.form_values()),
    )
    assert answer.status == 200
    with vocabulary.read() as db:
        (person,) = subscribers.listed(db)
        assert [row.topic for row in subscriptions.show(db, person.email).subscriptions] == ["all"]
        assert outbox.messages(db)[0].kind == "confirm"


async def test_the_same_form_elsewhere_is_refused(vocabulary: Store, server: Server, form: html.FormElement) -> None:
    await server.start(form_origins=(ORIGIN,))
    for origin in ("https://www.example.org.evil.example", "http://www.example.org", "https://example.org"):
        answer = await server.ask("POST", "/subscribe", headers={"Origin": origin}, data=list(form.form_values()))
        assert answer.status == 403


async def test_every_field_of_the_guide_is_read(vocabulary: Store, server: Server) -> None:
    await server.start(form_origins=(ORIGIN,))
    data = [
        ("email", "sok@example.org"),
        ("topic", "child-labour?country=KH"),
        ("topic", "all"),
        ("every", "monthly"),
        ("every:all", "now"),
        ("at", "07:30"),
        ("on", "fri"),
        ("monthday", "15"),
        ("timezone", "Asia/Phnom_Penh"),
        ("language", "fr"),
    ]
    named = set(re.findall(r"^\| `([a-z]+)", GUIDE, re.MULTILINE))
    assert named == {name.partition(":")[0] for name, _ in data}
    assert (await server.ask("POST", "/subscribe", headers={"Origin": ORIGIN}, data=data)).status == 200
    with vocabulary.read() as db:
        (person,) = subscribers.listed(db)
        wishes = {row.topic: row.every for row in subscriptions.show(db, person.email).subscriptions}
    assert wishes == {"child-labour?country=KH": "monthly", "all": "now"}
    assert (person.at, person.weekday, person.monthday) == ("07:30", 4, 15)
    assert (person.timezone, person.language) == ("Asia/Phnom_Penh", "fr")
