"""Which part of a page is its main content, and what the rest is: navigation, footer, sidebar …

Pure. By element, role, and the words in class and id. An element that holds most of the page is never a region,
whatever its class says ("with-sidebar" is on many a body). Used as a hint by the chooser, and for the reasons in
left_out.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import islice

from feeds.extraction import sidelists
from feeds.extraction.dom import TEXT, Node, Sums, Tree

_TAGS: Mapping[str, str] = {
    "nav": "navigation",
    "footer": "footer",
    "aside": "sidebar",
    "form": "form",
    "dialog": "dialog",
    "menu": "navigation",
}
_ROLES: Mapping[str, str] = {
    "navigation": "navigation",
    "menu": "navigation",
    "menubar": "navigation",
    "banner": "header",
    "contentinfo": "footer",
    "complementary": "sidebar",
    "search": "form",
    "dialog": "dialog",
    "tablist": "navigation",
}
_WORDS: tuple[tuple[str, str], ...] = (
    ("pagination", r"pagination|pager|pagenavi|page-?numbers?|paginator|paging"),
    ("breadcrumb", r"bread-?crumbs?"),
    ("newsletter", r"newsletter|subscribe|subscription|signup|sign-up"),
    ("cookies", r"cookies?|consent|gdpr"),
    ("sharing", r"share|sharing|social|addtoany|addthis|sharedaddy"),
    ("comments", r"comments?|respond|disqus"),
    ("footer", r"footer|foot|colophon|copyright|bottom-?bar|site-?info"),
    (
        "navigation",
        r"nav|navbar|navigation|mainnav|topnav|subnav|menu|main-?menu|sub-?menu|topmenu|langs?|languages?|language-?switcher|tabs|toolbar|skip-?links?",
    ),
    ("header", r"masthead|site-?header|top-?bar|page-?header|header|banner|topbar|logo"),
    (
        "sidebar",
        r"side-?bar|aside|widget-?area|widgets?|related|facets?|filters?|tag-?cloud|rail|popular|trending|secondary|right-?col(?:umn)?|left-?col(?:umn)?",
    ),
    ("advertising", r"ads?|advert\w*|sponsor(?:ed|s)?|promo(?:tion)?s?"),
)
_PATTERNS = tuple((region, re.compile(rf"(?:^|[\s_-])(?:{words})(?:$|[\s_-])")) for region, words in _WORDS)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OWN_HEADER = frozenset(("article", "section", "main", "li", "td"))
_LIST_IN_FORM = 3  # links: a form with so many is wrapped around a list
_MANY = 3  # of one name: a page has one header and one footer, items may have their own
_HOLDERS = frozenset(("div", "ul", "ol", "p", "table", "section", "center", "td"))
_DAY = re.compile(r"\d{1,2}[^\d(]+\d{4}|\d{4}[^\d(]+\d{1,2}")  # figures as a date has them, not years with counts
_FIGURES = re.compile(r"\d\d")
_YEAR = re.compile(r"\d{4}")
_SHORT_LINK = 20  # characters of a link of a menu, on the average
_MOSTLY = 0.75  # of a menu's characters are links
_SMALL = 0.3  # of the page's characters: more is no menu
_FEW_ALIKE = 3
_PROSE = 80  # characters
_SHORT = 200  # characters of a pager
MOST = 0.45  # of the page's text: what holds more is no side matter


def of(tree: Tree) -> Sequence[str]:
    """The region of each node, by its order; "" for the main content. Cost: linear."""
    texts = [(node, len(node.text.strip())) for node in tree.nodes if node.tag == TEXT]
    sizes = Sums(tree, ((node.order, size) for node, size in texts))
    linked = Sums(tree, ((node.order, size) for node, size in texts if node.link is not None))
    anchors = _counted(tree, ("a",))
    heads = _counted(tree, ("h1", "main"))
    days = Sums(tree, ((node.order, 1) for node, size in texts if size and _shows_day(node.text)))
    named = Counter(_name(node) for node in tree.nodes if node.tag != TEXT)
    total = sizes.total or 1
    menus = {**_menus(tree, sizes, linked, anchors), **sidelists.of(tree, sizes, anchors)}
    found: list[str] = []
    for node in tree.nodes:
        inherited = found[node.parent.order] if node.parent is not None else ""
        if node.tag == TEXT or inherited:
            found.append(inherited)
            continue
        region = _own(node)
        if region in ("header", "footer") and named[_name(node)] >= _MANY:
            region = ""
        if region and not _fits(region, sizes.of(node), total, linked.of(node), anchors.of(node), heads.of(node)):
            region = ""
        if region == "navigation" and days.of(node) >= _FEW_ALIKE and node.tag not in _TAGS:
            region = ""  # "near-menu": what stands there has dates, as menus do not
        found.append(region or menus.get(node.order, ""))
    return found


def _menus(tree: Tree, sizes: Sums, linked: Sums, anchors: Sums) -> Mapping[int, str]:
    """Elements that are a menu or a footer by what they hold: short links and little else, above the first heading of
    the page or below the last (on a page without headings: its first and last date or prose), whatever they are called.
    """
    headings = [node.order for node in tree.nodes if node.tag in ("h1", "h2", "h3", "h4", "main", "article")]
    headings = headings or [node.order for node in tree.nodes if node.tag == TEXT and _is_matter(node.text)]
    if not headings:
        return {}
    texts = [node for node in tree.nodes if node.tag == TEXT]
    figures = Sums(tree, ((node.order, 1) for node in texts if _FIGURES.search(node.text)))  # what a date has
    plain = Sums(tree, ((node.order, 1) for node in texts if node.link is None and node.text.strip()))
    found: dict[int, str] = {}
    total, end = sizes.total or 1, 0
    for node in tree.nodes:
        if node.order < end or node.tag not in _HOLDERS:
            continue
        links, size = anchors.of(node), sizes.of(node)
        if not links or size >= _SMALL * total or linked.of(node) > _SHORT_LINK * links or figures.of(node):
            continue
        if node.end <= headings[0] and links >= _LIST_IN_FORM and linked.of(node) >= _MOSTLY * size:
            found[node.order], end = "navigation", node.end
        elif node.order > headings[-1] and links > 1 and 2 * linked.of(node) >= size and _is_last(node, plain):
            found[node.order], end = "footer", node.end
    return found


def _is_matter(text: str) -> bool:
    """Whether a text is what menus do not have: prose, or a date."""
    return len(text) >= _PROSE or _shows_day(text)


def _shows_day(text: str) -> bool:
    return len(text) < _SHORT and _YEAR.search(text) is not None and _DAY.search(text) is not None


def _is_last(node: Node, plain: Sums) -> bool:
    """Whether an element ends the page, and is not part of the list that does. plain: texts that are no links."""
    if node.parent is None or plain.total > plain.before(node.end):
        return False
    alike = (child for child in node.parent.children if child.tag == node.tag)
    return len(list(islice(alike, _FEW_ALIKE + 1))) <= _FEW_ALIKE


def _name(node: Node) -> tuple[str, str]:
    return node.tag, node.get("class")


def _fits(region: str, size: int, total: int, linked: int, anchors: int, heads: int) -> bool:
    """Whether an element can be what its name says: a form around a list, or what holds most of the page, cannot."""
    if region == "form" and anchors >= _LIST_IN_FORM:
        return False
    if heads and region not in ("header", "navigation"):
        return False
    if size < MOST * total or (region == "pagination" and size < _SHORT):
        return True
    return region == "navigation" and linked > 0.8 * size


def _counted(tree: Tree, tags: tuple[str, ...]) -> Sums:
    """How many elements of some tags there are."""
    return Sums(tree, ((node.order, 1) for node in tree.nodes if node.tag in tags))


def _own(node: Node) -> str:
    if node.tag in ("html", "body", "main", "article", "a", "li", "tr", "td"):
        return _ROLES.get(node.get("role"), "") if node.tag != "main" else ""
    if node.tag in ("header", "footer"):
        inside = any(above.tag in _OWN_HEADER for above in node.ancestors())
        return "" if inside else node.tag
    if region := _TAGS.get(node.tag) or _ROLES.get(node.get("role"), ""):
        return region
    return _by_names(f"{node.get('class')} {node.get('id')}") if node.attributes else ""


@lru_cache(maxsize=4096)
def _by_names(written: str) -> str:
    names = _CAMEL.sub("-", written).lower()
    if not names.strip() or "elementor" in names:
        return ""
    return next((region for region, words in _PATTERNS if words.search(names)), "")
