"""Name what a document is that cannot be read as one: by its bytes first, then by what the host calls it.

Pure. The bytes decide whether it can be read (`sniff.binary`); the content type only makes the name more exact, so that
a page that is labelled as a picture is read all the same. Text that is no document (a style sheet, a drawing) is named
only where both say so. Called by `feeds.extraction.reading`.
"""

import re
from collections.abc import Mapping

from feeds.extraction import sniff

_HEAD = 1024
_RIFF: Mapping[bytes, str] = {b"WEBP": "a WebP image", b"WAVE": "a WAV recording", b"AVI ": "an AVI video"}
_MORE: tuple[tuple[bytes, str], ...] = (
    (b"fLaC", "a FLAC recording"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"BM", "a bitmap image"),
    (b"\0\0\1\0", "an icon"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"\0asm", "a program"),
    (b"\xff\xfb", "an MP3 recording"),
    (b"\xff\xf3", "an MP3 recording"),
)
_ZIPPED: tuple[tuple[bytes, str], ...] = (
    (b"mimetypeapplication/epub", "an EPUB book"),
    (b"mimetypeapplication/vnd.oasis", "an office document"),
    (b"[Content_Types].xml", "an office document"),
    (b"word/", "an office document"),
    (b"META-INF/", "a program"),
)
_TYPES: tuple[tuple[str, str], ...] = (
    (r"image/.*", "an image"),
    (r"video/.*", "a video"),
    (r"audio/.*", "a recording"),
    (r"font/.*", "a font"),
    (r".*(?:officedocument|opendocument|msword|ms-excel|ms-powerpoint).*", "an office document"),
    (r".*(?:zip|tar|rar|7z|compress|bzip2?|xz|zstd).*", "an archive"),
    (r"application/pdf", "a PDF"),
)
# Text that is no document, by content type and by what it looks like.
_TEXTS: tuple[tuple[str, str, str], ...] = (
    (r"image/svg\+xml", r"(?:<\?xml.*?\?>\s*)?(?:<!--.*?-->\s*)?(?:<!DOCTYPE svg.*?>\s*)?<svg\b", "an SVG image"),
    (r"text/css", r"(?!\s*<)", "a style sheet"),
    (r"(?:text|application)/(?:x-)?(?:javascript|ecmascript)", r"(?!\s*[<\[{])", "a script"),
    (r"text/calendar", r"BEGIN:VCALENDAR", "a calendar file"),
    (r"(?:audio|application)/(?:x-|vnd\.apple\.)?mpegurl", r"#EXTM3U", "a playlist"),
    (r"application/postscript", r"%!PS", "a PostScript document"),
    (r"(?:application|text)/rtf", r"\{\\rtf", "an RTF document"),
)


def named(body: bytes, content_type: str) -> str:
    """What a document is that is no text for us ("a PDF"), or "" for what can be read. content_type: as the header
    has it, or "".
    """
    kind = content_type.split(";")[0].strip().lower()
    found = sniff.binary(body)
    if not found:
        return _named_text(body, kind)
    start = body[:_HEAD].lstrip(b" \t\r\n")
    if start.startswith(b"RIFF"):
        return _RIFF.get(start[8:12], found)
    if start.startswith(b"PK\3\4"):
        return next((name for sign, name in _ZIPPED if sign in start), _typed(kind) or found)
    if body[4:8] == b"ftyp":
        return _typed(kind) or ("an image" if body[8:12] in (b"avif", b"heic", b"mif1") else "a video")
    if found != sniff.NO_TEXT:
        return found
    if body[257:262] == b"ustar":
        return "a tar archive"
    return next((name for sign, name in _MORE if start.startswith(sign)), "") or _typed(kind) or found


def _named_text(body: bytes, kind: str) -> str:
    text = body[:_HEAD].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    for types, looks, name in _TEXTS:
        if re.fullmatch(types, kind) and re.match(looks, text, re.S | re.I):
            return name
    return ""


def _typed(kind: str) -> str:
    return next((name for types, name in _TYPES if re.fullmatch(types, kind)), "")
