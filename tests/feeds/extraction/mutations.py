"""Change a page in ways that change nothing for its readers: what is found on it must stay the same.

Each mutation takes markup and a source of randomness, and returns markup. They work on tags as text, after the page
has been written anew with every end tag in its place (`whole`), so that they can be as blunt as a relaunch of a site.
"""

import random
import re
from collections.abc import Callable, Iterator

from selectolax.lexbor import LexborHTMLParser

Mutation = Callable[[str, random.Random], str]

_TAG = re.compile(r"<!--.*?-->|<(/?)([a-zA-Z][\w:-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>", re.S)
_ATTRIBUTE = re.compile(r"\s+([^\s=>/\"']+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+))?")
_RAW = re.compile(r"(<(script|style|textarea|pre)\b.*?</\2\s*>)", re.S | re.I)
_SEMANTIC = ("section", "article", "main", "header", "footer", "nav", "aside", "figure")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")

Change = Callable[[str, str, str], str]
"""From the slash, the name and the attributes of a tag to what is put in its place."""


def whole(markup: str) -> str:
    """The page as a browser would write it: every element closed, attributes quoted."""
    return LexborHTMLParser(markup).html or ""


def _tags(markup: str, change: Change) -> str:
    """The markup with each tag changed; comments, scripts, styles and preformatted text stay."""

    def one(match: re.Match[str]) -> str:
        return change(match[1], match[2].lower(), match[3]) if match[2] else match[0]

    return "".join(part if at % 3 == 1 else _TAG.sub(one, part) for at, part in _parts(markup))


def _parts(markup: str) -> Iterator[tuple[int, str]]:
    for at, part in enumerate(_RAW.split(markup)):
        if at % 3 != 2:
            yield at, part


def _attributes(attributes: str, keep: Callable[[str, str], bool]) -> str:
    kept = (match[0] for match in _ATTRIBUTE.finditer(attributes) if keep(match[1].lower(), match[2] or ""))
    return "".join(kept)


def without_names(markup: str, chance: random.Random) -> str:
    """No class, id or role anywhere."""
    return _tags(
        markup,
        lambda slash, name, rest: f"<{slash}{name}{_attributes(rest, lambda a, _: a not in ('class', 'id', 'role'))}>",
    )


def shuffled_names(markup: str, chance: random.Random) -> str:
    """Every class name another one, the same for the same; ids likewise. Only the pattern of repetition stays."""
    known: dict[str, str] = {}

    def renamed(attributes: str) -> str:
        def one(match: re.Match[str]) -> str:
            if match[1].lower() not in ("class", "id") or not match[2]:
                return match[0]
            names = [
                known.setdefault(name, "".join(chance.choices("bcdfghjkmpqrstvwxz", k=7)))
                for name in match[2].strip("\"'").split()
            ]
            return f' {match[1]}="{" ".join(names)}"'

        return _ATTRIBUTE.sub(one, attributes)

    return _tags(markup, lambda slash, name, rest: f"<{slash}{name}{renamed(rest)}>")


def shuffled_attributes(markup: str, chance: random.Random) -> str:
    """The attributes of each tag in another order."""

    def change(slash: str, name: str, rest: str) -> str:
        written = [match[0] for match in _ATTRIBUTE.finditer(rest)]
        chance.shuffle(written)
        return f"<{slash}{name}{''.join(written)}>"

    return _tags(markup, change)


def plain_blocks(markup: str, chance: random.Random) -> str:
    """`div` for section, article, main, header, footer, nav, aside, figure."""
    return _tags(markup, lambda slash, name, rest: f"<{slash}{'div' if name in _SEMANTIC else name}{rest}>")


def plain_headings(markup: str, chance: random.Random) -> str:
    """`div` for every heading."""
    return _tags(markup, lambda slash, name, rest: f"<{slash}{'div' if name in _HEADINGS else name}{rest}>")


