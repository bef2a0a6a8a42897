"""The tables. The migrations must lead here (tests/state/test_migrations.py).

Ledgers, where rows are only ever added: revisions, filings, sent, subscriber_log, edition_log.
All times are UTC. A column of JSON holds a record of state/records.py, encoded by
state/codec.py, unless its comment says otherwise.
"""

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy import Text as AnyText
from sqlalchemy.dialects.postgresql import TEXT


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in, aware (UTC) out. A naive datetime is a bug and refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}; the store keeps instants")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


BigInt = BigInteger().with_variant(Integer, "sqlite")
# Sorts by code point on both, as Python does, whatever locale the server's database has: "rows after this id" is safe.
Text = AnyText().with_variant(TEXT(collation="C"), "postgresql")
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# ---- the service itself ----

counters = Table(
    "counters",  # rows locked in the committing transaction, so that no lower number appears after a higher one
    metadata,
    Column("name", Text, primary_key=True),  # "filings"
    Column("value", BigInt, nullable=False),
)
keys = Table(
    "keys",  # secrets of tokens; a retired key still verifies until it is deleted
    metadata,
    Column("id", Text, primary_key=True),
    Column("purpose", Text, nullable=False),  # "token", "stoplist"
    Column("secret", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("retired_at", UtcDateTime),
)
alarms = Table(
    "alarms",  # what the admin should know; one row while it stands
    metadata,
    Column("source", Text, primary_key=True),  # "" for the service itself
    Column("kind", Text, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("message", Text, nullable=False),
    Column("asks", Text),  # the command that answers
)

# ---- sources and what stood in them ----

sources = Table(
    "sources",
    metadata,
    Column("id", Text, primary_key=True),
    Column("where", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("base_url", Text, nullable=False),
    Column("every", Integer, nullable=False),
    Column("select", Text, nullable=False),  # JSON object
    Column("state", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("first_seen_at", UtcDateTime),  # when the baseline was committed
    Column("last_polled_at", UtcDateTime),
    Column("last_changed_at", UtcDateTime),
    Column("next_poll_at", UtcDateTime, index=True),
    Column("next_poll_reason", Text, nullable=False, default=""),
    Column("failures", Integer, nullable=False, default=0),
    Column("error", Text, nullable=False, default=""),
    Column("owner", Text, nullable=False, default=""),  # who polls it now
    Column("lease_until", UtcDateTime),
    Column("fence", Integer, nullable=False, default=0),
)
documents = Table(
    "documents",  # pages of a list, files of a folder
    metadata,
    Column("source", Text, ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("url", Text, primary_key=True),
    Column("etag", Text, nullable=False, default=""),
    Column("last_modified", Text, nullable=False, default=""),
    Column("body_hash", Text, nullable=False, default=""),
    Column("fetched_at", UtcDateTime),
    Column("method", Text, nullable=False, default=""),  # the generator that won last
    Column("records", Integer, nullable=False, default=0),
)

# ---- entries ----

entries = Table(
    "entries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("urn", Text, nullable=False, unique=True),
    Column("record", Text, nullable=False),  # JSON Record: its current wording
    Column("url", Text, nullable=False),
    Column("source", Text, nullable=False),  # where it was first seen
    Column("date", Text),  # of the record, for listing
    Column("kind", Text),
    Column("language", Text, nullable=False),
    Column("countries", Text, nullable=False),  # JSON Countries
    Column("fingerprint", Text, nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False, index=True),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("published_at", UtcDateTime),
    Column("baseline", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    Column("hidden_at", UtcDateTime),
)
evidence = Table(
    "evidence",  # what links a later sighting to an entry: kind "url", "guid", "title"
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("entry", Text, ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("seen_at", UtcDateTime, nullable=False),
)
sightings = Table(
    "sightings",
    metadata,
    Column("source", Text, primary_key=True),
    Column("document", Text, primary_key=True),
    Column("entry", Text, ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("url", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("rule", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
)
revisions = Table(
    "revisions",
    metadata,
    Column("entry", Text, ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("source", Text, nullable=False),
    Column("significant", Boolean, nullable=False),
    Column("record", Text, nullable=False),
)

# ---- topics ----

topics = Table(
    "topics",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("titles", Text, nullable=False),  # JSON object: language -> title
    Column("any", Text, nullable=False),  # JSON list of phrases
    Column("all", Text, nullable=False),
    Column("none", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
)
countries = Table(
    "countries",
    metadata,
    Column("code", Text, primary_key=True),
    Column("names", Text, nullable=False),  # JSON lists
    Column("places", Text, nullable=False),
    Column("none", Text, nullable=False),
)
filings = Table(
    "filings",
    metadata,
    Column("seq", BigInt, primary_key=True, autoincrement=False),
    Column("entry", Text, ForeignKey("entries.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("topic", Text, nullable=False),
    Column("mailable", Boolean, nullable=False),
    Column("filed_at", UtcDateTime, nullable=False),
    Column("why", Text, nullable=False),
    UniqueConstraint("entry", "topic"),
    Index("ix_filings_topic_seq", "topic", "seq"),
)

# ---- feeds ----

fragments = Table(
    "fragments",  # an entry rendered once, when stored or revised
    metadata,
    Column("entry", Text, ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True),
    Column("form", Text, primary_key=True),  # "atom", "rss", "json"
    Column("body", LargeBinary, nullable=False),
)
feeds = Table(
    "feeds",
    metadata,
    Column("name", Text, primary_key=True),  # "all", a topic, "source-ID"
    Column("urn", Text, nullable=False, unique=True, default=lambda: uuid4().urn),  # its atom:id, for ever
    Column("dirty", Boolean, nullable=False, index=True),
    Column("changes", BigInt, nullable=False, default=0),  # rises with each call to mark it dirty
    Column("created_at", UtcDateTime, nullable=False),
    Column("built_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("error", Text, nullable=False, default=""),
)
feed_files = Table(
    "feed_files",  # the bytes as they are served
    metadata,
    Column("name", Text, primary_key=True),
    Column("form", Text, primary_key=True),
    Column("encoding", Text, primary_key=True),  # "" as it is, "gzip", "br"
    Column("body", LargeBinary, nullable=False),
    Column("etag", Text, nullable=False),
    Column("modified_at", UtcDateTime, nullable=False),
)

# ---- people ----

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("email", Text, nullable=False),  # as given
    Column("email_key", Text, nullable=False, unique=True),  # normalised, for comparing
    Column("state", Text, nullable=False, index=True),
    Column("timezone", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("weekday", Integer, nullable=False),
    Column("monthday", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime),
    Column("left_at", UtcDateTime),  # when they last left all or one topic; confirm links of before are dead
    Column("paused_until", UtcDateTime),  # when a pause ends by itself; NULL where it does not
)
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("subscriber", Text, ForeignKey("subscribers.id", ondelete="CASCADE"), primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("every", Text, nullable=False),
    Column("start_seq", BigInt, nullable=False),
    Column("cursor_seq", BigInt, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
slots = Table(
    "slots",  # when a person's next digest of a rhythm is due; computed with zoneinfo, stored in UTC
    metadata,
    Column("subscriber", Text, ForeignKey("subscribers.id", ondelete="CASCADE"), primary_key=True),
    Column("every", Text, primary_key=True),
    Column("due_at", UtcDateTime, nullable=False, index=True),
)
subscriber_log = Table(
    "subscriber_log",
    metadata,
    Column("number", BigInt, primary_key=True, autoincrement=True),
    Column("subscriber", Text, nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),  # "admin", "subscriber", "service"
    Column("what", Text, nullable=False),
)

# ---- mail ----

editions = Table(
    "editions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("cohort", Text, nullable=False, unique=True),  # hash of entries, language, time zone, period
    # Small columns stand before long texts: every claim of mail reads the state, and SQLite walks a row from its start.
    Column("state", Text, nullable=False, default="going"),  # "going", "waiting" (for approval), "held", "cancelled"
    Column("reason", Text, nullable=False, default=""),  # why it is held
    Column("wants_approval", Boolean, nullable=False, default=False),
    Column("approved", Text, nullable=False, default=""),  # the content that the admin approved
    Column("content", Text, nullable=False, default=""),  # hash of subject, text, html and entries
    Column("language", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("subject", Text, nullable=False),
    Column("entries", Text, nullable=False),  # JSON list of [entry, revision]
    Column("plan", Text, nullable=False, default=""),  # JSON Cohort (mail/cohort.py), to render it anew
    Column("note", Text, nullable=False, default=""),  # the admin's words on top
    Column("dropped", Text, nullable=False, default="[]"),  # JSON list of entries the admin took out
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
)
edition_log = Table(
    "edition_log",  # what the admin did to an edition
    metadata,
    Column("number", BigInt, primary_key=True, autoincrement=True),
    Column("edition", Text, nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("what", Text, nullable=False),
)
outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInt, primary_key=True, autoincrement=True),
    Column("subscriber", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("edition", Text, ForeignKey("editions.id")),
    Column("generation", Integer, nullable=False),  # of the subscriber when it was planned
    Column("message_id", Text, nullable=False),
    Column("lane", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_try_at", UtcDateTime),
    Column("owner", Text, nullable=False, default=""),
    Column("lease_until", UtcDateTime),
    Column("fence", Integer, nullable=False, default=0),
    Column("doubts", Integer, nullable=False, default=0),  # times nobody could know whether the server took it
    Column("phase", Text, nullable=False, default=""),
    Column("reply", Text, nullable=False, default=""),
    Column("payload", Text, nullable=False, default=""),  # JSON, what a single mail says
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("subscriber", "kind", "key"),
    Index("ix_outbox_due", "state", "lane", "next_try_at"),
    Index("ix_outbox_edition", "edition", "state"),
)
sent = Table(
    "sent",  # one ledger per person: written with the outbox row, in one transaction
    metadata,
    Column("subscriber", Text, primary_key=True),
    Column("entry", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("message", BigInt, nullable=False, index=True),
)
