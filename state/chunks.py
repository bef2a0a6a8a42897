"""Cut long lists of ids, so that no statement has more variables than a database takes."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
SIZE = 500


def chunks(items: Iterable[T], size: int = SIZE) -> Iterator[list[T]]:
    """Lists of at most `size` items, in order; nothing for nothing."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
