"""The image: what goes into it, as whom it runs, and that the wheel made from it is whole."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

from tests.docker.images import ROOT, dockerfile

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def locked(name: str) -> dict[str, str]:
    """Versions by package in a lock file."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)", text, re.MULTILINE))


def plain(requirement: str) -> str:
    return re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def test_it_runs_as_an_ordinary_user_and_ends_by_sigterm() -> None:
    image = dockerfile()

    assert image.last("USER") == "10001:10001"
    assert image.last("STOPSIGNAL") == "SIGTERM"
    assert "/var/lib/tidings" in image.last("VOLUME")
    assert image.environment["TIDINGS_STATE"] == "sqlite:////var/lib/tidings/tidings.db"
    assert image.environment["TIDINGS_WEB__HOST"] == "0.0.0.0"
    assert [rest for word, rest in image.instructions if word == "FROM"] == [
        "python:3.11-slim-bookworm AS build",
        "python:3.11-slim-bookworm",
    ]


def test_what_it_copies_exists_and_is_let_through() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    copied = dockerfile().copied

    assert all((ROOT / one).exists() for one in copied)
    assert copied.keys() == allowed
    assert set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) <= copied.keys()


def test_the_runtime_lock_is_the_part_of_the_lock_that_the_service_needs() -> None:
    everything, runtime = locked("requirements.lock"), locked("requirements.runtime.lock")
    asked = {plain(one) for one in PROJECT["project"]["dependencies"]}

    assert asked <= runtime.keys()
    assert runtime.items() <= everything.items(), "made by `make lock` from the same versions"
    assert not {"pytest", "playwright", "mypy", "ruff"} & runtime.keys()


def test_everything_in_the_locks_of_the_image_has_a_hash() -> None:
    for name in ("requirements.runtime.lock", "requirements.build.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
        assert {plain(block) for block in blocks} == locked(name).keys()
        assert all("--hash=sha256:" in block for block in blocks)
    assert {plain(one) for one in PROJECT["build-system"]["requires"]} <= locked("requirements.build.lock").keys()


def test_the_wheel_made_from_what_is_copied_holds_templates_migrations_and_samples(tmp_path: Path) -> None:
    source = tmp_path / "src"
    source.mkdir()
    for one in dockerfile().copied:
        if one.startswith("docker"):
            continue
        if (ROOT / one).is_dir():
            shutil.copytree(ROOT / one, source / one, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / one, source)

    build = "from hatchling.build import build_wheel; print(build_wheel('dist'))"
    (source / "dist").mkdir()
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)

    (wheel,) = (source / "dist").glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    folders = ("templates/mail", "templates/web", "templates/locale", "state/migrations", "cli/samples")
    shipped = {
        str(file.relative_to(ROOT))
        for folder in folders
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and file.suffix not in (".pyc", ".pot")
    }
    assert shipped
    assert shipped <= names
    assert any(name.endswith(".data/data/share/man/man1/tidings.1") for name in names)
