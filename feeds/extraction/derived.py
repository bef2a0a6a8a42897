"""Derive the selector that chooses the items of a candidate, so that an admin's choice survives the page's next change.

Pure. Names come before places: a class all items share, then what stands around them, and the path of tags only where
nothing is named. Names with two figures in a row are passed over: they are those of one day ("post-417"). A selector
is kept only if it chooses what was meant. Called by `feeds.extraction.rivals` and `feeds.extraction.explain`.
"""

import re
from collections.abc import Iterator, Sequence

from feeds.extraction.candidates import Candidate, Item, of_nodes
from feeds.extraction.dom import TEXT, Node, Tree
from feeds.extraction.selectors import METHOD, stretches

_NAME = re.compile(r"(?!.*\d\d)-?[A-Za-z_][\w-]*", re.ASCII)
_SAME = 0.9  # of the items: a row more or less is no other list
_MOST = 60  # selectors that are tried
_TAG = re.compile(r"[a-z][a-z0-9]*")


def selector(tree: Tree, candidate: Candidate) -> str:
    """What the override "item" says for this list, or "" where nothing does. Cost: some selections of the page."""
    starts = [tree.nodes[item.start] for item in candidate.items]
    if not starts or any(node.tag == TEXT or _TAG.fullmatch(node.tag) is None for node in starts):
        return ""
    whole = all(node.end == item.end for node, item in zip(starts, candidate.items, strict=True))
    best, nearest = "", _SAME
    for number, css in enumerate(_proposed(starts)):
        if number >= _MOST:
            break
        try:
            nodes = tree.select(css)
        except ValueError:  # broken markup has elements that no selector can name
            continue
        chosen = of_nodes(METHOD, nodes).items if whole else stretches(nodes, len(tree.nodes))
        alike = overlap(chosen, candidate.items)
        if alike >= 1:
            return css if whole else f"from {css}"
        if alike > nearest:
            best, nearest = css if whole else f"from {css}", alike
    return best


def overlap(one: Sequence[Item], other: Sequence[Item]) -> float:
    """The share of items that two lists have in common, by where they begin: 0 to 1."""
    mine, theirs = {item.start for item in one}, {item.start for item in other}
    return len(mine & theirs) / (len(mine | theirs) or 1)


def _proposed(nodes: Sequence[Node]) -> Iterator[str]:
    """Selectors that could choose these elements, the steadiest first."""
    tags = dict.fromkeys(node.tag for node in nodes)
    names = [name for name in nodes[0].classes if _NAME.fullmatch(name) and all(name in n.classes for n in nodes)]
    own = [f"{next(iter(tags))}.{name}" if len(tags) == 1 else f".{name}" for name in names]
    yield from own
    plain = ", ".join(tags)
    around = _around(nodes)
    for above in around:
        for place in _called(above):
            yield from (f"{place} {one}" for one in own)
            if (path := _path(above, nodes)) is not None:
                yield f"{place} > {' > '.join(path)}"
            yield ", ".join(f"{place} {tag}" for tag in tags)
    yield plain
    if around and (path := _path(around[0], nodes)) is not None:
        yield " > ".join([*_steps(around[0]), *path])


def _around(nodes: Sequence[Node]) -> list[Node]:
    """The elements that hold all of some, the nearest first."""
    last = max(nodes, key=lambda node: node.end)
    return [above for above in nodes[0].ancestors() if above is not nodes[0] and last.end <= above.end]


def _called(node: Node) -> Iterator[str]:
    if _NAME.fullmatch(node.get("id")):
        yield f"#{node.get('id')}"
    yield from (f"{node.tag}.{name}" for name in node.classes if _NAME.fullmatch(name))
    if node.tag in ("main", "article"):
        yield node.tag


def _path(above: Node, nodes: Sequence[Node]) -> list[str] | None:
    """The tags from below an element down to some others, where they are the same for all."""
    paths = {tuple(_between(above, node)) for node in nodes}
    found = paths.pop()
    return list(found) if not paths and all(_TAG.fullmatch(tag) for tag in found) else None


def _between(above: Node, node: Node) -> list[str]:
    tags: list[str] = []
    for step in node.ancestors():
        if step is above:
            break
        tags.append(step.tag)
    return tags[::-1]


def _steps(node: Node) -> list[str]:
    """The way from the root to an element: tags, with their number where there are several."""
    steps: list[str] = []
    for step in node.ancestors():
        if step.parent is None:
            steps.append(step.tag)
            break
        alike = [one for one in step.parent.children if one.tag == step.tag]
        steps.append(step.tag if len(alike) == 1 else f"{step.tag}:nth-of-type({alike.index(step) + 1})")
    return steps[::-1]
