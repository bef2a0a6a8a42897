"""Parse XML strictly and without harm: no entity is resolved, nothing is fetched, nothing is guessed.

Pure. Never libxml2's recover mode, which changes what a document says. A document type with entities that are built
of entities is refused before the parser sees it: libxml2 expands those of attributes whatever it is told.
"""

import re

from lxml import etree

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
BASE = "{http://www.w3.org/XML/1998/namespace}base"
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE\b[^\[<>]*\[(.{0,200000}?)\]\s*>", re.S)
_ENTITY = re.compile(r"<!ENTITY\b")
_MOST_ENTITIES = 300  # more than the names of Latin letters that old feeds declare


def without_declaration(text: str) -> str:
    """The document without `<?xml …?>`: its bytes are decoded already, so that what it says of them is past."""
    return _DECLARATION.sub("", text).strip()


def root(text: str) -> etree._Element | None:
    """The root element of a document without declaration; None where it is no well-formed XML."""
    if _is_bomb(text):
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def without_doctype(text: str) -> str:
    """The document without its document type, and so without entities of its own."""
    return re.sub(r"<!DOCTYPE\b[^<>]*>", "", _DOCTYPE.sub("", text, count=1), count=1)


def local_name(node: etree._Element) -> str:
    """An element's name without its namespace; "" for comments, instructions and entities."""
    return str(node.tag).rsplit("}", 1)[-1] if isinstance(node.tag, str) else ""


def _is_bomb(text: str) -> bool:
    head = text[:4096]
    if "<!DOCTYPE" not in head and "<!ENTITY" not in text[:200_000]:
        return False
    declared = _DOCTYPE.search(text)
    if declared is None:
        return "<!ENTITY" in text[:200_000]
    entities = _ENTITY.findall(declared[1])
    nested = re.search(r"<!ENTITY\s[^>]*[\"'][^\"'>]*&(?!#)\w+;", declared[1])
    return len(entities) > _MOST_ENTITIES or nested is not None
