"""A date that is set in several elements, one beside the other: "17", "февраля", "2016", or "14" over "2025-03".

Pure. Used for the lines of a page and for the pieces of a line, by the chooser and by `feeds.extraction.parts`.
"""

from collections.abc import Sequence

from feeds.extraction.datevalues import Found
from feeds.extraction.page import Page

LONGEST = 12  # characters of one part of such a date
_MOST = 3  # parts


def leading(page: Page, texts: Sequence[str]) -> tuple[Found, int] | None:
    """The date that the first texts make together, and how many they are; None where one of them is a date itself."""
    for count in range(min(_MOST, len(texts)), 1, -1):
        parts = texts[:count]
        if any(len(text) > LONGEST for text in parts) or not any(sign.isdigit() for sign in parts[0] + parts[1]):
            continue
        if any((one := page.whole(text)) is not None and one.day and one.year for text in parts):
            continue
        found = page.whole(" ".join(parts))
        if found is not None and found.day is not None:
            return found, count
    return None


def within(page: Page, texts: Sequence[str]) -> tuple[Found, int, int] | None:
    """The first such date anywhere among texts: the date, the place of its first part, and how many parts it has."""
    for place in range(len(texts) - 1):
        if (found := leading(page, texts[place:])) is not None:
            return found[0], place, found[1]
    return None
