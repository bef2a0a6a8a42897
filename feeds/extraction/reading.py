"""Read one document, whatever it is: decide its form, then hand it to the reader of that form.

Pure and synchronous: bytes and the time of reading in, entries or the reason why not out. Runs in a child process
(`feeds.child`), because documents are untrusted; nothing here touches network, disk or clock.
"""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from feeds.children import Document
from feeds.extraction import charset, dateorder, dom, feedformats, listing, page, plaintext, sniff
from feeds.extraction.datevalues import Setting
from state.records import Extraction, Unreadable


def extract(document: Document, now: datetime) -> Extraction | Unreadable:
    """The entries of a document. An unreadable one is named as what it is, with what to do next."""
    if not document.body.strip(b"\0 \t\r\n"):
        return Unreadable("the document is empty; open its address in a browser and see whether it shows anything")
    if name := sniff.binary(document.body):
        return Unreadable(f"the document is {name}, not a page; give the address of the page that lists such documents")
    text, _ = charset.decode(document.body, document.content_type)
    text = text.replace("\0", "")
    form = document.kind if document.kind in ("page", "feed", "text") else sniff.form(text)
    zone = _zone(document.timezone)
    if form == "feed":
        return feedformats.extract(text, document.body, document.url, document.language)
    if form == "text" and sniff.form(text) != "page":
        return _text(text, document, now, zone)
    try:
        return listing.extract(page.read(text, document.url, now, zone, document.language), document.select)
    except dom.TooDeep as error:
        return Unreadable(f"the page cannot be parsed: {error}; look at its source, such markup is broken or hostile")
    except ValueError as error:
        if not document.select:
            raise
        return Unreadable(f"the source's selectors do not fit: {error}; mend them with `tidings source edit --select`")


def _text(text: str, document: Document, now: datetime, zone: tzinfo) -> Extraction:
    language = document.language.split("-")[0].lower()
    setting = Setting(now, tuple(dict.fromkeys(filter(None, (language, "en")))), "", zone)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    order = dateorder.infer(lines, setting, "")
    return plaintext.extract(text, document.url, Setting(now, setting.languages, order, zone), document.language)


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name) if name and name != "UTC" else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
