"""Read one mail that came back: a delivery report, a complaint, a wish to leave, an automatic answer, or none of these.

Pure: bytes in, a value out; nothing is believed here. Who it is about, and whether
the report proves that, is decided in mail/bounces.py. Sources: RFC 3464 (delivery
status), RFC 5965 (abuse reports), RFC 3834 (automatic answers), RFC 3463 (status
codes). Any bytes are taken: what cannot be read is "unknown" with the reason. The
surprising rule: an out-of-office answer comes to the same address as a bounce, so
that it is looked for before a mail without a status is taken for one.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses
from typing import Literal, TypeAlias

from state.text import clean

Kind: TypeAlias = Literal["bounce", "delay", "complaint", "unsubscribe", "automatic", "unknown"]
Status: TypeAlias = tuple[int, int, int]

LARGEST = 262_144  # octets of a mail that are looked at; reports stand in front, what they quote comes after
TEXT = 32_768  # octets of one part
EXCERPT, WORDS, MOST_PARTS, MOST_NAMES = 2_000, 300, 60, 20

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.])([45])(\d\d)(?=[ -])")
_TOKEN = re.compile(r"(?<![a-z0-9-])u-[a-z0-9]+-[a-z0-9]+-[0-9]+-[0-9]+-(?:[a-z2-7]+|0)-[a-z2-7]{26}(?![a-z0-9-])")
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")
_QUOTED = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
_DELIVERED = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc")
_AWAY = re.compile(
    r"^\W{0,3}(?:(?:re|aw|sv|antw)\s{0,3}:)?\W{0,3}(?:out of (?:the )?office|automatic (?:reply|response)|"
    r"auto(?:matic)?[ -]?reply|auto(?:matische)? antwort|abwesenheit|absence|absent|"
    r"réponse automatique|respuesta automática|risposta automatica|resposta automática|vacation|on (?:annual )?leave|"
    r"автоответ|自动回复|自動回覆|自動返信)",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"undeliver|returned (?:mail|to sender)|delivery (?:status|failure|failed|notification|has failed)|"
    r"delivery to the following|failure notice|mail delivery failed|could ?n[o']t be delivered|not be delivered|"
    r"unzustellbar|non remis|no (?:se )?(?:ha )?(?:podido|pudo) (?:ser )?entrega",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"user unknown|unknown user|no such (?:user|recipient|mailbox|address|person)|does ?n[o']t exist|"
    r"(?:user|mailbox|recipient|address)\b[^.\n]{0,60}\b(?:not found|unknown|unavailable|disabled|rejected)|"
    r"no mailbox here|invalid (?:recipient|mailbox|user)|account (?:is |has been )?(?:disabled|closed|deactivated)",
    re.IGNORECASE,
)
_FULL = re.compile(r"(?:mailbox|quota|storage|inbox)\b[^.\n]{0,40}\b(?:full|exceed|over)|over ?quota", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Report:
    """What one mail says of itself.

    key: names it, so that read twice it counts once. came_to: addresses it was sent to, the likeliest first.
    token: of a wish to leave, "" = none. envid, message_ids, returns: how it names the mail it is about: envelope id,
    Message-IDs, envelope senders. status: RFC 3463, None where it gives none. recipient: whom it says it is about.
    """

    kind: Kind
    key: str
    sender: str
    subject: str
    came_to: tuple[str, ...] = ()
    token: str = ""
    envid: str = ""
    message_ids: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()
    status: Status | None = None
    recipient: str = ""
    reason: str = ""
    excerpt: str = ""


def read(raw: bytes) -> Report:
    """What a mail is. raw: of any length; past LARGEST octets it is not looked at. Raises nothing."""
    try:
        return _read(BytesParser(policy=compat32).parsebytes(raw[:LARGEST]), raw)
    except (ValueError, LookupError, RecursionError, AttributeError, TypeError, AssertionError) as error:
        # the standard parser meets mails that nobody thought of; such a mail is listed like any other unknown one
        key = hashlib.sha256(raw).hexdigest()
        return Report("unknown", key, "", "", reason=f"it cannot be parsed ({type(error).__name__})")


def _read(mail: Message, raw: bytes) -> Report:
    parts = list(_parts(mail))
    text = _text(parts)
    subject, sender = _header(mail, "subject"), _header(mail, "from")
    about = _About(_key(mail, raw), sender, subject, tuple(_addresses(mail)), text[:EXCERPT])
    status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    abuse = next((part for part in parts if part.get_content_type() == "message/feedback-report"), None)
    quoted = next((part for part in parts if _is_quoted(part)), None)
    if abuse is not None:
        return _complaint(about, abuse, quoted)
    if status is not None:
        return _delivery(about, status, quoted)
    token = _TOKEN.search(" ".join((subject, *about.came_to)).lower())
    if _is_automatic(mail, subject):
        return about.made("automatic", reason="an automatic answer")
    if token:
        return about.made("unsubscribe", token=token[0])
    return _plain(about, mail, text, quoted)


@dataclass(frozen=True, slots=True)
class _About:
    """What is the same whatever a mail turns out to be."""

    key: str
    sender: str
    subject: str
    came_to: tuple[str, ...]
    excerpt: str

    def made(self, kind: Kind, **more: object) -> Report:
        return Report(kind, self.key, self.sender, self.subject, self.came_to, excerpt=self.excerpt, **more)  # type: ignore[arg-type]


# ---- what it is ----


def _delivery(about: _About, told: Message, quoted: Message | None) -> Report:
    """RFC 3464: a group of fields about the message, then one for each recipient; ours have one recipient."""
    groups = list(_groups(told))
    envid = next((name for group in groups if (name := group.get("original-envelope-id", ""))), "")
    failed = [group for group in groups if "action" in group or "final-recipient" in group]
    group = next((one for one in failed if one.get("action", "").lower().startswith("failed")), None)
    action = "failed" if group else (failed[0].get("action", "").lower() if failed else "")
    group = group or (failed[0] if failed else {})
    found, words = _judged(group.get("status", ""), group.get("diagnostic-code", ""))
    named: dict[str, object] = {
        "envid": envid[:WORDS],
        "message_ids": _named_by(quoted),
        "returns": _returns(quoted),
        "status": found,
        "recipient": _recipient(group.get("original-recipient", "") or group.get("final-recipient", "")),
        "reason": words,
    }
    if action != "failed":
        return about.made("delay" if action == "delayed" else "automatic", **named)
    return about.made("bounce", **named)


def _complaint(about: _About, abuse: Message, quoted: Message | None) -> Report:
    """RFC 5965: somebody pressed "this is spam"; other feedback types (fraud, not-spam …) are only listed."""
    fields: dict[str, str] = {}
    for group in _groups(abuse):
        fields |= group
    what = fields.get("feedback-type", "").lower()
    named: dict[str, object] = {
        "envid": fields.get("original-envelope-id", "")[:WORDS],
        "message_ids": _named_by(quoted),
        "returns": (*_found_addresses(fields.get("original-mail-from", "")), *_returns(quoted)),
        "recipient": _recipient(fields.get("original-rcpt-to", "")),
        "token": _token_of(quoted),
        "reason": f"feedback type {clean(what)[:40] or 'none'}",
    }
    return about.made("complaint" if what in ("abuse", "opt-out", "opt-out-list") else "unknown", **named)


def _plain(about: _About, mail: Message, text: str, quoted: Message | None) -> Report:
    """A bounce in words only, as old servers write them, or something else."""
    daemon = not _header(mail, "return-path").strip("<> ") and "return-path" in mail
    daemon = daemon or bool(re.search(r"mailer-daemon|postmaster|mail ?delivery", about.sender, re.IGNORECASE))
    found, words = _judged("", _about_failure(text))
    if daemon and (found or _FAILED.search(f"{about.subject} {text[:EXCERPT]}")):
        ids = _named_by(quoted) or tuple(dict.fromkeys(_MESSAGE_ID.findall(_labelled(text))))[:MOST_NAMES]
        kind: Kind = "delay" if found and found[0] == 4 and "warning" in about.subject.lower() else "bounce"
        reason = words or "a mail that says so in words only"
        return about.made(kind, message_ids=ids, returns=_returns(quoted), status=found, reason=reason)
    return about.made("unknown", status=found if words else None, reason="neither a report nor a wish to leave")


def _is_automatic(mail: Message, subject: str) -> bool:
    said = _header(mail, "auto-submitted").lower()
    if said.startswith(("auto-replied", "auto-notified")):
        return True
    answered = _header(mail, "precedence").lower() == "auto_reply" or "x-autoreply" in mail or "x-autorespond" in mail
    return answered or bool(_AWAY.match(subject))


# ---- status ----


def _judged(status: str, diagnostic: str) -> tuple[Status | None, str]:
    """The most telling status of a report, and its words. A diagnostic says more than a bare 5.0.0 (RFC 3463)."""
    words = clean(diagnostic.partition(";")[2].strip() or diagnostic)[:WORDS]
    given = _status(status)
    told = _status(words)
    if told and (given is None or given[1:] == (0, 0)):
        given = told
    if given is None or given[1:] == (0, 0):
        code = _CODE.search(words)
        family = given[0] if given else int(code[1]) if code else 5 if words else 0
        if not family:
            return given, words
        if _FULL.search(words):
            return (family, 2, 2), words
        if _GONE.search(words):
            return (family, 1, 1), words
        given = given or ((family, 0, 0) if code else None)
    return given, words


def _status(text: str) -> Status | None:
    found = _STATUS.search(text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _about_failure(text: str) -> str:
    """The lines of a report in words that tell why: those with a code, else those with a known phrase."""
    lines = [line for line in text.splitlines()[:200] if line.strip() and not line.lstrip().startswith(">")]
    for wanted in (_STATUS, _GONE, _FULL, _CODE):
        for line in lines:
            if wanted.search(line[:WORDS]):
                return line
    return ""


# ---- parts ----


def _parts(mail: Message) -> Iterator[Message]:
    """The parts of a mail, the outer ones first; not those of a mail that it quotes, and not endlessly many."""
    waiting, seen = [mail], 0
    while waiting and seen < MOST_PARTS:
        part = waiting.pop(0)
        seen += 1
        yield part
        inner = part.get_payload()
        if isinstance(inner, list) and part.get_content_maintype() == "multipart":
            waiting += [one for one in inner if isinstance(one, Message)]


def _is_quoted(part: Message) -> bool:
    return part.get_content_type() in _QUOTED


def _groups(part: Message) -> Iterator[dict[str, str]]:
    """Groups of fields of a status part. The parser gives them as messages, or as text where it was encoded."""
    inner = part.get_payload()
    blocks = [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []
    if not blocks:
        text = _decoded(part)
        blocks = [_headers(block) for block in re.split(r"\r?\n[ \t]*\r?\n", text)[:MOST_PARTS]]
    for block in blocks[:MOST_PARTS]:
        found = {name.lower(): _unfolded(str(value)) for name, value in block.items()}
        if found:
            yield found


def _headers(text: str) -> Message:
    return BytesParser(policy=compat32).parsebytes(text.encode("utf-8", "replace"), headersonly=True)


def _original(quoted: Message | None) -> Message | None:
    """The mail that a report quotes, at least its head."""
    if quoted is None:
        return None
    inner = quoted.get_payload()
    if isinstance(inner, list):
        return inner[0] if inner and isinstance(inner[0], Message) else None
    return _headers(_decoded(quoted))


def _named_by(quoted: Message | None) -> tuple[str, ...]:
    original = _original(quoted)
    return tuple(_MESSAGE_ID.findall(_header(original, "message-id")))[:MOST_NAMES] if original else ()


def _returns(quoted: Message | None) -> tuple[str, ...]:
    original = _original(quoted)
    return tuple(_found_addresses(_header(original, "return-path"))) if original else ()


def _token_of(quoted: Message | None) -> str:
    original = _original(quoted)
    found = _TOKEN.search(_header(original, "list-unsubscribe").lower()) if original else None
    return found[0] if found else ""


def _labelled(text: str) -> str:
    """The Message-ID lines of a mail quoted in words."""
    return "\n".join(line for line in text.splitlines()[:500] if line.lower().lstrip("> ").startswith("message-id:"))


def _text(parts: list[Message]) -> str:
    """The readable part, for the excerpt and for reports in words."""
    for wanted in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() == wanted and not isinstance(part.get_payload(), list):
                text = _decoded(part)
                plain = re.sub(r"<[^>]{0,500}>", " ", text) if wanted == "text/html" else text
                return "\n".join(clean(line) for line in plain.splitlines()).strip()
    return ""


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    octets = payload[:TEXT] if isinstance(payload, bytes) else b""
    try:
        return octets.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):
        return octets.decode("latin-1")


# ---- headers ----


def _key(mail: Message, raw: bytes) -> str:
    """Its Message-ID, else its octets, hashed: the same mail read from another mailbox is the same."""
    named = _MESSAGE_ID.search(_header(mail, "message-id"))
    return hashlib.sha256(named[0].encode("utf-8", "replace") if named else raw).hexdigest()


def _header(mail: Message, name: str) -> str:
    """A header as one clean line, encoded words decoded where that can be."""
    value = mail.get(name)
    if value is None:
        return ""
    text = _unfolded(str(value))[:2_000]
    if "=?" in text:
        with suppress(ValueError, LookupError):  # else it stays as it was written
            text = str(make_header(decode_header(text)))
    return clean(text.encode("utf-8", "replace").decode("utf-8"))[:998]


def _unfolded(value: str) -> str:
    return " ".join(value.split())


def _addresses(mail: Message) -> Iterator[str]:
    """Where it came to: first what the receiving server noted, then what the sender wrote."""
    seen: set[str] = set()
    for name in _DELIVERED:
        for value in (mail.get_all(name) or [])[:MOST_NAMES]:
            for address in _found_addresses(_unfolded(str(value))):
                if address not in seen and len(seen) < MOST_NAMES:
                    seen.add(address)
                    yield address


def _found_addresses(text: str) -> list[str]:
    return [clean(found)[:320] for _, found in getaddresses([text[:2_000]]) if "@" in found][:MOST_NAMES]


def _recipient(value: str) -> str:
    """ "rfc822; sok@example.org" """
    return clean(value.partition(";")[2] or value).strip("<> ")[:320]
