"""Ways to read a page as a list, each in its own file with the signature `(page) -> Iterator[Candidate]`.

A new shape is a new file and a line in GENERATORS. None decides: `feeds.extraction.chooser` weighs what they propose.
"""

from collections.abc import Callable, Iterator

from feeds.extraction.candidates import Candidate
from feeds.extraction.generators import anchors, flatlines, labels, repeated, structured
from feeds.extraction.page import Page

Generator = Callable[[Page], Iterator[Candidate]]

GENERATORS: tuple[Generator, ...] = (
    repeated.candidates,
    anchors.candidates,
    labels.candidates,
    flatlines.candidates,
    structured.candidates,
)
