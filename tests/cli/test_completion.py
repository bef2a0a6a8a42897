"""What a shell is offered."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.completion import SHELLS
from tests.cli.conftest import Cli


def offered(tidings: Cli, words: str) -> list[str]:
    """What bash would show for a line; its last word is the one that is begun."""
    asking = {"COMP_WORDS": words, "COMP_CWORD": str(words.count(" ")), "_TIDINGS_COMPLETE": "bash_complete"}
    told = Cli(tidings.folder, {**tidings.environment, **asking})()
    return [line.partition(",")[2] for line in told.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("tidings sou", ["source"]),
        ("tidings source poll --d", ["--due"]),
        ("tidings source show ", ["field-notes", "mill"]),
        ("tidings source poll mill f", ["field-notes"]),
        ("tidings entry list --source m", ["mill"]),
        ("tidings topic show ", ["wages"]),
        ("tidings subscriber add a@example.org --topic ", ["all", "wages"]),
        ("tidings subscriber add a@example.org --every m", ["monthly"]),
        ("tidings --state sqlite:///none.db source show ", []),
    ],
)
def test_commands_options_and_known_ids_are_offered(tidings: Cli, words: str, names: list[str]) -> None:
    for name in ("mill", "field-notes"):
        (tidings.folder / f"{name}.txt").write_text("1. Press release\nA title\n8 May 2026\n", encoding="utf-8")
        tidings("source", "add", f"{name}.txt", "--id", name, "--yes")
    tidings("topic", "add", "wages", "--title", "Wages", "--any", "wage*")

    assert offered(tidings, words) == names
    assert not (tidings.folder / "none.db").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_a_script_that_it_can_read(bare: Cli, shell: str) -> None:
    script = bare("completion", shell).stdout
    assert "_TIDINGS_COMPLETE" in script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)


@pytest.mark.skipif(not shutil.which("bash"), reason="NO BASH: its completion was not tried")
def test_bash_itself_completes_a_command(bare: Cli) -> None:
    lines = 'eval "$(tidings completion bash)"; COMP_WORDS=(tidings sta); COMP_CWORD=1; _tidings_completion tidings\n'
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euc", lines + 'printf "%s\\n" "${COMPREPLY[@]}"'],
        env={**os.environ, "PATH": path}, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "status\n"
