"""Cut a text into words that can be compared: by stem, by spelling, by prefix, exactly.

Pure. Used by `state.phrases`. Hyphens, slashes, spaces and apostrophes all end a
word, and an English genitive 's belongs to none, so that "Workers' and women's",
with either kind of apostrophe, is "workers and women". Scripts that are written
without spaces between words (Khmer, Thai, Lao, Burmese, Chinese, Japanese) give one
"word" per character: a phrase of such words in order is a substring of the text.
"""

import re
import threading
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any

import snowballstemmer

from state.text import clean

# Without the punctuation that lies in the same blocks.
_UNSPACED = (
    "\u0e01-\u0e3e\u0e40-\u0e4e\u0e50-\u0e59"  # Thai
    "\u0e80-\u0eff"  # Lao
    "\u1000-\u1049\u1050-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f"  # Burmese
    "\u1780-\u17d3\u17d7\u17dc\u17dd\u17e0-\u17f9"  # Khmer
    "\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u31f0-\u31ff"  # Japanese
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Chinese
)
# Python's \w leaves out the combining marks that Indic, Arabic and Hebrew words are written with.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u0711\u0730-\u074a\u0900-\u0963\u0971-\u0df3\u0f18-\u0f3f\u0f71-\u0fbc"
)
_WORD = re.compile(f"[{_UNSPACED}]|(?:(?![{_UNSPACED}])(?:[^\\W_]|[{_MARKS}]))+")
_PATTERN = re.compile(f"[{_UNSPACED}]|(?:(?![{_UNSPACED}])(?:[^\\W_]|[{_MARKS}*?]))+")
_UNSPACED_WORD = re.compile(f"[{_UNSPACED}]")
_JOINERS = re.compile("[\u200c\u200d]")
_APOSTROPHES = re.compile("[\u2018\u2019\u02bc\u02b9\u00b4`\uff07]")
_GENITIVE = re.compile(r"'s(?!\w)", re.IGNORECASE)

LONGEST = 100  # letters of a word that are looked at
WORD = 4  # the length of a word; a character of an unspaced script is a quarter of one
_STEM_CACHE = 100_000
_stemmers_lock = threading.Lock()  # a stemmer keeps the word it works on in itself

_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish",
    "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian",
    "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pl": "polish",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish", "yi": "yiddish",
}  # fmt: skip

# British spelling to American, so that both are one word. It may change a word that has no such
# variant ("promise"): both sides of a comparison go the same way, and patterns are tried unchanged too.
_VARIANTS = (
    (re.compile("programme"), "program"),
    (re.compile("(lab|behavi|col|fav|harb|hon|neighb|rum|hum|endeav|vap|vig|arm|flav|od|tum|val|sav)our"), r"\1or"),
    (re.compile("(cent|fib|theat|lit|kilomet)re(s?)$"), r"\1er\2"),
    (re.compile("(defen|offen|licen|preten)ce"), r"\1se"),
    (re.compile("(trave|labe|counse|mode|cance|signa|channe)ll(?=ed|ing|er|or)"), r"\1l"),
    (re.compile("(enrol|fulfil)(?!l)"), r"\1l"),
    (re.compile("(skil|wil)ful"), r"\1lful"),
    (re.compile("^ageing"), "aging"),
    (re.compile("(?<=[a-z]{2})is(?=e$|e[dsr]$|ers$|ing$|ations?$|ational$)"), "iz"),
    (re.compile("(?<=al)ys(?=e$|e[dsr]$|ing$)"), "yz"),
)


def cut(text: str) -> list[str]:
    """The words of a text as they are written, in order."""
    return [word[:LONGEST] for word in _WORD.findall(_prepared(text))]


def cut_pattern(text: str) -> list[str]:
    """As `cut`, but * and ? stay in the words."""
    return _PATTERN.findall(_prepared(text))


def unspaced(word: str) -> bool:
    """Whether a word is a character of a script that is written without spaces."""
    return _UNSPACED_WORD.match(word) is not None


def _prepared(text: str) -> str:
    if text.isascii():
        plain = clean(text)
        return _GENITIVE.sub(" ", plain) if "'" in plain else plain
    plain = unicodedata.normalize("NFKC", _JOINERS.sub("", clean(text)))
    return _GENITIVE.sub(" ", _APOSTROPHES.sub("'", plain))


