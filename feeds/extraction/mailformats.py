"""Read one message of a newsletter (RFC 5322, MIME) as one entry.

Pure, and in a child process like every reader: nothing in a message is executed, fetched or shown as it came. What the
message says of itself counts: its subject, its Date (none: no date), its Message-ID. Its page is what Archived-At
(RFC 5064) names, else what it links to as its version for the browser. A List-Archive is the page of all messages and
would make them one. Left away from the content: pictures, most of which count readers, and links that would end or
change the subscription of whoever received it. Called by `feeds.extraction.reading`.
"""

import re
from collections.abc import Iterator, Sequence
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import parseaddr
from html import escape

import nh3

from feeds.extraction import charset, dom
from feeds.extraction.datevalues import Setting
from feeds.extraction.feedfields import Fields, record, telling
from feeds.extraction.leftout import tallied
from state.records import Extraction, Unreadable
from state.text import clean

TYPE = "message/rfc822"
ANSWERS = "answers of machines"
ATTACHMENTS = "attachment"
_PARTS = 200  # of one message that are looked at
_LONGEST_HEADER = 2000  # characters
_LONGEST_TEXT = 200  # characters of a link that are looked at
# How newsletters call their version for the browser, in the languages that most of them are written in.
_ONLINE = re.compile(
    r"(?:view|read|see|open|show|display)\b.{0,40}\b(?:online|browser|web)|(?:web|online|browser) version|"
    r"\ben ligne\b|\bnavigateur\b|version web|im browser|online-?(?:version|ansicht)|webversion|\bnavegador\b|"
    r"versi[oó]n (?:web|online|en l[ií]nea)|vers[aã]o online|nel browser|versione (?:web|online)|"
    r"in (?:je|de|uw) browser|trình duyệt|di browser|в браузере|在浏览器|ブラウザ",
    re.IGNORECASE,
)
_ENDING = re.compile(
    r"unsub|opt-?out|preference|manage[-_/ ]?(?:your[-_ ]?)?(?:subscri|profile)|d[eé]sabonn|d[eé]sinscri|abmeld|"
    r"abbestell|cancelar|dar(?:se|te)?[- ]?de[- ]?baja|disiscri|afmeld|uitschrij|отпис|退订|退訂|配信停止",
    re.IGNORECASE,
)
_PARAGRAPHS = re.compile(r"\n\s*\n")


def extract(body: bytes, url: str, language: str, setting: Setting) -> Extraction | Unreadable:
    """The one entry of a message. url: what it is known by; base of no link."""
    try:
        message = BytesParser().parsebytes(body)
    except (RecursionError, ValueError, LookupError) as error:
        return Unreadable(f"the message cannot be read ({type(error).__name__}); delete it, or move it away")
    headers = _headers(message)
    if _is_answer(message, headers):
        return Extraction("mail", "mail", left_out=tallied([(ANSWERS, [headers.get("subject", "")])]))
    try:
        return _entry(message, headers, url, language, setting)
    except dom.TooMuch as error:
        return Unreadable(f"the message cannot be read: {error}")


def _entry(message: Message, headers: dict[str, str], url: str, language: str, setting: Setting) -> Extraction:
    parts = list(_parts(message))
    html = next((_text(part) for part in parts if part.get_content_type() == "text/html"), "")
    text = next((_text(part) for part in parts if part.get_content_type() == "text/plain"), "")
    links = _links(html) if html.strip() else []
    ending = set(re.findall(r"<([^<>]+)>", headers.get("list-unsubscribe", "")))
    ending |= {href for href, said in links if _ENDING.search(said)}
    content = _cleaned(html, ending) if html.strip() else _paragraphs(text)
    fields = Fields(
        title=escape(headers.get("subject", ""), quote=False),
        link=_page(headers, links),
        guid=headers.get("message-id", "").strip("<> "),
        published=headers.get("date", ""),
        content=content,
        author=escape(_sender(headers), quote=False),
        language=headers.get("content-language", "").partition(",")[0].strip(),
        base=url,
    )
    found, _ = telling([record(fields, language, setting)])
    files = [clean(str(part.get_filename() or part.get_content_type())) for part in _attached(message)]
    return Extraction("mail", "mail", _list_name(headers), language, found, tallied([(ATTACHMENTS, files)]))


def _headers(message: Message) -> dict[str, str]:
    """The first header of each name, decoded, on one line."""
    found: dict[str, str] = {}
    for name, value in message.raw_items():
        raw = str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")[:_LONGEST_HEADER]
        try:
            told = str(make_header(decode_header(raw)))
        except (LookupError, ValueError):  # an unknown charset, broken base64
            told = raw
        found.setdefault(name.lower(), clean(told))
    return found


def _is_answer(message: Message, headers: dict[str, str]) -> bool:
    """Whether a machine wrote it to answer another message (RFC 3834, RFC 3464)."""
    automatic = headers.get("auto-submitted", "no").partition(";")[0].strip().lower()
    return automatic.startswith("auto-replied") or message.get_content_type() == "multipart/report"


def _parts(message: Message) -> Iterator[Message]:
    """The texts that are shown, in their order."""
    for number, part in enumerate(message.walk()):
        if number >= _PARTS:
            return
        if part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment":
            yield part


def _attached(message: Message) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number >= _PARTS:
            return
        if part.get_content_disposition() == "attachment":
            yield part


def _text(part: Message) -> str:
    raw = part.get_payload(decode=True)
    told = str(part.get("Content-Type", ""))
    return charset.decode(raw, told)[0].replace("\0", "") if isinstance(raw, bytes) else ""


def _links(html: str) -> list[tuple[str, str]]:
    """Where the links of a message lead, each with its text. Raises dom.TooMuch."""
    texts: dict[int, str] = {}
    nodes = dom.parse(html).nodes
    for node in nodes:
        if node.link is not None and node.tag == dom.TEXT and len(texts.get(node.link.order, "")) < _LONGEST_TEXT:
            texts[node.link.order] = texts.get(node.link.order, "") + node.text[:_LONGEST_TEXT]
    return [(nodes[order].get("href").strip(), clean(text)) for order, text in texts.items()]


def _page(headers: dict[str, str], links: Sequence[tuple[str, str]]) -> str:
    """Where the message can be read on the web, or ""."""
    named = headers.get("archived-at", "").strip("<> ")
    if _is_web(named):
        return named
    own = (href for href, said in links if _is_web(href) and _ONLINE.search(said) and not _ENDING.search(href))
    return next(own, "")


def _is_web(address: str) -> bool:
    return address.lower().startswith(("http://", "https://"))


def _cleaned(html: str, ending: set[str]) -> str:
    """The content as others may read it. ending: addresses that end the subscription."""

    def kept(tag: str, name: str, value: str) -> str | None:
        return None if tag == "a" and name == "href" and (value in ending or _ENDING.search(value)) else value

    return nh3.clean(html, tags=nh3.ALLOWED_TAGS - {"img"}, attribute_filter=kept)


def _paragraphs(text: str) -> str:
    told = text.replace("\r\n", "\n").strip()
    return "".join(f"<p>{escape(one.strip(), quote=False)}</p>" for one in _PARAGRAPHS.split(told) if one.strip())


def _sender(headers: dict[str, str]) -> str:
    """The name of who wrote it; their address only where there is no name."""
    name, address = parseaddr(headers.get("from", ""))
    return name or address


def _list_name(headers: dict[str, str]) -> str:
    return headers.get("list-id", "").partition("<")[0].strip(' "') or _sender(headers)
