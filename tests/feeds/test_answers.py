"""What the admin sees of a page that is held, and what becomes of it: everything real but the site's words."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from feeds import answers, replay
from feeds import sources as watched
from feeds.children import Children
from feeds.poll import Watch, poll
from state import alarms, rules, sources
from state.errors import UserError
from state.store import Store
from tests.fakes.site import Site
from tests.feeds.samples import NOW, SITE
from tests.feeds.watching import NEW, ROWS, listing, mailable, titles, watching

HOUR = timedelta(hours=1)
STRANGE = [(f"Read of service number {n} in full", f"{n} March 2004", f"s{n}") for n in range(10, 14)]
OFFERS = [(f"Great offer of the {n} week in the shop of the office", f"{n} June 2005", f"o{n}") for n in range(10, 22)]

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sqlite]


@pytest_asyncio.fixture(loop_scope="module")
async def watch(store: Store, children: Children, site: Site) -> AsyncIterator[Watch]:
    """A watch over the source "office", whose baseline is ROWS."""
    async with watching(store, children) as held:
        look = await watched.look(held, site.puts("/list", listing(ROWS)), now=NOW)
        await watched.add(held, look, id="office", now=NOW)
        yield held


def standing(store: Store) -> set[str]:
    with store.read() as db:
        return {alarm.kind for alarm in alarms.alarms(db)}


def rebuilt(rows: str = "tr") -> str:
    """The list of ROWS as a bare table, below a long list of offers."""
    offers = listing(OFFERS).split("<ol>")[1].split("</ol>")[0]
    table = "".join(f'<tr><td>{day}</td><td><a href="/news/{n}">{title}</a></td></tr>' for title, day, n in ROWS)
    return (
        f"<!DOCTYPE html><html lang=en><head><title>News</title></head><body><main><h1>The office</h1><ol>{offers}</ol>"
        f"<table>{table}</table></main></body></html>"
    )


async def test_a_difference_names_what_came_what_went_and_the_way_it_was_read(site: Site, watch: Watch) -> None:
    site.puts("/list", listing(STRANGE))
    await poll(watch, "office", now=NOW + HOUR)
    (shown,) = await replay.diff(watch, "office", now=NOW + HOUR)
    assert shown.held.reason == "strangers"
    assert shown.difference is not None
    assert [record.title for record in shown.difference.fresh] == [title for title, _, _ in STRANGE]
    assert {title for _, title in shown.difference.gone} == {title for title, _, _ in ROWS}


async def test_a_difference_names_the_fields_that_changed(site: Site, watch: Watch) -> None:
    moved = [(title, f"{n} July 2003", number) for n, (title, _, number) in enumerate(ROWS, 1)]
    site.puts("/list", listing(moved))
    polled = await poll(watch, "office", now=NOW + HOUR)
    (shown,) = await replay.diff(watch, "office", now=NOW + HOUR)
    assert polled.outcome == "held"
    assert shown.difference is not None
    assert {change.field for change in shown.difference.changed} == {"date"}
    assert len(shown.difference.changed) == 5


async def test_what_is_accepted_are_the_bytes_that_were_shown(store: Store, site: Site, watch: Watch) -> None:
    site.puts("/list", listing(STRANGE))
    await poll(watch, "office", now=NOW + HOUR)
    site.puts("/list", listing([NEW, *STRANGE]))
    done = await answers.accept(watch, "office", now=NOW + 2 * HOUR)
    assert len(done.new) == 4
    assert standing(store) == set()
    later = await poll(watch, "office", now=NOW + 3 * HOUR)
    assert len(later.new) == 1
    assert mailable(store) == [NEW[0]]


async def test_what_is_accepted_may_be_mailed_in_part(store: Store, site: Site, watch: Watch) -> None:
    site.puts("/list", listing(STRANGE[::-1]))
    await poll(watch, "office", now=NOW + HOUR)
    await answers.accept(watch, "office", now=NOW + 2 * HOUR, as_new=1)
    assert mailable(store) == [STRANGE[-1][0]]


async def test_what_was_rejected_does_not_alarm_again_and_what_is_good_is_read_on(
    store: Store, site: Site, watch: Watch
) -> None:
    site.puts("/list", listing(STRANGE))
    await poll(watch, "office", now=NOW + HOUR)
    answers.reject(store, "office", now=NOW + 2 * HOUR)
    again = await poll(watch, "office", now=NOW + 3 * HOUR)
    assert (again.outcome, standing(store)) == ("held", set())
    site.puts("/list", listing([NEW, *ROWS]))
    good = await poll(watch, "office", now=NOW + 4 * HOUR)
    assert len(good.new) == 1
    site.puts("/list", listing(STRANGE))
    await poll(watch, "office", now=NOW + 5 * HOUR)
    assert standing(store) == set()
    site.puts("/list", listing(STRANGE[:3]))
    await poll(watch, "office", now=NOW + 6 * HOUR)
    await poll(watch, "office", now=NOW + 7 * HOUR)
    assert standing(store) == {"quarantined"}  # another content


async def test_where_nothing_is_held_there_is_nothing_to_answer(store: Store, watch: Watch) -> None:
    with pytest.raises(UserError, match="nothing to accept"):
        await answers.accept(watch, "office", now=NOW)
    with pytest.raises(UserError, match="nothing of source office is held"):
        answers.reject(store, "office", now=NOW)
    with pytest.raises(UserError, match="nothing of source office is held"):
        await replay.diff(watch, "office", now=NOW)


async def test_a_replay_of_what_is_known_differs_in_nothing_and_stores_nothing(
    store: Store, site: Site, watch: Watch
) -> None:
    site.puts("/list", listing([NEW, *ROWS]))
    await poll(watch, "office", now=NOW + HOUR)
    before = titles(store)
    found = await replay.replay(watch, "office", pages=5, now=NOW + 2 * HOUR)
    assert [(one.same, one.known, one.records) for one in found] == [(True, 6, 6), (True, 5, 5)]
    assert titles(store) == before


async def test_a_replay_shows_what_other_rules_would_make_of_the_pages(store: Store, watch: Watch) -> None:
    with store.write() as db:
        sources.edit(db, "office", {"select": {"item": "li:nth-child(-n+3)", "title": "p.date"}})
    (one,) = await replay.replay(watch, "office", pages=5, now=NOW + HOUR)
    assert not one.same
    assert len(one.gone) == 2
    assert {change.field for change in one.changed} == {"title"}


async def test_a_redesigned_page_is_read_by_its_known_entries_and_the_old_way_can_be_brought_back(
    store: Store, site: Site, watch: Watch
) -> None:
    site.puts("/list", rebuilt())
    polled = await poll(watch, "office", now=NOW + HOUR)
    assert (polled.outcome, polled.new, polled.seen) == ("unchanged", (), 5)
    assert standing(store) == {"redesigned"}
    with store.read() as db:
        learnt = rules.present(db, sources.source(db, "office"))
    assert learnt is not None
    assert "item" in learnt.select

    site.puts(
        "/list",
        rebuilt().replace("<table>", f'<table><tr><td>{NEW[1]}</td><td><a href="/news/9">{NEW[0]}</a></td></tr>'),
    )
    assert len((await poll(watch, "office", now=NOW + 2 * HOUR)).new) == 1
    assert (mailable(store), standing(store)) == ([NEW[0]], set())

    back = answers.bring_back(store, "office", 1, now=NOW + 3 * HOUR)
    with store.read() as db:
        assert rules.present(db, sources.source(db, "office")) == back
    with pytest.raises(UserError, match="has no rule 9"):
        answers.bring_back(store, "office", 9, now=NOW)


async def test_selectors_that_fail_are_done_without_as_long_as_they_fail(
    store: Store, site: Site, watch: Watch
) -> None:
    watched.edit(store, "office", {"select": {"item": "ol > li"}}, site=SITE, now=NOW)
    site.puts("/list", rebuilt())
    polled = await poll(watch, "office", now=NOW + HOUR)
    assert (polled.outcome, polled.seen) == ("unchanged", 5)
    assert standing(store) == {"redesigned"}
    site.puts("/list", "<html><body><main><h1>News</h1><p>Nothing is here.</p></main></body></html>")
    assert (await poll(watch, "office", now=NOW + 2 * HOUR)).outcome == "held"
    with store.read() as db:
        assert rules.present(db, sources.source(db, "office")) is None
        assert len(rules.rules(db, "office")) == 2
