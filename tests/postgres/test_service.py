"""Two workers and the pages, as processes of their own, share one database on a server."""

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.cli.samples import NOTICES, with_one_more
from tests.flows.test_service import TIDINGS, environment, line_with, tidings
from tests.postgres.side_by_side import all_at_once

READERS = 24


@pytest.fixture
def folder(tmp_path: Path, database: str) -> Path:
    """Where the service lives, with one watched folder of documents and many readers."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "notices.txt").write_text(NOTICES, encoding="utf-8")
    settings = f'[state]\nurl = {json.dumps(database)}\n[digests]\nwindow = "1s"\n[web]\nport = 0\n'
    (tmp_path / "tidings.toml").write_text(settings, encoding="utf-8")
    tidings(tmp_path, "init")
    tidings(tmp_path, "source", "add", "documents", "--id", "mill", "--every", "1s", "--yes")
    people = "".join(f"reader{number}@example.org\n" for number in range(READERS))
    (tmp_path / "people.csv").write_text(f"email\n{people}", encoding="utf-8")
    tidings(tmp_path, "subscriber", "import", "people.csv", "--topic", "all", "--every", "now", "--confirmed")
    return tmp_path


@pytest.fixture
def places(folder: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Two workers and the pages, each in a folder of its own; killed where a test did not end them."""
    with ExitStack() as ends:
        running = []
        for name, word in (("one", "worker"), ("two", "worker"), ("pages", "web")):
            (folder / name).mkdir()
            words = [*TIDINGS, "--config", str(folder / "tidings.toml"), word]
            process = subprocess.Popen(
                words,
                cwd=folder / name,
                env=environment(),
                stderr=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                text=True,
            )
            ends.callback(process.communicate)
            ends.callback(process.kill)
            running.append(process)
        yield running


def mails(folder: Path) -> list[str]:
    """Who got one, as often as they did."""
    found = sorted(folder.glob("*/tidings.mails/*.eml"))
    return [str(message_from_bytes(file.read_bytes())["To"]) for file in found]


def test_two_workers_mail_everybody_once_and_end_in_good_order(
    folder: Path, places: list[subprocess.Popen[str]]
) -> None:
    *workers, pages = places
    line_with(pages, r"pages on (http://\S+)/")
    (folder / "documents" / "notices.txt").write_text(with_one_more(NOTICES), encoding="utf-8")
    for _ in range(100):
        if tidings(folder, "outbox", "list", "--state", "accepted", "--json").stdout.count('"id"') == READERS:
            break
        assert [process.poll() for process in places] == [None, None, None]

    for process in workers:
        process.send_signal(signal.SIGTERM)
    said = all_at_once(*(lambda process=process: process.communicate(timeout=30)[1] for process in workers))

    assert [process.returncode for process in workers] == [0, 0]
    assert not re.search(r"Traceback|deadlock|at the same moment", "".join(one or "" for one in said)), said
    assert sorted(mails(folder)) == sorted(f"reader{number}@example.org" for number in range(READERS))
    listed = json.loads(tidings(folder, "entry", "list", "--json").stdout)["entries"]
    assert len([one for one in listed if "Night shifts end" in one["title"]]) == 1
