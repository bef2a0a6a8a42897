"""Reading the older pages of a list: page after page, as a baseline, from where it ended before."""

import asyncio
from datetime import timedelta

import pytest

from feeds import sources as watched
from feeds.backfill import backfill
from feeds.poll import Watch, poll
from state import alarms, hosts, sources
from state.backfills import Progress
from state.store import Store
from tests.fakes.site import Page, Site
from tests.feeds.samples import NOW
from tests.feeds.watching import NEW, ROWS, Gate, Row, listing, mailable, titles

HOUR = timedelta(hours=1)


pytestmark = pytest.mark.asyncio(loop_scope="module")


def old(page: int) -> list[Row]:
    return [(f"Release {n} of the year {2006 - page}", f"{20 - n} May {2006 - page}", f"{page}-{n}") for n in range(5)]


async def archive(watch: Watch, site: Site, pages: int) -> None:
    """A watched list of so many pages, whose first was seen."""
    for page in range(2, pages + 1):
        site.puts(f"/list?page={page}", listing(old(page), following=following(page, pages)))
    url = site.puts("/list", listing(ROWS, following=following(1, pages)))
    await watched.add(watch, await watched.look(watch, url, now=NOW), id="office", now=NOW)


def following(page: int, pages: int) -> str:
    return f"/list?page={page + 1}" if page < pages else ""


async def test_older_pages_are_a_baseline_and_what_is_new_at_the_top_is_news(
    store: Store, site: Site, watch: Watch
) -> None:
    await archive(watch, site, 3)
    site.puts("/list", listing([NEW, *ROWS], following="/list?page=2"))
    told: list[Progress] = []

    done = await backfill(watch, "office", pages=10, now=NOW + HOUR, told=told.append)

    assert (len(done.new), done.reason) == (11, "")
    assert [(at.pages, at.entries, at.following) for at in told] == [
        (1, 1, site.url("/list?page=2")),
        (2, 6, site.url("/list?page=3")),
        (3, 11, ""),
    ]
    assert (len(titles(store)), mailable(store)) == (16, [NEW[0]])
    assert (await poll(watch, "office", now=NOW + 2 * HOUR)).outcome == "not-modified"


async def test_the_next_call_goes_on_where_the_last_one_ended(store: Store, site: Site, watch: Watch) -> None:
    await archive(watch, site, 4)
    await backfill(watch, "office", pages=2, now=NOW + HOUR)
    before = len(site.requests)

    done = await backfill(watch, "office", pages=3, now=NOW + HOUR)
    same = await backfill(watch, "office", pages=3, now=NOW + HOUR)
    again = await backfill(watch, "office", pages=2, now=NOW + HOUR, again=True)

    assert [request.path for request in site.requests[before:]] == ["/list?page=3", "/list", "/list?page=2"]
    assert [len(each.new) for each in (done, same, again)] == [5, 0, 0]
    assert again.progress
    assert again.progress.pages == 2


async def test_who_is_interrupted_keeps_what_was_read_and_holds_nothing(store: Store, site: Site, watch: Watch) -> None:
    await archive(watch, site, 3)
    gate = Gate()
    site.says("/list?page=3", gate)
    task = asyncio.create_task(backfill(watch, "office", pages=3, now=NOW + HOUR))
    await gate.reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gate.set()
    del site.scripts["/list?page=3"]

    assert len(titles(store)) == 10
    done = await backfill(watch, "office", pages=3, now=NOW + HOUR)
    assert (len(done.new), len(site.asked("/list?page=2"))) == (5, 1)


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (Page(b"", status="500 Internal Server Error", etag=""), "status 500"),
        (Page(b"<html><body><main><h1>Archive</h1><p>Nothing here.</p></main></body></html>"), "stand"),
    ],
)
async def test_a_page_that_cannot_be_read_ends_it_there_and_is_no_failure_of_the_source(
    store: Store, site: Site, watch: Watch, page: Page, why: str
) -> None:
    await archive(watch, site, 3)
    site.pages["/list?page=3"] = page

    done = await backfill(watch, "office", pages=3, now=NOW + HOUR)

    assert (len(done.new), why in done.reason, done.reason[:7]) == (5, True, "page 3:")
    with store.read() as db:
        known = sources.source(db, "office")
        assert (known.failures, known.error, alarms.alarms(db)) == (0, "", ())
        host = hosts.host(db, f"127.0.0.1:{site.port}")
        assert host
        assert host.lease_until is None
    site.puts("/list?page=3", listing(old(3)))
    assert len((await backfill(watch, "office", pages=3, now=NOW + HOUR)).new) == 5


async def test_a_list_that_leads_back_to_itself_ends(site: Site, watch: Watch) -> None:
    await archive(watch, site, 3)
    site.puts("/list?page=3", listing(old(3), following="/list?page=2"))

    done = await backfill(watch, "office", pages=1000, now=NOW + HOUR)

    assert done.progress
    assert (done.progress.pages, done.progress.following) == (3, "")


async def test_the_first_page_that_cannot_be_read_says_why(site: Site, watch: Watch) -> None:
    await archive(watch, site, 2)
    del site.pages["/list"]

    done = await backfill(watch, "office", pages=2, now=NOW + HOUR)

    assert (done.progress, "404" in done.reason) == (None, True)
