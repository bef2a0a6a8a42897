"""Turn the bytes of a document into text: which encoding they are in.

Pure. In this order: byte order mark; valid UTF-8 with letters beyond ASCII (a label that says otherwise is wrong:
text in another encoding is practically never valid UTF-8); the label of the Content-Type header; that of the document
itself; what the bytes look like. Labels are read as browsers do (WHATWG): "iso-8859-1" means windows-1252.
"""

import codecs
import re

import cchardet

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_DECLARATION = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)", re.I)
_HEAD = 8192  # bytes in which a document names its encoding
_SAME: dict[str, str] = {
    **dict.fromkeys(("iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii", "iso8859-1", "windows-1252"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk", "gb_2312-80", "x-gbk", "gb18030"), "gb18030"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "korean", "windows-949"), "cp949"),
    **dict.fromkeys(("tis-620", "iso-8859-11", "windows-874"), "cp874"),
    **dict.fromkeys(("iso-8859-9", "latin5", "windows-1254"), "cp1254"),
    **dict.fromkeys(("big5", "big5-hkscs", "cn-big5"), "big5hkscs"),
    "visual": "iso-8859-8",
    "iso-8859-8-i": "iso-8859-8",
}
_TEXTUAL = re.compile(
    r"utf[-_]?(8|16|32)|cp\d+|iso[-_]?8859|windows-125|koi8|gb18030|big5|euc[-_]|iso[-_]?2022[-_](jp|kr)|mac|tis|hz|johab|cp932",
    re.I,
)


def decode(body: bytes, content_type: str) -> tuple[str, str]:
    """The text of a document and the name of its encoding. Never fails: what fits no encoding gets replacement
    signs.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body.decode(name, "replace"), name
    try:
        text = body.decode("utf-8")
        if not body.isascii():
            return text, "utf-8"
    except UnicodeDecodeError:
        pass
    for label in (_label(content_type), _named(body)):
        name = _codec(label)
        if name and (text_or_none := _strict(body, name)) is not None:
            return text_or_none, name
    if _wide(body):
        name = "utf-16-le" if body[1:2] == b"\0" else "utf-16-be"
        return body.decode(name, "replace"), name
    if body.isascii():
        return body.decode("ascii"), "utf-8"
    name = _codec(_label(content_type)) or _codec(_named(body)) or _codec(_guess(body)) or "cp1252"
    return body.decode(name, "replace"), name


def _label(content_type: str) -> str:
    found = _HEADER.search(content_type)
    return found[1] if found else ""


def _named(body: bytes) -> str:
    head = body[:_HEAD]
    found = _DECLARATION.search(head) or _META.search(head)
    return found[1].decode("ascii", "replace") if found else ""


def _codec(label: str) -> str:
    """Python's name for a label, or "" for what is no encoding of text."""
    name = _SAME.get(label.strip().lower(), label.strip().lower())
    if not name or not _TEXTUAL.match(name):
        return ""
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""


def _strict(body: bytes, name: str) -> str | None:
    if name.startswith("utf-16") and not _wide(body):
        return None  # a label left over from the editor: the bytes are of one each
    try:
        text = body.decode(name)
    except UnicodeDecodeError:
        bad = body.decode(name, "replace")
        return bad if bad.count("\ufffd") <= len(bad) // 500 else None
    return text


def _wide(body: bytes) -> bool:
    """Whether every second byte is zero, as in UTF-16 without a mark."""
    head = body[:200]
    return len(head) >= 8 and max(head[0::2].count(0), head[1::2].count(0)) > len(head) * 0.35


def _guess(body: bytes) -> str:
    found = cchardet.detect(body)
    return (found.get("encoding") or "") if found else ""
