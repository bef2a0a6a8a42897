"""All topics as OPML 2.0 (opml.org/spec2.opml), for readers that take a whole list at once.

Reads only; called by the web and by `tidings opml export`. No date in the head:
the same state gives the same bytes.
"""

from lxml import etree
from sqlalchemy import Connection

from state import topics
from state.records import Site
from state.text import clean
from templates import links


def render(db: Connection, site: Site) -> bytes:
    """The feed of everything, then one per open topic, in the order of their ids; Atom, the richest form."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = clean(site.title)
    etree.SubElement(head, "docs").text = "http://opml.org/spec2.opml"
    body = etree.SubElement(root, "body")
    feeds = [("all", site.title, links.home(site))]
    feeds += [(topic.id, topic.title, links.topic(site, topic.id)) for topic in topics.topics(db)]
    for name, title, page in feeds:
        outline = etree.SubElement(body, "outline", type="rss", version="RSS", text=clean(title) or name)
        outline.set("title", clean(title) or name)
        outline.set("xmlUrl", links.feed(site, name, "atom"))
        outline.set("htmlUrl", page)
        outline.set("language", site.language)
    whole: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return whole
