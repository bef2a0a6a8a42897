"""Which part of a page is its main content, and what the rest is: navigation, footer, sidebar …

Pure. By element, role, and the words in class and id. An element that holds most of the page is never a region,
whatever its class says ("with-sidebar" is on many a body). Used as a hint by the chooser, and for the reasons in
left_out.
"""

import re
from collections.abc import Callable, Mapping, Sequence

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
_SHORT = 200  # characters of a pager
MOST = 0.45  # of the page's text: what holds more is no side matter


def of(tree: Tree) -> Sequence[str]:
    """The region of each node, by its order; "" for the main content. Cost: linear."""
    sizes, linked = _sums(tree, lambda node: True), _sums(tree, lambda node: node.link is not None)
    anchors = _counted(tree, ("a",))
    heads = _counted(tree, ("h1", "main"))
    total = sizes[0] or 1
    found: list[str] = []
    for node in tree.nodes:
        inherited = found[node.parent.order] if node.parent is not None else ""
        if node.tag == TEXT or inherited:
            found.append(inherited)
            continue
        region = _own(node)
        if region and not _fits(
            region, sizes[node.order], total, linked[node.order], anchors[node.order], heads[node.order]
        ):
            region = ""
        found.append(region)
    return found


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
    before = [0]
    for node in tree.nodes:
        before.append(before[-1] + (node.tag in tags))
    return [before[node.end] - before[node.order] for node in tree.nodes]


def _own(node: Node) -> str:
    if node.tag in ("html", "body", "main", "article", "a", "li", "tr", "td"):
        return _ROLES.get(node.get("role"), "") if node.tag != "main" else ""
    if node.tag == "header":
        inside = any(above.tag in _OWN_HEADER for above in node.ancestors())
        return "" if inside else "header"
    if region := _TAGS.get(node.tag) or _ROLES.get(node.get("role"), ""):
        return region
    names = _CAMEL.sub("-", f"{node.get('class')} {node.get('id')}").lower()
    if not names.strip() or "elementor" in names:
        return ""
    return next((region for region, words in _PATTERNS if words.search(names)), "")
