"""The command line, as tests use it: in this process, in a folder of its own, with an environment of its own."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.main import tidings as command


@dataclass
class Done:
    """What a command left behind."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)


@dataclass
class Cli:
    """Call it with the words of a command line."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *words: str, expect: int | None = 0) -> Done:
        result = CliRunner(env=self.environment).invoke(command, words, prog_name="tidings", catch_exceptions=False)
        assert expect is None or result.exit_code == expect, f"{words}: {result.exit_code}: {result.output}"
        return Done(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """A command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return Cli(tmp_path, {"TIDINGS_POLL__ALLOW": '["127.0.0.0/8"]', "TIDINGS_POLL__GAP": "0s"})


@pytest.fixture
def tidings(bare: Cli) -> Cli:
    """A command line in a folder where `init` was done."""
    bare("init")
    return bare


@pytest.fixture
def documents(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes a document into the folder "documents" and gives the folder."""
    folder = tmp_path / "documents"
    folder.mkdir()

    def write(name: str, text: str) -> Path:
        (folder / name).write_text(text, encoding="utf-8")
        return folder

    return write
