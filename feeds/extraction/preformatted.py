"""Read a page whose list is set as `pre`: its lines are a text document.

Pure. Called by `feeds.extraction.listing`. Links within the lines are handed on as Markdown ones, which the reader of
text documents understands.
"""

from dataclasses import dataclass

from feeds.extraction import plaintext
from feeds.extraction.candidates import Item
from feeds.extraction.dom import TEXT, Node
from feeds.extraction.page import Page
from state.records import Extraction

_MOST = 0.5  # of the main content's characters
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Flat:
    """A `pre` read as text. item: where it stands on the page."""

    item: Item
    found: Extraction


def of(page: Page) -> Flat | None:
    """The entries of the page's largest `pre`, or None where it holds no list."""
    blocks = [node for node in page.tree.all("pre") if not page.regions[node.order]]
    if not blocks:
        return None
    block = max(blocks, key=lambda node: _chars(page, node))
    main = sum(line.width for line in page.main) or 1
    if _chars(page, block) < _MOST * main:
        return None
    found = plaintext.extract(_text(page, block), page.url, page.setting, page.language)
    return Flat(Item(block.order, block.end), found) if len(found.records) >= _FEWEST else None


def _chars(page: Page, node: Node) -> int:
    return sum(line.width for line in page.within(node.order, node.end))


def _text(page: Page, block: Node) -> str:
    return "".join(_written(page, part) for part in page.tree.within(block) if part.tag == TEXT)


def _written(page: Page, part: Node) -> str:
    url = page.link(part.link)
    if not url or not part.text.strip() or "\n" in part.text.strip():
        return part.text
    label = part.text.translate({ord("["): "(", ord("]"): ")"})
    address = url.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
    return f"[{label}]({address})"
