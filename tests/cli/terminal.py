"""The command line as a person has it: on a terminal, where it asks."""

import os
import pty
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def answer(folder: Path, words: list[str], answers: list[str]) -> tuple[int, str]:
    """Run a command on a terminal, typing an answer whenever it asks; exit code and what the terminal showed."""
    ours, theirs = pty.openpty()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "TIDINGS_POLL__ALLOW": '["127.0.0.0/8"]',
        "TIDINGS_POLL__GAP": "0s",
    }
    code = "from cli.main import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words], cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = ""
    with os.fdopen(ours, "rb+", buffering=0) as terminal:
        while True:
            try:
                some = terminal.read(4096)
            except OSError:  # the other end is closed
                break
            if not some:
                break
            shown += some.decode(errors="replace")
            if answers and shown.endswith((": ", "? ")):
                terminal.write(f"{answers.pop(0)}\n".encode())
    return process.wait(timeout=30), shown
