"""Read a page whose list is set as `pre`: its lines are a text document.

Pure. Called by `feeds.extraction.listing` where no list of elements was found.
"""

from feeds.extraction import plaintext, words
from feeds.extraction.page import Page
from state.records import Extraction

_MOST = 0.5  # of the main content's characters


def of(page: Page) -> Extraction | None:
    """The entries of the page's largest `pre`, or None where it holds no list."""
    blocks = [node for node in page.tree.all("pre") if not page.regions[node.order]]
    if not blocks:
        return None
    text, _ = max(
        (("".join(part.text for part in page.tree.within(node)), node.order) for node in blocks),
        key=lambda pair: len(pair[0]),
    )
    main = sum(words.width(line.text) for line in page.lines if not page.regions[line.start]) or 1
    if len(text) < _MOST * main:
        return None
    found = plaintext.extract(text, page.url, page.setting, page.language)
    return found if len(found.records) >= 2 else None
