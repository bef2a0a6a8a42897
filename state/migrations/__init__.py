"""Alembic revisions that lead to state/schema.py and state/schema_watching.py."""
