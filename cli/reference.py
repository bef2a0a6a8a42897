"""Write docs/cli.md and docs/configuration.md from the code: `make docs` runs this as a program.

The texts are those of `--help` and of cli/keys.py; whoever wants another wording
changes it there. A test says when a page is not what this would write.
"""

from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from textwrap import dedent

import click

from cli.keys import KEYS, Key, Wrong

FOLDER = Path("docs")
NOTE = "<!-- Written by `make docs` from the code; a test compares. Do not edit. -->"
COMMON = {"--yes": "Do it without asking.", "--json": "For machines.", "-h, --help": ""}
ABOUT_COMMANDS = """
# Commands

Every command says the same with `--help`. Results go to stdout, progress and errors to stderr. Exit codes: 0 done,
1 could not, 2 misused. Durations are written `30s`, `10m`, `1h`, `2d`. Commands that destroy something say what they
would do and want `--yes`.
"""
ABOUT_KEYS = """
# Configuration

`tidings init` writes `tidings.toml` with every key and its default, switched off by `#`. Another file is named with
`--config` or `TIDINGS_CONFIG`; the database also with `--state` or `TIDINGS_STATE`, which win over `state.url`.

Each key may also be given as an environment variable, `TIDINGS_SECTION__KEY` (lists as JSON), or in a file that
`TIDINGS_SECTION__KEY_FILE` names, so that a password stands neither in the configuration nor in the environment. The
environment wins over `tidings.toml`; a value and a file for one key are refused. An unknown key or a wrong value is
an error that names file, line, key and what was expected. Durations are written `30s`, `10m`, `1h`, `2d`.
"""
TITLES = {
    "site": "What people see",
    "state": "Where everything is kept",
    "mail": "How mail leaves",
    "digests": "When digests go",
    "poll": "How sources are read",
    "web": "How pages are served",
    "limits": "What is too much",
    "admin": "Whom to tell",
}


def main() -> None:
    """Write both pages into the folder "docs" of the working directory."""
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        click.echo(f"wrote {FOLDER / name}")


def pages() -> dict[str, str]:
    """The text of each page, by file name."""
    from cli.main import tidings

    return {"cli.md": commands(tidings), "configuration.md": configuration()}


# ---- commands ----


def commands(root: click.Group) -> str:
    """Every command with its words, its options and its examples."""
    lines = [
        NOTE,
        ABOUT_COMMANDS,
        *_index(root),
        "",
        "## tidings",
        "",
        *_command(root, ("tidings",)),
    ]
    for path, command in walk(root, ("tidings",)):
        lines += [f"{'##' if len(path) == 2 else '###'} {' '.join(path)}", "", *_command(command, path)]
    return "\n".join(lines).rstrip() + "\n"


def walk(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below a group with its words, in the order of the help."""
    for name, command in group.commands.items():
        if command.hidden:
            continue
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from walk(command, (*path, name))


def _index(root: click.Group) -> Iterator[str]:
    yield "| command | what it does |"
    yield "|---|---|"
    for path, command in walk(root, ("tidings",)):
        if not isinstance(command, click.Group):
            words = " ".join(path)
            yield f"| [`{words}`](#{words.replace(' ', '-')}) | {_first_line(command)} |"


def _first_line(command: click.Command) -> str:
    return _cell(" ".join(cleandoc(command.help or "").split("\n\n")[0].split()))


def _command(command: click.Command, path: tuple[str, ...]) -> Iterator[str]:
    context = click.Context(command, info_name=" ".join(path))
    yield "```"
    yield " ".join([" ".join(path), *command.collect_usage_pieces(context)])
    yield "```"
    yield ""
    yield from _help(cleandoc(command.help or ""))
    options = [one for one in (_option(param, context) for param in command.params) if one]
    if options:
        yield from ["| option | |", "|---|---|", *options, ""]


def _help(text: str) -> Iterator[str]:
    """Paragraphs; those that click leaves as they are (marked by \\b) are examples or tables, in a block."""
    for paragraph in text.split("\n\n"):
        running, *kept = paragraph.split("\b")
        if running.strip():
            yield from [*running.strip("\n").split("\n"), ""]
        for block in kept:
            yield from _block(block.strip("\n").split("\n"))


def _block(lines: list[str]) -> Iterator[str]:
    """Lines as they are, below their label ("Example:") where they have one."""
    label = lines[0] if lines[0].endswith(":") else ""
    if label:
        yield from [label, ""]
    rest = dedent("\n".join(lines[1:] if label else lines)).split("\n")
    yield from ["```sh" if label.startswith("Example") else "```", *rest, "```", ""]


def _option(param: click.Parameter, context: click.Context) -> str:
    record = param.get_help_record(context) if isinstance(param, click.Option) else None
    if record is None:
        return ""
    names, text = record
    return f"| `{_cell(names)}` | {_cell(text or COMMON.get(names, ''))} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


# ---- configuration ----


def configuration() -> str:
    """Every key with its default, what it takes and what it is for."""
    lines = [NOTE, ABOUT_KEYS]
    for section in dict.fromkeys(key.section for key in KEYS):
        lines += [f"## [{section}] {TITLES[section]}", ""]
        for key in (one for one in KEYS if one.section == section):
            lines += [*_key(key), ""]
    return "\n".join(lines).rstrip() + "\n"


def _key(key: Key) -> Iterator[str]:
    yield f"### {key.path}"
    yield ""
    yield key.about
    yield ""
    yield f"Takes {takes(key)}. Default: `{key.default}`. Environment: `{key.variable}`."


def takes(key: Key) -> str:
    """What a key expects, in the words of its own error."""
    for wrong in (["\0"], "\0"):
        try:
            key.check(wrong)
        except Wrong as error:
            said = str(error)
            if isinstance(wrong, str) or "no network" in said:
                return said.rpartition("; ")[2].removeprefix("give ")
    return "text"


if __name__ == "__main__":
    main()