@lru_cache(_STEM_CACHE)
def spelling(word: str, language: str) -> str:
    """A word without case, and in English in its American spelling."""
    folded = word.casefold()
    if language == "en":
        for variant, american in _VARIANTS:
            folded = variant.sub(american, folded)
    return folded


@lru_cache(_STEM_CACHE)
def stem(word: str, language: str) -> str:
    """What the inflected forms of a word have in common. language: as `stemming` gives it."""
    plain = spelling(word, language)
    if unspaced(plain):
        return plain
    with _stemmers_lock:
        stemmed: str = _stemmer(language).stemWord(plain)
    return stemmed


@lru_cache(len(_STEMMERS) + 1)
def _stemmer(language: str) -> Any:
    return snowballstemmer.stemmer(_STEMMERS[language])


def primary(language: str) -> str:
    """The language of a BCP 47 tag without region or script; English for ""."""
    return language.replace("_", "-").partition("-")[0].lower() or "en"


def stemming(language: str) -> str:
    """The language whose rules a text's words are stemmed by: its own, else English.

    Pages in languages without a stemmer carry English titles often enough, and English
    rules leave words of other scripts as they are.
    """
    own = primary(language)
    return own if own in _STEMMERS else "en"


class Words:
    """The words of one text, found by stem, by prefix, or as they are written.

    Positions are indexes into `written`; at, ends: where each word begins and ends, in
    quarters of a word. Blanked positions are found no more.
    """

    def __init__(self, text: str, language: str) -> None:
        self.language = stemming(language)
        self.written = cut(text)
        self._text = text
        self._distinct = frozenset(self.written)
        self._blank: set[int] = set()

    # What most texts are never asked for, because none of their words is looked for.

    @cached_property
    def ends(self) -> list[int]:
        return list(accumulate(1 if not word.isascii() and unspaced(word) else WORD for word in self.written))

    @cached_property
    def at(self) -> list[int]:
        return [0, *self.ends[:-1]]

    @cached_property
    def lower(self) -> bool:
        """Whether the text has no capitals."""
        return self._text == self._text.lower() if self._text.isascii() else not any(map(str.isupper, self._text))

    @cached_property
    def _by_written(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for position, word in enumerate(self.written):
            found.setdefault(word, []).append(position)
        return found

    @cached_property
    def _by_stem(self) -> dict[str, list[int]]:
        return self._index(lambda word: (stem(word, self.language),))

    @cached_property
    def _by_form(self) -> dict[str, list[int]]:
        """Positions by caseless form, in both spellings."""
        return self._index(lambda word: {word.casefold(), spelling(word, self.language)})

    @cached_property
    def _forms(self) -> list[str]:
        return sorted(self._by_form)

    def _index(self, keys: Callable[[str], Iterable[str]]) -> dict[str, list[int]]:
        """Positions, ascending, by what `keys` says of each distinct word."""
        index: dict[str, list[int]] = {}
        for word, places in self._by_written.items():
            for key in keys(word):
                index[key] = sorted(index[key] + places) if key in index else places
        return index

    def stems(self) -> Iterable[str]:
        """The distinct stems of the text."""
        return {stem(word, self.language) for word in self._distinct}

    def forms(self) -> Iterable[str]:
        """The distinct words without case, in both spellings."""
        caseless = {word.casefold() for word in self._distinct}
        return caseless.union(spelling(word, self.language) for word in self._distinct)

    def with_stem(self, stemmed: str) -> list[int]:
        return self._open(self._by_stem.get(stemmed, []))

    def exactly(self, word: str) -> list[int]:
        return self._open(self._by_written.get(word, []))

    def like(self, pattern: re.Pattern[str], start: str, *, cased: bool = False) -> list[int]:
        """Where a word matches a pattern whole. start: the letters that it begins with, which narrow the search."""
        if cased:
            found = [at for word, places in self._by_written.items() if pattern.fullmatch(word) for at in places]
            return self._open(sorted(found))
        matching: set[int] = set()
        for form in self._forms[bisect_left(self._forms, start) :]:
            if not form.startswith(start):
                break
            if pattern.fullmatch(form):
                matching.update(self._by_form[form])
        return self._open(sorted(matching))

    def _open(self, positions: list[int]) -> list[int]:
        return [at for at in positions if at not in self._blank] if self._blank else positions

    def blanked(self, positions: Iterable[int]) -> "Words":
        """The same text in which these positions are found no more. Self is not changed."""
        other = object.__new__(Words)
        other.__dict__.update(self.__dict__)
        other._blank = self._blank | set(positions)
        return other
