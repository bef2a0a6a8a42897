"""What we know, as values. Frozen; nothing here reads a clock, a file or a database."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from state.dates import PartialDate

# ---- what one document says ----


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A download of an entry. type: media type or ""; language: BCP 47 or ""; length: bytes or None.

    replaced_at: when other bytes were found at its address last (feeds/downloads_watch.py), None: never.
    """

    url: str
    type: str = ""
    language: str = ""
    title: str = ""
    length: int | None = None
    replaced_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What one document says of one entry, in our words for its fields.

    title: "" where the document has none; display_title is then derived from the summary.
    url: the entry's own link, or None. anchor: where on the page it stands, as a
        URL fragment without "#" (an element id or a text fragment), or "".
    guid: the feed's own id, or "".
    published: aware, only where the document gives a time. place: as written.
    updated: aware, when the document says it was last changed: evidence of a revision, never its date.
    kind: press-release, media-advisory, report … or None.
    content: sanitised HTML, or "". language: BCP 47, or "".
    confidence, origin: by field name: 0 to 1, and where the value came from
        ("own field", "heading above", "url", "derived" …).
    """

    title: str = ""
    display_title: str = ""
    url: str | None = None
    anchor: str = ""
    guid: str = ""
    date: PartialDate | None = None
    published: datetime | None = None
    updated: datetime | None = None
    place: str = ""
    kind: str | None = None
    summary: str = ""
    content: str = ""
    language: str = ""
    author: str = ""
    enclosures: tuple[Enclosure, ...] = ()
    confidence: Mapping[str, float] = field(default_factory=dict)
    origin: Mapping[str, str] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Changes with the wording that people see; not with confidence, origin or position."""
        told = [self.title, self.url or "", self.date or "", self.place, self.kind or "", self.summary, self.content]
        told += [f"{file.url} {file.language}" for file in self.enclosures]
        return hashlib.sha256("\x1f".join(told).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Lines of a document that became no entry. reason: navigation, facet, footer, boilerplate, heading …"""

    reason: str
    count: int
    sample: str


@dataclass(frozen=True, slots=True)
class Rival:
    """One of several lists that are about as likely. selector: what the override "item" says for it, or ""."""

    selector: str
    score: float
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Pace:
    """When a feed itself says that asking again is of use. every: seconds (ttl, sy:updatePeriod), 0 where it is unsaid.

    skip_hours: 0 to 23, of UTC. skip_days: 0 (Monday) to 6.
    """

    every: int = 0
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Hub:
    """Who tells of news (W3C WebSub): its URL, and the topic, the URL by which it knows the feed. "" where unsaid."""

    url: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Extraction:
    """The entries of one document, in its order.

    kind: "page", "feed", "text" (the document's form). method: the generator that won.
    next: URLs of further pages of the same list. feeds: URLs of feeds the page announces.
    obstacle: what stands between us and the list, "" where nothing does: "login", "bot-wall",
        "portal", "error-page", "app-shell", "consent" or "empty".
    remarks: sentences about selectors of the admin that no longer fit.
    rivals: the lists of which any may be the one that is meant, best first, the one whose entries these are
        included; () where there is no doubt.
    selector: what the override "item" says for the list that was found by known entries; "" for another.
    pace: what a feed says of when to ask again. hub: who, by its own words, tells of its news.
    """

    kind: str
    method: str
    title: str = ""
    language: str = ""
    records: tuple[Record, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    next: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    obstacle: str = ""
    remarks: tuple[str, ...] = ()
    rivals: tuple[Rival, ...] = ()
    selector: str = ""
    pace: Pace = Pace()
    hub: Hub = Hub()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """No entries could be had from a document; reason is for the admin."""

    reason: str


# ---- sources ----

SourceKind: TypeAlias = Literal["page", "feed", "sitemap", "json", "text", "folder", "mail"]


@dataclass(frozen=True, slots=True)
class Source:
    """Something we watch. every: seconds between polls. country: ISO 3166 code of the page, or "".

    where: URL, or absolute path of a file, a folder, or a Maildir (kind "mail"). base_url: what relative links and
        the permanent address of a local document are resolved against ("" = where).
    select: field name -> selector, the admin's overrides (docs/howto/selectors.md).
    state: "active", "paused" or "removed". fixed: the admin chose `every`; else it is where the
        source's own rhythm starts from. ignore_robots: read although robots.txt refuses.
    browser: its pages are drawn before they are read, because scripts fill them.
    """

    id: str
    where: str
    kind: SourceKind
    title: str
    language: str
    timezone: str
    country: str
    base_url: str
    every: int
    state: str
    created_at: datetime
    select: Mapping[str, str] = field(default_factory=dict)
    first_seen_at: datetime | None = None
    last_polled_at: datetime | None = None
    last_changed_at: datetime | None = None
    next_poll_at: datetime | None = None
    next_poll_reason: str = ""
    failures: int = 0
    error: str = ""
    fixed: bool = False
    ignore_robots: bool = False
    browser: bool = False


@dataclass(frozen=True, slots=True)
class Validators:
    """What one document of a source answered last. etag, last_modified: verbatim, or "" (RFC 9110 8.8)."""

    url: str
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""


# ---- entries ----


@dataclass(frozen=True, slots=True)
class Countries:
    """ISO 3166 codes, apart by where they come from: named in the text, the page's own, the dateline."""

    text: tuple[str, ...] = ()
    page: tuple[str, ...] = ()
    dateline: tuple[str, ...] = ()

    @property
    def effective(self) -> tuple[str, ...]:
        """Named in the text, else the page's own; a dateline alone counts for nothing."""
        return self.text or self.page


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry once seen is that entry for ever: id and urn are minted at first sight.

    id: short, used in CLI, URLs and JSON. urn: "urn:uuid:…", used in feeds.
    record: its current wording. url: its permanent address at the source, or "".
    updated_at: DESIGN, "Feed order". seq: of its filing under "all", 0 while held.
    revision: number of its current significant revision, from 1. merged_into: id of the entry that
        the admin made it part of; such an entry is hidden too.
    """

    id: str
    urn: str
    record: Record
    url: str
    source: str
    countries: Countries
    first_seen_at: datetime
    updated_at: datetime
    published_at: datetime | None
    baseline: bool
    revision: int
    seq: int = 0
    topics: tuple[str, ...] = ()
    withdrawn_at: datetime | None = None
    hidden_at: datetime | None = None
    merged_into: str | None = None

    @property
    def title(self) -> str:
        return self.record.title or self.record.display_title


@dataclass(frozen=True, slots=True)
class Revision:
    """One wording of an entry. significant: whether readers are told (RFC 4287 4.2.15)."""

    entry: str
    number: int
    seen_at: datetime
    significant: bool
    record: Record


@dataclass(frozen=True, slots=True)
class Sighting:
    """An entry as it stood in one document. rule: what linked it ("minted", "url", "guid", "title+date")."""

    source: str
    document: str
    entry: str
    url: str
    position: int
    rule: str
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Filing:
    """An entry released to a topic. Append-only; seq rises with commit order. why: the phrase that matched."""

    seq: int
    entry: str
    topic: str
    mailable: bool
    filed_at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A named rule over titles and summaries (syntax: state/filters.py). titles: by language."""

    id: str
    title: str
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Country:
    """How a country is named in texts (names) and in datelines and texts (places); none: look-alikes."""

    code: str
    names: tuple[str, ...]
    places: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


# ---- people ----

Every: TypeAlias = Literal["now", "daily", "weekly", "monthly"]
RHYTHMS: tuple[Every, ...] = ("now", "daily", "weekly", "monthly")


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person. state: "pending", "confirmed", "paused", "suppressed" or "left".

    at: "HH:MM" in timezone. weekday: 0 (Monday) to 6. monthday: 1 to 31.
    generation: rises when the address changes, so that old tokens die.
    left_at: when they last left all or one topic; confirm links of before are dead.
    paused_until: when a pause ends by itself, None where it does not.
    note: "yes" or "no": whether they hear that nothing was new; "" as the site's setting says.
    """

    id: str
    email: str
    state: str
    timezone: str
    language: str
    at: str
    weekday: int
    monthday: int
    generation: int
    created_at: datetime
    confirmed_at: datetime | None = None
    left_at: datetime | None = None
    paused_until: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """topic: a topic expression as state/filters.py reads it ("child-labour?country=KH").

    start_seq, cursor_seq: filings up to here are not owed. A new subscription starts
    at the ledger's current end; cursor_seq follows what was planned.
    """

    subscriber: str
    topic: str
    every: Every
    start_seq: int
    cursor_seq: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Edition:
    """The frozen content of a cohort's digest: same entries, language and time zone.

    id: unguessable. text, html: with the holes of mail/message.py for what is personal.
    entries: (entry id, revision) in the order of the digest.
    """

    id: str
    language: str
    timezone: str
    subject: str
    text: str
    html: str
    entries: tuple[tuple[str, int], ...]
    created_at: datetime


MessageState: TypeAlias = Literal[
    "queued",
    "claimed",
    "sending",
    "accepted",
    "deferred",
    "refused",
    "suppressed",
    "in-doubt",
    "held",
    "cancelled",
]


@dataclass(frozen=True, slots=True)
class Message:
    """A row of the outbox: one mail to one person, UNIQUE(subscriber, kind, key).

    kind: "digest", "now", "confirm" … key: the period's local date, the window's
        instant, or the token. lane: 0 single mails, 1 digests.
    state: queued, claimed, sending, accepted, deferred, refused, suppressed, in-doubt, held, cancelled.
    fence: rises with each claim; an outcome with an older fence is not recorded.
    generation: of the subscriber's address when it was written; another one by now, and it does not go.
    """

    id: int
    subscriber: str
    recipient: str
    kind: str
    key: str
    edition: str | None
    message_id: str
    lane: int
    state: str
    attempts: int
    fence: int
    created_at: datetime
    next_try_at: datetime | None
    owner: str = ""
    lease_until: datetime | None = None
    phase: str = ""
    reply: str = ""
    updated_at: datetime | None = None
    generation: int = 1


# ---- settings that every package shares ----


@dataclass(frozen=True, slots=True)
class Site:
    """The service's own face. url: public base, no slash at the end, may have a path; the only source of links."""

    title: str = "tidings"
    url: str = ""
    language: str = "en"
    timezone: str = "UTC"
    contact: str = ""
    postal_address: str = ""
