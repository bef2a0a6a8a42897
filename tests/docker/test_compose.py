"""docker-compose.yml: it follows the specification, and what it names is there."""

import json
import stat
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cli.keys import BY_PATH
from tests.docker.images import ROOT, compose, dockerfile, full_env

WAYS: tuple[dict[str, str], ...] = ({}, full_env())


@pytest.fixture(scope="module")
def specification() -> Any:
    """The schema of the compose specification, as the package check-jsonschema brings it."""
    return json.loads(files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json").read_text("utf-8"))


@pytest.mark.parametrize("variables", WAYS, ids=("alone", "full"))
def test_it_follows_the_compose_specification(specification: Any, variables: dict[str, str]) -> None:
    jsonschema.validate(compose(variables), specification)


def test_the_schema_would_notice_a_wrong_key(specification: Any) -> None:
    wrong = compose()
    wrong["services"]["tidings"]["helthcheck"] = {}

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, specification)


def started(variables: dict[str, str]) -> set[str]:
    """The services that `up` starts."""
    profiles = set(variables.get("COMPOSE_PROFILES", "").split(","))
    return {
        name
        for name, service in compose(variables)["services"].items()
        if int(service.get("scale", 1)) and profiles & set(service.get("profiles", profiles))
    }


def test_alone_there_is_one_tidings_and_a_mail_catcher() -> None:
    assert started({}) == {"tidings", "mail"}


def test_the_larger_set_up_replaces_the_one_container() -> None:
    assert started(full_env()) == {"mail", "setup", "worker", "web", "proxy", "database"}


@pytest.mark.parametrize("variables", WAYS, ids=("alone", "full"))
def test_what_is_started_finds_all_that_it_names(variables: dict[str, str]) -> None:
    whole, running = compose(variables), started(variables)
    for name in running:
        service = whole["services"][name]
        assert set(service.get("depends_on", ())) <= running
        assert set(service.get("secrets", ())) <= whole["secrets"].keys()
        assert set(service.get("networks", ())) <= whole["networks"].keys()
        for volume in service.get("volumes", ()):
            place = volume.split(":")[0]
            assert (ROOT / place).exists() if place.startswith("./") else place in whole["volumes"]
        for needed in service.get("depends_on", ()):
            common = set(service.get("networks", ["default"])) & set(
                whole["services"][needed].get("networks", ["default"])
            )
            assert common, f"{name} cannot reach {needed}"


def test_a_worker_reaches_database_and_mail_and_nobody_outside_reaches_the_database() -> None:
    services = compose(full_env())["services"]

    assert {"default", "database"} <= set(services["worker"]["networks"])
    assert "ports" not in services["database"]
    assert compose()["networks"]["database"]["internal"] is True


@pytest.mark.parametrize("name", ["tidings", "setup", "worker", "web"])
def test_our_containers_can_do_little(name: str) -> None:
    service = compose()["services"][name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "data:/var/lib/tidings" in service["volumes"]
    assert "user" not in service, "the image's own"


def test_every_variable_is_a_key_of_ours() -> None:
    given = set(dockerfile().environment) | {
        name for service in compose()["services"].values() for name in service.get("environment", {})
    }
    ours = {name for name in given if name.startswith("TIDINGS_") and "__" in name}

    assert ours
    known = {key.variable for key in BY_PATH.values()}
    assert {name.removesuffix("_FILE") for name in ours} <= known


def test_the_proxy_is_believed_and_only_where_it_lives() -> None:
    whole = compose({"TIDINGS_FRONT": "10.9.8.0/24"})

    trusted = json.loads(whole["services"]["web"]["environment"]["TIDINGS_WEB__TRUSTED_PROXIES"])
    assert trusted == ["10.9.8.0/24"]
    assert whole["networks"]["front"]["ipam"]["config"] == [{"subnet": "10.9.8.0/24"}]
    assert [name for name, one in whole["services"].items() if "front" in one.get("networks", ())] == ["web", "proxy"]


def test_secrets_are_made_once_and_fit_together(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    script = [str(ROOT / "docker" / "make-secrets.sh"), str(folder)]

    first = subprocess.run(script, capture_output=True, text=True, check=True)
    made = {file.name: file.read_text("utf-8") for file in folder.iterdir()}
    again = subprocess.run(script, capture_output=True, text=True, check=True)

    named = {Path(one["file"]).name for one in compose()["secrets"].values()}
    assert made.keys() == named
    assert len(made["database_password"].strip()) == 48
    assert made["database_password"].strip() in made["database_url"]
    assert made["database_url"].strip().endswith("?files=/var/lib/tidings"), "the stop-list lies in the volume"
    assert first.stdout.count("wrote") == 3
    assert again.stdout == ""
    assert made == {file.name: file.read_text("utf-8") for file in folder.iterdir()}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_secrets_never_reach_the_repository_or_the_image() -> None:
    assert "secrets/" in (ROOT / "docker" / ".gitignore").read_text("utf-8").splitlines()
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in ignored
    assert not [line for line in ignored if line.startswith("!") and "secret" in line]
    assert not [name for name in dockerfile().environment if name.endswith(("SMTP", "PASSWORD", "TOKEN", "KEY"))]
