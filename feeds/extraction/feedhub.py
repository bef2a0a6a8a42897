"""Read which hub a feed announces: links with rel=hub and rel=self (W3C WebSub, "Discovery").

Pure. What the headers of the response say goes before it (`feeds.headers`); what becomes of it is decided in
`feeds.websub`. Called by `feeds.extraction.feedformats`.
"""

from lxml import etree

from feeds.extraction import links
from feeds.extraction.strictxml import local_name
from state.records import Hub


def hub(head: etree._Element, base: str) -> Hub:
    """What the root of an Atom feed, or a channel of RSS, announces: its first hub, its own address."""
    said: dict[str, str] = {}
    for node in head:
        if isinstance(node.tag, str) and local_name(node) == "link":
            for relation in (node.get("rel") or "").lower().split():
                said.setdefault(relation, links.absolute(node.get("href") or "", base) or "")
    return Hub(said.get("hub", ""), said.get("self", ""))
