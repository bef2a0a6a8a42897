"""The man page, written from the commands themselves (roff, man(7))."""

import re
from collections.abc import Iterator

import click

from cli.app import VERSION
from cli.helptext import Block, Path, first_line, options, paragraphs, usage, walk

_ABOUT = """\
.SH ENVIRONMENT
.TP
.BR TIDINGS_CONFIG ", " TIDINGS_STATE
As \\fB\\-\\-config\\fP and \\fB\\-\\-state\\fP.
.TP
.B TIDINGS_SECTION__KEY
A key of the configuration, as \\fBTIDINGS_POLL__EVERY\\fP for \\fBevery\\fP in \\fB[poll]\\fP; it wins over the file.
.TP
.B TIDINGS_SECTION__KEY_FILE
A file with the value of a key.
.SH FILES
.TP
.I tidings.toml
The configuration, with every key explained; \\fBtidings init\\fP writes it.
.TP
.I tidings.db
The database, where no other is named.
.SH EXIT STATUS
0 done, 1 could not, 2 misused.
"""


def page(root: click.Group) -> str:
    """The whole page: one section for all commands, a subsection for each."""
    lines = [
        '.\\" Written by `make docs` from the code; a test compares. Do not edit.',
        f'.TH TIDINGS 1 "" "tidings {VERSION}"',
        ".SH NAME",
        "tidings \\- feeds and digests for pages that have no feed",
        ".SH SYNOPSIS",
        f".B {_plain(usage(root, ('tidings',)))}",
        ".SH DESCRIPTION",
        *_described(root),
        "Results go to stdout, progress and errors to stderr. Durations are written 30s, 10m, 1h, 2d.",
        ".SH OPTIONS",
        *_options(root, ("tidings",)),
        ".SH COMMANDS",
    ]
    for path, command in walk(root, ("tidings",)):
        if isinstance(command, click.Group):
            lines += [f".SS {_plain(' '.join(path))}", _text(first_line(command))]
        else:
            lines += [f".SS {_plain(usage(command, path))}", *_described(command), *_options(command, path)]
    return "\n".join(lines) + "\n" + _ABOUT


def _described(command: click.Command) -> Iterator[str]:
    for part in paragraphs(command):
        if isinstance(part, Block):
            yield from [*([".PP", _plain(part.label)] if part.label else []), ".RS 4", ".nf"]
            yield from [_plain(line) or "\\&" for line in part.lines]
            yield from [".fi", ".RE"]
        else:
            yield ".PP"
            yield from map(_text, part.split("\n"))
    yield ".PP"


def _options(command: click.Command, path: Path) -> Iterator[str]:
    for names, about in options(command, path):
        yield from [".TP", f".B {_plain(names)}", _text(" ".join(about.split())) or "\\&"]


def _text(running: str) -> str:
    """Running text; what stands between backquotes is bold."""
    return re.sub(r"`([^`]+)`", r"\\fB\1\\fP", _plain(running))


def _plain(line: str) -> str:
    """A line that roff takes for text: hyphens that can be copied, no escape, no request at its beginning, ASCII."""
    escaped = line.replace("\\", "\\e").replace("-", "\\-")
    escaped = "".join(sign if sign.isascii() else f"\\[u{ord(sign):04X}]" for sign in escaped)
    return "\\&" + escaped if escaped.startswith((".", "'")) else escaped
