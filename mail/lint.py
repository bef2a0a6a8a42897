"""Lint a mail on its real bytes, as a reader's program would take them apart.

Pure, and independent of what writes mails: bytes are parsed back with the standard
library. Returns faults as sentences; () is a mail that may go. Called before an
edition's messages are queued (mail/digest.py), by previews and by tests. What the
HTML must be like is in mail/markup.py. Sources: requirements/digests.md "Headers"
and "Body"; RFC 5322, 2045, 2369, 2919, 3834, 8058.
"""

import base64
import binascii
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime

from mail import markup

MAX_HTML = 80_000  # octets: Gmail clips a mail at about 102 KB
MAX_MAIL = 400_000  # octets of the whole mail, encoded
_ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Language",
         "Auto-Submitted", "List-Id", "List-Help")  # fmt: skip
_BULK = ("List-Unsubscribe", "List-Unsubscribe-Post", "List-Archive", "List-Post", "Precedence", "Feedback-ID")
_DOMAIN = r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
_MESSAGE_ID = re.compile(rf"<[^<>@\s]+@{_DOMAIN}>")
_LIST_ID = re.compile(rf"<{_DOMAIN}>$")
_UNSUBSCRIBE = re.compile(r"<https?://[^<>\s]+>,\s*<mailto:[^<>\s]+>")
_LINK = re.compile(r"<(?:https?://|mailto:)[^<>\s]+>")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a mail is measured by. site: public base URL. urls: of the entries and their files.

    bulk: a digest, which must say how to leave; else a single mail. owner: there is a contact to name.
    holes: markers of which none may be left.
    """

    site: str
    urls: Collection[str] = ()
    bulk: bool = True
    owner: bool = False
    holes: tuple[str, ...] = ()


def faults(data: bytes, expected: Expected) -> tuple[str, ...]:
    """What is wrong with a mail, in the order of its parts; () if nothing is."""
    mail = message_from_bytes(data, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    found = [*_lines(data), *_headers(mail, expected), *_structure(mail)]
    parts = {part.get_content_type(): part for part in mail.walk() if not part.is_multipart()}
    read = {name: _decoded(part) for name, part in parts.items() if isinstance(part, EmailMessage)}
    found += [fault for part in parts.values() for fault in _transfer(part)]
    text, html = read.get("text/plain"), read.get("text/html")
    if text is None or html is None:
        return (*found, "a part is missing or cannot be decoded: both text/plain and text/html are needed")
    if len(html.encode()) > MAX_HTML:
        found.append(f"the HTML has {len(html.encode()):,} octets; more than {MAX_HTML:,} may be clipped")
    if len(data) > MAX_MAIL:
        found.append(f"the mail has {len(data):,} octets; at most {MAX_MAIL:,} are sent")
    leave = _leave(mail) if expected.bulk else ""
    page = markup.read(html)
    found += markup.faults(page, language=str(mail["Content-Language"] or ""), site=expected.site, urls=expected.urls)
    found += _text(text, page, leave)
    found += [f"a hole is left open: {hole}" for hole in expected.holes if hole in text or hole in html]
    return tuple(found)


# ---- bytes ----


def _lines(data: bytes) -> Iterator[str]:
    if b"\n" in data.replace(b"\r\n", b"") or b"\r" in data.replace(b"\r\n", b""):
        yield "a line ends in a bare CR or LF"
    lines = data.split(b"\r\n")
    longest = max(map(len, lines))
    if longest > 998:
        yield f"a line has {longest} octets; at most 998 may be sent (RFC 5322 2.1.1)"
    if any(line.startswith(b".") for line in lines):
        yield "a line begins with a dot"
    if b"\0" in data:
        yield "there is a NUL in it"


def _transfer(part: EmailMessage) -> Iterator[str]:
    """Whether a part is encoded as it says."""
    kind, method = part.get_content_type(), str(part.get("Content-Transfer-Encoding", "7bit")).lower()
    raw = str(part.get_payload(decode=False)).encode("utf-8", "surrogateescape")
    if not raw.isascii():
        yield f"{kind}: octets over 127 in a part that says {method}"
    lines = raw.replace(b"\r\n", b"\n").split(b"\n")
    if method == "quoted-printable":
        if any(len(line) > 76 or line != line.rstrip() for line in lines):
            yield f"{kind}: a quoted-printable line over 76 characters or with white space at its end"
        if re.search(rb"=(?![0-9A-F]{2}|\n|\r)", raw):
            yield f"{kind}: a quoted-printable escape that is none"
    elif method == "base64":
        try:
            base64.b64decode(b"".join(lines), validate=True)
        except binascii.Error as error:
            yield f"{kind}: no base64 ({error})"
        if any(len(line) > 76 for line in lines):
            yield f"{kind}: a base64 line over 76 characters"
    elif method != "7bit":
        yield f"{kind}: Content-Transfer-Encoding is {method!r}; 7bit, quoted-printable or base64 pass everywhere"


def _decoded(part: EmailMessage) -> str | None:
    octets = part.get_payload(decode=True)
    try:
        return octets.decode(part.get_content_charset("utf-8")) if isinstance(octets, bytes) else None
    except (UnicodeDecodeError, LookupError):
        return None


# ---- headers ----


def _headers(mail: EmailMessage, expected: Expected) -> Iterator[str]:
    wanted = (*_ONCE, *(("List-Owner",) if expected.owner else ()), *(_BULK if expected.bulk else ()))
    for name in wanted:
        number = len(mail.get_all(name, []))
        if number != 1:
            yield f"header {name} stands {number} times; it must stand once"
    if mail.defects:
        yield f"the parser finds {', '.join(type(defect).__name__ for defect in mail.defects)}"
    for name in ("From", "To"):
        addresses = getaddresses([str(value) for value in mail.get_all(name, [])])
        if len(addresses) != 1 or "@" not in addresses[0][1]:
            yield f"{name} holds {len(addresses)} addresses; it must be one"
    if not str(mail["Subject"] or "").strip():
        yield "the subject is empty"
    yield from _shapes(mail, expected)


def _shapes(mail: EmailMessage, expected: Expected) -> Iterator[str]:
    """Headers whose value has a shape."""
    if not _MESSAGE_ID.fullmatch(_value(mail, "Message-ID")):
        yield f"Message-ID is {_value(mail, 'Message-ID')!r}; it needs a full domain"
    if not _LIST_ID.search(_value(mail, "List-Id")):
        yield f"List-Id is {_value(mail, 'List-Id')!r}; give <name.domain> (RFC 2919)"
    try:
        aware = parsedate_to_datetime(_value(mail, "Date")).tzinfo is not None
    except (TypeError, ValueError):
        aware = False
    if not aware:
        yield f"Date is {_value(mail, 'Date')!r}; that is no instant of RFC 5322"
    exact = {"MIME-Version": "1.0", "Auto-Submitted": "auto-generated"}
    links = ["List-Help", *(["List-Owner"] if expected.owner else [])]
    if expected.bulk:
        exact |= {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "List-Post": "NO", "Precedence": "bulk"}
        links.append("List-Archive")
        if not _UNSUBSCRIBE.fullmatch(_value(mail, "List-Unsubscribe")):
            yield "List-Unsubscribe is not <https://…>, <mailto:…> (RFC 2369, 8058)"
        if len(_value(mail, "Feedback-ID").split(":")) != 4:
            yield f"Feedback-ID is {_value(mail, 'Feedback-ID')!r}; give four fields"
    for name, value in exact.items():
        if _value(mail, name) != value:
            yield f"{name} is {_value(mail, name)!r} and not {value!r}"
    for name in links:
        if not _LINK.fullmatch(_value(mail, name)):
            yield f"{name} is {_value(mail, name)!r}; give <https://…> or <mailto:…>"


def _value(mail: EmailMessage, name: str) -> str:
    return " ".join(str(mail.get(name, "")).split())


def _structure(mail: EmailMessage) -> Iterator[str]:
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    if mail.get_content_type() != "multipart/alternative" or kinds != ["text/plain", "text/html"]:
        yield f"it is {mail.get_content_type()} of {kinds}; the text comes first, then the HTML"


def _leave(mail: EmailMessage) -> str:
    """The link that ends the subscription, as the header has it."""
    return _value(mail, "List-Unsubscribe").partition(">")[0].lstrip("<")


# ---- the text part ----


def _text(text: str, page: markup.Page, leave: str) -> Iterator[str]:
    """Whether the text part stands for the HTML part: every headline, and the way out."""
    said = _folded(text)
    if not said:
        yield "the text part is empty"
    for headline in dict.fromkeys(page.headlines):
        if _folded(headline) not in said:
            yield f"the text part lacks {headline!r}"
    if leave and text.count(leave) < 2:
        yield "the text part must say how to leave at its beginning and at its end"
    if leave and page.hrefs.count(leave) < 2:
        yield "the HTML must have the link to leave at its beginning and at its end"


def _folded(text: str) -> str:
    """For comparing: headings are written in capitals, and long lines are folded."""
    return "".join(text.split()).casefold()
