"""A reader of the documents: somebody who types what a page says, with the sample site in place of its address."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cli.sample_site import NEWS, SampleSite


@dataclass
class Reader:
    """Somebody who types what the page says, with the sample site in place of the page's address."""

    folder: Path
    site: SampleSite
    environment: dict[str, str] = field(default_factory=dict)
    stands_for: dict[str, str] = field(default_factory=dict)  # what a page names, and what it is here

    def types(self, commands: str) -> str:
        """Run the lines of a block in one shell; what it printed. A folder that it went to stays."""
        for named, here in {"https://example.org/news": self.site.url + NEWS, **self.stands_for}.items():
            commands = commands.replace(named, here)
        if commands.strip() == "tidings run":
            return self.waits()
        where = self.folder / ".where"
        done = subprocess.run(
            ["bash", "-euc", f"{commands}\npwd > {where}"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}"
        self.folder = Path(where.read_text("utf-8").strip())
        return done.stdout

    def waits(self) -> str:
        """Start the service and press Ctrl-C when it says what comes next."""
        with subprocess.Popen(
            ["tidings", "run"],
            cwd=self.folder,
            env=self.environment,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stderr is not None
            said = []
            for line in process.stderr:
                said.append(line)
                if "/sink" in line:
                    break
            process.send_signal(signal.SIGINT)
            process.stderr.read()
            assert process.wait(timeout=15) == 0
        return "".join(said)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    tools = Path(sys.executable).parent
    environment = {
        "PATH": f"{tools}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "TIDINGS_POLL__ALLOW": '["127.0.0.0/8"]',  # the sample site is on this machine
        "TIDINGS_POLL__GAP": "0s",
        "TIDINGS_WEB__PORT": "0",  # the usual one may be taken here
        **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE")},
    }
    with SampleSite() as site:
        yield Reader(tmp_path, site, environment)
