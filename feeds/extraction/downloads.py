"""Find the files an entry offers: their types, and their languages by label, attribute or file name.

Pure. A link is a download by the extension of its path. What names a language: `hreflang`, the label ("Download
report in Khmer"), the end of the file's name ("…_KH.pdf").
"""

from collections.abc import Iterable

from feeds.extraction import links, scripts
from feeds.extraction.dom import Node
from feeds.extraction.page import Page
from state.records import Enclosure
from state.text import clean


def of(page: Page, linked: Iterable[tuple[Node, str]]) -> tuple[Enclosure, ...]:
    """The downloads among an entry's links, each address once, the first label that says something kept."""
    found: dict[str, Enclosure] = {}
    for node, url in linked:
        kind = links.media_type(url) or (
            node.get("type") if "/" in node.get("type") and "html" not in node.get("type") else ""
        )
        if not kind:
            continue
        title = _label(page, node)
        known = found.get(url)
        if known is None or (not known.title and title):
            language = (node.get("hreflang") or scripts.named_in(title) or scripts.in_file_name(url)).strip()
            found[url] = Enclosure(url, kind, language or (known.language if known else ""), title)
    return tuple(found.values())


def _label(page: Page, node: Node) -> str:
    text = clean(" ".join(part.text for part in page.tree.within(node)))
    if text or node.get("title"):
        return text or clean(node.get("title"))
    return clean(next((inside.get("alt") for inside in page.tree.within(node) if inside.tag == "img"), ""))
