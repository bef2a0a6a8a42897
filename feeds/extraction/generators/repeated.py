"""Elements that repeat: the same path of tags from the root, the same tag and class anywhere, or siblings.

Covers lists, cards, table rows, paragraphs and links, also where several lists stand under several headings. Class
names that differ from item to item (post-17) make groups of one and fall away; so nothing depends on what classes are
called.
"""

from bisect import bisect_right
from collections.abc import Iterator

from feeds.extraction.candidates import Candidate, of_nodes
from feeds.extraction.dom import TEXT, Node
from feeds.extraction.headings import heading_date
from feeds.extraction.page import Page
from feeds.extraction.wordlist import listed

_TAGS = frozenset(
    listed("li div article section p tr td dl dt dd a tbody table h1 h2 h3 h4 h5 h6 ul ol blockquote figure span")
)
_MOST_GROUPS = 400
_FEWEST_SIBLINGS = 3
_FEWEST_MAIN = 2  # of a group that also has members in menus or sidebars


def candidates(page: Page) -> Iterator[Candidate]:
    seen: set[tuple[int, ...]] = set()
    reaches = _reaches(page)
    for nodes in groups(page):
        main = [node for node in nodes if not page.regions[node.order]]
        candidate = of_nodes("repeated", main if len(main) >= _FEWEST_MAIN else nodes)
        key = tuple(item.start for item in candidate.items)
        if len(key) >= 2 and key not in seen:
            seen.add(key)
            yield candidate
        under = [node for node in main if _holds(reaches, node.order)] if reaches else []
        if _FEWEST_SIBLINGS <= len(under) < len(main):
            yield of_nodes("under date headings", under)


def _reaches(page: Page) -> list[tuple[int, int]]:
    """The stretches of a page that stand under headings that are dates, each up to the next heading that is none."""
    found: list[tuple[int, int]] = []
    start = 0
    for line in page.lines:
        dated = bool(line.heading) and not page.regions[line.start] and heading_date(page, line) is not None
        if dated and not start:
            start = line.start
        elif start and line.heading and not dated:
            found.append((start, line.start))
            start = 0
    return [*found, (start, len(page.tree.nodes))] if start else found


def _holds(reaches: list[tuple[int, int]], place: int) -> bool:
    at = bisect_right(reaches, (place, place)) - 1
    return at >= 0 and place < reaches[at][1]


def groups(page: Page) -> list[list[Node]]:
    """Elements of one path or class, at least two each, those with most text first."""
    by_path: dict[int, list[Node]] = {}
    by_class: dict[tuple[str, str], list[Node]] = {}
    by_parent: dict[tuple[int, str], list[Node]] = {}
    paths: dict[tuple[int, str], int] = {}
    path_of: list[int] = []
    for node in page.tree.nodes:
        above = path_of[node.parent.order] if node.parent is not None else -1
        path = paths.setdefault((above, node.tag), len(paths))
        path_of.append(path)
        if node.tag == TEXT or node.tag not in _TAGS:
            continue
        by_path.setdefault(path, []).append(node)
        by_parent.setdefault((node.parent.order if node.parent is not None else -1, node.tag), []).append(node)
        for name in dict.fromkeys(node.classes):
            by_class.setdefault((node.tag, name), []).append(node)
    found = [nodes for nodes in (*by_path.values(), *by_class.values()) if len(nodes) >= 2]
    found += [nodes for nodes in by_parent.values() if len(nodes) >= _FEWEST_SIBLINGS]
    if len(found) > _MOST_GROUPS:
        found.sort(key=lambda nodes: -sum(node.end - node.order for node in nodes))
    return found[:_MOST_GROUPS]
