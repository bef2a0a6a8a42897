"""Which entries a feed narrowed by its query holds: ?topic=…&country=KH&kind=report&language=km&q=words.

Pure. Parsed by `web.feeds` from a query, applied by `feeds.publish`. Any value
of one facet is enough, all facets must fit, every word must be found in title
or summary. A country counts when it is named in the text, else the page's own;
a dateline alone counts for nothing (DESIGN, "Feed order").
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from state.errors import Misuse
from state.records import Countries, Record
from state.text import clean, folded

FACETS = ("topic", "country", "kind", "language", "q")
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_MOST = 20  # values in one query
_LONGEST = 100  # characters of one value


@dataclass(frozen=True, slots=True)
class Narrowing:
    """topics: () = "all". countries: ISO 3166, upper case. words: folded. Every facet: () = whatever."""

    topics: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def query(self) -> dict[str, tuple[str, ...]]:
        """The same query in one order, so that equal feeds have equal addresses."""
        named = zip(FACETS, (self.topics, self.countries, self.kinds, self.languages), strict=False)
        told = {facet: values for facet, values in named if values}
        return told | ({"q": (" ".join(self.words),)} if self.words else {})


def parse(query: Iterable[tuple[str, str]]) -> Narrowing:
    """Read (facet, value) pairs as a URL gives them. Raises Misuse for an unknown facet or too many values."""
    values: dict[str, list[str]] = {facet: [] for facet in FACETS}
    for number, (facet, value) in enumerate(query):
        if facet not in values:
            raise Misuse(f"a feed cannot be narrowed by {clean(facet)[:40]!r}; use {', '.join(FACETS)}")
        if number >= _MOST or len(value) > _LONGEST:
            raise Misuse(f"a feed is narrowed by at most {_MOST} values of {_LONGEST} characters; ask for less")
        if clean(value):
            values[facet].append(clean(value))
    for country in values["country"]:
        if not _COUNTRY.fullmatch(country):
            raise Misuse(f"{country[:40]!r} is no country; use its ISO 3166 code of two letters, like KH")
    return Narrowing(
        topics=_sorted(values["topic"]),
        countries=_sorted(country.upper() for country in values["country"]),
        kinds=_sorted(kind.lower() for kind in values["kind"]),
        languages=_sorted(language.lower() for language in values["language"]),
        words=tuple(dict.fromkeys(word for words in values["q"] for word in folded(words).split())),
    )


def fits(by: Narrowing, countries: Countries, record: Record) -> bool:
    """Whether an entry belongs, as far as countries and words go; the rest the store has looked at."""
    if by.countries and not set(by.countries) & set(countries.effective):
        return False
    told = folded(f"{record.title or record.display_title} {record.summary}") if by.words else ""
    return all(word in told for word in by.words)


def title(by: Narrowing, topics: Mapping[str, str]) -> str:
    """The narrowing in words, for a feed's title. topics: id -> title."""
    parts = [" + ".join(topics.get(topic, topic) for topic in by.topics)] if by.topics else []
    parts += [", ".join(values) for values in (by.countries, by.kinds, by.languages) if values]
    parts += [f"“{' '.join(by.words)}”"] if by.words else []
    return " · ".join(parts)


def _sorted(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(values)))
