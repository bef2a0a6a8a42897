"""The tables of what is watched and found: sources, their documents, entries. The others: `state.schema`.

All times are UTC. A column of JSON holds a record of state/records.py, encoded by state/codec.py, unless its comment
says otherwise. revisions and entry_log are ledgers: rows are only ever added.
"""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table

from state.columns import BigInt, Text, UtcDateTime, metadata

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
    Column("host", Text, index=True),  # whom reading it bothers; "" for files; NULL until it was claimed once
    Column("fixed", Boolean),  # the admin chose `every`; else it follows the source's own rhythm
    Column("ignore_robots", Boolean),  # the admin chose to read it although robots.txt refuses
    Column("browser", Boolean),  # its pages are drawn before they are read
    Column("pacing", Text),  # JSON Pacing (state/habits.py): its rhythm, and where it says that it moved
    Index("ix_sources_due", "state", "next_poll_at"),
)
hosts = Table(
    "hosts",  # whom we read from: one request at a time, with a gap
    metadata,
    Column("host", Text, primary_key=True),  # name and port
    Column("holder", Text, nullable=False, default=""),  # who reads there now
    Column("lease_until", UtcDateTime),
    Column("next_at", UtcDateTime),  # no request before
    Column("reason", Text, nullable=False, default=""),
    Column("robots", Text, nullable=False, default=""),  # its robots.txt, as it could be read last
    Column("robots_state", Text, nullable=False, default=""),  # "rules", "none", "unreachable"; "" = never asked
    Column("robots_until", UtcDateTime),  # when it is asked again
    Column("robots_failing_since", UtcDateTime),
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

histories = Table(
    "histories",  # what a document was like at its last visits, so that a strange one is noticed
    metadata,
    Column("source", Text, ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("document", Text, primary_key=True),
    Column("figures", Text, nullable=False),  # JSON History (state/doubts.py)
)
doubts = Table(
    "doubts",  # documents that are not believed now; their bytes are kept in `raws`
    metadata,
    Column("source", Text, ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("document", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("print", Text, nullable=False),  # of what the document says: equal for the same doubtful content
    Column("since", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("polls", Integer, nullable=False),  # in a row that showed it
    Column("hash", Text, nullable=False),  # of its bytes in `raws`
)
rejections = Table(
    "rejections",  # doubtful content that the admin has refused: it does not alarm again
    metadata,
    Column("source", Text, ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("document", Text, primary_key=True),
    Column("print", Text, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
raws = Table(
    "raws",  # responses whose bytes are kept in files beside the database
    metadata,
    Column("source", Text, ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("document", Text, primary_key=True),
    Column("hash", Text, primary_key=True),  # SHA-256 of the bytes
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("address", Text, nullable=False),  # where it was in the end: base of its links
    Column("content_type", Text, nullable=False),
    Column("size", Integer, nullable=False),  # bytes
    Column("held", Boolean, nullable=False),  # not believed, and not answered yet
)
rules = Table(
    "rules",  # how a source is read, and was read before: the row without retired_at holds
    metadata,
    Column("source", Text, ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("select", Text, nullable=False),  # JSON object: its selectors
    Column("declared", Text, nullable=False),  # JSON object: what the admin had declared then; the rule ends with it
    Column("guided", Boolean, nullable=False),  # led by the entries that are known
    Column("method", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("retired_at", UtcDateTime),
)

websub = Table(
    "websub",  # a source whose feed announces a hub (W3C WebSub), and how far we are with it
    metadata,
    Column("source", Text, ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("hub", Text, nullable=False),  # its URL
    Column("topic", Text, nullable=False),  # the URL by which it knows the feed
    Column("token", Text, nullable=False, unique=True),  # the last part of our callback: who knows it, is the hub
    Column("secret", Text, nullable=False),  # what the hub signs with
    Column("announced", Boolean, nullable=False),  # still, when the feed was read last
    Column("state", Text, nullable=False),  # idle, asked, subscribed, denied, leaving
    Column("base", Text, nullable=False),  # site.url when it was asked: where it calls
    Column("attempts", Integer, nullable=False),  # requests since the hub confirmed one
    Column("next_at", UtcDateTime, index=True),  # when something is to be asked of it; NULL: not by itself
    Column("lease_until", UtcDateTime),
    Column("notices", BigInt, nullable=False),  # that were signed as they must be
    Column("notified_at", UtcDateTime),  # the last of them
    Column("note", Text, nullable=False),  # what went wrong last
)

backfills = Table(
    "backfills",  # how far the older pages of a list were read
    metadata,
    Column("source", Text, ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("pages", Integer, nullable=False),  # read so far, the first one included
    Column("entries", Integer, nullable=False),  # that they brought
    Column("following", Text, nullable=False),  # URL of the page that comes next; "" = the list ended
    Column("at", UtcDateTime, nullable=False),
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
    Column("merged_into", Text),  # the entry that the admin made it part of; it is hidden then
)
entry_log = Table(
    "entry_log",  # what the admin did to an entry
    metadata,
    Column("number", BigInt, primary_key=True, autoincrement=True),
    Column("entry", Text, nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("what", Text, nullable=False),
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

downloads = Table(
    "downloads",  # a file of an entry that is looked at now and then, to see whether it was replaced
    metadata,
    Column("entry", Text, ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True),
    Column("url", Text, primary_key=True, index=True),
    Column("host", Text, nullable=False),
    Column("born", UtcDateTime, nullable=False),  # how new its entry is: the newest are looked at first
    Column("etag", Text, nullable=False, default=""),
    Column("last_modified", Text, nullable=False, default=""),
    Column("body_hash", Text, nullable=False, default=""),  # "" until it was read once
    Column("looks", Integer, nullable=False, default=0),  # in a row that found nothing new
    Column("checked_at", UtcDateTime),
    Column("next_at", UtcDateTime, index=True),  # NULL: it is not looked at any more
    Column("note", Text, nullable=False, default=""),  # why it could not be read, or is not looked at
)

editions_of = Table(
    "editions_of",  # the same document in another language, and its original
    metadata,
    Column("entry", Text, ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True),
    Column("original", Text, ForeignKey("entries.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("rule", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)
