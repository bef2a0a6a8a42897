"""Open the windows of readers of "now": look at who is owed something, and say when their mail is due.

Called by mail/digest.py before it plans. Reads everybody, writes a few hundred
people at a time, so that the database is never held for long; a crash in between
means that all is looked at again (state/windows.py).
"""

from datetime import timedelta

from state import owed, windows
from state.filters import parse_expression
from state.store import Store

PEOPLE = 500  # in one write transaction


def open_windows(store: Store, *, window: timedelta) -> int:
    """Give slots to everybody who waits for one; how many."""
    with store.read() as db:
        if windows.are_open(db):
            return 0
    with store.write() as db:
        span = windows.begin(db)
    if span is None:
        return 0
    after, head = span
    with store.read() as db:
        filed = windows.filed(db, after, head)
        behind = {topic: low for topic, low in windows.read_now(db).items() if parse_expression(topic).topic in filed}
    opened = sum(_open(store, topic, low, head, window) for topic, low in sorted(behind.items()))
    with store.write() as db:
        windows.end(db, head)
    return opened


def _open(store: Store, topic: str, low: int, head: int, window: timedelta) -> int:
    """Readers of one topic expression. low: the lowest filing that one of them has got to."""
    with store.read() as db:
        found = owed.candidates(db, topic, since=low, head=head)
    if not found:
        return 0
    filings = [(one.seq, one.filed_at) for one in reversed(found)]
    opened, last = 0, ""
    while True:
        with store.read() as db:
            names = windows.waiting(db, topic, below=filings[-1][0], after=last, limit=PEOPLE)
        if not names:
            return opened
        with store.write() as db:
            opened += windows.open_for(db, topic, names, filings, window=window)
        last = names[-1]
