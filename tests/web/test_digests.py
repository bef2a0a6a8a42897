"""The web version of an edition: for whoever has its address, and nothing personal in it."""

import re

import pytest
from lxml import html
from sqlalchemy import update

from state.schema import editions as table
from state.store import Store
from tests.web.conftest import Server
from tests.web.looks import furnish


@pytest.fixture
def path(store: Store) -> str:
    return furnish(store)["digest"]


async def test_the_edition_is_shown_without_what_is_personal(store: Store, server: Server, path: str) -> None:
    answer = await (await server.start()).get(path)
    assert answer.status == 200
    assert "sample of the past" in answer.text
    assert "Wages &amp; working time" in answer.text
    for personal in ("unsubscribe", "preferences/", "@example.org,", "sample@"):
        assert personal not in re.sub(r"desk@example\.org", "", answer.text).lower(), personal
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox")
    assert "allow-scripts" not in policy
    assert "allow-forms" not in policy


@pytest.mark.parametrize("cut", [16, 20, 31])
async def test_the_beginning_of_an_address_is_not_enough(server: Server, path: str, cut: int) -> None:
    await server.start()
    assert (await server.get(path[: len("/digests/") + cut])).status == 404


async def test_an_edition_that_was_stopped_is_not_shown(store: Store, server: Server, path: str) -> None:
    name = path.rpartition("/")[2]
    await server.start()
    with store.write() as db:
        db.execute(update(table).where(table.c.id == name).values(state="cancelled"))
    assert (await server.get(path)).status == 404


async def test_a_title_with_markup_is_only_text(server: Server, path: str) -> None:
    page = html.fromstring((await (await server.start()).get(path)).text)
    assert page.xpath("//agree") == []
    assert [title for title in page.xpath("//h3//a/text()") if "<agree>" in title] == ["Ten provinces <agree> & sign"]
