"""Write docs/cli.md, docs/configuration.md and the man page from the code: `make docs` runs this as a program.

The texts are those of `--help` and of cli/keys.py; whoever wants another wording
changes it there. A test says when a page is not what this would write.
"""

import pathlib
from collections.abc import Iterator

import click

from cli import manual
from cli.helptext import Block, Path, first_line, options, paragraphs, usage, walk
from cli.keys import KEYS, Key, Wrong

NOTE = "<!-- Written by `make docs` from the code; a test compares. Do not edit. -->"
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
    """Write the pages into the project, which is the working directory."""
    for name, text in pages().items():
        pathlib.Path(name).write_text(text, encoding="utf-8")
        click.echo(f"wrote {name}")


def pages() -> dict[str, str]:
    """The text of each page, by its path."""
    from cli.main import tidings

    return {
        "docs/cli.md": commands(tidings),
        "docs/configuration.md": configuration(),
        "cli/tidings.1": manual.page(tidings),
    }


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


def _index(root: click.Group) -> Iterator[str]:
    yield "| command | what it does |"
    yield "|---|---|"
    for path, command in walk(root, ("tidings",)):
        if not isinstance(command, click.Group):
            words = " ".join(path)
            yield f"| [`{words}`](#{words.replace(' ', '-')}) | {_cell(first_line(command))} |"


def _command(command: click.Command, path: Path) -> Iterator[str]:
    yield from ["```", usage(command, path), "```", ""]
    for part in paragraphs(command):
        if isinstance(part, Block):
            fence = "```sh" if part.label.startswith("Example") else "```"
            yield from [*([part.label, ""] if part.label else []), fence, *part.lines, "```", ""]
        else:
            yield from [*part.split("\n"), ""]
    told = [f"| `{_cell(names)}` | {_cell(about)} |" for names, about in options(command, path)]
    if told:
        yield from ["| option | |", "|---|---|", *told, ""]


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
