"""Refuse or trim markup that would cost a parser quadratic time, before it is parsed.

Pure, linear. The parsers of HTML compare every attribute of a tag with every other (one tag with
70,000 attributes: 15 seconds) and every open element with every other (200,000 nested tags: minutes).
Called by `feeds.extraction.dom`. What slips through is ended by the limits of the child process.
"""

import re

from feeds.extraction.wordlist import listed

MAX_DEPTH = 20_000
MAX_ATTRIBUTES = 500
_MANY_TAGS = 30_000

_LONG_TAG = re.compile(r"<[A-Za-z][^>]{4000,}")
_ATTRIBUTE = re.compile(r"""[^\s"'>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']+))?""")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
# Elements that need no end tag: counting them as open would take an ordinary sloppy page for a bomb.
_LOOSE = frozenset(
    listed(
        "area base br col embed hr img input link meta param source track wbr p li dt dd tr td th tbody thead "
        "tfoot option optgroup"
        " colgroup rp rt font b i u a center"
    )
)


def trimmed(markup: str) -> str:
    """The markup with at most MAX_ATTRIBUTES attributes in any long tag."""
    return _LONG_TAG.sub(_trim, markup)


def _trim(tag: re.Match[str]) -> str:
    words = []
    for word in _ATTRIBUTE.finditer(tag[0]):
        words.append(word[0])
        if len(words) > MAX_ATTRIBUTES:
            return " ".join(words)
    return tag[0]


def too_deep(markup: str) -> bool:
    """Whether elements are nested deeper than any page is: such markup is not parsed."""
    if markup.count("<") < _MANY_TAGS:
        return False
    depth = 0
    for end, name in _TAG.findall(markup):
        if name.lower() in _LOOSE:
            continue
        depth = max(0, depth - 1) if end else depth + 1
        if depth > MAX_DEPTH:
            return True
    return False
