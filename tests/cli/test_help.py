"""Every command explains itself, with an example, at once."""

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from cli.main import tidings


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


EVERY = dict(commands(tidings))


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_command_has_help_and_an_example(path: tuple[str, ...]) -> None:
    command = EVERY[path]

    assert command.help
    if not isinstance(command, click.Group):
        assert f"tidings {' '.join(path)}" in command.help, "an example that begins with the command itself"


def test_help_imports_no_heavy_library() -> None:
    code = (
        "import sys; sys.argv = ['tidings', 'source', 'add', '--help']\n"
        "from cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'sqlalchemy', 'aiohttp', 'feedgen', 'jinja2', 'babel', 'lxml', 'apscheduler', 'aiosmtplib'}\n"
        "print(sorted(heavy & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stderr.strip() == "[]"
