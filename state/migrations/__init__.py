"""Alembic revisions that lead to state/schema.py."""
