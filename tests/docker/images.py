"""Read Dockerfile and docker-compose.yml as the engine would, so far as the tests need it."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Dockerfile:
    """What the last stage leaves in the image, and what was copied from the checkout by any stage."""

    instructions: list[tuple[str, str]]
    environment: dict[str, str] = field(default_factory=dict)
    copied: dict[str, str] = field(default_factory=dict)  # path in the checkout → path in the image

    def last(self, name: str) -> str:
        return [rest for word, rest in self.instructions if word == name][-1]

    @property
    def command(self) -> list[str]:
        """Entrypoint and default words."""
        return [*json.loads(self.last("ENTRYPOINT")), *json.loads(self.last("CMD"))]

    @property
    def healthcheck(self) -> list[str]:
        words: list[str] = json.loads(self.last("HEALTHCHECK").split("CMD ", 1)[1])
        return words


def dockerfile(path: Path = ROOT / "Dockerfile") -> Dockerfile:
    made = Dockerfile(list(_instructions(path.read_text(encoding="utf-8"))))
    for word, rest in made.instructions:
        if word == "FROM":
            made.environment.clear()
        elif word == "ENV":
            made.environment |= dict(pair.split("=", 1) for pair in shlex.split(rest))
        elif word == "COPY" and "--from=" not in rest:
            *sources, target = [one for one in rest.split() if not one.startswith("--")]
            made.copied |= dict.fromkeys((one.rstrip("/") for one in sources), target)
    return made


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    joined = re.sub(r"\\\n\s*", "", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    for line in joined.splitlines():
        if line.strip():
            word, rest = line.split(None, 1)
            yield word, rest


def compose(variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """docker-compose.yml, with ${NAME:-default} filled in."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    known = variables or {}
    filled = re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: known.get(found[1]) or found[2], text)
    assert "${" not in filled, "a variable without a default"
    value: dict[str, Any] = yaml.safe_load(filled)
    return value


def full_env() -> dict[str, str]:
    """The variables of docker/full.env."""
    lines = (ROOT / "docker" / "full.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
