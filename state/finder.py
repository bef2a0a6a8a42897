"""Say in one pass which of many groups of phrases can occur in a text at all.

Pure. Used where a text is held against every topic's rule or every country's names
(`feeds.classify`): an Aho-Corasick automaton over one telling word of each phrase
reads the text once, so that a thousand topics cost little more than ten. What it
names may match and is looked at properly; what it leaves out cannot match.
"""

from collections.abc import Sequence

import ahocorasick

from state.phrases import Phrase
from state.words import Words

_EDGE = "\n"  # stands before and after every word of the text as it is read; no word contains it


class Finder:
    """Groups of phrases, prepared for texts of one language (as `state.words.stemming` gives it)."""

    def __init__(self, groups: Sequence[Sequence[Phrase]], language: str) -> None:
        self._always: set[int] = set()
        owners: dict[str, set[int]] = {}
        for number, phrases in enumerate(groups):
            for phrase in phrases:
                anchors = phrase.anchors(language)
                if not anchors:
                    self._always.add(number)
                for anchor in anchors:
                    needle = f"{_EDGE}{anchor.text}{_EDGE}" if anchor.whole else f"{_EDGE}{anchor.text}"
                    owners.setdefault(needle, set()).add(number)
        self._automaton = ahocorasick.Automaton()
        for needle, numbers in owners.items():
            self._automaton.add_word(needle, tuple(numbers))
        self._automaton.make_automaton()

    def candidates(self, fields: Sequence[Words]) -> list[int]:
        """Numbers of the groups of which some phrase may occur in one of the fields, ascending."""
        found = set(self._always)
        if self._automaton.kind != ahocorasick.AHOCORASICK:  # no needles at all
            return sorted(found)
        for words in fields:
            told = _EDGE.join(["", *words.stems(), *words.forms(), ""])
            for _end, numbers in self._automaton.iter(told):
                found.update(numbers)
        return sorted(found)