def soup(markup: str, chance: random.Random) -> str:
    """All of it: no names, no sections, no headings."""
    return plain_headings(plain_blocks(without_names(markup, chance), chance), chance)


def wrapped(markup: str, chance: random.Random) -> str:
    """A `div` more within each list item, cell, article and section, and a `span` within each link."""

    def change(slash: str, name: str, rest: str) -> str:
        inner = "div" if name in ("li", "td", "article", "section", "dd") else "span" if name == "a" else ""
        if not inner:
            return f"<{slash}{name}{rest}>"
        return f"</{inner}></{name}>" if slash else f"<{name}{rest}><{inner}>"

    return _tags(markup, change)


def upper_case(markup: str, chance: random.Random) -> str:
    """Tags in capitals."""
    return _tags(markup, lambda slash, name, rest: f"<{slash}{name.upper()}{rest}>")


def minified(markup: str, chance: random.Random) -> str:
    """No white space between tags, no line breaks."""
    parts = (
        part if at % 3 == 1 else re.sub(r"\s+", " ", re.sub(r">\s*\n\s*<", "><", part)) for at, part in _parts(markup)
    )
    return "".join(parts)


def spread_out(markup: str, chance: random.Random) -> str:
    """Each block on a line of its own, with indentation."""
    blocks = ("div", "li", "ul", "ol", "tr", "td", "table", "p", "section", "article", "dd", "dt")
    return _tags(
        markup,
        lambda slash, name, rest: (
            f"\n   <{slash}{name}{rest}>\n   " if name in blocks and not slash else f"<{slash}{name}{rest}>"
        ),
    )


_RELATED = (
    "<div><h4>You may also like</h4><ul>"
    "<li><a href='/picks/tide-tables'>How to read a table of tides without a teacher</a></li>"
    "<li><a href='/picks/knots'>Seven knots that every passenger should know</a></li>"
    "<li><a href='/picks/soup'>The soup of the winter ferry and its recipe</a></li></ul></div>"
)
_MAP = (
    "<div><div><b>The house</b><ul><li><a href='/house/board'>Board and statutes</a></li><li><a href='/house/jobs'>"
    "Work with us</a></li><li><a href='/house/rooms'>Rooms for hire</a></li></ul></div><div><b>Service</b><ul><li>"
    "<a href='/service/forms'>Forms and fees</a></li><li><a href='/service/lost'>Lost and found</a></li><li>"
    "<a href='/service/map'>How to find us</a></li></ul></div></div>"
)
_ADVERTISEMENT = "<div><a href='https://shop.example/?c=7'><img src='/b.gif' alt=''></a> Advertisement</div>"


def other_lists(markup: str, chance: random.Random) -> str:
    """Links to other articles and a map of the site below everything else, unnamed."""
    at = markup.lower().rfind("</body>")
    return markup if at < 0 else markup[:at] + _RELATED + _MAP + markup[at:]


def advertised(markup: str, chance: random.Random) -> str:
    """An advertisement after about every fourth paragraph, article or section that stands in a block."""
    count = 0

    def change(slash: str, name: str, rest: str) -> str:
        nonlocal count
        if slash and name in ("article", "section", "div"):
            count += 1
            if count % 12 == 0:
                return f"</{name}>{_ADVERTISEMENT}"
        return f"<{slash}{name}{rest}>"

    return _tags(markup, change)


def credited(markup: str, chance: random.Random) -> str:
    """A credit before each smaller heading, as photographs have it."""
    credit = "<div>Photo: Ann Weir</div>"
    return _tags(
        markup,
        lambda slash, name, rest: (
            f"{credit}<{name}{rest}>" if name in ("h3", "h4", "h5") and not slash else f"<{slash}{name}{rest}>"
        ),
    )


MUTATIONS: tuple[Mutation, ...] = (
    shuffled_attributes,
    shuffled_names,
    without_names,
    plain_blocks,
    plain_headings,
    soup,
    wrapped,
    upper_case,
    minified,
    spread_out,
    other_lists,
    advertised,
    credited,
)
