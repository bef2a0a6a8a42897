"""Decide whether a document may be believed before anything of it is stored.

Pure. A doubtful document is held: what is known stays as it is, nothing is mailed,
the admin is told, and the document is read anew at every poll, so that a doubt
that goes away resolves itself. Called by `feeds.plan`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from state.dates import first_day
from state.records import Extraction, Record

LEAST = 3  # entries that must have stood in a document before their absence says anything


@dataclass(frozen=True, slots=True)
class Doubt:
    """kind: of the alarm. message: for the admin. asks: the command that answers, or None."""

    kind: str
    message: str
    asks: str | None


def doubt(
    source: str, url: str, extraction: Extraction, *, method: str, stood: Sequence[Record], held: int, known: int
) -> Doubt | None:
    """What is wrong with a document, or None.

    method: the generator that won when it was read last. stood: the entries that stood in it,
    held: how many records it had then; known: how many of its records are entries we know.
    """
    records = extraction.records
    if not records:
        if not held:
            return None
        return Doubt("empty", f"{url}: 0 of {held} entries found; all that is known is kept", None)
    if known or len(stood) < LEAST or _later(extraction, method, stood):
        return None
    return Doubt(
        "quarantined",
        f"{url}: none of its {len(records)} entries is known, and none of the {len(stood)} that stood there is left",
        f"tidings source accept {source}",
    )


def _later(extraction: Extraction, method: str, stood: Sequence[Record]) -> bool:
    """Same shape and newer dates: we were away while the list went on."""
    if not same_shape(extraction.method, method):
        return False
    dates = [first_day(record.date) for record in extraction.records if record.date]
    before = [first_day(record.date) for record in stood if record.date]
    if extraction.kind != "feed" and (not before or len(dates) < 0.8 * len(extraction.records)):
        return False
    return not dates or not before or min(dates) >= max(before)


def same_shape(one: str, other: str) -> bool:
    """Whether two generators are of one kind: a feed that needed a repair is still the same feed."""
    return one.partition(":")[0] == other.partition(":")[0]
