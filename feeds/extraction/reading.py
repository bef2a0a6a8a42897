"""Read one document, whatever it is: decide its form, then hand it to the reader of that form.

Pure and synchronous: bytes and the time of reading in, entries or the reason why not out. Runs in a child process
(`feeds.child`), because documents are untrusted; nothing here touches network, disk or clock.
"""

from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from feeds.children import MAX_BODY, Document
from feeds.extraction import (
    charset,
    dateorder,
    dom,
    feedformats,
    filekinds,
    jsonformats,
    languages,
    mailformats,
    packed,
    page,
    plaintext,
    sitemaps,
    sniff,
    webpage,
)
from feeds.extraction.datevalues import Setting
from state.records import Extraction, Unreadable

_NEWEST = "give the address of a document that holds only the newest entries"
_SAMPLE = 4_000  # characters of a text that tell its language


def extract(document: Document, now: datetime) -> Extraction | Unreadable:
    """The entries of a document. An unreadable one is named as what it is, with what to do next."""
    body, content_type = document.body, document.content_type
    if not body.strip(b"\0 \t\r\n"):
        return Unreadable("the document is empty; open its address in a browser and see whether it shows anything")
    if packed.is_gzip(body):
        try:
            body, content_type = packed.unpacked(body), ""
        except packed.TooLarge as error:
            return Unreadable(f"{error}; {_NEWEST}")
        except ValueError:
            pass  # named below as the archive it is
    if content_type.partition(";")[0].strip().lower() == mailformats.TYPE:
        setting = _setting(document.language, now, _zone(document.timezone))
        told = mailformats.extract(body, document.url, document.language, setting)
        return languages.told(told) if isinstance(told, Extraction) else told
    if name := filekinds.named(body, content_type):
        return Unreadable(f"the document is {name}, not a page; give the address of the page that lists such documents")
    text = charset.decode(body, content_type)[0].replace("\0", "")
    form = _form(document.kind, text)
    if len(body) > MAX_BODY and form != "sitemap":
        return Unreadable(f"the archive holds {len(body):,} bytes, more than {MAX_BODY:,}; {_NEWEST}")
    try:
        found = _read(form, text, document, now)
    except dom.TooMuch as error:
        return Unreadable(f"the page cannot be read: {error}")
    except ValueError as error:
        if not document.select:
            raise
        return Unreadable(f"the selectors do not fit: {error}; mend them (`--select`, `tidings source edit`)")
    return languages.told(found) if isinstance(found, Extraction) else found


def _form(kind: str, text: str) -> str:
    """How a document is read: as the admin says, but a page is never taken for text, nor a JSON Feed for XML."""
    seen = sniff.form(text)
    if kind == "text":
        return "page" if seen == "page" else "text"
    if kind == "feed":
        return "json" if seen == "json" else "feed"
    return kind if kind in ("page", "sitemap", "json") else seen


def _read(form: str, text: str, document: Document, now: datetime) -> Extraction | Unreadable:
    """The entries, by form. Raises dom.TooMuch, and ValueError for a bad selector."""
    url, hint = document.url, document.language
    setting = _setting(hint, now, _zone(document.timezone))
    match form:
        case "feed":
            return feedformats.extract(text, url, hint, setting)
        case "sitemap":
            return sitemaps.extract(text, url, hint, setting)
        case "json":
            return jsonformats.extract(text, url, hint, document.select, setting)
        case "text":
            return _text(text, document, now)
    return webpage.extract(page.read(text, url, now, setting.zone, hint), text, document.select, document.known)


def _text(text: str, document: Document, now: datetime) -> Extraction:
    language = document.language or languages.of_text(text[:_SAMPLE])
    setting = _setting(language, now, _zone(document.timezone))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if order := dateorder.infer(lines, setting, ""):
        setting = replace(setting, order=order)
    return plaintext.extract(text, document.url, setting, language)


def _setting(language: str, now: datetime, zone: tzinfo) -> Setting:
    spoken = language.split("-")[0].lower()
    return Setting(now, tuple(dict.fromkeys(filter(None, (spoken, "en")))), "", zone)


def page_of(document: Document, now: datetime) -> page.Page:
    """A document that is a page of markup, as the generators see it. Raises dom.TooMuch."""
    text, _ = charset.decode(document.body, document.content_type)
    return page.read(text.replace("\0", ""), document.url, now, _zone(document.timezone), document.language)


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name) if name and name != "UTC" else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
