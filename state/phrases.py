"""Find a phrase, as an admin writes it, in a text.

Pure. Used by topic rules (`state.filters`) and country names (`feeds.classify`).

    child labour      these words in order, in any inflection and case; hyphen, slash and space are the same
    labour*           words that begin so
    wom?n             ? is one letter
    child ~3 service  both, in any order, with at most three words between them
    =WISH             exactly so, case included

English and American spelling are one. Stems are those of the text's language: a
phrase in another language still matches the words as they are written.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from state.errors import Misuse
from state.words import WORD, Words, cut_pattern, spelling, stem, unspaced

FARTHEST = 50  # words; a phrase that looks farther means a second phrase under `all`
STARS = 2  # of one word; more would let a pattern match slowly
_NEAR = re.compile(r"\s+~\s*(\d+)\s+")
_LONE_NEAR = re.compile(r"(?:^|\s)~")  # with nothing on one side, or no number

Span = tuple[int, int]  # positions of the first word and after the last


@dataclass(frozen=True, slots=True)
class Anchor:
    """A stem (whole), or the letters that a form of a word begins with."""

    text: str
    whole: bool


@dataclass(frozen=True, slots=True)
class _Word:
    """One word of a phrase. pattern, start: set for one with wildcards; start: its letters before the first."""

    text: str
    exact: bool
    patterns: tuple[tuple[re.Pattern[str], str], ...] = ()

    def anchors(self, language: str) -> tuple[Anchor, ...]:
        """One of these is in every text that has this word; empty where that cannot be said."""
        if not self.patterns:
            return (Anchor(stem(self.text, language), whole=True),)
        starts = [start.casefold() for _pattern, start in self.patterns]
        return tuple(Anchor(start, whole=False) for start in starts) if all(starts) else ()

    def places(self, words: Words) -> list[int]:
        if self.patterns:
            found = [words.like(pattern, start, cased=self.exact) for pattern, start in self.patterns]
            return found[0] if len(found) == 1 else sorted({at for places in found for at in places})
        if self.exact:
            return words.exactly(self.text)
        return words.with_stem(stem(self.text, words.language))


@dataclass(frozen=True, slots=True)
class Phrase:
    """A compiled phrase. parts: runs of words; gaps: how many words may lie between each and the one before."""

    written: str
    parts: tuple[tuple[_Word, ...], ...]
    gaps: tuple[int, ...]

    @property
    def capital(self) -> bool:
        """Whether it is written with a capital, as names are."""
        return self.parts[0][0].text[:1].isupper()

    def anchors(self, language: str) -> tuple[Anchor, ...]:
        """Of which one must stand in a text of this language for the phrase to match; none: wildcards leave it open."""
        choices = [word.anchors(language) for part in self.parts for word in part]
        return max(choices, key=lambda anchors: min((len(anchor.text) for anchor in anchors), default=0))

    def found(self, words: Words) -> bool:
        return next(self.spans(words), None) is not None

    def spans(self, words: Words) -> Iterator[Span]:
        """Where it stands in a text, each from its first to after its last word; matches that share a part are one."""
        runs = _runs(self.parts[0], words)
        chains = {run: run for run in runs}  # the last part's place -> from the first to the last place of all parts
        for part, gap in zip(self.parts[1:], self.gaps, strict=True):
            following: dict[Span, Span] = {}
            runs = _runs(part, words)
            for last, whole in chains.items():
                for run in _near(last, runs, gap * WORD, words):
                    known = following.get(run, run)
                    following[run] = min(whole[0], known[0]), max(whole[1], known[1])
            chains = following
        yield from sorted(set(chains.values()))


def _runs(part: tuple[_Word, ...], words: Words) -> list[Span]:
    """Where the words of a part follow each other."""
    starts = part[0].places(words)
    for offset, word in enumerate(part[1:], start=1):
        if not starts:
            return []
        after = set(word.places(words))
        starts = [start for start in starts if start + offset in after]
    return [(start, start + len(part)) for start in starts]


def _near(span: Span, runs: list[Span], farthest: int, words: Words) -> Iterator[Span]:
    """Those of the sorted runs that lie beside a span, at most so far (in quarters of a word) apart."""
    length = runs[0][1] - runs[0][0] if runs else 0
    for run in runs[bisect_left(runs, (span[0] - farthest - length, 0)) :]:
        if run[0] - span[1] > farthest:
            return
        first, second = sorted((span, run))
        if first[1] <= second[0] and words.at[second[0]] - words.ends[first[1] - 1] <= farthest:
            yield run


def compile_phrase(written: str) -> Phrase:
    """Read a phrase. Raises Misuse for one that has no words, or asks for too wide a distance."""
    text = written.strip()
    exact = text.startswith("=")
    pieces = _NEAR.split(text.removeprefix("="))
    parts = tuple(tuple(_words(piece, exact)) for piece in pieces[::2])
    gaps = tuple(int(number) for number in pieces[1::2])
    if not all(parts):
        raise Misuse(f"phrase {written!r} has no word to look for; write words, e.g. child labour* or =WISH")
    if any(_LONE_NEAR.search(piece) for piece in pieces[::2]):
        raise Misuse(f"phrase {written!r}: ~ stands between words, with how many may lie between: child ~3 work*")
    if any(gap > FARTHEST for gap in gaps):
        raise Misuse(f"phrase {written!r}: the distance after ~ is a number of words, at most {FARTHEST}")
    return Phrase(text, parts, gaps)


def _words(piece: str, exact: bool) -> Iterator[_Word]:
    before_is_unspaced = False
    for text in cut_pattern(piece):
        if before_is_unspaced and not text.strip("*"):
            continue  # "word*" in a script without spaces: what follows is left open anyway
        before_is_unspaced = unspaced(text)
        if not text.strip("*?"):
            raise Misuse(f"phrase {piece.strip()!r}: {text!r} stands for any word; give at least one letter")
        if text.count("*") > STARS:
            raise Misuse(f"phrase {piece.strip()!r}: {text!r} has more than {STARS} stars; write more letters")
        yield _Word(text, exact, _patterns(text, exact))


def _patterns(text: str, exact: bool) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The wildcards of a word as regular expressions, in each English spelling, with their first letters."""
    if not re.search(r"[*?]", text):
        return ()
    spellings = {text} if exact else {text.casefold(), _american(text)}
    return tuple((_regex(form), re.split(r"[*?]", form)[0]) for form in sorted(spellings))


def _american(text: str) -> str:
    """The American spelling of the letters between wildcards: labour* is labor*, organis* is organiz*."""
    american = "".join(piece if piece in "*?" else spelling(piece, "en") for piece in re.split(r"([*?])", text))
    return re.sub(r"(?<=[iy])s(?=\*$)", "z", american)


def _regex(form: str) -> re.Pattern[str]:
    pieces = re.split(r"(\*+|\?)", form)
    return re.compile(
        "".join(".*" if p.startswith("*") else "." if p == "?" else re.escape(p) for p in pieces), re.DOTALL
    )
