"""What is told of how a page was read: the ways that were weighed, why one was taken. Values only.

Made in the child process (`feeds.extraction.explain`), carried by its answer (`feeds.children`), shown by
`tidings extract --explain`.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weighed:
    """One way to read a page as a list.

    terms: what each term adds to the score, by name. entries: how many it gives; sample: the first titles.
    selector: what the override "item" says for it, or "". likely: whether it could be a list of entries at all.
    alike: how many other ways were proposed that give nearly the same items.
    """

    method: str
    score: float
    terms: Mapping[str, float]
    entries: int
    sample: tuple[str, ...]
    selector: str
    likely: bool
    taken: bool
    alike: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """why: a sentence. weighed: how many ways there were; ways: the best of them that differ, best first, and the one
    that was taken. words: what each term of a score means, by name. outline: the page with its entries marked, HTML.
    """

    why: str
    weighed: int
    ways: tuple[Weighed, ...]
    words: Mapping[str, str]
    outline: str
