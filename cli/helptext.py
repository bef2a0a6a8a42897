"""What the commands say of themselves, taken apart: for docs/cli.md and the man page."""

from collections.abc import Iterator
from dataclasses import dataclass
from inspect import cleandoc
from textwrap import dedent
from typing import TypeAlias

import click

Path: TypeAlias = tuple[str, ...]  # a command's words, "tidings" first

COMMON = {"--yes": "Do it without asking.", "--json": "For machines.", "-h, --help": ""}


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that stay as they are, an example or a table. label: "Example:", or "" without one."""

    label: str
    lines: tuple[str, ...]


def walk(group: click.Group, path: Path) -> Iterator[tuple[Path, click.Command]]:
    """Every command below a group with its words, in the order of the help."""
    for name, command in group.commands.items():
        if command.hidden:
            continue
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from walk(command, (*path, name))


def usage(command: click.Command, path: Path) -> str:
    return " ".join([" ".join(path), *command.collect_usage_pieces(_context(command, path))])


def first_line(command: click.Command) -> str:
    return " ".join(cleandoc(command.help or "").split("\n\n")[0].split())


def paragraphs(command: click.Command) -> Iterator[str | Block]:
    """Running text, and what click leaves as it is (marked by \\b)."""
    for paragraph in cleandoc(command.help or "").split("\n\n"):
        running, *kept = paragraph.split("\b")
        if running.strip():
            yield running.strip("\n")
        for block in kept:
            lines = block.strip("\n").split("\n")
            label = lines[0] if lines[0].endswith(":") else ""
            yield Block(label, tuple(dedent("\n".join(lines[1:] if label else lines)).split("\n")))


def options(command: click.Command, path: Path) -> Iterator[tuple[str, str]]:
    """("--at TIME", what it is for) of each option."""
    for param in command.params:
        record = param.get_help_record(_context(command, path)) if isinstance(param, click.Option) else None
        if record is not None:
            yield record[0], record[1] or COMMON.get(record[0], "")


def _context(command: click.Command, path: Path) -> click.Context:
    return click.Context(command, info_name=" ".join(path))
