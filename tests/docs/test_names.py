"""What the documents name exists, and what exists is documented: commands, options, keys, templates, tables, files."""

import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import click
import pytest

from cli import reference
from cli.helptext import walk
from cli.keys import BY_PATH, KEYS
from cli.main import tidings
from cli.settings import checked
from state.schema import metadata
from tests.docs.pages import ROOT, WRITTEN, blocks, command_lines

GENERATED = reference.pages()
COMMANDS = dict(walk(tidings, ("tidings",)))
SECTIONS = "|".join(dict.fromkeys(key.section for key in KEYS))
PAGES = [page for page in WRITTEN if str(page.relative_to(ROOT)) not in GENERATED]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


# ---- the generated pages ----


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_page_is_what_the_code_says(name: str) -> None:
    assert (ROOT / name).read_text("utf-8") == GENERATED[name], "run `make docs`"


def test_every_command_and_option_is_documented() -> None:
    page = GENERATED["docs/cli.md"]
    for path, command in COMMANDS.items():
        section = page.split(f" {' '.join(path)}\n", 1)[1].split("\n## ")[0].split("\n### ")[0]
        for param in command.params:
            if isinstance(param, click.Option) and not param.hidden:
                assert param.opts[-1] in section, f"{' '.join(path)} {param.opts}"


def test_every_key_is_documented_with_its_default_and_what_it_takes() -> None:
    page = GENERATED["docs/configuration.md"]
    for key in KEYS:
        section = page.split(f"### {key.path}\n", 1)[1].split("\n##")[0]
        assert key.about in section
        assert f"`{key.default}`" in section
        assert f"`{key.variable}`" in section
        assert reference.takes(key) in section


# ---- what pages name ----


def called(line: str) -> list[list[str]]:
    """The calls of `tidings` in a line of a shell: the words after it."""
    if line.startswith("$"):
        line = line[1:]
    found = []
    for part in re.split(r"&&|\|\||;|\||\$\(", re.sub(r"\s#\s.*", "", line)):
        part = re.sub(r"docker compose( --env-file \S+)? (exec|run --rm) (\w+) ", "", part.strip())
        words = shlex.split(part.replace("…", "").rstrip(")"))
        if words and Path(words[0]).name == "tidings":
            found.append(words[1:])
    return found


def fault(words: list[str]) -> str:
    """What is wrong with a call of `tidings`, "" where nothing is."""
    command: click.Command = tidings
    before = ""
    for word in words:
        known = {opt for param in [*tidings.params, *command.params] for opt in param.opts} | {"--help", "-h"}
        if isinstance(command, click.Group) and word in command.commands:
            command = command.commands[word]
        elif word.startswith("-") and word.split("=")[0] not in known:
            return f"{command.name} has no option {word}"
        elif isinstance(command, click.Group) and not word.startswith("-") and before not in ("--state", "--config"):
            return f"{command.name} has no command {word}"
        before = word
    return ""


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_and_options_that_a_page_names_exist(page: Path) -> None:
    for line in command_lines(page):
        for words in called(line):
            assert not fault(words), f"{line!r}: {fault(words)}"


@pytest.mark.parametrize("page", WRITTEN, ids=name_of)
def test_keys_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for name in re.findall(rf"`((?:{SECTIONS})\.[a-z_]+)(?: = [^`]*)?`", text):
        module = ROOT / f"{name.replace('.', '/')}.py"
        assert name in BY_PATH or module.exists(), name
    variables = {key.variable for key in KEYS}
    for variable in re.findall(r"\bTIDINGS_[A-Z]+__[A-Z_]+\b", text):
        if variable not in ("TIDINGS_SECTION__KEY", "TIDINGS_SECTION__KEY_FILE"):
            assert variable in variables or variable.removesuffix("_FILE") in variables, variable


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_configurations_that_a_page_shows_are_valid(page: Path) -> None:
    for block in blocks(page):
        if block.language == "toml":
            for section, table in tomllib.loads(block.text).items():
                for name, value in table.items():
                    checked(section, name, value, page.name)


@pytest.mark.parametrize("page", WRITTEN, ids=name_of)
def test_links_and_targets_of_make_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"(?<!`)\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), target
    rules = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for words in re.findall(r"(?:`|^    )make ([a-z ]+)", text, re.MULTILINE):
        assert set(words.split()) <= rules, words


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_of_ours_that_a_page_names_exist(page: Path) -> None:
    folders = "|".join(one.name for one in ROOT.iterdir() if one.is_dir() and not one.name.startswith("."))
    for name in re.findall(rf"`((?:{folders})/[\w./*-]+)`", page.read_text(encoding="utf-8")):
        if name != "docker/secrets" and not name.startswith("docker/secrets/"):
            assert list(ROOT.glob(name.rstrip("/"))) or (ROOT / "templates" / name).exists(), name


def test_every_template_is_documented_and_every_documented_one_exists() -> None:
    there = {
        f"{file.parent.name}/{file.name}"
        for folder in ("mail", "web")
        for file in (ROOT / "templates" / folder).iterdir()
        if file.suffix in (".html", ".txt", ".css")
    }
    named = set(re.findall(r"`((?:mail|web)/[\w.]+)`", (ROOT / "docs" / "templates.md").read_text("utf-8")))
    assert named == there


def test_every_table_is_documented_and_every_documented_one_exists() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "tables.md").read_text("utf-8"), re.MULTILINE))
    assert named == {*metadata.tables, "alembic_version"}


def test_a_wrong_command_would_be_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Say `tidings source ad URL`.\n\n    .venv/bin/tidings run --onse && tidings status\n", "utf-8")

    found = [fault(words) for line in command_lines(page) for words in called(line)]

    assert found == ["run has no option --onse", "", "source has no command ad"]


@pytest.mark.skipif(not shutil.which("groff"), reason="NO GROFF: the man page was not set")
def test_the_man_page_can_be_set_and_has_every_command() -> None:
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8", "-P-cbou", "cli/tidings.1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    for path, command in COMMANDS.items():
        assert " ".join(path) in done.stdout
        for param in command.params:
            if isinstance(param, click.Option) and not param.hidden:
                assert param.opts[-1] in done.stdout
