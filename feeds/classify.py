"""Decide under which topics a record is filed, and which countries it speaks of.

Pure. Called by `feeds.poll` for what is new or revised, and by `tidings topic try`.
A record may come under many topics or none. Countries are kept apart by where
they come from, because a dateline says where a release was written, not what it
is about: it is kept, and files nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from feeds.territories import territories
from state.filters import Rule, compile_rule
from state.finder import Finder
from state.phrases import Phrase, Span, compile_phrase
from state.records import Countries, Country, Record, Topic
from state.words import Words, primary, stemming

Fields: TypeAlias = tuple[Words, Words]  # of a record's title and summary


class Rulebook:
    """Topics, prepared to file many records under them. Closed topics are passed over.

    Cost: a rule is looked at only where one of its words stands in the record, so that a thousand topics
    cost little more than ten.
    """

    def __init__(self, topics: Sequence[Topic]) -> None:
        self._sources = tuple(_Source(one.id, one.any, one.all, one.none) for one in topics if not one.closed_at)
        self._prepared: dict[str, tuple[tuple[Rule, ...], Finder]] = {}  # by language of stemming: a handful

    def file(self, record: Record, fields: Fields | None = None) -> tuple[tuple[str, str], ...]:
        """The ids of the topics whose rules match title or summary, each with the phrase that did, in their order.

        fields: the record's words, where they are cut already. Raises Misuse for a phrase that cannot be read.
        """
        if not self._sources:
            return ()
        language = stemming(record.language)
        if language not in self._prepared:
            self._prepared[language] = _rules(self._sources, language)
        rules, finder = self._prepared[language]
        fields = fields or fields_of(record)
        filed = ((rules[number].topic, rules[number].judge(fields)) for number in finder.candidates(fields))
        return tuple((topic_id, why) for topic_id, why in filed if why is not None)


def file_under(record: Record, topics: Sequence[Topic]) -> tuple[tuple[str, str], ...]:
    """The same for one record (`Rulebook.file`)."""
    return Rulebook(topics).file(record)


class Atlas:
    """Names of countries, prepared to look for them in many records.

    vocabulary: names, places and look-alikes; where it is empty, the names that CLDR
        has for all territories in the record's language and in English.
    """

    def __init__(self, vocabulary: Sequence[Country]) -> None:
        self._vocabulary = tuple(vocabulary)
        self._prepared: dict[str, _Gazetteer] = {}  # by primary language: a handful

    def countries(self, record: Record, page_country: str, fields: Fields | None = None) -> Countries:
        """The countries of a record, each kind in the order of first mention.

        page_country: ISO 3166 code of the whole page, or "". fields: the record's words, where they are cut already.
        """
        language = primary(record.language)
        if language not in self._prepared:
            self._prepared[language] = _gazetteer(self._vocabulary, language)
        names = self._prepared[language]
        text = [code for words in fields or fields_of(record) for code in _mentioned(words, names)]
        dateline = _mentioned(Words(record.place, language), names) if record.place else []
        page = (page_country.upper(),) if page_country else ()
        return Countries(text=_once(text), page=page, dateline=_once(dateline))


def fields_of(record: Record) -> Fields:
    """The words of title and summary."""
    return Words(record.title, record.language), Words(record.summary, record.language)


# ---- rules, compiled once ----


@dataclass(frozen=True, slots=True)
class _Source:
    """What of a topic its rule depends on; hashable, which a topic with its titles is not."""

    id: str
    any: tuple[str, ...]
    all: tuple[str, ...]
    none: tuple[str, ...]


@lru_cache(16)
def _rules(sources: tuple[_Source, ...], language: str) -> tuple[tuple[Rule, ...], Finder]:
    rules = tuple(_compiled(source) for source in sources)
    return rules, Finder([rule.any or rule.all for rule in rules], language)


@lru_cache(10_000)
def _compiled(source: _Source) -> Rule:
    return compile_rule(Topic(source.id, source.id, source.any, source.all, source.none))


# ---- names of countries in a text ----


@dataclass(frozen=True, slots=True)
class _Names:
    """How one country may be named, compiled; none: look-alikes that are another thing."""

    code: str
    names: tuple[Phrase, ...]
    none: tuple[Phrase, ...]


_Gazetteer: TypeAlias = tuple[tuple[_Names, ...], Finder]


@lru_cache(16)
def _gazetteer(vocabulary: tuple[Country, ...], language: str) -> _Gazetteer:
    countries = tuple(_compiled_names(country) for country in vocabulary or territories(language))
    return countries, Finder([country.names for country in countries], stemming(language))


def _compiled_names(country: Country) -> _Names:
    names = tuple(compile_phrase(name) for name in (*country.names, *country.places))
    return _Names(country.code, names, tuple(compile_phrase(name) for name in country.none))


def _mentioned(words: Words, names: _Gazetteer) -> list[str]:
    """Codes by place in the text. Of two names that overlap the longer one counts: Papua New Guinea is not Guinea."""
    countries, finder = names
    named = [countries[number] for number in finder.candidates([words])]
    found = [(span, country.code) for country in named for span in _spans(country, words)]
    return [code for span, code in sorted(found) if not any(_hides(other, span) for other, _code in found)]


def _spans(country: _Names, words: Words) -> list[Span]:
    named = [span for phrase in country.names for span in phrase.spans(words) if _written_as_name(phrase, span, words)]
    alike = [span for phrase in country.none for span in phrase.spans(words)] if named else []
    return [span for span in named if not any(_overlap(span, other) for other in alike)]


def _written_as_name(phrase: Phrase, span: Span, words: Words) -> bool:
    """A name with a capital must have one in the text ("china" is a cup), unless the text has none at all."""
    return words.lower or not phrase.capital or not words.written[span[0]][0].islower()


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _hides(longer: Span, span: Span) -> bool:
    return _overlap(longer, span) and longer[1] - longer[0] > span[1] - span[0]


def _once(codes: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))
