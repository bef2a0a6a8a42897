"""Read and write a vocabulary file: topics with their rules, countries with their names.

Pure: text to records and back. The shape is that of a shared file which other tools
write too, so keys that we do not know are ignored; a value of a wrong type is
not. Called by `tidings topic import` and `topic export`.

    {"topics": [{"id": "…", "name": "…", "name_km": "…", "any": [], "all": [], "none": []}],
     "countries": [{"iso": "KH", "names": [], "places": [], "none": []}]}
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from state.errors import Misuse, UserError
from state.phrases import compile_phrase
from state.records import Country, Topic

T = TypeVar("T")
_TITLE_IN = re.compile(r"name_([a-z]{2,3}(?:[-_][A-Za-z0-9]+)*)")
_CODE = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Topics and countries of a file, in its order."""

    topics: tuple[Topic, ...]
    countries: tuple[Country, ...]


def parse(text: str, name: str) -> Vocabulary:
    """Read the text of a vocabulary file. name: of the file, for errors.

    Raises UserError that names the file and the place for anything misshapen: broken JSON, a
    value of another type, a missing or doubled id, a phrase that cannot be read.
    """
    try:
        whole = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise UserError(
            f"{name}:{error.lineno}: no JSON ({error.msg}); give a vocabulary with a list of topics"
        ) from error
    except RecursionError as error:
        raise UserError(f"{name}: nested too deeply for a vocabulary") from error
    if not isinstance(whole, dict) or not {"topics", "countries"} & whole.keys():
        raise UserError(f'{name}: expected an object with "topics", "countries" or both, got {_short(whole)}')
    try:
        topics = _items(whole, "topics", _topic)
        countries = _items(whole, "countries", _country)
        _no_doubles("topics", [topic.id for topic in topics])
        _no_doubles("countries", [country.code for country in countries])
    except _Misshapen as error:
        raise UserError(f"{name}: {error}") from error
    return Vocabulary(topics, countries)


def render(vocabulary: Vocabulary) -> str:
    """The text that `parse` reads; when a topic was created or closed is not in it."""
    whole = {
        "topics": [
            {
                "id": one.id,
                "name": one.title,
                **{f"name_{language}": title for language, title in one.titles.items()},
                **_rule(one, "any", "all", "none"),
            }
            for one in vocabulary.topics
        ],
        "countries": [{"iso": one.code, **_rule(one, "names", "places", "none")} for one in vocabulary.countries],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _rule(one: Topic | Country, *names: str) -> dict[str, list[str]]:
    return {name: list(getattr(one, name)) for name in names}


class _Misshapen(Exception):
    """Where and what, without the file."""


def _items(whole: Mapping[str, Any], key: str, read: Callable[[Mapping[str, Any], str], T]) -> tuple[T, ...]:
    found = whole.get(key, [])
    if not isinstance(found, list):
        raise _Misshapen(f"{key}: expected a list, got {_short(found)}")
    items = []
    for number, item in enumerate(found):
        if not isinstance(item, dict):
            raise _Misshapen(f"{key}[{number}]: expected an object, got {_short(item)}")
        items.append(read(item, f"{key}[{number}]"))
    return tuple(items)


def _topic(item: Mapping[str, Any], where: str) -> Topic:
    topic_id = _text(item, "id", where)
    titles = {tongue[1]: _text(item, key, where) for key in item if (tongue := _TITLE_IN.fullmatch(key))}
    return Topic(
        id=topic_id,
        title=_text(item, "name", where),
        any=_phrases(item, "any", where),
        all=_phrases(item, "all", where),
        none=_phrases(item, "none", where),
        titles=titles,
    )


def _country(item: Mapping[str, Any], where: str) -> Country:
    code = _text(item, "iso", where).upper()
    if not _CODE.fullmatch(code):
        raise _Misshapen(f"{where}.iso: expected an ISO 3166 code of two letters, got {_short(code)}")
    return Country(code, *(_phrases(item, part, where) for part in ("names", "places", "none")))


def _text(item: Mapping[str, Any], key: str, where: str) -> str:
    value = item.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _Misshapen(f"{where}.{key}: expected a text, got {_short(value)}")
    return value.strip()


def _phrases(item: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = item.get(key, [])
    if not isinstance(value, list):
        raise _Misshapen(f"{where}.{key}: expected a list of phrases, got {_short(value)}")
    for number, phrase in enumerate(value):
        if not isinstance(phrase, str):
            raise _Misshapen(f"{where}.{key}[{number}]: expected a phrase, got {_short(phrase)}")
        try:
            compile_phrase(phrase)
        except Misuse as error:
            raise _Misshapen(f"{where}.{key}[{number}]: {error}") from error
    return tuple(value)


def _no_doubles(key: str, ids: list[str]) -> None:
    for number, name in enumerate(ids):
        if ids.index(name) != number:
            raise _Misshapen(f"{key}[{number}]: {name!r} is there already, as {key}[{ids.index(name)}]; give it once")


def _short(value: object) -> str:
    """A value as an error shows it."""
    told = json.dumps(value, ensure_ascii=False, default=str)
    return "nothing" if value is None else told if len(told) <= 60 else f"{told[:57]}…"
