"""The service as a process: it serves, it works by itself, it ends in good order, and there is only one."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.samples import NOTICES, with_one_more

TIDINGS = [sys.executable, "-c", "from cli.main import main; main()"]
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def folder(tmp_path: Path, database: str) -> Path:
    """Where the service lives, with one watched folder of documents and one reader."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "notices.txt").write_text(NOTICES, encoding="utf-8")
    settings = f'[state]\nurl = {json.dumps(database)}\n[digests]\nwindow = "1s"\n[web]\nport = 0\n'
    (tmp_path / "tidings.toml").write_text(settings, encoding="utf-8")
    tidings(tmp_path, "init")
    tidings(tmp_path, "source", "add", "documents", "--id", "mill", "--every", "1s", "--yes")
    tidings(tmp_path, "subscriber", "add", "reader@example.org", "--topic", "all", "--every", "now", "--confirmed")
    return tmp_path


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def tidings(folder: Path, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*TIDINGS, *words], cwd=folder, env=environment(), capture_output=True, text=True, check=check, timeout=60
    )


@pytest.fixture
def service(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A running `tidings run`; killed where a test did not end it."""
    process = subprocess.Popen(
        [*TIDINGS, "run"], cwd=folder, env=environment(), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    yield process
    process.kill()
    process.communicate()


def line_with(process: subprocess.Popen[str], pattern: str) -> re.Match[str]:
    """Read what the service says until a line fits."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if found := re.search(pattern, line):
            return found
    raise AssertionError("the service ended: " + "".join(said))


def test_a_change_becomes_a_feed_and_a_mail_by_itself(folder: Path, service: subprocess.Popen[str]) -> None:
    address = line_with(service, r"pages on (http://\S+)/,")[1]
    document = folder / "documents" / "notices.txt"
    document.write_text(with_one_more(NOTICES), encoding="utf-8")

    line_with(service, r"accepted=1")

    with urllib.request.urlopen(f"{address}/feeds/all.atom", timeout=10) as answer:
        assert b"Night shifts end in June" in answer.read()
    (mail,) = (folder / "tidings.mails").glob("*.eml")
    assert b"Night shifts end in June" in mail.read_bytes()


@pytest.mark.sqlite
def test_a_second_run_on_one_database_refuses_and_the_first_ends_in_good_order(
    folder: Path, service: subprocess.Popen[str]
) -> None:
    line_with(service, r"pages on")

    second = tidings(folder, "run", "--once", check=False)
    assert second.returncode == 1
    assert f"process {service.pid}" in second.stderr
    assert tidings(folder, "source", "list").returncode == 0  # the rest of the command line goes on working

    service.send_signal(signal.SIGTERM)
    assert service.wait(timeout=15) == 0
    assert tidings(folder, "run", "--once").returncode == 0
