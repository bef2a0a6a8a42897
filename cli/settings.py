"""Read tidings.toml and the environment; give one frozen struct per package.

An unknown key or a wrong value is an error that names file, line, key and what
was expected. Precedence: environment, file, default.
"""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from cli.keys import BY_PATH, KEYS, Wrong
from feeds.settings import Polling, Publishing
from mail.settings import Digests, Keeping, Mailing
from state.errors import Misuse
from state.records import Site
from web.settings import Serving

DEFAULT_FILE = "tidings.toml"
MAX_SECRET = 64 * 1024  # characters of a file that a variable names


@dataclass(frozen=True, slots=True)
class Settings:
    site: Site
    state: str
    mailing: Mailing
    digests: Digests
    keeping: Keeping
    polling: Polling
    publishing: Publishing
    serving: Serving
    admin: str = ""  # the mailbox that hears of alarms


def load(file: Path | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from a file (None: ./tidings.toml where it exists) and the environment. Raises Misuse."""
    values = {key.path: key.check(tomllib.loads(f"v = {key.default}")["v"]) for key in KEYS}
    if file is not None and not file.exists():
        raise Misuse(
            f"configuration {file} does not exist; write one with `tidings init`, or name another with --config"
        )
    found = file or Path(DEFAULT_FILE)
    given = from_file(found) if found.exists() else {}
    given |= from_environment(environment)
    wanted = values | given
    shortest, longest = wanted["poll.min_every"], wanted["poll.max_every"]
    if shortest > longest:  # type: ignore[operator]  # both are seconds
        raise Misuse(f"poll.min_every is {shortest}s, longer than poll.max_every, {longest}s; give a shorter one")
    return assemble(wanted)


def from_file(file: Path) -> dict[str, object]:
    """Checked values of a TOML file, by key path."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise Misuse(f"configuration {file} cannot be read ({error.strerror}); name another with --config") from error
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Misuse(f"{file} is no TOML: {error}; correct that line") from error
    values: dict[str, object] = {}
    for section, table in tables.items():
        if not isinstance(table, dict):
            raise Misuse(f"{file}:{line_of(text, '', section)}: {section} stands outside a section; {_sections()}")
        for name, value in table.items():
            where = f"{file}:{line_of(text, section, name)}"
            values[f"{section}.{name}"] = checked(section, name, value, where)
    return values


def from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    """Checked values of TIDINGS_SECTION__KEY variables, and of the files that TIDINGS_SECTION__KEY_FILE name.

    Lists are JSON. A file is for what should not stand in the environment; a line break at its end is no part of it.
    """
    values: dict[str, object] = {}
    for variable, written in environment.items():
        if not variable.startswith("TIDINGS_") or "__" not in variable:
            continue
        section, name = variable.removeprefix("TIDINGS_").lower().split("__", 1)
        where = f"environment variable {variable}"
        shown = f"{section}.{name}" in BY_PATH or f"{section}.{name.removesuffix('_file')}" not in BY_PATH
        if not shown:
            name = name.removesuffix("_file")
            if variable.upper().removesuffix("_FILE") in environment:
                raise Misuse(f"{section}.{name} is given twice, by {variable} and without _FILE; take one away")
            where, written = f"{where}, file {written}", _contents(Path(written), variable)
        value = _listed(written, where, shown=shown) if written.startswith("[") else written
        values[f"{section}.{name}"] = checked(section, name, value, where, shown=shown)
    return values


def _contents(file: Path, variable: str) -> str:
    try:
        with file.open("rb") as there:
            text = there.read(MAX_SECRET + 1).decode("utf-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise Misuse(
            f"environment variable {variable} names {file}, which cannot be read ({reason}); "
            "give a file with the value in it that this user may read"
        ) from error
    if len(text) > MAX_SECRET:
        raise Misuse(f"environment variable {variable} names {file}, larger than {MAX_SECRET} bytes; give one value")
    return text.rstrip("\r\n")


def _listed(written: str, where: str, *, shown: bool) -> object:
    try:
        return json.loads(written)
    except ValueError as error:
        value = repr(written) if shown else "no JSON"
        raise Misuse(f'{where} is {value}; give a JSON list like ["one"]') from error


def checked(section: str, name: str, value: object, where: str, *, shown: bool = True) -> object:
    """The value of a key, in its own type. shown: whether an error may print it (a secret of a file may not)."""
    key = BY_PATH.get(f"{section}.{name}")
    if key is None:
        raise Misuse(f"{where}: {section}.{name} is no key of ours; {_nearest(section, name)}")
    try:
        return key.check(value)
    except Wrong as error:
        written = json.dumps(value, ensure_ascii=False, default=str) if shown else "nothing it can be"
        raise Misuse(f"{where}: {key.path} is {written}; {error}") from error


def line_of(text: str, section: str, name: str) -> int:
    """The line (from 1) where a key stands; 1 where it cannot be told."""
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\s*([^\]\s]+)\s*\]", line):
            inside = header[1]
        elif inside == section and re.match(rf"\s*[\"']?{re.escape(name)}[\"']?\s*[=.]", line):
            return number
    return 1


def assemble(values: Mapping[str, object]) -> Settings:
    """The structs of the packages, from checked values by key path."""

    def section(name: str) -> dict[str, Any]:
        return {key.name: values[key.path] for key in KEYS if key.section == name}

    limits, web = section("limits"), section("web")
    return Settings(
        site=Site(**section("site")),
        state=str(values["state.url"]),
        mailing=Mailing(**section("mail")),
        digests=Digests(**section("digests")),
        keeping=Keeping(limits["keep_unconfirmed"]),
        polling=Polling(**section("poll"), new_entries_hold=limits["new_entries_hold"], keep_raw=limits["keep_raw"]),
        publishing=Publishing(static_dir=web["static_dir"]),
        serving=Serving(
            **web,
            subscribe_per_hour=limits["subscribe_per_hour"],
            subscribe_total_per_hour=limits["subscribe_total_per_hour"],
            approval=bool(values["digests.approval"]),
        ),
        admin=str(values["admin.email"]),
    )


def sample() -> str:
    """The commented file that `tidings init` writes: every key with its default, switched off by "#"."""
    lines = [
        "# The configuration of tidings. Every key may also be given as an environment variable,",
        "# TIDINGS_SECTION__KEY, or in a file that TIDINGS_SECTION__KEY_FILE names.",
    ]
    order = list(dict.fromkeys(key.section for key in KEYS))
    section = ""
    for key in sorted(KEYS, key=lambda key: order.index(key.section)):
        if key.section != section:
            section = key.section
            lines += ["", f"[{section}]"]
        lines += [f"# {key.about}", f"#{key.name} = {key.default}"]
    return "\n".join(lines) + "\n"


def _nearest(section: str, name: str) -> str:
    near = get_close_matches(f"{section}.{name}", BY_PATH, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}?"
    known = [key.name for key in KEYS if key.section == section]
    return f"[{section}] knows {', '.join(known)}" if known else _sections()


def _sections() -> str:
    return "the sections are " + ", ".join(dict.fromkeys(f"[{key.section}]" for key in KEYS))
