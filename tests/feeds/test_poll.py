"""Polls with everything real: what is stored, what is asked of the site, and what happens when it fails."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from feeds import sources as watched
from feeds.children import Children
from feeds.poll import Watch, accept, poll
from feeds.rounds import poll_due
from state import alarms, entries, sources
from state.errors import NotFound, UserError
from state.records import Source
from state.store import Store
from tests.fakes.site import Site
from tests.feeds.samples import NOW
from tests.feeds.watching import NEW, ROWS, Gate, listing, mailable, titles, watching

HOUR = timedelta(hours=1)


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def added(watch: Watch, url: str, id: str = "office") -> Source:
    return (await watched.add(watch, await watched.look(watch, url, now=NOW), id=id, now=NOW)).source


def source(store: Store, id: str = "office") -> Source:
    with store.read() as db:
        return sources.source(db, id)


def standing(store: Store) -> dict[str, str]:
    with store.read() as db:
        return {alarm.kind: alarm.message for alarm in alarms.alarms(db)}


# ---- what a poll brings ----


async def test_a_new_entry_is_found_and_an_unchanged_page_costs_one_conditional_request(
    store: Store, site: Site, watch: Watch
) -> None:
    await added(watch, site.puts("/list", listing(ROWS)))
    same = await poll(watch, "office", now=NOW + HOUR)
    site.puts("/list", listing([NEW, *ROWS]))
    more = await poll(watch, "office", now=NOW + 2 * HOUR)

    assert (same.outcome, same.seen) == ("not-modified", 0)
    assert (more.outcome, len(more.new), more.seen) == ("changed", 1, 6)
    assert titles(store)[0] == NEW[0]
    assert mailable(store) == [NEW[0]]
    assert "if-none-match" in site.asked("/list")[1].headers
    assert source(store).last_changed_at == NOW + 2 * HOUR


async def test_the_same_bytes_without_validators_are_not_parsed(store: Store, site: Site, watch: Watch) -> None:
    url = site.puts("/list", listing(ROWS))
    site.pages["/list"] = replace(site.pages["/list"], etag="")
    await added(watch, url)
    assert (await poll(watch, "office", now=NOW + HOUR)).outcome == "not-modified"
    assert (await poll(watch, "office", now=NOW + 2 * HOUR, force=True)).outcome == "unchanged"


async def test_a_changed_validator_is_kept_although_the_bytes_are_the_same(
    store: Store, site: Site, watch: Watch
) -> None:
    url = site.puts("/list", listing(ROWS))
    await added(watch, url)
    site.pages["/list"] = replace(site.pages["/list"], etag='"second"')
    await poll(watch, "office", now=NOW + HOUR)
    with store.read() as db:
        assert sources.documents(db, "office")[url].validators.etag == '"second"'


async def test_what_stands_on_a_page_that_stayed_the_same_for_weeks_is_not_withdrawn_by_another_page(
    store: Store, site: Site, watch: Watch
) -> None:
    await added(watch, site.puts("/all", listing(ROWS)), "all-news")
    await added(watch, site.puts("/list", listing(ROWS)))
    later = NOW + timedelta(days=8)
    await poll(watch, "all-news", now=later)
    assert "if-none-match" not in site.asked("/all")[-1].headers  # from time to time it is fetched as a whole
    site.puts("/list", listing([NEW, *ROWS[:2], *ROWS[3:]]))
    assert (await poll(watch, "office", now=later)).outcome == "changed"
    with store.read() as db:
        assert [entry.title for entry in entries.entries(db) if entry.withdrawn_at] == []


async def test_a_source_that_was_never_seen_gets_its_baseline_at_the_first_poll(
    store: Store, site: Site, watch: Watch
) -> None:
    url = site.puts("/list", listing(ROWS))
    unseen = Source("office", url, "page", "Office", "", "UTC", "", "", 3600, "active", NOW, next_poll_at=NOW)
    with store.write() as db:
        sources.put(db, unseen)
    (polled,) = await poll_due(watch, now=NOW)
    assert len(polled.new) == 5
    assert mailable(store) == []
    assert source(store).first_seen_at == NOW


# ---- lists of several pages ----


async def test_a_weeks_absence_loses_nothing(store: Store, site: Site, watch: Watch) -> None:
    """Forty releases on a list of five rows a page."""
    await added(watch, site.puts("/list", listing(ROWS)))
    days = [NOW.date() - timedelta(days=n) for n in range(40)]
    rows = [(f"Release on the matter of {day:%d %B}", f"{day:%d %B %Y}", str(100 + n)) for n, day in enumerate(days)]
    rows += ROWS
    for page in range(9):
        path = f"/list?page={page}" if page else "/list"
        following = f"/list?page={page + 1}" if page < 8 else ""
        site.puts(path, listing(rows[5 * page : 5 * page + 5], following=following))

    polled = await poll(watch, "office", now=NOW + HOUR)

    assert len(polled.new) == 40
    assert titles(store) == [row[0] for row in rows]
    assert len(site.asked("/list?page=8")) == 1


async def test_a_list_whose_first_page_ends_in_known_entries_is_not_followed(
    store: Store, site: Site, watch: Watch
) -> None:
    await added(watch, site.puts("/list", listing(ROWS, following="/list?page=2")))
    site.puts("/list", listing([NEW, *ROWS], following="/list?page=2"))
    await poll(watch, "office", now=NOW + HOUR)
    assert site.asked("/list?page=2") == []


async def test_a_page_that_cannot_be_read_is_tried_again_before_its_entries_are_given_up(
    store: Store, site: Site, watch: Watch
) -> None:
    await added(watch, site.puts("/list", listing(ROWS)))
    news = [(f"Release number {n}", f"{20 - n} May 2006", str(20 + n)) for n in range(5)]
    site.puts("/list", listing(news, following="/list?page=2"))  # page 2 answers 404
    outcomes = [(await poll(watch, "office", now=NOW + n * HOUR)).outcome for n in range(1, 4)]
    assert outcomes == ["failed", "failed", "changed"]
    assert len(mailable(store)) == 5
    assert "may be missing" in standing(store)["bound"]


async def test_a_missing_page_that_comes_back_in_time_is_read(store: Store, site: Site, watch: Watch) -> None:
    await added(watch, site.puts("/list", listing(ROWS)))
    news = [(f"Release number {n}", f"{20 - n} May 2006", str(20 + n)) for n in range(7)]
    site.puts("/list", listing(news[:5], following="/list?page=2"))
    await poll(watch, "office", now=NOW + HOUR)
    site.puts("/list?page=2", listing([*news[5:], *ROWS]))
    await poll(watch, "office", now=NOW + 2 * HOUR)
    assert titles(store) == [row[0] for row in (*news, *ROWS)]


async def test_a_list_without_an_end_is_left_after_ten_pages_with_an_alarm(
    store: Store, site: Site, watch: Watch
) -> None:
    await added(watch, site.puts("/list", listing(ROWS)))
    for page in range(12):
        rows = [(f"Matter {page} of {n} workers", f"{28 - n} June {2025 - page}", f"{page}-{n}") for n in range(5)]
        site.puts(f"/list?page={page}" if page else "/list", listing(rows, following=f"/list?page={page + 1}"))
    polled = await poll(watch, "office", now=NOW + HOUR)
    assert len(polled.new) == 50
    assert "bound" in standing(store)


# ---- failures ----


async def test_a_failing_source_waits_longer_each_time_and_recovers(store: Store, site: Site, watch: Watch) -> None:
    url = site.puts("/list", listing(ROWS))
    await added(watch, url)
    del site.pages["/list"]
    waits = []
    now = NOW
    for _ in range(4):
        now = source(store).next_poll_at or now
        (polled,) = await poll_due(watch, now=now)
        assert polled.outcome == "failed"
        waits.append(((source(store).next_poll_at or now) - now) / HOUR)
    failing = source(store)

    assert [round(wait) for wait in waits] == [1, 2, 4, 8]
    assert (failing.failures, "404" in failing.error) == (4, True)
    assert failing.next_poll_reason == "failed 4 times in a row: waits 8h"
    assert "404" in standing(store)["broken"]
    assert len(titles(store)) == 5

    site.puts("/list", listing([NEW, *ROWS]))
    await poll_due(watch, now=failing.next_poll_at or now)
    assert (source(store).failures, source(store).error, standing(store)) == (0, "", {})
    assert mailable(store) == [NEW[0]]


async def test_a_recovery_that_brings_nothing_new_ends_the_alarm_too(store: Store, site: Site, watch: Watch) -> None:
    await added(watch, site.puts("/list", listing(ROWS)))
    page = site.pages.pop("/list")
    for n in range(3):
        await poll(watch, "office", now=NOW + n * HOUR)
    assert "broken" in standing(store)
    site.pages["/list"] = page
    assert (await poll(watch, "office", now=NOW + 9 * HOUR)).outcome == "not-modified"
    assert standing(store) == {}


async def test_a_page_without_entries_is_held_and_the_doubt_goes_away_by_itself(
    store: Store, site: Site, watch: Watch
) -> None:
    await added(watch, site.puts("/list", listing(ROWS)))
    full = site.pages["/list"]
    site.puts("/list", listing([]))
    polled = await poll(watch, "office", now=NOW + HOUR)
    assert polled.outcome == "held"
    assert "0 of 5" in polled.reason
    assert len(titles(store)) == 5
    site.pages["/list"] = full
    await poll(watch, "office", now=NOW + 2 * HOUR)
    assert standing(store) == {}


async def test_a_document_that_is_no_page_is_a_failure(store: Store, site: Site, watch: Watch) -> None:
    await added(watch, site.puts("/list", listing(ROWS)))
    site.puts("/list", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj", "application/pdf")
    polled = await poll(watch, "office", now=NOW + HOUR)
    assert polled.outcome == "failed"
    assert "PDF" in polled.reason


async def test_an_unforeseen_fault_in_one_source_does_not_keep_the_others_from_being_polled(
    store: Store, site: Site, watch: Watch, capsys: pytest.CaptureFixture[str]
) -> None:
    await added(watch, site.puts("/list", listing(ROWS)))
    with store.write() as db:
        sources.put(db, replace(source(store), id="crooked", where="/srv/nowhere", timezone="No/Zone"))
        sources.put(db, replace(source(store), id="odd", where="http://[::1", next_poll_at=NOW))
    site.puts("/list", listing([NEW, *ROWS]))
    polled = await poll_due(watch, now=NOW + 3 * HOUR)
    outcomes = {one.source: one.outcome for one in polled}
    assert outcomes == {"office": "changed", "crooked": "failed", "odd": "failed"}
    capsys.readouterr()


# ---- who polls ----


async def test_two_workers_never_poll_one_source_at_once(store: Store, site: Site, watch: Watch) -> None:
    await added(watch, site.puts("/list", listing(ROWS)))
    site.puts("/list", listing([NEW, *ROWS]))
    both = await asyncio.gather(*(poll(watch, "office", now=NOW + HOUR, owner=f"w{n}") for n in (1, 2)))
    assert sorted(one.outcome for one in both) == ["changed", "unchanged"]
    assert next(one.reason for one in both if one.outcome == "unchanged") == "another worker is polling it now"
    assert len(site.asked("/list")) == 2


async def test_a_worker_that_slept_through_its_lease_stores_nothing(store: Store, site: Site, watch: Watch) -> None:
    await added(watch, site.puts("/list", listing(ROWS)))
    gate = Gate()
    body = listing([NEW, *ROWS]).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    site.says("/list", head, gate, body)
    slow = asyncio.create_task(poll(watch, "office", now=NOW + HOUR))
    await gate.reached.wait()
    with store.write() as db:
        assert sources.claim(db, "office", owner="other", now=NOW + 99 * HOUR, lease=60)
    gate.set()

    polled = await slow

    assert (polled.outcome, polled.reason) == ("unchanged", "another worker has taken the source over")
    assert len(titles(store)) == 5


async def test_a_poll_that_is_cancelled_gives_its_source_back(store: Store, site: Site, watch: Watch) -> None:
    await added(watch, site.puts("/list", listing(ROWS)))
    gate = Gate()
    site.says("/list", gate)
    task = asyncio.create_task(poll(watch, "office", now=NOW + HOUR))
    await gate.reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gate.set()
    del site.scripts["/list"]
    assert (await poll(watch, "office", now=NOW + HOUR)).outcome == "not-modified"


async def test_only_what_is_due_is_polled_unless_all_are_asked_for(store: Store, site: Site, watch: Watch) -> None:
    for name in ("a", "b", "c"):
        await added(watch, site.puts(f"/{name}", listing(ROWS)), name)
    with store.write() as db:
        sources.pause(db, "c")
    assert await poll_due(watch, now=NOW) == ()
    assert {one.source for one in await poll_due(watch, now=NOW, every=True, limit=1)} == {"a", "b"}
    assert len(await poll_due(watch, now=NOW + 3 * HOUR, limit=1)) == 1


async def test_an_unknown_and_a_removed_source_are_refused(store: Store, site: Site, watch: Watch) -> None:
    await added(watch, site.puts("/list", listing(ROWS)))
    with store.write() as db:
        sources.remove(db, "office")
    with pytest.raises(UserError, match="was removed"):
        await poll(watch, "office", now=NOW)
    with pytest.raises(NotFound, match="source list"):
        await poll(watch, "nosuch", now=NOW)


# ---- the admin's answers ----


async def test_accepting_a_flood_mails_what_was_held_back(store: Store, site: Site, children: Children) -> None:
    async with watching(store, children, hold=2) as watch:
        await added(watch, site.puts("/list", listing(ROWS)))
        news = [(f"Release number {n}", f"{20 - n} May 2006", str(20 + n)) for n in range(3)]
        site.puts("/list", listing([*news, *ROWS]))
        await poll(watch, "office", now=NOW + HOUR)
        assert mailable(store) == []
        released = await accept(watch, "office", now=NOW + 2 * HOUR)
    assert len(released.new) == 3
    assert mailable(store) == [row[0] for row in news]
    assert standing(store) == {}


async def test_accepting_a_doubtful_page_takes_it_as_a_baseline(store: Store, site: Site, watch: Watch) -> None:
    await added(watch, site.puts("/list", listing(ROWS)))
    strangers = [(f"Stranger number {n}", f"{20 - n} May 2001", str(50 + n)) for n in range(4)]
    site.puts("/list", listing(strangers))
    assert (await poll(watch, "office", now=NOW + HOUR)).outcome == "held"
    accepted = await accept(watch, "office", now=NOW + 2 * HOUR)
    assert (len(accepted.new), mailable(store), standing(store)) == (4, [], {})


async def test_there_may_be_nothing_to_accept(store: Store, site: Site, watch: Watch) -> None:
    await added(watch, site.puts("/list", listing(ROWS)))
    with pytest.raises(UserError, match="nothing to accept"):
        await accept(watch, "office", now=NOW)
