"""Templates of the admin: read them from a folder, and fill one in a limited child process.

`digest.html` and `digest.txt` may be there, each instead of ours. Whoever wrote them is not trusted with more than
the words of a mail: the child (templates/child.py) has a sandbox, two seconds, little memory and an environment
without our secrets. Called by mail/edition.py; blocks, so never on an event loop.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from state.errors import UserError

NAMES = ("digest.html", "digest.txt")
MAX_SOURCE = 256 * 1024  # bytes of a template
WALL = 5.0  # seconds for filling one
_HOME = str(Path(__file__).resolve().parent.parent)
_NO_TEXT = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f\\ud800-\\udfff]")


@dataclass(frozen=True, slots=True)
class Written:
    """A template of the admin. file: as the admin knows it."""

    file: str
    source: str

    @property
    def name(self) -> str:
        return Path(self.file).name


def read(folder: str) -> dict[str, Written]:
    """What the admin wrote, by name; {} where no folder is named. Raises UserError where nothing can be read there."""
    if not folder:
        return {}
    files = [file for name in NAMES if (file := Path(folder) / name).exists()]
    if not files:
        raise UserError(
            f"digests.templates is {folder!r}, where neither {' nor '.join(NAMES)} is; "
            "put one there, or leave the key empty to use ours"
        )
    return {file.name: _written(file) for file in files}


def _written(file: Path) -> Written:
    try:
        with file.open("rb") as there:
            source = there.read(MAX_SOURCE + 1).decode("utf-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise UserError(f"{file} cannot be read ({reason}); give a file of text that this user may read") from error
    if len(source.encode()) > MAX_SOURCE:
        raise UserError(f"{file} has more than {MAX_SOURCE:,} bytes; write a shorter template")
    return Written(str(file), source)


def filled(written: Written, values: Mapping[str, object]) -> str:
    """The template with plain values (what JSON can say). Raises UserError with file, line, what and what to do."""
    order = json.dumps({"name": written.name, "source": written.source, "values": values})
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "templates.child"],
            input=order.encode("ascii"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WALL,
            check=False,
            env={"PYTHONPATH": _HOME, "PATH": os.environ.get("PATH", "")},
        )
    except subprocess.TimeoutExpired as error:
        raise _refused(written, 0, f"it takes longer than {WALL:g} seconds; let it do less") from error
    if done.returncode != 0:
        raise _refused(written, 0, f"it needs more time or memory than it may (exit {done.returncode}); let it do less")
    answer = json.loads(done.stdout)
    if "text" not in answer:
        raise _refused(written, answer["line"], answer["wrong"])
    text = str(answer["text"]).replace("\r\n", "\n")
    if bad := _NO_TEXT.search(text):
        line = text.count("\n", 0, bad.start()) + 1
        raise _refused(written, 0, f"line {line} of what it writes has U+{ord(bad[0]):04X}, which no mail can hold; "
                                   "take it out")  # fmt: skip
    return text


def _refused(written: Written, line: int, wrong: str) -> UserError:
    where = f"{written.file}:{line}" if line else written.file
    return UserError(f"template {where} is refused: {wrong}; try it with `tidings digest preview --topic all`")
