"""What an admin declares in one file (sources, topics, countries), and how it differs from what is kept.

Pure. What the file leaves out of a source is left alone; a topic or country is as the
file has it. A source's address and kind are what it is: another address under the same id is no change
but a fault, because the entries of the one would be taken for those of the other.
`cli.declaration` reads the file, `tidings apply` does what `differences` says, and
`tidings export` writes `render`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from feeds.schedule import words
from state.records import Country, Source, Topic

What: TypeAlias = Literal["source", "topic", "country"]

FIELDS = (
    "title",
    "language",
    "timezone",
    "country",
    "base_url",
    "every",
    "select",
    "browser",
)  # of a source, that may change


@dataclass(frozen=True, slots=True)
class DeclaredSource:
    """One [[source]]. given: the fields of FIELDS that the file names, with their values. line: where it stands."""

    id: str
    where: str
    kind: str = "auto"
    given: Mapping[str, object] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True, slots=True)
class Declaration:
    """A whole file, in its order."""

    sources: tuple[DeclaredSource, ...] = ()
    topics: tuple[Topic, ...] = ()
    countries: tuple[Country, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """What is there now: sources that are watched, open topics, countries."""

    sources: tuple[Source, ...]
    topics: tuple[Topic, ...]
    countries: tuple[Country, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is kept and declared otherwise. fields: (name, as it is, as it shall be)."""

    what: What
    id: str
    fields: tuple[tuple[str, object, object], ...]


@dataclass(frozen=True, slots=True)
class Differences:
    """What a declaration would do. same: how many are as declared. undeclared: kept, but not in the file.

    faults: sentences about sources that cannot become what is declared; they are left alone.
    """

    sources: tuple[DeclaredSource, ...]
    topics: tuple[Topic, ...]
    countries: tuple[Country, ...]
    changes: tuple[Change, ...]
    same: int
    undeclared: tuple[tuple[What, str], ...]
    faults: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to add or to change."""
        return not (self.sources or self.topics or self.countries or self.changes)


def differences(declared: Declaration, kept: Kept) -> Differences:
    """Compare a file with what is kept. Countries that are not declared are not named: they are no one's own."""
    sources = {source.id: source for source in kept.sources}
    topics = {topic.id: topic for topic in kept.topics}
    countries = {country.code: country for country in kept.countries}
    faults = tuple(_faults(declared.sources, sources))
    faulty = {one.id for one in declared.sources if one.id in sources and _other(one, sources[one.id])}
    known = [one for one in declared.sources if one.id in sources and one.id not in faulty]
    changes = [
        *(_change("source", one.id, one.given, sources[one.id]) for one in known),
        *(_change("topic", one.id, _topic(one), topics[one.id]) for one in declared.topics if one.id in topics),
        *(
            _change("country", c.code, _country(c), countries[c.code])
            for c in declared.countries
            if c.code in countries
        ),
    ]
    named_sources, named_topics = {one.id for one in declared.sources}, {one.id for one in declared.topics}
    undeclared: list[tuple[What, str]] = [("source", id) for id in sources if id not in named_sources]
    undeclared += [("topic", id) for id in topics if id not in named_topics]
    return Differences(
        sources=tuple(one for one in declared.sources if one.id not in sources),
        topics=tuple(one for one in declared.topics if one.id not in topics),
        countries=tuple(one for one in declared.countries if one.code not in countries),
        changes=tuple(change for change in changes if change.fields),
        same=sum(not change.fields for change in changes),
        undeclared=tuple(undeclared),
        faults=faults,
    )


def _faults(declared: Iterable[DeclaredSource], kept: Mapping[str, Source]) -> Iterator[str]:
    for one in declared:
        if one.id in kept and (other := _other(one, kept[one.id])):
            yield f"source {one.id} {other}; give the declared one another id, or remove this one first"


def _other(one: DeclaredSource, kept: Source) -> str:
    """Why a declared source is another one than the one that is kept under its id, or ""."""
    if one.where != kept.where:
        return f"is watched at {kept.where} and declared at {one.where}"
    if one.kind not in ("auto", kept.kind):
        return f"is read as {kept.kind} and declared as {one.kind}"
    return ""


def _topic(topic: Topic) -> dict[str, object]:
    parts = {"title": topic.title, "titles": dict(topic.titles)}
    return {**parts, "any": topic.any, "all": topic.all, "none": topic.none}


def _country(country: Country) -> dict[str, object]:
    return {"names": country.names, "places": country.places, "none": country.none}


def _change(what: What, id: str, given: Mapping[str, object], kept: Source | Topic | Country) -> Change:
    fields = []
    for name, value in given.items():
        now = getattr(kept, name)
        now = dict(now) if isinstance(now, Mapping) else now
        if now != value:
            fields.append((name, now, value))
    return Change(what, id, tuple(fields))


# ---- as a file ----


def render(kept: Kept) -> str:
    """The file that declares what is there: `apply` finds nothing to do with it. TOML 1.0."""
    parts = ["# Sources, topics and countries, as `tidings export` wrote them. Put them in force: tidings apply FILE"]
    parts += [_table("source", _source_values(source)) for source in kept.sources]
    parts += [_table("topic", {"id": topic.id, **_topic(topic)}) for topic in kept.topics]
    parts += [_table("country", {"code": country.code, **_country(country)}) for country in kept.countries]
    return "\n\n".join(parts) + "\n"


def _source_values(source: Source) -> dict[str, object]:
    kind = "" if source.kind in ("folder", "mail") else source.kind
    given = {name: getattr(source, name) for name in FIELDS}
    return {"id": source.id, "where": source.where, "kind": kind, **given, "every": words(source.every)}


def _table(name: str, values: Mapping[str, object]) -> str:
    """A table; what is empty is left out."""
    return "\n".join([f"[[{name}]]", *(f"{key} = {_value(value)}" for key, value in values.items() if value)])


def _value(value: object) -> str:
    match value:
        case str():
            return _text(value)
        case bool():
            return str(value).lower()
        case Mapping():
            return "{ " + ", ".join(f"{_text(str(key))} = {_value(one)}" for key, one in value.items()) + " }"
        case Sequence() if len(value) > 3:
            return "[\n" + "".join(f"    {_value(one)},\n" for one in value) + "]"
        case Sequence():
            return "[" + ", ".join(_value(one) for one in value) + "]"
        case _:
            return str(value)


def _text(value: str) -> str:
    """A basic string: JSON's escapes are TOML's, but that TOML wants DEL escaped too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
