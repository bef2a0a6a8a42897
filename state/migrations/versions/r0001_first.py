"""Create the tables of the first release."""

import sqlalchemy as sa
from alembic import op

from state.columns import BigInt, Text, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("source", Text, nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("message", Text, nullable=False),
        sa.Column("asks", Text, nullable=True),
        sa.PrimaryKeyConstraint("source", "kind", name=op.f("pk_alarms")),
    )
    op.create_table(
        "counters",
        sa.Column("name", Text, nullable=False),
        sa.Column("value", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "countries",
        sa.Column("code", Text, nullable=False),
        sa.Column("names", Text, nullable=False),
        sa.Column("places", Text, nullable=False),
        sa.Column("none", Text, nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_countries")),
    )
    op.create_table(
        "edition_log",
        sa.Column("number", BigInt, autoincrement=True, nullable=False),
        sa.Column("edition", Text, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("what", Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_edition_log")),
    )
    op.create_index(op.f("ix_edition_log_edition"), "edition_log", ["edition"], unique=False)
    op.create_table(
        "editions",
        sa.Column("id", Text, nullable=False),
        sa.Column("cohort", Text, nullable=False),
        sa.Column("state", Text, nullable=False),
        sa.Column("reason", Text, nullable=False),
        sa.Column("wants_approval", sa.Boolean(), nullable=False),
        sa.Column("approved", Text, nullable=False),
        sa.Column("content", Text, nullable=False),
        sa.Column("language", Text, nullable=False),
        sa.Column("timezone", Text, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("subject", Text, nullable=False),
        sa.Column("entries", Text, nullable=False),
        sa.Column("plan", Text, nullable=False),
        sa.Column("note", Text, nullable=False),
        sa.Column("dropped", Text, nullable=False),
        sa.Column("text", Text, nullable=False),
        sa.Column("html", Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_editions")),
        sa.UniqueConstraint("cohort", name=op.f("uq_editions_cohort")),
    )
    op.create_table(
        "entries",
        sa.Column("id", Text, nullable=False),
        sa.Column("urn", Text, nullable=False),
        sa.Column("record", Text, nullable=False),
        sa.Column("url", Text, nullable=False),
        sa.Column("source", Text, nullable=False),
        sa.Column("date", Text, nullable=True),
        sa.Column("kind", Text, nullable=True),
        sa.Column("language", Text, nullable=False),
        sa.Column("countries", Text, nullable=False),
        sa.Column("fingerprint", Text, nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("baseline", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("hidden_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint("urn", name=op.f("uq_entries_urn")),
    )
    op.create_index(op.f("ix_entries_first_seen_at"), "entries", ["first_seen_at"], unique=False)
    op.create_table(
        "feed_files",
        sa.Column("name", Text, nullable=False),
        sa.Column("form", Text, nullable=False),
        sa.Column("encoding", Text, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("etag", Text, nullable=False),
        sa.Column("modified_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", "form", "encoding", name=op.f("pk_feed_files")),
    )
    op.create_table(
        "feeds",
        sa.Column("name", Text, nullable=False),
        sa.Column("urn", Text, nullable=False),
        sa.Column("dirty", sa.Boolean(), nullable=False),
        sa.Column("changes", BigInt, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("built_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("error", Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_feeds")),
        sa.UniqueConstraint("urn", name=op.f("uq_feeds_urn")),
    )
    op.create_index(op.f("ix_feeds_dirty"), "feeds", ["dirty"], unique=False)
    op.create_table(
        "keys",
        sa.Column("id", Text, nullable=False),
        sa.Column("purpose", Text, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keys")),
    )
    op.create_table(
        "sent",
        sa.Column("subscriber", Text, nullable=False),
        sa.Column("entry", Text, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("message", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("subscriber", "entry", "revision", name=op.f("pk_sent")),
    )
    op.create_index(op.f("ix_sent_message"), "sent", ["message"], unique=False)
    op.create_table(
        "sources",
        sa.Column("id", Text, nullable=False),
        sa.Column("where", Text, nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("title", Text, nullable=False),
        sa.Column("language", Text, nullable=False),
        sa.Column("timezone", Text, nullable=False),
        sa.Column("country", Text, nullable=False),
        sa.Column("base_url", Text, nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("select", Text, nullable=False),
        sa.Column("state", Text, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=True),
        sa.Column("last_polled_at", UtcDateTime(), nullable=True),
        sa.Column("last_changed_at", UtcDateTime(), nullable=True),
        sa.Column("next_poll_at", UtcDateTime(), nullable=True),
        sa.Column("next_poll_reason", Text, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", Text, nullable=False),
        sa.Column("owner", Text, nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
        sa.UniqueConstraint("where", name=op.f("uq_sources_where")),
    )
    op.create_index(op.f("ix_sources_next_poll_at"), "sources", ["next_poll_at"], unique=False)
    op.create_table(
        "subscriber_log",
        sa.Column("number", BigInt, autoincrement=True, nullable=False),
        sa.Column("subscriber", Text, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", Text, nullable=False),
        sa.Column("what", Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_subscriber_log")),
    )
    op.create_index(op.f("ix_subscriber_log_subscriber"), "subscriber_log", ["subscriber"], unique=False)
    op.create_table(
        "subscribers",
        sa.Column("id", Text, nullable=False),
        sa.Column("email", Text, nullable=False),
        sa.Column("email_key", Text, nullable=False),
        sa.Column("state", Text, nullable=False),
        sa.Column("timezone", Text, nullable=False),
        sa.Column("language", Text, nullable=False),
        sa.Column("at", Text, nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("monthday", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.Column("paused_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscribers")),
        sa.UniqueConstraint("email_key", name=op.f("uq_subscribers_email_key")),
    )
    op.create_index(op.f("ix_subscribers_state"), "subscribers", ["state"], unique=False)
    op.create_table(
        "topics",
        sa.Column("id", Text, nullable=False),
        sa.Column("title", Text, nullable=False),
        sa.Column("titles", Text, nullable=False),
        sa.Column("any", Text, nullable=False),
        sa.Column("all", Text, nullable=False),
        sa.Column("none", Text, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topics")),
    )
    op.create_table(
        "documents",
        sa.Column("source", Text, nullable=False),
        sa.Column("url", Text, nullable=False),
        sa.Column("etag", Text, nullable=False),
        sa.Column("last_modified", Text, nullable=False),
        sa.Column("body_hash", Text, nullable=False),
        sa.Column("fetched_at", UtcDateTime(), nullable=True),
        sa.Column("method", Text, nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_documents_source"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source", "url", name=op.f("pk_documents")),
    )
    op.create_table(
        "evidence",
        sa.Column("kind", Text, nullable=False),
        sa.Column("key", Text, nullable=False),
        sa.Column("entry", Text, nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], name=op.f("fk_evidence_entry"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("kind", "key", "entry", name=op.f("pk_evidence")),
    )
    op.create_index(op.f("ix_evidence_entry"), "evidence", ["entry"], unique=False)
    op.create_table(
        "filings",
        sa.Column("seq", BigInt, autoincrement=False, nullable=False),
        sa.Column("entry", Text, nullable=False),
        sa.Column("topic", Text, nullable=False),
        sa.Column("mailable", sa.Boolean(), nullable=False),
        sa.Column("filed_at", UtcDateTime(), nullable=False),
        sa.Column("why", Text, nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], name=op.f("fk_filings_entry"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_filings")),
        sa.UniqueConstraint("entry", "topic", name=op.f("uq_filings_entry_topic")),
    )
    op.create_index(op.f("ix_filings_entry"), "filings", ["entry"], unique=False)
    op.create_index("ix_filings_topic_seq", "filings", ["topic", "seq"], unique=False)
    op.create_table(
        "fragments",
        sa.Column("entry", Text, nullable=False),
        sa.Column("form", Text, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], name=op.f("fk_fragments_entry"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entry", "form", name=op.f("pk_fragments")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("subscriber", Text, nullable=False),
        sa.Column("recipient", Text, nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("key", Text, nullable=False),
        sa.Column("edition", Text, nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("message_id", Text, nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("state", Text, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(), nullable=True),
        sa.Column("owner", Text, nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("doubts", sa.Integer(), nullable=False),
        sa.Column("phase", Text, nullable=False),
        sa.Column("reply", Text, nullable=False),
        sa.Column("payload", Text, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["edition"], ["editions.id"], name=op.f("fk_outbox_edition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("subscriber", "kind", "key", name=op.f("uq_outbox_subscriber_kind_key")),
    )
    op.create_index("ix_outbox_due", "outbox", ["state", "lane", "next_try_at"], unique=False)
    op.create_index("ix_outbox_edition", "outbox", ["edition", "state"], unique=False)
    op.create_table(
        "revisions",
        sa.Column("entry", Text, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("source", Text, nullable=False),
        sa.Column("significant", sa.Boolean(), nullable=False),
        sa.Column("record", Text, nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], name=op.f("fk_revisions_entry"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entry", "number", name=op.f("pk_revisions")),
    )
    op.create_table(
        "sightings",
        sa.Column("source", Text, nullable=False),
        sa.Column("document", Text, nullable=False),
        sa.Column("entry", Text, nullable=False),
        sa.Column("url", Text, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("rule", Text, nullable=False),
        sa.Column("fingerprint", Text, nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], name=op.f("fk_sightings_entry"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source", "document", "entry", name=op.f("pk_sightings")),
    )
    op.create_index(op.f("ix_sightings_entry"), "sightings", ["entry"], unique=False)
    op.create_table(
        "slots",
        sa.Column("subscriber", Text, nullable=False),
        sa.Column("every", Text, nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber"], ["subscribers.id"], name=op.f("fk_slots_subscriber"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscriber", "every", name=op.f("pk_slots")),
    )
    op.create_index(op.f("ix_slots_due_at"), "slots", ["due_at"], unique=False)
    op.create_table(
        "subscriptions",
        sa.Column("subscriber", Text, nullable=False),
        sa.Column("topic", Text, nullable=False),
        sa.Column("every", Text, nullable=False),
        sa.Column("start_seq", BigInt, nullable=False),
        sa.Column("cursor_seq", BigInt, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber"], ["subscribers.id"], name=op.f("fk_subscriptions_subscriber"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscriber", "topic", name=op.f("pk_subscriptions")),
    )
