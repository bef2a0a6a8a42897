"""Read the file that `tidings apply` puts in force: sources, topics and countries in TOML.

As strict as the configuration: an unknown key, a wrong value or a name given twice is
an error that says file, line, key and what was expected. Reads one file, stores nothing.

    [[source]]   id, where, kind, title, language, timezone, country, base_url, every, select, browser
    [[topic]]    id, title, titles, any, all, none
    [[country]]  code, names, places, none
"""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from cli.keys import Wrong, choice, duration, flag, language, text, texts, zone
from cli.values import country, given_text
from feeds.declared import FIELDS, Declaration, DeclaredSource
from feeds.extraction import jsonformats, overrides
from feeds.sources import check_id
from state.errors import Misuse
from state.phrases import compile_phrase
from state.records import Country, Topic
from state.text import clean
from state.topics import check_id as check_topic

MAX_BYTES = 10_000_000
_HEADER = re.compile(r"\s*\[\[\s*([A-Za-z_]+)\s*\]\]")


def read(file: Path) -> Declaration:
    """The declaration in a file. Paths in it are relative to its folder. Raises Misuse."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise Misuse(f"{file} has more than {MAX_BYTES} bytes; give a file of sources and topics")
        written = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Misuse(f"{file} cannot be read ({error.strerror}); give a file of sources and topics") from error
    except UnicodeDecodeError as error:
        raise Misuse(f"{file} is no UTF-8 text ({error.reason} at byte {error.start}); save it as UTF-8") from error
    return parse(written, file)


def parse(written: str, file: Path) -> Declaration:
    """As `read`, of a text. file: for messages and relative paths."""
    try:
        whole = tomllib.loads(written)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Misuse(f"{file} is no TOML: {error}; correct that line") from error
    lines = Lines(written, file)
    unknown = next((name for name in whole if name not in KEYS), None)
    if unknown is not None:
        raise Misuse(f"{lines.of(unknown, 0)}: {unknown} is none of ours; give [[source]], [[topic]] or [[country]]")
    made: dict[str, list[Any]] = {name: [] for name in KEYS}
    met: dict[tuple[str, str], str] = {}
    for name in KEYS:
        for number, table in enumerate(_tables(whole, name, lines)):
            place = _Place(lines, name, number)
            one = _MAKE[name](_checked(table, place), place)
            id = one.code if isinstance(one, Country) else one.id
            if (name, id) in met:
                raise Misuse(f"{place.at()}: {name} {id} stands at {met[name, id]} already; give it once")
            met[name, id] = place.at()
            made[name].append(one)
    return Declaration(tuple(made["source"]), tuple(made["topic"]), tuple(made["country"]))


# ---- where things stand ----


class Lines:
    """The lines of a TOML text at which its tables and their keys stand."""

    def __init__(self, written: str, file: Path) -> None:
        self.file = file
        self._at: dict[tuple[str, int, str], int] = {}
        counts: dict[str, int] = {}
        inside: tuple[str, int] = ("", 0)
        for number, line in enumerate(written.splitlines(), 1):
            if header := _HEADER.match(line):
                name = header[1]
                inside = name, counts.get(name, 0)
                counts[name] = inside[1] + 1
                self._at[*inside, ""] = number
            elif key := re.match(r"\s*[\"']?([A-Za-z0-9_-]+)[\"']?\s*[=.]", line):
                self._at.setdefault((*inside, key[1]), number)

    def of(self, name: str, number: int, key: str = "") -> str:
        """ "file:line" of a key of the table NAME that comes as number (from 0), as near as can be told."""
        places = ((name, number, key), (name, number, ""), ("", 0, name))
        return f"{self.file}:{next((self._at[place] for place in places if place in self._at), 1)}"


@dataclass(frozen=True, slots=True)
class _Place:
    """One table of a file."""

    lines: Lines
    name: str
    number: int

    def at(self, key: str = "") -> str:
        return self.lines.of(self.name, self.number, key)

    def wrong(self, key: str, value: object, expected: str) -> Misuse:
        shown = json.dumps(value, ensure_ascii=False, default=str)[:120]
        return Misuse(f"{self.at(key)}: {self.name}.{key} is {shown}; {expected}")


def _tables(whole: Mapping[str, Any], name: str, lines: Lines) -> list[Mapping[str, Any]]:
    found = whole.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Misuse(f"{lines.of(name, 0)}: {name} is no list of tables; begin each with [[{name}]]")
    return found


# ---- what a key may be ----


def _words(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise Wrong('give a table of texts, like { fr = "Travail" }')
    return {str(key): clean(one) for key, one in value.items()}


def _select(value: object) -> dict[str, str]:
    names = dict.fromkeys((*overrides.NAMES, *jsonformats.NAMES))
    unknown = [name for name in _words(value) if name not in names]
    if unknown:
        raise Wrong(f'{unknown[0]} is no field; give a table like {{ item = ".row" }} of {", ".join(names)}')
    return _words(value)


def _titles(value: object) -> dict[str, str]:
    for name in _words(value):
        language(name)
    return _words(value)


def _title(value: object) -> str:
    return given_text(text(value))


def _phrases(value: object) -> tuple[str, ...]:
    for phrase in texts(value):
        try:
            compile_phrase(phrase)
        except Misuse as error:
            raise Wrong(str(error)) from error
    return texts(value)


def _country_code(value: object) -> str:
    if not country(text(value)):
        raise Wrong('give an ISO 3166 code of two letters, like "KH"')
    return country(value)


def _language(value: object) -> str:
    return "" if value == "" else language(value)


def _page_country(value: object) -> str:
    return country(text(value))


def _every(value: object) -> int:
    if duration(value) <= 0:
        raise Wrong('give a duration like "30m", "6h" or "1d"')
    return duration(value)


def _id(check: Callable[[str], None]) -> Callable[[object], str]:
    def checked(value: object) -> str:
        try:
            check(text(value))
        except Misuse as error:
            raise Wrong(str(error)) from error
        return text(value)

    return checked


KEYS: Mapping[str, Mapping[str, Callable[[object], object]]] = {
    "source": {
        "id": _id(check_id),
        "where": _title,
        "kind": choice("auto", "page", "feed", "sitemap", "json", "text"),
        "title": _title,
        "language": _language,
        "timezone": zone,
        "country": _page_country,
        "base_url": text,
        "every": _every,
        "select": _select,
        "browser": flag,
    },
    "topic": {
        "id": _id(check_topic),
        "title": _title,
        "titles": _titles,
        "any": _phrases,
        "all": _phrases,
        "none": _phrases,
    },
    "country": {"code": _country_code, "names": _phrases, "places": _phrases, "none": _phrases},
}
_NEEDED = {"source": ("id", "where"), "topic": ("id", "title"), "country": ("code", "names")}


def _checked(table: Mapping[str, Any], place: _Place) -> dict[str, Any]:
    """The values of a table, each of its key's own kind."""
    keys = KEYS[place.name]
    for key in table:
        if key not in keys:
            near = get_close_matches(key, keys, n=1)
            hint = f"did you mean {near[0]}?" if near else f"[[{place.name}]] knows {', '.join(keys)}"
            raise Misuse(f"{place.at(key)}: {place.name}.{key} is no key of ours; {hint}")
    for key in _NEEDED[place.name]:
        if key not in table:
            raise Misuse(f"{place.at()}: this [[{place.name}]] has no {key}; give one")
    values = {}
    for key, value in table.items():
        try:
            values[key] = keys[key](value)
        except Wrong as error:
            raise place.wrong(key, value, str(error)) from error
    return values


# ---- records ----


def _source(values: dict[str, Any], place: _Place) -> DeclaredSource:
    where = values["where"]
    if not re.match(r"https?:", where, re.IGNORECASE):
        if re.match(r"[a-z][a-z0-9+.-]+:", where, re.IGNORECASE):
            raise place.wrong("where", where, "give an http or https URL, or the path of a file or folder")
        where = str((place.lines.file.parent / Path(where).expanduser()).resolve())
    if values.get("kind") == "page" and "select" in values:
        try:
            overrides.check(values["select"])
        except ValueError as error:
            raise place.wrong("select", values["select"], str(error)) from error
    given = {name: values[name] for name in FIELDS if name in values}
    return DeclaredSource(values["id"], where, values.get("kind", "auto"), given, int(place.at().rpartition(":")[2]))


def _topic(values: dict[str, Any], _place: _Place) -> Topic:
    return Topic(**values)


def _country(values: dict[str, Any], _place: _Place) -> Country:
    return Country(**values)


_MAKE: Mapping[str, Callable[[dict[str, Any], _Place], Any]] = {
    "source": _source,
    "topic": _topic,
    "country": _country,
}
