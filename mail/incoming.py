"""Do all that is due about mail that came back: read the inbox, count refused addresses, tell the admin.

Called by the scheduler's tick and by `tidings run --once`, in a thread. Without
`mail.inbox` only what servers said while we spoke to them is counted.
"""

from datetime import datetime
from pathlib import Path

from mail import bounces
from mail.inbox import MOST, Mailbox, Maildir, Read, parse_inbox, read
from mail.inbox_imap import Imap
from state.store import Store

_TRANSACTIONS = 50  # of counting refusals, in one call


def look(store: Store, where: str, *, now: datetime) -> Read:
    """Read where `mail.inbox` says ("" = nowhere) and count refusals, these also where reading raises UserError."""
    for _ in range(_TRANSACTIONS):  # what is left comes with the next call
        with store.read() as db:
            if not bounces.refused(db, now=now):
                break
        with store.write() as db:
            bounces.count_refusals(db, now=now)
    try:
        return collect(store, where, now=now) if where else Read({})
    finally:
        bounces.tell(store, now=now)


def collect(store: Store, where: str, *, now: datetime, limit: int = MOST) -> Read:
    """Read one mailbox. where: as `mail.inbox`. Raises Misuse, UserError."""
    mailbox = opened(where)
    try:
        return read(store, mailbox, now=now, limit=limit)
    finally:
        mailbox.close()


def opened(where: str) -> Mailbox:
    """A mailbox, held open."""
    place = parse_inbox(where)
    return Imap(place) if place.host else Maildir(Path(place.folder))
