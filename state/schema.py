"""The tables, and `metadata` of all. The migrations must lead here (tests/state/test_store.py).

Sources and entries stand in state/schema_watching.py. Ledgers, where rows are only ever added: filings, sent,
subscriber_log, edition_log. All times are UTC. A column of JSON holds a record of state/records.py, encoded by
state/codec.py, unless its comment says otherwise.
"""

from uuid import uuid4

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, LargeBinary, Table, UniqueConstraint

from state import columns
from state.columns import BigInt, Text, UtcDateTime
from state.schema_watching import entries

metadata = columns.metadata

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

alarms_told = Table(
    "alarms_told",  # what stood when the admin was mailed last
    metadata,
    Column("source", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("message", Text, nullable=False),
    Column("asks", Text),
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
    Column("entry", Text, ForeignKey(entries.c.id, ondelete="CASCADE"), nullable=False, index=True),
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
    Column("entry", Text, ForeignKey(entries.c.id, ondelete="CASCADE"), primary_key=True),
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
    Column("note", Text, nullable=False, server_default=""),  # "yes", "no": hears that nothing was new; "" as the site
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
    Index("ix_slots_due", "due_at", "subscriber"),  # who is due, in the order in which they are planned
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
    Index("ix_outbox_message_id", "message_id"),
)
reports = Table(
    "reports",  # mails that came back: bounces, complaints, wishes to leave, and what nobody understood
    metadata,
    Column("number", BigInt, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),  # hash of its Message-ID or octets: read twice, it counts once
    Column("at", UtcDateTime, nullable=False),
    Column("kind", Text, nullable=False, index=True),  # "bounce", "delay", "complaint", "unsubscribe", "automatic", …
    Column("weight", Text, nullable=False),  # of a bounce: "hard", "soft", "ours"; else ""
    Column("message", BigInt, index=True),  # the outbox row that it proves to be about
    Column("subscriber", Text, index=True),
    Column("recipient", Text, nullable=False),  # as the report says
    Column("status", Text, nullable=False),  # "5.1.1"
    Column("reason", Text, nullable=False),
    Column("done", Text, nullable=False),  # what became of it, for the admin
    Column("sender", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("excerpt", Text, nullable=False),  # of what was not understood
)
webhooks = Table(
    "webhooks",  # an address that new entries are posted to, how far it has got, and what it is being sent now
    metadata,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("topics", Text, nullable=False),  # JSON list of topic expressions
    Column("secret", Text, nullable=False),
    Column("state", Text, nullable=False),  # active, suspended
    Column("created_at", UtcDateTime, nullable=False),
    Column("start_seq", BigInt, nullable=False),  # filings up to here are not announced
    Column("cursor_seq", BigInt, nullable=False),  # filings up to here are done with
    Column("message", Text, nullable=False, default=""),  # the id of what is being sent; "" = nothing is
    Column("batch", Text, nullable=False, default=""),  # JSON list of its entries
    Column("batch_seq", BigInt, nullable=False, default=0),  # the cursor when it has arrived
    Column("batched_at", UtcDateTime),
    Column("attempts", Integer, nullable=False, default=0),  # to send it
    Column("next_at", UtcDateTime),  # not before
    Column("failing_since", UtcDateTime),
    Column("delivered", BigInt, nullable=False, default=0),  # messages
    Column("delivered_at", UtcDateTime),
    Column("note", Text, nullable=False, default=""),  # what went wrong last
)
empty_slots = Table(
    "empty_slots",  # slots that passed without a mail, counted as digests are planned
    metadata,
    Column("day", Text, primary_key=True),  # of planning, UTC
    Column("every", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("count", BigInt, nullable=False),
)
bounce_scores = Table(
    "bounce_scores",  # how an address has bounced lately, and why nothing is sent to it
    metadata,
    Column("subscriber", Text, ForeignKey("subscribers.id", ondelete="CASCADE"), primary_key=True),
    Column("score", Float, nullable=False),
    Column("counted_at", UtcDateTime, nullable=False),
    Column("cause", Text, nullable=False),  # "bounced", "complained", or "" while mail goes out
)
pacing = Table(
    "pacing",  # domains that asked us to slow down; no row: as fast as it goes
    metadata,
    Column("domain", Text, primary_key=True),
    Column("gap", Float, nullable=False),  # seconds between two mails
    Column("strikes", Integer, nullable=False),  # since the last mail that was taken
    Column("next_at", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False),
)
sent = Table(
    "sent",  # one ledger per person: written with the outbox row, in one transaction
    metadata,
    Column("subscriber", Text, primary_key=True),
    Column("entry", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("message", BigInt, nullable=False, index=True),
)
