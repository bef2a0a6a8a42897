"""Files of entries: what a look at one means, and what is stored and shown of a file that was replaced."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

import pytest
import pytest_asyncio

from feeds.downloads_watch import FIRST, INTERVALS, Looked, check, in_question, judge, watched
from feeds.fetch import Failed, Fetched, Fetcher, NotModified, Outcome
from feeds.poll import Watch
from feeds.settings import Polling
from mail.corrections import what_changed
from state import alarms, downloads, entries, hosts, sources
from state.downloads import Download
from state.records import Enclosure, Entry, Validators
from state.store import Store
from templates.wording import words
from tests.fakes.site import LOOPBACK, Page, Site
from tests.feeds.samples import NOW, SITE, entry, keep, record

DAY = timedelta(days=1)
URL = "https://office.example.org/report.pdf"
OLD = Download("a1", URL, "office.example.org", NOW, '"one"', "", sha256(b"one").hexdigest(), looks=2)


def got(body: bytes, content_type: str = "application/pdf") -> Fetched:
    return Fetched(URL, body, content_type, Validators(URL, '"x"', "", sha256(body).hexdigest()))


# ---- deciding ----


@pytest.mark.parametrize(
    ("first", "again", "replaced", "note"),
    [
        (NotModified(Validators(URL, '"one"', "", OLD.body_hash)), None, False, ""),
        (got(b"one"), None, False, ""),
        (got(b"two"), got(b"two"), True, ""),
        (got(b"two"), got(b"three"), False, "made anew for every request"),
        (got(b"two"), Failed("timeout", "too slow"), False, "a second time"),
        (got(b"<!DOCTYPE html><p>Please log in", "text/html"), None, False, "a web page stands at its address"),
        (got(b"<html><p>Please log in"), None, False, "a web page stands at its address"),
        (got(b""), None, False, "nothing stands at its address"),
        (Failed("status", "status 404, no such document", 404), None, False, "404"),
    ],
)
def test_a_look_decides_whether_a_file_was_replaced(
    first: Outcome, again: Outcome | None, replaced: bool, note: str
) -> None:
    verdict = judge(OLD, first, again, NOW)

    assert in_question(OLD, first) == (again is not None)
    assert verdict.replaced == replaced
    assert note in verdict.file.note
    assert bool(verdict.file.note) == bool(note)
    assert verdict.file.body_hash == (sha256(b"two").hexdigest() if replaced else OLD.body_hash)
    assert verdict.file.checked_at == NOW


def test_a_file_that_stays_is_looked_at_at_growing_intervals_and_one_that_was_replaced_soon_again() -> None:
    file, gaps = replace(OLD, body_hash="", looks=3), []
    for _ in range(6):
        file = judge(file, got(b"one"), None, NOW).file
        assert file.next_at
        gaps.append(file.next_at - NOW)

    assert gaps == [*INTERVALS, INTERVALS[-1], INTERVALS[-1]]
    assert judge(file, got(b"two"), got(b"two"), NOW).file.next_at == NOW + INTERVALS[0]


def test_a_file_that_is_too_large_or_made_anew_each_time_is_not_looked_at_any_more() -> None:
    assert judge(OLD, Failed("too-large", "larger than allowed"), None, NOW).file.next_at is None
    assert judge(OLD, got(b"two"), got(b"three"), NOW).file.next_at is None


def test_recordings_old_entries_and_local_files_are_not_looked_at() -> None:
    files = (
        Enclosure(URL),
        Enclosure("https://office.example.org/talk.mp3", "audio/mpeg"),
        Enclosure("file:///srv/report.pdf"),
        Enclosure(""),
    )
    made = entry("a1", record(enclosures=files))

    assert [file.url for file in watched(made, NOW)] == [URL]
    assert list(watched(replace(made, updated_at=NOW - 400 * DAY), NOW)) == []
    assert list(watched(replace(made, hidden_at=NOW), NOW)) == []


# ---- doing ----


@pytest_asyncio.fixture(loop_scope="module")
async def site() -> AsyncIterator[Site]:
    async with Site() as held:
        yield held


async def looked(store: Store, now: datetime, downloads: str = "show") -> tuple[Looked, ...]:
    settings = Polling(allow=LOOPBACK, timeout=20, gap=0, downloads=downloads)
    async with Fetcher(settings, "1.0") as fetcher:
        return await check(Watch(store, fetcher, None, SITE, settings), now=now)  # type: ignore[arg-type]


def kept(store: Store, site: Site, *ids: str, path: str = "/report.pdf") -> None:
    """Entries with one file, as polls file them."""
    said = record(enclosures=(Enclosure(site.url(path), "application/pdf", "en", "Full text"),))
    keep(store, [entry(id, said) for id in ids])


def stored(store: Store, id: str = "a1") -> Entry:
    with store.read() as db:
        return entries.entry(db, id)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_file_that_was_replaced_is_a_revision_that_is_shown_and_mails_nobody(store: Store, site: Site) -> None:
    site.puts("/report.pdf", b"%PDF one", "application/pdf")
    kept(store, site, "a1", "a2")

    assert await looked(store, NOW) == (), "it is noted which files there are"
    first = await looked(store, NOW + FIRST)
    same = await looked(store, NOW + 2 * DAY)
    site.puts("/report.pdf", b"%PDF two", "application/pdf")
    other = await looked(store, NOW + 30 * DAY)

    assert [one.entries for one in (*first, *same, *other)] == [(), (), ("a1", "a2")]
    assert [request.headers.get("if-none-match", "") != "" for request in site.asked("/report.pdf")] == [
        False, True, True, False,
    ]  # fmt: skip
    with store.read() as db:
        revisions = entries.revisions(db, "a1")
        assert alarms.alarms(db) == ()
    assert [(one.number, one.significant) for one in revisions] == [(1, True), (2, False)]
    assert revisions[1].record.enclosures[0].replaced_at == NOW + 30 * DAY
    assert (stored(store).revision, stored(store).updated_at) == (1, NOW)


@pytest.mark.asyncio(loop_scope="module")
async def test_where_the_admin_wants_it_announced_the_revision_is_one_that_readers_hear_of(
    store: Store, site: Site
) -> None:
    site.puts("/report.pdf", b"%PDF one", "application/pdf")
    kept(store, site, "a1")
    await looked(store, NOW)
    await looked(store, NOW + FIRST)
    site.puts("/report.pdf", b"%PDF two", "application/pdf")

    await looked(store, NOW + 2 * DAY, "announce")

    assert (stored(store).revision, stored(store).updated_at) == (2, NOW + 2 * DAY)
    with store.read() as db:
        before, after = entries.revisions(db, "a1")
    assert after.significant
    assert what_changed(before.record, after.record, words("en")) == "A file of it was replaced."


@pytest.mark.asyncio(loop_scope="module")
async def test_a_file_that_is_gone_is_shown_and_raises_no_alarm(store: Store, site: Site) -> None:
    kept(store, site, "a1")
    await looked(store, NOW)
    (look,) = await looked(store, NOW + FIRST)

    with store.read() as db:
        (row,) = downloads.of_entry(db, "a1").values()
        assert "404" in row.note
        assert row.note == look.note
        assert alarms.alarms(db) == ()
        assert hosts.host(db, row.host).lease_until is None  # type: ignore[union-attr]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_host_that_asks_for_it_is_left_alone(store: Store, site: Site) -> None:
    site.pages["/report.pdf"] = Page(b"", status="429 Too Many Requests", etag="")
    kept(store, site, "a1")
    await looked(store, NOW)
    await looked(store, NOW + FIRST)

    with store.read() as db:
        host = hosts.host(db, f"127.0.0.1:{site.port}")
    assert host
    assert host.next_at
    assert host.next_at >= NOW + FIRST + timedelta(minutes=10)


@pytest.mark.asyncio(loop_scope="module")
async def test_what_robots_txt_keeps_us_from_is_not_read(store: Store, site: Site) -> None:
    site.puts("/robots.txt", "User-agent: *\nDisallow: /report", "text/plain")
    site.puts("/report.pdf", b"%PDF one", "application/pdf")
    kept(store, site, "a1")
    await looked(store, NOW)
    (look,) = await looked(store, NOW + FIRST)

    assert "robots.txt" in look.note
    assert site.asked("/report.pdf") == []


@pytest.mark.asyncio(loop_scope="module")
async def test_of_one_host_one_file_is_read_at_a_time_the_newest_first(store: Store, site: Site) -> None:
    for id, path in (("a1", "/one.pdf"), ("a2", "/two.pdf")):
        site.puts(path, path.encode(), "application/pdf")
        kept(store, site, id, path=path)
    with store.write() as db:
        newer = replace(entries.entry(db, "a2"), updated_at=NOW + DAY)
        entries.revise(db, newer, source="office", significant=True, now=NOW)
    await looked(store, NOW)

    assert [one.url for one in await looked(store, NOW + FIRST)] == [site.url("/two.pdf")]
    assert [one.url for one in await looked(store, NOW + FIRST)] == [site.url("/one.pdf")]
    assert await looked(store, NOW + FIRST) == ()


@pytest.mark.asyncio(loop_scope="module")
async def test_nothing_is_read_where_it_is_switched_off_or_the_host_or_source_is_not_to_be_read(
    store: Store, site: Site
) -> None:
    site.puts("/report.pdf", b"%PDF one", "application/pdf")
    kept(store, site, "a1")
    await looked(store, NOW)

    assert await looked(store, NOW + FIRST, "off") == ()
    with store.write() as db:
        hosts.hold(db, {f"127.0.0.1:{site.port}": "somebody"}, now=NOW, lease=7200)
    assert await looked(store, NOW + FIRST) == ()
    with store.write() as db:
        sources.pause(db, "office")
    assert await looked(store, NOW + 3 * FIRST) == ()
    assert site.requests == []


@pytest.mark.asyncio(loop_scope="module")
async def test_a_file_that_its_entry_names_no_more_is_forgotten(store: Store, site: Site) -> None:
    site.pages["/report.pdf"] = Page(b"%PDF one", "application/pdf")
    kept(store, site, "a1")
    await looked(store, NOW)
    with store.write() as db:
        now_without = replace(entries.entry(db, "a1"), record=record(enclosures=()))
        entries.revise(db, now_without, source="office", significant=True, now=NOW)

    await looked(store, NOW + FIRST)

    with store.read() as db:
        assert downloads.of_entry(db, "a1") == {}
