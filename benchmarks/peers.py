"""Other extractors on the same pages, each in an environment of its own: `newsworker` and `gerapy-auto-extractor`.

They are no dependencies of ours: `entries_of` installs one with uv (or says why it cannot) into .tools/peers, and runs
it in a process with its own interpreter, which answers with the entries and the seconds for each page.
"""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpus import Entry, Page, text_of

_TOOLS = Path(__file__).parent.parent / ".tools"
_DEADLINE = 900  # seconds for one of them over all pages
_PATIENCE = 10  # seconds for one page
PEERS: Mapping[str, str] = {
    "newsworker": """
from newsworker.extractor import FeedExtractor
reader = FeedExtractor()
def read(markup, base):
    feed = reader.get_feed(base, data=markup.encode())
    feed = feed[0] if isinstance(feed, tuple) else feed
    return [(one.get("title"), one.get("link"), str(one.get("pubdate") or "")[:10] or None) for one in feed["items"]]
""",
    "gerapy-auto-extractor": """
from gerapy_auto_extractor import extract_list
def read(markup, base):
    return [(one["title"], one["url"], None) for one in extract_list(markup, base_url=base) or ()]
""",
}
_LOOP = """
import contextlib, json, logging, signal, sys, time
def give_up(*_):
    raise TimeoutError("no answer in time")
signal.signal(signal.SIGALRM, give_up)
patience = int(sys.argv[1])
logging.disable(logging.CRITICAL)
try:
    from loguru import logger
    logger.remove()
except ImportError:
    pass
answers = []
for base, markup in json.load(sys.stdin):
    began, found, fault = time.process_time(), [], ""
    signal.alarm(patience)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            found = read(markup, base)
    except Exception as error:
        fault = f"{type(error).__name__}: {error}"[:200]
    signal.alarm(0)
    answers.append((time.process_time() - began, found, fault))
json.dump(answers, sys.stdout)
"""


@dataclass(frozen=True, slots=True)
class Read:
    """What a peer found on a page. seconds: of processor time. fault: what it raised, "" where nothing."""

    seconds: float
    entries: Sequence[Entry]
    fault: str


def entries_of(name: str, pages: Sequence[Page]) -> list[Read] | str:
    """What a peer finds on each page, or why it cannot be run."""
    python = installed(name)
    if isinstance(python, str):
        return python
    asked = json.dumps([(page.base, text_of(page)) for page in pages])
    try:
        done = subprocess.run(
            [str(python), "-c", PEERS[name] + _LOOP, str(_PATIENCE)],
            input=asked,
            capture_output=True,
            text=True,
            timeout=_DEADLINE,
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {_DEADLINE} s"
    if done.returncode:
        return (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
    return [
        Read(seconds, [Entry((title or "",), url, date) for title, url, date in found], fault)
        for seconds, found, fault in json.loads(done.stdout)
    ]


def installed(name: str, *beside: str) -> Path | str:
    """The interpreter of a peer's environment, made where there is none yet; or why it cannot be made.

    beside: packages that it wants and does not ask for.
    """
    home = _TOOLS / "peers" / name
    python = home / "bin" / "python"
    if (home / "ready").exists():
        return python
    uv = shutil.which("uv", path=str(_TOOLS / "bin")) or shutil.which("uv")
    if uv is None:
        return "uv is not installed; run `make setup`"
    for command in (
        ["venv", "--clear", "--python", "3.11", str(home)],
        ["pip", "install", "--python", str(python), name, *beside],
    ):
        done = subprocess.run([uv, "--quiet", *command], capture_output=True, text=True)
        if done.returncode:
            return f"cannot be installed: {(done.stderr.strip().splitlines() or ['?'])[-1]}"
    (home / "ready").touch()
    return python
