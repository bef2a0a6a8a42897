"""Topic rules and topic expressions: what is filed where, and what of it a reader asked for.

Pure. A `Rule` is a topic's phrases, compiled (their syntax: `state.phrases`):

    any   one is enough        all   every one is needed too
    none  its matches are blanked before the rest is tested: "european union" under
          none keeps that phrase from counting for "union", not the entry from the topic

An `Expression` is what a subscription or a feed's address names: a topic, narrowed
by facets ("child-labour?country=KH&kind=report"). Its text is canonical, so that
equal wishes are one row.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import parse_qsl, quote

from state.errors import Misuse
from state.phrases import Phrase, compile_phrase
from state.records import Entry, Topic
from state.words import Words

FACETS = ("country", "kind", "language", "source")
_NAME = re.compile(r"[a-z0-9-]+")
_COUNTRY = re.compile(r"[A-Z]{2}")
_VALUE = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled topic. A topic without `any` and `all` matches nothing: it is filled by hand."""

    topic: str
    any: tuple[Phrase, ...]
    all: tuple[Phrase, ...]
    none: tuple[Phrase, ...]

    def match(self, title: str, summary: str, language: str = "en") -> str | None:
        """The phrase of the rule that matched, as the admin wrote it, or None. language: BCP 47, "" for unknown."""
        return self.judge((Words(title, language), Words(summary, language)))

    def judge(self, fields: tuple[Words, ...]) -> str | None:
        """As `match`, over fields that were cut into words already. No phrase reaches over two fields."""
        if not self.any and not self.all:
            return None
        open_fields = tuple(without(words, self.none) for words in fields)
        missing = [phrase for phrase in self.all if not _found(phrase, open_fields)]
        if missing:
            return None
        if not self.any:
            return " + ".join(phrase.written for phrase in self.all)
        return next((phrase.written for phrase in self.any if _found(phrase, open_fields)), None)


def without(words: Words, phrases: tuple[Phrase, ...]) -> Words:
    """The words with every match of the phrases blanked."""
    blank = {at for phrase in phrases for start, end in phrase.spans(words) for at in range(start, end)}
    return words.blanked(blank) if blank else words


def _found(phrase: Phrase, fields: tuple[Words, ...]) -> bool:
    return any(phrase.found(words) for words in fields)


def compile_rule(topic: Topic) -> Rule:
    """Raises Misuse for a phrase that cannot be read; the message names the topic."""
    try:
        return Rule(
            topic.id,
            tuple(compile_phrase(phrase) for phrase in topic.any),
            tuple(compile_phrase(phrase) for phrase in topic.all),
            tuple(compile_phrase(phrase) for phrase in topic.none),
        )
    except Misuse as error:
        raise Misuse(f"topic {topic.id}: {error}") from error


@dataclass(frozen=True, slots=True)
class Expression:
    """A topic id, narrowed by facets: values of one facet are alternatives, facets are all needed.

    Make it with `parse_expression`, which checks and sorts; str() gives the text back.
    """

    topic: str
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __str__(self) -> str:
        pairs = [f"{facet}={quote(value)}" for facet in sorted(self.facets) for value in self.facets[facet]]
        return "?".join([self.topic, "&".join(pairs)]) if pairs else self.topic

    def accepts(self, entry: Entry) -> bool:
        """Whether an entry has the facets asked for. Whether it is filed under the topic is not looked at."""
        return all(_accepts(facet, values, entry) for facet, values in self.facets.items())


def _accepts(facet: str, values: tuple[str, ...], entry: Entry) -> bool:
    match facet:
        case "country":
            return any(value in entry.countries.effective for value in values)
        case "kind":
            return entry.record.kind in values
        case "language":
            language = entry.record.language.lower()
            return any(language == value or language.startswith(f"{value}-") for value in values)
        case _:
            return entry.source in values


@lru_cache(maxsize=2_000)
def parse_expression(text: str) -> Expression:
    """Read "topic" or "topic?facet=value&facet=value,value".

    Countries are ISO 3166 codes in any case. Raises Misuse for another facet,
    for free words, and for what is no topic id.
    """
    name, _, query = text.strip().partition("?")
    if not _NAME.fullmatch(name):
        raise Misuse(
            f"topic {text!r}: {name!r} is no topic id; give small letters, digits and hyphens, "
            "with facets after ?, e.g. child-labour?country=KH; see `tidings topic list`"
        )
    found: dict[str, set[str]] = {}
    for facet, values in parse_qsl(query.replace("+", "%2B"), keep_blank_values=True):
        if facet not in FACETS:
            raise Misuse(
                f"topic {text!r}: {facet!r} is no facet a subscription can have; give {', '.join(FACETS)} "
                "(words belong into a topic: `tidings topic add`)"
            )
        found.setdefault(facet, set()).update(_value(text, facet, value) for value in values.split(","))
    return Expression(name, {facet: tuple(sorted(found[facet])) for facet in sorted(found)})


def _value(text: str, facet: str, value: str) -> str:
    value = value.strip().upper() if facet == "country" else value.strip().lower()
    if not _VALUE.fullmatch(value):
        raise Misuse(f"topic {text!r}: {facet} is {value!r}; give {facet}=VALUE, several with commas between")
    if facet == "country" and not _COUNTRY.fullmatch(value):
        raise Misuse(f"topic {text!r}: country is {value!r}; give an ISO 3166 code of two letters, e.g. KH")
    return value
