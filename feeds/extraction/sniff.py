"""Tell what the bytes of a document are: a page, a feed, a sitemap, JSON, text, or something that cannot be read.

Pure. The content decides, not the name: a file with a doctype is a page whatever it is called.
"""

import re

from feeds.extraction import charset

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a rar archive"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"ID3", "an MP3 recording"),
    (b"OggS", "an Ogg recording"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"RIFF", "a picture or recording"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"SQLite format 3\0", "a database"),
    (b"{\\rtf", "an RTF document"),
)
NO_TEXT = "a file of bytes that are no text"
_CONTROL = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f\ufffd]")
_MARKUP = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|div|p|ul|ol|table|h[1-6]|article|main|section|meta|a\s)\b", re.I
)
_FEED = re.compile(r"<(?:\w+:)?(?:rss|feed|rdf)\b", re.I)
_SITEMAP = re.compile(r"<(?:\w+:)?(?:urlset|sitemapindex)\b")
_JSON = re.compile(r"(?:\{\s*[\"}]|\[\s*(?:[\[{\"\]]))")  # "[1] A title" and "[a link](…)" are text
_HEAD = 4096


def binary(body: bytes) -> str:
    """What a document is that is no text ("a PDF"), or "" for text."""
    start = body[:1024].lstrip(b" \t\r\n")
    for signature, name in _SIGNATURES:
        if start.startswith(signature):
            return name
    if body[4:8] == b"ftyp":
        return "a video or picture"
    head = body[:_HEAD]
    text, _ = charset.decode(head[: len(head) - len(head) % 4], "")
    strange = len(_CONTROL.findall(text)) + max(0, text.count("\0") - 8)
    return NO_TEXT if text and strange > len(text) * 0.1 else ""


def form(text: str) -> str:
    """ "feed", "sitemap", "json", "page" or "text", by how a document begins (and, for JSON, how it ends)."""
    head = text[:_HEAD].lstrip("\ufeff \t\r\n")
    if _JSON.match(head) and text[-_HEAD:].rstrip("\ufeff \t\r\n;").endswith(("}", "]")):
        return "json"
    markup = _MARKUP.search(head)
    for name, root in (("feed", _FEED), ("sitemap", _SITEMAP)) if head.startswith("<") else ():
        found = root.search(head)
        if found is not None and (markup is None or found.start() < markup.start()):
            return name
    if markup is not None and (head.startswith("<") or len(_MARKUP.findall(text[:_HEAD])) >= 3):
        return "page"
    return "page" if re.search(r"<html\b", text[: 8 * _HEAD], re.I) else "text"
