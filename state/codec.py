"""Records as JSON, for columns and for the frames of child processes."""

from typing import TypeVar

import msgspec

T = TypeVar("T")


def encode(value: object) -> str:
    """Compact JSON with sorted keys: equal values give equal text."""
    return msgspec.json.encode(value, order="deterministic").decode()


def decode(text: str | bytes, kind: type[T]) -> T:
    """The record of a JSON text. Raises msgspec.ValidationError where it has another shape."""
    return msgspec.json.decode(text, type=kind)
