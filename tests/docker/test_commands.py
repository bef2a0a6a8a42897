"""Every command of Dockerfile and docker-compose.yml, run outside a container with the environment it has inside.

Only what belongs to the machine is exchanged: folders, ports, and the addresses of the mail server and the database.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.samples import NOTICES
from tests.docker.images import ROOT, compose, dockerfile, full_env
from tests.postgres.databases import Databases

TOOLS = Path(sys.executable).parent  # where `tidings` and `python` are, as /opt/tidings/bin in the image


@dataclass
class Container:
    """What one service would be: its environment and its words, on this machine."""

    environment: dict[str, str]
    folder: Path
    words: list[str]
    check: list[str]
    port: int

    def start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            self.words,
            cwd=self.folder,
            env=self.environment,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )

    def run(self, *words: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            words, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=check, timeout=60
        )


Makes = Callable[..., Container]


@pytest.fixture
def container(tmp_path: Path) -> Makes:
    """Makes the container of a service. smtp, database: what the names in the compose file stand for here."""
    volume = tmp_path / "volume"
    volume.mkdir()
    port = free_port()

    def make(name: str, variables: Mapping[str, str], **stands_for: str) -> Container:
        image, service = dockerfile(), compose(variables)["services"][name]
        here = {
            "/var/lib/tidings": str(volume),
            "/run/secrets": str(tmp_path / "secrets"),
            "/opt/tidings/bin:": f"{TOOLS}:",
            **{target: str(ROOT / source) for source, target in image.copied.items() if source.startswith("docker/")},
            **stands_for,
        }

        def local(text: str) -> str:
            for inside, outside in here.items():
                text = text.replace(inside, outside)
            return text

        given = {**image.environment, **{key: str(value) for key, value in (service.get("environment") or {}).items()}}
        environment = {key: local(value) for key, value in given.items()} | {"TIDINGS_WEB__PORT": str(port)}
        entrypoint = image.command[:1]
        check = service.get("healthcheck", {}).get("test", ["CMD", *image.healthcheck])[1:]
        words = [*entrypoint, *service.get("command", image.command[1:])]
        return Container(environment, volume, [local(one) for one in words], [local(one) for one in check], port)

    return make


@pytest.fixture
def started() -> Iterator[Callable[[Container, str], "subprocess.Popen[str]"]]:
    """Starts a container and waits until it says a line with these words; ends all of them."""
    running = []

    def start(one: Container, says: str) -> "subprocess.Popen[str]":
        process = one.start()
        running.append(process)
        assert process.stderr is not None
        heard = []
        for line in process.stderr:
            heard.append(line)
            if says in line:
                return process
        raise AssertionError(f"{one.words} ended: {''.join(heard)}")

    yield start
    for process in running:
        process.kill()
        process.communicate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ended(process: "subprocess.Popen[str]") -> int:
    """Its exit code after the signal that the engine sends."""
    process.send_signal(signal.Signals[dockerfile().last("STOPSIGNAL")])
    return process.wait(timeout=15)


def test_the_one_container_makes_its_database_serves_is_healthy_and_ends_in_good_order(
    container: Makes, started: Callable[[Container, str], "subprocess.Popen[str]"]
) -> None:
    one = container("tidings", {}, **{"mail:1025": f"127.0.0.1:{free_port()}"})
    assert one.run(*one.check, check=False).returncode == 1, "nothing runs yet"

    process = started(one, "pages on")

    assert one.run(*one.check).returncode == 0
    with urllib.request.urlopen(f"http://127.0.0.1:{one.port}/feeds/all.atom", timeout=10) as answer:
        assert b"http://localhost:8000/feeds/all.atom" in answer.read(), "links carry the address of outside"
    assert {"tidings.db", "tidings.toml"} <= {file.name for file in one.folder.iterdir()}

    (one.folder / "notices.txt").write_text(NOTICES, encoding="utf-8")  # as `docker compose exec tidings tidings …`
    assert "2" in one.run("tidings", "source", "add", "notices.txt", "--id", "mill", "--yes").stdout
    assert ended(process) == 0
    assert one.run(*one.check, check=False).returncode == 1

    again = started(one, "pages on")  # the volume outlives the container
    assert "mill" in one.run("tidings", "source", "list").stdout
    assert ended(again) == 0


def test_the_entrypoint_hands_other_words_to_tidings(container: Makes) -> None:
    one = container("tidings", {})

    assert "Watch pages that have no feed" in one.run(one.words[0], "--help").stdout
    assert list(one.folder.iterdir()) == [], "only `run` makes a database"


def test_a_wrong_configuration_ends_the_container_with_its_reason(container: Makes) -> None:
    one = container("tidings", {"TIDINGS_SITE__URL": "nowhere"})

    done = one.run(*one.words, check=False)

    assert done.returncode == 2
    assert "TIDINGS_SITE__URL" in done.stderr


def test_setup_worker_and_web_share_a_postgresql_whose_address_is_a_secret(
    container: Makes,
    started: Callable[[Container, str], "subprocess.Popen[str]"],
    postgres: Databases,
    tmp_path: Path,
) -> None:
    subprocess.run([ROOT / "docker" / "make-secrets.sh", tmp_path / "secrets"], check=True, capture_output=True)
    name = postgres.empty()
    (tmp_path / "secrets" / "database_url").write_text(
        f"{postgres.url(name)}&files={tmp_path}/volume\n", encoding="utf-8"
    )
    try:
        setup, worker, web = (container(service, full_env()) for service in ("setup", "worker", "web"))
        assert worker.run(*worker.check, check=False).returncode == 1, "no tables yet"

        setup.run(*setup.words)
        setup.run(*setup.words)  # once more at the next start
        pages = started(web, "pages on")
        background = started(worker, "")

        assert web.run(*web.check).returncode == 0
        assert worker.run(*worker.check).returncode == 0
        with urllib.request.urlopen(f"http://127.0.0.1:{web.port}/feeds/all.atom", timeout=10) as answer:
            assert b"https://localhost/feeds/all.atom" in answer.read()
        with urllib.request.urlopen(f"http://127.0.0.1:{web.port}/ready", timeout=10) as answer:
            assert answer.status == 200
        worker.run("tidings", "subscriber", "add", "sok@example.org", "--topic", "all", "--confirmed")
        worker.run("tidings", "subscriber", "remove", "sok@example.org", "--yes")
        assert ended(background) == 0
        assert ended(pages) == 0
        assert (web.folder / f"{name}.stoplist").exists(), "who left is remembered in the volume"
        assert not list(web.folder.glob("*.db"))
    finally:
        postgres.drop(name)


def test_the_health_check_of_the_database_is_a_program_of_postgresql() -> None:
    words = compose(full_env())["services"]["database"]["healthcheck"]["test"]
    assert words[:2] == ["CMD", "pg_isready"]
    here = shutil.which("pg_isready")
    if here is None:
        pytest.skip("NOT RUN: no pg_isready on this machine")
    done = subprocess.run([here, *words[2:], f"--port={free_port()}", "--host=127.0.0.1"], env=dict(os.environ))
    assert done.returncode == 2, "it understood its words, and nothing answers"


def test_the_proxy_understands_its_configuration() -> None:
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("NOT RUN: no caddy on this machine")
    environment = {**os.environ, "TIDINGS_HOST": "localhost"}
    words = [caddy, "validate", "--config", str(ROOT / "docker" / "Caddyfile"), "--adapter", "caddyfile"]
    assert subprocess.run(words, env=environment, capture_output=True).returncode == 0
