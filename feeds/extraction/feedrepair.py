"""Mend the three faults that keep most broken feeds from being XML, without changing what they say.

Pure. Never libxml2's recover mode, which turns `?a=1&b=2` into `?a=1=2`. The rules: what XML forbids and what stands
before the document is dropped; an ampersand that begins no entity is written out, and names of HTML entities become
their characters; a prefix that is used but not declared is declared.
"""

import html
import re

_GAPS = re.compile("[\x0b\x0c]")  # tab and page breaks of old part words that must not run together
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_BEFORE = re.compile(r"\A[^<]+")
_AMPERSAND = re.compile(r"&(?!(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);)(?:([A-Za-z][A-Za-z0-9]{1,30});)?")
_REFERENCE = re.compile(r"&#(?:(\d{1,7})|[xX]([0-9a-fA-F]{1,6}));")
_CDATA = re.compile(r"(<!\[CDATA\[.*?\]\]>|<!--.*?-->)", re.S)
_ROOT = re.compile(r"<(?![?!])([^\s>/]+)([^>]*)>")
_PREFIX = re.compile(r"</?([A-Za-z][\w.-]*):|\s([A-Za-z][\w.-]*):[\w.-]+\s*=")
_KNOWN = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "atom": "http://www.w3.org/2005/Atom",
    "media": "http://search.yahoo.com/mrss/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "georss": "http://www.georss.org/georss",
}


def repaired(text: str) -> str:
    """The feed with all three rules applied. Cost: linear."""
    text = _BEFORE.sub("", _FORBIDDEN.sub("", _GAPS.sub(" ", text)), count=1)
    parts = _CDATA.split(text)
    text = "".join(
        part if part.startswith(("<![CDATA[", "<!--")) else _AMPERSAND.sub(_written_out, _REFERENCE.sub(_allowed, part))
        for part in parts
    )
    return _declared(text)


def _allowed(match: re.Match[str]) -> str:
    """A reference to a character, without those to what XML forbids."""
    number = int(match[1]) if match[1] else int(match[2], 16)
    known = number in (9, 10, 13) or (32 <= number < 0xD800) or (0xE000 <= number <= 0x10FFFF)
    return f"&#{number};" if known and number not in (0xFFFE, 0xFFFF) else ""


def _written_out(match: re.Match[str]) -> str:
    name = match[1]
    if name is None:
        return "&amp;"
    character = html.unescape(f"&{name};")
    return character if not character.startswith("&") else f"&amp;{name};"


def _declared(text: str) -> str:
    root = _ROOT.search(text)
    if root is None:
        return text
    used = {one or other for one, other in _PREFIX.findall(text)} - {"xml", "xmlns"}
    missing = sorted(prefix for prefix in used if f"xmlns:{prefix}" not in text)
    declarations = "".join(f' xmlns:{prefix}="{_KNOWN.get(prefix, "urn:undeclared:" + prefix)}"' for prefix in missing)
    at = root.end(1)
    return text[:at] + declarations + text[at:]
