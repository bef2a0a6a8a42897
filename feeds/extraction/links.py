"""Addresses: what a link of a page leads to, and what its path says.

Pure. An address is resolved but otherwise kept as written: canonical keys are the business of `feeds.identity`.
"""

import re
from datetime import date
from functools import lru_cache
from urllib.parse import urldefrag, urljoin, urlsplit

from feeds.extraction.dom import Tree

_SCHEMES = frozenset(("http", "https", "ftp"))
_PLAIN = re.compile(r"/(?!/)(?:[A-Za-z0-9_~%+=&,;@!$*-]|\.(?!\.?(?:/|$))|/)*")  # a path without dot segments or query
_YEAR = re.compile(r"(?:19|20)\d\d")
_DAY_FOLDERS = re.compile(r"/(?P<year>(?:19|20)\d\d)[/-]?(?P<month>0[1-9]|1[0-2])(?=[/-]|[0-3]\d(?:/|\b))")
_DAY = re.compile(
    r"/((?:19|20)\d\d)/([01]?\d)/([0-3]?\d)(?=/|$)|/((?:19|20)\d\d)(?:/([01]\d)|-([01]\d)/)([0-3]\d)(?=/|$)"
    r"|(?<!\d)((?:19|20)\d\d)(-?)([01]\d)\9([0-3]\d)(?!\d)"
)
_CONTROL = re.compile(r"[\x00-\x20\x7f]+")
FILE_TYPES = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "rtf": "application/rtf",
    "csv": "text/csv",
    "zip": "application/zip",
    "epub": "application/epub+zip",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "mov": "video/quicktime",
}


def year_of(address: str, month: int | None) -> int | None:
    """The year that a folder of an address names before the folder of a month: /2026/10/30/; None where none does."""
    if not _YEAR.search(address):
        return None
    named = [(int(said["year"]), int(said["month"])) for said in _DAY_FOLDERS.finditer(urlsplit(address).path)]
    years = {year for year, told in named if told == month}
    return years.pop() if len(years) == 1 else None


def day_of(address: str) -> str | None:
    """The day that the folders or the name in an address tell: /2026/10/30/, /2026/1030/, t20261030_1.html; None where
    none does, or several do.
    """
    if not _YEAR.search(address):
        return None
    groups = (match.groups() for match in _DAY.finditer(urlsplit(address).path))
    said = {tuple(int(part) for part in one if part and part != "-") for one in groups}
    try:
        return date(*said.pop()).isoformat() if len(said) == 1 else None
    except ValueError:
        return None


def absolute(href: str, base: str) -> str | None:
    """A link's address, or None where it leads nowhere: script, mail, a place on this very page, nonsense."""
    written = href.strip()
    if not written or written.startswith("#"):
        return None
    if _PLAIN.fullmatch(written) and (origin := _origin(base)):
        return origin + written
    try:
        full = urljoin(base, _CONTROL.sub(lambda gap: "%20" if " " in gap[0] else "", written))
        parts = urlsplit(full)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in _SCHEMES or not host or "\\" in host:
        return None
    address, fragment = urldefrag(full)
    if fragment and address == urldefrag(base)[0]:
        return None
    return full


@lru_cache(maxsize=64)
def _origin(base: str) -> str:
    """Scheme and host of an address, as a path is put after them; "" where it is no such address."""
    try:
        parts = urlsplit(base)
        known = parts.scheme in _SCHEMES and bool(parts.hostname) and "\\" not in parts.netloc
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if known else ""


def host(url: str) -> str:
    """The host an address names, without "www.", or ""."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def base(tree: Tree, url: str) -> str:
    """What the page's links are resolved against: its `base` element, else its address."""
    for node in tree.all("base"):
        if href := node.get("href"):
            return absolute(href, url) or url
    return url


def extension(url: str) -> str:
    """The extension of the file an address names, in small letters, or ""."""
    path = url.split("#", 1)[0].split("?", 1)[0].split("://", 1)[-1]
    name = path.rsplit("/", 1)[-1] if "/" in path else ""
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    return ending if ending.isalnum() and len(ending) <= 5 else ""


def media_type(url: str) -> str:
    """The media type of a download by its extension, or "" for a page."""
    return FILE_TYPES.get(extension(url), "")
