"""Take the pictures of the README: `python docs/pictures.py` (needs playwright and Debian's chromium).

One round of `tidings demo --once`, then a topic page and a digest in a
browser, in light mode, at twice the size. Run it when the pages look different;
tests/docs/test_pictures.py looks at what it leaves.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent / "pictures"
TIDINGS = [sys.executable, "-c", "from cli.main import main; main()"]
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
WIDTH, HEIGHT = 640, 500  # in CSS pixels; a picture has twice as many


def main() -> None:
    """Write both pictures into docs/pictures."""
    folder = _one_round()
    with _served(folder) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET)
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=2, color_scheme="light", locale="en"
        )
        page.goto(f"{address}/topics/safety")
        _take(page, "topic.png")
        page.goto((folder / "digest.html").as_uri())
        _take(page, "digest.png")
        browser.close()


def _one_round() -> Path:
    """The folder in which the demo leaves everything, with a digest of several entries."""
    done = _run("demo", "--once", "--port", "0")
    folder = Path(done.rsplit("everything is in ", 1)[1].strip())
    html = str(folder / "digest.html")
    _run(*_of(folder), "digest", "preview", "inspector@example.org", "--since", "2020-01-01", "--html", html)
    return folder


def _of(folder: Path) -> list[str]:
    """The global options that choose the demo's database."""
    return ["--config", str(folder / "tidings.toml"), "--state", f"sqlite:///{folder}/tidings.db"]


def _run(*words: str) -> str:
    return subprocess.run([*TIDINGS, *words], check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """The demo's database, served as where mail really goes out; the address of the pages."""
    environment = {**os.environ, "TIDINGS_MAIL__SMTP": "smtp://127.0.0.1:25"}  # nothing is sent by `web`
    words = [*TIDINGS, *_of(folder), "web"]
    with subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stderr is not None
        try:
            for line in process.stderr:
                if found := re.search(r"pages on (http://[^/\s]+)", line):
                    yield found[1]
                    return
        finally:
            process.terminate()
            process.stderr.read()


def _take(page: Page, name: str) -> None:
    HERE.mkdir(exist_ok=True)
    page.screenshot(path=HERE / name, animations="disabled", clip={"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT})
    print(f"{HERE / name}: {(HERE / name).stat().st_size} bytes")


if __name__ == "__main__":
    main()
