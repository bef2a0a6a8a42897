"""What goes wrong before anything is stored: each case has its message and its exit code."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from state.store import open_store
from tests.cli.conftest import Cli
from tests.cli.samples import LISTING, NOTICES
from tests.fakes.site import Site

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def nobody_listens() -> Iterator[str]:
    """An address on loopback where nothing answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/"


def test_an_address_is_said_once(tidings: Cli, nobody_listens: str) -> None:
    assert tidings("extract", nobody_listens, expect=1).stderr.count(nobody_listens) == 1


def test_an_unreachable_url_says_why(tidings: Cli, nobody_listens: str) -> None:
    for words in (("extract", nobody_listens), ("source", "add", nobody_listens, "--yes")):
        done = tidings(*words, expect=1)
        assert nobody_listens in done.stderr
        assert "connect" in done.stderr or "refused" in done.stderr


def test_a_private_address_is_refused_and_says_how_to_allow_it(tidings: Cli, nobody_listens: str) -> None:
    tidings.environment["TIDINGS_POLL__ALLOW"] = "[]"

    done = tidings("extract", nobody_listens, expect=1)

    assert "poll.allow" in done.stderr


def test_a_page_without_a_list_says_what_was_expected(bare: Cli) -> None:
    page = bare.folder / "page.html"
    page.write_text("<!DOCTYPE html><title>Empty</title><nav><a href='/'>Home</a></nav>", encoding="utf-8")

    done = bare("extract", str(page), expect=1)

    assert "no entries were found" in done.stderr
    assert str(page) in done.stderr


@pytest.mark.parametrize("start", [b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04"])
def test_a_binary_file_is_no_document(bare: Cli, start: bytes) -> None:
    file = bare.folder / "file.bin"
    file.write_bytes(start + bytes(range(256)) * 20)

    done = bare("extract", str(file), expect=1)

    assert "could not be read" in done.stderr
    assert str(file) in done.stderr


def test_a_huge_file_is_refused_before_it_is_read(bare: Cli) -> None:
    file = bare.folder / "huge.html"
    with file.open("wb") as out:
        out.truncate(50_000_000)

    done = bare("extract", str(file), expect=1)

    assert "50000000" in done.stderr
    assert "poll.max_bytes" in done.stderr


async def test_a_huge_page_is_refused_while_it_is_read(tidings: Cli) -> None:
    async with Site() as site:
        site.puts("/huge", "<p>more and more</p>" * 2_500_000)

        done = await asyncio.to_thread(tidings, "source", "add", site.url("/huge"), "--yes", expect=1)

    assert "10000000" in done.stderr.replace(",", "").replace(" ", "") or "poll.max_bytes" in done.stderr


def test_a_second_source_with_the_same_address_says_where_the_first_is(tidings: Cli) -> None:
    file = tidings.folder / "notices.txt"
    file.write_text(NOTICES, encoding="utf-8")
    tidings("source", "add", str(file), "--id", "mill", "--yes")

    for words in (("--id", "other"), ("--id", "mill"), ()):
        done = tidings("source", "add", str(file), "--yes", *words, expect=1)
        assert "source show mill" in done.stderr


def test_without_a_database_every_command_says_init(bare: Cli) -> None:
    done = bare("source", "list", expect=1)

    assert "tidings init" in done.stderr
    assert not (bare.folder / "tidings.db").exists()


def test_a_database_of_a_newer_release_is_left_alone(tidings: Cli) -> None:
    store = open_store("sqlite:///tidings.db")
    with store.write() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()

    for words in (("source", "list"), ("run", "--once"), ("migrate",), ("init",)):
        assert "newer release" in tidings(*words, expect=1).stderr


def test_an_unknown_key_names_file_and_line(tidings: Cli) -> None:
    (tidings.folder / "tidings.toml").write_text("[poll]\nevery = '1h'\nevry = '1h'\n", encoding="utf-8")

    done = tidings("source", "list", expect=2)

    assert "tidings.toml:3" in done.stderr
    assert "did you mean poll.every" in done.stderr


def test_init_leaves_what_is_there(tidings: Cli) -> None:
    (tidings.folder / "tidings.toml").write_text("[site]\ntitle = 'Ours'\n", encoding="utf-8")

    again = tidings("init")

    assert "found sqlite:///tidings.db" in again.stdout
    assert (tidings.folder / "tidings.toml").read_text(encoding="utf-8") == "[site]\ntitle = 'Ours'\n"


def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    """Root writes everywhere, so it lays its capabilities down first."""
    folder = tmp_path / "read-only"
    folder.mkdir()
    folder.chmod(0o555)
    powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*powerless, sys.executable, "-c", "from cli.main import main; main()", "init"],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1, done.stderr
    assert str(folder) in done.stderr
    assert "cannot be written" in done.stderr
    assert list(folder.iterdir()) == []


async def test_extract_over_http_shows_entries_and_what_was_left_out(bare: Cli) -> None:
    async with Site() as site:
        site.puts("/news", LISTING)
        done = await asyncio.to_thread(bare, "extract", site.url("/news"), "--json")

    assert [entry["date"] for entry in done.json["entries"]] == ["2026-05-05", "2026-04-12", "2026-03-02"]
    assert done.json["left_out"]
