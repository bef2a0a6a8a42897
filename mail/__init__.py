"""Subscriptions, digests and their delivery."""
