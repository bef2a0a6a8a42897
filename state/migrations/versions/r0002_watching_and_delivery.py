"""Let sources be watched politely and mail be signed, paced and answered.

Expand only: the code of the previous release ignores what is new here.
"""

import sqlalchemy as sa
from alembic import op

from state.columns import BigInt, Text, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarms_told",
        sa.Column("source", Text, nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("message", Text, nullable=False),
        sa.Column("asks", Text, nullable=True),
        sa.PrimaryKeyConstraint("source", "kind", name=op.f("pk_alarms_told")),
    )
    op.create_table(
        "empty_slots",
        sa.Column("day", Text, nullable=False),
        sa.Column("every", Text, nullable=False),
        sa.Column("reason", Text, nullable=False),
        sa.Column("count", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("day", "every", "reason", name=op.f("pk_empty_slots")),
    )
    op.create_table(
        "entry_log",
        sa.Column("number", BigInt, autoincrement=True, nullable=False),
        sa.Column("entry", Text, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("what", Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_entry_log")),
    )
    op.create_index(op.f("ix_entry_log_entry"), "entry_log", ["entry"], unique=False)
    op.create_table(
        "hosts",
        sa.Column("host", Text, nullable=False),
        sa.Column("holder", Text, nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("reason", Text, nullable=False),
        sa.Column("robots", Text, nullable=False),
        sa.Column("robots_state", Text, nullable=False),
        sa.Column("robots_until", UtcDateTime(), nullable=True),
        sa.Column("robots_failing_since", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hosts")),
    )
    op.create_table(
        "pacing",
        sa.Column("domain", Text, nullable=False),
        sa.Column("gap", sa.Float(), nullable=False),
        sa.Column("strikes", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_pacing")),
    )
    op.create_table(
        "reports",
        sa.Column("number", BigInt, autoincrement=True, nullable=False),
        sa.Column("key", Text, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("weight", Text, nullable=False),
        sa.Column("message", BigInt, nullable=True),
        sa.Column("subscriber", Text, nullable=True),
        sa.Column("recipient", Text, nullable=False),
        sa.Column("status", Text, nullable=False),
        sa.Column("reason", Text, nullable=False),
        sa.Column("done", Text, nullable=False),
        sa.Column("sender", Text, nullable=False),
        sa.Column("subject", Text, nullable=False),
        sa.Column("excerpt", Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_reports")),
        sa.UniqueConstraint("key", name=op.f("uq_reports_key")),
    )
    op.create_index(op.f("ix_reports_kind"), "reports", ["kind"], unique=False)
    op.create_index(op.f("ix_reports_message"), "reports", ["message"], unique=False)
    op.create_index(op.f("ix_reports_subscriber"), "reports", ["subscriber"], unique=False)
    op.create_table(
        "webhooks",
        sa.Column("id", Text, nullable=False),
        sa.Column("url", Text, nullable=False),
        sa.Column("topics", Text, nullable=False),
        sa.Column("secret", Text, nullable=False),
        sa.Column("state", Text, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("start_seq", BigInt, nullable=False),
        sa.Column("cursor_seq", BigInt, nullable=False),
        sa.Column("message", Text, nullable=False),
        sa.Column("batch", Text, nullable=False),
        sa.Column("batch_seq", BigInt, nullable=False),
        sa.Column("batched_at", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("delivered", BigInt, nullable=False),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.Column("note", Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "backfills",
        sa.Column("source", Text, nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("following", Text, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_backfills_source"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_backfills")),
    )
    op.create_table(
        "bounce_scores",
        sa.Column("subscriber", Text, nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("counted_at", UtcDateTime(), nullable=False),
        sa.Column("cause", Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber"], ["subscribers.id"], name=op.f("fk_bounce_scores_subscriber"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscriber", name=op.f("pk_bounce_scores")),
    )
    op.create_table(
        "doubts",
        sa.Column("source", Text, nullable=False),
        sa.Column("document", Text, nullable=False),
        sa.Column("reason", Text, nullable=False),
        sa.Column("message", Text, nullable=False),
        sa.Column("print", Text, nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.Column("hash", Text, nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_doubts_source"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source", "document", name=op.f("pk_doubts")),
    )
    op.create_table(
        "downloads",
        sa.Column("entry", Text, nullable=False),
        sa.Column("url", Text, nullable=False),
        sa.Column("host", Text, nullable=False),
        sa.Column("born", UtcDateTime(), nullable=False),
        sa.Column("etag", Text, nullable=False),
        sa.Column("last_modified", Text, nullable=False),
        sa.Column("body_hash", Text, nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("checked_at", UtcDateTime(), nullable=True),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("note", Text, nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], name=op.f("fk_downloads_entry"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entry", "url", name=op.f("pk_downloads")),
    )
    op.create_index(op.f("ix_downloads_next_at"), "downloads", ["next_at"], unique=False)
    op.create_index(op.f("ix_downloads_url"), "downloads", ["url"], unique=False)
    op.create_table(
        "editions_of",
        sa.Column("entry", Text, nullable=False),
        sa.Column("original", Text, nullable=False),
        sa.Column("rule", Text, nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], name=op.f("fk_editions_of_entry"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["original"], ["entries.id"], name=op.f("fk_editions_of_original"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_editions_of")),
    )
    op.create_index(op.f("ix_editions_of_original"), "editions_of", ["original"], unique=False)
    op.create_table(
        "histories",
        sa.Column("source", Text, nullable=False),
        sa.Column("document", Text, nullable=False),
        sa.Column("figures", Text, nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_histories_source"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source", "document", name=op.f("pk_histories")),
    )
    op.create_table(
        "raws",
        sa.Column("source", Text, nullable=False),
        sa.Column("document", Text, nullable=False),
        sa.Column("hash", Text, nullable=False),
        sa.Column("fetched_at", UtcDateTime(), nullable=False),
        sa.Column("address", Text, nullable=False),
        sa.Column("content_type", Text, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_raws_source"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source", "document", "hash", name=op.f("pk_raws")),
    )
    op.create_table(
        "rejections",
        sa.Column("source", Text, nullable=False),
        sa.Column("document", Text, nullable=False),
        sa.Column("print", Text, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_rejections_source"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source", "document", "print", name=op.f("pk_rejections")),
    )
    op.create_table(
        "rules",
        sa.Column("source", Text, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("select", Text, nullable=False),
        sa.Column("declared", Text, nullable=False),
        sa.Column("guided", sa.Boolean(), nullable=False),
        sa.Column("method", Text, nullable=False),
        sa.Column("why", Text, nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_rules_source"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source", "number", name=op.f("pk_rules")),
    )
    op.create_table(
        "websub",
        sa.Column("source", Text, nullable=False),
        sa.Column("hub", Text, nullable=False),
        sa.Column("topic", Text, nullable=False),
        sa.Column("token", Text, nullable=False),
        sa.Column("secret", Text, nullable=False),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.Column("state", Text, nullable=False),
        sa.Column("base", Text, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("notices", BigInt, nullable=False),
        sa.Column("notified_at", UtcDateTime(), nullable=True),
        sa.Column("note", Text, nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_websub_source"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_websub")),
        sa.UniqueConstraint("token", name=op.f("uq_websub_token")),
    )
    op.create_index(op.f("ix_websub_next_at"), "websub", ["next_at"], unique=False)
    op.add_column("entries", sa.Column("merged_into", Text, nullable=True))
    op.create_index("ix_outbox_message_id", "outbox", ["message_id"], unique=False)
    op.create_index("ix_slots_due", "slots", ["due_at", "subscriber"], unique=False)
    op.add_column("sources", sa.Column("host", Text, nullable=True))
    op.add_column("sources", sa.Column("fixed", sa.Boolean(), nullable=True))
    op.add_column("sources", sa.Column("ignore_robots", sa.Boolean(), nullable=True))
    op.add_column("sources", sa.Column("browser", sa.Boolean(), nullable=True))
    op.add_column("sources", sa.Column("pacing", Text, nullable=True))
    op.create_index("ix_sources_due", "sources", ["state", "next_poll_at"], unique=False)
    op.create_index(op.f("ix_sources_host"), "sources", ["host"], unique=False)
    op.add_column("subscribers", sa.Column("note", Text, server_default="", nullable=False))
