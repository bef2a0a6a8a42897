"""Looking at what could be watched, and beginning to watch it."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from feeds import sources as watched
from feeds.children import Children
from feeds.poll import Watch, poll
from state import alarms, entries, publications, sources
from state.errors import Conflict, Misuse, UserError
from state.records import Record
from state.store import Store
from tests.fakes.site import Site
from tests.feeds.samples import NOW, source
from tests.feeds.watching import ROWS, listing, mailable, titles, watching

pytestmark = pytest.mark.asyncio(loop_scope="module")

PRESS = """News

  1. Press release

    Ten provinces agree on a hotline

    15 May 2006, PHNOM PENH

    Callers get advice in two languages.

  2. Press release

    Brick kilns send all children to school

    08 May 2006, PHNOM PENH

    Owners of forty kilns sign a pledge.
"""
MORE = PRESS.replace("Ten provinces agree on a hotline", "Hotels hire the first apprentices").replace(
    "15 May", "20 May"
)


@pytest_asyncio.fixture(loop_scope="module")
async def watch(store: Store, children: Children) -> AsyncIterator[Watch]:
    async with watching(store, children, max_bytes=10_000) as held:
        yield held


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "Press releases"
    made.mkdir()
    (made / "b list.txt").write_text(PRESS)
    (made / "a.txt").write_text(MORE)
    return made


async def added(watch: Watch, where: object, **said: object) -> watched.Added:
    look = await watched.look(watch, str(where), base_url=str(said.pop("base_url", "")), now=NOW)
    return await watched.add(watch, look, now=NOW, **said)  # type: ignore[arg-type]


# ---- looking ----


async def test_looking_shows_what_is_there_and_stores_nothing(store: Store, site: Site, watch: Watch) -> None:
    look = await watched.look(watch, site.puts("/list", listing(ROWS)), now=NOW)
    assert (look.kind, look.title, look.language) == ("page", "Press releases", "en")
    assert [record.title for record in look.documents[0].extraction.records] == [row[0] for row in ROWS]
    with store.read() as db:
        assert (sources.sources(db), entries.entries(db)) == ((), ())


async def test_only_the_first_page_of_a_list_is_looked_at(site: Site, watch: Watch) -> None:
    look = await watched.look(watch, site.puts("/list", listing(ROWS, following="/list?page=2")), now=NOW)
    assert len(look.documents) == 1
    assert site.asked("/list?page=2") == []


async def test_a_folder_is_one_source_of_all_its_visible_files_by_name(folder: Path, watch: Watch) -> None:
    (folder / ".hidden.txt").write_text(PRESS)
    (folder / "below").mkdir()
    look = await watched.look(watch, str(folder), now=NOW)
    assert (look.kind, look.title) == ("folder", "Press releases")
    assert [page.url.rsplit("/", 1)[1] for page in look.documents] == ["a.txt", "b%20list.txt"]


async def test_an_unreadable_file_of_a_folder_is_reported_and_the_others_are_read(
    folder: Path, tmp_path: Path, watch: Watch
) -> None:
    (folder / "scan.pdf").write_bytes(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    (folder / "big.txt").write_bytes(b"x" * 10_001)
    (tmp_path / "secret.txt").write_text(PRESS)
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    look = await watched.look(watch, str(folder), now=NOW)
    reasons = dict(look.unreadable)
    assert len(look.documents) == 2
    assert reasons.keys() == {"scan.pdf", "big.txt", "out.txt"}
    assert "10001 bytes; poll.max_bytes allows 10000" in reasons["big.txt"]
    assert "leads out of the folder" in reasons["out.txt"]


@pytest.mark.parametrize("where", ["file:///etc/passwd", "FILE:/etc/passwd", "ftp://office.example.org/", "gopher://x"])
async def test_no_other_kind_of_address_is_watched(where: str, watch: Watch) -> None:
    with pytest.raises(Misuse, match="no address that can be watched"):
        await watched.look(watch, where, now=NOW)


async def test_what_is_neither_url_nor_path_says_what_was_expected(watch: Watch) -> None:
    with pytest.raises(Misuse, match=r"www.office.example.org is neither a URL \(https://…\) nor a file"):
        await watched.look(watch, "www.office.example.org", now=NOW)


async def test_an_unknown_kind_is_refused(watch: Watch) -> None:
    with pytest.raises(Misuse, match="--kind is 'pages'; give one of auto, page"):
        await watched.look(watch, "https://office.example.org/", kind="pages", now=NOW)


async def test_what_cannot_be_read_says_why(site: Site, tmp_path: Path, watch: Watch) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(UserError, match="404"):
        await watched.look(watch, site.url("/nothing"), now=NOW)
    with pytest.raises(UserError, match="holds no documents"):
        await watched.look(watch, str(empty), now=NOW)


# ---- adding ----


async def test_a_first_sight_is_stored_with_its_source_and_mails_nobody(store: Store, site: Site, watch: Watch) -> None:
    url = site.puts("/list", listing(ROWS))
    made = await added(watch, url, id="office", every=600)
    assert (len(made.new), made.sightings) == (5, 5)
    assert titles(store) == [row[0] for row in ROWS]
    assert mailable(store) == []
    with store.read() as db:
        kept = sources.source(db, "office")
        assert kept == made.source
        assert (kept.where, kept.every, kept.first_seen_at, kept.timezone) == (url, 600, NOW, "UTC")
        assert kept.next_poll_at
        assert [feed.name for feed in publications.dirty(db)] == ["all", "source-office"]
    assert (await poll(watch, "office", now=NOW)).outcome == "not-modified"


async def test_the_newest_may_be_news(store: Store, site: Site, watch: Watch) -> None:
    await added(watch, site.puts("/list", listing(ROWS)), as_new=2)
    assert mailable(store) == [row[0] for row in ROWS[:2]]


async def test_all_may_be_news(store: Store, folder: Path, watch: Watch) -> None:
    made = await added(watch, folder, as_new=watched.ALL)
    assert made.sightings == 4
    assert len(mailable(store)) == 3


async def test_a_folders_documents_have_their_address_below_the_base(store: Store, folder: Path, watch: Watch) -> None:
    await added(watch, folder, base_url="https://office.example.org/asia")
    with store.read() as db:
        urls = {entry.url.partition("#")[0] for entry in entries.entries(db)}
    assert urls == {"https://office.example.org/asia/a.txt", "https://office.example.org/asia/b%20list.txt"}


async def test_a_folder_without_a_base_has_file_addresses(store: Store, folder: Path, watch: Watch) -> None:
    await added(watch, folder / "a.txt")
    with store.read() as db:
        assert all(entry.url.startswith(f"{(folder / 'a.txt').as_uri()}#") for entry in entries.entries(db))
        assert sources.sources(db)[0].kind == "text"


async def test_a_deleted_file_withdraws_nothing_and_a_changed_one_is_read(
    store: Store, folder: Path, watch: Watch
) -> None:
    await added(watch, folder, id="press")
    (folder / "a.txt").unlink()
    changed = PRESS.replace(
        "  1. Press", "  0. Press release\n\n    Wages rise\n\n    16 May 2006,\n\n    Much.\n\n  1. Press"
    )
    (folder / "b list.txt").write_text(changed)
    polled = await poll(watch, "press", now=NOW)
    assert (polled.outcome, len(polled.new)) == ("changed", 1)
    with store.read() as db:
        assert [entry.title for entry in entries.entries(db) if entry.withdrawn_at] == []
    assert mailable(store) == ["Wages rise"]


async def test_an_unreadable_file_raises_an_alarm_until_it_is_gone(store: Store, folder: Path, watch: Watch) -> None:
    await added(watch, folder, id="press")
    (folder / "scan.pdf").write_bytes(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    await poll(watch, "press", now=NOW)
    with store.read() as db:
        assert [alarm.kind for alarm in alarms.alarms(db)] == ["broken"]
    (folder / "scan.pdf").unlink()
    await poll(watch, "press", now=NOW)
    with store.read() as db:
        assert alarms.alarms(db) == ()


async def test_a_folder_that_is_gone_is_a_failure(store: Store, folder: Path, watch: Watch) -> None:
    await added(watch, folder, id="press")
    shutil.rmtree(folder)
    polled = await poll(watch, "press", now=NOW)
    assert (polled.outcome, "no such file or folder" in polled.reason) == ("failed", True)
    assert len(titles(store)) == 3


async def test_a_page_without_entries_is_not_watched(site: Site, watch: Watch) -> None:
    with pytest.raises(UserError, match=r"shows no entries; .*tidings extract"):
        await added(watch, site.puts("/list", listing([])))


async def test_a_second_source_with_the_same_address_is_refused(site: Site, watch: Watch) -> None:
    url = site.puts("/list", listing(ROWS))
    await added(watch, url, id="office")
    site.pages["/list/"] = site.pages["/list"]
    for again in (url, f"{url}/"):
        with pytest.raises(Conflict, match="watched already, as office; see `tidings source show office`"):
            await added(watch, again, id="other")


async def test_a_taken_id_is_refused(site: Site, watch: Watch) -> None:
    await added(watch, site.puts("/a", listing(ROWS)), id="office")
    with pytest.raises(Conflict, match="'office' is taken"):
        await added(watch, site.puts("/b", listing(ROWS)), id="office")


@pytest.mark.parametrize("id", ["all", "unfiled", "source-a", "admin-b", "Office", "a b", "-a", "x" * 41, "../etc"])
async def test_an_id_that_cannot_be_is_refused(id: str, site: Site, watch: Watch) -> None:
    with pytest.raises(Misuse, match="source id is"):
        await added(watch, site.puts("/list", listing(ROWS)), id=id)


async def test_a_removed_source_comes_back_with_its_entries_and_mails_nothing_old(
    store: Store, site: Site, watch: Watch
) -> None:
    url = site.puts("/list", listing(ROWS))
    await added(watch, url, id="office")
    with store.write() as db:
        alarms.raise_alarm(db, source="office", kind="broken", message="x", now=NOW)
        watched.remove(db, "office", NOW)
        assert alarms.alarms(db) == ()
    assert len(titles(store)) == 5
    with pytest.raises(Conflict, match="was watched as office before"):
        await added(watch, url, id="other")
    again = await added(watch, url)
    assert (again.source.id, again.source.state, again.new) == ("office", "active", ())


async def test_a_source_is_paused_and_resumed(store: Store, site: Site, watch: Watch) -> None:
    await added(watch, site.puts("/list", listing(ROWS)), id="office")
    with store.write() as db:
        watched.pause(db, "office")
        assert sources.source(db, "office").state == "paused"
        watched.resume(db, "office", NOW)
        assert sources.source(db, "office").next_poll_at == NOW


@pytest.mark.parametrize(
    ("where", "taken", "id"),
    [
        ("https://www.office.example.org/asia/", (), "office-example-org"),
        ("https://office.example.org:8080/", ("office-example-org-8080",), "office-example-org-8080-2"),
        ("/srv/Press Releases", (), "press-releases"),
        ("/srv/all", (), "on-all"),
        ("/srv/source-x", (), "on-source-x"),
        ("/srv/ពន្ធ", (), "source"),
    ],
)
async def test_an_id_is_proposed_from_the_address(where: str, taken: tuple[str, ...], id: str) -> None:
    assert watched.proposed_id(source(where=where), taken) == id
    watched.check_id(id)


async def test_records_that_harm_are_stored_without_harm(store: Store, tmp_path: Path, watch: Watch) -> None:
    page = tmp_path / "odd.html"
    rows = [("A ]]&gt; b <b>c</b>&#8232;d &#8238;e", "08 May 2006", "8"), *ROWS[1:]]
    page.write_text(listing(rows))
    await added(watch, page, base_url="https://office.example.org/list")
    with store.read() as db:
        found = [entry.record for entry in entries.entries(db)]
    assert isinstance(found[0], Record)
    assert "\u2028" not in found[0].title
    assert "\u202e" not in found[0].title
