"""Every word that readers see, by language: one callable for templates and subjects.

A template writes {{ say("Unsubscribe") }} or {{ say.count("%(n)s page", "%(n)s
pages", n) }}. The English text is the key; catalogues in templates/locale give other
languages (templates/catalogue.py), and where one lacks a text the English stands.
"""

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal

from state.filters import Expression, parse_expression
from state.records import Topic
from templates.catalogue import catalogue
from templates.dates import locale

_MONDAY = date(2024, 1, 1)


def text(english: str) -> str:
    """Mark a text that is said elsewhere, so that catalogues have it."""
    return english


_KINDS = {
    "press-release": text("press release"),
    "media-advisory": text("media advisory"),
    "mou": text("memorandum of understanding"),
    "statement": text("statement"),
    "speech": text("speech"),
    "video": text("video"),
    "audio": text("audio"),
    "survey": text("survey"),
    "report": text("report"),
    "brief": text("brief"),
    "working-paper": text("working paper"),
    "publication": text("publication"),
    "newsletter": text("newsletter"),
    "notice": text("notice"),
    "tender": text("tender"),
    "vacancy": text("vacancy"),
    "event": text("event"),
    "decision": text("decision"),
    "interview": text("interview"),
    "article": text("article"),
    "news": text("news"),
}


@dataclass(frozen=True, slots=True)
class Say:
    """Words in one language. language: BCP 47."""

    language: str
    catalogue: gettext.NullTranslations

    def __call__(self, text: str, **values: object) -> str:
        """A text in this language; its %(names)s are filled in."""
        return self.catalogue.gettext(text) % values

    def count(self, one: str, many: str, n: int, **values: object) -> str:
        """The form that fits a number; %(n)s is the number."""
        return self.catalogue.ngettext(one, many, n) % {"n": n, **values}

    @property
    def direction(self) -> str:
        """ "ltr" or "rtl", for the attribute dir."""
        return direction(self.language)


@lru_cache(maxsize=64)
def words(language: str) -> Say:
    """The words of a language, or English where it has no catalogue: then `language` of the result says so."""
    near = locale(language)
    if near.language == "en":
        return Say(language if language.startswith("en") else "en", gettext.NullTranslations())
    found = catalogue(str(near)) or catalogue(near.language)
    return Say(language, found) if found else Say("en", gettext.NullTranslations())


def direction(language: str) -> str:
    """Which way a language is written."""
    return locale(language).text_direction


def topic_title(topic: Topic | None, language: str) -> str:
    """A topic's title in a language, else its own; None is the topic "all"."""
    if topic is None:
        return words(language)("Everything")
    return topic.titles.get(language) or topic.titles.get(language.partition("-")[0]) or topic.title


def expression_title(expression: str, topics: Mapping[str, Topic], language: str) -> str:
    """A topic with its facets in words: "Child labour (Cambodia, report)"."""
    wish = parse_expression(expression)
    title = topic_title(topics.get(wish.topic), language) if wish.topic in topics or wish.topic == "all" else wish.topic
    narrowed = _facets(wish, language)
    return f"{title} ({', '.join(narrowed)})" if narrowed else title


def _facets(wish: Expression, language: str) -> list[str]:
    named: list[str] = []
    where = locale(language)
    for facet, values in wish.facets.items():
        for value in values:
            match facet:
                case "country":
                    named.append(where.territories.get(value, value))
                case "language":
                    named.append(where.languages.get(value, value))
                case _:
                    named.append(kind_name(value, language) if facet == "kind" else value)
    return named


def kind_name(kind: str, language: str = "en") -> str:
    """ "press-release" as people write it in a language; one that we have no word for as it is."""
    named = _KINDS.get(kind)
    return words(language)(named) if named else kind.replace("-", " ")


def how_often(language: str, every: str, *, at: str, weekday: int, monthday: int, timezone: str) -> str:
    """A rhythm in words: "every Monday at 09:00 (Asia/Phnom Penh time)"."""
    say, zone = words(language), timezone.replace("_", " ")
    hour = time.fromisoformat(at).strftime("%H:%M")
    match every:
        case "now":
            return say("as soon as there is something new")
        case "daily":
            return say("once a day at %(hour)s (%(zone)s time)", hour=hour, zone=zone)
        case "weekly":
            day = format_date(_MONDAY + timedelta(days=weekday), "EEEE", locale=locale(say.language))
            return say("once a week, %(day)s at %(hour)s (%(zone)s time)", day=day, hour=hour, zone=zone)
        case _:
            if monthday >= 31:
                return say("once a month, on its last day at %(hour)s (%(zone)s time)", hour=hour, zone=zone)
            return say("once a month, on day %(day)s at %(hour)s (%(zone)s time)", day=monthday, hour=hour, zone=zone)


def size(octets: int, language: str) -> str:
    """A file's size in words: "340 KB", "1.2 MB"."""
    where = locale(language)
    if octets < 1_000_000:
        return f"{format_decimal(max(1, round(octets / 1000)), locale=where)} KB"
    return f"{format_decimal(octets / 1_000_000, format='0.#', locale=where)} MB"
