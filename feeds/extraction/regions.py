"""Which part of a page is its main content, and what the rest is: navigation, footer, sidebar …

Pure. By element, role, and the words in class and id. An element that holds most of the page is never a region,
whatever its class says ("with-sidebar" is on many a body). Used as a hint by the chooser, and for the reasons in
left_out.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from feeds.extraction import sidelists
from feeds.extraction.dom import TEXT, Node, Tree

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
_SHORT_LINK = 20  # characters of a link of a menu, on the average
_MOSTLY = 0.75  # of a menu's characters are links
_SMALL = 0.3  # of the page's characters: more is no menu
_FEW_ALIKE = 3
_PROSE = 80  # characters
_SHORT = 200  # characters of a pager
MOST = 0.45  # of the page's text: what holds more is no side matter


def of(tree: Tree) -> Sequence[str]:
    """The region of each node, by its order; "" for the main content. Cost: linear."""
    sizes, linked = _sums(tree, lambda node: True), _sums(tree, lambda node: node.link is not None)
    anchors = _counted(tree, ("a",))
    heads = _counted(tree, ("h1", "main"))
    named = Counter(_name(node) for node in tree.nodes if node.tag != TEXT)
    total = sizes[0] or 1
    menus = {**_menus(tree, sizes, linked, anchors), **sidelists.of(tree, sizes, anchors)}
    days = _summed(tree, lambda node: node.tag == TEXT and len(node.text) < 200 and bool(_DAY.search(node.text)))
    found: list[str] = []
    for node in tree.nodes:
        inherited = found[node.parent.order] if node.parent is not None else ""
        if node.tag == TEXT or inherited:
            found.append(inherited)
            continue
        region = _own(node)
        if region in ("header", "footer") and named[_name(node)] >= _MANY:
            region = ""
        if region and not _fits(
            region, sizes[node.order], total, linked[node.order], anchors[node.order], heads[node.order]
        ):
            region = ""
        if region == "navigation" and days[node.order] >= _FEW_ALIKE and node.tag not in _TAGS:
            region = ""  # "near-menu": what stands there has dates, as menus do not
        found.append(region or menus.get(node.order, ""))
    return found


def _menus(tree: Tree, sizes: Sequence[int], linked: Sequence[int], anchors: Sequence[int]) -> Mapping[int, str]:
    """Elements that are a menu or a footer by what they hold: short links and little else, above the first heading of
    the page or below the last (on a page without headings: its first and last date or prose), whatever they are called.
    """
    headings = [node.order for node in tree.nodes if node.tag in ("h1", "h2", "h3", "h4", "main", "article")]
    headings = headings or [node.order for node in tree.nodes if node.tag == TEXT and _is_matter(node.text)]
    if not headings:
        return {}
    found: dict[int, str] = {}
    total, end = sizes[0] or 1, 0
    for node in tree.nodes:
        if node.order < end or node.tag not in _HOLDERS or sizes[node.order] >= _SMALL * total:
            continue
        links, size = anchors[node.order], sizes[node.order]
        if not links or linked[node.order] > _SHORT_LINK * links or _has_figures(tree, node):
            continue
        if node.end <= headings[0] and links >= _LIST_IN_FORM and linked[node.order] >= _MOSTLY * size:
            found[node.order], end = "navigation", node.end
        elif node.order > headings[-1] and links > 1 and 2 * linked[node.order] >= size and _is_last(tree, node):
            found[node.order], end = "footer", node.end
    return found


def _is_matter(text: str) -> bool:
    """Whether a text is what menus do not have: prose, or a date."""
    return len(text) >= _PROSE or (len(text) < _SHORT and _DAY.search(text) is not None)


def _has_figures(tree: Tree, node: Node) -> bool:
    """Whether a text could be a date: it has two figures in a row."""
    return any(_FIGURES.search(part.text) for part in tree.within(node) if part.tag == TEXT)


def _is_last(tree: Tree, node: Node) -> bool:
    """Whether an element ends the page, and is not part of the list that does."""
    after = tree.nodes[node.end :]
    if any(part.tag == TEXT and part.text.strip() and part.link is None for part in after):
        return False
    around = node.parent
    return around is not None and sum(child.tag == node.tag for child in around.children) <= _FEW_ALIKE


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


def _sums(tree: Tree, counts: Callable[[Node], bool]) -> list[int]:
    """Characters of text in each node's subtree, of the texts that count."""
    before = [0]
    for node in tree.nodes:
        before.append(before[-1] + (len(node.text.strip()) if node.tag == TEXT and counts(node) else 0))
    return [before[node.end] - before[node.order] for node in tree.nodes]


def _counted(tree: Tree, tags: tuple[str, ...]) -> list[int]:
    """How many elements of some tags each node's subtree has."""
    return _summed(tree, lambda node: node.tag in tags)


def _summed(tree: Tree, counts: Callable[[Node], bool]) -> list[int]:
    """How many nodes of each node's subtree count."""
    before = [0]
    for node in tree.nodes:
        before.append(before[-1] + counts(node))
    return [before[node.end] - before[node.order] for node in tree.nodes]


def _own(node: Node) -> str:
    if node.tag in ("html", "body", "main", "article", "a", "li", "tr", "td"):
        return _ROLES.get(node.get("role"), "") if node.tag != "main" else ""
    if node.tag in ("header", "footer"):
        inside = any(above.tag in _OWN_HEADER for above in node.ancestors())
        return "" if inside else node.tag
    if region := _TAGS.get(node.tag) or _ROLES.get(node.get("role"), ""):
        return region
    names = _CAMEL.sub("-", f"{node.get('class')} {node.get('id')}").lower()
    if not names.strip() or "elementor" in names:
        return ""
    return next((region for region, words in _PATTERNS if words.search(names)), "")
