"""Take the marks of Markdown and of e-mail off a paragraph of plain text.

Pure. Called by `feeds.extraction.textblocks` and `feeds.extraction.textrows`. A paragraph that begins with a link and
goes on after a dash or a colon is two: the linked title, and what is said of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from feeds.extraction import words
from state.text import clean

Field: TypeAlias = Literal["", "title", "date", "place", "kind", "summary", "link", "other"]

_LINK = re.compile(r"!?\[([^\[\]]{0,500}+)\]\(\s{0,9}+<?([^)\s>]{1,2000}+)>?[^)]{0,200}+\)")
_BARE_LINK = re.compile(r"<?(https?://[^\s<>]+)>?")
_LEAD_ON = re.compile(r"\W*(?:[^\W\d_][^:/]{0,40}:?\s+)?<?(https?://[^\s<>]+?)>?\W*")
_STRONG = re.compile(r"\*\*(.+?)\*\*|__(.+?)__")
_QUOTED = re.compile(r"\s*[“\"«„‘「『>]")
_AFTER_TITLE = re.compile(r"\s*(?:[:–—―|]|\s-\s|(?=[(\[]))\s*")
_BEFORE_TITLE = "*_ "


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph of the document. marked: it begins a list item. level: of a Markdown heading, else 0.
    address: of its link. field: what it is, where the document says so by a label or a column; "other" for a label
    that names none of our fields.
    """

    text: str
    marked: bool = False
    level: int = 0
    address: str = ""
    quoted: bool = False
    field: Field = ""


def lead_on(line: str) -> str:
    """The address of a line that is a link and no more than a few words before it ("Read more: https://…"), or ""."""
    found = _LEAD_ON.fullmatch(line.strip()) if "://" in line else None
    return found[1] if found is not None else ""


def block(run: list[str], marked: bool = False, level: int = 0, field: Field = "") -> Iterator[Block]:
    """The paragraph that some lines are; nothing where they say nothing."""
    joined = clean(" ".join(run))
    link = _LINK.search(joined) or _BARE_LINK.fullmatch(joined)
    address = (link[2] if link.re is _LINK else link[1]) if link is not None else ""
    quoted = _QUOTED.match(joined) is not None
    rest = ""
    if link is not None and link.re is _LINK and not joined[: link.start()].strip(_BEFORE_TITLE):
        joined, rest = _parted(joined, link.end())
    text = plain(joined).lstrip("> ")
    if text:
        yield Block(text, marked, level, address, quoted, field)
    if rest:
        yield Block(plain(rest))


def plain(text: str) -> str:
    """A text without the marks of links and strong words."""
    return clean(_STRONG.sub(lambda m: m[1] or m[2], _LINK.sub(lambda m: m[1], text)))


def _parted(joined: str, end: int) -> tuple[str, str]:
    """What stands to the end of the link, and what follows after a sign that parts the two."""
    while end < len(joined) and joined[end] in "*_":
        end += 1
    sign = _AFTER_TITLE.match(joined, end)
    rest = joined[sign.end() :].strip() if sign is not None else ""
    return (joined[:end], rest) if words.width(rest) >= 6 else (joined, "")
